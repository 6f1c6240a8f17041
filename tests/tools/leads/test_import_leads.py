"""A file of leads: the dry run says what would happen, and then exactly that happens, once."""

import datetime as dt
import json
import tracemalloc
from pathlib import Path

import pytest
import sqlalchemy as sa

import tools.leads
from memory.tables.booking import Booking, Occupancy
from memory.tables.leads import Consent, Customer, CustomerPhone, ImportRow, Lead
from tests.data.lead_export import as_jsonl, dirty_export, lead_rows
from tests.support.contexts import NOW, context, performed
from tools.errors import NotFound, Rejected, TooLarge
from tools.leads.files import MOST_BYTES, MOST_ROWS, read_file
from tools.leads.import_action import ImportLeads
from tools.leads.imports import write_import
from tools.leads.planning import plan_import


def count(ctx, model):
    return ctx.session.scalar(sa.select(sa.func.count()).select_from(model))


def counts(receipt):
    return {line.label: line.value for line in receipt.lines if line.label != "Not taken"}


@pytest.fixture
def export(people):
    return people.upload(as_jsonl(lead_rows()))


def test_231_rows_make_231_leads_and_again_none(store, export):
    with context(store) as ctx:
        first = performed(ctx, ImportLeads(upload=export))
    with context(store) as ctx:
        second = performed(ctx, ImportLeads(upload=export), key="key-2")
        leads, customers, kept = count(ctx, Lead), count(ctx, Customer), count(ctx, ImportRow)
    assert (counts(first)["New"], counts(second)["New"]) == ("231", "0")
    assert counts(second)["There already"] == "231"
    assert (leads, kept) == (231, 231)
    assert customers == int(counts(first)["New customers"])


def test_all_that_a_row_says_is_taken(store, people):
    row = lead_rows(1)[0]
    row["pipeline"] = {"stage": "lost", "lost_reason": "price"}
    row["bookings"] = [
        {
            "booking_id": "b-1",
            "event_id": "e-1",
            "start": "2026-11-02T10:00:00+01:00",
            "end": "2026-11-02T12:00:00+01:00",
            "team_size": 2,
            "status": "completed",
        }
    ]
    with context(store) as ctx:
        performed(ctx, ImportLeads(upload=people.upload(as_jsonl([row]))))
    with context(store, writing=False) as ctx:
        lead = ctx.session.scalars(sa.select(Lead)).one()
        booking = ctx.session.scalars(sa.select(Booking)).one()
        phone = ctx.session.scalars(sa.select(CustomerPhone)).one()
        consents = ctx.session.scalars(sa.select(Consent.about_kind).order_by(Consent.about_kind))
        raw = ctx.session.scalars(sa.select(ImportRow)).one()
        kinds = list(consents)
    assert (lead.external_id, lead.status, lead.lost_reason) == ("lead-0001", "lost", "price")
    assert (lead.source, lead.m2) == (row["source"]["partner"], row["job"]["property_m2"])
    assert (booking.external_id, booking.uid, booking.persons) == ("b-1", "e-1", 2)
    assert booking.price_minor == 4 * 34900
    assert booking.starts_at == dt.datetime(2026, 11, 2, 9, tzinfo=dt.UTC)
    assert (lead.customer_id, phone.phone) == (booking.customer_id, lead.phone)
    assert kinds == ["customer", "lead"]
    assert json.loads(raw.raw) == row


def test_the_dry_run_changes_nothing(store, export):
    with context(store) as ctx:
        preview = ImportLeads(upload=export).resolve(ctx).preview(ctx)
        assert count(ctx, Lead) == 0
    assert preview.title == "Import 231 new leads from leads.jsonl"
    assert preview.lines[-1].value == "/samples/leads.csv"


def test_a_dirty_file_takes_the_good_and_names_the_bad(store, people):
    upload = people.upload(dirty_export())
    with context(store) as ctx:
        preview = ImportLeads(upload=upload).resolve(ctx).preview(ctx)
        receipt = performed(ctx, ImportLeads(upload=upload))
        names = list(ctx.session.scalars(sa.select(Lead.name)))
    assert preview.warnings == (
        "Line 7, contact.email: is missing, and so is the phone",
        "Line 8, contact.name: has HTML in it, which no name has",
        "Line 9, received_at: “2026-02-30T10:00:00+01:00” is not a date that exists",
        "Line 11, contact.email: is on line 1 already",
        "Line 12, row: the line is cut off",
    )
    assert (counts(receipt)["New"], counts(receipt)["With errors"]) == ("7", "4")
    assert "Julie Sommerferie" in names


def test_a_dirty_file_again_changes_nothing(store, people):
    upload = people.upload(dirty_export())
    with context(store) as ctx:
        performed(ctx, ImportLeads(upload=upload))
    with context(store) as ctx:
        again = performed(ctx, ImportLeads(upload=upload), key="key-2")
        kept = dict(
            ctx.session.execute(
                sa.select(ImportRow.state, sa.func.count()).group_by(ImportRow.state)
            ).all()
        )
    assert (counts(again)["New"], counts(again)["There already"]) == ("0", "8")
    assert kept == {"imported": 7, "duplicate": 1, "rejected": 4}


def test_the_reasons_are_given_in_danish(store, people):
    with context(store, language="da") as ctx:
        preview = ImportLeads(upload=people.upload(dirty_export())).resolve(ctx).preview(ctx)
    assert preview.warnings[0] == "Linje 7, contact.email: mangler, og det gør telefonen også"


def test_an_interrupted_import_leaves_nothing_behind_and_goes_through_again(store, export):
    with context(store) as ctx:
        performed(ctx, ImportLeads(upload=export))
        ctx.session.rollback()
    with context(store) as ctx:
        assert count(ctx, ImportRow) == 0
        assert counts(performed(ctx, ImportLeads(upload=export)))["New"] == "231"


def test_a_person_who_is_a_lead_or_a_customer_already(store, people):
    rows = lead_rows(3)
    people.lead("Somebody", number=900, email=rows[0]["contact"]["email"])
    customer = people.customer("A customer", number=900, email=rows[1]["contact"]["email"])
    with context(store) as ctx:
        receipt = performed(ctx, ImportLeads(upload=people.upload(as_jsonl(rows))))
        linked = ctx.session.scalars(sa.select(Lead).where(Lead.external_id == "lead-0002")).one()
    assert (counts(receipt)["New"], counts(receipt)["Same person"]) == ("2", "1")
    assert linked.customer_id == customer


def test_the_same_lead_with_other_words_is_left_as_it_is(store, people):
    rows = lead_rows(1)
    with context(store) as ctx:
        performed(ctx, ImportLeads(upload=people.upload(as_jsonl(rows))))
    rows[0]["message"] = "changed"
    with context(store) as ctx:
        receipt = performed(ctx, ImportLeads(upload=people.upload(as_jsonl(rows))), key="k2")
        lead = ctx.session.scalars(sa.select(Lead)).one()
    assert (counts(receipt)["Same person"], lead.message) == ("1", None)


def test_bookings_ahead_take_the_slot_of_whoever_is_free(store, people):
    rows = lead_rows(3)
    start = (NOW + dt.timedelta(days=3)).isoformat()
    end = (NOW + dt.timedelta(days=3, hours=2)).isoformat()
    for n, row in enumerate(rows):
        row["bookings"] = [
            {"booking_id": f"b-{n}", "start": start, "end": end, "status": "confirmed"}
        ]
    with context(store) as ctx:
        performed(ctx, ImportLeads(upload=people.upload(as_jsonl(rows))))
        taken = list(ctx.session.scalars(sa.select(Occupancy.resource_no)))
        booked = count(ctx, Booking)
    assert (sorted(taken), booked) == ([1, 2], 3)


def test_bookings_of_an_unknown_service_are_left_out_and_said_so(store, people):
    row = lead_rows(1)[0]
    row["job"]["service"] = "tapetsering"
    row["bookings"] = [
        {"booking_id": "b", "start": "2026-11-02T10:00+01:00", "end": "2026-11-02T12:00+01:00"}
    ]
    upload = people.upload(as_jsonl([row]))
    with context(store) as ctx:
        preview = ImportLeads(upload=upload).resolve(ctx).preview(ctx)
        performed(ctx, ImportLeads(upload=upload))
        assert (count(ctx, Lead), count(ctx, Booking)) == (1, 0)
    assert preview.warnings[0].startswith("Line 1, job.service: “tapetsering” is no service")


def test_the_sample_file_goes_in_as_it_is(store, people):
    folder = Path(tools.leads.__file__).parent / "samples"
    with context(store) as ctx:
        csv_file = people.upload((folder / "leads.csv").read_bytes(), "leads.csv")
        receipt = performed(ctx, ImportLeads(upload=csv_file))
        mette = ctx.session.scalars(sa.select(Lead).where(Lead.name == "Mette Holm")).one()
    assert counts(receipt)["New"] == "3"
    assert mette.received_at == dt.datetime(2026, 11, 18, 13, 30, tzinfo=dt.UTC)
    assert (mette.phone, mette.source, mette.service) == ("+4520100037", "Leadmail", "REN-001")


def test_a_file_that_is_neither_kind_is_refused(store, people):
    upload = people.upload(b"\x89PNG\x00\x00", "picture.png")
    with context(store) as ctx, pytest.raises(Rejected) as refused:
        ImportLeads(upload=upload).resolve(ctx).preview(ctx)
    assert "upload" in refused.value.fields


def test_a_huge_file_is_refused():
    with pytest.raises(TooLarge):
        read_file(b"x" * (MOST_BYTES + 1), "big.csv")


@pytest.mark.parametrize(
    ("head", "row"), [("name,email\n", "Per,p@x.example\n"), ("", '{"id": "1"}\n')]
)
def test_reading_stops_at_the_first_row_that_is_too_many(head, row):
    content = (head + row * 400_000).encode()
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge, match="more than 20,000 rows"):
            read_file(content, "bomb.csv")
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 100_000_000


def test_as_many_rows_as_may_be_are_read():
    content = ("name\n" + "Per\n" * MOST_ROWS).encode()

    assert len(read_file(content, "full.csv").rows) == MOST_ROWS


def test_a_colleagues_file_is_taken_by_id_and_the_card_says_whose_it_is(store, export):
    with context(store, user_id="usr_9") as ctx:
        preview = ImportLeads(upload=export).resolve(ctx).preview(ctx)
    with context(store) as ctx:
        own = ImportLeads(upload=export).resolve(ctx).preview(ctx)
    assert "File from" in {line.label for line in preview.lines}
    assert "File from" not in {line.label for line in own.lines}


def test_a_colleagues_file_is_not_taken_by_its_name(store, export):
    with context(store, user_id="usr_9") as ctx, pytest.raises(NotFound):
        ImportLeads(upload="leads.jsonl").resolve(ctx)


def test_another_firms_upload_is_not_found(store, export):
    with context(store, tenant="t2", number=2) as ctx, pytest.raises(NotFound):
        ImportLeads(upload=export).resolve(ctx)


@pytest.mark.slow
def test_ten_thousand_rows_take_few_statements(store):
    file = read_file(as_jsonl(lead_rows(10_000)).encode(), "leads.jsonl")
    statements: list[str] = []
    sa.event.listen(store.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    with context(store) as ctx:
        write_import(ctx, plan_import(ctx, file))
        ctx.session.flush()
        assert count(ctx, Lead) == 10_000
    assert len(statements) < 80


def test_secrets_in_a_row_are_stored_nowhere(store, people):
    row = lead_rows(1)[0]
    row["message"] = "Mit CPR er 010190-1234 og kortet 4111 1111 1111 1111"
    row["contact"]["cpr"] = "0101901234"
    with context(store) as ctx:
        performed(ctx, ImportLeads(upload=people.upload(as_jsonl([row]))))
        lead = ctx.session.scalars(sa.select(Lead)).one()
        raw = json.loads(ctx.session.scalars(sa.select(ImportRow.raw)).one())

    said = "Mit CPR er [CPR number removed] og kortet [card number removed]"
    assert (lead.message, raw["message"]) == (said, said)
    assert raw["contact"]["cpr"] == "[secret removed]"
    assert raw["job"] == row["job"]


def test_secrets_in_a_csv_are_taken_out_of_good_and_bad_rows():
    content = b"name,message,cpr\nUlla,ring 010190-1234,0101901234\nBo,010190-1234\n"

    good, bad = read_file(content, "leads.csv").rows

    assert good.raw == {"contact": {"name": "Ulla"}, "message": "ring [CPR number removed]"}
    assert json.loads(good.text)["cpr"] == "[secret removed]"
    assert "1234" not in bad.text
