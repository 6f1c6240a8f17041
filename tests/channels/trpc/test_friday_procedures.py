"""The whole product's procedures, as its clients meet them."""

from typing import Any

import pytest

from agent.channels.trpc.procedures import Procedure
from agent.wiring import Late
from tests.support.friday import Friday, found_other

FORBIDDEN_KEYS = ("history", "toolCalls", "tenantId", "tenant_id", "approvals", "role", "messages")
BOOK = "book Jens Nygaard for a standard clean next Tuesday at 10"


def proposed(friday: Friday, text: str = BOOK, who: str = "anna") -> Any:
    return friday.say(text, who=who)["proposals"][0]


def vote(made: Any, decision: str = "approve", **more: Any) -> dict[str, Any]:
    return {"id": made["id"], "digest": made["digest"], "decision": decision, **more}


def input_fields(procedure: Procedure) -> list[str]:
    model = procedure.input
    return [field.alias or name for name, field in model.model_fields.items()] if model else []


def procedures(friday: Friday) -> list[Procedure]:
    return list(friday.app.router.values())


def called(friday: Friday, procedure: Procedure, given: Any, token: str) -> tuple[int, Any]:
    if procedure.kind == "mutation":
        return friday.post(procedure.path, given, token=token)
    return friday.get(procedure.path, given, token=token)


def test_a_question_is_answered_from_the_database(friday: Friday) -> None:
    reply = friday.say("find leads in Aarhus")

    assert (reply["steps"][0]["tool"], reply["steps"][0]["ok"]) == ("find_leads", True)
    assert "Mette Holm" in str(reply["cards"])
    assert (reply["model"], reply["language"]) == ("offline", "en")


def test_a_booking_is_proposed_approved_and_done_once(working: Friday) -> None:
    made = proposed(working)

    working.mutate("approvals.decide", vote(made), who="anna")
    done = working.settled(made["id"])

    assert (made["status"], done["status"]) == ("pending", "done")
    assert "24 November 2026" in done["preview"]["title"]
    found = working.query(
        "booking.bookings", {"customer": "Jens Nygaard", "from": "2026-11-24", "to": "2026-11-24"}
    )
    assert 41 in [each["number"] for each in found["bookings"]]


def test_danish_words_do_the_same(fresh: Friday) -> None:
    made = proposed(fresh, "book Jens Nygaard til standardrengøring næste tirsdag kl. 10")

    assert made["card"]["preview"]["title"].startswith("Book")
    assert "2026-11-24T10:00:00+01:00" in str(made["args"])


def test_a_wrong_digest_is_a_conflict(fresh: Friday) -> None:
    made = proposed(fresh)
    altered = vote(made) | {"digest": made["digest"][:-4] + "0000"}

    status, error = fresh.post("approvals.decide", altered, token=fresh.token("anna"))

    assert (status, error["data"]["code"]) == (409, "CONFLICT")


def test_a_second_yes_is_told_who_was_first(working: Friday) -> None:
    made = proposed(working)
    working.mutate("approvals.decide", vote(made), who="anna")

    status, error = working.post("approvals.decide", vote(made), token=working.token("owner"))

    assert (status, error["data"]["code"]) == (409, "CONFLICT")
    assert "Anna" in error["message"]


def test_a_denial_feeds_its_reason_back(fresh: Friday) -> None:
    reply = fresh.say(BOOK)
    made = reply["proposals"][0]

    fresh.mutate("approvals.decide", vote(made, "deny", reason="He is on holiday"), who="anna")

    events = fresh.query("chat.history", {"conversationId": reply["conversationId"]}, who="anna")
    assert "He is on holiday" in [e for e in events if e["kind"] == "message"][-1]["text"]


def test_an_edit_is_another_version_with_another_digest(fresh: Friday) -> None:
    made = proposed(fresh)
    args = made["args"] | {"start": "2026-11-24T13:00:00+01:00"}

    edited = fresh.mutate("approvals.decide", vote(made, "edit", args=args), who="anna")
    stale, error = fresh.post("approvals.decide", vote(made), token=fresh.token("anna"))

    assert (edited["version"], edited["status"]) == (2, "pending")
    assert "13:00" in edited["preview"]["title"]
    assert (stale, error["data"]["code"]) == (409, "CONFLICT")


def test_several_decisions_stand_each_by_itself(working: Friday) -> None:
    made = proposed(working)
    items = [vote(made), {"id": "prp_none", "digest": "x", "decision": "approve"}]

    one, other = working.mutate("approvals.decideMany", {"items": items}, who="anna")

    assert (one["ok"], one["proposal"]["status"] != "pending") == (True, True)
    assert (other["ok"], other["id"]) == (False, "prp_none")
    assert "prp_none" in other["error"]


def test_only_the_requester_can_withdraw(fresh: Friday) -> None:
    made = proposed(fresh)

    refused, _ = fresh.post("approvals.withdraw", {"id": made["id"]}, token=fresh.token("owner"))
    gone = fresh.mutate("approvals.withdraw", {"id": made["id"]}, who="anna")

    assert (refused, gone["status"]) == (403, "cancelled")


def test_what_is_done_can_be_taken_back_by_another_proposal(working: Friday) -> None:
    made = proposed(working)
    working.mutate("approvals.decide", vote(made), who="anna")
    working.settled(made["id"])

    back = working.mutate("approvals.undo", {"id": made["id"]}, who="anna")

    assert (back["tool"], back["status"]) == ("cancel_booking", "pending")


def test_nothing_is_unknown_so_there_is_nothing_to_reconcile(fresh: Friday) -> None:
    made = proposed(fresh)

    status, error = fresh.post("approvals.reconcile", {"id": made["id"]}, token=fresh.token("anna"))

    assert (status, error["data"]["code"]) == (409, "CONFLICT")


@pytest.mark.parametrize("who", ["owner", "anna", "jonas", "regnskab", "jens", "visitor"])
def test_a_tool_that_the_role_may_not_use_is_not_there(friday: Friday, who: str) -> None:
    token = friday.token(who)
    _, mine = friday.get("tools.list", token=token)
    names = {tool["name"] for tool in mine}
    hidden = sorted(set(friday.app.registry.names()) - names)

    answers = [friday.post("tools.run", {"tool": name}, token=token)[0] for name in hidden]

    assert set(answers) <= {404}
    assert {tool["kind"] for tool in mine} <= {"lookup", "action"}
    assert all("properties" in tool["schema"] for tool in mine)


def test_a_crew_member_is_offered_less_than_the_owner(friday: Friday) -> None:
    owners = {tool["name"] for tool in friday.query("tools.list")}
    crews = {tool["name"] for tool in friday.query("tools.list", who="jonas")}

    assert crews < owners
    assert "set_firm" not in crews


def test_running_a_lookup_gives_its_cards_and_an_action_a_proposal(fresh: Friday) -> None:
    looked = fresh.mutate("tools.run", {"tool": "find_leads", "args": {"query": "Aarhus"}})
    acted = fresh.mutate(
        "tools.run",
        {"tool": "book", "args": {"customer": "Jens Nygaard", "service": "standard clean",
                                  "start": "2026-11-24 10:00"}},
    )  # fmt: skip

    assert looked["cards"][0]["kind"] == "table"
    assert (acted["proposal"]["status"], acted["proposal"]["card"]["red"]) == ("pending", [])


def test_every_lookup_has_a_query_of_its_own(friday: Friday) -> None:
    found = friday.query("leads.find", {"query": "Aarhus"})
    slots = friday.query("booking.slots", {"service": "standard clean"})

    assert "Mette Holm" in str(found["leads"])
    assert slots["slots"]


def test_a_file_goes_up_and_is_named_in_a_message(fresh: Friday) -> None:
    kept = fresh.mutate(
        "uploads.create", {"filename": "leads.csv", "base64": "bmFtZQpBbm5l"}, who="anna"
    )

    reply = fresh.say("import this", uploads=[kept["id"]])

    events = fresh.query("chat.history", {"conversationId": reply["conversationId"]}, who="anna")
    assert events[0]["uploads"][0]["filename"] == "leads.csv"


def test_somebody_elses_file_cannot_be_named(fresh: Friday) -> None:
    given = {"filename": "leads.csv", "base64": "bmFtZQpBbm5l"}
    kept = fresh.mutate("uploads.create", given, who="owner")

    status, error = fresh.post(
        "chat.send", {"message": "import this", "uploads": [kept["id"]]}, token=fresh.token("anna")
    )

    assert (status, error["data"]["code"]) == (404, "NOT_FOUND")


def test_freezing_counts_at_once_and_unfreezing_asks(fresh: Friday) -> None:
    frozen = fresh.mutate("tenant.freeze", {"reason": "Something is odd"})
    asked = fresh.mutate("tenant.unfreeze")

    assert frozen["status"] == "done"
    assert fresh.query("auth.me")["frozen"] is True
    assert asked["status"] in ("pending", "done")


def test_nothing_that_a_client_may_not_say_is_taken(friday: Friday) -> None:
    token = friday.token("owner")
    asked = [
        (procedure, key)
        for procedure in procedures(friday)
        if procedure.input is not None and procedure.kind != "subscription"
        for key in set(FORBIDDEN_KEYS) - set(input_fields(procedure))
    ]

    answers = {
        f"{procedure.path} {key}": called(friday, procedure, {key: "x"}, token)
        for procedure, key in asked
    }

    assert {status for status, _ in answers.values()} == {400}
    assert {error["data"]["code"] for _, error in answers.values()} == {"BAD_REQUEST"}
    assert [name for name, (_, error) in answers.items() if name.split()[1] not in str(error)] == []
    assert len(asked) > 150


@pytest.mark.parametrize("key", FORBIDDEN_KEYS)
@pytest.mark.parametrize("path", ["chat.stream", "chat.events"])
def test_a_stream_takes_no_more_than_a_call(friday: Friday, path: str, key: str) -> None:
    given = {"conversationId": "c", key: "x"}
    given |= {"message": "hi", "clientMessageId": "c"} if path == "chat.stream" else {}

    events = friday.stream(path, given, token=friday.token("owner"))

    assert events[-1]["data"]["data"]["code"] == "BAD_REQUEST"


def test_what_another_firm_has_is_not_found_anywhere(fresh: Friday) -> None:
    _, stranger = found_other(fresh)
    reply = fresh.say(BOOK)
    kept = fresh.mutate("uploads.create", {"filename": "a.csv", "base64": "YQ=="}, who="anna")
    made = reply["proposals"][0]
    conversation = {"conversationId": reply["conversationId"]}
    asked = {
        "approvals.get": {"id": made["id"]},
        "approvals.decide": vote(made),
        "approvals.withdraw": {"id": made["id"]},
        "approvals.repropose": {"id": made["id"]},
        "approvals.undo": {"id": made["id"]},
        "approvals.reconcile": {"id": made["id"]},
        "chat.send": {"message": "hi", **conversation},
        "chat.history": conversation,
        "chat.stop": conversation,
        "chat.feedback": {"turnId": reply["turnId"], "good": True},
        "tools.run": {"tool": "help", "args": {}, **conversation},
    }
    by_path = {procedure.path: procedure for procedure in procedures(fresh)}

    answers = {
        path: called(fresh, by_path[path], given, stranger)[0]
        for path, given in asked.items()
        if path != "tools.run"
    }
    uploads = fresh.post("chat.send", {"message": "hi", "uploads": [kept["id"]]}, token=stranger)[0]

    assert answers == dict.fromkeys(answers, 404)
    assert uploads == 404
    assert fresh.get("approvals.list", {}, token=stranger) == (200, [])
    many = fresh.post("approvals.decideMany", {"items": [vote(made)]}, token=stranger)[1]
    assert many[0]["ok"] is False


@pytest.mark.parametrize("path", ["chat.stream", "chat.events"])
def test_a_stream_of_another_firm_is_not_found(fresh: Friday, path: str) -> None:
    _, stranger = found_other(fresh)
    conversation = fresh.say("find leads in Aarhus")["conversationId"]
    given: dict[str, Any] = {"conversationId": conversation}
    given |= {"message": "x", "clientMessageId": "c"} if path == "chat.stream" else {}

    events = fresh.stream(path, given, token=stranger)

    assert events[-1]["kind"] == "serialized-error"
    assert events[-1]["data"]["data"]["code"] == "NOT_FOUND"


def test_a_procedure_without_a_bearer_asks_to_sign_in(friday: Friday) -> None:
    answers = {
        procedure.path: called(friday, procedure, None, "")[0]
        for procedure in procedures(friday)
        if procedure.auth and procedure.kind != "subscription"
    }

    assert answers == dict.fromkeys(answers, 401)


def test_an_unbound_gate_says_so() -> None:
    late = Late(None, None)  # pyright: ignore[reportArgumentType]

    with pytest.raises(RuntimeError, match="not bound"):
        late.enqueue(None, "t", "p")  # pyright: ignore[reportArgumentType]


def test_the_demos_people_are_told_apart_by_what_they_do(friday: Friday) -> None:
    _, given = friday.get("demo.people")

    labels = [one["label"] for one in given["people"]]
    assert labels[:3] == ["Fie Lindgaard (owner)", "Anna Krogh (office)", "Jonas Dam (crew)"]


@pytest.mark.parametrize(
    "said",
    [
        ("create lead", "Ulla Krag"),
        ("book Jens Nygaard", "standard clean", "next Tuesday at 10"),
        ("make it 11", "none of these"),
        ("hjælp", "vis leads i Aarhus"),
        (BOOK, "no, he is away", "book Peter Pan tomorrow at 10"),
        ("remember that Jens Nygaard", "has a dog"),
    ],
)
def test_whatever_was_said_can_be_read_again(fresh: Friday, said: tuple[str, ...]) -> None:
    conversation, answered = "", []
    for text in said:
        given = {"conversationId": conversation} if conversation else {}
        reply = fresh.say(text, who="anna", **given)
        conversation = reply["conversationId"]
        answered.append(reply["text"])
    events = fresh.query("chat.history", {"conversationId": conversation}, who="anna")

    told = [e["text"] for e in events if e["kind"] == "message" and e["role"] == "assistant"]
    assert [text for text in answered if text in told] == answered
    for form in (e for e in events if e["kind"] == "form"):
        assert form["title"]
        assert form["fields"]
