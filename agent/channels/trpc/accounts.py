"""Procedures of signing in and out, visits to the widget, and the freeze."""

from collections.abc import Sequence
from typing import Literal

import sqlalchemy as sa
from pydantic import Field

from agent.channels.trpc.approvals import shown
from agent.channels.trpc.backend import Backend, Caller
from agent.channels.trpc.procedures import Procedure, mutation, query
from agent.channels.trpc.shapes import ProposalOut
from agent.channels.trpc.wire import Wire
from agent.identity.limits import VISITS
from memory.tables.identity import Tenant
from tools.booking.ics import create_feed
from tools.errors import Forbidden


class EmailIn(Wire):
    """Whom to mail a link."""

    email: str = Field(max_length=320)


class TokenIn(Wire):
    """A link's token."""

    token: str = Field(max_length=200)


class Accepted(Wire):
    """It was taken; whether it leads anywhere is not told."""

    ok: Literal[True] = True


class InvitationOut(Wire):
    """Whom an unused link would sign in."""

    name: str
    email: str
    firm: str


class Bearer(Wire):
    """A bearer and when it runs out."""

    token: str
    expires_at: str


class SignedInOut(Bearer):
    """A bearer and who it stands for."""

    name: str
    role: str


class Me(Wire):
    """Who the caller is."""

    id: str
    name: str
    email: str | None
    role: str
    language: Literal["en", "da"]
    firm: str
    demo: bool
    frozen: bool


class CalendarOut(Wire):
    """The secret address of a calendar feed, from this server's root; it is shown this once."""

    href: str


class SessionIn(Wire):
    """A page's site key. `identity` (a proof by the page's own server) is not taken yet."""

    site_key: str = Field(max_length=100)


class ReasonIn(Wire):
    """Why."""

    reason: str | None = Field(default=None, max_length=500)


class _Accounts:
    """What the account procedures do."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def request_link(self, caller: Caller, given: EmailIn) -> Accepted:
        self._backend.links.request(given.email, address=caller.address)
        return Accepted()

    def peek(self, caller: Caller, given: TokenIn) -> InvitationOut:
        found = self._backend.links.peek(given.token, address=caller.address)
        return InvitationOut(name=found.name, email=found.email, firm=found.firm)

    def redeem(self, caller: Caller, given: TokenIn) -> SignedInOut:
        found = self._backend.links.redeem(given.token, address=caller.address)
        return SignedInOut(
            token=found.token,
            expires_at=found.expires_at.isoformat(),
            name=found.name,
            role=found.role,
        )

    def refresh(self, caller: Caller, _: None) -> Bearer:
        token, expires_at = self._backend.people.renew(caller.actor)
        return Bearer(token=token, expires_at=expires_at.isoformat())

    def sign_out(self, caller: Caller, _: None) -> Accepted:
        self._backend.people.sign_out(caller.actor)
        return Accepted()

    def me(self, caller: Caller, _: None) -> Me:
        actor = caller.actor
        with self._backend.store.reading(actor.tenant_id) as session:
            tenant = session.scalars(sa.select(Tenant).where(Tenant.id == actor.tenant_id)).one()
            return Me(
                id=actor.id,
                name=actor.name,
                email=actor.email,
                role=actor.role,
                language=actor.language,
                firm=tenant.name,
                demo=tenant.demo,
                frozen=tenant.frozen_at is not None,
            )

    def visit(self, caller: Caller, given: SessionIn) -> Bearer:
        self._backend.limits.take(VISITS, caller.address, now=self._backend.clock())
        token, expires_at = self._backend.people.visit(given.site_key)
        return Bearer(token=token, expires_at=expires_at.isoformat())

    def calendar(self, caller: Caller, _: None) -> CalendarOut:
        actor = caller.actor
        if not (actor.office or actor.staff_id):
            raise Forbidden("Only those who work here have a calendar of bookings.")
        with self._backend.store.session(actor.tenant_id) as session:
            made = create_feed(
                session, owner_id=actor.id, staff_id=actor.staff_id, now=self._backend.clock()
            )
        return CalendarOut(href=f"/calendar/{made[1]}.ics")

    def freeze(self, caller: Caller, given: ReasonIn) -> ProposalOut:
        return self._propose(caller, "freeze", {"reason": given.reason} if given.reason else {})

    def unfreeze(self, caller: Caller, _: None) -> ProposalOut:
        return self._propose(caller, "unfreeze", {})

    def _propose(self, caller: Caller, tool: str, args: dict[str, object]) -> ProposalOut:
        action = self._backend.registry.read_action(tool, args, language=caller.actor.language)
        row = self._backend.gate.propose(caller.actor, action, origin="form")
        return shown(self._backend, caller.actor, row)


def procedures(backend: Backend) -> Sequence[Procedure]:
    """auth.*, widget.session, tenant.*"""
    does = _Accounts(backend)
    return (
        mutation("auth.requestLink", does.request_link, input=EmailIn, output=Accepted, auth=False,
                 summary="Mail a sign-in link; five in 15 minutes for one address"),
        mutation("auth.peek", does.peek, input=TokenIn, output=InvitationOut, auth=False,
                 summary="Whom a link would sign in; changes nothing"),
        mutation("auth.redeem", does.redeem, input=TokenIn, output=SignedInOut, auth=False,
                 summary="Sign in by a link, once"),
        mutation("auth.refresh", does.refresh, output=Bearer, summary="A fresh bearer for this one"),
        mutation("auth.signOut", does.sign_out, output=Accepted, summary="End this sign-in"),
        query("auth.me", does.me, output=Me, summary="Who the caller is"),
        mutation("widget.session", does.visit, input=SessionIn, output=Bearer, auth=False,
                 summary="A bearer for an anonymous visitor of a page"),
        mutation("calendar.create", does.calendar, output=CalendarOut,
                 summary="A secret address of the firm's bookings, or one's own, for calendar apps"),
        mutation("tenant.freeze", does.freeze, input=ReasonIn, output=ProposalOut,
                 summary="Stop every effect of the firm at once"),
        mutation("tenant.unfreeze", does.unfreeze, output=ProposalOut,
                 summary="Propose to let effects happen again"),
    )  # fmt: skip
