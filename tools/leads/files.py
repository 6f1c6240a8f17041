"""Reads a lead file: bytes to raw rows with their line numbers, whatever the encoding, delimiter and headings."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Literal, cast

from tools.errors import Rejected, TooLarge
from tools.values.redact import redact, redact_json
from tools.values.text import fold

MOST_BYTES = 25_000_000
MOST_ROWS = 20_000  # a longer file would hold up everybody else while it is read

Raw = dict[str, Any]
_NO_OBJECT = ("the line is not a JSON object", "linjen er ikke et JSON-objekt")


@dataclass(frozen=True)
class RawRow:
    """One row as it stood in the file: its first line, its text, and its fields in the shape of `lead.v1`.

    Secrets are taken out of both before anything else sees them. `raw` is None when the row could not be read;
    `problem` says why, in English and Danish.
    """

    line: int
    text: str
    raw: Raw | None
    problem: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class LeadFile:
    """A file that was read: its kind, its rows, and the columns that nothing is known about."""

    kind: Literal["jsonl", "csv"]
    rows: tuple[RawRow, ...]
    unknown_columns: tuple[str, ...] = field(default=())


# Heading (folded, without marks) → path in lead.v1.
_HEADINGS: dict[str, str] = {
    **dict.fromkeys(("id", "leadid", "lead"), "id"),
    **dict.fromkeys(
        ("receivedat", "received", "date", "dato", "modtaget", "created", "oprettet", "tidspunkt"),
        "received_at",
    ),
    **dict.fromkeys(
        ("name", "navn", "fullname", "fuldenavn", "kontakt", "contact", "kunde", "customer"),
        "contact.name",
    ),
    **dict.fromkeys(
        ("email", "mail", "emailadresse", "emailaddress", "epost", "mailadresse"), "contact.email"
    ),
    **dict.fromkeys(
        ("phone", "telefon", "tlf", "mobil", "mobile", "telephone", "telefonnummer", "mobilnummer"),
        "contact.phone",
    ),
    **dict.fromkeys(("type", "kundetype", "customertype"), "contact.type"),
    **dict.fromkeys(("cvr", "cvrnr", "cvrnummer", "vatno"), "contact.cvr"),
    **dict.fromkeys(
        ("street", "address", "adresse", "vej", "gade", "vejnavn"), "contact.address.street"
    ),
    **dict.fromkeys(
        ("postalcode", "zip", "zipcode", "postnr", "postnummer", "postcode"),
        "contact.address.postal_code",
    ),
    **dict.fromkeys(("city", "by", "town", "bynavn"), "contact.address.city"),
    **dict.fromkeys(("source", "kilde", "partner", "channel", "kanal"), "source.partner"),
    **dict.fromkeys(("cost", "costdkk", "pris", "leadpris", "omkostning"), "source.cost_dkk"),
    **dict.fromkeys(("service", "ydelse", "opgave", "job", "tjeneste"), "job.service"),
    **dict.fromkeys(
        ("m2", "propertym2", "kvm", "areal", "size", "stoerrelse", "kvadratmeter"),
        "job.property_m2",
    ),
    **dict.fromkeys(("frequency", "frekvens", "hyppighed"), "job.frequency"),
    **dict.fromkeys(("status", "stage", "fase", "trin"), "pipeline.stage"),
    **dict.fromkeys(("lostreason", "tabtaarsag", "aarsag"), "pipeline.lost_reason"),
    **dict.fromkeys(
        ("message", "besked", "note", "noter", "notes", "kommentar", "comment"), "message"
    ),
    **dict.fromkeys(
        ("marketingconsent", "marketingemail", "samtykke", "consent", "nyhedsbrev"),
        "consent.marketing_email",
    ),
}


def read_file(content: bytes, filename: str) -> LeadFile:
    """The rows of a JSONL or CSV file. Raises TooLarge, or Rejected when it is neither."""
    if len(content) > MOST_BYTES:
        raise TooLarge(f"{filename} is larger than {MOST_BYTES // 1_000_000} MB; send it in parts.")
    text = decode(content)
    if not text.strip():
        raise Rejected(f"{filename} is empty.", fields={"upload": "empty"})
    if "\x00" in text:
        raise Rejected(
            f"{filename} is not a text file; send CSV or JSON Lines.", fields={"upload": "binary"}
        )
    return _read_jsonl(text, filename) if text.lstrip()[0] in "{[" else _read_csv(text, filename)


def _all(rows: Iterable[RawRow], filename: str) -> tuple[RawRow, ...]:
    """Every row; reading stops at the first that is too many. Raises TooLarge."""
    taken = tuple(islice(rows, MOST_ROWS + 1))
    if len(taken) > MOST_ROWS:
        raise TooLarge(
            f"{filename} has more than {MOST_ROWS:,} rows, which is the most that one file may have;"
            " send it in parts."
        )
    return taken


def decode(content: bytes) -> str:
    """UTF-8 with or without a mark, else what Excel writes in this part of the world."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _read_jsonl(text: str, filename: str) -> LeadFile:
    lines = io.StringIO(text, newline="\n")
    rows = (_json_row(n, line) for n, line in enumerate(lines, start=1) if line.strip())
    return LeadFile(kind="jsonl", rows=_all(rows, filename))


def _json_row(line: int, text: str) -> RawRow:
    plain = text.strip()
    try:
        raw = json.loads(plain, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        cut = not plain.endswith("}")
        problem = ("the line is not valid JSON", "linjen er ikke gyldig JSON")
        if cut:
            problem = ("the line is cut off", "linjen er skåret over")
        return RawRow(line=line, text=redact(plain), raw=None, problem=problem)
    if not isinstance(raw, dict):
        return RawRow(line=line, text=redact(plain), raw=None, problem=_NO_OBJECT)
    clean = cast(Raw, redact_json(cast(Raw, raw)))
    text = plain if clean == raw else json.dumps(clean, ensure_ascii=False)
    return RawRow(line=line, text=text, raw=clean)


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _read_csv(text: str, filename: str) -> LeadFile:
    head = text[:64_000]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(head), strict=False)
    headings: list[str] = next(reader, cast(list[str], []))
    paths = [_HEADINGS.get(_bare(heading)) for heading in headings]
    if "contact.name" not in paths:
        known = "name, email, phone, street, postal_code, city, service, source, message"
        raise Rejected(
            f"{filename} has no column for the name. The first line must hold headings such as: {known}.",
            fields={"upload": "no heading for the name"},
        )
    unknown = tuple(
        h for h, path in zip(headings, paths, strict=True) if path is None and h.strip()
    )
    return LeadFile(
        kind="csv",
        rows=_all(_csv_rows(reader, headings, paths), filename),
        unknown_columns=unknown,
    )


def _csv_rows(reader: Any, headings: list[str], paths: list[str | None]) -> Iterator[RawRow]:
    line = reader.line_num + 1
    while True:
        try:
            cells: list[str] | None = next(reader, None)
        except csv.Error as error:
            yield RawRow(line=line, text="", raw=None, problem=(str(error), str(error)))
            line = reader.line_num + 1
            continue
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield _csv_row(line, cells, headings, paths)
        line = reader.line_num + 1


def _csv_row(line: int, cells: list[str], headings: list[str], paths: list[str | None]) -> RawRow:
    kept = redact_json(dict(zip(headings, cells, strict=False)))
    text = json.dumps(kept, ensure_ascii=False)
    cells = [redact(cell) for cell in cells]
    if len(cells) != len(headings):
        problem = (
            f"the row has {len(cells)} fields instead of {len(headings)}",
            f"rækken har {len(cells)} felter i stedet for {len(headings)}",
        )
        return RawRow(
            line=line, text=json.dumps(cells, ensure_ascii=False), raw=None, problem=problem
        )
    raw: Raw = {}
    for path, cell in zip(paths, cells, strict=True):
        if path and cell.strip():
            _put(raw, path, cell.strip())
    return RawRow(line=line, text=text, raw=raw)


def _put(raw: Raw, path: str, value: str) -> None:
    *parents, last = path.split(".")
    for parent in parents:
        raw = raw.setdefault(parent, {})
    raw.setdefault(last, value)


def _bare(heading: str) -> str:
    return "".join(c for c in fold(heading) if c.isalnum())


def _delimiter(head: str) -> str:
    """The mark that the first line has most of, outside quotes."""
    first = head.splitlines()[0] if head else ""
    outside = "".join(part for i, part in enumerate(first.split('"')) if i % 2 == 0)
    return max(";,\t|", key=outside.count)
