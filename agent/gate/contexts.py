"""Makes the context that a tool runs in: the firm as it is now, one session, one clock reading."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from memory.store import TenantSession
from memory.tables.gate import Proposal
from memory.tables.identity import Tenant, User
from memory.tables.registry import METADATA
from tools.errors import NotFound
from tools.kit import Actor, Context, Firm
from tools.policy import Role


@dataclass(frozen=True)
class Contexts:
    """The clock and the providers that every context shares."""

    clock: Callable[[], dt.datetime]
    ports: Mapping[type[Any], object]

    def make(
        self,
        session: TenantSession,
        actor: Actor,
        *,
        now: dt.datetime | None = None,
        firm: Firm | None = None,
        conversation_id: str | None = None,
    ) -> Context:
        """A context in the actor's language. With `firm` given the session stays untouched."""
        return Context(
            actor=actor,
            firm=firm or firm_of(session),
            session=session,
            now=now or self.clock(),
            ports=self.ports,
            language=actor.language,
            conversation_id=conversation_id,
        )


def tenant_of(session: TenantSession) -> Tenant:
    """The session's tenant row."""
    tenant = session.get(Tenant, session.tenant_id)
    if tenant is None:
        raise NotFound("There is no such firm.")
    return tenant


_TENANTS = METADATA.tables[Tenant.__tablename__]
_FIRM = sa.select(
    _TENANTS.c.id,
    _TENANTS.c.number,
    _TENANTS.c.name,
    _TENANTS.c.language,
    _TENANTS.c.zone,
    _TENANTS.c.currency,
    _TENANTS.c.country,
    _TENANTS.c.demo,
    _TENANTS.c.settings,
).where(_TENANTS.c.id == sa.bindparam("tenant"))
"""Built once, over the table, naming the tenant itself: every lookup and every proposal begins with it."""


def firm_of(session: TenantSession) -> Firm:
    """The session's tenant as tools see it."""
    given = {"tenant": session.tenant_id}
    row = session.execute(_FIRM, given, execution_options={"tenant_checked": True}).one_or_none()
    if row is None:
        raise NotFound("There is no such firm.")
    return Firm(
        id=row.id,
        number=row.number,
        name=row.name,
        language=_language(row.language),
        zone=ZoneInfo(row.zone),
        currency=row.currency,
        country=row.country,
        demo=row.demo,
        settings=row.settings,
    )


def requester_of(session: TenantSession, proposal: Proposal) -> Actor | None:
    """Who asked, with the role that they hold now; None when they may not sign in any more.

    A visitor has no user row, and keeps the rights that every visitor has.
    """
    kind = cast(Literal["person", "key", "system"], proposal.requester_kind)
    asked_as = Actor(
        tenant_id=proposal.tenant_id,
        id=proposal.requester_id,
        role=cast(Role, proposal.requester_role),
        name=proposal.requester_name,
        language=_language(proposal.language),
        kind=kind,
        channel=proposal.channel,
    )
    if kind == "system":
        return asked_as
    user = session.fetch(User, proposal.requester_id)
    if user is None:
        return asked_as if proposal.requester_role == "visitor" else None
    return None if user.suspended_at else actor_of(user, like=asked_as)


def actor_of(user: User, *, like: Actor) -> Actor:
    """The user as an actor on the same channel."""
    return Actor(
        tenant_id=user.tenant_id,
        id=user.id,
        role=cast(Role, user.role),
        name=user.name,
        language=like.language,
        email=user.email,
        phone=user.phone,
        customer_id=user.customer_id,
        staff_id=user.staff_id,
        kind=like.kind,
        channel=like.channel,
    )


def _language(stored: str) -> Literal["en", "da"]:
    return "da" if stored == "da" else "en"
