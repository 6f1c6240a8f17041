"""`friday …` in processes of their own, and the calls that tests make of them."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.support.friday import answered, bearer

ROOT = Path(__file__).parents[2]
SECRET = "a secret of the process tests"
OWNER = "vera@vestfjord.example"
FIRM = f"""
name: Vestfjord Rengøring
services: [{{name: Standard clean, name_da: Standardrengøring, price: "349"}}]
staff: [Vera Vest, Bo Berg]
owner: {OWNER}
hours:
  monday: ["06:00", "22:00"]
  tuesday: ["06:00", "22:00"]
  wednesday: ["06:00", "22:00"]
  thursday: ["06:00", "22:00"]
  friday: ["06:00", "22:00"]
  saturday: ["06:00", "22:00"]
  sunday: ["06:00", "22:00"]
"""
STARTING = 60.0
"""Seconds that a process may take to start where many others work."""


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Nobody else's settings; any free port."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FRIDAY_")}
    given = {"FRIDAY_DATA_DIR": str(folder), "FRIDAY_PORT": "0", "PYTHONPATH": str(ROOT)}
    return kept | given | more


def friday(
    folder: Path, *command: str, given: str = "", **more: str
) -> subprocess.CompletedProcess[str]:
    """A command that ends by itself."""
    return subprocess.run(
        [sys.executable, "-m", "agent.cli", *command],
        env=environment(folder, **more),
        cwd=folder,
        input=given,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def token(folder: Path, email: str, **more: str) -> str:
    """A bearer as `friday token` prints it."""
    told = friday(folder, "token", email, "--json", **more)
    assert told.returncode == 0, told.stderr
    return json.loads(told.stdout)["token"]


def until(true: Callable[[], bool], seconds: float = STARTING) -> bool:
    """Whether it came true within that time."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


@dataclass
class Started:
    """A process that goes on until it is stopped."""

    process: subprocess.Popen[bytes]
    output: Path
    address: str = ""

    @property
    def printed(self) -> str:
        return self.output.read_text(errors="replace")

    def told(self) -> str:
        """How it ended, and what it printed and logged."""
        logs = [file.read_text() for file in self.output.parent.glob("logs/*.log")]
        return "\n".join([f"exit {self.process.poll()}", self.printed, *logs])

    def kill(self) -> None:
        """kill -9."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def end(self, seconds: float = 30) -> float:
        """SIGTERM; the seconds that it then took."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(seconds)
        return time.monotonic() - begun


@contextmanager
def started(folder: Path, *module: str, **more: str) -> Iterator[Started]:
    """`python -m …` until the block ends."""
    folder.mkdir(parents=True, exist_ok=True)
    output = folder / f"printed-{time.monotonic_ns()}.txt"
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", *module],
            env=environment(folder, **more),
            cwd=folder,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        yield Started(process, output)
    finally:
        process.kill()
        process.wait(10)


@contextmanager
def serving(folder: Path, **more: str) -> Iterator[Started]:
    """`friday serve` that answers."""
    with started(folder, "agent.cli", "serve", **more) as server:
        _listening(server)
        yield server


@contextmanager
def serving_all(folder: Path, *those: dict[str, str]) -> Iterator[list[Started]]:
    """Several of them that are started at the same moment, each with a folder of its own."""
    with ExitStack() as stack:
        servers = [
            stack.enter_context(started(folder / str(number), "agent.cli", "serve", **settings))
            for number, settings in enumerate(those)
        ]
        for server in servers:
            _listening(server)
        yield servers


def _listening(server: Started) -> None:
    def said() -> bool:
        return "Friday is on" in server.printed or server.process.poll() is not None

    assert until(said), server.printed
    assert server.process.poll() is None, server.printed
    server.address = server.printed.partition("Friday is on ")[2].split()[0]
    assert until(lambda: answers(server.address)), server.printed


def answers(address: str) -> bool:
    """Whether a server is there and well."""
    try:
        return httpx.get(f"{address}/health", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


@dataclass
class Tail:
    """A conversation being followed."""

    lines: Iterator[str]
    events: list[dict[str, Any]] = field(default_factory=list)

    def wait(self, wanted: Callable[[dict[str, Any]], bool], *, seconds: float = 10) -> float:
        """Read on until the event is there; the seconds that took."""
        begun = time.monotonic()
        for line in self.lines:
            if line.startswith("data: {") and "seq" in line:
                self.events.append(json.loads(line.removeprefix("data: ")))
                if wanted(self.events[-1]):
                    return time.monotonic() - begun
            if time.monotonic() - begun > seconds:
                break
        raise AssertionError(f"it did not come; {[each['kind'] for each in self.events]} did")


@dataclass
class Door:
    """One bearer's calls to one server."""

    address: str
    token: str

    def post(self, path: str, given: Any) -> tuple[int, Any]:
        """A mutation: the status, and the data or the error's shape."""
        return answered(
            httpx.post(
                f"{self.address}/trpc/{path}",
                json=given,
                headers=bearer(self.token),
                timeout=60,
                trust_env=False,
            )
        )

    def mutate(self, path: str, given: Any) -> Any:
        """The data of a mutation that works."""
        status, data = self.post(path, given)
        assert status == 200, data
        return data

    def query(self, path: str, given: Any = None) -> Any:
        """The data of a query that works."""
        params = {} if given is None else {"input": json.dumps(given)}
        status, data = answered(
            httpx.get(
                f"{self.address}/trpc/{path}",
                params=params,
                headers=bearer(self.token),
                timeout=60,
                trust_env=False,
            )
        )
        assert status == 200, data
        return data

    def say(self, text: str, **more: Any) -> Any:
        """The reply to a message."""
        return self.mutate("chat.send", {"message": text, **more})

    def run(self, tool: str, **args: Any) -> Any:
        """A lookup's result, or the proposal that an action became."""
        ran = self.mutate("tools.run", {"tool": tool, "args": args})
        return ran["proposal"] or ran["result"]

    def approve(self, proposal: dict[str, Any]) -> tuple[int, Any]:
        """A vote for what the proposal showed."""
        vote = {"id": proposal["id"], "digest": proposal["digest"], "decision": "approve"}
        return self.post("approvals.decide", vote)

    def settled(self, proposal: dict[str, Any], *, seconds: float = 30) -> str:
        """The proposal's status once its execution has ended."""

        def status() -> str:
            return self.query("approvals.get", {"id": proposal["id"]})["status"]

        until(lambda: status() not in ("pending", "approved", "executing"), seconds)
        return status()

    @contextmanager
    def following(self, conversation_id: str) -> Iterator[Tail]:
        """The tail of a conversation over server-sent events."""
        with httpx.stream(
            "GET",
            f"{self.address}/trpc/chat.events",
            params={"input": json.dumps({"conversationId": conversation_id})},
            headers={"accept": "text/event-stream", **bearer(self.token)},
            timeout=20,
            trust_env=False,
        ) as response:
            assert response.status_code == 200
            yield Tail(response.iter_lines())
