"""Finds codes to doors, gates, alarms and key boxes in what people write, so that none is kept in the clear."""

import re
import secrets
from collections.abc import Callable
from typing import cast

MASK = "••••"
"""What stands where a code was."""
_CONSONANTS = "bcdfghjkmnpqrstvwxz"
PLACE = re.compile(rf"(?:{MASK}|(?<!\w))([{_CONSONANTS}]{{8}})(?!\w)")
"""Where a code was that is in the vault: the mask, which models drop at times, and the id of the code."""

_FOR = (
    r"(?:door|gate|key|entry|entrance|front|back|access|alarm|lock|lock[ -]?box|key[ -]?box|keypad|garage"
    r"|building|stairwell|stairs|safe|security|house|home|flat|apartment)"
)
_TIL = (
    r"(?:(?:hoved|bag)?d(?:ø|oe|o)rs?|port|n(?:ø|oe|o)gle(?:boks)?|adgangs|alarm|l(?:å|aa)ge|opgangs?"
    r"|indgangs?|garage|boks|l(?:å|aa)s|k(?:æ|ae)lder|trappe)"
)
_STRONG = (
    rf"\b{_FOR}[ -]?(?:codes?|pins?|pin[ -]?codes?|combinations?)\b"
    r"|\b(?:code|combination|pin)s? (?:to|for|of) (?:the |their |his |her )?"
    rf"(?:{_FOR}|doors?)\b"
    r"|\b(?:lock[ -]?box|key[ -]?box|keypad|key[ -]?safe)\b"
    rf"|\b{_TIL}[ -]?koder?(?:n|ne)?\b|\bkoden? (?:til|på|for) (?:hoved|bag)?{_TIL}\w*"
    r"|\bn(?:ø|oe|o)gleboks(?:en)?\b|\bkodel(?:å|aa)s(?:en)?\b"
)
# A bare "code" or "alarm" is about a door only beside something that looks like one.
_WEAK = (
    r"(?<!postal )(?<!post )(?<!zip )(?<!area )(?<!discount )(?<!promo )(?<!coupon )(?<!voucher )(?<!error )"
    r"(?<!status )(?<!exit )(?<!country )(?<!product )(?<!service )(?<!source )(?<!dress )(?<!vat )(?<!qr )"
    r"\b(?:codes?|pin(?:[ -]?code)?|kode[nr]?|koderne|pinkode[n]?|alarms?|alarmen)\b"
)
_SPEAKS = re.compile(f"{_STRONG}|{_WEAK}", re.IGNORECASE)
_SURELY = re.compile(_STRONG, re.IGNORECASE)
_CLAUSE = re.compile(r"(?:[^.!?;\n]|[.!?;](?!\s|$))+")

_NAMED_NUMBER = (
    r"(?:customer|kunden?|lead|booking|bookingen|invoice|faktura|proposal|forslag)"
    r"(?:\s+(?:no|nr|number|nummer)\.?)?"
)
_MONTH = r"(?:jan|feb|mar|apr|may|maj|jun|jul|aug|sep|okt|oct|nov|dec)\w*\.?"
_CANDIDATE = re.compile(
    rf"(?P<not>{_NAMED_NUMBER}\s*\#?\d+\b|{_MONTH}\s+\d{{4}}\b|\+\d[\d ]{{6,16}}|\d{{4}}-\d\d-\d\d"
    r"|\d[\d.,]*\s*(?:kr\b|dkk\b|,-|€|%|m2\b|m²|kvm\b|sqm\b|min\b|hours?\b|timer?\b)"
    r"|(?:kr\.?|dkk|€|£|\$)\s*\d[\d.,]*|\b\d{1,2}[:.]\d{2}\b|\b\w+_[0-9a-z]+\b|[\w.+-]+@[\w.-]+)"
    r"|(?P<code>(?<![\w#*])[#*]*[A-ZÆØÅa-zæøå]{0,16}\d[\dA-Za-z]*(?:[ -]\d+)*[#*]*(?!\w))",
    re.IGNORECASE,
)
_DIGIT = r"(?:zero|one|two|three|four|five|six|seven|eight|nine|nul|en|et|to|tre|fire|fem|seks|syv|otte|ni)"
_SPELLED = re.compile(rf"\b{_DIGIT}(?:[ ,-]+{_DIGIT}){{2,}}\b", re.IGNORECASE)
_QUOTED = re.compile(
    r"(?:(?<=is )|(?<=er )|(?<=: ))[\"“”»']([^\"“”»']{2,40})[\"“”»']", re.IGNORECASE
)
_CAPITALS = re.compile(r"(?:(?<=\bis )|(?<=\ber )|(?<=: ))[A-ZÆØÅ]{3,12}\b")
_KEY = r"(?:keys?|\w*n(?:ø|oe)gle(?:n|r|rne|ne)?)"
_WHOSE = (
    r"(?:\s+(?:to|for|of|at|from|til|hos|på|fra|i|in)(?:\s+[\w'’&-]+){1,5}?)?"
    r"(?:\s+(?:always|usually|normally|still|now|altid|normalt|stadig|nu))?"
)
_LIES = (
    r"(?:is|are|lies?|hangs?|sits?|stays?|can be found|ligger|hænger|haenger|er|gemmes|findes|kan findes|står|staar"
    r"|sidder|bliver)"
    r"(?:\s+(?:always|usually|kept|hidden|left|placed|stored|hanging|lying|altid|normalt|gemt|lagt|hængt|stadig|nu))*"
)
# The place ends where a name follows: “under the mat at Pia Dahl's” tells whose mat it is.
_REST = r"\b(?:(?!\s+(?:at|hos|to|til|for|of)\s+(?-i:[A-ZÆØÅ]))[^.!?;\n])*"
_SURELY_THERE = (
    rf"(?:under|underneath|behind|below|above|beneath|on top of|bag|bagved|oven på){_REST}"
)
_THERE = (
    r"(?:under|underneath|behind|below|above|inside|beneath|beside|next to|on top of|between"
    r"|(?:in|on|at|by|with) (?:the|an?|his|her|their|my|our|its)|bag|bagved|over|oven på|oppe|nede|inde|ude|i|på|hos"
    rf"|ved|mellem|foran){_REST}"
)
_SOME = r"(?:(?:an?|the|en|den|et|to|two|one|his|her|their|spare|extra|ekstra)\s+)*"
# A key that hangs somewhere, and a somewhere at which a key hangs.
_HIDDEN = tuple(
    re.compile(said, re.IGNORECASE)
    for said in (
        rf"\b{_KEY}{_WHOSE}\s+{_LIES}\s+({_THERE})",
        rf"\b{_KEY}{_WHOSE}\s+({_SURELY_THERE})",
        rf"\b{_LIES}\s+{_SOME}{_KEY}{_WHOSE}\s+({_THERE})",
        rf"\b((?:under|behind|beneath|bag|inde i|in the|i)\s+[^.!?;,\n]{{2,40}}?)"
        rf"\s+(?:lies|hangs|ligger|hænger|haenger)\s+{_SOME}{_KEY}\b",
    )
)
_BARE = re.compile(r"\s*[#*]*[A-Za-z]{0,4}\d[\d -]{1,14}[A-Za-z]?[#*]*[\s.!]*")
_LEAST_DIGITS = 3
Put = Callable[[str], str]


def new_place() -> tuple[str, str]:
    """A fresh id, and what stands for it in a text: eight consonants, which no word is."""
    id = "".join(secrets.choice(_CONSONANTS) for _ in range(8))
    return id, f"{MASK}{id}"


def has_place(text: str) -> bool:
    """Whether a code stood in this text."""
    return MASK in text or PLACE.search(text) is not None


def place_in(text: str) -> str:
    """What stands for the first code in a text; nothing where none stood."""
    found = PLACE.search(text)
    return f"{MASK}{found[1]}" if found else ""


def without_places(text: str) -> str:
    """The text with the bare mask where codes were."""
    return PLACE.sub(MASK, text)


def speaks_of_codes(text: str) -> bool:
    """Whether a text is about the code to something, also where no code is in it."""
    return _SURELY.search(text) is not None


def is_bare_code(text: str) -> bool:
    """Whether a whole message may be nothing but a code: "4711", "#12 34"."""
    return bool(_BARE.fullmatch(text)) and _digits(text) >= _LEAST_DIGITS


def find_codes(text: str) -> list[tuple[int, int]]:
    """Where codes and hiding places of keys stand in a text: (start, end), left to right, none inside another."""
    found = [match.span(1) for hidden in _HIDDEN for match in hidden.finditer(text)]
    if _SPEAKS.search(text):
        for clause in _CLAUSE.finditer(text):
            if _SPEAKS.search(clause.group()):
                found += [
                    (start + clause.start(), end + clause.start())
                    for start, end in _in_clause(clause.group())
                ]
    return _apart(sorted(found))


def mask_codes(text: str, put: Put | None = None) -> str:
    """`text` with every code replaced: by MASK, or by what `put` returns for it."""
    pieces: list[str] = []
    end_before = 0
    for start, end in find_codes(text):
        pieces += [text[end_before:start], put(text[start:end]) if put else MASK]
        end_before = end
    return "".join([*pieces, text[end_before:]])


def mask_json(value: object) -> object:
    """The same JSON value with the codes of every text masked."""
    if isinstance(value, str):
        return mask_codes(value)
    if isinstance(value, dict):
        members = cast("dict[str, object]", value)  # JSON: isinstance cannot know the members
        return {name: mask_json(member) for name, member in members.items()}
    if isinstance(value, list | tuple):
        return [mask_json(item) for item in cast("list[object]", value)]
    return value


def _in_clause(clause: str) -> list[tuple[int, int]]:
    found = [
        match.span("code")
        for match in _CANDIDATE.finditer(clause)
        if match.group("code") and _digits(match.group("code")) >= _LEAST_DIGITS
    ]
    found += [match.span() for match in _SPELLED.finditer(clause)]
    found += [match.span(1) for match in _QUOTED.finditer(clause)]
    return found + [match.span() for match in _CAPITALS.finditer(clause)]


def _digits(text: str) -> int:
    return sum(character.isdigit() for character in text)


def _apart(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans that touch or overlap become one."""
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
