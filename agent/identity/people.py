"""Who is behind a bearer: sign-in rows, users and visitors as actors."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Literal, cast

import sqlalchemy as sa

from agent.identity import bearers
from agent.settings import Keys
from memory.store import Store, TenantSession
from memory.tables.base import new_id
from memory.tables.identity import SignIn, Tenant, User
from tools.errors import NotFound, Unauthenticated
from tools.kit import Actor
from tools.policy import Role

Language = Literal["en", "da"]
SignInKind = Literal["person", "script", "visitor"]
VISIT = dt.timedelta(hours=24)
SCRIPT = dt.timedelta(days=30)


def as_language(code: str | None) -> Language:
    """Danish when asked for, English otherwise."""
    return "da" if code == "da" else "en"


def as_actor(user: User, *, kind: Literal["person", "key"] = "person", channel: str) -> Actor:
    """The user as somebody who can ask for things."""
    return Actor(
        tenant_id=user.tenant_id,
        id=user.id,
        role=cast(Role, user.role),
        name=user.name,
        language=as_language(user.language),
        email=user.email,
        phone=user.phone,
        customer_id=user.customer_id,
        staff_id=user.staff_id,
        kind=kind,
        channel=channel,
    )


class People:
    """Sign-ins of one installation. Every look-up reads the store, so a suspension counts at once."""

    def __init__(self, *, store: Store, keys: Keys, clock: Callable[[], dt.datetime]) -> None:
        self._store = store
        self._keys = keys
        self._clock = clock

    def authenticate(self, bearer: str | None, *, channel: str) -> Actor:
        """The actor behind a bearer. Raises Unauthenticated."""
        if not bearer:
            raise Unauthenticated("Please sign in.")
        claims = bearers.read(self._keys, bearer, now=self._clock())
        with self._store.reading(claims.tenant_id) as session:
            return self._actor_of(session, claims.sign_in_id, channel=channel)

    def check(self, actor: Actor) -> None:
        """Raises Unauthenticated once the sign-in that this actor came with has ended, or the account is suspended."""
        with self._store.reading(actor.tenant_id) as session:
            self._actor_of(session, actor.sign_in_id or "", channel=actor.channel)

    def _actor_of(self, session: TenantSession, sign_in_id: str, *, channel: str) -> Actor:
        row = session.execute(
            sa.select(SignIn, User)
            .outerjoin(User, (User.tenant_id == SignIn.tenant_id) & (User.id == SignIn.user_id))
            .where(SignIn.id == sign_in_id)
        ).one_or_none()
        if row is None:
            raise Unauthenticated("This sign-in is not known here. Please sign in again.")
        sign_in, user = cast(tuple[SignIn, User | None], tuple(row))
        if sign_in.revoked_at or sign_in.expires_at <= self._clock():
            raise Unauthenticated("This sign-in has ended. Please sign in again.")
        if sign_in.kind == "visitor":
            return visitor(session.tenant_id or "", sign_in_id, channel=channel)
        if user is None or user.suspended_at:
            raise Unauthenticated("This account is suspended. Ask the owner to reactivate it.")
        actor = as_actor(
            user, kind="key" if sign_in.kind == "script" else "person", channel=channel
        )
        return replace(actor, sign_in_id=sign_in_id)

    def sign_in(
        self, session: TenantSession, user: User | None, *, kind: SignInKind, lifetime: dt.timedelta
    ) -> tuple[str, dt.datetime]:
        """Store a sign-in and give its bearer and when it runs out. The tenant is the session's."""
        now = self._clock()
        tenant_id = session.tenant_id or (user.tenant_id if user else "")
        made = SignIn(
            tenant_id=tenant_id,
            id=new_id("sgn"),
            user_id=user.id if user else None,
            kind=kind,
            created_at=now,
            expires_at=now + lifetime,
        )
        session.add(made)
        session.flush()
        claims = bearers.Claims(tenant_id, made.id, made.expires_at)
        return bearers.issue(self._keys, claims), made.expires_at

    def visit(self, site_key: str) -> tuple[str, dt.datetime]:
        """A visitor's bearer for the tenant behind a site key. Raises NotFound."""
        with self._store.system() as session:
            tenant_id = session.scalar(sa.select(Tenant.id).where(Tenant.site_key == site_key))
        if tenant_id is None:
            raise NotFound("This site key is not known. Check the tag on the page.")
        with self._store.session(tenant_id) as session:
            return self.sign_in(session, None, kind="visitor", lifetime=VISIT)

    def renew(self, actor: Actor) -> tuple[str, dt.datetime]:
        """A fresh bearer for somebody who is signed in; the old sign-in ends."""
        with self._store.session(actor.tenant_id) as session:
            old = self._revoke(session, actor)
            if old is None:
                raise Unauthenticated("This sign-in has ended. Please sign in again.")
            # Of the same kind: a script's bearer must not become a person's.
            kind = cast(SignInKind, old.kind)
            user = session.fetch(User, actor.id)
            return self.sign_in(session, user, kind=kind, lifetime=bearers.LIFETIME)

    def sign_out(self, actor: Actor) -> None:
        """End the sign-in that this actor came with."""
        with self._store.session(actor.tenant_id) as session:
            self._revoke(session, actor)

    def _revoke(self, session: TenantSession, actor: Actor) -> SignIn | None:
        """The sign-in, ended now; None where it had ended before, so that of several at once one ends it."""
        ended = (
            sa.update(SignIn)
            .where(SignIn.id == (actor.sign_in_id or ""), SignIn.revoked_at.is_(None))
            .values(revoked_at=self._clock())
            .returning(SignIn)
        )
        return session.scalars(ended).one_or_none()


def visitor(tenant_id: str, sign_in_id: str, *, channel: str) -> Actor:
    """An anonymous visitor, known only by the sign-in."""
    return Actor(
        tenant_id=tenant_id,
        id=sign_in_id,
        role="visitor",
        name="Visitor",
        language="en",
        channel=channel,
        sign_in_id=sign_in_id,
    )
