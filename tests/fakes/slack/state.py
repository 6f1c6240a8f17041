"""What a Slack workspace holds: people, channels, messages, streams, views, files, tokens."""

import json
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.fakes.slack.tree import strings

Json = dict[str, Any]


@dataclass
class Team:
    """A workspace; ours is the first, others own the strangers that come by Slack Connect."""

    id: str
    name: str


@dataclass
class User:
    """A member, a guest (`is_restricted`), a bot, or somebody of another team."""

    id: str
    name: str
    team_id: str
    email: str | None = None
    locale: str = "da-DK"
    tz: str = "Europe/Copenhagen"
    deleted: bool = False
    is_bot: bool = False
    is_admin: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_email_confirmed: bool = True

    def as_dict(self, home: str, *, locale: bool = False) -> Json:
        """As users.info tells it to an app of the team `home`."""
        profile: Json = {"real_name": self.name, "display_name": self.name.split()[0]}
        if self.email and not self.is_bot:
            profile["email"] = self.email
        told: Json = {
            "id": self.id,
            "team_id": self.team_id,
            "name": self.name.lower().replace(" ", "."),
            "real_name": self.name,
            "deleted": self.deleted,
            "tz": self.tz,
            "is_bot": self.is_bot,
            "is_admin": self.is_admin,
            "is_restricted": self.is_restricted,
            "is_ultra_restricted": self.is_ultra_restricted,
            "is_email_confirmed": self.is_email_confirmed,
            "is_stranger": self.team_id != home,
            "profile": profile,
        }
        return {**told, "locale": self.locale} if locale else told


@dataclass
class Channel:
    """A public or private channel, or the direct messages between one person and one bot."""

    id: str
    name: str
    team_id: str
    kind: Literal["public", "private", "im"] = "public"
    members: set[str] = field(default_factory=set[str])
    archived: bool = False
    shared: bool = False

    def as_dict(self) -> Json:
        """As conversations.info tells it."""
        return {
            "id": self.id,
            "name": self.name,
            "context_team_id": self.team_id,
            "is_channel": self.kind == "public",
            "is_group": self.kind == "private",
            "is_im": self.kind == "im",
            "is_private": self.kind != "public",
            "is_archived": self.archived,
            "is_ext_shared": self.shared,
        }


@dataclass
class Stream:
    """A message that is still being written. `tasks` are the last updates by their id."""

    started: float
    state: Literal["streaming", "stopped", "expired", "stopped_by_user"] = "streaming"
    chunks: list[Json] = field(default_factory=list[Json])
    tasks: dict[str, Json] = field(default_factory=dict[str, Json])
    plan: str | None = None
    recipient: tuple[str | None, str | None] = (None, None)


@dataclass
class Message:
    """A message as it is now; `versions` are the payloads that it had before."""

    channel: str
    ts: str
    user: str
    text: str = ""
    markdown: str = ""
    blocks: list[Json] = field(default_factory=list[Json])
    attachments: list[Json] = field(default_factory=list[Json])
    metadata: Json | None = None
    thread_ts: str | None = None
    bot_id: str | None = None
    app_id: str | None = None
    only_for: str | None = None
    """The one person who sees it, where it is ephemeral."""
    unfurl: tuple[bool | None, bool | None] = (None, None)
    """What was asked about links and about media."""
    edited: str | None = None
    deleted: bool = False
    stream: Stream | None = None
    files: list["File"] = field(default_factory=list["File"])
    reactions: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    versions: list[Json] = field(default_factory=list[Json])

    @property
    def thread(self) -> str:
        """The ts of the message that its thread hangs on."""
        return self.thread_ts or self.ts

    @property
    def shown(self) -> str:
        """Everything that a reader sees of it, in one text: blocks hide the plain text."""
        streamed = [*self.stream.tasks.values()] if self.stream else []
        parts = [self.markdown, *spoken(streamed), *spoken(self.blocks)]
        parts = parts if any(parts) else [self.text]
        return "\n".join(part for part in [*parts, *spoken(self.attachments)] if part)

    def as_dict(self) -> Json:
        """As conversations.replies and payloads of interactions tell it."""
        told: Json = {
            "type": "message",
            "user": self.user,
            "ts": self.ts,
            "text": self.text or self.markdown,
            "blocks": self.blocks,
            "attachments": self.attachments,
            "thread_ts": self.thread_ts,
            "bot_id": self.bot_id,
            "app_id": self.app_id,
            "metadata": self.metadata,
            "files": [file.as_dict() for file in self.files],
            "edited": {"user": self.user, "ts": self.edited} if self.edited else None,
        }
        told = {name: value for name, value in told.items() if value not in (None, [])}
        return json.loads(json.dumps(told))


@dataclass
class File:
    """A file that was or is being uploaded."""

    id: str
    name: str
    user: str
    length: int
    url: str
    mimetype: str = "application/octet-stream"
    content: bytes | None = None
    title: str | None = None
    shared: bool = False

    def as_dict(self) -> Json:
        """As files.info tells it."""
        return {
            "id": self.id,
            "name": self.name,
            "title": self.title or self.name,
            "mimetype": self.mimetype,
            "filetype": self.name.rpartition(".")[2].lower(),
            "size": self.length,
            "user": self.user,
            "mode": "hosted",
            "is_external": False,
            "url_private": self.url,
            "url_private_download": f"{self.url}?download=1",
        }


@dataclass
class View:
    """A modal or somebody's home, with the hash that changes with every update."""

    id: str
    kind: Literal["modal", "home"]
    team_id: str
    user: str
    payload: Json
    hash: str
    root: str
    previous: str | None = None
    open: bool = True
    updates: int = 0

    @property
    def blocks(self) -> list[Json]:
        return self.payload["blocks"]

    @property
    def shown(self) -> str:
        """Everything that a reader sees of it, in one text."""
        return "\n".join(spoken([self.payload]))

    def as_dict(self, values: Json | None = None) -> Json:
        """As the API and payloads of interactions tell it."""
        return {
            "private_metadata": "",
            "callback_id": "",
            "external_id": "",
            "notify_on_close": False,
            "clear_on_close": False,
            **json.loads(json.dumps(self.payload)),
            "id": self.id,
            "team_id": self.team_id,
            "hash": self.hash,
            "root_view_id": self.root,
            "previous_view_id": self.previous,
            "state": {"values": values or {}},
        }


@dataclass
class Token:
    """What a caller shows, and who that makes it."""

    value: str
    kind: Literal["bot", "app"]
    team_id: str
    user: str
    bot_id: str
    app_id: str
    scopes: set[str]
    revoked: bool = False
    expires: float | None = None


@dataclass
class Trigger:
    """Leave to open one modal, for three seconds after what somebody did."""

    id: str
    user: str
    team_id: str
    at: float
    view: str | None = None
    used: bool = False


@dataclass
class Code:
    """What somebody who allowed an installation brings back."""

    value: str
    team_id: str
    by: str
    redirect_uri: str | None = None
    used: bool = False


@dataclass
class Hook:
    """A response_url: thirty minutes, five times."""

    id: str
    channel: str
    ts: str | None
    user: str
    at: float
    left: int = 5


SPEAKS = ("text", "title", "label", "hint", "alt_text", "details", "output", "message", "subtitle")


def spoken(parts: list[Json]) -> list[str]:
    """The words in blocks, in their order."""
    return list(strings(parts, *SPEAKS))
