"""A payment provider on loopback that remembers its charges and misbehaves as planned.

`POST /charges {"amount", "note"}` makes a charge; with an `Idempotency-Key` and `honours_keys` a repeat answers with
the first one. `GET /charges?note=…` finds charges by their note. The plan is a list of faults, one for each POST.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal
from urllib.parse import parse_qs, urlparse

Fault = Literal["ok", "500", "429", "timeout", "timeout-after-commit"]


@dataclass
class Charge:
    """One charge that was made."""

    id: str
    amount: str
    note: str
    key: str | None


@dataclass
class Provider:
    """The state behind the server. `posts` counts requests, `charges` what became of them."""

    honours_keys: bool = False
    plan: list[Fault] = field(default_factory=list)
    charges: list[Charge] = field(default_factory=list)
    posts: int = 0
    address: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def post(self, body: dict[str, str], key: str | None) -> tuple[int, dict[str, str]] | None:
        """The answer to a POST; None hangs up without one."""
        with self.lock:
            self.posts += 1
            fault = self.plan.pop(0) if self.plan else "ok"
            match fault:
                case "500" | "429":
                    return int(fault), {"error": "not now"}
                case "timeout":
                    return None
                case "timeout-after-commit":
                    self._charge(body, key)
                    return None
                case "ok":
                    return 200, {"id": self._charge(body, key).id}

    def _charge(self, body: dict[str, str], key: str | None) -> Charge:
        known = [each for each in self.charges if self.honours_keys and key and each.key == key]
        if known:
            return known[0]
        made = Charge(f"ch_{len(self.charges) + 1}", body["amount"], body["note"], key)
        self.charges.append(made)
        return made

    def find(self, note: str) -> list[str]:
        """The ids of the charges with that note."""
        with self.lock:
            return [each.id for each in self.charges if each.note == note]


@contextmanager
def serving(provider: Provider) -> Iterator[Provider]:
    """The provider at an address of its own, until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer = provider.post(body, self.headers["Idempotency-Key"])
            if answer is None:
                self.close_connection = True
                return
            self._say(*answer)

        def do_GET(self) -> None:
            note = parse_qs(urlparse(self.path).query)["note"][0]
            self._say(200, {"ids": provider.find(note)})

        def _say(self, status: int, body: object) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    provider.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
