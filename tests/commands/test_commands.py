"""The commands as a person runs them: what they print, and what they exit with."""

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.processes.house import environment, friday
from tests.support.friday import copied

FIRM = """
name: Vestfjord VVS
services: [{name: Plumbing, price: "500"}]
staff: [Vera Vest]
owner: vera@vestfjord.example
"""


@contextmanager
def serving(folder: Path, *command: str, **more: str) -> Iterator[tuple[str, str]]:
    """A server in a process of its own: its address, and what it printed."""
    process = subprocess.Popen(
        [sys.executable, "-m", "agent.cli", "serve", *command],
        env=environment(folder, **more),
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    printed = ""
    while "Ctrl-C" not in printed and process.poll() is None:
        printed += process.stdout.readline()
    address = json.loads((folder / ".address").read_text())["address"]
    for _ in range(200):
        if _answers(address):
            break
        time.sleep(0.05)
    try:
        yield address, printed
    finally:
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=30)
        assert process.returncode == 0, printed + rest


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/health", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture
def folder(demo_folder: Path, tmp_path: Path) -> Path:
    return copied(demo_folder, tmp_path / "data")


def one_sentence(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    return done.stderr


@pytest.mark.slow
def test_serving_prints_a_link_that_signs_in(folder: Path) -> None:
    with serving(folder) as (address, printed):
        token = re.findall(r"/sign-in#(\S+)", printed)[0]
        given = httpx.post(
            f"{address}/trpc/auth.redeem", json={"token": token}, trust_env=False
        ).json()
        second = friday(folder, "serve")
        told = friday(
            folder, "chat", "--as", "anna@demo.example", given="find leads in Aarhus\n/quit\n"
        )

    assert given["result"]["data"]["role"] == "owner"
    assert "Another Friday is running" in one_sentence(second)
    assert address in second.stderr
    assert "8 leads in Aarhus" in told.stdout


@pytest.mark.slow
def test_a_port_in_use_is_told(folder: Path, tmp_path: Path) -> None:
    with serving(folder) as (address, _):
        port = address.rpartition(":")[2]
        told = friday(tmp_path / "other" if (tmp_path / "other").mkdir() is None else tmp_path,
                      "serve", FRIDAY_PORT=port)  # fmt: skip

    assert f"Port {port} on 127.0.0.1 cannot be had" in one_sentence(told)


@pytest.mark.slow
def test_the_demo_is_never_served_to_other_machines(folder: Path) -> None:
    told = friday(folder, "serve", FRIDAY_HOST="0.0.0.0")
    proxied = friday(folder, "serve", FRIDAY_PUBLIC_URL="https://friday.example")

    assert "The demo firm is in this store" in one_sentence(told)
    assert "friday.example" in one_sentence(proxied)


@pytest.mark.slow
def test_a_firm_of_ones_own_is_served_to_other_machines(tmp_path: Path) -> None:
    (tmp_path / "firm.yaml").write_text(FIRM)

    founded = friday(tmp_path, "init", "firm.yaml", "--json")
    again = friday(tmp_path, "init", "firm.yaml")
    with serving(tmp_path, FRIDAY_HOST="0.0.0.0") as (address, printed):
        people = httpx.get(f"{address}/trpc/demo.people", trust_env=False).json()

    assert json.loads(founded.stdout)["tenant"].startswith("ten_")
    assert "already" in one_sentence(again)
    assert "owner of Vestfjord VVS" in printed
    assert people["result"]["data"] == {"people": []}


@pytest.mark.slow
def test_eight_answers_found_a_firm(tmp_path: Path) -> None:
    answers = "Min Firma\nda\n\n\nvinduer 399, trapper 249\nBo, Ida\n\nbo@min.example\n"

    founded = friday(tmp_path, "init", given=answers)

    assert founded.returncode == 0, founded.stderr
    assert "Min Firma is founded" in founded.stdout


@pytest.mark.slow
def test_a_wrong_answer_is_asked_again(tmp_path: Path) -> None:
    answers = "Min Firma\nda\n\n\nvinduer 399\nBo\naltid\nman-fre 8-16\nbo@min.example\n"

    founded = friday(tmp_path, "init", given=answers)

    assert founded.returncode == 0, founded.stderr
    assert "“altid” forstås ikke her" in founded.stderr
    assert "Min Firma is founded" in founded.stdout


@pytest.mark.parametrize(
    ("firm", "told"),
    [
        ("name: X", "services"),
        ("[]", "must hold"),
        (": :", "not readable"),
        (FIRM.replace('"500"', '"free"'), "no amount"),
        (FIRM + "zone: Mars/Base", "no time zone"),
        (FIRM + "cvr: '12345678'", "no CVR number"),
        (FIRM.replace("vera@vestfjord.example", "vera"), "e-mail"),
        (FIRM + "colour: red", "colour"),
    ],
)
@pytest.mark.slow
def test_a_firm_that_cannot_be_is_told_why(tmp_path: Path, firm: str, told: str) -> None:
    (tmp_path / "firm.yaml").write_text(firm)

    done = friday(tmp_path, "init", "firm.yaml")

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert told in done.stderr


@pytest.mark.slow
def test_commands_answer_in_json_where_a_program_may_ask(folder: Path) -> None:
    token = friday(folder, "token", "anna@demo.example", "--json")
    verified = friday(folder, "audit", "verify", "--json")

    assert set(json.loads(token.stdout)) == {"token", "expiresAt", "message"}
    assert json.loads(verified.stdout)["ok"] is True


@pytest.mark.slow
def test_failures_are_one_sentence(folder: Path, tmp_path: Path) -> None:
    nobody = friday(folder, "token", "nobody@demo.example")
    odd = friday(folder, "token", "nobody")
    setting = friday(folder, "serve", FRIDAY_PORT="eighty")
    database = friday(folder, "audit", "verify", FRIDAY_DATABASE_URL="postgresql://127.0.0.1:1/x")
    nothing = friday(folder, "import", "nothing.csv", "--yes")
    moment = friday(folder, "serve", "--now", "soon")

    assert "Nobody with the address" in one_sentence(nobody)
    assert "FRIDAY_PORT" in one_sentence(setting)
    assert "FRIDAY_DATABASE_URL" in one_sentence(database)
    assert "nothing.csv cannot be read" in one_sentence(nothing)
    assert "no ISO instant" in one_sentence(moment)
    assert odd.returncode == 1


@pytest.mark.slow
def test_importing_shows_a_dry_run_and_does_it_once(folder: Path) -> None:
    rows = "name,email,phone\nUlla Test,ulla@mail.example,+4520301111\n"
    (folder / "new.csv").write_text(rows)

    first = friday(folder, "import", "new.csv", "--yes")
    again = friday(folder, "import", "new.csv", "--yes", "--json")

    assert first.returncode == 0, first.stderr
    assert "Import 1 new lead" in first.stdout
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["status"] == "done"
    assert "Import 0 new lead" in again.stderr


@pytest.mark.slow
def test_an_import_that_is_not_wanted_is_taken_back_and_says_so_in_json(folder: Path) -> None:
    rows = "name,email,phone\nUlla Test,ulla@mail.example,+4520301111\n"
    (folder / "new.csv").write_text(rows)

    told = friday(folder, "import", "new.csv", "--json", given="n\n")

    assert json.loads(told.stdout)["status"] == "cancelled", told.stdout
    assert "Import 1 new lead" in told.stderr
    assert "y/n" in told.stderr


@pytest.mark.slow
def test_the_router_is_written_as_types(tmp_path: Path) -> None:
    done = friday(tmp_path, "export-router", str(tmp_path / "router.d.ts"))

    assert done.returncode == 0, done.stderr
    assert "AppRouter" in (tmp_path / "router.d.ts").read_text()


@pytest.mark.slow
def test_the_demo_is_put_back(folder: Path) -> None:
    done = friday(folder, "demo", "reset", "--now", "2026-11-20T08:00+00:00", "--json")
    verified = friday(folder, "audit", "verify")

    assert (done.returncode, json.loads(done.stdout)["tenant"]) == (0, "demo")
    assert verified.returncode == 0


@pytest.mark.slow
def test_the_demo_is_put_back_under_a_running_server(folder: Path) -> None:
    with serving(folder) as (address, _):
        bearer = json.loads(friday(folder, "token", "anna@demo.example", "--json").stdout)["token"]
        said = httpx.post(
            f"{address}/trpc/chat.send",
            json={"message": "help"},
            headers={"authorization": f"Bearer {bearer}"},
            trust_env=False,
        ).json()
        conversation = said["result"]["data"]["conversationId"]
        with httpx.stream(
            "GET",
            f"{address}/trpc/chat.events",
            params={"input": json.dumps({"conversationId": conversation})},
            headers={"accept": "text/event-stream", "authorization": f"Bearer {bearer}"},
            timeout=20,
            trust_env=False,
        ) as tail:
            lines = tail.iter_lines()
            assert next(lines) == "event: connected"
            done = friday(folder, "demo", "reset", "--json")
            rest = "".join(lines)
        told = friday(
            folder, "chat", "--as", "anna@demo.example", given="find leads in Aarhus\n/quit\n"
        )

    assert (done.returncode, json.loads(done.stdout)["tenant"]) == (0, "demo"), done.stderr
    assert "UNAUTHORIZED" in rest
    assert "leads in Aarhus" in told.stdout
    assert "Traceback" not in (folder / "logs" / "friday.log").read_text()


@pytest.mark.slow
def test_a_running_server_without_a_demo_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "firm.yaml").write_text(FIRM)
    friday(tmp_path, "init", "firm.yaml")
    with serving(tmp_path):
        done = friday(tmp_path, "demo", "reset")

    assert "There is no demo firm in this store" in one_sentence(done)
