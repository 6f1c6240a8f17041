"""Who is behind a bearer: sign-in rows, users and visitors as actors."""

import datetime as dt
from collections.abc import Callable
from typing import Literal, cast

import sqlalchemy as sa

from agent.identity import bearers
from agent.settings import Keys
from memory.store import Store, TenantSession
from memory.tables.base import new_id
from memory.tables.identity import SignIn, Tenant, User
from memory.tables.registry import METADATA
from tools.errors import NotFound, Unauthenticated
from tools.kit import Actor
from tools.policy import Role

Language = Literal["en", "da"]
SignInKind = Literal["person", "script", "visitor"]
VISIT = dt.timedelta(hours=24)
SCRIPT = dt.timedelta(days=30)

_SIGN_INS, _USERS = (METADATA.tables[kind.__tablename__] for kind in (SignIn, User))
_BEHIND = (
    sa.select(
        _SIGN_INS.c.kind, _SIGN_INS.c.expires_at, _SIGN_INS.c.revoked_at,
        *(_USERS.c[name].label(f"user_{name}") for name in _USERS.c.keys())  # noqa: SIM118,
    )
    .outerjoin_from(
        _SIGN_INS,
        _USERS,
        (_USERS.c.tenant_id == _SIGN_INS.c.tenant_id) & (_USERS.c.id == _SIGN_INS.c.user_id),
    )
    .where(
        _SIGN_INS.c.tenant_id == sa.bindparam("tenant"), _SIGN_INS.c.id == sa.bindparam("sign_in")
    )
)  # fmt: skip
"""A sign-in and its user, asked in every request: built once, over the tables, naming the tenant itself."""


def as_language(code: str | None) -> Language:
    """Danish when asked for, English otherwise."""
    return "da" if code == "da" else "en"


def as_actor(user: User, *, kind: Literal["person", "key"] = "person", channel: str) -> Actor:
    """The user as somebody who can ask for things."""
    return Actor(
        tenant_id=user.tenant_id,
        id=user.id,
        role=cast(Role, user.role),
        name=user.name,
        language=as_language(user.language),
        email=user.email,
        phone=user.phone,
        customer_id=user.customer_id,
        staff_id=user.staff_id,
        kind=kind,
        channel=channel,
    )


class People:
    """Sign-ins of one installation. Every look-up reads the store, so a suspension counts at once."""

    def __init__(self, *, store: Store, keys: Keys, clock: Callable[[], dt.datetime]) -> None:
        self._store = store
        self._keys = keys
        self._clock = clock

    def authenticate(self, bearer: str | None, *, channel: str) -> Actor:
        """The actor behind a bearer. Raises Unauthenticated."""
        if not bearer:
            raise Unauthenticated("Please sign in.")
        claims = bearers.read(self._keys, bearer, now=self._clock())
        with self._store.reading(claims.tenant_id) as session:
            return self._actor_of(session, claims.sign_in_id, channel=channel)

    def check(self, actor: Actor) -> None:
        """Raises Unauthenticated once the sign-in that this actor came with has ended, or the account is suspended."""
        with self._store.reading(actor.tenant_id) as session:
            self._actor_of(session, actor.sign_in_id or "", channel=actor.channel)

    def _actor_of(self, session: TenantSession, sign_in_id: str, *, channel: str) -> Actor:
        row = session.execute(
            _BEHIND,
            {"tenant": session.tenant_id, "sign_in": sign_in_id},
            execution_options={"tenant_checked": True},
        ).one_or_none()
        if row is None:
            raise Unauthenticated("This sign-in is not known here. Please sign in again.")
        if row.revoked_at or row.expires_at <= self._clock():
            raise Unauthenticated("This sign-in has ended. Please sign in again.")
        if row.kind == "visitor":
            return visitor(session.tenant_id or "", sign_in_id, channel=channel)
        if row.user_id is None or row.user_suspended_at:
            raise Unauthenticated("This account is suspended. Ask the owner to reactivate it.")
        return Actor(
            tenant_id=row.user_tenant_id,
            id=row.user_id,
            role=cast(Role, row.user_role),
            name=row.user_name,
            language=as_language(row.user_language),
            email=row.user_email,
            phone=row.user_phone,
            customer_id=row.user_customer_id,
            staff_id=row.user_staff_id,
            kind="key" if row.kind == "script" else "person",
            channel=channel,
            sign_in_id=sign_in_id,
        )

    def sign_in(
        self, session: TenantSession, user: User | None, *, kind: SignInKind, lifetime: dt.timedelta
    ) -> tuple[str, dt.datetime]:
        """Store a sign-in and give its bearer and when it runs out. The tenant is the session's."""
        now = self._clock()
        tenant_id = session.tenant_id or (user.tenant_id if user else "")
        made = SignIn(
            tenant_id=tenant_id,
            id=new_id("sgn"),
            user_id=user.id if user else None,
            kind=kind,
            created_at=now,
            expires_at=now + lifetime,
        )
        session.add(made)
        session.flush()
        claims = bearers.Claims(tenant_id, made.id, made.expires_at)
        return bearers.issue(self._keys, claims), made.expires_at

    def visit(self, site_key: str) -> tuple[str, dt.datetime]:
        """A visitor's bearer for the tenant behind a site key. Raises NotFound."""
        with self._store.system() as session:
            tenant_id = session.scalar(sa.select(Tenant.id).where(Tenant.site_key == site_key))
        if tenant_id is None:
            raise NotFound("This site key is not known. Check the tag on the page.")
        with self._store.session(tenant_id) as session:
            return self.sign_in(session, None, kind="visitor", lifetime=VISIT)

    def renew(self, actor: Actor) -> tuple[str, dt.datetime]:
        """A fresh bearer for somebody who is signed in; the old sign-in ends."""
        with self._store.session(actor.tenant_id) as session:
            old = self._revoke(session, actor)
            if old is None:
                raise Unauthenticated("This sign-in has ended. Please sign in again.")
            # Of the same kind: a script's bearer must not become a person's.
            kind = cast(SignInKind, old.kind)
            user = session.fetch(User, actor.id)
            return self.sign_in(session, user, kind=kind, lifetime=bearers.LIFETIME)

    def sign_out(self, actor: Actor) -> None:
        """End the sign-in that this actor came with."""
        with self._store.session(actor.tenant_id) as session:
            self._revoke(session, actor)

    def _revoke(self, session: TenantSession, actor: Actor) -> SignIn | None:
        """The sign-in, ended now; None where it had ended before, so that of several at once one ends it."""
        ended = (
            sa.update(SignIn)
            .where(SignIn.id == (actor.sign_in_id or ""), SignIn.revoked_at.is_(None))
            .values(revoked_at=self._clock())
            .returning(SignIn)
        )
        return session.scalars(ended).one_or_none()


def visitor(tenant_id: str, sign_in_id: str, *, channel: str) -> Actor:
    """An anonymous visitor, known only by the sign-in."""
    return Actor(
        tenant_id=tenant_id,
        id=sign_in_id,
        role="visitor",
        name="Visitor",
        language="en",
        channel=channel,
        sign_in_id=sign_in_id,
    )
