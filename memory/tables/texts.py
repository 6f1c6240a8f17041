"""The words that search looks through: one row for each record that has any."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from memory.tables.base import Base, TenantOwned, key


class Text(TenantOwned, Base):
    """What one record says in plain words. It follows the record, which stays the truth.

    `about_*` is whom it concerns (a customer or a lead), `readers` the one label that its reader must
    have: a role, or a user's id. `folded` is title and body as they are compared. `number` is the row
    in SQLite's index, which only its trigger sets; `embedded_as` the vectors that it is in.
    """

    __tablename__ = "texts"
    __table_args__ = (
        sa.Index("ix_texts_about", "tenant_id", "about_kind", "about_id"),
        sa.Index("ix_texts_number", "number", unique=True),
        sa.Index("ix_texts_embedded_as", "tenant_id", "embedded_as"),
        sa.Index("ix_texts_kind", "tenant_id", "kind", "changed_at"),
    )

    id: Mapped[str] = key()
    number: Mapped[int | None]
    kind: Mapped[str] = mapped_column(sa.String(12))  # customer | lead | note | mail | talk | fact
    record_id: Mapped[str] = mapped_column(sa.String(64))
    about_kind: Mapped[str | None] = mapped_column(sa.String(12))
    about_id: Mapped[str | None] = mapped_column(sa.String(64))
    readers: Mapped[str] = mapped_column(sa.String(64))
    title: Mapped[str]
    body: Mapped[str]
    folded: Mapped[str]
    digest: Mapped[str] = mapped_column(sa.String(64))
    embedded_as: Mapped[str | None] = mapped_column(sa.String(64))
    changed_at: Mapped[dt.datetime]
    valid_until: Mapped[dt.datetime | None]
