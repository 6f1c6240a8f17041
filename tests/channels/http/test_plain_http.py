"""Pages, health, metrics, files and feeds over plain HTTP."""

import json
from pathlib import Path
from typing import Any

import pytest

from agent.channels.http.site import POLICY
from tests.support.friday import Friday, bearer, copied, opened, running

PAGES = ("/", "/sign-in", "/docs")
MALFORMED = (
    b"not json",
    b'{"message": "a"',
    b'{"message": NaN}',
    b'{"message": "' + b"x" * 1_000_000 + b'"}',
    b"[" * 100_000,
    b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    b'{"message": 7}',
    b'{"message": ["a"]}',
    b'"text"',
    b"null",
    b"\xff\xfe",
    b'{"message": "a\\u0000b"}',
    b'{"message": "\\ud800"}',
    b'{"message": 1e999}',
)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_lets_nothing_in_from_elsewhere(friday: Friday, path: str) -> None:
    answer = friday.http.get(path)

    assert answer.status_code == 200
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "http://" not in answer.text
    assert "https://" not in answer.text


@pytest.mark.parametrize("name", ["app.js", "cards.js", "wire.js", "words.js", "style.css"])
def test_a_file_of_the_page_is_not_sent_twice(friday: Friday, name: str) -> None:
    first = friday.http.get(f"/page/{name}")
    again = friday.http.get(f"/page/{name}", headers={"if-none-match": first.headers["etag"]})

    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")


@pytest.mark.parametrize(
    "path", ["/page/../app.py", "/page/%2e%2e%2fapp.py", "/page/index.html", "/samples/x", "/nope"]
)
def test_what_is_not_there_is_told_in_a_sentence(friday: Friday, path: str) -> None:
    answer = friday.http.get(path)

    assert answer.status_code == 404
    assert set(answer.json()) == {"message"}


def test_health_tells_each_part(friday: Friday) -> None:
    answer = friday.http.get("/health").json()

    assert answer["ok"] is True
    assert {part["name"] for part in answer["parts"]} == {"store", "data", "model"}
    assert all(part["milliseconds"] >= 0 for part in answer["parts"])


def test_metrics_has_five_series(friday: Friday) -> None:
    text = friday.http.get("/metrics").text

    series = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")}
    assert series == {
        "friday_turns",
        "friday_proposals",
        "friday_effects",
        "friday_mails",
        "friday_store_seconds",
    }
    assert 'friday_proposals{state="pending"} 2.0' in text


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.nip.io", ""])
def test_another_host_name_is_refused(friday: Friday, host: str) -> None:
    answer = friday.http.get("/trpc/demo.people", headers={"host": host})

    assert answer.status_code == 421


@pytest.mark.parametrize(
    "host", ["localhost:8000", "LOCALHOST", "127.0.0.1", "127.0.0.2:8000", "[::1]:8000"]
)
def test_this_machines_names_are_taken(friday: Friday, host: str) -> None:
    assert friday.http.get("/health", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "reached",
    [
        {"host": "127.0.0.2"},
        {"host": "127.255.255.254"},
        {"host": "LOCALHOST"},
        {"host": "0:0:0:0:0:0:0:1"},
        {"host": "::ffff:127.0.0.1"},
        {"public_url": "http://localhost:9000"},
    ],
)
def test_another_host_name_is_refused_whatever_this_machine_is_called(
    demo_folder: Path, tmp_path: Path, reached: dict[str, str]
) -> None:
    with opened(copied(demo_folder, tmp_path / "data"), **reached) as one:
        stranger = one.http.get("/trpc/demo.people", headers={"host": "evil.example"})
        local = one.http.get("/trpc/demo.people")

    assert (stranger.status_code, local.status_code) == (421, 200)


def test_a_file_of_25_megabytes_is_taken_and_one_more_byte_is_not(fresh: Friday) -> None:
    headers = bearer(fresh.token("anna"))

    def sent(size: int) -> Any:
        return fresh.http.post("/uploads", files={"file": ("a.bin", b"x" * size)}, headers=headers)

    assert sent(25_000_000).status_code == 200
    assert sent(25_000_001).status_code == 413
    assert sent(0).status_code == 400


def test_nobody_uploads_without_signing_in(friday: Friday) -> None:
    files = {"file": ("a.csv", b"x")}

    nobody = friday.http.post("/uploads", files=files)
    visitor = friday.http.post("/uploads", files=files, headers=bearer(friday.token("visitor")))

    assert (nobody.status_code, visitor.status_code) == (401, 403)


def test_a_samples_rows_can_be_imported(fresh: Friday) -> None:
    content = fresh.http.get("/samples/leads.csv").content
    kept = fresh.http.post(
        "/uploads", files={"file": ("leads.csv", content)}, headers=bearer(fresh.token("anna"))
    ).json()

    made = fresh.mutate(
        "tools.run", {"tool": "import_leads", "args": {"upload": kept["id"]}}, who="anna"
    )

    assert made["proposal"]["preview"]["title"].startswith("Import ")


def test_the_document_names_every_procedure(friday: Friday) -> None:
    paths = friday.http.get("/openapi.json").json()["paths"]

    assert {f"/trpc/{path}" for path in friday.app.router} <= set(paths)


def test_an_unknown_calendar_is_not_found(friday: Friday) -> None:
    assert friday.http.get("/calendar/nothing.ics").status_code == 404


@pytest.mark.parametrize("body", MALFORMED, ids=range(len(MALFORMED)))
@pytest.mark.parametrize("path", ["chat.send", "tools.run", "auth.requestLink", "approvals.decide"])
def test_a_malformed_body_is_refused_politely(friday: Friday, path: str, body: bytes) -> None:
    headers = {"content-type": "application/json", **bearer(friday.token("anna"))}

    answer = friday.http.post(f"/trpc/{path}", content=body, headers=headers)

    assert answer.status_code < 500
    assert "Traceback" not in answer.text


ODD = ("a\x00b", "\x00", "\ud800", "‮", "x" * 7000)


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_odd_characters_break_nothing(friday: Friday, odd: str) -> None:
    token = friday.token("anna")
    tried: list[tuple[str, dict[str, Any]]] = [
        ("chat.send", {"message": f"find leads in {odd}"}),
        ("chat.send", {"message": "hi", "clientMessageId": f"c{odd}"[:128]}),
        ("chat.send", {"message": "hi", "conversationId": odd[:64]}),
        ("tools.run", {"tool": "find_leads", "args": {"query": odd}}),
        ("tools.run", {"tool": "create_lead", "args": {"name": odd, "email": "a@b.example"}}),
        ("tools.run", {"tool": odd[:64], "args": {}}),
        ("approvals.get", {"id": odd[:64]}),
        ("auth.peek", {"token": odd[:200]}),
        ("widget.session", {"siteKey": odd[:100]}),
        ("uploads.create", {"filename": f"{odd}.csv"[:255], "base64": "YQ=="}),
    ]

    answers = [
        (path, given, friday.http.post(
            f"/trpc/{path}",
            content=json.dumps(given).encode(),
            headers={"content-type": "application/json", **bearer(token)},
        ))
        for path, given in tried
    ]  # fmt: skip

    assert [(path, given, a.text) for path, given, a in answers if a.status_code >= 500] == []


def test_an_appointment_is_in_the_crews_calendar(working: Friday) -> None:
    made = working.say("book Jens Nygaard for a standard clean next Tuesday at 10")["proposals"][0]
    vote = {"id": made["id"], "digest": made["digest"], "decision": "approve"}
    working.mutate("approvals.decide", vote, who="anna")
    working.settled(made["id"])

    whole = working.mutate("calendar.create", who="anna")["href"]
    refused, _ = working.post("calendar.create", token=working.token("jens"))

    feed = working.http.get(whole)
    assert feed.headers["content-type"] == "text/calendar; charset=utf-8"
    assert "DTSTART:20261124T090000Z" in feed.text or "20261124T100000" in feed.text
    assert refused == 403


def test_secrets_typed_into_the_chat_are_kept_nowhere(demo_folder: Any, tmp_path: Any) -> None:
    folder = copied(demo_folder, tmp_path / "data")
    key, cpr = "sk-proj-" + "Zq7" * 14, "070761-4285"
    with running(folder) as one:
        one.say(f"my key is {key} and my CPR is {cpr}")
        one.say(f"add a note to Jens Nygaard: his CPR is {cpr}, key {key}")
        one.post("tools.run", {"tool": "find_leads", "args": {"query": key}}, token=one.token())

    written = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert key.encode() not in written
    assert cpr.encode() not in written
