"""The grammar of times of day: "kl. 8.30", "quarter past 3", "from 9 to 11:30", "om
eftermiddagen".
"""

from dataclasses import replace
from datetime import time
from typing import Literal

from tools.values.hours import (
    QUARTER,
    ROUND_MINUTES,
    Hour,
    bare_word,
    in_digits,
    in_words,
    time_of,
)
from tools.values.readings import Clock, Problem
from tools.values.tokens import Tokens
from tools.values.vocabulary import (
    PART_HOURS,
    PARTS,
    SHIELD_AFTER,
    SHIELD_BEFORE,
    Part,
)

ClockRead = tuple[Clock, int]
Marker = Literal["kl", "at", "span", ""]

_KL = frozenset(("kl", "klokken"))
_AT = frozenset(("at", "@"))
_FROM = frozenset(("from", "fra", "between", "mellem"))
_UNTIL = frozenset(("-", "–", "—", "to", "til", "until", "till", "and", "og"))
_NOON = frozenset(("noon", "middag", "midday"))
_MIDNIGHT = frozenset(("midnight", "midnat"))
_GREETINGS = frozenset(("good", "god", "godt"))
_EARLY = frozenset(("early", "tidlig", "tidligt"))
_PART_LEADS = frozenset(("in", "om", "at", "i", "paa", "the"))


def read_clock(t: Tokens, i: int, *, loose: bool) -> ClockRead | None:
    """The time or times said from token `i` on. `loose`: a day beside it makes a bare "10-12" a
    time.
    """
    marker, j = _marker(t, i)
    read = _noon_or_midnight(t, j) or (_part_of_day(t, i) if not marker or j == i + 1 else None)
    if read:
        return read
    if marker == "" and not _may_begin(t, i):
        return None
    first = in_words(t, j) or in_digits(t, j) or (bare_word(t, j) if marker else None)
    if first is None:
        return None
    second, until_marker = _until(t, first.next, between=t.words[i] in ("between", "mellem"))
    if not _is_a_time(t, i, first, second, marker, loose=loose):
        return None
    end = second.next if second else first.next
    part, after = _trailing_part(t, end)
    if second is None and after == end:
        offset, after = _offset(t, end)
    else:
        offset = None
    english = marker in ("at", "span") or until_marker == "at"
    clock = _settled(t.slice(i, end), first, second, part, english=english)
    return replace(clock, offset=offset), after


def _marker(t: Tokens, i: int) -> tuple[Marker, int]:
    word, j = t.words[i], i
    found: Marker = ""
    if word in _FROM:
        found, j = "span", i + 1
        word = t.words[j]
    if word in _KL:
        return "kl", j + 2 if t.words[j + 1] == "." else j + 1
    if word in _AT:
        return "at", j + 1
    return found, j


def _may_begin(t: Tokens, i: int) -> bool:
    word = t.words[i]
    if not word.isdecimal():
        return True
    return t.fresh(i) and t.words[i - 1] not in SHIELD_BEFORE


def _noon_or_midnight(t: Tokens, j: int) -> ClockRead | None:
    word = t.words[j]
    if word in _NOON:
        return Clock(start=time(12)), j + 1
    if word in _MIDNIGHT:
        return Clock(start=time(0), days=1), j + 1
    return None


def _part_of_day(t: Tokens, i: int) -> ClockRead | None:
    """in the morning, om eftermiddagen, Monday morning; not "good morning"."""
    j = i
    while t.words[j] in _PART_LEADS and j < i + 2:
        j += 1
    early = t.words[j] in _EARLY
    part: Part | None = "morning" if early else PARTS.get(t.words[j])
    if part is None and t.words[j] == "morgen" and t.words[i - 1] not in ("i", *_GREETINGS):
        part = "morning" if j == i and i > 0 else None
    if part is None or t.words[i - 1] in _GREETINGS or (early and j > i):
        return None
    end = j + 1
    if early and t.words[end] in PARTS:
        end += 1
    if t.words[end] in _EARLY:
        end += 1
    return part_clock(part), end


def part_clock(part: Part) -> Clock:
    """The hours that an office means by that part of the day."""
    start, until = PART_HOURS[part]
    return Clock(start=time(start), until=time(until), part=part, until_days=int(until < start))


def _trailing_part(t: Tokens, end: int) -> tuple[Part | None, int]:
    """Behind a time: "at 3 in the afternoon", "kl. 8 om morgenen", "kl 3 i nat" is a day and not
    read here.
    """
    if t.words[end] not in ("in", "om", "at"):
        return None, end
    read = _part_of_day(t, end)
    return (read[0].part, read[1]) if read else (None, end)


def _until(t: Tokens, j: int, *, between: bool) -> tuple[Hour | None, Marker]:
    word = t.words[j]
    if word not in _UNTIL or (word in ("and", "og") and not between):
        return None, ""
    marker, k = _marker(t, j + 1)
    if t.words[j + 1] in _FROM:
        return None, ""
    if t.words[k] in _NOON:
        return Hour(12, 0, "", True, False, k + 1), marker
    return in_words(t, k) or in_digits(t, k) or bare_word(t, k), marker


def _is_a_time(
    t: Tokens, i: int, first: Hour, second: Hour | None, marker: Marker, *, loose: bool
) -> bool:
    """Digits alone may be anything: a marker, a colon, am/pm or a day beside them makes a time of
    them.
    """
    last = second or first
    if t.words[last.next] in SHIELD_AFTER or _glued_to_more(t, last.next):
        return False
    worded = not t.words[i].isdecimal() and marker == ""
    colon = t.words[i + 1] == ":" and first.minute is not None
    clock = t.words[last.next - 1] == "clock"
    if marker == "kl" or colon or clock or first.half or last.half or worded:
        return True
    if first.hour > 24 or (first.minute or 0) > 59:
        return loose and marker == "at"
    if marker == "at":
        return True
    if second:
        return second.hour <= 24 and (marker == "span" or loose)
    return loose and (first.minute is not None or _ends_here(t, first.next))


def _ends_here(t: Tokens, j: int) -> bool:
    return t.words[j] in ("", ",", "?", "!", ";", ")") or (t.words[j] == "." and not t.words[j + 1])


def _glued_to_more(t: Tokens, j: int) -> bool:
    """The digits go on ("10-12-2026", "10.0.0.1", "10%")."""
    if not t.glued(j - 1) or j >= len(t):
        return False
    word = t.words[j]
    if word in (".", ",", "-", "/", ":"):
        return t.words[j + 1].isdecimal() and t.glued(j)
    return word.isdecimal() or (word[0].isalpha() and word not in ("z", "t"))


def _settled(
    said: str, first: Hour, second: Hour | None, part: Part | None, *, english: bool
) -> Clock:
    half = first.half or ("" if second is None else _shared_half(first, second))
    start, start_days = time_of(replace(first, half=half), part, english=english)
    if start is None:
        return Clock(problem=Problem("no_such_time", said))
    if second is None:
        return Clock(start=start, days=start_days)
    until, until_days = time_of(second, part, english=english)
    if until is None:
        return Clock(problem=Problem("no_such_time", said))
    return Clock(start=start, until=until, days=start_days, until_days=until_days)


def _shared_half(first: Hour, second: Hour) -> Literal["am", "pm", ""]:
    """ "8-10 pm" is an evening, "10-2 pm" begins in the morning."""
    if second.half == "pm" and first.hour % 12 < second.hour % 12:
        return "pm"
    return "am" if second.half else ""


def _offset(t: Tokens, j: int) -> tuple[int | None, int]:
    """Z, +02:00 right behind the digits, or (UTC+2) as Friday writes an hour that comes twice."""
    if t.words[j] == "z" and t.glued(j - 1):
        return 0, j + 1
    bracket = t.words[j] == "(" and t.words[j + 1] == "utc"
    k = j + 2 if bracket else j
    sign, hours = t.words[k], t.words[k + 1]
    if sign not in ("+", "-", "−") or not hours.isdecimal() or not (bracket or t.glued(j - 1)):
        return None, j
    minutes = 0
    k += 2
    if len(hours) == 4:
        hours, minutes = hours[:2], int(hours[2:])
    elif t.words[k] == ":" and t.words[k + 1].isdecimal() and len(t.words[k + 1]) == 2:
        minutes = int(t.words[k + 1])
        k += 2
    if len(hours) > 2 or int(hours) > 14 or minutes > 59 or (bracket and t.words[k] != ")"):
        return None, j
    total = int(hours) * 60 + minutes
    return (total if sign == "+" else -total), k + bracket


_OTHERS = ("half", "halv", "morgen", "in", "om", "a", "et")
STARTERS = frozenset(
    (*_KL, *_AT, *_FROM, *_NOON, *_MIDNIGHT, *PARTS, *QUARTER, *ROUND_MINUTES, *_EARLY, *_OTHERS)
)
