"""Whose workspace a bot's token is for, when the token comes from the settings."""

import sqlalchemy as sa

from memory.store import Store
from memory.tables.identity import Tenant
from tools.errors import NotFound, Rejected


def firm_for(store: Store, wanted: str) -> str:
    """The tenant that FRIDAY_SLACK_FIRM names, else the only firm, else the demo firm.

    Raises NotFound for a name that is none, and Rejected with the names of several.
    """
    with store.system() as session:
        rows = session.execute(sa.select(Tenant.id, Tenant.demo).order_by(Tenant.id)).all()
    if wanted:
        if wanted not in {row.id for row in rows}:
            raise NotFound(f"FRIDAY_SLACK_FIRM names no firm of this store: {wanted}.")
        return wanted
    own = [row.id for row in rows if not row.demo]
    if len(own) > 1:
        raise Rejected(
            f"There are several firms here: say whose Slack it is with FRIDAY_SLACK_FIRM ({', '.join(own)})."
        )
    if not rows:
        raise NotFound("There is no firm yet: found one with `friday init`.")
    return own[0] if own else rows[0].id
