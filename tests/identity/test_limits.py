"""How often one person or one address may write and leave leads."""

from typing import Any

import pytest

from agent.identity.limits import CHAT, LEADS, MOST_WINDOWS, OFFICE_LEADS, SIGN_IN, Limits
from tests.support.friday import FRIDAY, Friday, bearer, door

HERE, THERE = "10.0.0.1", "10.0.0.2"


def called(friday: Friday, address: str, path: str, given: Any, token: str) -> Any:
    return door(friday.app, address=address).post(
        f"/trpc/{path}", json=given, headers=bearer(token)
    )


def written(friday: Friday, who: str, address: str, *, token: str = "", text: str = "hi") -> int:
    given = {"message": text}
    return called(friday, address, "chat.send", given, token or friday.token(who)).status_code


def lead(number: int) -> dict[str, Any]:
    args = {"name": "Bo Berg", "email": f"bo.{chr(ord('a') + number % 26)}@mail.example"}
    return {"tool": "create_lead", "args": args}


def left(friday: Friday, number: int, address: str, token: str) -> Any:
    return called(friday, address, "tools.run", lead(number), token)


def said(friday: Friday, number: int, address: str, token: str) -> Any:
    args = lead(number)["args"]
    text = f"new lead {args['name']} {args['email']}"
    return called(friday, address, "chat.send", {"message": text}, token)


def test_a_colleague_writes_sixty_messages_a_minute_from_wherever(fresh: Friday) -> None:
    there = [THERE] * 30 + [HERE] * 31

    answers = [written(fresh, "anna", address) for address in there]

    assert answers == [200] * CHAT.times + [429]


def test_colleagues_behind_one_address_do_not_use_up_each_others_messages(fresh: Friday) -> None:
    annas = [written(fresh, "anna", HERE) for _ in range(CHAT.times + 1)]

    assert annas[-1] == 429
    assert written(fresh, "owner", HERE) == 200


def test_the_wait_is_told_in_words_and_ends(fresh: Friday) -> None:
    answers = [written(fresh, "anna", HERE) for _ in range(CHAT.times)]
    refused = called(fresh, HERE, "chat.send", {"message": "hi"}, fresh.token("anna"))
    fresh.clock.ahead(seconds=61)

    error = refused.json()["error"]
    assert answers == [200] * CHAT.times
    assert "Please wait" in error["message"]
    assert 0 < error["data"]["retryAfter"] <= 61
    assert written(fresh, "anna", HERE) == 200


def test_visitors_of_one_address_share_its_messages_however_many_they_are(fresh: Friday) -> None:
    several = [fresh.token("visitor") for _ in range(5)]

    answers = [
        written(fresh, "visitor", HERE, token=several[turn % 5]) for turn in range(CHAT.times + 1)
    ]

    assert answers == [200] * CHAT.times + [429]
    assert written(fresh, "visitor", THERE, token=several[0]) == 200


def test_a_stream_counts_like_a_message(fresh: Friday) -> None:
    token = fresh.token("anna")
    streams = [
        fresh.stream("chat.stream", {"message": "hi", "clientMessageId": f"c{turn}"}, token=token)
        for turn in range(3)
    ]
    answers = [written(fresh, "anna", HERE) for _ in range(CHAT.times - 2)]

    assert all(streams)
    assert answers == [200] * (CHAT.times - 3) + [429]


def test_a_number_to_go_on_from_does_not_make_new_messages_free(fresh: Friday) -> None:
    token = fresh.token("anna")
    given = {"message": "hi", "lastEventId": "1"}
    streams = [
        fresh.stream("chat.stream", {**given, "clientMessageId": f"c{turn}"}, token=token)
        for turn in range(3)
    ]
    answers = [written(fresh, "anna", HERE) for _ in range(CHAT.times - 2)]

    assert all(streams)
    assert answers == [200] * (CHAT.times - 3) + [429]


def test_coming_back_for_the_rest_of_an_answer_costs_nothing(fresh: Friday) -> None:
    token = fresh.token("anna")
    given = {"message": "hi", "clientMessageId": "once"}
    first = fresh.stream("chat.stream", given, token=token)
    last = next(event["id"] for event in first if event["kind"] == "message")
    for _ in range(3):
        fresh.stream("chat.stream", {**given, "lastEventId": last}, token=token)
    answers = [written(fresh, "anna", HERE) for _ in range(CHAT.times)]

    assert answers == [200] * (CHAT.times - 1) + [429]


def test_an_address_leaves_ten_leads_an_hour_by_form(fresh: Friday) -> None:
    several = [fresh.token("visitor") for _ in range(3)]

    answers = [
        left(fresh, turn, HERE, several[turn % 3]).status_code for turn in range(LEADS.times + 1)
    ]

    assert answers == [200] * LEADS.times + [429]
    assert left(fresh, 50, THERE, several[0]).status_code == 200
    fresh.clock.ahead(hours=1)
    assert left(fresh, 51, HERE, fresh.token("visitor")).status_code == 200


def test_the_chat_counts_leads_with_the_form(fresh: Friday) -> None:
    token = fresh.token("visitor")
    for turn in range(LEADS.times):
        said(fresh, turn, HERE, token)

    by_form = left(fresh, 50, HERE, fresh.token("visitor"))
    by_chat = said(fresh, 51, HERE, token).json()["result"]["data"]

    assert by_form.status_code == 429
    assert by_chat["proposals"] == []
    assert "Too many new leads" in str(by_chat)


def test_a_refused_lead_is_not_there(fresh: Friday) -> None:
    token = fresh.token("visitor")
    for turn in range(LEADS.times):
        left(fresh, turn, HERE, token)

    before = len(fresh.query("approvals.list"))
    refused = left(fresh, 20, HERE, token)

    assert refused.status_code == 429
    assert len(fresh.query("approvals.list")) == before


def test_the_office_may_write_down_many_more(fresh: Friday) -> None:
    token = fresh.token("anna")

    answers = [left(fresh, turn, HERE, token).status_code for turn in range(LEADS.times + 5)]

    assert OFFICE_LEADS.times > LEADS.times + 5
    assert set(answers) == {200}


def test_a_scan_of_addresses_does_not_fill_the_memory() -> None:
    limits = Limits()
    for number in range(MOST_WINDOWS + 10):
        limits.take(SIGN_IN, str(number), now=FRIDAY)
        limits.came_from(f"vis_{number}", str(number))

    assert limits.address_of("vis_0") == "vis_0"
    assert limits.address_of(f"vis_{MOST_WINDOWS}") == str(MOST_WINDOWS)


@pytest.mark.parametrize("header", ["x-forwarded-for", "x-real-ip", "forwarded"])
def test_no_header_makes_another_address(fresh: Friday, header: str) -> None:
    token = fresh.token("visitor")
    for _ in range(CHAT.times):
        written(fresh, "visitor", HERE, token=token)

    answer = door(fresh.app, address=HERE).post(
        "/trpc/chat.send", json={"message": "hi"}, headers={header: "10.9.9.9", **bearer(token)}
    )

    assert answer.status_code == 429
