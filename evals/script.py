"""What a case is made of: lines that somebody says, decisions that somebody takes, and what each should lead to."""

import datetime as dt
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Person = Literal["owner", "anna", "jonas", "regnskab", "reseller", "jens"]


class Read(BaseModel):
    """Something that a case file says; a misspelt key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Call(Read):
    """A call of a tool. Arguments that are named must be these; `refused` is a piece of the sentence it failed with."""

    tool: str
    args: dict[str, Any] = Field(default_factory=dict[str, Any])
    refused: str | None = None


class Proposes(Read):
    """A proposal on a card. Arguments that are named must be these, and the card must show each of `shows`."""

    tool: str
    args: dict[str, Any] = Field(default_factory=dict[str, Any])
    status: str = "pending"
    shows: tuple[str, ...] = ()


class Expected(Read):
    """What an answer should be. `calls` and `proposes` are whole: what is not listed may not be there."""

    calls: tuple[Call, ...] = ()
    proposes: tuple[Proposes, ...] = ()
    says: tuple[str, ...] = ()
    never_says: tuple[str, ...] = ()
    language: Literal["en", "da"] | None = None
    choices: int | None = None
    """At least so many buttons; 0 for none."""
    asks_for: str | None = None
    """The argument that the form asks for."""


class Became(Read):
    """What should become of a proposal, and what the conversation should say about it."""

    status: str
    says: tuple[str, ...] = ()


class Say(Read):
    """A line, as if it was typed. `new` begins another conversation."""

    say: str
    new: bool = False
    expect: Expected = Expected()


class Approve(Read):
    """A yes to the latest proposal of this tool, with the digest that its card showed."""

    approve: str
    by: Person | None = None
    expect: Became = Became(status="done")


class Deny(Read):
    """A no with a reason."""

    deny: str
    reason: str
    by: Person | None = None
    expect: Became = Became(status="denied")


class Edit(Read):
    """Other arguments for the latest proposal of this tool: another version, which is decided by itself."""

    edit: str
    args: dict[str, Any]
    by: Person | None = None
    expect: Became = Became(status="pending")


class Ignore(Read):
    """Nobody decides for so many hours, and the sweep runs."""

    ignore: str
    hours: float
    expect: Became = Became(status="expired")


Step = Say | Approve | Deny | Edit | Ignore


class Planted(Read):
    """A note of a third party that lies on a lead before anybody speaks."""

    lead: str
    text: str


class Change(Read):
    """Rows of one table, by the columns that are named. Each list is whole."""

    added: tuple[dict[str, Any], ...] = ()
    changed: tuple[dict[str, Any], ...] = ()
    removed: tuple[dict[str, Any], ...] = ()


class Script(Read):
    """Who plays what, on the fixed Monday unless another instant is named, and how the store should be in the end."""

    actor: Person
    steps: tuple[Step, ...]
    planted: tuple[Planted, ...] = ()
    now: dt.datetime | None = None
    changes: dict[str, Change] = Field(default_factory=dict[str, Change])
    """Every table that is not named is as it was."""
    letters: int = 0
    """How many letters left the building."""
