"""Dictated words stay exactly as they were typed: what a note or a fact says goes from its marker to the end."""

import re
from collections.abc import Mapping

_DICTATED: Mapping[str, str] = {"add_note": "text", "remember": "fact"}
"""The argument that holds what was dictated, by tool."""
_BESIDE = frozenset({"consent", "code", "replaces"})
"""Arguments that are told in the same breath: where one of them was heard, the fact ends before it."""
_TELLS = r"(?:note|remember|remind|jot|write|keep in mind|bear in mind|file|page|forget)"
_SIGER = r"(?:note|notér|noter|notere|noteret|notat|bemærkning|bemaerkning|husk|huske|skriv|skrive|sinde|baghovedet)"
_COMMAND = rf"(?:{_TELLS}|{_SIGER})"
_SMALL = r"(?:\s+(?:down|ned|lige|please|også|venligst))*"
_COLON = r"(?<!\d):\s*(?=\S)|:\s+(?=\S)"
_MARKER = re.compile(rf"(?:{_COLON}|,?\s+(?:that|at)\s+(?!\d))", re.IGNORECASE)
_ONLY_COLON = re.compile(_COLON)
_OPENING = re.compile(
    rf"^[^:]{{0,40}}?\b(?:{_COMMAND}{_SMALL}(?:{_COLON})|{_TELLS}{_SMALL},?\s+that\s+|{_SIGER}{_SMALL},?\s+at\s+(?!\d))",
    re.IGNORECASE,
)
"""The marker right behind the word that says to write it down."""
_NAMING = re.compile(rf"^[^:]{{0,60}}?\b{_COMMAND}\b[^:.!?\n]{{0,60}}?(?:{_COLON})", re.IGNORECASE)
_CLOSING = re.compile(
    r"[\s,.;–-]+(?:(?:please\s+|og\s+|and\s+)?(?:remember|note|keep|save|write|gem|husk|notér|noter|skriv|lav|make)\b[^:,.]{0,30}"
    r"|[^:,.]{0,20}\b(?:huske|notere|remember|forget))[\s.!]*$",
    re.IGNORECASE,
)
"""“…, remember that”: the command stands behind what is to be kept."""
_LINKS = re.compile(
    r"[\s,–-]*(?:(?:saying|says|som siger|hvor der står|med teksten|with the text|about|om|that|at)\b[\s,]*)*",
    re.IGNORECASE,
)
_GAP = re.compile(r"(?:['’]?s\b)?[\s,:–-]*")
_QUOTED = re.compile(r"""["“„»]([^"“”„«»]*)["”“«]""")


def dictates(text: str) -> int | None:
    """Where the dictated words of a message begin: behind the marker that follows a word for writing down."""
    found = _OPENING.match(text) or _NAMING.match(text)
    return found.end() if found else None


def as_typed(tool: str, args: Mapping[str, object], text: str) -> dict[str, object]:
    """The arguments with the dictated one whole, where it was read without its first or last words."""
    name = _DICTATED.get(tool, "")
    said = args.get(name, "")
    if not name or not isinstance(said, str) or args.keys() & _BESIDE or _CLOSING.search(text):
        return dict(args)
    at = text.find(said) if said else len(text)
    if at < 0:
        return dict(args)
    start, marked = _start(text, at, str(args.get("about") or ""))
    if not marked and (not said or text[at + len(said) :].strip(" .!\"”“»«'")):
        return dict(args)
    whole = text[start:].strip()
    quoted = _QUOTED.fullmatch(whole)
    return {**args, name: quoted[1] if quoted else whole}


def _start(text: str, at: int, about: str) -> tuple[int, bool]:
    """Where the dictated words begin, which were read from `at` on, and whether a marker says so."""
    opened = _OPENING.match(text)
    named = text.find(about, 0, at) if about else -1
    behind = named + len(about) if named >= 0 else 0
    if opened and opened.end() <= at:
        # “husk at Jens betaler kontant” names whom it is about first: that is said by another argument.
        return (_first_word(text, behind) if named == opened.end() else opened.end()), True
    # One character more than the gap, so that a colon is seen to have words behind it.
    marker = _MARKER.search(text, behind, at + 1)
    # Only right behind the name is “that” a marker; further on it is one of the dictated words.
    if marker and named >= 0 and not _LINKS.fullmatch(text, behind, marker.start()):
        marker = _ONLY_COLON.search(text, behind, at + 1)
    if marker and marker.end() <= at:
        return marker.end(), True
    if named < 0 or _LINKS.fullmatch(text, behind, at):
        return at, False
    return _first_word(text, behind), False


def _first_word(text: str, at: int) -> int:
    """The next place that is no blank or mark; a genitive s belongs to the name."""
    found = _GAP.match(text, at)
    return found.end() if found else at
