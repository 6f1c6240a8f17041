"""A customer's card shows the office what is remembered of them, and nobody how to get in."""

import datetime as dt

import pytest

from memory.tables.facts import Fact
from tests.support.contexts import NOW, context
from tools.leads.queries import ShowCustomer


def fact(customer: str, value: str, *, id: str = "fact_1", **more: object) -> Fact:
    given: dict[str, object] = {"key": "note", "valid_from": NOW, "created_at": NOW, **more}
    return Fact(
        id=id,
        subject_kind="customer",
        subject_id=customer,
        value=value,
        said_by_id="usr_1",
        said_by="Anna Dahl",
        channel="web",
        trust="person",
        **given,
    )


def shown(store, customer: str, *, role="staff") -> str:
    with context(store, role=role, customer_id=customer, writing=False) as ctx:
        return str(ShowCustomer(customer=customer).run(ctx).lines)


@pytest.fixture
def jens(people) -> str:
    return people.customer("Jens Nygaard")


def test_the_office_sees_what_is_remembered_and_who_said_it(store, jens):
    with store.session("t1") as session:
        session.add(fact(jens, "has a dog"))

    assert "has a dog · Anna Dahl, Friday 20 November 2026" in shown(store, jens)


@pytest.mark.parametrize("role", ["customer", "bookkeeper"])
def test_nobody_else_does(store, jens, role):
    with store.session("t1") as session:
        session.add(fact(jens, "has a dog"))

    assert "has a dog" not in shown(store, jens, role=role)


@pytest.mark.parametrize(
    "more",
    [
        {"key": "access", "sealed": "sealed"},
        {"superseded_by": "fact_2"},
        {"valid_until": NOW - dt.timedelta(seconds=1)},
    ],
    ids=["a code", "replaced", "run out"],
)
def test_what_does_not_hold_or_opens_a_door_is_left_out(store, jens, more):
    with store.session("t1") as session:
        session.add(fact(jens, "has a dog", **more))

    assert "has a dog" not in shown(store, jens)


def test_each_can_be_changed_or_forgotten_there(store, jens):
    with store.session("t1") as session:
        session.add(fact(jens, "has a dog"))

    with context(store, role="staff", writing=False) as ctx:
        card = ShowCustomer(customer=jens).run(ctx).as_card()

    assert [(one.label, one.tool, one.args) for one in card.options] == [
        ("Edit 1", "remember", {"about": jens, "replaces": "fact_1"}),
        ("Forget 1", "forget", {"fact": "fact_1"}),
    ]
