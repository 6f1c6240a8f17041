"""Reads the fields of one raw row by their paths, and collects what is wrong with them."""

import datetime as dt
import math
import re
from decimal import Decimal, InvalidOperation
from typing import Any, cast
from zoneinfo import ZoneInfo

from tools.leads.files import Raw
from tools.values.text import clean

_DANISH_DATE = re.compile(
    r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})(?:[ T]+(?:kl\.?\s*)?(\d{1,2})[:.](\d{2}))?"
)


Why = tuple[str, str]
"""What is wrong, in English and in Danish."""


class FieldReader:
    """Reads fields by their path, and collects what is wrong with them."""

    def __init__(self, raw: Raw, *, zone: ZoneInfo) -> None:
        self.raw = raw
        self.zone = zone
        self.problems: dict[str, Why] = {}

    def bad(self, path: str, english: str, danish: str) -> None:
        """Note that the field is wrong; the first reason counts."""
        self.problems.setdefault(path, (english, danish))

    def at(self, path: str) -> Any:
        """What stands at a path, or None."""
        value: Any = self.raw
        for name in path.split("."):
            if value is None:
                return None
            if not isinstance(value, dict):
                self.bad(path.rpartition(".")[0], "should be an object", "skal være et objekt")
                return None
            value = cast(Raw, value).get(name)
        return value

    def part(self, path: str) -> dict[str, Any]:
        """The object at a path, empty when there is none."""
        value = self.at(path)
        if value is None or isinstance(value, dict):
            return cast(Raw, _storable(cast(Raw, value or {})))
        self.bad(path, "should be an object", "skal være et objekt")
        return {}

    def text(self, path: str, *, longest: int = 200) -> str | None:
        """The text at a path, without control characters; None when it is empty."""
        value = self.at(path)
        if value is None:
            return None
        if isinstance(value, bool | dict | list):
            self.bad(path, "should be text", "skal være tekst")
            return None
        plain = clean(str(value)).strip()
        if len(plain) > longest:
            self.bad(path, f"is longer than {longest} characters", f"er længere end {longest} tegn")
        return plain or None

    def whole(self, path: str, *, most: int) -> int | None:
        """The whole number at a path, from 0 to `most`."""
        value = self.text(path)
        if value is None:
            return None
        try:
            number = int(Decimal(value.replace(",", ".")))
        except (InvalidOperation, ValueError, OverflowError):
            self.bad(path, f"“{value}” is not a whole number", f"“{value}” er ikke et helt tal")
            return None
        if not 0 <= number <= most:
            self.bad(
                path,
                f"{number} is not between 0 and {most}",
                f"{number} er ikke mellem 0 og {most}",
            )
            return None
        return number

    def minor(self, path: str) -> int | None:
        """The amount at a path, in minor units."""
        value = self.text(path)
        if value is None:
            return None
        try:
            amount = Decimal(value.replace(" ", "").replace(",", "."))
            minor = int(amount * 100)
        except (InvalidOperation, ValueError, OverflowError):
            self.bad(path, f"“{value}” is not an amount", f"“{value}” er ikke et beløb")
            return None
        if not 0 <= minor <= 10**11:
            self.bad(
                path,
                f"“{value}” is not an amount that a lead can cost",
                f"“{value}” er ikke et beløb, et lead kan koste",
            )
            return None
        return minor

    def when(self, path: str) -> dt.datetime | None:
        """The instant at a path, UTC."""
        value = self.text(path)
        return self.moment(value, path) if value else None

    def moment(self, value: str, path: str) -> dt.datetime | None:
        """`value` as an instant, UTC; noted as wrong at `path` when no calendar has it."""
        try:
            read = _moment(value, self.zone)
            return read.astimezone(dt.UTC)
        except (ValueError, OverflowError):
            self.bad(
                path,
                f"“{value[:40]}” is not a date that exists",
                f"“{value[:40]}” er ikke en dato, der findes",
            )
            return None


def _moment(value: str, zone: ZoneInfo) -> dt.datetime:
    danish = _DANISH_DATE.fullmatch(value.strip())
    if danish:
        day, month, year, hour, minute = (int(part or 0) for part in danish.groups())
        return dt.datetime(year, month, day, hour, minute, tzinfo=zone)
    read = dt.datetime.fromisoformat(value.strip())
    return read if read.tzinfo else read.replace(tzinfo=zone)


def _storable(value: Any, depth: int = 0) -> Any:
    """The value without what a database cannot keep as JSON: control characters, infinities, endless nesting."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if depth > 8:
        return None
    if isinstance(value, dict):
        pairs = cast(Raw, value).items()
        return {clean(str(key)): _storable(one, depth + 1) for key, one in pairs}
    if isinstance(value, list):
        return [_storable(one, depth + 1) for one in cast(list[Any], value)]
    return value
