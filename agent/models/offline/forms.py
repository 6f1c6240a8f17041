"""A tool call that is still being filled in, and what the next message adds to it."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from agent.models.offline.clauses import mail_in_name
from agent.models.offline.grammar import REFERENCES, fitted
from agent.models.offline.hearing import EMAIL, HOURS, MONEY, NUMBER, PHONE, WHEN, Heard, Sentence
from agent.models.offline.plausible import can_name
from tools.slot import Slot
from tools.values.moments import read_moment
from tools.values.text import fold

ASKED_FOR = dt.timedelta(hours=1)
Fit = Callable[[str, str, str], object | None]
_MANY = 5
_MASKS: dict[str, tuple[str, ...]] = {
    "when": (WHEN,),
    "day": (WHEN,),
    "phone": (PHONE, NUMBER),
    "email": (EMAIL,),
    "money": (MONEY, NUMBER),
    "hours": (HOURS, NUMBER),
    "number": (NUMBER,),
}
_OPENING = re.compile(
    r"^\s*(?:(?:no|nej|yes|ja|ok|okay|sorry|undskyld|actually|it is|it's|det er|for|til|to|with|med|at|kl\.?|hos)"
    r"[\s,]+)+",
    re.IGNORECASE,
)
FILLERS = frozenset(
    {
        "ja", "jo", "jep", "yes", "yeah", "yep", "yup", "no", "nej", "nope", "ok", "okay", "hm", "hmm", "hmmm", "oh",
        "vent", "vent lige", "wait", "one moment", "et oejeblik", "ved ikke", "det ved jeg ikke", "ved jeg ikke",
        "aner det ikke", "dont know", "don t know", "i don t know", "i dont know", "no idea", "idk", "not sure",
        "not sure yet", "ikke sikker", "ikke endnu", "not yet", "ingen", "none", "nobody", "why", "hvorfor",
        "hvorfor det", "what", "hvad", "maybe", "maaske", "later", "senere", "skip", "skip it", "spring over",
        "someone", "nogen", "thanks", "tak", "please",
    }
)  # fmt: skip
"""What people say who do not answer a question, folded: it names nobody."""
_SMALL = frozenset(
    {
        "no",
        "nej",
        "sorry",
        "undskyld",
        "actually",
        "make",
        "it",
        "i",
        "mean",
        "jeg",
        "mener",
        "rather",
        "hellere",
    }
)
_ENDING = re.compile(r"[\s,]*(?:please|tak|thanks|instead|i stedet)?[\s.!]*$", re.IGNORECASE)


@dataclass(frozen=True)
class Form:
    """The tool, what is known, and the argument that was asked for last ("" when none was)."""

    tool: str
    args: Mapping[str, Any]
    missing: str
    before: str = ""
    """What was said for the missing argument and was not enough ("next Tuesday")."""

    @classmethod
    def of(cls, memo: Mapping[str, Any], now: dt.datetime) -> "Form | None":
        """The form kept from the last turn, if there is one that is not too old."""
        if is_old(memo, now):
            return None
        kept = cast("Mapping[str, Any] | None", memo.get("form"))
        if not kept:
            return None
        before = str(kept.get("before") or "")
        return cls(str(kept["tool"]), dict(kept["args"]), str(kept["missing"]), before)


def is_old(memo: Mapping[str, Any], now: dt.datetime) -> bool:
    """Whether what the last turn asked has been waiting for longer than an hour."""
    asked = memo.get("at")
    return asked is not None and now - dt.datetime.fromisoformat(str(asked)) > ASKED_FOR


def asks(memo: Mapping[str, Any]) -> bool:
    """Whether the last turn asked something."""
    form: Mapping[str, Any] = memo.get("form") or {}
    return bool(form.get("missing") or memo.get("choices"))


def merged(
    form: Form, sentence: Sentence, slots: Mapping[str, Slot], heard: Heard, fit: Fit
) -> dict[str, Any]:
    """The form's arguments with what the message says: the answer, or corrections of what was said before.

    `fit` makes a value for an argument of a tool out of what was said.
    """
    args = dict(form.args)
    asked = slots.get(form.missing)
    if asked is not None:
        said = _answer(asked, sentence)
        value = fit(form.tool, form.missing, said) if said else None
        if value is not None:
            timed = asked.kind == "when" and form.before
            args[form.missing] = completed(form.before, str(value), heard) if timed else value
            mail_in_name(args, slots, sentence.text)
            return args
    return args | corrections(form, sentence, slots)


def first_free(tool: str, slots: Mapping[str, Slot], said: str, fit: Fit) -> dict[str, Any]:
    """All of what was said as the tool's first argument of words."""
    wordy = {"text", "city", *REFERENCES}
    first = next((name for name, slot in slots.items() if slot.kind in wordy), None)
    value = fit(tool, first, said) if first and said else None
    return {first: value} if first and value is not None else {}


def completed(before: str, said: str, heard: Heard) -> str:
    """A day and an hour that were said in two messages, as one time: “next Tuesday”, then “at 10”."""
    old = read_moment(before, now=heard.now, zone=heard.zone)
    new = read_moment(said, now=heard.now, zone=heard.zone)
    if old is None or new is None or old.exact or new.exact:
        return said
    week = f"{heard.say('week', 'uge')} {old.week[1]}" if old.week else ""
    if new.date is None and new.time and old.date:
        if old.time is None:
            return f"{before} {said}"
        return f"{week or old.date.isoformat()} {said}"
    if new.date is not None and week and not new.week:
        said = f"{said} {week}"
    if new.date is not None and new.time is None and old.time is not None:
        return f"{said} {heard.say('at', 'kl.')} {old.time:%H:%M}"
    return said


_ASKING = frozenset(
    {
        "what", "which", "who", "when", "where", "why", "how", "do", "does", "is", "are", "can", "could", "show",
        "find", "list", "hvad", "hvilke", "hvilken", "hvem", "hvornaar", "hvor", "hvorfor", "hvordan", "er", "kan",
        "vis",
    }
)  # fmt: skip
"""Words that begin a question or a look-up, folded."""


def rambles(form: Form, sentence: Sentence, slots: Mapping[str, Slot], heard: Heard) -> bool:
    """Whether the message is more than the answer: a question, a command, or much where a date or name was asked for.

    Free text is never more than the answer.
    """
    asked = slots.get(form.missing)
    if asked is not None and asked.kind in REFERENCES and _said(sentence) in FILLERS:
        return True
    plain = [w for w in sentence.words if not w.masked and len(w.folded) > 2]
    if asked is None or asked.kind == "text" or len(plain) < 2:
        return False
    if asked.kind in _MASKS or _is_question(sentence):
        return True
    return asked.kind in REFERENCES and (
        len(plain) >= _MANY or not can_name(asked, fold(_bare(sentence)), heard)
    )


def _said(sentence: Sentence) -> str:
    return " ".join(re.findall(r"\w+", fold(sentence.text[:80])))


def _is_question(sentence: Sentence) -> bool:
    return sentence.text.rstrip().endswith("?") or sentence.words[0].folded in _ASKING


def _answer(slot: Slot, sentence: Sentence) -> str:
    """The words of the message that answer; none where it says nothing of the kind."""
    if masks := _MASKS.get(slot.kind):
        return next((found for mask in masks for found in sentence.entities(mask)), "")
    if slot.kind in REFERENCES - {"booking"} and _only_a_correction(sentence):
        return ""
    return sentence.text.strip() if slot.kind == "text" else _bare(sentence)


def _only_a_correction(sentence: Sentence) -> bool:
    """“no, Thursday” names nobody, whatever was asked for."""
    plain = [word for word in sentence.words if not word.masked and word.folded not in _SMALL]
    return not plain and any(word.folded in (WHEN, MONEY, HOURS) for word in sentence.words)


def _bare(sentence: Sentence) -> str:
    """The message without "no, it is …" in front and "… please" behind."""
    return _OPENING.sub("", _ENDING.sub("", sentence.text)).strip()


def corrections(form: Form, sentence: Sentence, slots: Mapping[str, Slot]) -> dict[str, object]:
    """Typed entities replace the argument of their kind ("no, at 11")."""
    changed: dict[str, object] = {}
    for name, slot in slots.items():
        masks = _MASKS.get(slot.kind, ())
        said = [found for mask in masks[:1] for found in sentence.entities(mask)]
        if said and name in form.args and name not in changed:
            value = fitted(slot, said[0])
            changed |= {name: value} if value is not None else {}
    return changed
