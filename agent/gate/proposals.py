"""Stores proposals and their new versions; the same ask twice in a conversation is one proposal."""

import datetime as dt
import secrets
from collections.abc import Collection, Mapping
from typing import Any, cast

import sqlalchemy as sa

from agent.gate.digest import alike, digest_of
from agent.gate.drafts import Ask, Draft, draft
from agent.gate.edits import filled_in
from agent.gate.parts import Parts
from agent.gate.provenance import Judged
from agent.gate.registry import may_use
from agent.gate.seals import erase_votes
from agent.gate.states import MOVES, move, swap
from agent.gate.words import faster, may_not_use, say
from memory.store import TenantSession
from memory.tables.base import new_id
from memory.tables.conversations import Conversation
from memory.tables.gate import EffectRow, Proposal
from tools.errors import Conflict, Forbidden, NotFound
from tools.kit import Actor, Context


def propose(parts: Parts, session: TenantSession, ask: Ask) -> Proposal:
    """Store a proposal, or find the pending one that says exactly the same in the same conversation."""
    if not may_use(ask.actor, type(ask.action)):
        raise Forbidden(may_not_use(ask.actor.language, ask.action.tool_name()))
    _check_conversation(session, ask)
    ctx = parts.contexts.make(session, ask.actor, conversation_id=ask.conversation_id)
    made = draft(ctx, ask)
    twin = _pending_twin(session, ask, made)
    if twin is not None and _says_the_same(twin, made):
        return twin

    proposal = _row(ask, made, place=_next_place(session), now=ctx.now)
    proposal.digest = digest_of(parts.keys, proposal)
    session.add(proposal)
    session.flush()
    parts.note(session, proposal, "proposed", actor=ask.actor, payload=_payload(proposal))
    for old_id in {ask.replaces, twin.id if twin else None} - {None}:
        _supersede(parts, session, cast(str, old_id), actor=ask.actor, now=ctx.now)
    parts.on_decided(session, proposal, "proposed")
    return proposal


def _check_conversation(session: TenantSession, ask: Ask) -> None:
    """Its card and its outcome are told there, so it has to be the conversation of whoever asks."""
    if ask.conversation_id is None:
        return
    found = session.fetch(Conversation, ask.conversation_id)
    if found is None or found.owner_id != ask.actor.id:
        raise NotFound(
            say(ask.actor.language, "There is no such conversation.", "Den samtale findes ikke.")
        )


def _payload(proposal: Proposal) -> dict[str, Any]:
    return {
        "version": proposal.version,
        "args": proposal.args,
        "outcome": proposal.outcome,
        "provenance": proposal.provenance,
    }


def _next_place(session: TenantSession) -> int:
    """Behind all that this transaction sees; of two at once on two connections neither is the later one."""
    return (session.scalar(sa.select(sa.func.max(Proposal.place))) or 0) + 1


def _row(ask: Ask, made: Draft, *, place: int, now: dt.datetime) -> Proposal:
    actor = ask.actor
    return Proposal(
        tenant_id=actor.tenant_id,
        id=new_id("prop"),
        place=place,
        version=1,
        tool=made.action.tool_name(),
        status="pending",
        effect=made.action.effect.name.lower(),
        requester_kind=actor.kind,
        requester_id=actor.id,
        requester_role=actor.role,
        requester_name=actor.name,
        language=actor.language,
        channel=actor.channel,
        conversation_id=ask.conversation_id,
        turn_id=ask.turn_id,
        digest="",
        nonce=secrets.token_hex(16),
        created_at=now,
        decided_at=None,
        decided_by=None,
        finished_at=None,
        result=None,
        problem=None,
        supersedes=ask.replaces,
        undoes=ask.undoes,
        **made.values(),
    )


def _pending_twin(session: TenantSession, ask: Ask, made: Draft) -> Proposal | None:
    if ask.conversation_id is None or made.outcome.at_once:
        return None
    waiting = sa.select(Proposal).where(
        Proposal.conversation_id == ask.conversation_id,
        Proposal.status == "pending",
        Proposal.tool == made.action.tool_name(),
        Proposal.requester_id == ask.actor.id,
        Proposal.id != (ask.replaces or ""),
    )
    args = made.action.as_args()
    return next((row for row in session.scalars(waiting) if alike(row.args, args)), None)


def _says_the_same(twin: Proposal, made: Draft) -> bool:
    """Same figures and same colours; else the newer one replaces it, for two of them would both run."""
    values = made.values()
    names = ("preview", "provenance", "outcome")
    return all(alike(getattr(twin, name), values[name]) for name in names)


def _supersede(
    parts: Parts, session: TenantSession, old_id: str, *, actor: Actor, now: dt.datetime
) -> None:
    """Take the earlier one out. Raises Conflict when it was decided meanwhile: else both of them would run."""
    old = session.fetch(Proposal, old_id)
    if old is None or "superseded" not in MOVES.get(old.status, frozenset()):
        return
    gone = {"decided_at": now, "decided_by": actor.name, "finished_at": now}
    if not move(session, old, "superseded", **gone):
        raise Conflict(faster(actor.language))
    parts.note(session, old, "superseded", actor=actor)
    parts.on_decided(session, old, "superseded")


def edit(
    parts: Parts,
    session: TenantSession,
    proposal: Proposal,
    *,
    editor: Actor,
    ctx: Context,
    args: Mapping[str, Any],
) -> Proposal:
    """Version n+1 of a pending proposal: validated, resolved and previewed again as its requester.

    `args` are the changes, in wire spelling; null takes an argument away. The editor's own words are USER, and
    a time or a day alone changes only that of the card.
    """
    base = askable_args(proposal)
    changes = {name: value for name, value in args.items() if not _as_it_was(proposal, name, value)}
    tool = parts.registry.action(proposal.tool)
    wanted = {**base, **filled_in(ctx, tool, base, changes)}
    action = parts.registry.read_action(
        proposal.tool,
        {name: value for name, value in wanted.items() if value is not None},
        language=editor.language,
    )
    ask = Ask(
        actor=ctx.actor,
        action=action,
        origin="form",
        judged_before=judged_of(proposal, changed=frozenset(changes)),
        editor=editor.id,
    )
    made = draft(ctx, ask, besides=proposal.id)

    old, version = proposal.digest, proposal.version
    fresh = _sealed(parts, proposal, made, version=version + 1)
    if not swap(session, proposal, **fresh):
        raise Conflict(faster(editor.language))
    parts.note(
        session, proposal, "edited", actor=editor, payload={**_payload(proposal), "before": old}
    )
    parts.on_decided(session, proposal, "edited")
    return proposal


def _as_it_was(proposal: Proposal, name: str, value: object) -> bool:
    """Whether an editor only handed an argument back: a form sends every field, touched or not."""
    shown = [kept[name] for kept in (proposal.args, proposal.asked) if kept and name in kept]
    return any(alike(value, each) for each in shown)


def judged_of(proposal: Proposal, *, changed: Collection[str] = ()) -> tuple[Judged, ...]:
    """What was judged of a proposal's arguments, without those that somebody has changed since."""
    judged = [Judged.from_json(each) for each in proposal.provenance or ()]
    return tuple(each for each in judged if each.pointer.split("/")[1] not in changed)


def _sealed(parts: Parts, proposal: Proposal, made: Draft, *, version: int) -> dict[str, Any]:
    """The columns of the next version, with its own nonce and digest."""
    values = {**made.values(), "version": version, "nonce": secrets.token_hex(16)}
    columns = {each.key: getattr(proposal, each.key) for each in Proposal.__table__.columns}
    next_version = Proposal(**{**columns, **values})
    return {**values, "digest": digest_of(parts.keys, next_version)}


def askable_args(proposal: Proposal) -> dict[str, Any]:
    """What was asked for, with each argument as it was resolved.

    Chosen defaults (staff, price) are left out and chosen anew; "tomorrow" stays the day that it was.
    """
    resolved = proposal.args or {}
    return {name: resolved.get(name, value) for name, value in (proposal.asked or {}).items()}


def erase(
    parts: Parts, session: TenantSession, ids: Collection[str], *, actor: Actor
) -> list[Proposal]:
    """Blank what these proposals keep of people. Those that still wait cannot run any more: they are cancelled."""
    rows = list(session.scalars(sa.select(Proposal).where(Proposal.id.in_(list(ids)))))
    now = parts.clock()
    for row in rows:
        if "cancelled" in MOVES.get(row.status, frozenset()):
            move(session, row, "cancelled", finished_at=now, decided_at=now, decided_by=actor.name)
            parts.note(session, row, "cancelled", actor=actor, payload={"code": "erased"})
            parts.on_decided(session, row, "cancelled")
    blank = {name: sa.null() for name in ("args", "asked", "preview", "provenance", "result")}
    found = [row.id for row in rows]
    session.execute(
        sa.update(Proposal)
        .where(Proposal.id.in_(found))
        .values(**blank, preconditions=[], problem=sa.null())
        .execution_options(synchronize_session=False)
    )
    session.execute(
        sa.update(EffectRow)
        .where(EffectRow.proposal_id.in_(found))
        .values(receipt=sa.null(), error=None)
    )
    erase_votes(session, found)
    for row in rows:
        session.refresh(row)
    return rows
