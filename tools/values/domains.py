"""Reads domain names into lower-case A-labels; IP addresses, bad labels and file names are not
domains.
"""

import ipaddress
import re

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from tools.errors import Rejected
from tools.values.spans import Found, found

_LONGEST = 20_000
_DOMAIN = re.compile(
    r"(?<![\w@.-])(?:https?://)?(?P<name>(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}(?:xn--[a-z0-9-]{2,59}|[^\W\d_]{2,24}))"
    r"(?![\w@-])(?!\.\w)",
    re.IGNORECASE,
)
# In a sentence two words may touch ("tak.hej"), and files have names ("liste.csv"): only known
# endings count there.
_GENERIC_TEXT = """
    com org net info biz name pro app dev io ai shop store online site website web cloud blog
    email agency company services solutions studio design digital media group consulting cleaning
    cafe restaurant bar tech edu gov int mil example test local travel xyz club top live eu uk
"""
_GENERIC = frozenset(_GENERIC_TEXT.split())
_COUNTRIES = frozenset(region.lower() for region in phonenumbers.SUPPORTED_REGIONS) - {
    "py",
    "sh",
    "md",
    "ps",
    "pl",
    "mk",
}
_ENDINGS = _GENERIC | _COUNTRIES | {"pl"}


def find_domains(text: str) -> list[Found[str]]:
    """Every domain name in `text` (also inside a web address), as A-labels; those of e-mail
    addresses are not.
    """
    domains: list[Found[str]] = []
    for match in _DOMAIN.finditer(text[:_LONGEST]):
        name = match["name"]
        ending = name.rpartition(".")[2].lower()
        if ending not in _ENDINGS and not ending.startswith("xn--"):
            continue
        labels = _a_labels(name)
        if labels:
            domains.append(found(labels, text, match.start("name"), match.end("name")))
    return domains


def read_domain(text: str) -> str:
    """The domain that the whole of `text` is, as A-labels; a web address gives its host. Raises
    Rejected.
    """
    said = text.strip()[:300]
    host = re.sub(r"^https?://", "", said, flags=re.IGNORECASE).split("/")[0].rstrip(".")
    if _is_ip(host):
        raise Rejected(f"“{said}” is an IP address; a domain name such as example.dk is needed.")
    labels = _a_labels(host) if "." in host else None
    if labels is None or labels.rpartition(".")[2].isdecimal():
        raise Rejected(f"“{said}” is not a valid domain name, such as example.dk.")
    return labels


def _is_ip(host: str) -> bool:
    bare = host.strip("[]")
    if re.fullmatch(r"[\d.]+(?::\d+)?", bare):
        return True
    try:
        ipaddress.ip_address(bare)
    except ValueError:
        return False
    return True


def _a_labels(name: str) -> str | None:
    """By the address reader, which knows IDNA 2008, label limits and reserved endings."""
    try:
        read = validate_email(f"a@{name}", check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return None
    return read.ascii_domain.lower()
