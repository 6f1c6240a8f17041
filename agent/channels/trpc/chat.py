"""Procedures of the conversation: say, stream, follow, look back, stop."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import asdict
from functools import partial
from typing import Annotated, Literal

import anyio.to_thread
from pydantic import Field, TypeAdapter

from agent.channels.trpc.backend import Backend, Caller
from agent.channels.trpc.errors import TrpcError
from agent.channels.trpc.following import while_allowed
from agent.channels.trpc.procedures import Later, Procedure, Tracked, mutation, query, subscription
from agent.channels.trpc.shapes import EventOut
from agent.channels.trpc.wire import Wire
from agent.conversations import EventOut as Happened
from agent.conversations.looking import ConversationOut
from agent.conversations.tailing import Interrupted
from agent.conversations.turns import Said
from agent.identity.limits import CHAT
from agent.replies import Reply
from agent.uploads import Uploads
from tools.errors import NotFound, Rejected
from tools.kit import Actor

LAST = 2**53
"""A browser counts no further, nor does the store."""
EVENT: TypeAdapter[EventOut] = TypeAdapter(Annotated[EventOut, Field(discriminator="kind")])


class SendIn(Wire):
    """One message. A repeat of the same `clientMessageId` answers with the first one's reply."""

    message: str = Field(min_length=1, max_length=100_000)
    conversation_id: str | None = Field(default=None, max_length=64)
    client_message_id: str | None = Field(default=None, min_length=1, max_length=128)
    uploads: list[str] = Field(default_factory=list[str], max_length=20)


class StreamIn(Wire):
    """One message whose answer is followed as it comes; resumed by `lastEventId`."""

    message: str = Field(min_length=1, max_length=100_000)
    client_message_id: str = Field(min_length=1, max_length=128)
    conversation_id: str | None = Field(default=None, max_length=64)
    uploads: list[str] = Field(default_factory=list[str], max_length=20)
    last_event_id: str | None = Field(default=None, max_length=32)


class EventsIn(Wire):
    """The tail of one conversation, after an event."""

    conversation_id: str = Field(max_length=64)
    last_event_id: str | None = Field(default=None, max_length=32)


class HistoryIn(Wire):
    """The latest events of one conversation, oldest first."""

    conversation_id: str = Field(max_length=64)
    limit: int = Field(default=200, ge=1, le=1000)


class ConversationIn(Wire):
    """One conversation."""

    conversation_id: str = Field(max_length=64)


class FeedbackIn(Wire):
    """What the reader thought of an answer, named by its turn."""

    turn_id: str = Field(max_length=64)
    good: bool
    comment: str | None = Field(default=None, max_length=2000)


class Thanks(Wire):
    """It was kept."""

    ok: Literal[True] = True


def event_out(uploads: Uploads, actor: Actor, conversation_id: str, event: Happened) -> EventOut:
    """An event as it goes over the wire: its body flat beside what every event has, and files by name."""
    body = event.body
    if body.get("uploads"):
        named = [asdict(kept) for kept in uploads.find(actor, body["uploads"])]
        body = body | {"uploads": named}
    common = {
        "seq": event.id,
        "conversationId": conversation_id,
        "turnId": event.turn_id,
        "at": event.at.isoformat(),
        "kind": event.kind,
    }
    return EVENT.validate_python(body | common)


class _Chat:
    """What the procedures of the conversation do."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def _limited(self, caller: Caller) -> None:
        limits = self._backend.limits
        limits.take(CHAT, self._whose(caller), now=self._backend.clock())
        limits.came_from(caller.actor.id, caller.address)

    def _whose(self, caller: Caller) -> str:
        # Colleagues share an address; of visitors anybody can be as many as they like.
        return caller.address if caller.actor.role == "visitor" else caller.actor.id

    async def _tail(
        self, caller: Caller, conversation_id: str, after: int, *, until_turn: str | None = None
    ) -> AsyncGenerator[Happened]:
        """The conversation's events while the caller is signed in and has not too many streams open."""
        events = self._backend.conversations.tail(
            caller.actor, conversation_id, after, until_turn=until_turn
        )
        followed = while_allowed(events, partial(self._backend.people.check, caller.actor))
        with self._backend.limits.stream(self._whose(caller)):
            try:
                async with aclosing(followed):
                    async for event in followed:
                        yield event
            except Interrupted as error:
                # Of all errors this is the one after which a client comes back for the rest.
                raise TrpcError("SERVICE_UNAVAILABLE", "Friday is stopping.") from error
            except NotFound:
                # A conversation that was there a moment ago went with its firm, as in a demo that was put back:
                # whoever is no longer signed in is told so.
                await anyio.to_thread.run_sync(self._backend.people.check, caller.actor)
                raise

    def _out(self, caller: Caller, conversation_id: str, event: Happened) -> EventOut:
        return event_out(self._backend.uploads, caller.actor, conversation_id, event)

    async def _told(
        self, caller: Caller, conversation_id: str, event: Happened
    ) -> Tracked[EventOut]:
        # Only a message with files needs the store again.
        if event.body.get("uploads"):
            return Tracked(
                str(event.id),
                await anyio.to_thread.run_sync(self._out, caller, conversation_id, event),
            )
        return Tracked(str(event.id), self._out(caller, conversation_id, event))

    def _say(self, caller: Caller, given: StreamIn) -> Said:
        self._backend.uploads.check(caller.actor, given.uploads)
        return self._backend.conversations.say(
            caller.actor,
            text=given.message,
            conversation_id=given.conversation_id,
            client_message_id=given.client_message_id,
            uploads=given.uploads,
            followed=True,
        )

    def _was_said(self, caller: Caller, given: StreamIn) -> bool:
        return self._backend.conversations.was_said(
            caller.actor,
            client_message_id=given.client_message_id,
            conversation_id=given.conversation_id,
        )

    def send(self, caller: Caller, given: SendIn) -> Reply | Later[Reply]:
        self._limited(caller)
        if given.uploads:
            self._backend.uploads.check(caller.actor, given.uploads)
        talk = self._backend.conversations
        told = talk.converse_here(
            caller.actor,
            text=given.message,
            conversation_id=given.conversation_id,
            client_message_id=given.client_message_id,
            uploads=given.uploads,
        )
        if isinstance(told, Reply):
            return told
        return Later(partial(talk.rest_of, caller.actor, told))

    async def stream(self, caller: Caller, given: StreamIn) -> AsyncIterator[Tracked[EventOut]]:
        after = _after(given.last_event_id)
        # Only coming back for the rest is free; a number alone must not make a new message so.
        if not after or not await anyio.to_thread.run_sync(self._was_said, caller, given):
            self._limited(caller)
        said = await anyio.to_thread.run_sync(self._say, caller, given)
        # Without a last event the stream begins with this message, not with the history.
        first = int(said.message_id.rpartition(":")[2]) - 1
        events = self._tail(caller, said.conversation_id, after or first, until_turn=said.turn_id)
        async with aclosing(events):
            async for event in events:
                if after or event.turn_id == said.turn_id:
                    yield await self._told(caller, said.conversation_id, event)

    async def events(self, caller: Caller, given: EventsIn) -> AsyncIterator[Tracked[EventOut]]:
        after = _after(given.last_event_id)
        async with aclosing(self._tail(caller, given.conversation_id, after)) as events:
            async for event in events:
                yield await self._told(caller, given.conversation_id, event)

    def history(self, caller: Caller, given: HistoryIn) -> list[EventOut]:
        found = self._backend.conversations.history(
            caller.actor, given.conversation_id, limit=given.limit
        )
        return [self._out(caller, given.conversation_id, event) for event in found]

    def conversations(self, caller: Caller, _: None) -> list[ConversationOut]:
        return self._backend.conversations.conversations(caller.actor)

    def stop(self, caller: Caller, given: ConversationIn) -> Thanks:
        self._backend.conversations.stop(caller.actor, given.conversation_id)
        return Thanks()

    def feedback(self, caller: Caller, given: FeedbackIn) -> Thanks:
        self._backend.conversations.feedback(
            caller.actor, turn_id=given.turn_id, good=given.good, comment=given.comment or ""
        )
        return Thanks()


def procedures(backend: Backend) -> Sequence[Procedure]:
    """chat.*"""
    does = _Chat(backend)
    return (
        mutation("chat.send", does.send, input=SendIn, output=Reply, computes=True,
                 summary="Say something and wait for the whole answer"),
        subscription("chat.stream", does.stream, input=StreamIn, output=EventOut,
                     summary="Say something and follow the answer"),
        subscription("chat.events", does.events, input=EventsIn, output=EventOut,
                     summary="Follow a conversation"),
        query("chat.history", does.history, input=HistoryIn, output=list[EventOut],
              summary="The events of a conversation"),
        query("chat.conversations", does.conversations, output=list[ConversationOut],
              summary="The caller's conversations"),
        mutation("chat.stop", does.stop, input=ConversationIn, output=Thanks,
                 summary="Stop the answer that is being written"),
        mutation("chat.feedback", does.feedback, input=FeedbackIn, output=Thanks,
                 summary="Say whether an answer was good"),
    )  # fmt: skip


def _after(last_event_id: str | None) -> int:
    if last_event_id is None:
        return 0
    given = last_event_id.isascii() and last_event_id.isdigit()
    if not given or int(last_event_id) > LAST:
        raise Rejected(
            f"lastEventId {last_event_id!r} is not one of ours; leave it out to begin anew.",
            fields={"lastEventId": "a number that an event had"},
        )
    return int(last_event_id)
