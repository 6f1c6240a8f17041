"""What labels, figures and last clauses say for arguments that a reading left out or took wrongly."""

import re
from collections.abc import Callable, Iterable, Mapping

from agent.models.offline.dictation import as_typed
from tools.slot import Slot
from tools.values.emails import find_emails
from tools.values.text import fold

REASONS = frozenset({"reason", "lost_reason"})
_AND = r"and|og|then|så|saa|uden|without|also|derefter|bagefter"
_ASKS = (
    r"show|find|list|tell|send|book|move|create|add|put|set|give|mail|remember|invite|cancel|undo|mark"
    r"|vis|fortæl|fortael|flyt|opret|tilføj|tilfoej|sæt|saet|giv|skriv|husk|inviter|aflys|fortryd|markér|marker"
)
_NEXT = re.compile(rf"(?:{_AND}|{_ASKS}|call|ring)\b", re.IGNORECASE)
"""What begins another request, or says how this one is to be done: it is no reason."""
_REQUEST = re.compile(rf"(?:{_AND}|{_ASKS})\b", re.IGNORECASE)
"""The same for a remark, which may well say to call somebody back."""
_AND_MORE = re.compile(
    rf".{{0,40}}?\b(?:\d+|booking\w*|appointment|aftale\w*)[\s,]+(?:and\s+|og\s+)?(?:{_AND}|{_ASKS}|call|ring)\s+(?![\d#])",
    re.IGNORECASE,
)
"""“37 and then show me leads” is no booking."""
_BECAUSE = re.compile(r"^(?:because|fordi)\s+(?=\S)", re.IGNORECASE)
_CREW = re.compile(
    r"(?<![\w.,])(?:(\d{1,2}|two|three|four)\s+(?:people|persons|men|cleaners)"
    r"|(\d{1,2}|to|tre|fire)\s+(?:mand|mænd|maend|personer|medarbejdere|mennesker|rengøringsfolk|folk))\b",
    re.IGNORECASE,
)
_IN_FIGURES = {"two": "2", "to": "2", "three": "3", "tre": "3", "four": "4", "fire": "4"}
_LABELS: Mapping[str, str] = {"kilde": "source", "source": "source"}
_LABELLED = re.compile(r"(?<!\w)(kilde|source)\s*:\s*([^,;:\n]+)", re.IGNORECASE)
_MAIL = re.compile(
    r"\b(?:e-?mail|mail)\w*(?:\s+(?:address|adresse))?(?:\s+(?:of|på|for)\s+[^,:]+?)?\s*(?:\s(?:to|til|er|is)\s|:)\s*([^\s,;]+)[\s.!]*$",
    re.IGNORECASE,
)
_AT = re.compile(r"[^\s,;:<>()]*@[^\s,;:<>()]*")
_OF = r"(?:on|for|at|to|from|about|på|paa|hos|til|fra|om)"
_WHICH_NOTE = re.compile(
    rf"\bnoten?\s+(?:about|with|saying|that says|om|med|der siger)\s+(\S.*\s{_OF}\s+)$"
    rf"|\b(?:the|my)\s+((?!last|latest|newest)\w+\s+note\s+{_OF}\s+)$",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"\s*[,;]\s+|\s*[.!]\s+|\s+[–-]\s+|\s+(?:men|but)\s+", re.IGNORECASE)
_THANKS = re.compile(
    r"(?:(?:many|mange|tusind)\s+)?(?:tak|thanks|thank you|please|hej|hi)\b|(?:best|kind)\s+(?:regards|wishes)\b"
    r"|(?:med\s+)?(?:venlig|mange|bedste)\s+hilsn?\w*|mvh\b|(?:all|alt)\s+(?:done|finished|good|ok|klar\w*|færdig\w*)\b",
    re.IGNORECASE,
)
_BUT = re.compile(r"^(?:men|but|og|and)\s+(?=\S)", re.IGNORECASE)
_ASKED = re.compile(r"\s*(?:vil|kan|gider|can|could|would|will)\s+(?:du|you)\b", re.IGNORECASE)
"""Whoever asks for it says why; only whoever was there has something to report."""
_WORDS, _FEW = 2, 4
_NEW_NAME = re.compile(
    r"\b(?:lead|leadet|henvendelse|enquiry)\b\s*[:,]?\s+(?:(?:fra|from|på|named|kaldet)\s+)?"
    r"(?!(?:via|with|med|som|as|er|is|to|til)\b)([^\W\d_][\w.'’-]*(?:\s+[^\W\d_][\w.'’-]*){0,3})\s*(?=,|\d|\+)",
    re.IGNORECASE,
)
_NUMBERED: Mapping[str, re.Pattern[str]] = {
    "lead": re.compile(r"\blead(?:et)?\s+(?:nr\.?\s*|number\s+|no\.?\s*)?#?(\d+)\b", re.IGNORECASE),
    "customer": re.compile(
        r"\b(?:customer|kunden?)\s+(?:nr\.?\s*|number\s+|no\.?\s*)?#?(\d+)\b", re.IGNORECASE
    ),
}
_ABOUT = re.compile(
    r"\b(?:on|about|to|for|på|paa|om|til)\s+((?:lead|leadet|booking|bookingen|customer|kunde|kunden)\s+(?:nr\.?\s*)?#?\d+)\b",
    re.IGNORECASE,
)
"""“lead 3” is that lead, whatever else is said of it."""
_LOST = re.compile(
    r"\b(?:is|er|blev|was)\s+(?:lost|tabt)\s*[,:;–-]\s*(\S.*?)[\s.!]*$", re.IGNORECASE
)


def another_request(args: Mapping[str, object]) -> str | None:
    """The argument that was read as a reason and is another request, or as a booking and goes on with one."""
    for name, value in args.items():
        if name in REASONS and _NEXT.match(str(value).strip()):
            return name
        if name == "booking" and _AND_MORE.match(str(value)):
            return name
    return None


def settled(
    tool: str, args: Mapping[str, object], slots: Mapping[str, Slot], text: str
) -> dict[str, object]:
    """The arguments with what the message says for them besides: dictated words whole, labels, last clauses."""
    request = another_request(args)
    found = {
        name: _without_because(name, value)
        for name, value in as_typed(tool, args, text).items()
        if name != request
    }
    steps: tuple[Callable[[dict[str, object], Mapping[str, Slot], str], None], ...] = (
        _labels, _crew, _numbers, mail_in_name, _remarks, _which_note,
    )  # fmt: skip
    for step in steps:
        step(found, slots, text)
    return found


def remark(args: Mapping[str, object], text: str) -> str | None:
    """The last clauses of the message, where they say something that no argument has: words for a note."""
    if text.rstrip().endswith("?") or _ASKED.match(text):
        return None
    joints = list(_CLAUSE.finditer(text))
    clauses = [
        (joint.end(), after.start() if after else len(text))
        for joint, after in zip(joints, [*joints[1:], None], strict=False)
    ]
    while clauses and _THANKS.match(text, *clauses[-1]):
        clauses.pop()
    said = [fold(str(value)) for value in args.values()]
    free: list[tuple[int, int]] = []
    while clauses and _is_free(text[slice(*clauses[-1])], said):
        free.append(clauses.pop())
    words = _BUT.sub("", text[free[-1][0] : free[0][1]].strip(" .!,;")) if free else ""
    return words if len(words.split()) >= _WORDS else None


def _is_free(clause: str, said: Iterable[str]) -> bool:
    folded = fold(clause)
    return not _REQUEST.match(_BUT.sub("", clause)) and not any(each in folded for each in said)


def _without_because(name: str, value: object) -> object:
    return _BECAUSE.sub("", value) if name in REASONS and isinstance(value, str) else value


def _labels(args: dict[str, object], slots: Mapping[str, Slot], text: str) -> None:
    """“kilde: messen” is the source, whatever else it was read as."""
    for match in _LABELLED.finditer(text):
        name = _LABELS[match[1].lower()]
        if name in slots:
            taken = [each for each, value in args.items() if fold(str(value)) in fold(match[0])]
            for each in taken:
                del args[each]
            args[name] = match[2].strip(" .!")


def _crew(args: dict[str, object], slots: Mapping[str, Slot], text: str) -> None:
    """“med 2 mand” says how many, not who."""
    match = _CREW.search(text) if "crew" in slots else None
    dictated = [str(value) for name, value in args.items() if slots[name].kind == "text"]
    if match is None or any(match[0] in each for each in dictated):
        return
    said = match[1] or match[2]
    args["crew"] = _IN_FIGURES.get(said.lower(), said)
    if fold(str(args.get("staff", ""))).startswith(fold(match[0])):
        del args["staff"]


def _numbers(args: dict[str, object], slots: Mapping[str, Slot], text: str) -> None:
    for name, pattern in _NUMBERED.items():
        wanted = name in slots and slots[name].required and name not in args
        if wanted and (match := pattern.search(text)):
            same = [
                n for n, value in args.items() if value == match[1] and slots[n].kind == "money"
            ]
            for each in same:
                del args[each]
            args[name] = match[1]
    if "about" in slots and "about" not in args and (match := _ABOUT.search(text)):
        args["about"] = match[1]


def mail_in_name(args: dict[str, object], slots: Mapping[str, Slot], text: str) -> None:
    """What is meant as an e-mail address and is none: the tool says so, and asks for the address."""
    if "email" not in slots or "email" in args or not slots.keys() & {"name"}:
        return
    meant = _AT.search(text) or _MAIL.search(text)
    if meant is None:
        return
    said = meant[meant.lastindex or 0]
    took = [n for n, v in args.items() if slots[n].kind in ("name", "address") and said in str(v)]
    told = any(said in str(value) for value in args.values())
    if not took and (told or "@" not in said or find_emails(said)):
        return
    for name in took:
        rest = str(args[name]).replace(said, "").strip(" ,;:")
        if rest:
            args[name] = rest
        else:
            del args[name]
    args["email"] = said


def _remarks(args: dict[str, object], slots: Mapping[str, Slot], text: str) -> None:
    """“færdig med 33, vinduet var knust”: what is left over at the end is worth a note; thanks are none."""
    note = str(args.get("note", ""))
    if _THANKS.match(note) and len(note.split()) <= _FEW:
        del args["note"]
    if {"source", "message"} <= slots.keys() and "name" not in args:
        name = _NEW_NAME.search(text)
        args |= {"name": name[1]} if name else {}
    for name, beside in (("note", {"booking", "hours"}), ("message", {"name", "phone"})):
        if beside <= slots.keys() and name in slots and name not in args and beside & args.keys():
            said = remark(args, text)
            args |= {name: said} if said else {}
    if "lost_reason" in slots and "lost_reason" not in args:
        lost = _LOST.search(text)
        if lost and not _NEXT.match(lost[1]):
            args |= {"status": "lost", "lost_reason": lost[1]}


def _which_note(args: dict[str, object], slots: Mapping[str, Slot], text: str) -> None:
    """“The note about the ladder on Jens”: what it says belongs to it as much as whom it is about."""
    for name, value in list(args.items()):
        if name in slots and slots[name].kind == "note" and isinstance(value, str):
            start = text.find(value)
            found = _WHICH_NOTE.search(text[: max(start, 0)])
            if found:
                args[name] = text[found.start(found.lastindex or 0) : start + len(value)]
