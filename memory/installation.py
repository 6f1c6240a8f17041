"""The name that this installation goes by where several share a server."""

from secrets import token_hex

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from memory.store import Store
from memory.tables.identity import KeptFact

NAME = "installation"


def installation_of(store: Store) -> str:
    """Nine letters and figures, made once for a store and then always the same."""
    with store.system() as session:
        kept = session.get(KeptFact, NAME)
        if kept is not None:
            return kept.value
        # Several processes may be the first at the same moment: one of them writes, all of them read.
        insert = sqlite.insert if store.dialect == "sqlite" else postgresql.insert
        mine = insert(KeptFact).values(name=NAME, value=f"f{token_hex(4)}")
        session.execute(mine.on_conflict_do_nothing())
        return session.scalars(sa.select(KeptFact.value).where(KeptFact.name == NAME)).one()
