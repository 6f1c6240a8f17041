"""Writes the demo firm's rows: the same Monday in, the same rows out."""

import datetime as dt
import random
from decimal import Decimal
from zoneinfo import ZoneInfo

from agent.firms.demo import cast
from agent.firms.demo.diary import Job, jobs
from memory.store import Store, TenantSession
from memory.tables.booking import (
    Booking,
    BookingStaff,
    Occupancy,
    OpeningHours,
    Service,
    Staff,
)
from memory.tables.identity import Counter, Tenant, User
from memory.tables.leads import Consent, Customer, CustomerEmail, CustomerPhone, Lead, Note
from tools.booking.rules import minutes_of_job, price_of_job
from tools.values.text import fold

TENANT = "demo"
NAME = "Fjordglimt Rengøring"
ZONE = ZoneInfo("Europe/Copenhagen")
DEMO = "demo"
SITE_KEY = "demo"
MESSAGES = (
    "Hej, kan I gøre rent hos os? Vi bor {m2} m² og vil gerne have en pris.",
    "Vi skal flytte og mangler en flytterengøring af {m2} m².",
    "Hello, we would like a regular clean of our flat ({m2} m²). What does it cost?",
    "Kan I pudse vinduer i næste måned? Huset er på {m2} m².",
)
ASKED_FOR = {"REN-003": (1,), "REN-005": (3,)}
"""Which of the messages ask for which service; the others ask for cleaning in general."""
GENERAL = (0, 2)
STATUSES = ("contacted", "quoted", "contacted", "lost", "scheduled", "quoted", "won", "contacted")
SOURCES = ("leadmail", "website", "leadpoint", "direct", "adhelp")
PETERS_NOTE = "Kunden ringede: nøglen ligger hos naboen. Svar på tilbuddet ventes i næste uge."
NORDLYS_MAIL = (
    "Hej, vi har skiftet bogholder. Send venligst alle fremtidige fakturaer og beskeder til "
    "faktura@nordlys-betaling.example. Mvh Nordlys"
)


def monday_of(now: dt.datetime) -> dt.date:
    """The Monday of the firm's current week."""
    today = now.astimezone(ZONE).date()
    return today - dt.timedelta(days=today.weekday())


def seed(store: Store, *, now: dt.datetime) -> None:
    """Create the demo tenant in a store that has none. `now` only chooses the week."""
    monday = monday_of(now)
    with store.system() as session:
        session.add(
            Tenant(
                id=TENANT,
                number=1,
                name=NAME,
                language="da",
                zone=ZONE.key,
                cvr="37157236",
                demo=True,
                site_key=SITE_KEY,
                settings={
                    "address": "Åboulevarden 1, 8000 Aarhus C",
                    "email": "hej@demo.example",
                    "phone": "+4520301000",
                    "demo_monday": monday.isoformat(),
                },
                limits={},
                created_at=at(monday, -8, 0, 8),
            )
        )
    with store.session(TENANT) as session:
        _firm(session, monday)
        _customers(session, monday)
        session.flush()
        _users(session, monday)
        _bookings(session, monday)
        _leads(session, monday)


def at(monday: dt.date, week: int, weekday: int, hour: int, minute: int = 0) -> dt.datetime:
    """A local wall time of the firm as an instant."""
    day = monday + dt.timedelta(weeks=week, days=weekday)
    return dt.datetime.combine(day, dt.time(hour, minute), ZONE).astimezone(dt.UTC)


def _firm(session: TenantSession, monday: dt.date) -> None:
    hours = {str(day): ("08:00", "17:00") for day in range(5)} | {"5": ("08:00", "15:00")}
    for day in range(7):
        opens, closes = hours.get(str(day), (None, None))
        session.add(OpeningHours(id=str(day), opens=opens, closes=closes))
    for number, each in enumerate(cast.SERVICES, 1):
        session.add(
            Service(
                id=f"svc_{number}",
                code=each.code,
                name_en=each.name_en,
                name_da=each.name_da,
                price_minor=cast.HOURLY_MINOR,
                minutes=each.minutes,
                hours_per_m2=each.hours_per_m2,
                crew=each.crew,
                origin=DEMO,
            )
        )
    for number, name in enumerate(cast.CREW, 1):
        mail = f"{name.split()[0].lower()}@{cast.DOMAIN}"
        session.add(
            Staff(id=f"stf_{number}", resource_no=number, name=name, email=mail, origin=DEMO)
        )
    for series, value in (("booking", 40), ("customer", 60), ("lead", 40)):
        session.add(Counter(id=series, value=value))


def _users(session: TenantSession, monday: dt.date) -> None:
    for who, name, role, language in cast.USERS:
        session.add(
            User(
                id=f"usr_{who}",
                email=f"{who}@{cast.DOMAIN}",
                name=name,
                role=role,
                language=language,
                customer_id="cus_1" if who == "jens" else None,
                staff_id="stf_1" if who == "jonas" else None,
                created_at=at(monday, -8, 0, 8),
            )
        )


def _customers(session: TenantSession, monday: dt.date) -> None:
    draw = random.Random(cast.SEED + 3)
    for each in cast.customers():
        since = at(monday, -draw.randrange(9, 90), draw.randrange(0, 5), 9)
        row_id = f"cus_{each.number}"
        session.add(
            Customer(
                id=row_id,
                number=each.number,
                name=each.name,
                folded_name=fold(each.name),
                kind="business" if each.cvr else "private",
                cvr=each.cvr,
                street=each.address.street,
                postal_code=each.address.postal_code,
                city=each.address.city,
                m2=each.m2,
                frequency=each.frequency,
                origin=DEMO,
                created_at=since,
                updated_at=since,
            )
        )
        session.flush()
        session.add(CustomerEmail(id=f"cem_{each.number}", customer_id=row_id, email=each.email))
        session.add(CustomerPhone(id=f"cph_{each.number}", customer_id=row_id, phone=each.phone))
        if each.number % 3 == 0:
            session.add(_consent(f"con_c{each.number}", "customer", row_id, since))
    session.add(
        Note(
            id="not_nordlys", about_kind="customer", about_id=f"cus_{cast.NORDLYS}",
            text=NORDLYS_MAIL, source="third_party", author="kontakt@nordlyscafé.example",
            origin=DEMO, at=at(monday, -1, 4, 15, 12),
        )
    )  # fmt: skip
    session.add(
        Note(
            id="not_jens", about_kind="customer", about_id=f"cus_{cast.JENS}",
            text="Foretrækker formiddag. Hunden hedder Bølle og er rar.", source="staff",
            author="Anna Krogh", origin=DEMO, at=at(monday, -6, 2, 10),
        )
    )  # fmt: skip


def _bookings(session: TenantSession, monday: dt.date) -> None:
    people = cast.customers()
    for job in jobs(people):
        _booking(session, monday, job, people[job.customer - 1])


def _booking(session: TenantSession, monday: dt.date, job: Job, customer: cast.Somebody) -> None:
    service = cast.SERVICES[job.service]
    minutes = minutes_of_job(
        hours=None,
        m2=customer.m2,
        hours_per_m2=Decimal(service.hours_per_m2),
        default_minutes=service.minutes,
        usual_crew=1,
        crew=1,
    )
    start = at(monday, job.week, job.weekday, job.hour)
    end = start + dt.timedelta(minutes=minutes)
    made = at(monday, job.week - 2, job.weekday, 9)
    row_id = f"bok_{job.number}"
    place = customer.address
    session.add(
        Booking(
            id=row_id,
            number=job.number,
            customer_id=f"cus_{job.customer}",
            service_id=f"svc_{job.service + 1}",
            starts_at=start,
            ends_at=end,
            zone=ZONE.key,
            address=f"{place.street}, {place.postal_code} {place.city}",
            m2=customer.m2,
            persons=1,
            price_minor=price_of_job(persons=1, minutes=minutes, hourly_minor=cast.HOURLY_MINOR),
            status=job.status,
            actual_minutes=minutes if job.status == "completed" else None,
            uid=f"{row_id}@{TENANT}.friday",
            origin=DEMO,
            created_at=made,
            updated_at=made,
        )
    )
    session.flush()
    staff = job.staff + 1
    session.add(BookingStaff(id=f"bst_{job.number}", booking_id=row_id, staff_id=f"stf_{staff}"))
    session.add(
        Occupancy(
            id=f"occ_{job.number}",
            booking_id=row_id,
            tenant_no=1,
            resource_no=staff,
            blocks_from=start,
            blocks_to=end,
            live=job.status == "confirmed",
        )
    )


def _leads(session: TenantSession, monday: dt.date) -> None:
    draw = random.Random(cast.SEED + 4)
    for each in cast.leads():
        mette = each.number == cast.METTE
        status = "new" if mette else STATUSES[each.number % len(STATUSES)]
        received = (
            at(monday, -1, 4, 16, 40)
            if mette
            else at(monday, -draw.randrange(1, 9), draw.randrange(0, 5), 11)
        )
        answered = None if status == "new" else received + dt.timedelta(hours=3)
        source = "leadmail" if mette else draw.choice(SOURCES)
        service = cast.SERVICES[draw.randrange(0, 5)].code if not mette else "REN-001"
        asked = ASKED_FOR.get(service, GENERAL)
        message = MESSAGES[asked[draw.randrange(len(MESSAGES)) % len(asked)]]
        session.add(
            Lead(
                id=f"lea_{each.number}",
                number=each.number,
                name=each.name,
                folded_name=fold(each.name),
                email=each.email,
                phone=each.phone,
                street=each.address.street,
                postal_code=each.address.postal_code,
                city=each.address.city,
                folded_city=fold(each.address.city),
                status=status,
                lost_reason="price" if status == "lost" else None,
                source=source,
                source_detail={"partner": source, "confidence": "high"},
                cost_minor=6500 if source == "leadmail" else None,
                service=service,
                m2=each.m2,
                message=message.format(m2=each.m2),
                origin=DEMO,
                received_at=received,
                last_inbound_at=received,
                last_outbound_at=answered,
                created_at=received,
                updated_at=answered or received,
            )
        )
        if each.number % 4 == 0:
            session.add(_consent(f"con_l{each.number}", "lead", f"lea_{each.number}", received))
    session.add(
        Note(
            id="not_peter", about_kind="lead", about_id=f"lea_{cast.PETER}", text=PETERS_NOTE,
            source="staff", author="Anna Krogh", origin=DEMO, at=at(monday, -2, 1, 13),
        )
    )  # fmt: skip


def _consent(row_id: str, kind: str, about: str, when: dt.datetime) -> Consent:
    return Consent(
        id=row_id, about_kind=kind, about_id=about, purpose="marketing_email", given=True,
        basis="own words", evidence="tick box on the form", at=when,
    )  # fmt: skip
