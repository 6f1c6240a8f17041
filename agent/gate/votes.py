"""Who may decide a proposal, and one person's decision on exactly what they saw."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from agent.gate.contexts import tenant_of
from agent.gate.parts import Parts
from agent.gate.policy import Outcome, satisfies
from agent.gate.previews import preview_of
from agent.gate.provenance import Judged
from agent.gate.reading import readings
from agent.gate.seals import check_seal, sealed
from agent.gate.states import Status, move
from agent.gate.words import changed, say, settled
from memory.store import TenantSession
from memory.tables.base import new_id
from memory.tables.gate import Proposal, Vote
from memory.tables.identity import User
from tools.cards import Preview
from tools.errors import Conflict, Forbidden, Rejected
from tools.kit import OFFICE, Actor
from tools.labels import label_of
from tools.policy import Role
from tools.values.redact import redact
from tools.values.text import clean, fold

Decision = Literal["approve", "deny"]
_LONGEST_REASON = 2000


@dataclass(frozen=True)
class Ballot:
    """A decision and what its voter saw, confirmed and typed."""

    digest: str
    decision: Decision
    channel: str
    reason: str | None = None
    confirmed: Collection[str] = ()
    typed: str | None = None


def visible(actor: Actor, proposal: Proposal) -> bool:
    """The office sees every proposal of the firm; others their own and those they may review."""
    if actor.tenant_id != proposal.tenant_id:
        return False
    if actor.kind == "system" or actor.role in OFFICE or proposal.requester_id == actor.id:
        return True
    outcome = Outcome.from_json(proposal.outcome)
    return outcome.role is not None and satisfies(actor.role, outcome.role)


def visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """The same as a condition, for a session of the actor's own tenant."""
    if actor.kind == "system" or actor.role in OFFICE:
        return sa.true()
    # Nobody but the owner, who is of the office, stands in for another role.
    reviewable = Proposal.outcome["role"].as_string() == actor.role
    return sa.or_(Proposal.requester_id == actor.id, reviewable)


def why_not(parts: Parts, session: TenantSession, actor: Actor, proposal: Proposal) -> str | None:
    """None when this actor may decide it, else a sentence. The role is read from the store, not from the bearer."""
    role = role_now(session, actor)
    if actor.kind == "system" or role is None:
        return say(actor.language, "You may not decide this.", "Du må ikke beslutte dette.")
    outcome = Outcome.from_json(proposal.outcome)
    if actor.kind == "key" and _for_people(proposal, outcome):
        return say(
            actor.language,
            "A script may not approve this for a person.",
            "Et script må ikke godkende dette for en person.",
        )
    if outcome.kind == "review":
        return _why_not_review(actor, role, proposal, outcome)
    mine = actor.id == proposal.requester_id
    # A schedule or a key asked: the office stands in for it.
    theirs = mine or (proposal.requester_kind != "person" and role in OFFICE)
    if theirs and role in parts.registry.action(proposal.tool).roles:
        return None
    if mine:
        return say(
            actor.language,
            "Your role may not decide this any more.",
            "Din rolle må ikke beslutte det her længere.",
        )
    return say(
        actor.language,
        f"Only {proposal.requester_name} decides this.",
        f"Kun {proposal.requester_name} beslutter dette.",
    )


def _for_people(proposal: Proposal, outcome: Outcome) -> bool:
    """What a person has to look at: any review, and what a person asked for that is final, red or to be typed."""
    if outcome.kind == "review":
        return True
    if proposal.requester_kind != "person":
        return False
    final = proposal.effect == "irreversible"
    return final or bool(red_ones(proposal)) or outcome.typed is not None


def _why_not_review(actor: Actor, role: Role, proposal: Proposal, outcome: Outcome) -> str | None:
    if actor.id == (outcome.edited_by or proposal.requester_id):
        return say(
            actor.language,
            "This is what you asked for, so somebody else decides it.",
            "Det er dig, der har bedt om det her, så en anden beslutter det.",
        )
    if may_review(actor.id, role, proposal, outcome):
        return None
    return say(
        actor.language,
        f"Somebody with the role {outcome.role} decides this.",
        f"En med rollen {outcome.role} beslutter dette.",
    )


def may_review(voter_id: str, role: Role, proposal: Proposal, outcome: Outcome) -> bool:
    """Whoever holds the role; and the requester, of a version that somebody else wrote."""
    if outcome.edited_by is not None and voter_id == proposal.requester_id:
        return True
    return outcome.role is not None and satisfies(role, outcome.role)


def check_own(actor: Actor, proposal: Proposal) -> None:
    """Raise Forbidden unless this actor may take it back: their own, or for the office what no person asked for."""
    if proposal.requester_id == actor.id or (actor.office and proposal.requester_kind != "person"):
        return
    raise Forbidden(
        say(
            actor.language,
            f"Only {proposal.requester_name} can withdraw this.",
            f"Kun {proposal.requester_name} kan trække det tilbage.",
        )
    )


def role_now(session: TenantSession, actor: Actor) -> Role | None:
    """The role that the store knows this actor by; None when suspended or gone. Visitors have no row."""
    user = session.fetch(User, actor.id)
    if user is None:
        return "visitor" if actor.role == "visitor" else None
    return None if user.suspended_at else cast(Role, user.role)


def cast_vote(
    parts: Parts,
    session: TenantSession,
    proposal: Proposal,
    actor: Actor,
    ballot: Ballot,
) -> None:
    """One decision, bound to the digest; approving and enqueueing are this one transaction.

    Raises Conflict for whoever comes second or saw another version, Forbidden, and Rejected with the pointers
    still to be confirmed or the figure to be typed.
    """
    now = parts.clock()
    check_open(parts, session, proposal, actor, digest=ballot.digest, now=now)
    if sentence := why_not(parts, session, actor, proposal):
        raise Forbidden(sentence)
    if ballot.decision == "approve":
        _check_approval(proposal, actor, ballot)
    ballot = _redacted(proposal, ballot)

    to: Status = "approved" if ballot.decision == "approve" else "denied"
    reason = redact(clean(ballot.reason))[:_LONGEST_REASON] if ballot.reason else None
    ended: dict[str, Any] = {}
    if to == "denied":
        ended = {"finished_at": now, "problem": {"code": "denied", "message": reason or ""}}
    if not move(session, proposal, to, decided_at=now, decided_by=actor.name, **ended):
        raise lost(session, proposal, actor, now=now)
    vote = _vote(proposal, actor, ballot, role=role_now(session, actor), reason=reason, now=now)
    session.add(sealed(parts, proposal, vote))
    payload = {
        "version": proposal.version,
        "digest": ballot.digest,
        "reason": reason,
        "confirmed": sorted(ballot.confirmed),
        "typed": ballot.typed,
        "fallback": bool(proposal.outcome.get("fallback")),
    }
    parts.note(session, proposal, to, actor=actor, payload=payload)
    if to == "approved":
        parts.enqueue(session, proposal.tenant_id, proposal.id)
    parts.on_decided(session, proposal, to)


def _redacted(proposal: Proposal, ballot: Ballot) -> Ballot:
    """As it may be stored; it has been compared as it came."""
    typed = redact(clean(ballot.typed)) if ballot.typed is not None else None
    confirmed = {each.pointer for each in red_ones(proposal)}.intersection(ballot.confirmed)
    return replace(ballot, typed=typed, confirmed=confirmed)


def check_open(
    parts: Parts,
    session: TenantSession,
    proposal: Proposal,
    actor: Actor,
    *,
    digest: str,
    now: dt.datetime,
) -> None:
    """Raise Conflict unless it is pending, untouched (else Tampered) and still what the actor saw."""
    if proposal.status != "pending":
        raise lost(session, proposal, actor, now=now)
    if proposal.digest != digest:
        raise Conflict(changed(actor.language))
    check_seal(parts, proposal, actor)


def lost(session: TenantSession, proposal: Proposal, actor: Actor, *, now: dt.datetime) -> Conflict:
    """What somebody is told who was not the first."""
    if proposal.status == "pending":
        return Conflict(changed(actor.language))
    zone = ZoneInfo(tenant_of(session).zone)
    return Conflict(settled(proposal, zone=zone, now=now, language=actor.language))


def red_ones(proposal: Proposal) -> list[Judged]:
    """The arguments that need an explicit confirmation."""
    judged = [Judged.from_json(each) for each in proposal.provenance or ()]
    return [each for each in judged if each.red]


def _check_approval(proposal: Proposal, actor: Actor, ballot: Ballot) -> None:
    missing = {
        each.pointer: say(
            actor.language,
            f"{each.label}: “{each.value}” did not come from the requester. Confirm it explicitly.",
            f"{each.label}: “{each.value}” kom ikke fra den, der bad om det. Bekræft det udtrykkeligt.",
        )
        for each in red_ones(proposal)
        if each.pointer not in ballot.confirmed
    }
    if missing:
        raise Rejected(" ".join(missing.values()), fields=missing)
    wanted = typed_of(proposal)
    if wanted is not None and not wanted.matches(ballot.typed or ""):
        english, danish = (label.lower() for label in label_of(wanted.name))
        sentence = say(
            actor.language,
            f"Type {english} exactly as it is shown ({wanted.shown}).",
            f"Skriv {danish} præcis, som det står ({wanted.shown}).",
        )
        raise Rejected(sentence, fields={"typed": sentence})


@dataclass(frozen=True)
class Typed:
    """What an approver has to type. `values` are its readings as a number, if it is one."""

    name: str
    shown: str
    values: frozenset[Decimal] = frozenset()

    def matches(self, typed: str) -> bool:
        """By value: “9900”, “9.900,00” and “9,900” are one amount."""
        if not typed.strip():
            return False
        number = "".join(c for c in typed if c.isdigit() or c in ".,")
        return fold(typed) == fold(self.shown) or not self.values.isdisjoint(readings(number))


def typed_of(proposal: Proposal) -> Typed | None:
    """The figure or argument that its outcome names; None when nothing has to be typed."""
    name = Outcome.from_json(proposal.outcome).typed
    if name is None:
        return None
    preview = preview_of(proposal, proposal.language) or Preview(title="")
    for figure in preview.figures:
        if figure.name == name:
            money = len(figure.unit) == 3 and figure.unit.isupper()
            value = Decimal(figure.amount) / 100 if money else Decimal(figure.amount)
            return Typed(name=name, shown=figure.shown, values=frozenset({value}))
    shown = (proposal.args or {}).get(name) or preview.facts.get(name)
    return Typed(name=name, shown=str(shown or name))


def _vote(
    proposal: Proposal,
    actor: Actor,
    ballot: Ballot,
    *,
    role: Role | None,
    reason: str | None,
    now: dt.datetime,
) -> Vote:
    return Vote(
        tenant_id=proposal.tenant_id,
        id=new_id("vote"),
        proposal_id=proposal.id,
        version=proposal.version,
        voter_id=actor.id,
        voter_name=actor.name,
        voter_role=role or actor.role,
        decision=ballot.decision,
        digest=ballot.digest,
        reason=reason,
        confirmed=sorted(ballot.confirmed),
        typed=ballot.typed,
        channel=ballot.channel,
        created_at=now,
    )


def by_policy(parts: Parts, session: TenantSession, proposal: Proposal) -> None:
    """The policy itself says yes, with the same records as a person's vote."""
    now = parts.clock()
    move(session, proposal, "approved", decided_at=now, decided_by="Friday")
    vote = Vote(
        tenant_id=proposal.tenant_id,
        id=new_id("vote"),
        proposal_id=proposal.id,
        version=proposal.version,
        voter_id="policy",
        voter_name="Friday",
        voter_role="system",
        decision="approve",
        digest="",
        reason="; ".join(proposal.outcome["because"]) or proposal.outcome["kind"],
        confirmed=[],
        typed=None,
        channel=proposal.channel,
        created_at=now,
    )
    session.add(sealed(parts, proposal, vote))
    parts.note(session, proposal, "approved", payload={"by": "policy", **proposal.outcome})
