"""What is done to a message before any of it is stored: codes to doors go into the vault."""

import sqlalchemy as sa

from agent.gate import Gate
from memory.store import Store, TenantSession
from memory.tables.conversations import Turn
from tools.desk.codes import put_away
from tools.desk.ports import Vault
from tools.kit import Actor
from tools.values.access import MASK, find_codes, is_bare_code, mask_codes, speaks_of_codes


def without_codes(
    store: Store, gate: Gate, actor: Actor, text: str, conversation_id: str | None
) -> str:
    """The message as it may be stored. Of the office a code is kept in the vault, of others it is only taken out.

    A message that is nothing but a code counts as one when the person's last message was about a code.
    """
    bare = conversation_id is not None and is_bare_code(text)
    if not bare and not find_codes(text):
        return text
    with store.session(actor.tenant_id) as session:
        if bare and not speaks_of_codes(_said_before(session, actor, conversation_id or "")):
            return text
        ctx = gate.context(session, actor)
        if not actor.office or Vault not in ctx.ports:
            return MASK if bare else mask_codes(text)
        return put_away(ctx, f"code {text.strip()}" if bare else text)


def _said_before(session: TenantSession, actor: Actor, conversation_id: str) -> str:
    last = (
        sa.select(Turn.text)
        .where(
            Turn.conversation_id == conversation_id,
            Turn.actor_id == actor.id,
            Turn.cause == "message",
        )
        .order_by(Turn.number.desc())
        .limit(1)
    )
    return session.scalar(last) or ""
