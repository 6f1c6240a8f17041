"""Names of the tenant's own records among the words of a message, so that the embedded model can tell them apart."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from agent.models.offline import Named
from memory.store import TenantSession
from memory.tables.booking import Service, Staff
from memory.tables.leads import Customer, Lead
from memory.tables.registry import METADATA
from tools.kit import Actor
from tools.values.text import fold

MOST = 200
"""Names that are looked up of one message: all runs of up to four words in its first forty."""


def _names(kind: str, model: type[Any], name: str, *, asked: bool = False) -> sa.Select[str, str]:
    """The kind and a name of each of the tenant's rows, or only of those that are `asked` for."""
    table = METADATA.tables[model.__tablename__]
    column: sa.Column[str] = table.c[name]
    rows = sa.select(sa.literal_column(f"'{kind}'", sa.String), column)
    own = rows.where(table.c.tenant_id == sa.bindparam("tenant"))
    if not asked:
        return own
    return own.where(column.in_(sa.bindparam("wanted", expanding=True))).distinct()


# One question, built once: it is asked in every turn.
_PUBLIC = (
    _names("service", Service, "name_en"),
    _names("service", Service, "name_da"),
    _names("staff", Staff, "name"),
)
_FOR_EVERYBODY = sa.union_all(*_PUBLIC)
_FOR_THE_OFFICE = sa.union_all(
    *_PUBLIC,
    _names("customer", Customer, "folded_name", asked=True),
    _names("lead", Lead, "folded_name", asked=True),
)


def known_names(session: TenantSession, actor: Actor, candidates: Sequence[str]) -> list[Named]:
    """The candidates (folded) that are names: services and staff for everybody, customers and leads for the office."""
    wanted = list(dict.fromkeys(candidates))[:MOST]
    given = {"tenant": session.tenant_id} | ({"wanted": wanted} if actor.office else {})
    statement = _FOR_THE_OFFICE if actor.office else _FOR_EVERYBODY
    rows = session.execute(statement, given, execution_options={"tenant_checked": True}).all()
    names = {(str(kind), fold(str(name))) for kind, name in rows}
    names |= {(kind, name.split()[0]) for kind, name in names if kind == "staff" and name}
    return [Named(kind, name) for kind, name in names if name in wanted]
