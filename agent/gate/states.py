"""The states of a proposal and the only way from one to the next: a compare-and-swap."""

from typing import Any, Literal, cast

import sqlalchemy as sa

from memory.store import TenantSession
from memory.tables.gate import Proposal

Status = Literal[
    "pending",
    "approved",
    "executing",
    "denied",
    "expired",
    "cancelled",
    "superseded",
    "stale",
    "done",
    "failed",
    "unknown",
]

MOVES: dict[str, frozenset[str]] = {
    "pending": frozenset({"approved", "denied", "expired", "cancelled", "superseded"}),
    "approved": frozenset({"executing", "stale", "cancelled", "expired"}),
    "executing": frozenset({"done", "failed", "unknown"}),
    "unknown": frozenset({"done", "failed"}),
}
COUNTED: tuple[Status, ...] = ("pending", "approved", "executing", "unknown", "done")
FINAL: frozenset[str] = frozenset(
    {"denied", "expired", "cancelled", "superseded", "stale", "done", "failed"}
)
ASKABLE_AGAIN: frozenset[str] = frozenset({"stale", "expired", "cancelled", "failed", "denied"})


def move(session: TenantSession, proposal: Proposal, to: Status, **values: Any) -> bool:
    """Move the proposal on when it is still as it was read; False when somebody was faster.

    Either way the row is read again, so that the caller sees what is there now.
    """
    if to not in MOVES.get(proposal.status, frozenset()):
        raise ValueError(f"a proposal does not go from {proposal.status} to {to}")
    return swap(session, proposal, status=to, **values)


def hold(session: TenantSession, proposal: Proposal) -> Proposal:
    """The row as it is now and stays until this transaction ends. The first of a transaction's locks.

    `key_share`: rows that refer to it, like votes, may still be added. On SQLite a writing session is the only one.
    """
    mine = (
        sa.select(Proposal)
        .where(Proposal.id == proposal.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return session.scalars(mine).one()


def swap(session: TenantSession, proposal: Proposal, **values: Any) -> bool:
    """Change the row when status, version and digest are still those that were read."""
    statement = (
        sa.update(Proposal)
        .where(
            Proposal.tenant_id == proposal.tenant_id,
            Proposal.id == proposal.id,
            Proposal.status == proposal.status,
            Proposal.version == proposal.version,
            Proposal.digest == proposal.digest,
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    # An UPDATE always answers with a cursor, whatever the annotation of execute() says.
    changed = cast(sa.CursorResult[Any], session.execute(statement)).rowcount == 1
    session.refresh(proposal)
    return changed
