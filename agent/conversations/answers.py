"""A typed yes, no or "yes, but at 11": a person's decision on the one card before them, read before any model."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from agent.conversations.events import Draft
from agent.conversations.turns import Held
from agent.gate import Gate
from agent.known import known_names
from agent.models.offline.forms import Form, asks, corrections
from agent.models.offline.hearing import hear
from memory.store import Store, TenantSession
from memory.tables.conversations import Event
from memory.tables.gate import Proposal
from tools.cards import ProposalCard
from tools.errors import ToolError
from tools.kit import Action, Effect, Firm
from tools.refs import slots
from tools.values.text import fold

_YES = (
    r"(?:yes|yes please|yep|yeah|ok|okay|sure|do it|go ahead|approve|approved|approve it|confirm|confirmed|looks good"
    r"|ja|ja tak|jo|jep|jeps|goer det|godkend|godkendt|bekraeft|det er fint|fint|sounds good)"
)
_NO = r"(?:no|no thanks|no thank you|nope|nej|nej tak|deny|decline|afvis|don't|do not|lad vaere|goer det ikke)"
_BARE_YES = re.compile(_YES)
_BARE_NO = re.compile(_NO)
_EDIT = re.compile(
    r"^\s*(?:yes|yeah|yep|ok|okay|sure|ja|jo|no|nej)\b[\s,]*(?:but|just|men|bare|make it|gør det)?\b[\s,:]*(.{1,120})$",
    re.IGNORECASE | re.DOTALL,
)
_CHANGE = re.compile(
    r"^\s*(?:(?:and|og|but|men|actually|sorry|undskyld|oh|wait|vent|hmm)\b[\s,]*)*"
    r"(?P<begins>make it|let's say|rather|better|change it to|move it to|how about|what about|can it be|could it be"
    r"|hellere|gør det(?: til)?|lad os sige|ret (?:det|den) til|flyt (?:det|den) til|hvad med|kan det være)?\b[\s,:]*"
    r"(?P<rest>.{1,80}?)(?P<ends>[\s,]+(?:instead|rather|i stedet|hellere))?[\s.!?]*$",
    re.IGNORECASE | re.DOTALL,
)
"""What somebody says who changes their mind without a yes or a no: “make it 11”, “torsdag i stedet”."""
_HOUR = re.compile(r"\d{1,2}(?:[.:]\d{2})?")
_WITH = re.compile(r"(?:with|by|med|af)\s+(.{2,60})", re.IGNORECASE)
_SMALL = frozenset(
    {"at", "on", "the", "it", "is", "er", "det", "den", "paa", "kl", "d", "til", "to"}
)
_QUOTES = frozenset('"“”„«»>\n')
_MOST_CARDS = 3


@dataclass(frozen=True)
class Decision:
    """What somebody typed: yes, no (perhaps with a reason), or a change (`loose` when it says neither).

    `asks` when it is a question (“yes?”), which decides nothing.
    """

    kind: Literal["approve", "deny", "edit"]
    rest: str = ""
    loose: bool = False
    asks: bool = False


@dataclass(frozen=True)
class Outcome:
    """What the turn says about it; cards to show again are drafts."""

    text: str
    drafts: tuple[Draft, ...] = ()


def read_decision(text: str) -> Decision | None:
    """The decision that the whole message is, or None. Quoted and longer text never decides."""
    if len(text) > 160 or any(mark in _QUOTES for mark in text.strip()):
        return None
    bare = fold(text).strip(" .!?")
    if "?" in text and (_BARE_YES.fullmatch(bare) or _BARE_NO.fullmatch(bare)):
        return Decision("approve", asks=True)
    if _BARE_YES.fullmatch(bare):
        return Decision("approve")
    if _BARE_NO.fullmatch(bare):
        return Decision("deny")
    if match := _EDIT.match(text):
        return Decision("edit", match.group(1).strip())
    if (match := _CHANGE.match(text)) and (match["begins"] or match["ends"]):
        return Decision("edit", match["rest"].strip(), loose=True)
    return None


class TypedAnswers:
    """Decides for the person, or shows the card again. Nothing here is offered to a model."""

    def __init__(
        self,
        *,
        gate: Gate,
        store: Store,
        clock: Callable[[], dt.datetime],
        firm: Callable[[str], Firm],
    ) -> None:
        self._gate = gate
        self._store = store
        self._clock = clock
        self._firm = firm

    def answer(self, held: Held) -> Outcome | None:
        """The outcome of a typed decision; None when the message is none, or nothing waits here."""
        decision = read_decision(held.text)
        if decision is None:
            return None
        with self._store.reading(held.tenant_id) as session:
            pending = _pending(session, held.conversation_id)
            if not pending:
                return None
            if decision.asks:
                return self._cards_again(session, held, pending, decision)
            one = pending[0] if len(pending) == 1 else None
            if decision.loose and (one is None or asks(held.memo)):
                return None
            if one is None or (shown := self._decidable(session, held, one)) is None:
                return self._cards_again(session, held, pending, decision)
        return self._decide(held, one, shown, decision)

    def _decidable(
        self, session: TenantSession, held: Held, proposal: Proposal
    ) -> ProposalCard | None:
        """The card as this person was shown it here, when a typed word is enough to decide it."""
        actor = held.actor
        if proposal.requester_id != actor.id or self._gate.may_decide(session, actor, proposal):
            return None
        tool: type[Action] = self._gate.registry.action(proposal.tool)
        card = self._gate.card(session, actor, proposal)
        if tool.effect > Effect.REVERSIBLE or card.red or card.typed:
            return None
        return _shown(session, held.conversation_id, proposal.id)

    def _decide(
        self, held: Held, proposal: Proposal, shown: ProposalCard, decision: Decision
    ) -> Outcome | None:
        args = self._changed(held, proposal, decision) if decision.kind == "edit" else None
        kind, reason = decision.kind, None
        if kind == "edit" and args is None:
            if decision.loose or not fold(held.text).startswith(("no", "nej")):
                return None
            kind, reason = "deny", decision.rest
        try:
            self._gate.decide(
                held.actor,
                proposal.id,
                digest=shown.digest,
                decision=kind,
                reason=reason,
                args=args,
                channel=held.actor.channel,
            )
        except ToolError as error:
            return Outcome(error.message)
        return Outcome(_told(held, kind, shown.preview.title))

    def _changed(self, held: Held, proposal: Proposal, decision: Decision) -> dict[str, Any] | None:
        """What is changed of the proposal's arguments, or None when nothing of the kind is said."""
        tool, zone = self._gate.registry.action(proposal.tool), self._firm(held.tenant_id).zone
        known = slots(tool)
        before = dict(proposal.args or {})
        if (person := _WITH.fullmatch(decision.rest)) and "staff" in known:
            return self._with(held, person[1])
        rest = f"at {decision.rest}" if _HOUR.fullmatch(decision.rest) else decision.rest
        sentence = hear(rest, now=self._clock(), zone=zone)
        if decision.loose and any(w.folded not in _SMALL for w in sentence.words if not w.masked):
            return None
        after = before | corrections(Form(proposal.tool, before, ""), sentence, known)
        changes = {name: value for name, value in after.items() if value != before.get(name)}
        return changes or None

    def _with(self, held: Held, name: str) -> dict[str, Any] | None:
        """Another colleague to do it, where that is the name of one."""
        name = name.strip(" .!?")
        with self._store.reading(held.tenant_id) as session:
            found = known_names(session, held.actor, [fold(name)])
        return {"staff": name} if any(each.kind == "staff" for each in found) else None

    def _cards_again(
        self,
        session: TenantSession,
        held: Held,
        pending: list[Proposal],
        decision: Decision,
    ) -> Outcome | None:
        if decision.kind == "edit":
            return None
        mine = [p for p in pending if p.requester_id == held.actor.id or held.actor.office]
        drafts = tuple(
            Draft(
                "proposal",
                {
                    "card": self._gate.card(session, held.actor, p).model_dump(mode="json"),
                    "args": dict(p.args or {}),
                },
            )
            for p in mine[:_MOST_CARDS]
        )
        say = _saying(held)
        if decision.asks:
            return Outcome(
                say("This waits for a yes or no:", "Det her venter på et ja eller nej:"), drafts
            )
        return Outcome(
            say(
                "A typed word is not enough here. Please decide on the card.",
                "Et skrevet ord er ikke nok her. Beslut det på kortet.",
            ),
            drafts,
        )


def _told(held: Held, kind: Literal["approve", "deny", "edit"], title: str) -> str:
    say = _saying(held)
    match kind:
        case "approve":
            return say(f"Approved: {title}", f"Godkendt: {title}")
        case "deny":
            return say(f"Not done: {title}", f"Ikke gjort: {title}")
        case "edit":
            return say("Changed. Is this right now?", "Ændret. Er det rigtigt nu?")


def _pending(session: TenantSession, conversation_id: str) -> list[Proposal]:
    rows = sa.select(Proposal).where(
        Proposal.conversation_id == conversation_id, Proposal.status == "pending"
    )
    return list(session.scalars(rows.order_by(Proposal.created_at, Proposal.place)))


def _shown(session: TenantSession, conversation_id: str, proposal_id: str) -> ProposalCard | None:
    """The newest card of the proposal that stands in this conversation: what the person saw."""
    rows = session.scalars(
        sa.select(Event.body)
        .where(Event.conversation_id == conversation_id, Event.kind == "proposal")
        .order_by(Event.seq.desc())
        .limit(20)
    )
    cards: list[Mapping[str, Any]] = [body["card"] for body in rows if body]
    found = next((card for card in cards if card["id"] == proposal_id), None)
    return ProposalCard.model_validate(found) if found else None


def _saying(held: Held) -> Callable[[str, str], str]:
    return lambda en, da: da if held.actor.language == "da" else en
