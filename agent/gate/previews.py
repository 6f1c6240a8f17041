"""A proposal's preview as it is stored and digested: in the requester's language, with the same in the other one."""

from collections.abc import Mapping
from typing import Any

from memory.tables.gate import Proposal
from tools.cards import Preview

_TRANSLATED = "translated"


def stored_previews(preview: Preview, translated: Preview) -> dict[str, Any]:
    """Both as one JSON value, so that the digest of a proposal covers every word that anybody is shown."""
    first, second = (each.model_dump(mode="json", by_alias=True) for each in (preview, translated))
    return {**first, _TRANSLATED: second}


def preview_of(proposal: Proposal, language: str) -> Preview | None:
    """The preview in a reader's language; None when it has been erased."""
    stored: Mapping[str, Any] | None = proposal.preview
    if stored is None:
        return None
    if language != proposal.language and _TRANSLATED in stored:
        return Preview.model_validate(stored[_TRANSLATED])
    return Preview.model_validate({n: v for n, v in stored.items() if n != _TRANSLATED})
