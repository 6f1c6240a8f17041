"""One call of the Web API: who calls, with what, and the errors that it may end in."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.fakes.slack.limits import block_faults, size_of
from tests.fakes.slack.shapes import shape_faults
from tests.fakes.slack.state import Channel, Message, Token, User
from tests.fakes.slack.workspace import Workspace

Json = dict[str, Any]

ARGUMENTS: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parent / "schemas" / "arguments.json").read_text()
)
# The documentation and the Python SDK have them, the TypeScript types do not, or by another name.
BESIDES = {
    "chat.postMessage": ("container_id",),
    "files.completeUploadExternal": ("channels",),
    "files.getUploadURLExternal": ("alt_txt",),
}


class Refused(Exception):
    """Answers `ok: false` with an error code, and with the reasons for it."""

    def __init__(self, error: str, *messages: str, **more: Any) -> None:
        super().__init__(error)
        self.body: Json = {"ok": False, "error": error, **more}
        if messages:
            self.body["response_metadata"] = {"messages": list(messages)}


@dataclass
class Call:
    """A method with its arguments, as the log keeps it. `answer` is None where none was given."""

    method: str
    args: Json
    token: str | None
    at: float
    status: int = 0
    answer: Json | None = None

    @property
    def ok(self) -> bool:
        """Whether Slack answered that it was done."""
        return bool(self.answer and self.answer.get("ok"))


@dataclass(frozen=True)
class Asked:
    """A call whose caller is known and whose arguments fit; what the methods get."""

    workspace: Workspace
    method: str
    token: Token
    args: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def channel(self, name: str = "channel", *, writes: bool = True) -> Channel:
        """The channel of an argument; a user's id is their direct messages."""
        space, id = self.workspace, self.args[name]
        user = space.users.get(id)
        if user and writes:
            return space.dm(user, bot=self.token)
        channel = space.channels.get(id)
        inside = channel is not None and self.token.user in channel.members
        if channel is None or (channel.kind != "public" and not inside):
            raise Refused("channel_not_found")
        if channel.team_id != self.token.team_id and not (channel.shared and inside):
            raise Refused("channel_not_found")
        if not inside:
            raise Refused("not_in_channel")
        if writes and channel.archived:
            raise Refused("is_archived")
        return channel

    def user(self, name: str = "user") -> User:
        """The user of an argument."""
        user = self.workspace.users.get(self.args[name])
        if user is None:
            raise Refused("user_not_found")
        return user

    def thread(self, channel: Channel, name: str = "thread_ts") -> str | None:
        """The thread of an argument: its first message, even where a reply was named."""
        ts = self.args.get(name)
        if not ts:
            return None
        root = self.workspace.posts.get((channel.id, ts))
        if root is None or root.only_for:
            raise Refused("thread_not_found")
        return root.thread

    def own(self, channel: Channel, name: str = "ts", *, or_else: str) -> Message:
        """The app's own message of an argument."""
        message = self.workspace.posts.get((channel.id, self.args[name]))
        if message is None or message.deleted or message.only_for:
            raise Refused("message_not_found")
        if message.user != self.token.user:
            raise Refused(or_else)
        return message

    def blocks(self) -> list[Json]:
        """The blocks of the arguments, checked; those without an id get one."""
        return checked_blocks(self.args.get("blocks") or [], self.workspace)


def checked_blocks(blocks: list[Any], workspace: Workspace, *, most: int = 50) -> list[Json]:
    """The blocks with an id each, or `invalid_blocks` with every reason."""
    faults = [
        fault
        for index, block in enumerate(blocks)
        for fault in shape_faults("block", block, f"/blocks/{index}")
    ] or block_faults(blocks, "/blocks", most=most)
    if faults:
        raise Refused("invalid_blocks", *faults, errors=faults)
    if size_of(blocks) > 13_200:
        raise Refused("msg_blocks_too_long")
    return [{"block_id": workspace.id("b"), **block} for block in blocks]


def read_arguments(method: str, given: Mapping[str, Any]) -> Json:
    """The arguments in the types that the method takes, or `invalid_arguments` with every reason."""
    known: dict[str, Any] = ARGUMENTS.get(method, {})
    besides = ("team_id", *BESIDES.get(method, ()))  # Bolt adds the team to every call
    faults = [
        f"[ERROR] missing required field: {name} [json-pointer:/{name}]"
        for name, told in known.items()
        if told["required"] and name not in given
    ]
    args: Json = {}
    for name, value in given.items():
        if method in ARGUMENTS and name not in known and name not in besides:
            faults.append(f"[ERROR] no such argument: {name} [json-pointer:/{name}]")
            continue
        args[name] = _read(value, known.get(name, {}).get("types", ["string"]))
        if args[name] is None:
            faults.append(f"[ERROR] must be a {_named(known[name])}: {name} [json-pointer:/{name}]")
    if faults:
        raise Refused("invalid_arguments", *faults)
    return args


def _named(told: Json) -> str:
    return " or ".join(told["types"])


def _read(value: Any, types: list[str]) -> Any:
    """The value in the first of the types that it can be read as; forms know strings only."""
    for kind in types:
        read = _READERS[kind](value)
        if read is not None:
            return read
    return None


def _number(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    return int(value) if str(value).isdecimal() else None


def _boolean(value: Any) -> bool | None:
    words = {"1": True, "true": True, "0": False, "false": False}
    return words.get(str(value).lower())


def _parsed(kind: type) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError:
                return value.split(",") if kind is list else None
        return value if isinstance(value, kind) else None

    return read


_READERS: dict[str, Callable[[Any], Any]] = {
    "string": lambda value: value if isinstance(value, str) else None,
    "number": _number,
    "boolean": _boolean,
    "array": _parsed(list),
    "object": _parsed(dict),
}
