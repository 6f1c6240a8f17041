"""Names of the tenant's own records among the words of a message, so that the embedded model can tell them apart."""

from collections.abc import Sequence

import sqlalchemy as sa

from agent.models.offline import Named
from memory.store import Store
from memory.tables.booking import Service, Staff
from memory.tables.leads import Customer, Lead
from tools.kit import Actor
from tools.values.text import fold

MOST = 200
"""Names that are looked up of one message: all runs of up to four words in its first forty."""


def known_names(store: Store, actor: Actor, candidates: Sequence[str]) -> list[Named]:
    """The candidates (folded) that are names: services and staff for everybody, customers and leads for the office."""
    wanted = list(dict.fromkeys(candidates))[:MOST]
    parts = [
        sa.select(sa.literal("service"), Service.name_en),
        sa.select(sa.literal("service"), Service.name_da),
        sa.select(sa.literal("staff"), Staff.name),
    ]
    if actor.office:
        for kind, model in (("customer", Customer), ("lead", Lead)):
            rows = sa.select(sa.literal(kind), model.folded_name)
            parts.append(rows.where(model.folded_name.in_(wanted)).distinct())
    with store.reading(actor.tenant_id) as session:
        rows = session.execute(
            sa.union_all(*parts)
        ).all()  # one question: it is asked on every turn
    names = {(str(kind), fold(str(name))) for kind, name in rows}
    names |= {(kind, name.split()[0]) for kind, name in names if kind == "staff" and name}
    return [Named(kind, name) for kind, name in names if name in wanted]
