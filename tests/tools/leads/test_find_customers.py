"""Customers are found by words, city and service."""

import pytest

from tests.support.contexts import context
from tools.leads.queries import FindCustomers


@pytest.fixture
def customers(people):
    jens = people.customer("Jens Nygaard", email="jens@demo.example", phone="+4520123456")
    people.customer("Nordlys Café", city="Århus N", street="Vestergade 7")
    people.customer("Lone Skov", city="Randers C", postal_code="8900", merged_into=jens)
    people.customer("Ida Bæk", city="Randers C", postal_code="8900")
    people.booking(jens)
    return people


def found(store, role="staff", **asked):
    with context(store, role=role, writing=False) as ctx:
        return FindCustomers.model_validate(asked).run(ctx)


def names(result):
    return [customer.name for customer in result.customers]


def test_a_city_is_found_in_both_spellings(store, customers):
    assert names(found(store, city="Aarhus")) == ["Jens Nygaard", "Nordlys Café"]


@pytest.mark.parametrize(
    "query", ["nygaard", "jens@demo.example", "20123456", "demo.ex", "2012345"]
)
def test_words_find(store, customers, query):
    assert names(found(store, query=query)) == ["Jens Nygaard"]


def test_a_merged_customer_is_not_listed(store, customers):
    assert names(found(store, query="8900")) == ["Ida Bæk"]


def test_a_service_finds_those_who_booked_it(store, customers):
    result = found(store, service="standardrengøring")
    assert names(result) == ["Jens Nygaard"]
    assert result.summary == "1 customer with Standard clean."


def test_the_list_has_phone_and_mail(store, customers):
    result = found(store, role="bookkeeper", query="Jens")
    assert (result.customers[0].email, result.customers[0].phone) == (
        "jens@demo.example",
        "+4520123456",
    )
    assert result.as_card().rows[0][1].text == "Jens Nygaard"
    assert result.as_card().rows[0][3].text == "20 12 34 56"


def test_everybody_is_found_without_words(store, customers):
    assert found(store).total == 3


def test_nobody_is_said_plainly(store, customers):
    result = found(store, query="Paris")
    assert (result.summary, result.as_card()) == ("No customers for “Paris”.", None)
