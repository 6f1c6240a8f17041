"""Procedures with which people decide proposals."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, cast

from pydantic import Field

from agent.channels.trpc.backend import Backend, Caller
from agent.channels.trpc.procedures import Procedure, mutation, query
from agent.channels.trpc.shapes import JsonObject, ProposalOut, Status
from agent.channels.trpc.wire import Wire
from agent.gate.forms import form_of
from agent.identity.people import as_language
from memory.store import TenantSession
from memory.tables.gate import Proposal
from tools.cards import FormCard
from tools.errors import ToolError
from tools.kit import Actor


class ListIn(Wire):
    """Which proposals: all that the caller may see, or those in one state."""

    status: Status | None = None


class OneIn(Wire):
    """One proposal."""

    id: str = Field(max_length=64)


class DecideIn(Wire):
    """A decision on exactly what was seen: `digest` comes from the proposal that was shown."""

    id: str = Field(max_length=64)
    digest: str = Field(max_length=200)
    decision: Literal["approve", "deny", "edit"]
    reason: str | None = Field(default=None, max_length=2000)
    args: JsonObject | None = None
    confirmed: list[str] = Field(default_factory=list[str], max_length=50)
    typed: str | None = Field(default=None, max_length=200)


class DecideManyIn(Wire):
    """Several decisions, each by itself."""

    items: list[DecideIn] = Field(max_length=100)


class Decided(Wire):
    """One of several: the proposal, or why it was not decided."""

    id: str
    ok: bool
    proposal: ProposalOut | None = None
    error: str | None = None


def proposal_out(
    backend: Backend, session: TenantSession, actor: Actor, row: Proposal
) -> ProposalOut:
    """The row with its card, in the reader's language."""
    card = backend.gate.card(session, actor, row)
    return ProposalOut(
        id=row.id,
        version=row.version,
        digest=row.digest,
        tool=row.tool,
        args=_as_object(row.args),
        status=cast(Status, row.status),
        preview=card.preview,
        expires_at=row.expires_at.isoformat(),
        card=card,
    )


def _as_object(stored: object) -> JsonObject:
    """The arguments; none where somebody altered the row so that they are none any more."""
    return cast(JsonObject, stored) if isinstance(stored, dict) else {}


def shown(backend: Backend, actor: Actor, row: Proposal) -> ProposalOut:
    """The same, in a session of its own, read again: an outcome may have come meanwhile."""
    with backend.store.reading(actor.tenant_id) as session:
        return proposal_out(backend, session, actor, backend.gate.get(session, actor, row.id))


class _Approvals:
    """What the procedures on proposals do."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def list_(self, caller: Caller, given: ListIn) -> list[ProposalOut]:
        actor = caller.actor
        with self._backend.store.reading(actor.tenant_id) as session:
            rows = self._backend.gate.list_for(session, actor, status=given.status)
            return [proposal_out(self._backend, session, actor, row) for row in rows]

    def get(self, caller: Caller, given: OneIn) -> ProposalOut:
        actor = caller.actor
        with self._backend.store.reading(actor.tenant_id) as session:
            return proposal_out(
                self._backend, session, actor, self._backend.gate.opened(session, actor, given.id)
            )

    def _reader(self, caller: Caller, proposal_id: str) -> Actor:
        """The caller, spoken to about their own proposal in the language in which they asked for it."""
        actor, gate = caller.actor, self._backend.gate
        with self._backend.store.reading(actor.tenant_id) as session:
            row = gate.get(session, actor, proposal_id)
            own = row.requester_id == actor.id
            return replace(actor, language=as_language(row.language)) if own else actor

    def form(self, caller: Caller, given: OneIn) -> FormCard:
        actor, gate = self._reader(caller, given.id), self._backend.gate
        with self._backend.store.reading(actor.tenant_id) as session:
            row = gate.opened(session, actor, given.id)
            return form_of(gate.context(session, actor), gate.registry.action(row.tool), row)

    def decide(self, caller: Caller, given: DecideIn) -> ProposalOut:
        actor = self._reader(caller, given.id)
        row = self._backend.gate.decide(
            actor,
            given.id,
            digest=given.digest,
            decision=given.decision,
            reason=given.reason,
            args=given.args,
            confirmed=tuple(given.confirmed),
            typed=given.typed,
            channel=actor.channel,
        )
        return shown(self._backend, actor, row)

    def decide_many(self, caller: Caller, given: DecideManyIn) -> list[Decided]:
        return [self._each(caller, item) for item in given.items]

    def _each(self, caller: Caller, item: DecideIn) -> Decided:
        try:
            return Decided(id=item.id, ok=True, proposal=self.decide(caller, item))
        except ToolError as error:
            return Decided(id=item.id, ok=False, error=error.message)

    def withdraw(self, caller: Caller, given: OneIn) -> ProposalOut:
        return shown(
            self._backend, caller.actor, self._backend.gate.withdraw(caller.actor, given.id)
        )

    def repropose(self, caller: Caller, given: OneIn) -> ProposalOut:
        return shown(
            self._backend, caller.actor, self._backend.gate.repropose(caller.actor, given.id)
        )

    def undo(self, caller: Caller, given: OneIn) -> ProposalOut:
        return shown(self._backend, caller.actor, self._backend.gate.undo(caller.actor, given.id))

    def reconcile(self, caller: Caller, given: OneIn) -> ProposalOut:
        return shown(
            self._backend, caller.actor, self._backend.gate.reconcile(caller.actor, given.id)
        )


def procedures(backend: Backend) -> Sequence[Procedure]:
    """approvals.*"""
    does = _Approvals(backend)
    return (
        query("approvals.list", does.list_, input=ListIn, output=list[ProposalOut],
              summary="The proposals that the caller may see"),
        query("approvals.get", does.get, input=OneIn, output=ProposalOut, summary="One proposal"),
        query("approvals.form", does.form, input=OneIn, output=FormCard,
              summary="What may be changed of a proposal, in words"),
        mutation("approvals.decide", does.decide, input=DecideIn, output=ProposalOut,
                 summary="Approve, deny or edit a proposal"),
        mutation("approvals.decideMany", does.decide_many, input=DecideManyIn, output=list[Decided],
                 summary="Decide several proposals, each by itself"),
        mutation("approvals.withdraw", does.withdraw, input=OneIn, output=ProposalOut,
                 summary="Take back one's own proposal"),
        mutation("approvals.repropose", does.repropose, input=OneIn, output=ProposalOut,
                 summary="Propose again what went stale, expired or failed"),
        mutation("approvals.undo", does.undo, input=OneIn, output=ProposalOut,
                 summary="Propose what takes a done action back"),
        mutation("approvals.reconcile", does.reconcile, input=OneIn, output=ProposalOut,
                 summary="Find out what became of an unknown effect"),
    )  # fmt: skip
