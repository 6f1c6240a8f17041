"""What binds a vote to exactly what the voter saw: an HMAC with its key's id in front."""

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from agent.settings import Keys
from memory.tables.gate import Proposal


def canonical(value: object) -> bytes:
    """JSON in one spelling: sorted names, no blanks, UTF-8. Refuses NaN and what is not JSON."""
    text = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode()


def seal(keys: Keys, purpose: str, value: object) -> str:
    """`<key id>:<hex>` over a purpose and a JSON value, with the current key."""
    return f"{keys.current_id}:{_mac(keys.current, purpose, value)}"


def holds(keys: Keys, purpose: str, value: object, sealed: str) -> bool:
    """Whether `sealed` was made of this value, with the current key or one still known."""
    key_id, _, given = sealed.partition(":")
    secret = keys.by_id(key_id)
    return secret is not None and hmac.compare_digest(_mac(secret, purpose, value), given)


def _mac(secret: bytes, purpose: str, value: object) -> str:
    message = purpose.encode() + b"\0" + canonical(value)
    return hmac.new(secret, message, hashlib.sha256).hexdigest()


def bound(proposal: Proposal) -> Mapping[str, Any]:
    """Everything of a proposal that a digest covers: with what it was asked for in, and what it replaces or undoes."""
    return {
        **_bound_before(proposal),
        "asked": proposal.asked,
        "replaces": proposal.supersedes,
        "undoes": proposal.undoes,
    }


def _bound_before(proposal: Proposal) -> Mapping[str, Any]:
    """What a digest of an earlier version covers. Nobody without the key can give a newer row such a one."""
    return {
        "tenant": proposal.tenant_id,
        "id": proposal.id,
        "version": proposal.version,
        "tool": proposal.tool,
        "args": proposal.args,
        "preview": proposal.preview,
        "preconditions": proposal.preconditions,
        "provenance": proposal.provenance,
        "outcome": proposal.outcome,
        "effect": proposal.effect,
        "figures": proposal.figures,
        "requester": [proposal.requester_kind, proposal.requester_id, proposal.requester_role],
        "expires": proposal.expires_at.astimezone(dt.UTC).isoformat(),
        "nonce": proposal.nonce,
    }


def digest_of(keys: Keys, proposal: Proposal) -> str:
    """The digest of this version of the proposal."""
    return seal(keys, "proposal", bound(proposal))


def untouched(keys: Keys, proposal: Proposal) -> bool:
    """Whether the stored proposal is still the one that was digested."""
    versions = (bound(proposal), _bound_before(proposal))
    try:
        return any(holds(keys, "proposal", each, proposal.digest) for each in versions)
    except ValueError:  # NaN or half a character: nothing that was ever digested
        return False


def alike(one: object, other: object) -> bool:
    """Whether two stored values are the same. What could never have been digested is like nothing."""
    try:
        return canonical(one) == canonical(other)
    except ValueError:
        return False
