"""Every tool of the catalogue is complete, says what it may, and never sees another firm's rows."""

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from memory.store import Store, migrate, open_store
from memory.tables.booking import Booking, OpeningHours, Service, Staff
from memory.tables.conversations import Upload
from memory.tables.gate import Proposal
from memory.tables.identity import Tenant, User
from memory.tables.leads import Customer, Lead
from tools.catalog import DOMAINS, LATER
from tools.errors import NotFound
from tools.kit import Action, Actor, Context, Effect, Firm, Query, Tool
from tools.policy import POLICY, Policy, auto, confirm, instant, review
from tools.refs import RefKind, slots

ACTIONS = [tool for domain in DOMAINS for tool in domain.actions]
QUERIES = [tool for domain in DOMAINS for tool in domain.queries]
TOOLS: list[type[Tool]] = [*QUERIES, *ACTIONS]
EXAMPLES: dict[str, Any] = {
    name: words
    for domain in DOMAINS
    if domain.examples
    for name, words in yaml.safe_load(domain.examples.read_text(encoding="utf-8"))["tools"].items()
}


def named(tool: type[Tool]) -> str:
    return tool.tool_name()


def test_the_names_of_tools_are_unique():
    names = [tool.tool_name() for tool in TOOLS]

    assert len(names) == len(set(names))


@pytest.mark.parametrize("tool", TOOLS, ids=named)
def test_a_tool_says_what_it_is_for(tool: type[Tool]):
    assert len(tool.description()) > 10
    assert tool.roles


@pytest.mark.parametrize("tool", QUERIES, ids=named)
def test_a_lookup_runs(tool: type[Query]):
    assert tool.run is not Query.run


@pytest.mark.parametrize("tool", ACTIONS, ids=named)
def test_an_action_has_a_preview_an_effect_a_policy_and_does_something(tool: type[Action]):
    assert tool.preview is not Action.preview
    assert tool.perform is not Action.perform
    assert isinstance(tool.effect, Effect)
    assert tool.effect > Effect.READ
    assert POLICY.validate_python(tool.policy) == tool.policy


@pytest.mark.parametrize("tool", ACTIONS, ids=named)
def test_an_action_that_calls_outside_can_find_out_what_became_of_it(tool: type[Action]):
    assert not tool.calls or tool.reconcile is not Action.reconcile


@pytest.mark.parametrize("tool", TOOLS, ids=named)
@pytest.mark.parametrize("language", ["en", "da"])
def test_a_tool_has_at_least_eight_phrases_and_a_label(tool: type[Tool], language: str):
    words = EXAMPLES[tool.tool_name()]

    assert len(set(words[language])) >= 8
    assert words["label"][language]


@pytest.mark.parametrize("tool", TOOLS, ids=named)
def test_phrases_name_only_arguments_that_exist(tool: type[Tool]):
    words = EXAMPLES[tool.tool_name()]

    used = {
        name for line in (*words["en"], *words["da"]) for name in re.findall(r"\{(\w+)\}", line)
    }
    assert used <= set(slots(tool))
    assert set(words.get("ask", {})) <= set(slots(tool))


@pytest.mark.parametrize("tool", TOOLS, ids=named)
def test_every_argument_that_is_needed_is_asked_for_in_both_languages(tool: type[Tool]):
    asked = EXAMPLES[tool.tool_name()].get("ask", {})

    needed = [name for name, slot in slots(tool).items() if slot.required]
    assert [name for name in needed if set(asked.get(name, {})) != {"en", "da"}] == []


def test_phrases_belong_to_tools_that_exist():
    assert set(EXAMPLES) == {tool.tool_name() for tool in TOOLS}


def test_trades_that_are_not_there_yet_are_known_by_their_words():
    said = {word for words in LATER.values() for word in words}

    assert {"invoice", "faktura", "sms", "kampagne", "website", "hjemmeside"} <= said


PUBLISHED: dict[str, Policy] = {
    "create_lead": auto(),
    "update_lead": auto(),
    "convert_lead": auto(),
    "update_customer": auto().for_role("customer", confirm()),
    "import_leads": confirm(),
    "add_note": auto(),
    "book": confirm().for_role(("customer", "visitor"), review("staff")),
    "reschedule_booking": confirm().for_role("customer", review("staff")),
    "cancel_booking": confirm().for_role(
        "customer", confirm().when("notice", "inside", review("staff"))
    ),
    "complete_booking": auto(),
    "remember": auto().when("clash", "yes", confirm()),
    "forget": auto(),
    "erase_customer": confirm().typed("name"),
    "withdraw": instant(),
    "undo": instant(),
    "save_service": confirm(),
    "save_staff": confirm(),
    "set_opening_hours": confirm(),
    "set_firm": confirm(),
    "invite_user": confirm().when("role", "owner", review("owner")),
    "change_role": confirm().when("owner", "touched", review("owner")),
    "suspend_user": instant(),
    "reactivate_user": confirm(),
    "freeze": instant(),
    "unfreeze": confirm(),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_tool_starts_with_the_policy_that_was_published(name: str):
    [tool] = [tool for tool in ACTIONS if tool.tool_name() == name]

    assert tool.policy == PUBLISHED[name]


@pytest.mark.parametrize(
    "policy",
    [
        *PUBLISHED.values(),
        confirm().above("total", limit="invoice_limit", then=review("owner")),
        review("owner"),
        review("owner").typed("domain"),
        confirm().typed("domain"),
        confirm()
        .above("recipients", limit="campaign_small", then=review("owner"))
        .above("recipients", limit="campaign_large", then=review("owner").typed("recipients")),
        confirm().when("reason", "abuse", instant()),
        confirm().when("environment", "production", review("owner")),
        confirm().when("release", "healthy", instant()),
        confirm().for_role("crew", review("staff")),
    ],
    ids=lambda policy: policy.kind,
)
def test_every_policy_that_was_published_survives_storage(policy: Policy):
    assert POLICY.validate_json(POLICY.dump_json(policy)) == policy


NOW = dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC)
OWNER = Actor("ours", "usr_ours", "owner", "Olga", "en")
FIRM = Firm(
    "ours", 1, "Ours", "en", ZoneInfo("Europe/Copenhagen"), "DKK", "DK", demo=False, settings={}
)
PREFIX: dict[str, str] = {
    "customer": "cus",
    "lead": "lead",
    "booking": "bok",
    "service": "svc",
    "staff": "stf",
    "user": "usr",
    "proposal": "pro",
    "upload": "upl",
    "about": "cus",
}
PLAIN: dict[str, object] = {
    "when": "2026-11-24T10:00:00+01:00",
    "day": "2026-11-24",
    "money": "100",
    "hours": "2",
    "phone": "20123456",
    "email": "somebody@x.example",
    "number": 1,
    "flag": True,
}


def rows_of(tenant: str) -> Iterator[Any]:
    """One row of every kind that a reference can name."""
    at = {"created_at": NOW, "updated_at": NOW}
    yield OpeningHours(id="1", opens="08:00", closes="17:00")
    yield Customer(
        id=f"cus_{tenant}",
        number=1,
        name=f"Person {tenant}",
        folded_name=f"person {tenant}",
        street="Vej 1",
        **at,
    )
    yield Lead(
        id=f"lead_{tenant}",
        number=1,
        name=f"Asker {tenant}",
        folded_name=f"asker {tenant}",
        source="website",
        received_at=NOW,
        **at,
    )
    yield Service(
        id=f"svc_{tenant}",
        code=f"code{tenant}",
        name_en=f"Cleaning {tenant}",
        name_da=f"Rengøring {tenant}",
        price_minor=1,
        minutes=60,
    )
    yield Staff(id=f"stf_{tenant}", resource_no=1, name=f"Worker {tenant}", skills={})
    yield User(
        id=f"usr_{tenant}", email=f"{tenant}@x.example", name=tenant, role="owner", created_at=NOW
    )
    yield Upload(
        id=f"upl_{tenant}",
        owner_id=f"usr_{tenant}",
        filename=f"{tenant}.csv",
        media_type="text/csv",
        size=5,
        sha256="0",
        content=b"name\n",
        created_at=NOW,
    )
    yield Proposal(
        id=f"pro_{tenant}",
        tool="book",
        status="pending",
        effect="reversible",
        preconditions=[],
        outcome={},
        requester_kind="person",
        requester_id=f"usr_{tenant}",
        requester_role="owner",
        requester_name=tenant,
        language="en",
        channel="api",
        digest="d",
        nonce="n",
        created_at=NOW,
        expires_at=NOW,
    )


def booking_of(tenant: str) -> Booking:
    return Booking(
        id=f"bok_{tenant}",
        number=1,
        customer_id=f"cus_{tenant}",
        service_id=f"svc_{tenant}",
        starts_at=NOW - dt.timedelta(hours=1),
        ends_at=NOW + dt.timedelta(hours=1),
        zone="Europe/Copenhagen",
        address="Vej 1",
        price_minor=1,
        status="confirmed",
        uid=f"{tenant}@x",
        created_at=NOW,
        updated_at=NOW,
    )


@pytest.fixture(scope="module")
def two_firms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("two_firms")
    store = open_store(f"sqlite:///{folder / 'friday.sqlite'}", data_dir=folder)
    migrate(store)
    for number, tenant in enumerate(("ours", "theirs"), start=1):
        with store.system() as session:
            session.add(
                Tenant(id=tenant, number=number, name=tenant, site_key=tenant, created_at=NOW)
            )
        with store.session(tenant) as session:
            session.add_all(rows_of(tenant))
            session.flush()
            session.add(booking_of(tenant))
    yield store
    store.close()


REFERENCES = [
    pytest.param(tool, name, slot.kind, id=f"{tool.tool_name()}.{name}")
    for tool in TOOLS
    for name, slot in slots(tool).items()
    if slot.kind in PREFIX
]


def arguments(tool: type[Tool], name: str, kind: str) -> dict[str, object]:
    """What the tool needs, all of it ours, but for one reference that is theirs."""
    needed = {other: slot for other, slot in slots(tool).items() if slot.required}
    ours = {
        other: f"{PREFIX[slot.kind]}_ours"
        if slot.kind in PREFIX
        else (slot.choices or (PLAIN.get(slot.kind, "words"),))[0]
        for other, slot in needed.items()
    }
    return {**ours, name: f"{PREFIX[kind]}_theirs"}


def use(tool: Tool, ctx: Context) -> object:
    return tool.run(ctx) if isinstance(tool, Query) else tool.resolve(ctx)  # type: ignore[attr-defined]


@pytest.mark.parametrize(("tool", "name", "kind"), REFERENCES)
def test_an_id_of_another_firm_is_not_found(
    two_firms: Store, tool: type[Tool], name: str, kind: RefKind
):
    asked = tool.model_validate(arguments(tool, name, kind))

    with two_firms.session("ours") as session:
        ctx = Context(OWNER, FIRM, session, NOW, {}, "en")
        with pytest.raises(NotFound):
            use(asked, ctx)


@pytest.mark.parametrize("tool", [tool for tool in ACTIONS if "booking" in slots(tool)], ids=named)
def test_a_number_of_another_firm_is_ones_own_or_nothing(two_firms: Store, tool: type[Action]):
    with two_firms.session("ours") as session:
        ctx = Context(OWNER, FIRM, session, NOW, {}, "en")
        given = {**arguments(tool, "booking", "booking"), "booking": "2"}
        with pytest.raises(NotFound):
            tool.model_validate(given).resolve(ctx)


def test_every_trade_has_its_phrases_beside_it():
    missing = [domain.name for domain in DOMAINS if not (domain.examples or Path()).is_file()]

    assert missing == []
