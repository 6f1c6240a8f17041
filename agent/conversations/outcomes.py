"""What becomes of proposals, told in the conversation they came from."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import sqlalchemy as sa

from agent.conversations.continuing import onward, question
from agent.conversations.events import Draft, EventOut, append, take
from agent.gate import Gate
from agent.gate.contexts import requester_of
from agent.gate.policy import Outcome
from agent.replies import outcome_sentence
from memory.store import TenantSession
from memory.tables.base import new_id
from memory.tables.conversations import Conversation, Turn
from memory.tables.gate import Proposal, Vote
from tools.cards import Option
from tools.kit import Actor
from tools.policy import Role

OUTCOMES = frozenset(("done", "denied", "stale", "failed", "unknown", "expired", "cancelled"))
QUIET = frozenset(("superseded",))


@dataclass(frozen=True)
class Told:
    """What was stored about a proposal: its events, and the turn that waits to go on with them."""

    events: list[EventOut]
    waiting: bool


class Outcomes:
    """Stores the events of proposals, inside the gate's own transactions."""

    def __init__(self, *, gate: Gate, clock: Callable[[], dt.datetime], embedded: bool) -> None:
        self._gate = gate
        self._clock = clock
        self._embedded = embedded

    def tell(
        self, session: TenantSession, proposal: Proposal, what: str, *, turn_id: str | None
    ) -> Told | None:
        """The event of one step of a proposal; an outcome also makes the assistant say so.

        `turn_id` is the turn being answered there now. None: there is nothing to tell, or nobody there who asked.
        """
        conversation_id = proposal.conversation_id
        if conversation_id is None or what in QUIET:
            return None
        conversation = session.fetch(Conversation, conversation_id)
        if conversation is None or conversation.owner_id != proposal.requester_id:
            return None
        at_once = Outcome.from_json(proposal.outcome).at_once
        if at_once and what in ("proposed", "approved"):
            return None
        drafts = [self._draft(session, proposal, what, at_once=at_once)]
        stored = append(session, conversation_id, turn_id, drafts, now=self._clock())
        said_anyway = at_once and turn_id is not None and turn_id == proposal.turn_id
        if what not in OUTCOMES or said_anyway:
            return Told(stored, waiting=False)
        return Told([*stored, *self._go_on(session, proposal, what)], waiting=not self._embedded)

    def _draft(
        self, session: TenantSession, proposal: Proposal, what: str, *, at_once: bool
    ) -> Draft:
        actor = asker(session, proposal)
        card = self._gate.card(session, actor, proposal).model_dump(mode="json")
        if what in ("proposed", "edited") or at_once:
            return Draft("proposal", {"card": card, "args": dict(proposal.args or {})})
        text = self._sentence(session, proposal, what)
        body = {"proposalId": proposal.id, "what": what, "text": text, "card": card}
        return Draft("decision", body)

    def _go_on(self, session: TenantSession, proposal: Proposal, what: str) -> list[EventOut]:
        """A turn that says what happened. The embedded model's words follow from it, so it is answered here."""
        now, spoken = self._clock(), "da" if proposal.language == "da" else "en"
        actor = replace(asker(session, proposal), language=spoken)
        conversation_id = proposal.conversation_id or ""
        id, text = new_id("trn"), self._sentence(session, proposal, what)
        next = onward(session, self._gate.registry, proposal, what, actor, now=now)
        drafts = self._drafts(id, text, proposal.language, next.options)
        number = take(session, conversation_id, len(drafts), now=now)
        first = number - len(drafts) + 1
        turn = Turn(
            tenant_id=proposal.tenant_id,
            id=id,
            conversation_id=conversation_id,
            number=first,
            client_message_id=f"decision:{proposal.id}:{proposal.version}:{what}:{first}",
            cause="decision",
            actor_id=actor.id,
            actor=asdict(actor),
            text=text,
            state="answered" if self._embedded else "waiting",
            language=actor.language,
            model="offline" if self._embedded else None,
            created_at=now,
            finished_at=now if self._embedded else None,
        )
        if next.memo is not None:
            turn.memo = dict(next.memo)
        session.add(turn)
        session.flush()
        return append(session, conversation_id, id, drafts, now=now, first=first)

    def _drafts(self, id: str, text: str, language: str, options: Sequence[Option]) -> list[Draft]:
        if not self._embedded:
            return [Draft("turn", {"turnId": id, "state": "waiting", "model": ""})]
        said = f"{text}\n{question(language, options)}" if options else text
        message = {"role": "assistant", "text": said, "language": language}
        done = {"turnId": id, "state": "answered", "model": "offline"}
        offered = {"options": [option.model_dump(mode="json") for option in options]}
        choices = [Draft("choices", offered)] if options else []
        return [Draft("message", message), *choices, Draft("done", done)]

    def _sentence(self, session: TenantSession, proposal: Proposal, what: str) -> str:
        vote = session.scalar(
            sa.select(Vote)
            .where(Vote.proposal_id == proposal.id)
            .order_by(Vote.created_at.desc())
            .limit(1)
        )
        problem: dict[str, Any] = proposal.problem or {}
        denied = vote.reason if vote is not None and what == "denied" else None
        return outcome_sentence(
            what,
            "da" if proposal.language == "da" else "en",
            title=str((proposal.preview or {}).get("title") or proposal.tool),
            receipt=str((proposal.result or {}).get("title") or ""),
            by=(vote.voter_name if vote is not None else proposal.decided_by) or "",
            why=denied or str(problem.get("message") or ""),
        )


def asker(session: TenantSession, proposal: Proposal) -> Actor:
    """Who asked, with today's rights; a person who is gone keeps none but those of a visitor."""
    found = requester_of(session, proposal)
    if found is not None:
        return found
    nobody: Role = "visitor"
    return Actor(
        tenant_id=proposal.tenant_id,
        id=proposal.requester_id,
        role=nobody,
        name=proposal.requester_name,
        language="da" if proposal.language == "da" else "en",
        channel=proposal.channel,
    )
