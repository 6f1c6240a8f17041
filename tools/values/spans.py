"""What every reader of a sentence returns: a typed value and where it stood."""

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Found(Generic[T]):
    """A value read at `text[start:end]` of the sentence that was given; `text` is that slice."""

    value: T
    start: int
    end: int
    text: str


def found(value: T, text: str, start: int, end: int) -> Found[T]:
    """`value`, read at `text[start:end]`."""
    return Found(value=value, start=start, end=end, text=text[start:end])
