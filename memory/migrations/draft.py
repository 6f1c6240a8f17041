"""Drafts the next revision from the models: `python -m memory.migrations.draft URL "What changes"`.

Against PostgreSQL only: what SQLite says about defaults and types is not valid there. Read the
draft before you keep it.
"""

import sys

from alembic import command

from memory.engine import open_engine
from memory.upgrade import alembic_config, latest_revision


def draft(url: str, message: str) -> None:
    """Write a revision that turns the schema at `url` into that of the models; it gets the next
    number.
    """
    number = int(latest_revision()) + 1
    with open_engine(url).begin() as connection:
        command.revision(
            alembic_config(connection), message=message, autogenerate=True, rev_id=f"{number:04d}"
        )


if __name__ == "__main__":
    draft(*sys.argv[1:3])
