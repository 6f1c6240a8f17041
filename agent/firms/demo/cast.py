"""Who is in the demo firm: its people, services, customers and leads, drawn from a fixed seed."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from agent.firms.demo.names import BUSINESSES, FIRST, LAST, PLACES

SEED = 20240104
DOMAIN = "demo.example"


@dataclass(frozen=True)
class Address:
    """A street with its number, postal code and city."""

    street: str
    postal_code: str
    city: str


@dataclass(frozen=True)
class Somebody:
    """A customer or a lead before it is a row."""

    number: int
    name: str
    email: str
    phone: str
    address: Address
    m2: int
    cvr: str | None = None
    frequency: str = "once"


@dataclass(frozen=True)
class Offered:
    """A service of the demo firm. `hours_per_m2` times the m² gives the hours of a job."""

    code: str
    name_en: str
    name_da: str
    hours_per_m2: str
    minutes: int
    crew: int = 1


USERS = (
    ("owner", "Fie Lindgaard", "owner", "en"),
    ("anna", "Anna Krogh", "staff", "en"),
    ("jonas", "Jonas Dam", "crew", "da"),
    ("regnskab", "Ruth Bager", "bookkeeper", "da"),
    ("reseller", "Rene Sand", "reseller", "da"),
    ("jens", "Jens Nygaard", "customer", "da"),
)
CREW = ("Jonas Dam", "Maria Lund", "Sofie Bech", "Emil Juhl")
SERVICES = (
    Offered("REN-001", "Standard clean", "Standardrengøring", "0.01", 120),
    Offered("REN-002", "Deep clean", "Hovedrengøring", "0.015", 240),
    Offered("REN-003", "Move-out clean", "Flytterengøring", "0.02", 300),
    Offered("REN-004", "Office clean", "Kontorrengøring", "0.008", 120),
    Offered("REN-005", "Window cleaning", "Vinduespudsning", "0.01", 90),
)
HOURLY_MINOR = 34900
JENS, NORDLYS = 1, 2
METTE, PETER = 1, 2


def customers() -> list[Somebody]:
    """Sixty: Jens Nygaard (weekly, private), Nordlys Café (a business), four more businesses, and private people."""
    draw = random.Random(SEED)
    named = _people(draw, taken={"Jens Nygaard", "Mette Holm", "Peter Lund"})
    found = [
        Somebody(
            JENS, "Jens Nygaard", f"jens@{DOMAIN}", "+4520304050",
            Address("Mejlgade 14", "8000", "Aarhus C"), 150, frequency="weekly",
        )
    ]  # fmt: skip
    for number, (name, cvr) in enumerate(BUSINESSES, NORDLYS):
        mail = f"kontakt@{_slug(name)}.example"
        found.append(
            Somebody(
                number,
                name,
                mail,
                _phone(100 + number),
                _address(draw),
                draw.randrange(80, 320, 10),
                cvr,
                "weekly",
            )
        )
    for number in range(len(found) + 1, 61):
        name = next(named)
        found.append(
            Somebody(
                number, name, f"{_slug(name)}@post.example", _phone(100 + number), _address(draw),
                draw.randrange(50, 220, 5), None,
                draw.choice(("weekly", "biweekly", "biweekly", "monthly", "once")),
            )
        )  # fmt: skip
    return found


def leads() -> list[Somebody]:
    """Forty: Mette Holm (new, in Aarhus, by Leadmail), Peter Lund, and others."""
    draw = random.Random(SEED + 1)
    named = _people(draw, taken={each.name for each in customers()} | {"Mette Holm", "Peter Lund"})
    found = [
        Somebody(METTE, "Mette Holm", "mette.holm@post.example", "+4531415161",
                 Address("Skolegade 7", "8000", "Aarhus C"), 95),
        Somebody(PETER, "Peter Lund", "peter.lund@post.example", "+4561223344",
                 Address("Strandvejen 88", "8240", "Risskov"), 140),
    ]  # fmt: skip
    for number in range(3, 41):
        name = next(named)
        found.append(
            Somebody(number, name, f"{_slug(name)}@mail.example", _phone(300 + number),
                     _address(draw), draw.randrange(45, 240, 5))
        )  # fmt: skip
    return found


def _people(draw: random.Random, *, taken: set[str]) -> Iterator[str]:
    pairs = [f"{first} {last}" for first in FIRST for last in LAST]
    draw.shuffle(pairs)
    return (name for name in pairs if name not in taken)


def _address(draw: random.Random) -> Address:
    code, city, streets = draw.choice(PLACES)
    return Address(f"{draw.choice(streets)} {draw.randrange(1, 180)}", code, city)


def _phone(number: int) -> str:
    # The 20 30 series is assigned, so that the library calls every one of them valid.
    return f"+452030{number:04d}"


def _slug(name: str) -> str:
    plain = name.lower()
    for letter, spelled in (("æ", "ae"), ("ø", "oe"), ("å", "aa"), ("é", "e"), ("&", "og")):
        plain = plain.replace(letter, spelled)
    return plain.replace(" ", "." if len(plain.split()) == 2 and "café" not in name.lower() else "")
