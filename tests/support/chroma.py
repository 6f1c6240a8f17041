"""A real Chroma server on loopback, which tests start, stop and start again."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

# What the `chroma` command does, without the second that it takes to load the rest of the library.
_RUN = "import sys, chromadb_rust_bindings as chroma; chroma.cli(sys.argv)"


class CannotRun(Exception):
    """There is no server to be had here."""


class ChromaServer:
    """One server with a folder and a port of its own; both stay the same when it is started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Returns when it answers. Raises CannotRun."""
        place = ["--path", str(self._folder), "--host", "127.0.0.1", "--port", str(self._port)]
        log = self._folder.with_suffix(".log")
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _RUN, "run", *place], stdout=output, stderr=output,
                env={**os.environ, "ANONYMIZED_TELEMETRY": "False"},
            )  # fmt: skip
        end = time.monotonic() + 30
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > end:
                self.stop()
                raise CannotRun(log.read_text(errors="replace")[-500:])
            time.sleep(0.02)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/api/v2/heartbeat").is_success
        except httpx.HTTPError:
            return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
