"""What a click or a dialog does to a proposal: exactly what the voter saw, by who they are here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from agent.channels.slack.parts import Friday
from agent.channels.slack.people import CHANNEL
from agent.channels.slack.words import word
from agent.gate.forms import form_of
from agent.identity.people import as_language
from memory.tables.gate import Proposal
from tools.cards import FormCard, ProposalCard
from tools.errors import Conflict
from tools.kit import Actor


@dataclass(frozen=True)
class Seen:
    """A proposal that somebody clicked on: the version that their card showed."""

    id: str
    version: int


class Deciding:
    """Decisions from Slack. Everything here blocks: it is called in threads. Raises ToolErrors for the clicker."""

    def __init__(self, friday: Friday) -> None:
        self._friday = friday

    def card(self, actor: Actor, seen: Seen) -> ProposalCard:
        """The card of just that version. Raises Conflict when it has become another."""
        actor = self.reader(actor, seen.id)
        with self._friday.store.reading(actor.tenant_id) as session:
            row = self._friday.gate.opened(session, actor, seen.id)
            self._same(actor, row, seen)
            return self._friday.gate.card(session, actor, row)

    def form(self, actor: Actor, seen: Seen) -> FormCard:
        """What may be changed of it, in words."""
        actor, gate = self.reader(actor, seen.id), self._friday.gate
        with self._friday.store.reading(actor.tenant_id) as session:
            row = gate.opened(session, actor, seen.id)
            self._same(actor, row, seen)
            return form_of(gate.context(session, actor), gate.registry.action(row.tool), row)

    def decide(
        self,
        actor: Actor,
        seen: Seen,
        decision: Literal["approve", "deny", "edit"],
        *,
        reason: str | None = None,
        args: Mapping[str, Any] | None = None,
        confirmed: Sequence[str] = (),
        typed: str | None = None,
    ) -> Proposal:
        """A vote with that version's digest, or an edit of it."""
        actor = self.reader(actor, seen.id)
        with self._friday.store.reading(actor.tenant_id) as session:
            row = self._friday.gate.get(session, actor, seen.id)
            if row.status == "pending":  # of what is decided the gate says by whom
                self._same(actor, row, seen)
        return self._friday.gate.decide(
            actor, seen.id, digest=row.digest, decision=decision, reason=reason, args=args,
            confirmed=tuple(confirmed), typed=typed, channel=CHANNEL,
        )  # fmt: skip

    def withdraw(self, actor: Actor, seen: Seen) -> Proposal:
        """The requester takes it back."""
        return self._friday.gate.withdraw(self.reader(actor, seen.id), seen.id)

    def again(self, actor: Actor, seen: Seen) -> Proposal:
        """The same again as the world is now."""
        return self._friday.gate.repropose(self.reader(actor, seen.id), seen.id)

    def undo(self, actor: Actor, seen: Seen) -> Proposal:
        """Propose what takes it back."""
        return self._friday.gate.undo(self.reader(actor, seen.id), seen.id)

    def reader(self, actor: Actor, proposal_id: str) -> Actor:
        """The clicker, spoken to about their own proposal in the language in which they asked for it."""
        with self._friday.store.reading(actor.tenant_id) as session:
            row = self._friday.gate.get(session, actor, proposal_id)
        own = row.requester_id == actor.id
        return replace(actor, language=as_language(row.language)) if own else actor

    def _same(self, actor: Actor, row: Proposal, seen: Seen) -> None:
        if row.version != seen.version:
            raise Conflict(word("moved", actor.language))
