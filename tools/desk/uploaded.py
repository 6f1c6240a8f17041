"""Cuts the rows about one person out of an uploaded file, and leaves every other row as it was."""

import csv
import io
import json
import re
from collections.abc import Callable, Collection, Iterator
from typing import Any, cast

_MARKS = ";,\t|"
_LEAST = 5


def cut_out(content: bytes, words: Collection[str], raws: Collection[str]) -> bytes | None:
    """The file without the rows that hold any of these words, or are one of these imported rows.

    None where there are none, and for a file that is no text.
    """
    text = _decoded(content)
    if text is None:
        return None
    says, known = _says(words), {_key(raw) for raw in raws}
    lines = text.splitlines(keepends=True)
    kept: list[str] = []
    for first, last, values in _records(text, lines):
        row = "".join(lines[first:last])
        if not (says(row) or (values and tuple(values) in known)):
            kept.append(row)
    left = "".join(kept)
    return None if left == text else left.encode()


def _decoded(content: bytes) -> str | None:
    if b"\x00" in content:
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _says(words: Collection[str]) -> Callable[[str], bool]:
    parts = [re.findall(r"\w+", each) for each in words]
    told = [r"\W+".join(map(re.escape, each)) for each in parts if len("".join(each)) >= _LEAST]
    if not told:
        return lambda _: False
    found = re.compile(rf"(?<!\w)(?:{'|'.join(told)})(?!\w)", re.IGNORECASE)
    return lambda row: found.search(_unescaped(row)) is not None


def _unescaped(row: str) -> str:
    """JSON may spell a letter as a number."""
    if "\\u" not in row:
        return row
    try:
        return json.dumps(json.loads(row), ensure_ascii=False)
    except ValueError:
        return row


def _key(raw: str) -> tuple[str, ...]:
    try:
        return tuple(_leaves(json.loads(raw)))
    except ValueError:
        return (raw,)


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for member in cast("dict[str, Any]", value).values():
            yield from _leaves(member)
    elif isinstance(value, list):
        for each in cast("list[Any]", value):
            yield from _leaves(each)
    else:
        yield str(value)


def _records(text: str, lines: list[str]) -> Iterator[tuple[int, int, list[str]]]:
    """(first line, line behind the last, values) of each row: a quoted cell of CSV may hold several lines."""
    if text.lstrip()[:1] in ("{", "["):
        for at, line in enumerate(lines):
            yield at, at + 1, list(_key(line.strip()))
        return
    mark = max(_MARKS, key=(lines or [""])[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=False)
    first = 0
    while first < len(lines):
        try:
            cells = next(reader, None)
        except csv.Error:
            cells = []
        last = max(first + 1, min(reader.line_num, len(lines)))
        yield first, len(lines) if cells is None else last, cells or []
        first = len(lines) if cells is None else last
