"""Founds a firm: from a `firm.yaml` or eight answers to an empty, working tenant."""

import datetime as dt
import re
import secrets
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any, Literal, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa
import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from stdnum.dk import cvr as danish_cvr
from stdnum.exceptions import ValidationError as NotANumber

from agent.firms.week import DAYS, Day, read_week
from memory.store import Store, TenantSession
from memory.tables.base import new_id
from memory.tables.booking import OpeningHours, Service, Staff
from memory.tables.identity import Tenant, User
from tools.errors import Conflict, Rejected
from tools.findings import findings
from tools.values.emails import read_email
from tools.values.text import fold

HOURS = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
WORKDAYS: dict[Day, tuple[str, str]] = {day: ("08:00", "17:00") for day in DAYS[:5]}


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("is no time zone; write one like Europe/Copenhagen") from error
    return name


def _cvr(number: str | None) -> str | None:
    if not number:
        return None
    try:
        return str(danish_cvr.validate(number))
    except NotANumber as error:
        raise ValueError("is no CVR number; it has 8 digits and a check digit") from error


def _as_text(given: object) -> object:
    """YAML reads `price: 349` as a number."""
    return str(given) if isinstance(given, int | float) and not isinstance(given, bool) else given


def _price(text: str) -> str:
    try:
        price = Decimal(text)
    except InvalidOperation as error:
        raise ValueError("is no amount; write it like 349 or 349.50") from error
    if not price.is_finite() or price <= 0 or price > 1_000_000:
        raise ValueError("must be more than 0 and at most 1,000,000")
    return text


def _hours(hours: tuple[str, str]) -> tuple[str, str]:
    opens, closes = hours
    if not (HOURS.fullmatch(opens) and HOURS.fullmatch(closes)) or opens >= closes:
        raise ValueError("must be two times like 08:00 and 17:00, the earlier one first")
    return hours


def _week(given: object) -> object:
    """`hours: mon-fri 8-16`, as the questions take them too."""
    try:
        return read_week(given) if isinstance(given, str) else given
    except Rejected as error:
        raise ValueError("must be days and two times, like mon-fri 8-16, sat 9-13") from error


def _email(text: str) -> str:
    try:
        return read_email(text)
    except Rejected as error:
        raise ValueError("is no e-mail address; write one like vera@firm.dk") from error


class _Given(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ServiceGiven(_Given):
    """A service: its name (in Danish too where it has one), the price per person and hour, minutes of a usual job."""

    name: str = Field(min_length=1, max_length=100)
    name_da: str | None = None
    price: Annotated[str, BeforeValidator(_as_text), AfterValidator(_price)]
    minutes: int = Field(default=120, ge=15, le=24 * 60)
    crew: int = Field(default=1, ge=1, le=20)


class FirmGiven(_Given):
    """What founding a firm needs; the fields of `firm.yaml`."""

    name: str = Field(min_length=1, max_length=200)
    language: Literal["en", "da"] = "en"
    zone: Annotated[str, AfterValidator(_zone)] = "Europe/Copenhagen"
    cvr: Annotated[str | None, BeforeValidator(_as_text), AfterValidator(_cvr)] = None
    services: list[ServiceGiven] = Field(min_length=1)
    staff: list[str] = Field(min_length=1)
    hours: Annotated[
        dict[Day, Annotated[tuple[str, str], AfterValidator(_hours)]], BeforeValidator(_week)
    ] = Field(default_factory=lambda: dict(WORKDAYS))
    owner: Annotated[str, AfterValidator(_email)]
    owner_name: str = "Owner"


def read_firm(given: dict[str, Any]) -> FirmGiven:
    """The answers as a firm. Rejected names each field that is wrong, and what would be right."""
    try:
        return FirmGiven.model_validate(given)
    except ValidationError as error:
        fields = findings(error)
        told = "; ".join(f"{name} {why}" for name, why in fields.items())
        raise Rejected(f"This firm cannot be founded yet: {told}.", fields=fields) from error


def read_firm_file(path: Path) -> FirmGiven:
    """The firm in a YAML file. Raises Rejected with a sentence for a person."""
    try:
        given: object = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise Rejected(f"There is no file {path}.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Rejected(f"{path} is not readable YAML: {error}") from error
    if not isinstance(given, dict):
        raise Rejected(f"{path} must hold `name:`, `services:`, `staff:` and `owner:`.")
    return read_firm(cast(dict[str, Any], given))


def found(store: Store, firm: FirmGiven, *, now: dt.datetime) -> str:
    """Create the tenant with all that it needs to take a booking; gives its id.

    Raises Conflict when a firm of that name exists already.
    """
    with store.system() as session:
        if session.scalar(sa.select(Tenant.id).where(Tenant.name == firm.name)):
            raise Conflict(f"There is a firm called {firm.name!r} already.")
        number = (session.scalar(sa.select(sa.func.max(Tenant.number))) or 0) + 1
        tenant_id = new_id("ten")
        session.add(
            Tenant(
                id=tenant_id,
                number=number,
                name=firm.name,
                language=firm.language,
                zone=firm.zone,
                cvr=firm.cvr,
                site_key=secrets.token_urlsafe(16),
                settings={},
                limits={},
                created_at=now,
            )
        )
    with store.session(tenant_id) as session:
        session.add(
            User(
                id=new_id("usr"),
                email=firm.owner,
                name=firm.owner_name,
                role="owner",
                language=firm.language,
                created_at=now,
            )
        )
        _furnish(session, firm)
    return tenant_id


def _furnish(session: TenantSession, firm: FirmGiven) -> None:
    for weekday, day in enumerate(DAYS):
        opens, closes = firm.hours.get(day, (None, None))
        session.add(OpeningHours(id=str(weekday), opens=opens, closes=closes))
    for each in firm.services:
        session.add(
            Service(
                id=new_id("svc"),
                code=re.sub(r"[^a-z0-9]+", "-", fold(each.name)).strip("-"),
                name_en=each.name,
                name_da=each.name_da or each.name,
                price_minor=int(Decimal(each.price) * 100),
                minutes=each.minutes,
                crew=each.crew,
            )
        )
    for number, name in enumerate(firm.staff, 1):
        session.add(Staff(id=new_id("stf"), resource_no=number, name=name))
