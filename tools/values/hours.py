"""One hour as it is written: digits, words, am and pm, and which half of the day it is in.

One rule for bare hours, in both languages: an hour from 1 to 6 in one digit or a word is the
afternoon, for nobody is visited at three in the night ("at 3", "kl. 3", "halv tre" → 14:30). It is
read as written when it has a leading zero, am or "om morgenen", and with minutes wherever no
English word stands before it: the Danish clock has 24 hours ("kl. 2.30").
"""

from dataclasses import dataclass
from datetime import time
from typing import Literal

from tools.values.tokens import Tokens
from tools.values.vocabulary import HOURS_IN_WORDS, NUMBERS, Part

_PAST = frozenset(("past", "over", "after"))
_BEFORE = frozenset(("to", "i", "before"))
_MINUTES = frozenset(("minutes", "minutter", "min", "minute", "minut"))
QUARTER = frozenset(("quarter", "kvart", "kvarter"))
ROUND_MINUTES = frozenset(("five", "ten", "twenty", "fem", "ti", "tyve", "femogtyve"))


@dataclass(frozen=True, slots=True)
class Hour:
    """Digits or words of one time, before a part of the day or the business rule settles it."""

    hour: int
    minute: int | None
    half: Literal["am", "pm", ""]
    literal: bool
    spoken: bool
    next: int


def in_words(t: Tokens, j: int) -> Hour | None:
    """half past two, halv tre, kvart over ti, quarter to 4, ti minutter i tre, fem minutter over
    halv tre.
    """
    word = t.words[j]
    if word == "half" and t.words[j + 1] == "past":
        return _moved(t, j + 2, 30)
    if word == "halv":
        return _moved(t, j + 1, -30)
    minutes, k = _minutes_word(t, j)
    if minutes is None:
        return None
    if t.words[k] in _PAST:
        return _moved(t, k + 1, minutes)
    return _moved(t, k + 1, -minutes) if t.words[k] in _BEFORE else None


def _minutes_word(t: Tokens, j: int) -> tuple[int | None, int]:
    word = t.words[j]
    start = j + 1 if word in ("a", "et") else j
    if t.words[start] in QUARTER:
        return 15, start + 1
    minutes = int(word) if word.isdecimal() and len(word) <= 2 else NUMBERS.get(word)
    if minutes is None or not 1 <= minutes <= 29:
        return None, j
    if t.words[j + 1] in _MINUTES:
        return minutes, j + 2
    return (minutes, j + 1) if word in ROUND_MINUTES else (None, j)


def _moved(t: Tokens, j: int, minutes: int) -> Hour | None:
    """The hour at `j`, that many minutes later."""
    if t.words[j] == "halv" and t.words[j - 1] in ("over", "i"):
        base = _hour_number(t, j + 1)
        end, minutes = j + 2, minutes - 30
    else:
        base, end = _hour_number(t, j), j + 1
    if base is None or base > 24:
        return None
    whole = base % 24 * 60 + minutes
    if base in (1, 12) and whole < 60:
        whole += 12 * 60  # half an hour before one is 12:30
    half, end = _am_pm(t, end)
    return Hour(whole // 60 % 24, whole % 60, half, t.words[j].startswith("0"), True, end)


def _hour_number(t: Tokens, j: int) -> int | None:
    word = t.words[j]
    return int(word) if word.isdecimal() and len(word) <= 2 else HOURS_IN_WORDS.get(word)


def in_digits(t: Tokens, j: int) -> Hour | None:
    """10, 10:00, 8.30, 8.30 am, 3pm, 10:00:00."""
    word = t.words[j]
    if not word.isdecimal() or len(word) > 2:
        return None
    minute, end = _minute(t, j)
    half, end = _am_pm(t, end)
    if t.words[end] == "o" and t.words[end + 1] in ("'", "’") and t.words[end + 2] == "clock":
        end += 3
    return Hour(int(word), minute, half, len(word) == 2, minute is None, end)


def _minute(t: Tokens, j: int) -> tuple[int | None, int]:
    mark, digits = t.words[j + 1], t.words[j + 2]
    if mark not in (":", ".") or not digits.isdecimal() or len(digits) != 2:
        return None, j + 1
    if not (t.glued(j) and t.glued(j + 1)):
        return None, j + 1
    end = j + 3
    if mark == ":" and t.words[end] == ":" and t.glued(j + 2) and t.words[end + 1].isdecimal():
        end += 2
        if t.words[end] == "." and t.glued(end - 1) and t.words[end + 1].isdecimal():
            end += 2
    return int(digits), end


def _am_pm(t: Tokens, j: int) -> tuple[Literal["am", "pm", ""], int]:
    word = t.words[j]
    if word == "am":
        return "am", j + 1
    if word == "pm":
        return "pm", j + 1
    if word in ("a", "p") and t.words[j + 1] == "." and t.words[j + 2] == "m":
        end = j + 4 if t.words[j + 3] == "." else j + 3
        return ("am" if word == "a" else "pm"), end
    return "", j


def bare_word(t: Tokens, j: int) -> Hour | None:
    """at ten, klokken ti."""
    hour = HOURS_IN_WORDS.get(t.words[j])
    if hour is None:
        return None
    half, end = _am_pm(t, j + 1)
    if t.words[end] == "o" and t.words[end + 2] == "clock":
        end += 3
    return Hour(hour, None, half, False, True, end)


def time_of(said: Hour, part: Part | None, *, english: bool) -> tuple[time | None, int]:
    """The wall clock time, and 1 when it is the midnight that ends the day."""
    minute, hour = said.minute or 0, said.hour
    if said.half and not 1 <= hour <= 12:
        return None, 0
    if hour == 24 and minute == 0:
        return time(0), 1
    if hour > 23 or minute > 59:
        return None, 0
    if said.half:
        return time(hour % 12 + (12 if said.half == "pm" else 0), minute), 0
    if part is not None:
        later = part in ("afternoon", "evening") or (part == "night" and hour >= 6)
        return time(hour + 12 if later and hour < 12 else hour, minute), 0
    if 1 <= hour <= 6 and not said.literal and (said.spoken or english):
        return time(hour + 12, minute), 0
    return time(hour, minute), 0
