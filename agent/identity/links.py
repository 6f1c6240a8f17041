"""Sign-in by a mailed link: it works once, for fifteen minutes, and only when its button is pressed."""

import datetime as dt
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

import sqlalchemy as sa

from agent.identity.bearers import LIFETIME
from agent.identity.limits import REDEEM, SIGN_IN, Limits
from agent.identity.people import People, as_language
from memory.store import Store, TenantSession
from memory.tables.base import new_id
from memory.tables.identity import SignInLink, Tenant, User
from prompts.templates import render_mail
from tools.errors import NotFound, Unauthenticated
from tools.mail import post
from tools.values.emails import read_email

VALID = dt.timedelta(minutes=15)


@dataclass(frozen=True)
class SignedIn:
    """What somebody gets for a link: a bearer, when it runs out, and who they are."""

    token: str
    expires_at: dt.datetime
    tenant_id: str
    user_id: str
    name: str
    role: str


@dataclass(frozen=True)
class Invitation:
    """Whom an unused link would sign in; shown before the button is pressed."""

    name: str
    email: str
    firm: str


def hashed(token: str) -> str:
    """What is kept of a link's token."""
    return sha256(token.encode()).hexdigest()


class Links:
    """Mailed sign-in links of one installation."""

    def __init__(
        self,
        *,
        store: Store,
        people: People,
        limits: Limits,
        clock: Callable[[], dt.datetime],
        base_url: str,
    ) -> None:
        self._store = store
        self._people = people
        self._limits = limits
        self._clock = clock
        self._base_url = base_url

    def request(self, email: str, *, address: str) -> None:
        """Mail a link to everybody active with this address; the answer never tells whether there was anybody.

        Raises Rejected for what is no e-mail address, TooMany above 5 in 15 minutes for the mail address or
        the network address.
        """
        wanted = read_email(email)
        now = self._clock()
        self._limits.take(SIGN_IN, f"net:{address}", now=now)
        self._limits.take(SIGN_IN, f"mail:{wanted}", now=now)
        with self._store.system() as session:
            found = session.execute(
                sa.select(User.tenant_id, User.id).where(
                    User.email == wanted, User.suspended_at.is_(None)
                )
            ).all()
        for tenant_id, user_id in found:
            with self._store.session(tenant_id) as session:
                self._mail_link(session, user_id)

    def make(self, session: TenantSession, user: User, *, valid: dt.timedelta = VALID) -> str:
        """A fresh link for a user, as an address on this server."""
        token = secrets.token_urlsafe(32)
        now = self._clock()
        session.add(
            SignInLink(
                id=new_id("lnk"),
                user_id=user.id,
                email=user.email,
                token_hash=hashed(token),
                created_at=now,
                expires_at=now + valid,
            )
        )
        return f"{self._base_url}/sign-in#{token}"

    def _mail_link(self, session: TenantSession, user_id: str) -> None:
        user = session.fetch(User, user_id)
        tenant = session.scalar(sa.select(Tenant).where(Tenant.id == session.tenant_id))
        if user is None or tenant is None:
            return
        link = self.make(session, user)
        letter = render_mail(
            "sign_in",
            as_language(user.language),
            name=user.name,
            firm=tenant.name,
            link=link,
            minutes=15,
        )
        post(
            session,
            now=self._clock(),
            key=f"sign-in:{hashed(link)[:32]}",
            to=user.email,
            subject=letter.subject,
            body=letter.body,
        )

    def peek(self, token: str, *, address: str) -> Invitation:
        """Whom the link is for. Changes nothing. Raises NotFound."""
        self._limits.take(REDEEM, address, now=self._clock())
        with self._store.system() as session:
            row = self._usable(session, token)
            user = self._user(session, row)
            firm = session.scalar(sa.select(Tenant.name).where(Tenant.id == row.tenant_id))
            return Invitation(name=user.name, email=user.email, firm=firm or "")

    def redeem(self, token: str, *, address: str) -> SignedIn:
        """Use the link, once. Raises NotFound for one that is used, old or unknown."""
        self._limits.take(REDEEM, address, now=self._clock())
        with self._store.system() as session:
            tenant_id = self._usable(session, token).tenant_id
        with self._store.session(tenant_id) as session:
            row = self._usable(session, token)
            user = self._user(session, row)
            used = session.execute(
                sa.update(SignInLink)
                .where(SignInLink.id == row.id, SignInLink.used_at.is_(None))
                .values(used_at=self._clock())
            )
            if getattr(used, "rowcount", 0) != 1:
                raise NotFound("This link has been used. Ask for a new one.")
            bearer, expires_at = self._people.sign_in(
                session, user, kind="person", lifetime=LIFETIME
            )
            return SignedIn(bearer, expires_at, tenant_id, user.id, user.name, user.role)

    def _usable(self, session: TenantSession, token: str) -> SignInLink:
        row = session.scalar(sa.select(SignInLink).where(SignInLink.token_hash == hashed(token)))
        if row is None:
            raise NotFound("This link is not known. Ask for a new one.")
        if row.used_at is not None:
            raise NotFound("This link has been used. Ask for a new one.")
        if row.expires_at <= self._clock():
            raise NotFound("This link has run out after 15 minutes. Ask for a new one.")
        return row

    def _user(self, session: TenantSession, row: SignInLink) -> User:
        user = session.scalar(
            sa.select(User).where(User.tenant_id == row.tenant_id, User.id == row.user_id)
        )
        if user is None or user.suspended_at:
            raise Unauthenticated("This account is suspended. Ask the owner to reactivate it.")
        return user
