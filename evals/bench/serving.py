"""A server in a process of its own, and a small client that talks to it over one kept connection."""

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WAIT = 60.0
SERVE = "from agent.cli import main; main()"


@dataclass(frozen=True)
class Server:
    """A running `friday serve`. `began` is when its process was started, on the performance counter."""

    pid: int
    port: int
    began: float


@contextlib.contextmanager
def serving(data_dir: Path) -> Generator[Server]:
    """`friday serve` on a free port of this machine, until the block ends."""
    port = _free_port()
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, "serve"],
        env=_environment(data_dir, port),
        stdout=subprocess.DEVNULL,
    )
    try:
        _reach(process, port)
        yield Server(process.pid, port, began)
    finally:
        process.terminate()
        process.wait(timeout=WAIT)


class Client:
    """Calls procedures as one person. Not for several threads."""

    def __init__(self, port: int, bearer: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT)
        self._headers = {"authorization": f"Bearer {bearer}", "content-type": "application/json"}

    def query(self, path: str, given: object = None) -> Any:
        """The answer of a query. RuntimeError when it is refused."""
        told = urllib.parse.quote(json.dumps(given))
        return self._call("GET", f"/trpc/{path}?input={told}", None)

    def mutate(self, path: str, given: object) -> Any:
        """The answer of a mutation. RuntimeError when it is refused."""
        return self._call("POST", f"/trpc/{path}", json.dumps(given).encode())

    def say(self, message: str, conversation: str | None = None) -> Any:
        """One turn."""
        given = {"message": message}
        if conversation:
            given["conversationId"] = conversation
        return self.mutate("chat.send", given)

    def _call(self, method: str, path: str, body: bytes | None) -> Any:
        self._connection.request(method, path, body, self._headers)
        answer = json.loads(self._connection.getresponse().read())
        if "error" in answer:
            raise RuntimeError(f"{path.partition('?')[0]}: {answer['error']['message']}")
        return answer["result"]["data"]


def _reach(process: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.perf_counter() + WAIT
    while time.perf_counter() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        time.sleep(0.005)
    raise TimeoutError("the server did not listen in time")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _environment(data_dir: Path, port: int) -> dict[str, str]:
    """Ours, without settings from outside, and with compiled modules kept as every installation keeps them."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FRIDAY_")}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    settings = {
        "DATA_DIR": str(data_dir),
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "MODEL": "offline",
    }
    return kept | {f"FRIDAY_{name}": value for name, value in settings.items()}
