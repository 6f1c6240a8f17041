"""Numbers without gaps and the one database error that trades answer, on both databases."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from memory.guards import OVERLAP
from memory.tables.conversations import Conversation
from memory.tables.registry import METADATA
from memory.tenancy import TenantSession


def next_number(session: TenantSession, series: str) -> int:
    """The next number of a series, from 1, without gaps: the counter's row stays locked until the
    commit.
    """
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    counters = METADATA.tables["counters"]
    statement = (
        insert(counters)
        .values(tenant_id=session.tenant_id, id=series, value=1)
        .on_conflict_do_update(
            index_elements=["tenant_id", "id"], set_={"value": counters.c.value + 1}
        )
        .returning(counters.c.value)
    )
    return session.execute(statement, execution_options={"tenant_checked": True}).scalar_one()


def take_seq(session: TenantSession, conversation_id: str) -> int:
    """The next event number of a conversation, from 1; LookupError when there is no such
    conversation.

    A `Conversation` object that is already loaded keeps its old `last_seq`.
    """
    statement = (
        sa.update(Conversation)
        .where(Conversation.id == conversation_id)
        .values(last_seq=Conversation.last_seq + 1)
        .returning(Conversation.last_seq)
        .execution_options(synchronize_session=False)
    )
    seq = session.execute(statement).scalar_one_or_none()
    if seq is None:
        raise LookupError(f"There is no conversation {conversation_id}.")
    return seq


def is_overlap(error: IntegrityError) -> bool:
    """Whether this error says that a resource is already taken at that time."""
    return OVERLAP in str(error.orig)
