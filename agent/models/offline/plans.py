"""What the embedded model decided about a message: a tool to call, or words to say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from agent.models.offline.lessons import Lesson
from tools.cards import FormField, Option


@dataclass(frozen=True)
class Call:
    """Call one tool."""

    tool: str
    args: Mapping[str, Any]
    then: str = ""  # a question to come back to afterwards
    memo: Mapping[str, Any] = field(
        default_factory=dict[str, Any]
    )  # kept with `then`, or when it fails
    kept: Mapping[str, Any] = field(default_factory=dict[str, Any])  # kept in any case
    lesson: Lesson | None = None  # what the person taught by choosing this


@dataclass(frozen=True)
class Said:
    """Answer with words; `memo` is kept for the person's next message."""

    text: str
    options: tuple[Option, ...] = ()
    form: tuple[str, tuple[FormField, ...], Mapping[str, Any]] | None = None  # tool, missing, args
    memo: Mapping[str, Any] = field(default_factory=dict[str, Any])
    lesson: Lesson | None = None


Plan = Call | Said
