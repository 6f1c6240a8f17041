"""Signed, short-lived bearers: what is in them, and how they are checked."""

import datetime as dt
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

# A JWT library would load `cryptography` into every process (9 MB) for a signature that only we read.
from itsdangerous import BadData, URLSafeSerializer

from agent.settings import Keys
from tools.errors import Unauthenticated

LIFETIME = dt.timedelta(hours=12)
LONGEST = 1000
"""Characters that a bearer can have; ours have about 200."""


@dataclass(frozen=True)
class Claims:
    """Whom a bearer names: a sign-in of a tenant."""

    tenant_id: str
    sign_in_id: str
    expires_at: dt.datetime


def _signed_with(secret: bytes) -> URLSafeSerializer:
    # The salt gives bearers a key of their own, so that one can never pass for a digest.
    return URLSafeSerializer(
        secret,
        salt=b"bearer",
        signer_kwargs={"key_derivation": "hmac", "digest_method": sha256},
    )


def issue(keys: Keys, claims: Claims) -> str:
    """`<key id>.<claims>.<HMAC-SHA256>`, safe in a URL; `exp` is a Unix time in whole seconds."""
    payload = {
        "ten": claims.tenant_id,
        "sid": claims.sign_in_id,
        "exp": int(claims.expires_at.timestamp()),
    }
    return f"{keys.current_id}.{_signed_with(keys.current).dumps(payload)}"


def read(keys: Keys, bearer: str, *, now: dt.datetime) -> Claims:
    """The claims of a bearer that we signed and that has not run out. Raises Unauthenticated."""
    if len(bearer) > LONGEST:
        raise Unauthenticated("This sign-in is not valid. Please sign in again.")
    key_id, _, signed = bearer.partition(".")
    secret = keys.by_id(key_id)
    if secret is None:
        raise Unauthenticated("This sign-in is not known here. Please sign in again.")
    try:
        payload: dict[str, Any] = _signed_with(secret).loads(signed)
        expires_at = dt.datetime.fromtimestamp(int(payload["exp"]), dt.UTC)
        claims = Claims(str(payload["ten"]), str(payload["sid"]), expires_at)
    except (BadData, LookupError, TypeError, ValueError, OverflowError, OSError) as error:
        raise Unauthenticated("This sign-in is not valid. Please sign in again.") from error
    if claims.expires_at <= now:
        raise Unauthenticated("This sign-in has run out. Please sign in again.")
    return claims
