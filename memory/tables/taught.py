"""Phrases that people taught by pressing a button."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from memory.tables.base import Base, TenantOwned, key


class TaughtPhrase(TenantOwned, Base):
    """What one way of saying something means in this firm, with who showed it by choosing.

    Names, dates, figures and free words are masked in both columns: `words` as sentences are compared, `wording` as
    a person wrote it. Of equal `words` the newest that is not reverted counts.
    """

    __tablename__ = "taught_phrases"
    __table_args__ = (sa.Index("ix_taught_phrases_created", "tenant_id", "created_at"),)

    id: Mapped[str] = key()
    words: Mapped[str]
    wording: Mapped[str]
    tool: Mapped[str] = mapped_column(sa.String(64))
    language: Mapped[str] = mapped_column(sa.String(2))
    taught_by_id: Mapped[str] = mapped_column(sa.String(64))
    taught_by: Mapped[str]
    created_at: Mapped[dt.datetime]
    reverted_by_id: Mapped[str | None] = mapped_column(sa.String(64))
    reverted_at: Mapped[dt.datetime | None]
