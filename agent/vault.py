"""Seals short secrets with the installation's key, and opens them again."""

import base64
import secrets
from typing import TYPE_CHECKING

from agent.settings import Keys
from tools.desk.ports import Vault
from tools.errors import Unavailable

# The library takes 9 MB, and many a firm never has a secret to seal.
if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12


class KeyVault(Vault):
    """AES-256-GCM under a key derived from the secret; the key's id stands in front, so that an old key still opens."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def seal(self, tenant_id: str, text: str) -> str:
        """`<key id>:<base64>`, bound to the tenant: nobody else's vault opens it."""
        nonce = secrets.token_bytes(_NONCE)
        closed = _cipher(self._keys.current).encrypt(nonce, text.encode(), tenant_id.encode())
        return f"{self._keys.current_id}:{base64.b64encode(nonce + closed).decode()}"

    def open(self, tenant_id: str, sealed: str) -> str:
        """What was sealed. Unavailable when the key is gone, or the words are not this tenant's."""
        from cryptography.exceptions import InvalidTag

        key_id, _, closed = sealed.partition(":")
        secret = self._keys.by_id(key_id)
        if secret is None:
            raise Unavailable(
                "This was sealed with an earlier secret key. Set it as FRIDAY_SECRET_KEY_OLD.",
                permanent=True,
                sent="no",
            )
        raw = base64.b64decode(closed)
        try:
            opened = _cipher(secret).decrypt(raw[:_NONCE], raw[_NONCE:], tenant_id.encode())
        except InvalidTag:
            raise Unavailable("What was sealed was altered.", permanent=True, sent="no") from None
        return opened.decode()


def _cipher(secret: bytes) -> "AESGCM":
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return AESGCM(HKDF(SHA256(), 32, salt=None, info=b"friday vault").derive(secret))
