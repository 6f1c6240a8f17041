"""Makes a lead export of 231 `lead.v1` rows, always the same: `python -m tests.data.lead_export [--dirty]`."""

import argparse
import datetime as dt
import json
import random
import sys
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers

Row = dict[str, Any]

COUNT = 231
NOW = dt.datetime(2026, 11, 20, 9, 0, tzinfo=ZoneInfo("Europe/Copenhagen"))

FIRST = [
    "Anne",
    "Birgit",
    "Camilla",
    "Dorthe",
    "Emma",
    "Freja",
    "Grethe",
    "Helle",
    "Ida",
    "Julie",
    "Karen",
    "Lone",
    "Mette",
    "Nanna",
    "Oline",
    "Pernille",
    "Rikke",
    "Sofie",
    "Tina",
    "Ulla",
    "Vibeke",
    "Aage",
    "Bjarne",
    "Carsten",
    "Dennis",
    "Erik",
    "Finn",
    "Gorm",
    "Henrik",
    "Ivan",
    "Jens",
    "Kasper",
    "Lars",
    "Mads",
    "Niels",
    "Ole",
    "Peter",
    "Rasmus",
    "Søren",
    "Thomas",
    "Ulrik",
    "Viggo",
    "Åse",
    "Øjvind",
    "Ærø",
]
LAST = [
    "Jensen",
    "Nielsen",
    "Hansen",
    "Pedersen",
    "Andersen",
    "Christensen",
    "Larsen",
    "Sørensen",
    "Rasmussen",
    "Jørgensen",
    "Petersen",
    "Madsen",
    "Kristensen",
    "Olsen",
    "Thomsen",
    "Christiansen",
    "Poulsen",
    "Johansen",
    "Møller",
    "Mortensen",
    "Knudsen",
    "Dahl",
    "Lund",
    "Holm",
    "Kjær",
    "Nygaard",
    "Bæk",
    "Østergaard",
    "Ågård",
    "Skov",
    "Bruun",
    "Frandsen",
    "Sommerferie",
]
STREETS = [
    "Ryesgade",
    "Vestergade",
    "Nørregade",
    "Søndergade",
    "Skovvej",
    "Bakkevej",
    "Parkvej",
    "Engvej",
    "Strandvejen",
    "Møllevej",
    "Kirkestien",
    "Åboulevarden",
    "Østergade",
    "Birkevej",
    "Rosenvej",
    "Lærkevej",
]
PLACES = (
    ("8000", "Aarhus C"),
    ("8200", "Aarhus N"),
    ("8210", "Aarhus V"),
    ("8220", "Brabrand"),
    ("8230", "Åbyhøj"),
    ("8240", "Risskov"),
    ("8260", "Viby J"),
    ("8270", "Højbjerg"),
    ("8300", "Odder"),
    ("8600", "Silkeborg"),
    ("8660", "Skanderborg"),
    ("8900", "Randers C"),
    ("8700", "Horsens"),
    ("8400", "Ebeltoft"),
)
SOURCES = (
    ("marketplace", "rengøring.nu", "65.00"),
    ("marketplace", "Leadpoint", "150.00"),
    ("marketplace", "AdHelp", "250.00"),
    ("relay", "Leadmail", "65.00"),
    ("direct", "website", "0.00"),
)
SERVICES = (
    ("standardrengøring", "0.010"),
    ("hovedrengøring", "0.015"),
    ("flytterengøring", "0.020"),
    ("kontorrengøring", "0.008"),
    ("vinduespudsning", "0.010"),
)
STAGES = ("new", "new", "contacted", "contacted", "quoted", "scheduled", "won", "won", "lost")
_LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"})


def lead_rows(count: int = COUNT, *, seed: int = 231, now: dt.datetime = NOW) -> list[Row]:
    """`count` rows, all different people, all good."""
    chance = random.Random(seed)
    return [_row(chance, number, now) for number in range(1, count + 1)]


def as_jsonl(rows: list[Row]) -> str:
    """One row a line."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def dirty_export(good: int = 6) -> str:
    """`good` good rows, then: nobody to reach, HTML in a name, 30 February, Julie Sommerferie (good),
    somebody twice, and a line that is cut off.
    """
    rows = lead_rows(good + 6)
    nobody, html, february, julie = rows[good], rows[good + 1], rows[good + 2], rows[good + 3]
    del nobody["contact"]["email"]
    del nobody["contact"]["phone"]
    html["contact"]["name"] = "<b>Per</b> <script>alert(1)</script>"
    february["received_at"] = "2026-02-30T10:00:00+01:00"
    julie["contact"]["name"] = "Julie Sommerferie"
    twice = json.loads(json.dumps(rows[0]))
    twice["id"] = "lead-again"
    lines = [*rows[:good], nobody, html, february, julie, twice]
    return as_jsonl(lines) + json.dumps(rows[good + 5], ensure_ascii=False)[:120]


def _row(chance: random.Random, number: int, now: dt.datetime) -> Row:
    received = now - dt.timedelta(days=chance.randrange(1, 400), minutes=chance.randrange(0, 600))
    channel, partner, cost = chance.choice(SOURCES)
    service, coefficient = chance.choice(SERVICES)
    stage = chance.choice(STAGES)
    m2 = chance.randrange(40, 260)
    hours = (Decimal(m2) * Decimal(coefficient) * 2).to_integral_value() / 2 or Decimal("0.5")
    bookings = _bookings(chance, number, received, hours) if stage == "won" else []
    pipeline = _pipeline(chance, stage, received)
    return {
        "id": f"lead-{number:04}",
        "dataset_version": "lead.v1",
        "received_at": received.isoformat(),
        "source": {
            "channel": channel,
            "partner": partner,
            "cost_dkk": cost,
            "thread_id": f"thread-{number:04}",
            "first_message_id": f"<{number:04}@inbox.example>",
            "confidence": "0.95",
        },
        "contact": _contact(chance, number),
        "job": {
            "service": service,
            "property_m2": m2,
            "property_type": chance.choice(("apartment", "house", "office")),
            "frequency": chance.choice(("weekly", "biweekly", "monthly", "once")),
            "estimated_hours": str(hours),
            "special_requirements": [],
        },
        "pipeline": pipeline,
        "bookings": bookings,
        "invoices": [],
        "ai": {"parsed": True, "confidence": "0.90", "customer_type": "private"},
        "consent": {
            "marketing_email": chance.random() < 0.3,
            "basis": "form",
            "captured_at": received.isoformat(),
        },
    }


def _contact(chance: random.Random, number: int) -> Row:
    first, last = chance.choice(FIRST), chance.choice(LAST)
    postal_code, city = chance.choice(PLACES)
    local = f"{first}.{last}.{number}".casefold().translate(_LETTERS)
    contact: Row = {
        "name": f"{first} {last}",
        "email": f"{local}@post.example",
        "phone": _phone(number),
        "type": "business" if number % 12 == 0 else "private",
        "address": {
            "street": f"{chance.choice(STREETS)} {chance.randrange(1, 180)}",
            "postal_code": postal_code,
            "city": city,
        },
    }
    if contact["type"] == "business":
        contact["cvr"] = f"{30_000_000 + number}"
    if number % 17 == 0:
        del contact["phone"]
    return contact


def _phone(number: int) -> str:
    """A number that the library calls valid, in one of the ways in which people write it."""
    digits = f"{20_100_000 + number * 37}"
    if not phonenumbers.is_valid_number(phonenumbers.parse(digits, "DK")):
        raise ValueError(f"{digits} is not a valid number")
    spaced = " ".join(digits[i : i + 2] for i in range(0, 8, 2))
    return (digits, spaced, f"+45 {spaced}", f"0045{digits}")[number % 4]


def _pipeline(chance: random.Random, stage: str, received: dt.datetime) -> Row:
    pipeline: Row = {"stage": stage, "last_inbound_at": received.isoformat()}
    if stage != "new":
        answered = received + dt.timedelta(hours=chance.randrange(1, 48))
        pipeline["last_outbound_at"] = answered.isoformat()
    if stage == "lost":
        pipeline["lost_reason"] = chance.choice(("price", "no answer", "chose another"))
    return pipeline


def _bookings(
    chance: random.Random, number: int, received: dt.datetime, hours: Decimal
) -> list[Row]:
    booked: list[Row] = []
    for sequence in range(1, chance.randrange(1, 4) + 1):
        day = (received + dt.timedelta(days=7 * sequence)).date()
        if day >= NOW.date():
            break
        start = dt.datetime.combine(day, dt.time(chance.choice((8, 10, 13))), NOW.tzinfo)
        end = start.astimezone(dt.UTC) + dt.timedelta(hours=float(hours))
        booked.append(
            {
                "booking_id": f"b-{number:04}-{sequence}",
                "event_id": f"event-{number:04}-{sequence}@calendar.example",
                "start": start.isoformat(),
                "end": end.astimezone(NOW.tzinfo).isoformat(),
                "team_size": chance.choice((1, 1, 2)),
                "status": "completed",
                "sequence_no": sequence,
            }
        )
    return booked


def main(arguments: list[str]) -> None:
    """Write the export to standard output."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dirty", action="store_true", help="with bad rows in it")
    parser.add_argument("--count", type=int, default=COUNT)
    chosen = parser.parse_args(arguments)
    sys.stdout.write(dirty_export() if chosen.dirty else as_jsonl(lead_rows(chosen.count)))


if __name__ == "__main__":
    main(sys.argv[1:])
