"""Arguments that need no words: the file that came along, and oneself."""

from collections.abc import Mapping
from typing import Any

from tools.slot import Slot


def own_arguments(
    args: Mapping[str, Any],
    slots: Mapping[str, Slot],
    *,
    uploads: tuple[str, ...],
    oneself: bool,
) -> dict[str, Any]:
    """The arguments with what needs no words: the file that came along, and `oneself` where nobody is named."""
    own: dict[str, Any] = {}
    for name, slot in slots.items():
        if slot.kind == "upload" and uploads:
            own[name] = uploads[0]
        elif slot.kind == "customer" and oneself and name not in args:
            own[name] = "me"
    return {**args, **own}
