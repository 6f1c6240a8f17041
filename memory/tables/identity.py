"""Tenants, the people who may sign in, and how they did."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from memory.tables.base import Base, TenantOwned, belongs_to, key


class Tenant(Base):
    """One firm. `settings` holds what set_firm may change (address, mail, notice hours, limits)."""

    __tablename__ = "tenants"
    __table_args__ = (sa.UniqueConstraint("id", "number"),)  # what occupancy refers to

    id: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    name: Mapped[str]
    language: Mapped[str] = mapped_column(sa.String(2), default="en")
    zone: Mapped[str] = mapped_column(default="Europe/Copenhagen")
    currency: Mapped[str] = mapped_column(sa.String(3), default="DKK")
    country: Mapped[str] = mapped_column(sa.String(2), default="DK")
    cvr: Mapped[str | None]
    demo: Mapped[bool] = mapped_column(default=False)
    site_key: Mapped[str] = mapped_column(unique=True)
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    limits: Mapped[dict[str, Any]] = mapped_column(default=dict)
    frozen_at: Mapped[dt.datetime | None]
    frozen_reason: Mapped[str | None]
    created_at: Mapped[dt.datetime]


class User(TenantOwned, Base):
    """A person who may sign in, with one role. A customer's user points at the customer, a crew
    member's at the staff row.
    """

    __tablename__ = "users"
    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "email"),
        sa.Index("ix_users_email", "email"),
        belongs_to("customer_id", "customers"),
        belongs_to("staff_id", "staff"),
    )

    id: Mapped[str] = key()
    email: Mapped[str]
    name: Mapped[str]
    role: Mapped[str] = mapped_column(sa.String(16))
    language: Mapped[str] = mapped_column(sa.String(2), default="en")
    phone: Mapped[str | None]
    customer_id: Mapped[str | None] = mapped_column(sa.String(64))
    staff_id: Mapped[str | None] = mapped_column(sa.String(64))
    suspended_at: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime]


class SignInLink(TenantOwned, Base):
    """A mailed link: only its hash is kept, it works once, and opening it changes nothing."""

    __tablename__ = "sign_in_links"
    __table_args__ = (
        sa.Index("ix_sign_in_links_token_hash", "token_hash", unique=True),
        sa.Index("ix_sign_in_links_email_created", "email", "created_at"),
        belongs_to("user_id", "users"),
    )

    id: Mapped[str] = key()
    user_id: Mapped[str | None] = mapped_column(sa.String(64))
    email: Mapped[str]
    token_hash: Mapped[str]
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]


class SignIn(TenantOwned, Base):
    """One signed-in session (person, script or anonymous visitor); a bearer names it, and revoking
    it ends the bearer.
    """

    __tablename__ = "sign_ins"
    __table_args__ = (belongs_to("user_id", "users"),)

    id: Mapped[str] = key()
    user_id: Mapped[str | None] = mapped_column(sa.String(64))
    kind: Mapped[str] = mapped_column(sa.String(16))  # person | script | visitor
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None]


class PolicyRule(TenantOwned, Base):
    """A tenant's own word on a tool: deny, ask (with a policy) or allow. Deny beats ask beats
    allow.
    """

    __tablename__ = "policy_rules"

    id: Mapped[str] = key()
    tool: Mapped[str]
    role: Mapped[str | None]
    decision: Mapped[str] = mapped_column(sa.String(8))
    policy: Mapped[dict[str, Any] | None]
    created_at: Mapped[dt.datetime]


class Counter(TenantOwned, Base):
    """The last number given out of one series (bookings, …), taken in the writing transaction."""

    __tablename__ = "counters"

    id: Mapped[str] = key()
    value: Mapped[int] = mapped_column(default=0)


class KeptFact(Base):
    """A fact about the installation itself, such as the fingerprint of its secret key."""

    __tablename__ = "kept_facts"

    name: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    value: Mapped[str]
