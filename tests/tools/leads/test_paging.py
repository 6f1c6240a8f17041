"""A page of a list is the same whichever way leads to it, and only its count may stop early."""

import datetime as dt
import itertools

import pytest
import sqlalchemy as sa

from memory.seeking import Sought, part_of
from memory.tables.leads import Lead
from tests.support.contexts import context
from tools.leads.paging import Among, Listing, Wanted
from tools.leads.queries import FindLeads
from tools.values.text import fold

NOW = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)
NAMES = ("Mette Holm", "Ida Holm", "Søren Bæk", "Bo Skov", "Lone Holmgaard")
CITIES = ("Aarhus C", "Randers C", "Aarhus N")
STATUSES = ("new", "quoted", "won", "lost")
WORDS = ((), ("holm",), ("mette", "holm"), ("bo",), ("nobody",), ("b",), ("holm", "aarhus"))
AMONG = (
    (),
    (Among(Lead.folded_city, ["aarhus c", "aarhus n"]),),
    (Among(Lead.status, ["won"]),),
    (Among(Lead.folded_city, ["aarhus c", "aarhus n"]), Among(Lead.status, ["won"])),
    (Among(Lead.source, []),),
)
SINCE = (None, NOW - dt.timedelta(days=20))
ASKED = list(itertools.product(WORDS, AMONG, SINCE))


@pytest.fixture
def many(store):
    rows = [
        {
            "id": f"lead_{number}", "number": number, "name": NAMES[number % 5],
            "folded_name": fold(NAMES[number % 5]), "city": CITIES[number % 3],
            "folded_city": fold(CITIES[number % 3]), "status": STATUSES[number % 4], "source": "web",
            "received_at": NOW - dt.timedelta(days=number * 7 % 61), "created_at": NOW, "updated_at": NOW,
        }
        for number in range(1, 121)
    ]  # fmt: skip
    with store.session("t1") as session:
        session.execute(sa.insert(Lead), rows)
    return store


def page_of(store, words, among, since, few):
    sought = tuple(Sought((part_of(word),)) for word in words)
    wanted = Wanted(words=sought, among=among, since=since)
    listing = Listing(Lead, Lead.received_at, newest_first=True, few=few)
    with context(store, writing=False) as ctx:
        return listing.page(ctx, wanted, 7)


def expected(store, words, among, since):
    """The numbers in order, by reading every lead."""

    def is_meant(lead):
        text = f" {fold(lead.name)} ; {lead.folded_city}"
        return (
            all(part_of(word) in text for word in words)
            and all(getattr(lead, one.column.key) in one.values for one in among)
            and (since is None or lead.received_at >= since)
        )

    with store.reading("t1") as session:
        meant = [lead for lead in session.scalars(sa.select(Lead)) if is_meant(lead)]
        ordered = sorted(meant, key=lambda lead: (-lead.received_at.timestamp(), lead.number))
        return [lead.number for lead in ordered]


def test_every_way_leads_to_the_same_page(many):
    for words, among, since in ASKED:
        every = expected(many, words, among, since)
        for few in (0, 3, 10, 30, 1000):
            page = page_of(many, words, among, since, few)
            assert [lead.number for lead in page.rows] == every[:7], (words, among, since, few)
            assert page.total < len(every) if page.more else page.total == len(every)


def test_few_rows_are_counted_exactly(many):
    for words, among, since in ASKED:
        page = page_of(many, words, among, since, few=1000)
        assert (page.total, page.more) == (len(expected(many, words, among, since)), False)


def test_more_than_five_hundred_are_said_to_be_more(store):
    rows = [
        {
            "id": f"lead_{number}", "number": number, "name": "Mette", "folded_name": "mette",
            "source": "web", "received_at": NOW, "created_at": NOW, "updated_at": NOW,
        }
        for number in range(1, 701)
    ]  # fmt: skip
    with store.session("t1") as session:
        session.execute(sa.insert(Lead), rows)

    with context(store, writing=False) as ctx:
        all_of_them, by_word = FindLeads().run(ctx), FindLeads(query="mette").run(ctx)

    assert all_of_them.summary == "More than 500 leads. The newest 20:"
    assert by_word.summary == "More than 500 leads for “mette”. The newest 20:"
    assert by_word.as_card().total is None
