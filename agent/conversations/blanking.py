"""Takes traces of what is forgotten out of conversations, proposals, votes and the audit trail."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

import sqlalchemy as sa

from agent.conversations.traces import GONE, Search
from agent.conversations.turns import OPEN
from agent.gate import Gate
from memory.indexing import write
from memory.store import TenantSession
from memory.tables.conversations import Conversation, Event, Turn
from memory.tables.facts import Fact
from memory.tables.gate import AuditRow, Proposal, Vote
from memory.tables.leads import Lead, Mail, Note
from memory.tables.taught import TaughtPhrase
from tools.desk.ports import Traces
from tools.kit import Actor

_PROPOSAL = ("args", "asked", "preview", "provenance", "preconditions", "result", "problem")
_TURN = ("text", "history", "memo", "actor")
_EVENT = ("body", "seen")
_TALK: Mapping[type[Any], Sequence[str]] = {
    Turn: ("text", "history", "memo"),
    Event: _EVENT,
    Conversation: ("title",),
}
_RECORDS: Mapping[type[Any], Sequence[str]] = {
    Note: ("text",),
    Fact: ("value", "excerpt", "consent"),
    Lead: ("message",),
}
"""What is said of others, and may name a person who is erased."""
_TAUGHT = ("words", "wording")
_LISTS = ("lines", "rows", "options", "red", "moved", "moments", "points", "fields")
_GUEST = "visitor"
_UNDER_WAY = ("approved", "executing")


def blank(
    gate: Gate,
    session: TenantSession,
    actor: Actor,
    traces: Traces,
    *,
    proposal_ids: Collection[str] = (),
) -> None:
    """Blank these proposals with all that came of them, and every trace. Doing it again changes nothing.

    A turn that is still being answered is left alone, for it would be written over, and so is a proposal that is
    being performed. Nothing is committed.
    """
    session.flush()
    search = Search(traces)
    proposals = _proposals(session, search, proposal_ids)
    _erase(gate, session, actor, search, proposals)
    for turn_id in sorted(_turns(session, search, proposals)):
        blank_turn(session, turn_id, search)
    _blank_events(session, proposals)
    _blank_words(session, search)
    if traces.whole:
        _blank_names(session, search)
    session.flush()


def _proposals(session: TenantSession, search: Search, ids: Collection[str]) -> dict[str, Proposal]:
    """The proposals that are named, or hold a trace, or were voted on in such words, or take one of those back."""
    ended = Proposal.status.not_in(_UNDER_WAY)
    found = {row.id: row for row in search.rows(session, Proposal, _PROPOSAL, but=ended)}
    voted = {row.proposal_id for row in search.rows(session, Vote, ("reason", "typed"))}
    named = Proposal.id.in_(sorted({*ids, *voted} - found.keys()))
    found |= {row.id: row for row in session.scalars(sa.select(Proposal).where(named, ended))}
    back = Search(Traces(ids=frozenset(found)))
    return found | {row.id: row for row in back.rows(session, Proposal, ("args",), but=ended)}


def _erase(
    gate: Gate,
    session: TenantSession,
    actor: Actor,
    search: Search,
    proposals: Mapping[str, Proposal],
) -> None:
    left = {id for id, row in proposals.items() if any(getattr(row, name) for name in _PROPOSAL)}
    told = sa.select(AuditRow.subject).where(
        AuditRow.subject.in_(sorted(proposals)),
        AuditRow.payload.is_not(None),
        AuditRow.event != "erased",
    )
    going = sa.select(Proposal.id).where(Proposal.status.in_(_UNDER_WAY))
    kept = sa.and_(AuditRow.event != "erased", AuditRow.subject.not_in(going))
    noted = {row.subject for row in search.rows(session, AuditRow, ("payload",), but=kept)}
    subjects = {*left, *session.scalars(told), *noted} - {None}
    if subjects:
        gate.erase(session, actor, sorted(cast("set[str]", subjects)))


def _turns(session: TenantSession, search: Search, proposals: Mapping[str, Proposal]) -> set[str]:
    """The turns that go as a whole."""
    found = {row.turn_id for row in proposals.values() if row.turn_id}
    goes = search.here if search.traces.whole else search.in_ids
    for row in search.rows(session, Turn, _TURN):
        if goes(*(getattr(row, name) for name in _TURN)):
            found.add(row.id)
    for row in search.rows(session, Event, _EVENT):
        if row.turn_id and goes(row.body, row.seen):
            found.add(row.turn_id)
    if search.traces.whole:
        # A visitor who left their name there wrote all the rest of that conversation as well.
        asked = {row.conversation_id for row in proposals.values() if row.requester_role == _GUEST}
        theirs = sa.select(Turn.id).where(Turn.conversation_id.in_(sorted(filter(None, asked))))
        found |= set(session.scalars(theirs))
    return found


def blank_turn(session: TenantSession, turn_id: str, search: Search | None = None) -> None:
    """Take every word out of a turn: what was said, the arguments of its tool calls, and what a model keeps of it."""
    turn = session.fetch(Turn, turn_id)
    if turn is None or turn.state in OPEN:
        return
    # None and not a mark: what says nothing is not found again.
    turn.text, turn.history, turn.memo = None, [], {}
    if search is not None and search.traces.whole and search.here(turn.actor):
        turn.actor = {**turn.actor, "name": "", "email": None, "phone": None}
    for event in session.scalars(sa.select(Event).where(Event.turn_id == turn_id)):
        event.body, event.seen = _blanked(event.kind, event.body or {}), None
    conversation = session.fetch(Conversation, turn.conversation_id)
    if conversation is not None and turn.number == 1:
        conversation.title = GONE
    session.flush()


def _blanked(kind: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """An event with the same shape and none of its words."""
    match kind:
        case "message" | "delta":
            return {**body, "text": GONE}
        case "step":
            return {**body, "args": {}, **({"error": GONE} if body.get("error") else {})}
        case "card" | "proposal":
            return {**body, "card": _without_lines(body.get("card")), "args": {}}
        case "decision":
            return {**body, "text": GONE, "card": _without_lines(body.get("card"))}
        case "form":
            return {**body, "args": {}}
        case "choices":
            return {**body, "options": []}
        case "feedback":
            return {**body, "comment": ""}
        case _:
            return dict(body)


def _without_lines(card: Any) -> Any:
    if not isinstance(card, dict):
        return card
    known = cast("dict[str, Any]", card)
    blank: dict[str, Any] = {name: [] for name in _LISTS if name in known}
    blank |= {name: GONE for name in ("title", "problem", "filename") if known.get(name)}
    blank |= {"args": {}} if "args" in known else {}
    preview = cast("dict[str, Any] | None", known.get("preview"))
    if preview:
        lists = ("lines", "warnings", "recipients", "preconditions")
        nothing: dict[str, Any] = {name: [] for name in lists}
        blank["preview"] = {**preview, **nothing, "facts": {}, "title": GONE}
    return {**known, **blank}


def _blank_events(session: TenantSession, proposals: Mapping[str, Proposal]) -> None:
    """What was told about these proposals in their conversations, and the turns that told it."""
    homes = sorted({row.conversation_id for row in proposals.values() if row.conversation_id})
    if not homes:
        return
    about = Search(Traces(ids=frozenset(proposals)))
    here = Event.conversation_id.in_(homes)
    for event in about.rows(session, Event, ("body",), but=here):
        event.body, event.seen = _blanked(event.kind, event.body or {}), None
    decided = sa.select(Turn).where(Turn.conversation_id.in_(homes), Turn.cause == "decision")
    for turn in session.scalars(decided):
        if about.in_ids(turn.client_message_id):
            blank_turn(session, turn.id)


def _blank_words(session: TenantSession, search: Search) -> None:
    """Take the words out of whatever else holds them."""
    if search.words is None:
        return
    talked: set[str | None] = set()
    for model, columns in _TALK.items():
        for row in search.rows(session, model, columns):
            if not (isinstance(row, Turn) and row.state in OPEN):
                _take_out(row, columns, search)
                talked.add(row.id if isinstance(row, Turn) else getattr(row, "turn_id", None))
    for row in search.rows(session, TaughtPhrase, _TAUGHT):
        session.delete(row)
    if search.traces.whole:
        _blank_others(session, search)
    session.flush()
    write(session, session.tenant_id or "", "talk", sorted(filter(None, talked)))


def _take_out(row: Any, columns: Sequence[str], search: Search) -> None:
    for column in columns:
        setattr(row, column, search.without(getattr(row, column)))


def _blank_others(session: TenantSession, search: Search) -> None:
    """What records of others say about a person."""
    for model, columns in _RECORDS.items():
        for row in search.rows(session, model, columns):
            _take_out(row, columns, search)
    # A letter is also a file, which goes when its row does.
    for row in search.rows(session, Mail, ("to", "subject", "body", "attachments")):
        session.delete(row)


def _blank_names(session: TenantSession, search: Search) -> None:
    """A person's own name on what they asked for and decided."""
    for row in search.rows(session, Proposal, ("requester_id", "requester_name", "decided_by")):
        row.requester_name = search.without(row.requester_name)
        row.decided_by = search.without(row.decided_by)
        if search.in_ids(row.requester_id):
            row.requester_name = GONE
    for row in search.rows(session, Vote, ("voter_id", "voter_name")):
        row.voter_name = GONE
    for row in search.rows(session, Turn, ("actor",)):
        if row.state not in OPEN:
            row.actor = {**row.actor, "name": "", "email": None, "phone": None}
