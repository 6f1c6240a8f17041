"""What holds for any input: addresses, statuses, files and rows."""

import datetime as dt
import json
from contextlib import suppress
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.errors import Rejected, ToolError
from tools.leads.files import decode, read_file
from tools.leads.rows import BadRow, LeadRow, read_row
from tools.leads.rules import (
    STATUSES,
    PostalAddress,
    has_html,
    match_score,
    may_move,
    read_address,
    read_status,
    same_email_key,
)

ZONE = ZoneInfo("Europe/Copenhagen")
NOW = dt.datetime(2026, 11, 20, 8, tzinfo=dt.UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
FIELDS = ("id", "received_at", "source", "contact", "job", "pipeline", "bookings", "consent")


def only_row(raw):
    read = read_file(json.dumps(raw).encode(), "x.jsonl")
    return read_row(read.rows[0], now=NOW, zone=ZONE, country="DK")


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, JSON)))
def test_no_row_breaks_the_reader(raw):
    row = only_row(json.loads(json.dumps(raw).replace("NaN", "0").replace("Infinity", "0")))
    assert isinstance(row, LeadRow | BadRow)


@given(st.binary(max_size=300))
def test_no_file_breaks_the_reader(content):
    with suppress(ToolError):
        assert read_file(content, "x").rows is not None


@given(st.text(max_size=100))
def test_reading_an_address_twice_changes_nothing(words):
    once = str(read_address(words))
    assert str(read_address(once)) == once


@pytest.mark.parametrize(
    ("words", "address"),
    [
        ("Ryesgade 12, 2. tv, 8000 Aarhus C", ("Ryesgade 12, 2. tv", "8000", "Aarhus C")),
        ("Nørregade 7 8000 Aarhus C", ("Nørregade 7", "8000", "Aarhus C")),
        ("Vej 1234, DK-8240 Risskov", ("Vej 1234", "8240", "Risskov")),
        ("Skovvej 4", ("Skovvej 4", None, None)),
        ("Skovvej 4, Risskov", ("Skovvej 4", None, "Risskov")),
        ("Skovvej 4\n8240 Risskov", ("Skovvej 4", "8240", "Risskov")),
    ],
)
def test_addresses_come_apart(words, address):
    assert read_address(words) == PostalAddress(*address)


@pytest.mark.parametrize(
    ("before", "after", "may"),
    [
        ("new", "quoted", True),
        ("quoted", "contacted", True),
        ("scheduled", "won", True),
        ("new", "lost", True),
        ("lost", "new", True),
        ("lost", "won", False),
        ("spam", "new", True),
        ("won", "lost", False),
        ("won", "won", True),
    ],
)
def test_statuses_move(before, after, may):
    assert may_move(before, after) is may


@given(st.sampled_from(STATUSES), st.sampled_from(STATUSES))
def test_what_was_won_stays_won(before, after):
    assert not (before == "won" and after != "won" and may_move(before, after))


@pytest.mark.parametrize(("said", "meant"), [("Nye", "new"), ("Tilbud sendt", "quoted"), (3, 3)])
def test_statuses_are_read_in_both_languages(said, meant):
    assert read_status(said) == meant


@pytest.mark.parametrize(
    ("email", "key"),
    [
        ("a+b@x.dk", "a@x.dk"),
        ("a.b@gmail.com", "ab@gmail.com"),
        ("a.b@googlemail.com", "ab@gmail.com"),
        ("a.b@x.dk", "a.b@x.dk"),
        ("+a@x.dk", "+a@x.dk"),
    ],
)
def test_one_mailbox_has_one_key(email, key):
    assert same_email_key(email) == key


@pytest.mark.parametrize(
    ("what", "score"),
    [
        ({"same_email": True}, 100),
        ({"same_phone": True}, 90),
        ({"same_phone": True, "phone_shared": True}, 60),
        ({"same_name": True, "same_postal": True}, 70),
        ({"same_name": True}, 30),
        ({}, 0),
    ],
)
def test_the_score_says_how_sure_it_is(what, score):
    nothing = dict.fromkeys(
        ("same_email", "same_phone", "phone_shared", "same_name", "same_postal"), False
    )
    assert match_score(**nothing | what) == score


def test_html_is_seen_and_arrows_are_not():
    assert has_html("<b>Per</b>")
    assert not has_html("Per <3 Anna")


def contact(**more):
    return {"contact": {"name": "Per", "email": "per@x.example"}} | more


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({"contact": {"email": "per@x.example"}}, "contact.name"),
        ({"contact": {"name": "Per"}}, "contact.email"),
        ({"contact": {"name": "Per", "email": "nope"}}, "contact.email"),
        ({"contact": {"name": "Per", "phone": "123"}}, "contact.phone"),
        ({"contact": {"name": "12", "email": "per@x.example"}}, "contact.name"),
        ({"contact": "Per"}, "contact"),
        ({"contact": {"name": ["Per"], "email": "per@x.example"}}, "contact.name"),
        ({"contact": {"name": "P" * 201, "email": "per@x.example"}}, "contact.name"),
        ({"contact": {"name": "Per", "email": "p@x.example", "cvr": "12"}}, "contact.cvr"),
        (contact(received_at="31-11-2026"), "received_at"),
        (contact(pipeline={"stage": "dreaming"}), "pipeline.stage"),
        (contact(source={"cost_dkk": "much"}), "source.cost_dkk"),
        (contact(source={"cost_dkk": "-1"}), "source.cost_dkk"),
        (contact(job="clean"), "job"),
        (contact(job={"property_m2": "big"}), "job.property_m2"),
        (contact(job={"property_m2": -4}), "job.property_m2"),
        (contact(consent={"marketing_email": "perhaps"}), "consent.marketing_email"),
        (contact(bookings={}), "bookings"),
        (contact(bookings=["x"]), "bookings[0]"),
        (contact(bookings=[{"start": "2026-01-01T10:00+01:00"}]), "bookings[0].end"),
        (contact(bookings=[{"status": "odd"}]), "bookings[0].status"),
        (
            contact(
                bookings=[
                    {
                        "booking_id": "b",
                        "start": "2026-01-02T10:00+01:00",
                        "end": "2026-01-01T10:00+01:00",
                    }
                ]
            ),
            "bookings[0].end",
        ),
    ],
)
def test_what_is_wrong_is_said_by_field(raw, field):
    row = only_row(raw)
    assert isinstance(row, BadRow)
    assert field in row.problems


def test_a_number_that_is_no_phone_is_kept_but_is_no_key():
    row = only_row({"contact": {"name": "Per", "email": "per@x.example", "phone": "123"}})
    assert (row.phone, row.phone_valid) == ("123", False)


def test_what_a_database_cannot_keep_is_taken_out():
    row = only_row(contact(job={"a\x00": "b\x00", "big": 1, "deep": [[]]}))
    assert row.job == {"a": "b", "big": 1, "deep": [[]]}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Navn;E-mail;By\nPer;per@x.example;Viby J\n", ["Per"]),
        ('\ufeffname,email\n"Per, Jr",per@x.example\n\n', ["Per, Jr"]),
        ("name\tphone\nPer\t20123456\n", ["Per"]),
        ('Navn;Besked;Mail\nPer;"to\nlinjer";per@x.example\nIda;x;ida@x.example\n', ["Per", "Ida"]),
    ],
)
def test_csv_is_read_whatever_its_marks(text, names):
    rows = read_file(text.encode(), "x.csv").rows
    assert [row.raw["contact"]["name"] for row in rows] == names


def test_lines_are_counted_through_quoted_line_breaks():
    text = 'Navn;Besked\nPer;"to\nlinjer"\nIda;x\n'
    assert [row.line for row in read_file(text.encode(), "x.csv").rows] == [2, 4]


def test_a_row_of_another_length_is_reported():
    row = read_file(b"name;email\nPer;a;b\n", "x.csv").rows[0]
    assert row.problem[0] == "the row has 3 fields instead of 2"


def test_what_excel_writes_is_read():
    assert decode("Søren".encode("cp1252")) == "Søren"


def test_columns_that_mean_nothing_are_named():
    assert read_file(b"name;email;star sign\nPer;a@x.example;lion\n", "x.csv").unknown_columns == (
        "star sign",
    )


@pytest.mark.parametrize("content", [b"", b"  \n", b"colour;size\nred;1\n"])
def test_a_file_without_names_is_refused(content):
    with pytest.raises(Rejected):
        read_file(content, "x.csv")


@pytest.mark.parametrize("line", ["[1]", '{"a": NaN}', '{"a": 1'])
def test_a_line_that_is_no_object_is_reported(line):
    row = read_file(line.encode(), "x.jsonl").rows[0]
    assert (row.raw, row.problem != ("", "")) == (None, True)
