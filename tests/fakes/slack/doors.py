"""The ways to an app: signed posts to an address, or envelopes over its socket."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol
from urllib.parse import urlencode

from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.tree import is_object
from tests.fakes.slack.workspace import SIGNING_SECRET

Json = dict[str, Any]
Kind = Literal["event", "interaction", "options"]
Retry = tuple[int, str]


@dataclass(frozen=True)
class Answer:
    """What the app answered within its three seconds. Status 0 is no answer at all."""

    status: int
    body: Json = field(default_factory=dict[str, Any])
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether Slack would be content: otherwise it sends an event again, and shows a person an error."""
        return self.status == 200 and self.seconds <= 3.0

    @property
    def errors(self) -> dict[str, str]:
        """The sentences beneath the fields of a modal, by block id."""
        return self.body.get("errors", {})

    @property
    def action(self) -> str | None:
        """What a submitted modal becomes: errors, update, push, clear; None closes it."""
        return self.body.get("response_action")


class Door(Protocol):
    """Brings one payload to the app."""

    def deliver(self, kind: Kind, payload: Json, retry: Retry | None = None) -> Answer: ...


class Posts(Protocol):
    """What a test client and an httpx.Client have in common."""

    def post(self, url: str, *, content: bytes, headers: Mapping[str, str]) -> Any: ...


@dataclass
class SignedPosts:
    """Posts to the app's request address, which `client` may know by its path alone."""

    client: Posts
    url: str = "/slack/events"
    secret: str = SIGNING_SECRET
    now: Callable[[], float] = time.time
    patience: float = 30.0

    def deliver(self, kind: Kind, payload: Json, retry: Retry | None = None) -> Answer:
        if kind == "event":
            body, content_type = json.dumps(payload).encode(), "application/json"
        else:
            body = urlencode({"payload": json.dumps(payload)}).encode()
            content_type = "application/x-www-form-urlencoded"
        return self.post(body, {"content-type": content_type, **_retried(retry)})

    def post(self, body: bytes, headers: Mapping[str, str] | None = None) -> Answer:
        """Any body, signed."""
        return self.raw(body, {**signature(body, self.secret, at=self.now()), **(headers or {})})

    def raw(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Any body with just these headers: whatever somebody on the internet may send."""
        begun = time.perf_counter()
        response = self.client.post(self.url, content=body, headers=headers)
        seconds = time.perf_counter() - begun
        return Answer(response.status_code, _json(response.content), seconds)


@dataclass
class Envelopes:
    """Sends over the socket that the app has opened."""

    slack: FakeSlack
    patience: float = 3.0

    def deliver(self, kind: Kind, payload: Json, retry: Retry | None = None) -> Answer:
        over = "events_api" if kind == "event" else "interactive"
        begun = time.perf_counter()
        work = self.slack.sockets.send(over, payload, retry=retry, seconds=self.patience)
        answer = self.slack.do(work)
        seconds = time.perf_counter() - begun
        if answer is None:
            return Answer(0, seconds=seconds)
        return Answer(200, answer.get("payload") or {}, seconds)


def signature(body: bytes, secret: str = SIGNING_SECRET, *, at: float) -> dict[str, str]:
    """The two headers with which Slack signs a body."""
    stamp = str(int(at))
    digest = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256)
    return {
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": f"v0={digest.hexdigest()}",
    }


def _retried(retry: Retry | None) -> dict[str, str]:
    if retry is None:
        return {}
    return {"x-slack-retry-num": str(retry[0]), "x-slack-retry-reason": retry[1]}


def _json(content: bytes) -> Json:
    try:
        read: Any = json.loads(content)
    except ValueError:
        return {}
    return read if is_object(read) else {}
