"""Leads, customers with their addresses on the net and by phone, notes, consent, outgoing mail and
raw import rows.
"""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from memory.tables.base import Base, TenantOwned, belongs_to, key


class Customer(TenantOwned, Base):
    """A person or business the firm works for. `merged_into` makes an old id still resolve."""

    __tablename__ = "customers"
    __table_args__ = (
        sa.Index("ix_customers_folded", "tenant_id", "folded_name", "number", "merged_into"),
        sa.Index("ix_customers_city", "tenant_id", "city", "folded_name", "number", "merged_into"),
        sa.UniqueConstraint("tenant_id", "number"),
    )

    id: Mapped[str] = key()
    number: Mapped[int]
    name: Mapped[str]
    folded_name: Mapped[str]
    words: Mapped[str | None] = mapped_column(deferred=True)  # what it is looked up by; a trigger's
    kind: Mapped[str] = mapped_column(sa.String(8), default="private")  # private | business
    cvr: Mapped[str | None]
    street: Mapped[str | None]
    postal_code: Mapped[str | None]
    city: Mapped[str | None]
    m2: Mapped[int | None]
    frequency: Mapped[str | None]  # weekly | biweekly | monthly | once
    language: Mapped[str] = mapped_column(sa.String(2), default="da")
    merged_into: Mapped[str | None] = mapped_column(sa.String(64))
    origin: Mapped[str] = mapped_column(sa.String(16), default="person")  # demo | import | person
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[dt.datetime]
    updated_at: Mapped[dt.datetime]


class CustomerEmail(TenantOwned, Base):
    """One of a customer's e-mail addresses, normalised (lower case, IDNA domain)."""

    __tablename__ = "customer_emails"
    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "customer_id", "email"),
        sa.Index("ix_customer_emails_email", "tenant_id", "email", "customer_id"),
        belongs_to("customer_id", "customers", ondelete="CASCADE"),
    )

    id: Mapped[str] = key()
    customer_id: Mapped[str] = mapped_column(sa.String(64))
    email: Mapped[str]
    main: Mapped[bool] = mapped_column(default=True)
    verified: Mapped[bool] = mapped_column(default=False)


class CustomerPhone(TenantOwned, Base):
    """One of a customer's phone numbers: E.164, or raw when it is not a valid number (then it is
    no key).
    """

    __tablename__ = "customer_phones"
    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "customer_id", "phone"),
        sa.Index("ix_customer_phones_phone", "tenant_id", "phone", "customer_id"),
        belongs_to("customer_id", "customers", ondelete="CASCADE"),
    )

    id: Mapped[str] = key()
    customer_id: Mapped[str] = mapped_column(sa.String(64))
    phone: Mapped[str]
    valid: Mapped[bool] = mapped_column(default=True)
    main: Mapped[bool] = mapped_column(default=True)


class Lead(TenantOwned, Base):
    """Somebody who asked. `source` and `first_source` are the first touch and never change."""

    __tablename__ = "leads"
    __table_args__ = (
        sa.Index("ix_leads_folded", "tenant_id", "folded_name"),
        # Each answers "newest first" by itself; what comes after the time is filtered in the index.
        sa.Index("ix_leads_city", "tenant_id", "folded_city", "received_at", "status", "source"),
        sa.Index("ix_leads_status", "tenant_id", "status", "received_at", "folded_city", "source"),
        sa.Index("ix_leads_source", "tenant_id", "source", "received_at", "status", "folded_city"),
        sa.Index("ix_leads_received", "tenant_id", "received_at"),
        sa.Index("ix_leads_email", "tenant_id", "email"),
        sa.Index("ix_leads_phone", "tenant_id", "phone"),
        sa.UniqueConstraint("tenant_id", "number"),
        sa.UniqueConstraint("tenant_id", "external_id"),
        belongs_to("customer_id", "customers"),
        belongs_to("assignee_id", "users"),
    )

    id: Mapped[str] = key()
    number: Mapped[int]
    external_id: Mapped[str | None]  # the id in the export it came from
    name: Mapped[str]
    folded_name: Mapped[str]
    words: Mapped[str | None] = mapped_column(deferred=True)  # what it is looked up by; a trigger's
    email: Mapped[str | None]
    phone: Mapped[str | None]
    phone_valid: Mapped[bool] = mapped_column(default=True)
    kind: Mapped[str] = mapped_column(sa.String(8), default="private")
    cvr: Mapped[str | None]
    street: Mapped[str | None]
    postal_code: Mapped[str | None]
    city: Mapped[str | None]
    folded_city: Mapped[str | None]
    status: Mapped[str] = mapped_column(sa.String(12), default="new")
    lost_reason: Mapped[str | None]
    source: Mapped[str]
    source_detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    cost_minor: Mapped[int | None]
    value_minor: Mapped[int | None]
    service: Mapped[str | None]
    m2: Mapped[int | None]
    job: Mapped[dict[str, Any]] = mapped_column(default=dict)
    pipeline: Mapped[dict[str, Any]] = mapped_column(default=dict)
    message: Mapped[str | None]  # third-party words
    assignee_id: Mapped[str | None] = mapped_column(sa.String(64))
    customer_id: Mapped[str | None] = mapped_column(sa.String(64))
    origin: Mapped[str] = mapped_column(sa.String(16), default="person")
    version: Mapped[int] = mapped_column(default=1)
    received_at: Mapped[dt.datetime]
    last_inbound_at: Mapped[dt.datetime | None]
    last_outbound_at: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime]
    updated_at: Mapped[dt.datetime]


class LeadChange(TenantOwned, Base):
    """One move of a lead from one status to another, with who and why."""

    __tablename__ = "lead_changes"
    __table_args__ = (belongs_to("lead_id", "leads", ondelete="CASCADE"),)

    id: Mapped[str] = key()
    lead_id: Mapped[str] = mapped_column(sa.String(64))
    before: Mapped[str | None]
    after: Mapped[str]
    actor_id: Mapped[str]
    cause: Mapped[str | None]
    at: Mapped[dt.datetime]


class Note(TenantOwned, Base):
    """Words about a lead, a customer or a booking. `source` says whose they are; only `staff` is
    trusted.
    """

    __tablename__ = "notes"
    __table_args__ = (sa.Index("ix_notes_about", "tenant_id", "about_kind", "about_id", "at"),)

    id: Mapped[str] = key()
    about_kind: Mapped[str] = mapped_column(sa.String(12))
    about_id: Mapped[str] = mapped_column(sa.String(64))
    text: Mapped[str]
    source: Mapped[str] = mapped_column(sa.String(12))  # staff | customer | third_party | system
    author: Mapped[str]
    origin: Mapped[str] = mapped_column(sa.String(16), default="person")
    at: Mapped[dt.datetime]


class Consent(TenantOwned, Base):
    """A consent given or withdrawn, append-only, with its basis and evidence."""

    __tablename__ = "consents"
    __table_args__ = (sa.Index("ix_consents_about", "tenant_id", "about_kind", "about_id"),)

    id: Mapped[str] = key()
    about_kind: Mapped[str] = mapped_column(sa.String(12))  # lead | customer
    about_id: Mapped[str] = mapped_column(sa.String(64))
    purpose: Mapped[str]
    given: Mapped[bool]
    basis: Mapped[str | None]
    evidence: Mapped[str | None]
    at: Mapped[dt.datetime]


class Mail(TenantOwned, Base):
    """An outgoing mail, stored before it is sent; with the embedded provider the outbox is the end
    of the line.
    """

    __tablename__ = "mails"
    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "key"),
        sa.Index("ix_mails_state", "tenant_id", "state", "created_at"),
    )

    id: Mapped[str] = key()
    key: Mapped[str]  # idempotency key: one mail per effect and purpose
    message_id: Mapped[str]
    to: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    attachments: Mapped[dict[str, Any]] = mapped_column(default=dict)  # name → {type, text}
    about_kind: Mapped[str | None]
    about_id: Mapped[str | None] = mapped_column(sa.String(64))
    state: Mapped[str] = mapped_column(sa.String(12), default="queued")  # queued | sent | unknown
    created_at: Mapped[dt.datetime]
    sent_at: Mapped[dt.datetime | None]


class ImportRow(TenantOwned, Base):
    """One row of an imported file, whole and raw, by dataset and row hash; a bad one keeps its
    line and reasons.
    """

    __tablename__ = "import_rows"
    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "dataset", "row_hash"),
        sa.Index("ix_import_rows_dataset", "tenant_id", "dataset", "line"),
    )

    id: Mapped[str] = key()
    dataset: Mapped[str]
    row_hash: Mapped[str]
    line: Mapped[int]
    state: Mapped[str] = mapped_column(sa.String(12))  # imported | rejected | duplicate
    raw: Mapped[str]
    problems: Mapped[dict[str, Any]] = mapped_column(default=dict)  # field → reason
    lead_id: Mapped[str | None] = mapped_column(sa.String(64))
    customer_id: Mapped[str | None] = mapped_column(sa.String(64))
    at: Mapped[dt.datetime]
