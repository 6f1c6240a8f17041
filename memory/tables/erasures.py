"""What is being erased: kept until no byte of it is left."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from memory.tables.base import Base, TenantOwned, key


class Erasure(TenantOwned, Base):
    """Something that somebody had forgotten or erased, from that moment until the files are clean.

    `sealed` says what to look for (words and ids), and only the vault opens it. The row goes when all is clean.
    """

    __tablename__ = "erasures"

    id: Mapped[str] = key()
    proposal_id: Mapped[str] = mapped_column(sa.String(64))  # the action that asked for it
    sealed: Mapped[str]
    created_at: Mapped[dt.datetime]
