"""An OpenAI-compatible chat server on loopback whose answers are planned, and which remembers what it was asked."""

import contextlib
import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Text:
    """Answer with words."""

    text: str


@dataclass(frozen=True)
class Calls:
    """Call tools: (name, arguments) each, all in one answer."""

    calls: tuple[tuple[str, dict[str, Any]], ...]


@dataclass(frozen=True)
class Fails:
    """Answer with an HTTP status."""

    status: int


@dataclass(frozen=True)
class Waits:
    """The same once it is let go; `asked` is set when it was asked for."""

    answer: "Text | Calls | Fails"
    asked: threading.Event = field(default_factory=threading.Event)
    go: threading.Event = field(default_factory=threading.Event)


Planned = Text | Calls | Fails | Waits


@dataclass
class FakeOpenAI:
    """`plan` is used up from the front; after it every answer is "ok". Use as a context manager."""

    plan: list[Planned] = field(default_factory=list[Planned])
    asked: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def __enter__(self) -> "FakeOpenAI":
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """The API base."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def next(self, request: dict[str, Any]) -> Planned:
        """The answer to one request."""
        self.asked.append(request)
        return self.plan.pop(0) if self.plan else Text("ok")


def _handler(fake: FakeOpenAI) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers.get("content-length", "0"))
            request = json.loads(self.rfile.read(length))
            answer = fake.next(request)
            if isinstance(answer, Waits):
                answer.asked.set()
                answer.go.wait(30)
                answer = answer.answer
            match answer:
                case Fails(status):
                    self._send(status, json.dumps({"error": {"message": "planned"}}))
                case _ if request.get("stream"):
                    lines = [f"data: {json.dumps(c)}\n\n" for c in _chunks(answer, request)]
                    self._send(200, "".join([*lines, "data: [DONE]\n\n"]), kind="text/event-stream")
                case _:
                    self._send(200, json.dumps(_whole(answer, request)))

        def _send(self, status: int, body: str, *, kind: str = "application/json") -> None:
            content = body.encode()
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            with contextlib.suppress(ConnectionError):  # who asked may have gone
                self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            return

    return Handler


_USAGE = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}


def _whole(answer: Text | Calls, request: dict[str, Any]) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": None}
    if isinstance(answer, Text):
        message["content"] = answer.text
    else:
        message["tool_calls"] = [
            {
                "id": id,
                "type": "function",
                "function": {"name": name, "arguments": json.dumps(args)},
            }
            for id, (name, args) in _numbered(answer)
        ]
    reason = "stop" if isinstance(answer, Text) else "tool_calls"
    choice = {"index": 0, "message": message, "finish_reason": reason}
    return {**_head(request), "object": "chat.completion", "choices": [choice], "usage": _USAGE}


def _chunks(answer: Text | Calls, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    head = {**_head(request), "object": "chat.completion.chunk"}

    def chunk(delta: dict[str, Any], reason: str | None = None) -> dict[str, Any]:
        return {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}

    yield chunk({"role": "assistant", "content": ""})
    if isinstance(answer, Text):
        for word in answer.text.split(" "):
            yield chunk({"content": word + " "})
        yield chunk({}, "stop")
    else:
        yield from (chunk({"tool_calls": [piece]}) for piece in _pieces(answer))
        yield chunk({}, "tool_calls")
    yield {**head, "choices": [], "usage": _USAGE}


def _pieces(answer: Calls) -> list[dict[str, Any]]:
    """The calls in pieces of five characters, those of different calls in turn."""
    begun = [
        {"index": i, "id": id, "type": "function", "function": {"name": name, "arguments": ""}}
        for i, (id, (name, _)) in enumerate(_numbered(answer))
    ]
    texts = [json.dumps(args) for _, args in answer.calls]
    longest = max(len(text) for text in texts)
    rest = [
        {"index": i, "function": {"arguments": text[at : at + 5]}}
        for at in range(0, longest, 5)
        for i, text in enumerate(texts)
        if text[at : at + 5]
    ]
    return [*begun, *rest]


def _numbered(answer: Calls) -> Sequence[tuple[str, tuple[str, dict[str, Any]]]]:
    return [
        (f"call_{abs(hash((i, c[0], json.dumps(c[1])))) % 10**8}", c)
        for i, c in enumerate(answer.calls)
    ]


def _head(request: dict[str, Any]) -> dict[str, Any]:
    return {"id": "chat_1", "created": 0, "model": request["model"]}
