"""What people do in Slack, each act as the payloads that Slack would send of it."""

import json
import threading
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.fakes.slack import payloads
from tests.fakes.slack.calls import Refused
from tests.fakes.slack.doors import Answer, Door, Retry
from tests.fakes.slack.elements import Element, find, inputs
from tests.fakes.slack.methods.views import change_view, push_modal
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.state import Channel, File, Message, Token, User, View

Json = dict[str, Any]
Where = Message | View


@dataclass(frozen=True)
class Delivered:
    """An event that was sent, and what came back; it can be sent again."""

    payload: Json
    answer: Answer

    @property
    def event_id(self) -> str:
        return self.payload["event_id"]


@dataclass(frozen=True)
class Said:
    """What somebody wrote, and the events of it: two where the bot was mentioned in a channel."""

    message: Message
    events: list[Delivered]

    @property
    def ts(self) -> str:
        return self.message.ts


@dataclass
class People:
    """Acts as people of the workspace, through a door to the app. `sent` is every payload, in its order."""

    slack: FakeSlack
    door: Door
    sent: list[Json] = field(default_factory=list[Json])
    lock: threading.Lock = field(default_factory=threading.Lock)

    # Events

    def event(self, event: Json, *, team_id: str | None = None, id: str | None = None) -> Delivered:
        """Any event, in its envelope."""
        space = self.slack.workspace
        with space.lock:
            id = id or space.id("Ev")
            bot = space.bot_of(team_id or space.team.id)
            payload = payloads.envelope(event, bot, id=id, at=space.now())
        return self._deliver(payload)

    def again(
        self, delivered: Delivered, *, attempt: int = 1, reason: str = "http_timeout"
    ) -> Delivered:
        """The same event once more, the way Slack does when it had no answer that it liked."""
        return self._deliver(delivered.payload, (attempt, reason))

    def say(
        self,
        user: User,
        where: Channel | None,
        text: str,
        *,
        thread: Message | Said | str | None = None,
        files: tuple[File, ...] = (),
        reaches: bool = True,
    ) -> Said:
        """Writes in a channel, or with None in the direct messages; with `reaches=False` no event goes out."""
        space = self.slack.workspace
        channel = where or space.dm(user)
        root = thread if isinstance(thread, str | None) else thread.ts
        message = Message(channel.id, space.ts(), user.id, text=text, thread_ts=root)
        message.files = list(files)
        space.put(message)
        bot = space.bot_of(channel.team_id)
        if not reaches or bot.user not in channel.members:
            return Said(message, [])
        events = payloads.messages(message, channel, user, bot)
        return Said(message, [self.event(event, team_id=bot.team_id) for event in events])

    def edit(self, user: User, message: Message, text: str) -> Delivered:
        """Changes a message of one's own."""
        space = self.slack.workspace
        before = message.as_dict()
        message.versions.append(before)
        message.text, message.edited = text, space.ts()
        return self._changed(message, "message_changed", before=before, after=message.as_dict())

    def delete(self, user: User, message: Message) -> Delivered:
        """Takes a message back."""
        before = message.as_dict()
        message.deleted = True
        return self._changed(message, "message_deleted", before=before, after=None)

    def _changed(
        self, message: Message, subtype: str, *, before: Json, after: Json | None
    ) -> Delivered:
        space = self.slack.workspace
        channel = space.channels[message.channel]
        event = payloads.change(channel, subtype, at=space.ts(), before=before, after=after)
        return self.event(event, team_id=channel.team_id)

    def share(
        self,
        user: User,
        where: Channel | None,
        name: str,
        content: bytes,
        *,
        mimetype: str = "text/csv",
        text: str = "",
        thread: Message | Said | str | None = None,
    ) -> Said:
        """Drops a file into the conversation."""
        file = self.slack.workspace.add_file(user, name, content, mimetype=mimetype)
        return self.say(user, where, text, thread=thread, files=(file,))

    def open_home(self, user: User, *, tab: Literal["home", "messages"] = "home") -> Delivered:
        """Opens the app: its home, or the direct messages with it."""
        space = self.slack.workspace
        bot = self._bot_for(user)
        view = space.home(user) if tab == "home" else None
        event = payloads.home_opened(user, space.dm(user, bot=bot), tab, view, at=space.ts())
        return self.event(event, team_id=bot.team_id)

    def stop(self, user: User, message: Message) -> Delivered:
        """Presses Stop on the thread of a message: Slack ends its streams itself and says which."""
        space = self.slack.workspace
        with space.lock:
            thread = space.messages(message.channel, thread=message.thread)
            ended = [m for m in thread if m.stream and m.stream.state == "streaming"]
            for each in ended:
                assert each.stream
                each.stream.state = "stopped_by_user"
        event = payloads.session_stopped(user, message, [m.ts for m in ended], at=space.ts())
        return self.event(event, team_id=space.channels[message.channel].team_id)

    def change_user(self, user: User) -> Delivered:
        """Tells of a person who was changed, say deactivated or given another address."""
        told = user.as_dict(self.slack.workspace.team.id, locale=True)
        event = {"type": "user_change", "user": told, "event_ts": self.slack.workspace.ts()}
        return self.event(event)

    def uninstall(self, token: Token | None = None) -> list[Delivered]:
        """Removes the app from a workspace: its tokens end, and it hears so twice."""
        space = self.slack.workspace
        token = token or space.bot
        for each in space.tokens.values():
            if each.team_id == token.team_id and each.kind == "bot":
                space.revoke(each)
        events: list[Json] = [
            {"type": "tokens_revoked", "tokens": {"bot": [token.user], "oauth": []}},
            {"type": "app_uninstalled"},
        ]
        return [self.event(event, team_id=token.team_id) for event in events]

    # Interactions

    def find(self, where: Where, wanted: str) -> Element:
        """What could be pressed there now, by its action_id or its words. It stays what it was: for old cards."""
        return find(where.blocks, wanted)

    def press(
        self, user: User, where: Where, wanted: str | Element, *, value: Any = None
    ) -> Answer:
        """Presses a button, or chooses `value` of a select or of the feedback buttons."""
        element = wanted if isinstance(wanted, Element) else self.find(where, wanted)
        space = self.slack.workspace
        with space.lock:
            action = element.action(value, space.ts())
            payload = self._interaction("block_actions", user, where)
            payload |= {"actions": [action], **self._place(user, where)}
        return self._deliver_interaction(payload)

    def submit(self, user: User, view: View | None = None, **values: Any) -> Answer:
        """Sends a modal off: `values` by block_id or action_id over what stands in it already."""
        view = view or self.slack.workspace.modal(user)
        assert view, f"{user.name} has no modal"
        with self.slack.workspace.lock:
            state = _filled(view, values)
            payload = self._interaction("view_submission", user, view)
            payload |= {"view": view.as_dict(state), "response_urls": []}
        answer = self._deliver_interaction(payload)
        if answer.ok:
            self._follow(view, answer)
        return answer

    def close(self, user: User, view: View | None = None) -> Answer | None:
        """Closes a modal without sending it; the app hears of it where it asked to."""
        view = view or self.slack.workspace.modal(user)
        assert view, f"{user.name} has no modal"
        view.open = False
        if not view.payload.get("notify_on_close"):
            return None
        payload = self._interaction("view_closed", user, view)
        payload.pop("trigger_id")
        return self._deliver_interaction({**payload, "view": view.as_dict(), "is_cleared": False})

    def options(self, user: User, where: Where, action_id: str, typed: str = "") -> Answer:
        """Types into an external select, and gets what the app offers."""
        element = self.find(where, action_id)
        payload = self._interaction("block_suggestion", user, where)
        payload.pop("trigger_id")
        named = {"action_id": element.action_id, "block_id": element.block_id, "value": typed}
        payload |= {**self._place(user, where), **named}
        payload.pop("response_url", None)
        return self._deliver_interaction(payload, kind="options")

    def _interaction(self, kind: str, user: User, where: Where) -> Json:
        """What every interaction says: who, where from, and a trigger for one modal."""
        space = self.slack.workspace
        bot = self._bot_for(user, where)
        view = where.id if isinstance(where, View) else None
        trigger = space.trigger(user.id, view=view, team_id=bot.team_id)
        return payloads.interaction(kind, user, bot, space.teams[bot.team_id], trigger.id)

    def _place(self, user: User, where: Where) -> Json:
        space = self.slack.workspace
        if isinstance(where, View):
            return payloads.in_view(where)
        url = space.hook(where.channel, where.ts, user.id)
        return payloads.in_message(where, space.channels[where.channel], url)

    def _bot_for(self, user: User, where: Where | None = None) -> Token:
        """The installation that hears of it: that of the channel, of the view, or of the person."""
        space = self.slack.workspace
        match where:
            case Message():
                return space.bot_of(space.channels[where.channel].team_id)
            case View():
                return space.bot_of(where.team_id)
            case None:
                return space.bot_of(user.team_id)

    def _follow(self, view: View, answer: Answer) -> None:
        """Does to the modal what the answer says; what Slack would refuse is an error of the test."""
        space = self.slack.workspace
        with space.lock:
            try:
                match answer.action:
                    case None:
                        view.open = False
                    case "clear":
                        for each in space.views.values():
                            each.open = each.open and each.root != view.root
                    case "update":
                        change_view(space, view, answer.body["view"])
                    case "push":
                        push_modal(space, answer.body["view"], view)
                    case "errors":
                        known = {block["block_id"] for block, _ in inputs(view.blocks)}
                        strange = [*answer.errors.keys() - known]
                        assert not strange, f"errors for blocks that take no input: {strange}"
                        assert answer.errors, "errors without one error"
                    case other:
                        raise AssertionError(f"no response_action of Slack: {other}")
            except Refused as refused:
                raise AssertionError(json.dumps(refused.body)) from refused

    def _deliver(self, payload: Json, retry: Retry | None = None) -> Delivered:
        with self.lock:
            self.sent.append(payload)
        return Delivered(payload, self.door.deliver("event", payload, retry))

    def _deliver_interaction(
        self, payload: Json, *, kind: Literal["interaction", "options"] = "interaction"
    ) -> Answer:
        with self.lock:
            self.sent.append(payload)
        return self.door.deliver(kind, payload)


def _filled(view: View, values: dict[str, Any]) -> Json:
    """The state of a modal; what Slack's client itself would not send is an error of the test."""
    left = dict(values)
    state: Json = {}
    for block, element in inputs(view.blocks):
        named = block["block_id"] if block["block_id"] in left else element.action_id
        value = left.pop(named, element.initial)
        missing = value in (None, "", [])
        assert not missing or block.get("optional"), f"{named} must be filled in"
        state[block["block_id"]] = {element.action_id: element.state(None if missing else value)}
        most = element.given.get("max_length")
        assert not most or missing or len(str(value)) <= most, f"{named} is over {most} characters"
    assert not left, f"the modal has no {[*left]}, only {[*state]}"
    return state
