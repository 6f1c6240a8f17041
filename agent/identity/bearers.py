"""Signed, short-lived bearers: what is in them, and how they are checked."""

import datetime as dt
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import jwt

from agent.settings import Keys
from tools.errors import Unauthenticated

LIFETIME = dt.timedelta(hours=12)
ALGORITHM = "HS256"
AUDIENCE = "friday"


@dataclass(frozen=True)
class Claims:
    """Whom a bearer names: a sign-in of a tenant."""

    tenant_id: str
    sign_in_id: str
    expires_at: dt.datetime


def _signing_key(secret: bytes) -> bytes:
    # A key of its own per purpose, so that a bearer can never pass for a digest, and of full length.
    return sha256(b"bearer\0" + secret).digest()


def issue(keys: Keys, claims: Claims) -> str:
    """The bearer as a compact JWT whose header names the key."""
    payload = {
        "aud": AUDIENCE,
        "ten": claims.tenant_id,
        "sid": claims.sign_in_id,
        "exp": claims.expires_at,
    }
    return jwt.encode(
        payload, _signing_key(keys.current), ALGORITHM, headers={"kid": keys.current_id}
    )


def read(keys: Keys, bearer: str, *, now: dt.datetime) -> Claims:
    """The claims of a bearer that we signed and that has not run out. Raises Unauthenticated."""
    try:
        secret = keys.by_id(str(jwt.get_unverified_header(bearer).get("kid", "")))
        if secret is None:
            raise Unauthenticated("This sign-in is not known here. Please sign in again.")
        payload: dict[str, Any] = jwt.decode(
            bearer,
            _signing_key(secret),
            [ALGORITHM],
            audience=AUDIENCE,
            options={"require": ["exp", "aud", "ten", "sid"], "verify_exp": False},
        )
        expires_at = dt.datetime.fromtimestamp(int(payload["exp"]), dt.UTC)
        claims = Claims(str(payload["ten"]), str(payload["sid"]), expires_at)
    except (jwt.InvalidTokenError, ValueError, OverflowError, OSError) as error:
        raise Unauthenticated("This sign-in is not valid. Please sign in again.") from error
    # The clock is ours, not the library's, so that tests and replays agree with the store.
    if claims.expires_at <= now:
        raise Unauthenticated("This sign-in has run out. Please sign in again.")
    return claims
