"""A workspace that tests furnish, and that both sides of the fake read and change."""

import itertools
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any, Literal, TypedDict, Unpack

from tests.fakes.slack.state import (
    Channel,
    Code,
    File,
    Hook,
    Message,
    Team,
    Token,
    Trigger,
    User,
    View,
)

APP_ID = "A0FRIDAY"
CLIENT_ID = "10.20"
CLIENT_SECRET = "client-secret-of-the-fake"
SIGNING_SECRET = "signing-secret-of-the-fake"
BOT_SCOPES = {
    "app_mentions:read",
    "assistant:write",
    "channels:history",
    "chat:write",
    "files:read",
    "files:write",
    "groups:history",
    "im:history",
    "im:read",
    "im:write",
    "reactions:write",
    "users:read",
    "users:read.email",
}


class Flags(TypedDict, total=False):
    """What may be the matter with a person."""

    deleted: bool
    is_bot: bool
    is_admin: bool
    is_restricted: bool
    is_ultra_restricted: bool
    is_email_confirmed: bool


@dataclass
class Workspace:
    """The state. `lock` is held by whoever reads more than one thing or writes; `now` is its clock."""

    now: Callable[[], float] = time.time
    stream_life: float = 300.0
    rotates: bool = False
    """Whether tokens are short-lived and come with a refresh token."""
    subscribed_to_stops: bool = True
    url: str = ""
    lock: threading.RLock = field(default_factory=threading.RLock)
    teams: dict[str, Team] = field(default_factory=dict[str, Team])
    users: dict[str, User] = field(default_factory=dict[str, User])
    channels: dict[str, Channel] = field(default_factory=dict[str, Channel])
    posts: dict[tuple[str, str], Message] = field(default_factory=dict[tuple[str, str], Message])
    files: dict[str, File] = field(default_factory=dict[str, File])
    views: dict[str, View] = field(default_factory=dict[str, View])
    homes: dict[tuple[str, str], View] = field(default_factory=dict[tuple[str, str], View])
    tokens: dict[str, Token] = field(default_factory=dict[str, Token])
    refreshes: dict[str, str] = field(default_factory=dict[str, str])
    codes: dict[str, Code] = field(default_factory=dict[str, Code])
    triggers: dict[str, Trigger] = field(default_factory=dict[str, Trigger])
    hooks: dict[str, Hook] = field(default_factory=dict[str, Hook])
    sessions: dict[tuple[str, str | None], dict[str, Any]] = field(
        default_factory=dict[tuple[str, str | None], dict[str, Any]]
    )
    prompts: dict[tuple[str, str | None], dict[str, Any]] = field(
        default_factory=dict[tuple[str, str | None], dict[str, Any]]
    )
    statuses: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    titles: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])

    def __post_init__(self) -> None:
        self._count = itertools.count(1)
        self._last_ts = 0
        self.team = self.add_team("Nordhavn Service")
        self.bot = self.install(self.team)
        self.app_token = self._token("app", self.bot, {"connections:write"})

    def id(self, prefix: str) -> str:
        """A new id, as Slack makes them: the kind's letter first."""
        return f"{prefix}{next(self._count):05d}{token_hex(2).upper()}"

    def ts(self) -> str:
        """A time that no message has yet."""
        micros = max(int(self.now() * 1_000_000), self._last_ts + 1)
        self._last_ts = micros
        return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"

    def add_team(self, name: str) -> Team:
        """Another workspace: of strangers, or one that the app can be installed in."""
        team = Team(self.id("T"), name)
        self.teams[team.id] = team
        return team

    def install(self, team: Team, *, rotates: bool = False) -> Token:
        """A new bot token; the bot's user is made with the first one of a team."""
        with self.lock:
            before = [t for t in self.tokens.values() if t.team_id == team.id and t.kind == "bot"]
            if not before:
                user = User(self.id("U"), "Friday", team.id, is_bot=True)
                self.users[user.id] = user
                blank = Token("", "bot", team.id, user.id, self.id("B"), APP_ID, set())
            else:
                blank = before[0]
            token = self._token("bot", blank, BOT_SCOPES)
            token.expires = self.now() + 43_200 if rotates else None
            return token

    def _token(self, kind: Literal["bot", "app"], like: Token, scopes: Iterable[str]) -> Token:
        prefix = {"bot": "xoxb", "app": "xapp"}[kind]
        made = Token(
            f"{prefix}-{token_hex(12)}",
            kind,
            like.team_id,
            like.user,
            like.bot_id,
            like.app_id,
            set(scopes),
        )
        self.tokens[made.value] = made
        return made

    def add_user(
        self,
        name: str,
        *,
        email: str | None = None,
        locale: str = "da-DK",
        team: Team | None = None,
        **flags: Unpack[Flags],
    ) -> User:
        """A person of our team, or with `team` of another one."""
        team_id = (team or self.team).id
        user = User(self.id("U"), name, team_id, email=email, locale=locale, **flags)
        with self.lock:
            self.users[user.id] = user
        return user

    def add_channel(
        self,
        name: str,
        *members: User,
        private: bool = False,
        with_bot: bool = True,
        team: Team | None = None,
    ) -> Channel:
        """A channel with those people and, unless told otherwise, the bot in it."""
        home = (team or self.team).id
        made = Channel(self.id("C"), name, home, "private" if private else "public")
        made.members = {member.id for member in members}
        made.shared = any(member.team_id != home for member in members)
        if with_bot:
            made.members.add(self.bot_of(home).user)
        with self.lock:
            self.channels[made.id] = made
        return made

    def dm(self, user: User, *, bot: Token | None = None) -> Channel:
        """The direct messages between the person and the bot, opened when there are none."""
        members = {user.id, (bot or self.bot).user}
        with self.lock:
            for channel in self.channels.values():
                if channel.kind == "im" and channel.members == members:
                    return channel
            team_id = (bot or self.bot).team_id
            made = Channel(self.id("D"), "", team_id, "im", members)
            self.channels[made.id] = made
            return made

    def bot_of(self, team_id: str) -> Token:
        """The newest bot token of a team, revoked or not."""
        bots = [t for t in self.tokens.values() if t.team_id == team_id and t.kind == "bot"]
        return bots[-1]

    def add_code(
        self, team: Team | None = None, *, by: User | None = None, redirect_uri: str | None = None
    ) -> Code:
        """What a person who allows the installation brings to the redirect address."""
        team = team or self.team
        code = Code(f"{self.id('O')}.{token_hex(8)}", team.id, by.id if by else "U0OWNER")
        code.redirect_uri = redirect_uri
        self.codes[code.value] = code
        return code

    def add_file(
        self, user: User, name: str, content: bytes, *, mimetype: str = "text/csv"
    ) -> File:
        """A file that somebody has uploaded."""
        file = self.new_file(user.id, name, len(content))
        file.mimetype, file.content, file.shared = mimetype, content, True
        return file

    def new_file(self, user: str, name: str, length: int) -> File:
        """A file of which nothing has come yet."""
        id = self.id("F")
        made = File(id, name, user, length, f"{self.url}/files-pri/{self.team.id}-{id}/{name}")
        self.files[id] = made
        return made

    def trigger(self, user: str, *, view: str | None = None, team_id: str = "") -> Trigger:
        """What an interaction brings, with which one modal may be opened."""
        id = f"{next(self._count)}.{next(self._count)}.{token_hex(8)}"
        made = Trigger(id, user, team_id or self.team.id, self.now(), view)
        self.triggers[id] = made
        return made

    def hook(self, channel: str, ts: str | None, user: str) -> str:
        """A new response_url."""
        made = Hook(token_hex(8), channel, ts, user, self.now())
        self.hooks[made.id] = made
        return f"{self.url}/hooks/{made.id}"

    def put(self, message: Message) -> Message:
        """Keeps a message."""
        with self.lock:
            self.posts[message.channel, message.ts] = message
        return message

    def messages(
        self,
        channel: Channel | str,
        *,
        thread: str | None = None,
        by: str | None = None,
        only_for: User | None = None,
    ) -> list[Message]:
        """Those that stand in a channel, oldest first: of all its threads or of one, by one user or by all.

        With `only_for` the ephemeral ones of that person, without it the others."""
        id = channel if isinstance(channel, str) else channel.id
        wanted = only_for.id if only_for else None
        with self.lock:
            return [
                m
                for m in self.posts.values()
                if m.channel == id and not m.deleted and m.only_for == wanted
                if thread is None or m.thread == thread
                if by is None or m.user == by
            ]

    def from_bot(self, channel: Channel | str, *, thread: str | None = None) -> list[Message]:
        """What the app has written there, without what only one person sees."""
        id = channel if isinstance(channel, str) else channel.id
        team_id = self.channels[id].team_id
        return self.messages(id, thread=thread, by=self.bot_of(team_id).user)

    def modal(self, user: User) -> View | None:
        """The modal that the person has on top, if any."""
        with self.lock:
            own = [v for v in self.views.values() if v.user == user.id and v.open]
        return own[-1] if own else None

    def home(self, user: User) -> View | None:
        """The home that was published for the person, if any."""
        return self.homes.get((user.team_id, user.id))

    def expire(self, message: Message) -> None:
        """Ends a stream the way Slack does after some minutes: the next word to it is refused."""
        with self.lock:
            assert message.stream, f"{message.ts} is no stream"
            message.stream.state = "expired"

    def revoke(self, token: Token) -> None:
        """From now on every call with it answers token_revoked."""
        token.revoked = True
