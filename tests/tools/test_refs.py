"""Arguments know what they hold, and words find the records that an actor may see."""

import datetime as dt
from decimal import Decimal
from typing import Annotated, Literal

import pytest
from pydantic import Field, ValidationError

from memory.store import open_store
from memory.tables.booking import Booking, BookingStaff, Service, Staff
from memory.tables.conversations import Upload
from memory.tables.identity import User
from memory.tables.leads import Customer, CustomerPhone, Lead
from tests.support.contexts import NOW, context
from tests.support.stores import make_tenant, prepare_store
from tools.errors import NotFound, Rejected, Unclear
from tools.kit import Tool
from tools.lookup import (
    find_about,
    find_booking,
    find_customer,
    find_lead,
    find_proposal,
    find_service,
    find_staff,
    find_upload,
    find_user,
)
from tools.refs import Amount, CustomerRef, Hours, Phone, Text, slot_of, slots
from tools.times import as_wire, day_of, instant_of
from tools.values.text import fold


class Sample(Tool):
    """A tool with one argument of each sort."""

    customer: CustomerRef
    phone: Phone | None = None
    price: Amount | None = None
    hours: Hours | None = None
    text: Text | None = None
    from_: Annotated[str | None, Field(alias="from")] = None
    size: Literal["small", "large"] | None = None
    people: int = 1
    loud: bool = False
    lines: tuple[str, ...] = ()


def test_each_argument_says_what_it_holds():
    kinds = {name: slot.kind for name, slot in slots(Sample).items()}
    assert kinds == {
        "customer": "customer",
        "phone": "phone",
        "price": "money",
        "hours": "hours",
        "text": "text",
        "from": "text",
        "size": "choice",
        "people": "number",
        "loud": "flag",
        "lines": "list",
    }


def test_what_decides_whom_it_reaches_steers():
    assert [name for name, slot in slots(Sample).items() if slot.steers] == [
        "customer",
        "phone",
        "price",
        "hours",
    ]
    assert slot_of(Sample, "text") == ("text", False)


def test_required_labels_and_choices():
    found = slots(Sample)
    assert (found["customer"].required, found["phone"].required) == (True, False)
    assert (found["customer"].label("en"), found["customer"].label("da")) == ("Customer", "Kunde")
    assert found["size"].choices == ("small", "large")


@pytest.mark.parametrize(
    ("said", "amount"),
    [("1.234,50 kr.", "1234.50"), ("349", "349"), (349.5, "349.5"), ("1000.00", "1000.00")],
)
def test_amounts_are_read_as_people_write_them(said, amount):
    sample = Sample(customer="x", price=said)
    assert sample.price == Decimal(amount)
    assert Sample.model_validate(sample.as_args()) == sample


@pytest.mark.parametrize("said", ["1.000", "free", "-5", True])
def test_an_amount_that_is_unclear_or_none_is_refused(said):
    with pytest.raises(ValidationError):
        Sample(customer="x", price=said)


@pytest.mark.parametrize(
    ("said", "hours"),
    [("2,5 timer", "2.5"), ("2½", "2.5"), ("90 minutes", "1.5"), (3, "3"), ("20 minutes", "0.33")],
)
def test_hours_are_read_as_people_write_them(said, hours):
    assert Sample(customer="x", hours=said).hours == Decimal(hours)


@pytest.fixture
def store(databases, tmp_path):
    url = databases.like("migrated", prepare_store)
    opened = open_store(url, data_dir=tmp_path)
    make_tenant(opened, "t1", 1)
    make_tenant(opened, "t2", 2)
    with opened.session("t1") as session:
        session.add_all([_customer(1, "Jens Nygaard"), _customer(2, "Jens Nygaard Holm")])
        session.add_all([_customer(3, "Søren Bjørn Æbelø"), _customer(4, "Nordlys Café")])
        session.add(_customer(5, "Old Nordlys", merged_into="cus_4"))
        session.add(_lead(7, "Mette Holm"))
        session.add(
            Service(
                id="svc_1",
                code="REN-001",
                name_en="Standard clean",
                name_da="Standardrengøring",
                price_minor=34900,
                minutes=120,
            )
        )
        session.add(
            Service(
                id="svc_2",
                code="REN-002",
                name_en="Deep clean",
                name_da="Hovedrengøring",
                price_minor=34900,
                minutes=120,
            )
        )
        session.add(Staff(id="stf_1", resource_no=1, name="Jonas Kjær", email="j@demo.example"))
        session.add(Staff(id="stf_2", resource_no=2, name="Maria Lund"))
        session.add(
            User(id="usr_1", email="a@demo.example", name="Anna", role="staff", created_at=NOW)
        )
        session.flush()
        session.add(CustomerPhone(id="tel_1", customer_id="cus_1", phone="+4520123456"))
        session.add(_booking(11, "cus_1"))
        session.add(_booking(12, "cus_4"))
        session.add(_upload("upl_1", "usr_1"))
        session.flush()
        session.add(BookingStaff(id="bst_1", booking_id="bok_11", staff_id="stf_1"))
    yield opened
    opened.close()
    databases.drop(url)


def _customer(number, name, **given):
    return Customer(
        id=f"cus_{number}",
        number=number,
        name=name,
        folded_name=fold(name),
        city="Aarhus C",
        created_at=NOW,
        updated_at=NOW,
        **given,
    )


def _lead(number, name):
    return Lead(
        id=f"lead_{number}",
        number=number,
        name=name,
        folded_name=name.lower(),
        email="mette@post.example",
        source="Leadmail",
        received_at=NOW,
        created_at=NOW,
        updated_at=NOW,
    )


def _booking(number, customer_id):
    start = NOW + dt.timedelta(days=number)
    return Booking(
        id=f"bok_{number}",
        number=number,
        customer_id=customer_id,
        service_id="svc_1",
        starts_at=start,
        ends_at=start + dt.timedelta(hours=2),
        zone="Europe/Copenhagen",
        address="",
        price_minor=1,
        status="confirmed",
        uid=f"u{number}",
        created_at=NOW,
        updated_at=NOW,
    )


def _upload(id, owner):
    return Upload(
        id=id,
        owner_id=owner,
        filename="a.csv",
        media_type="text/csv",
        size=1,
        sha256="0",
        content=b"a",
        created_at=NOW,
    )


@pytest.mark.parametrize(
    ("words", "id"),
    [
        ("cus_1", "cus_1"),
        ("1", "cus_1"),
        ("#1", "cus_1"),
        ("kunde 1", "cus_1"),
        ("jens nygaard", "cus_1"),
        ("customer Jens Nygaard", "cus_1"),
        ("Jens Nygaard #2", "cus_2"),
        ("20 12 34 56", "cus_1"),
        ("Soeren Bjoern Aebeloe", "cus_3"),
        ("Søren", "cus_3"),
        ("Nordlis Cafe", "cus_4"),
        ("nordl", "cus_4"),
        ("cus_5", "cus_4"),
    ],
)
def test_a_customer_is_found_by(store, words, id):
    with context(store, writing=False) as ctx:
        assert find_customer(ctx, words).id == id


def test_a_name_that_fits_several_is_asked_about(store):
    with context(store, language="da", writing=False) as ctx, pytest.raises(Unclear) as asked:
        find_customer(ctx, "Jens")
    assert asked.value.message == "“Jens” passer på 2. Hvilken kunde er det?"
    assert [choice.label for choice in asked.value.choices] == [
        "Jens Nygaard #1, Aarhus C",
        "Jens Nygaard Holm #2, Aarhus C",
    ]
    with context(store, writing=False) as ctx:
        assert find_customer(ctx, asked.value.choices[1].label).id == "cus_2"


@pytest.mark.parametrize("words", ["Birgit Olsen", "999", "cus_999", "%", "  ", "nobody@x.example"])
def test_nobody_of_that_name_is_a_sentence_with_the_name(store, words):
    with context(store, writing=False) as ctx, pytest.raises(NotFound) as missing:
        find_customer(ctx, words)
    assert words.strip() in missing.value.fields["customer"]


def test_a_lead_is_offered_as_a_customer_to_be(store):
    with context(store, writing=False) as ctx, pytest.raises(Unclear) as asked:
        find_customer(ctx, "Mette Holm")
    assert (asked.value.choices[0].tool, asked.value.choices[0].args) == (
        "convert_lead",
        {"lead": "lead_7"},
    )


def test_a_customer_finds_only_itself(store):
    with context(store, role="customer", customer_id="cus_1", writing=False) as ctx:
        assert find_customer(ctx, "mig").id == "cus_1"
        assert find_booking(ctx, "11").id == "bok_11"
        with pytest.raises(NotFound):
            find_customer(ctx, "Nordlys Café")
        with pytest.raises(NotFound):
            find_booking(ctx, "12")
        with pytest.raises(NotFound):
            find_lead(ctx, "Mette Holm")


def test_the_crew_finds_its_own_jobs_and_their_customers(store):
    with context(store, role="crew", staff_id="stf_1", writing=False) as ctx:
        assert find_booking(ctx, "booking 11").id == "bok_11"
        assert find_customer(ctx, "Jens Nygaard").id == "cus_1"
        assert find_staff(ctx, "me").id == "stf_1"
        with pytest.raises(NotFound):
            find_booking(ctx, "bok_12")
        with pytest.raises(NotFound):
            find_customer(ctx, "Nordlys Café")


@pytest.mark.parametrize("role", ["visitor", "reseller"])
def test_others_find_nobody(store, role):
    with context(store, role=role, writing=False) as ctx:
        with pytest.raises(NotFound):
            find_customer(ctx, "Jens Nygaard")
        with pytest.raises(NotFound):
            find_booking(ctx, "11")


def test_another_firm_finds_nothing_at_all(store):
    with context(store, tenant="t2", number=2, writing=False) as ctx:
        with pytest.raises(NotFound):
            find_customer(ctx, "cus_1")
        with pytest.raises(NotFound):
            find_lead(ctx, "lead_7")
        with pytest.raises(NotFound):
            find_about(ctx, "cus_1")


def test_a_booking_is_found_by_its_customer(store):
    with context(store, writing=False) as ctx:
        assert find_booking(ctx, "Nordlys").id == "bok_12"
        with pytest.raises(NotFound):
            find_booking(ctx, "Nordlys", live=False)


@pytest.mark.parametrize(
    ("words", "id"),
    [
        ("REN-001", "svc_1"),
        ("standardrengøring", "svc_1"),
        ("deep", "svc_2"),
        ("standard cleen", "svc_1"),
    ],
)
def test_a_service_is_found_by(store, words, id):
    with context(store, role="visitor", writing=False) as ctx:
        assert find_service(ctx, words).id == id


def test_an_unknown_service_is_answered_with_those_there_are(store):
    with context(store, writing=False) as ctx, pytest.raises(NotFound) as missing:
        find_service(ctx, "wallpaper")
    assert missing.value.message.endswith("There is: Standard clean, Deep clean.")


def test_two_services_that_fit_are_asked_about(store):
    with context(store, writing=False) as ctx, pytest.raises(Unclear) as asked:
        find_service(ctx, "clean")
    assert [choice.args for choice in asked.value.choices] == [
        {"service": "svc_1"},
        {"service": "svc_2"},
    ]


def test_staff_users_and_files_are_found(store):
    with context(store, writing=False) as ctx:
        assert find_staff(ctx, "Jonas").id == "stf_1"
        assert find_user(ctx, "a@demo.example").id == "usr_1"
        assert find_upload(ctx, "a.csv").id == "upl_1"
        with pytest.raises(NotFound):
            find_proposal(ctx, "prop_1")
    with context(store, role="customer", user_id="usr_9", writing=False) as ctx:
        with pytest.raises(NotFound):
            find_upload(ctx, "upl_1")
        with pytest.raises(NotFound):
            find_user(ctx, "Anna")


def test_about_takes_people_and_named_bookings(store):
    with context(store, writing=False) as ctx:
        assert find_about(ctx, "Mette Holm").kind == "lead"
        assert find_about(ctx, "Nordlys Café").kind == "customer"
        assert find_about(ctx, "booking 12").kind == "booking"
        assert find_about(ctx, "bok_12").id == "bok_12"


def test_times_are_canonical_in_the_firms_zone(store):
    with context(store, language="da", writing=False) as ctx:
        instant = instant_of(ctx, "tirsdag kl. 10", field="start")
        assert as_wire(ctx, instant) == "2026-11-24T10:00:00+01:00"
        assert instant_of(ctx, as_wire(ctx, instant), field="start") == instant
        assert day_of(ctx, "24. november", field="due").isoformat() == "2026-11-24"


@pytest.mark.parametrize("words", ["banana", "30 February", "yesterday at 10", "Tuesday"])
def test_a_time_that_cannot_be_taken_names_its_argument(store, words):
    with context(store, writing=False) as ctx, pytest.raises(Rejected) as refused:
        instant_of(ctx, words, field="start")
    assert list(refused.value.fields) == ["start"]
