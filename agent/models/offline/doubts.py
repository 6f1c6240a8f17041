"""Actions that are done at once, without a card: when a sentence is too doubtful, and which are never taught."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from agent.models.offline.asking import doubtful
from tools.refs import Slot


@dataclass(frozen=True)
class AtOnce:
    """The tools whose effect may come without a card, and how: by themselves, or even while the firm is frozen."""

    tools: Mapping[str, Literal["auto", "instant"]] = field(
        default_factory=dict[str, Literal["auto", "instant"]]
    )

    def holds_back(
        self, text: str, tool: str, args: Mapping[str, Any], slots: Mapping[str, Slot]
    ) -> bool:
        """Whether to ask first: “booking 34 is not done”, “can I freeze everything?”."""
        if tool not in self.tools:
            return False
        dictated = " ".join(str(v) for name, v in args.items() if slots[name].kind == "text")
        return doubtful(text, dictated)

    def may_be_taught(self, tool: str, text: str) -> bool:
        """Whether a pressed button may teach a phrase: not one that would freeze the firm, and no doubtful one."""
        return self.tools.get(tool) != "instant" and not (tool in self.tools and doubtful(text, ""))
