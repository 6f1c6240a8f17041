"""The seals on stored proposals and votes, and the alarm when one of them is broken."""

import logging
import secrets
from collections.abc import Collection, Generator
from contextlib import contextmanager
from typing import Any, Literal

import sqlalchemy as sa

from agent.gate import audit
from agent.gate.digest import holds, seal, untouched
from agent.gate.parts import Parts
from agent.gate.words import say
from memory.store import TenantSession
from memory.tables.gate import Proposal, Vote
from tools.errors import Conflict
from tools.kit import Actor

_log = logging.getLogger(__name__)


class Tampered(Conflict):
    """A stored proposal is not the one that was digested; `actor` wanted to go on with it."""

    def __init__(self, message: str, *, proposal_id: str, actor: Actor) -> None:
        super().__init__(message)
        self.proposal_id = proposal_id
        self.actor = actor


def check_seal(parts: Parts, proposal: Proposal, actor: Actor) -> None:
    """Raise Tampered, and an alarm, when the stored row is not the one that was digested."""
    if not untouched(parts.keys, proposal):
        raise _alarm(proposal, actor)


def altered(parts: Parts, proposal: Proposal) -> bool:
    """Whether somebody changed it behind the gate's back. One that was erased is blank, and waits for nothing."""
    blank = proposal.args is None and proposal.preview is None and proposal.status != "pending"
    return not blank and not untouched(parts.keys, proposal)


def altered_sentence(language: Literal["en", "da"]) -> str:
    """What people are told of it."""
    return say(
        language,
        "What is stored is not what was proposed, so it cannot be used. Ask for it anew.",
        "Det gemte er ikke det, der blev foreslået, så det kan ikke bruges. Bed om det på ny.",
    )


def check_result(parts: Parts, session: TenantSession, proposal: Proposal, actor: Actor) -> None:
    """Raise Tampered, and an alarm, when what was done is not what the trail says was done.

    The receipt comes to be after the digest, and is written to the trail in the transaction that stores it.
    """
    receipt = proposal.result
    if not audit.tells(session, parts.keys, subject=proposal.id, event="done", payload=receipt):
        raise _alarm(proposal, actor)


def _alarm(proposal: Proposal, actor: Actor) -> Tampered:
    _log.critical("tampered proposal tenant=%s proposal=%s", proposal.tenant_id, proposal.id)
    message = altered_sentence(actor.language)
    return Tampered(message, proposal_id=proposal.id, actor=actor)


@contextmanager
def watched(parts: Parts, tenant_id: str) -> Generator[TenantSession]:
    """A writing session. What it refuses as tampered with is on record although everything else is rolled back."""
    try:
        with parts.store.session(tenant_id) as session:
            yield session
    except Tampered as error:
        # Only now: SQLite has one writer, and it was the session that has just been rolled back.
        with parts.store.session(tenant_id) as session:
            record(parts, session, error)
        raise


def record(parts: Parts, session: TenantSession, error: Tampered) -> None:
    """The audit row of a proposal that was found altered."""
    proposal = session.fetch(Proposal, error.proposal_id)
    if proposal is not None:
        parts.note(session, proposal, "tampered", actor=error.actor)


def sealed(parts: Parts, proposal: Proposal, vote: Vote) -> Vote:
    """The vote with its seal: nobody adds a vote without the key. Its words are only bound by a salted HMAC."""
    vote.salt = secrets.token_hex(16)
    vote.words_mac = seal(parts.keys, "vote words", _words(vote))
    vote.digest = seal(parts.keys, "vote", _bound(proposal, vote))
    return vote


def genuine(parts: Parts, proposal: Proposal, vote: Vote) -> bool:
    """Whether the vote was cast through the gate, on this version of the proposal; its words may be erased."""
    if not holds(parts.keys, "vote", _bound(proposal, vote), vote.digest):
        return False
    if proposal.args is None and vote.salt is None:
        return vote.reason is None and vote.typed is None and not vote.confirmed
    return holds(parts.keys, "vote words", _words(vote), vote.words_mac)


def erase_votes(session: TenantSession, proposal_ids: Collection[str]) -> None:
    """Blank what voters of these proposals wrote; their seals still hold once the proposals are blank too."""
    session.execute(
        sa.update(Vote)
        .where(Vote.proposal_id.in_(list(proposal_ids)))
        .values(reason=None, typed=None, confirmed=[], salt=None)
    )


def _words(vote: Vote) -> list[Any]:
    return [vote.salt, vote.reason, vote.typed, vote.confirmed]


def _bound(proposal: Proposal, vote: Vote) -> dict[str, Any]:
    return {
        "proposal": proposal.digest,
        "id": proposal.id,
        "voter": vote.voter_id,
        "decision": vote.decision,
        "version": vote.version,
        "words": vote.words_mac,
    }
