"""Whether a plan is what a row meant: the tool, and each argument by its value."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal
from zoneinfo import ZoneInfo

from agent.models.offline.plans import Call, Plan, Said
from evals.nlu.rows import Row
from tools.slot import Slot
from tools.values.durations import read_duration
from tools.values.moments import Moment, find_moments
from tools.values.text import fold

Kinds = Mapping[str, Literal["lookup", "action"]]
OWN = "me"
"""What a customer is filled in as by the planner: nobody said it."""
_EDGES = re.compile(
    r"^(?:on|at|the|a|an|den|d\.|på|paa|kl\.?|i|in|to|til|for|from|fra|since|siden)\s+"
)
_ENDS = re.compile(r"(?:['’]?s)?[\s.!?,]*$")


@dataclass(frozen=True)
class Verdict:
    """What became of one row."""

    row: Row
    did: str | None
    """The tool that was called or is being filled in; None when there were only words or buttons."""
    args: Mapping[str, Any]
    offered: tuple[str, ...]
    ranked: tuple[str, ...]
    right: int = 0
    wanted: int = 0
    extra: int = 0

    @property
    def first(self) -> bool:
        """The likeliest meaning is the right one."""
        return self.ranked[:1] == ((self.row.tool or "none"),)

    @property
    def third(self) -> bool:
        """The right one is among the three likeliest."""
        return (self.row.tool or "none") in self.ranked[:3]

    @property
    def reached(self) -> bool:
        """The person gets there: done at once, or by one button."""
        return self.did == self.row.tool or (self.did is None and self.row.tool in self.offered)


def judge(
    row: Row,
    plan: Plan,
    ranked: Sequence[str],
    slots: Mapping[str, Mapping[str, Slot]],
    *,
    now: dt.datetime,
    zone: ZoneInfo,
) -> Verdict:
    """The verdict on one plan. Arguments count where the tool is right."""
    did, args, offered = _what(plan)
    if did is not None and did == row.tool:
        kinds = slots[did]
        right = sum(
            name in kinds
            and (got := _got(name, args)) is not None
            and same(kinds[name], said, got, now=now, zone=zone)
            for name, said in row.args.items()
        )
        extra = sum(name not in row.args and value != OWN for name, value in args.items())
        return Verdict(row, did, args, offered, tuple(ranked), right, len(row.args), extra)
    return Verdict(row, did, args, offered, tuple(ranked))


def _got(name: str, args: Mapping[str, Any]) -> object | None:
    """The value of an argument; the end of a period may be said with its beginning, in one breath."""
    return args.get(name, args.get("from") if name == "to" else None)


def _what(plan: Plan) -> tuple[str | None, Mapping[str, Any], tuple[str, ...]]:
    if isinstance(plan, Call):
        return plan.tool, plan.args, ()
    if plan.form is not None:
        return plan.form[0], plan.form[2], ()
    return None, {}, tuple(option.tool for option in plan.options if option.tool)


def same(slot: Slot, said: object, got: object, *, now: dt.datetime, zone: ZoneInfo) -> bool:
    """Equal as values: "next Tuesday at 10" is "tuesday next week 10:00"; a name without its genitive."""
    mine, yours = _plain(said), _plain(got)
    if mine == yours:
        return True
    match slot.kind:
        case "when" | "day":
            return _same_moment(mine, yours, now, zone)
        case "hours":
            return _length(mine) is not None and _length(mine) == _length(yours)
        case "money" | "number" | "booking" | "phone":
            return _number(mine) is not None and _number(mine) == _number(yours)
        case "text":
            # Where free words begin and end is a matter of taste: one inside the other, and most of it, will do.
            return min(len(mine), len(yours)) > max(len(mine), len(yours)) * 0.6 and (
                mine in yours or yours in mine
            )
        case _:
            return False


def _plain(value: object) -> str:
    said = ", ".join(str(each) for each in value) if isinstance(value, list | tuple) else str(value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    folded = _ENDS.sub("", fold(said)).strip(" \"'")
    return _EDGES.sub("", folded)


def _same_moment(mine: str, yours: str, now: dt.datetime, zone: ZoneInfo) -> bool:
    first, second = _moment(mine, now, zone), _moment(yours, now, zone)
    if first is None or second is None:
        return False
    is_end = second.until_date is not None and first.until_date is None and mine in yours
    return first == second or is_end


def _moment(said: str, now: dt.datetime, zone: ZoneInfo) -> Moment | None:
    # A month alone is a moment only behind its preposition, which rows leave out.
    found = find_moments(said, now=now, zone=zone) or find_moments(f"i {said}", now=now, zone=zone)
    return replace(found[0].value, problems=()) if found else None


def _length(said: str) -> dt.timedelta | None:
    """A bare number is so many hours."""
    return read_duration(said) or read_duration(f"{said} hours")


def _number(said: str) -> str | None:
    digits = re.sub(r"\D", "", said)
    return digits or None


__all__ = ["Said", "Verdict", "judge", "same"]
