"""Walks a JSON value, whatever is in it."""

from collections.abc import Iterator
from typing import Any, TypeGuard

Json = dict[str, Any]


def is_object(value: Any) -> TypeGuard[Json]:
    return isinstance(value, dict)


def is_array(value: Any) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def objects(value: Any, at: str = "") -> Iterator[tuple[str, Json]]:
    """Every object in it with its JSON pointer, the outer ones first."""
    if is_array(value):
        for index, each in enumerate(value):
            yield from objects(each, f"{at}/{index}")
    elif is_object(value):
        yield at, value
        for name, each in value.items():
            yield from objects(each, f"{at}/{name}")


def strings(value: Any, *names: str) -> Iterator[str]:
    """Every string that stands under one of these names, in the order of the value."""
    if is_array(value):
        for each in value:
            yield from strings(each, *names)
    elif is_object(value):
        for name, each in value.items():
            if not isinstance(each, str):
                yield from strings(each, *names)
            elif name in names:
                yield each
