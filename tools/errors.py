"""The errors a tool may raise, named by what the person or the model should do next.

* ToolError        expected; its message is safe to show to anyone
  + Rejected       these arguments cannot work; different ones might
    - NotFound
    - Unclear      several readings are possible; carries the choices
  + Conflict       the world has moved on; asking again will not help
    - Stale        … since the preview: says what moved, and offers to propose again
  + Forbidden      this actor may not
    - Unauthenticated
  + TooMany        a limit over time, and when it can be met
  + TooLarge       a limit in size, and how it can be met
  + Unavailable    an outside system failed
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Choice:
    """One way to go on that a person can press: a label, or the tool call (wire-spelled arguments) it stands for."""

    label: str
    tool: str | None = None
    args: Mapping[str, object] = field(default_factory=dict[str, object])


class ToolError(Exception):
    """An expected failure. `fields` maps an argument (wire spelling) to what is wrong with it."""

    def __init__(self, message: str, *, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.fields: dict[str, str] = dict(fields or {})


class Rejected(ToolError):
    """These arguments cannot work; different ones might."""


class NotFound(Rejected):
    """Nothing of that name or id can be seen by this actor."""


class Unclear(Rejected):
    """More than one reading is possible: the message asks, and the choices answer."""

    def __init__(
        self,
        message: str,
        *,
        choices: Sequence[Choice] = (),
        fields: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message, fields=fields)
        self.choices: tuple[Choice, ...] = tuple(choices)


class Conflict(ToolError):
    """The world has moved on; asking again will not help."""


@dataclass(frozen=True)
class Moved:
    """One thing that changed since a preview was shown."""

    label: str
    before: str
    after: str


class Stale(Conflict):
    """What the approver saw is no longer so. `moved` says what; `choices` offers ways on."""

    def __init__(
        self, message: str, *, moved: Sequence[Moved] = (), choices: Sequence[Choice] = ()
    ) -> None:
        super().__init__(message)
        self.moved: tuple[Moved, ...] = tuple(moved)
        self.choices: tuple[Choice, ...] = tuple(choices)


class Forbidden(ToolError):
    """This actor may not."""


class Unauthenticated(Forbidden):
    """Nobody is signed in, or the sign-in has run out."""


class TooMany(ToolError):
    """A limit over time was reached. `retry_after` is in seconds."""

    def __init__(self, message: str, *, retry_after: int = 60) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class TooLarge(ToolError):
    """The input is larger than what is taken; the message says how large it may be."""


class Unavailable(ToolError):
    """An outside system failed.

    `permanent`: trying again later cannot help. `sent`: "no" when the request surely had no effect,
    "maybe" when it may have had one. Only sent="no", or a port that honours keys, is ever retried.
    """

    def __init__(
        self, message: str, *, permanent: bool = False, sent: Literal["no", "maybe"] = "maybe"
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.sent: Literal["no", "maybe"] = sent
