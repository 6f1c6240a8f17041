"""What Friday remembers because a person said so, and codes on their way into the vault."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from memory.tables.base import Base, TenantOwned, key


class Fact(TenantOwned, Base):
    """One thing to remember about a customer, a lead or the firm, with who said it and until when it holds.

    `value` and `excerpt` can be erased. An access code is only in `sealed`, which nothing but the vault opens.
    """

    __tablename__ = "facts"
    __table_args__ = (sa.Index("ix_facts_subject", "tenant_id", "subject_kind", "subject_id"),)

    id: Mapped[str] = key()
    subject_kind: Mapped[str] = mapped_column(sa.String(12))  # customer | lead | firm
    subject_id: Mapped[str] = mapped_column(sa.String(64))
    key: Mapped[str] = mapped_column(sa.String(16))
    value: Mapped[str | None]
    sealed: Mapped[str | None]
    excerpt: Mapped[str | None]  # the words it came from
    said_by_id: Mapped[str] = mapped_column(sa.String(64))
    said_by: Mapped[str]
    channel: Mapped[str] = mapped_column(sa.String(16))
    conversation_id: Mapped[str | None] = mapped_column(sa.String(64))
    proposal_id: Mapped[str | None] = mapped_column(sa.String(64))
    trust: Mapped[str] = mapped_column(sa.String(12))  # person | approved
    consent: Mapped[str | None]  # who agreed that it is kept, and when: health data
    valid_from: Mapped[dt.datetime]
    valid_until: Mapped[dt.datetime | None]
    superseded_by: Mapped[str | None] = mapped_column(sa.String(64))
    forgotten_at: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime]


class HandedCode(TenantOwned, Base):
    """A code that somebody wrote, sealed before the message was stored; the message holds its id instead."""

    __tablename__ = "handed_codes"

    id: Mapped[str] = key()
    owner_id: Mapped[str] = mapped_column(sa.String(64))
    sealed: Mapped[str]
    created_at: Mapped[dt.datetime]
