"""Whether words can be the name that an argument wants: not another record's, not a thing's noun, not a command."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from agent.models.offline.grammar import REFERENCES, Match
from agent.models.offline.hearing import Heard
from tools.slot import Slot
from tools.values.text import fold

EVERYONE = frozenset(
    {
        "everyone", "everybody", "all", "all customers", "all of them", "every customer", "all leads", "alle",
        "alle kunder", "alle sammen", "allesammen", "alle leads", "hver kunde", "samtlige kunder", "samtlige",
    }
)  # fmt: skip
_ALL_OF_THEM = frozenset(
    {"all", "all the", "all of the", "every", "alle", "alle de", "samtlige", "hver"}
)
_THINGS: Mapping[str, frozenset[str]] = {
    "booking": frozenset(
        {
            "booking", "bookings", "bookingen", "bookinger", "appointment", "appointments", "visit", "job", "jobs",
            "aftale", "aftalen", "aftaler", "tid", "tiden", "opgave", "opgaven", "besoeg", "besoeget",
        }
    ),
    "lead": frozenset({"lead", "leads", "leadet", "henvendelse", "henvendelsen"}),
    "customer": frozenset({"customer", "customers", "client", "clients", "kunde", "kunden", "kunder"}),
    "proposal": frozenset({"proposal", "proposals", "approval", "approvals", "forslag", "forslaget"}),
}  # fmt: skip
_ALSO: Mapping[str, frozenset[str]] = {
    "customer": frozenset({"lead"}),
    "lead": frozenset({"customer"}),
    "about": frozenset({"customer", "lead"}),
    "user": frozenset({"staff"}),
    "name": frozenset({"customer", "lead", "staff", "service"}),
    "booking": frozenset({"customer"}),
}
"""Kinds of records whose names an argument of another kind may have: a lead becomes a customer and keeps its name."""
_PEOPLE = frozenset({"customer", "lead", "about", "name", "user", "staff"})
_SMALL = frozenset(
    {"a", "an", "the", "my", "our", "this", "that", "en", "et", "min", "mit", "vores", "den", "det"}
)
_JOINTS = frozenset({"with", "for", "on", "at", "to", "med", "til", "hos", "paa", "i", "in"})
_COMMANDS = frozenset(
    {
        "show", "find", "book", "move", "cancel", "create", "add", "set", "list", "delete", "remove", "change", "what",
        "who", "when", "where", "why", "how", "can", "could", "would", "do", "does", "is", "are", "please", "vis",
        "flyt", "ryk", "aflys", "opret", "tilfoej", "saet", "slet", "fjern", "skift", "hvad", "hvem", "hvornaar",
        "hvor", "hvorfor", "hvordan", "kan", "kunne", "vil", "er", "skal", "maa",
    }
)  # fmt: skip


class Reading(Protocol):
    """A tool with its arguments, however it was found."""

    @property
    def tool(self) -> str: ...
    @property
    def args(self) -> Mapping[str, object]: ...


def plausible(reading: Reading, slots: Mapping[str, Slot], heard: Heard) -> bool:
    """Whether every name in the reading can be one."""
    return all(
        can_name(slots[name], fold(value), heard)
        for name, value in reading.args.items()
        if slots[name].kind in REFERENCES and isinstance(value, str)
    )


def can_name(slot: Slot, said: str, heard: Heard) -> bool:
    """Whether `said` (folded) can name what `slot` holds."""
    kind = slot.kind
    if kind in ("staff", "service", "user") and said in _ALL_OF_THEM:
        return False
    known = {name.kind for name in heard.named((said,))}
    if known:
        return bool(known & ({kind} | _ALSO.get(kind, frozenset())))
    if kind in ("name", "upload"):
        return True
    words = [word for word in said.split() if word not in _SMALL]
    if not words:
        return True
    own = _THINGS.get(kind, frozenset())
    others = frozenset[str]().union(*_THINGS.values()) - own
    if words[0] in others or (len(words) == 1 and words[0] in own):
        return False
    if len(words) > 1 and words[0] in _COMMANDS:
        return False
    # “Nordlys Café with Maria” is a known name and something else.
    joints = (
        [at for at, word in enumerate(words) if at and word in _JOINTS] if kind != "booking" else []
    )
    return not any(heard.named((" ".join(words[:at]),)) for at in joints)


def everyone_in(args: Mapping[str, object], slots: Mapping[str, Slot]) -> str | None:
    """The argument that wants one record and was given all of them."""
    return next(
        (
            name
            for name, value in args.items()
            if slots[name].kind in ("customer", "lead", "about", "booking")
            and fold(str(value)) in EVERYONE
        ),
        None,
    )


def more_than_names(reading: Reading, slots: Mapping[str, Slot]) -> bool:
    """Whether the reading says anything besides whom it is about."""
    return any(slots[name].kind not in _PEOPLE for name in reading.args)


def known_first(
    heard: Heard, slots: Mapping[str, Mapping[str, Slot]], matches: Sequence[Match]
) -> list[Match]:
    """Among equally good readings, the one whose names are known as what they are read as."""
    rivals = [m for m in matches if m.weight > matches[0].weight - 1] if matches else []
    if len(rivals) < 2 or all(m.args == rivals[0].args for m in rivals):
        return list(matches)
    said = {fold(str(v)) for m in rivals for v in m.args.values()}
    known = {(n.kind, n.folded) for n in heard.named(tuple(said))}

    def fit(match: Match) -> float:
        kinds = {name: slots[match.tool][name].kind for name in match.args}
        good = sum((kinds[n], fold(str(v))) in known for n, v in match.args.items())
        bad = sum(
            kinds[n] in REFERENCES and any(f == fold(str(v)) for k, f in known if k != kinds[n])
            for n, v in match.args.items()
        )
        return match.weight + good - bad

    return sorted(matches, key=lambda match: -fit(match))
