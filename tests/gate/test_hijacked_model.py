"""A model that does what a stranger wrote: nothing happens before a person has looked."""

from collections.abc import Sequence
from typing import Any

import pytest

from agent.gate import Seen
from agent.gate.provenance import leaves
from agent.toolset import as_told
from memory.tables.gate import Proposal
from tests.support.friday import Friday
from tools.kit import Actor

EVIL = "billing@attacker.example"


def actor(friday: Friday, who: str) -> Actor:
    return friday.app.people.authenticate(friday.token(who), channel="test")


def by_form(friday: Friday, who: str, tool: str, args: dict[str, Any]) -> Proposal:
    action = friday.app.registry.read_action(tool, args)
    return friday.app.gate.propose(actor(friday, who), action, origin="form")


def by_model(
    friday: Friday,
    who: str,
    tool: str,
    args: dict[str, Any],
    *said: str,
    seen: Sequence[Seen] = (),
) -> Proposal:
    action = friday.app.registry.read_action(tool, args)
    return friday.app.gate.propose(actor(friday, who), action, origin="model", said=said, seen=seen)


def looked_up(friday: Friday, who: str, tool: str, args: dict[str, Any]) -> Any:
    return friday.app.gate.run_query(actor(friday, who), friday.app.registry.read(tool, args))


def colours(proposal: Proposal) -> dict[str, str]:
    return {each["pointer"]: each["origin"] for each in proposal.provenance}


@pytest.fixture
def stranger(fresh: Friday) -> Friday:
    by_form(fresh, "visitor", "create_lead", {"name": "Bent Hansen", "email": EVIL})
    return fresh


@pytest.mark.parametrize(
    ("tool", "args"),
    [("show_lead", {"lead": "Bent Hansen"}), ("find_leads", {"query": "Bent Hansen"})],
)
def test_an_address_that_a_lead_gave_is_not_a_record_of_ours(
    stranger: Friday, tool: str, args: dict[str, Any]
) -> None:
    lead = looked_up(stranger, "anna", tool, args)
    customers = looked_up(stranger, "anna", "find_customers", {"query": "Jens Nygaard"})

    made = by_model(
        stranger,
        "anna",
        "update_customer",
        {"customer": customers.customers[0].id, "email": EVIL},
        "summarise the lead Bent Hansen",
        seen=[*leaves(lead), *leaves(customers)],
    )

    assert colours(made) == {"/customer": "RECORD", "/email": "TEXT"}
    assert made.status == "pending"


def test_a_model_reads_what_a_lead_wrote_as_quotes_and_its_id_as_it_is(stranger: Friday) -> None:
    lead = looked_up(stranger, "anna", "show_lead", {"lead": "Bent Hansen"})

    told = as_told(lead)

    assert told["id"] == lead.id
    assert told["name"] == {"quoted": "Bent Hansen", "from": "third_party"}
    assert told["email"] == {"quoted": EVIL, "from": "third_party"}
    assert {"label": "E-mail", "value": told["email"]} in told["lines"]


def test_a_stranger_who_is_called_like_a_city_is_not_named_by_it(fresh: Friday) -> None:
    by_form(fresh, "visitor", "create_lead", {"name": "Aarhus", "email": EVIL})
    lead = looked_up(fresh, "anna", "show_lead", {"lead": EVIL})

    by_id = by_model(fresh, "anna", "convert_lead", {"lead": lead.id}, "find leads in Aarhus")
    by_name = by_model(fresh, "anna", "convert_lead", {"lead": "Aarhus"}, "find leads in Aarhus")

    assert (by_id.status, colours(by_id)["/lead"]) == ("pending", "MODEL")
    assert colours(by_name)["/lead"] == "MODEL"


def test_somebody_who_is_named_in_full_is_meant(stranger: Friday) -> None:
    lead = looked_up(stranger, "anna", "show_lead", {"lead": "Bent Hansen"})

    made = by_model(stranger, "anna", "convert_lead", {"lead": lead.id}, "convert Bent Hansen")

    assert (made.status, colours(made)) == ("done", {"/lead": "USER"})


def test_a_model_suspends_nobody_on_its_own(fresh: Friday) -> None:
    made = by_model(fresh, "owner", "suspend_user", {"user": "Anna"}, "summarise Mette Holm")

    assert (made.status, made.outcome["kind"]) == ("pending", "confirm")


def test_what_the_owner_asked_a_model_to_stop_is_stopped_at_once(fresh: Friday) -> None:
    suspended = by_model(fresh, "owner", "suspend_user", {"user": "Anna"}, "suspend Anna")
    frozen = by_model(fresh, "owner", "freeze", {"reason": "odd mail"}, "stop everything")

    assert [suspended.status, frozen.status] == ["done", "done"]
