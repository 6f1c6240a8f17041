"""Blanks what must never be stored, logged or shown to a model: API keys, payment cards, CPR
numbers.
"""

import re
from calendar import monthrange
from collections.abc import Sequence
from itertools import pairwise
from typing import cast

CARD = "[card number removed]"

_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----(?:[^-]|-(?!----))*"
    r"(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?"
)
_WEB_TOKEN = re.compile(r"(?<![\w-])eyJ[\w-]{8,4096}\.[\w-]{8,8192}(?:\.[\w-]{0,4096})?")
# Friday's own bearers: a key's id, the claims (compressed where they begin with a dot) and a signature.
_SIGNED = re.compile(r"(?<![\w.-])[0-9a-f]{8}\.\.?[\w-]{16,4096}\.[\w-]{27,86}(?![\w-])")
_API_KEY = re.compile(
    r"(?<![\w-])(?:"
    r"(?:sk|pk|rk)[-_](?:live|test|proj|ant|or|svcacct)[-_][\w-]{8,512}"
    r"|sk-[\w-]{16,512}"
    r"|xox[abeoprs]-[\w-]{8,512}|xapp-[\w-]{8,512}"
    r"|whsec_[\w+/=-]{8,512}"
    r"|(?:AC|SK)[0-9a-f]{32}"
    r"|(?:AKIA|ASIA)[0-9A-Z]{16}"
    r"|gh[opsur]_\w{20,255}|github_pat_\w{20,255}|glpat-[\w-]{16,255}"
    r"|(?:hf|npm)_[A-Za-z0-9]{20,255}"
    r"|AIza[\w-]{35}|SG\.[\w-]{16,64}\.[\w-]{16,128}|ya29\.[\w-]{16,2048}"
    r")(?![\w])"
)
_BEARER = re.compile(
    r"\b(Bearer|Basic|Token)(\s{1,3})(?=[\w.~+/=-]{0,512}[\d._/+=])[\w.~+/=-]{16,4096}",
    re.IGNORECASE,
)
# Without a colon only what no word looks like: "password is required" stays.
_ASSIGNED = re.compile(
    r"\b((?:aws_secret_access_key|api[_-]?key|auth[_-]?token|access[_-]?token|client[_-]?secret|secret[_-]?key"
    r"|password|passphrase|pwd?|adgangskoden?|kodeordet|kodeord)"
    r"(?:(?:\s{1,3}(?:er|is))?[\"']?\s{0,3}[:=]\s{0,3}[\"']?"
    r"|\s{1,3}(?:er|is)\s{1,3}[\"']?(?=[^\s,;]{0,64}[\d#$%&*@^_~])))(?!\[)[^\s\"',;]{6,512}",
    re.IGNORECASE,
)
_IN_ADDRESS = re.compile(r"(?<=://)([^\s/:@]{0,128}:)[^\s/@]{1,256}(?=@)")

_BLANK = " \u00a0\u2007\u2009\u202f"
_HYPHEN = r"\-\u2010-\u2015\u2212"
_NUMBERS = re.compile(rf"(?<![\w+./-])\d(?:[{_BLANK}._{_HYPHEN}]{{0,3}}\d){{12,80}}(?![\w]|[.-]\d)")
_GROUP = re.compile(r"\d+")
_NETWORKS = re.compile(
    r"4\d{12}(?:\d{3}|\d{6})?"  # Visa
    r"|(?:5[0-9]|2[2-7]|6[0-9])\d{14}"  # Mastercard, Dankort, Maestro, Discover, UnionPay at 16
    r"|(?:5[06-8]|6[0-9])\d{15,17}"  # Maestro, UnionPay
    r"|3[47]\d{13}|3[0689]\d{12}|35\d{14}"  # American Express, Diners, JCB
)
# By the length of each group, D for thirteen to J for nineteen.
_GROUPED = re.compile(r"4444[123]?|444[123]|46[45]|[D-J]")
_PLAIN = frozenset({"", " ", "-"})
# Four digits behind a blank are a CPR number too, unless they are a part of something longer.
_CPR = re.compile(
    rf"(?<![\w./+-])(\d{{2}})(\d{{2}})(\d{{2}})"
    rf"(?:[{_BLANK}]?[{_HYPHEN}][{_BLANK}]?"
    rf"|(?<!\d[{_BLANK}]\d{{6}})[{_BLANK}](?!\d{{4}}[{_BLANK}]\d{{3,4}}(?!\d)))"
    rf"(\d{{4}})(?![\w]|[./-]\d)"
)
# Ten digits without the hyphen may be anything: a CPR number only when the word stands before them.
_BARE_CPR = re.compile(
    r"(?<!\w)(cpr(?:[-\s]?(?:nr|nummeret|nummer|number|no))?[\"'.:=(\s]{0,5}(?:(?:er|is)[\"'.:=(\s]{0,5})?)"
    r"(\d{2})(\d{2})(\d{2})\s?(\d{4})(?!\d)",
    re.IGNORECASE,
)
_SECRETS: tuple[tuple[tuple[str, ...], re.Pattern[str], str], ...] = (
    (("private key",), _PRIVATE_KEY, "[private key removed]"),
    (("eyj",), _WEB_TOKEN, "[token removed]"),
    ((".",), _SIGNED, "[token removed]"),
    (("",), _API_KEY, "[API key removed]"),  # they begin in too many ways
    (("bearer", "basic", "token"), _BEARER, r"\1\2[token removed]"),
    (("key", "token", "secret", "pass", "pw", "kode"), _ASSIGNED, r"\1[secret removed]"),
    (("://",), _IN_ADDRESS, r"\1[secret removed]"),
)
_SECRET_NAMES = re.compile(
    r"(?:^|_|-)(?:password|secret|api_?key|auth_?token|access_?token|refresh_?token|authorization|cpr)(?:$|_|-)",
    re.IGNORECASE,
)


def redact(text: str) -> str:
    """`text` with keys, card numbers and CPR numbers replaced by what stood there: "[card number
    removed]".
    """
    if len(text) < 8:
        return text
    told = text.casefold()
    for hints, pattern, instead in _SECRETS:
        # Looking for a word takes a fraction of the time that its pattern takes.
        if any(hint in told for hint in hints):
            text = pattern.sub(instead, text)
    text = _CPR.sub(_without_cpr, text)
    if "cpr" in told:
        text = _BARE_CPR.sub(_without_bare_cpr, text)
    return _NUMBERS.sub(_without_cards, text)


def _without_cards(match: re.Match[str]) -> str:
    """Digits in groups without their cards: one card however it is spaced, or any groups that are grouped like one."""
    text = match.group()
    groups = list(_GROUP.finditer(text))
    between = {text[a.end() : b.start()] for a, b in pairwise(groups)}
    if between <= _PLAIN and _is_card("".join(group.group() for group in groups)):
        return CARD
    kept, at, first = "", 0, 0
    while first < len(groups):
        beyond = _card_from(text, groups, first)
        if beyond is not None:
            kept += text[at : groups[first].start()] + CARD
            at = groups[beyond - 1].end()
        first = beyond or first + 1
    return kept + text[at:]


def _card_from(text: str, groups: Sequence[re.Match[str]], first: int) -> int | None:
    """The place behind the longest card that begins with this group, and is set apart by a blank."""
    if first and text[groups[first].start() - 1] not in _BLANK:
        return None
    for beyond in range(min(first + 5, len(groups)), first, -1):
        if beyond < len(groups) and text[groups[beyond - 1].end()] not in _BLANK:
            continue
        few = [group.group() for group in groups[first:beyond]]
        shape = "".join(
            chr(48 + len(each)) if len(each) < 10 else chr(55 + len(each)) for each in few
        )
        if _GROUPED.fullmatch(shape) and _is_card("".join(few)):
            return beyond
    return None


def _is_card(digits: str) -> bool:
    """Luhn, and a beginning that a network uses at that length: article and location numbers fail
    one of them.
    """
    digits = "".join(str(int(each)) for each in digits)  # ours, of whatever script they were
    if not _NETWORKS.fullmatch(digits) or len(set(digits)) == 1:
        return False
    doubled = [int(d) * (1 + place % 2) for place, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def _without_cpr(match: re.Match[str]) -> str:
    return "[CPR number removed]" if _is_birthday(match[1], match[2]) else match.group()


def _without_bare_cpr(match: re.Match[str]) -> str:
    if not _is_birthday(match[2], match[3]):
        return match.group()
    return match[1] + "[CPR number removed]"


def _is_birthday(day: str, month: str) -> bool:
    """A day of the year; 60 is added to the day of people who have a replacement number."""
    number = int(day) - 60 if int(day) > 60 else int(day)
    return 1 <= int(month) <= 12 and 1 <= number <= monthrange(2000, int(month))[1]


def redact_json(value: object) -> object:
    """The same JSON value with every text redacted, keys too; what a secret's own name holds goes
    entirely.
    """
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        members = cast("dict[object, object]", value)  # JSON: isinstance cannot know the members
        return {redact(str(k)): _redact_member(str(k), member) for k, member in members.items()}
    if isinstance(value, list | tuple):
        return [redact_json(item) for item in cast("list[object]", value)]
    return value


def _redact_member(name: str, member: object) -> object:
    if isinstance(member, str) and member and _SECRET_NAMES.search(name):
        return "[secret removed]"
    return redact_json(member)
