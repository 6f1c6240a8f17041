"""Rows to measure understanding with: what somebody said, in which role and language, and the call that they meant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from tools.errors import Rejected
from tools.values.tokens import tokenise


class Row(BaseModel):
    """One thing said. `tool` None asks for nothing that Friday does; `args` hold the words of the message."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lang: Literal["en", "da"]
    role: str = "owner"
    text: str = Field(min_length=1)
    tool: str | None = None
    args: Mapping[str, Any] = Field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class Skipped:
    """A row that cannot be measured, by its place in the file."""

    row: int
    text: str
    why: str


def words_of(text: str) -> str:
    """The folded words of a text without its marks: what two people say alike."""
    tokens = tokenise(text)
    return " ".join(word for word in tokens.words[: len(tokens)] if word[:1].isalnum())


def read_rows(path: Path) -> Sequence[Row]:
    """The rows of a YAML file. Raises Rejected with the first row that is not one."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        told = " ".join(str(error).split())
        raise Rejected(f"{path} cannot be read as YAML: {told}") from error
    try:
        rows = TypeAdapter(list[Row]).validate_python(content)
    except ValidationError as error:
        first = error.errors()[0]
        if not first["loc"]:
            raise Rejected(f"{path} must be a list of rows.") from error
        number, *place = first["loc"]
        where = " ".join(["row", str(int(number) + 1), *map(str, place)])
        raise Rejected(f"{path}, {where}: {first['msg']}.") from error
    if not rows:
        raise Rejected(f"{path} holds no rows.")
    return rows
