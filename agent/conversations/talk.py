"""Takes messages, has their turns answered in order, and lets clients follow."""

import asyncio
import datetime as dt
from collections.abc import AsyncGenerator, Callable, Sequence
from functools import partial

from sqlalchemy.exc import IntegrityError

from agent.assistant import Assistant
from agent.conversations import events as feed_of
from agent.conversations import looking, turns
from agent.conversations.answering import Answering
from agent.conversations.events import Draft, EventOut
from agent.conversations.forgetting import Blanking
from agent.conversations.incoming import without_codes
from agent.conversations.outcomes import Outcomes
from agent.conversations.running import Running
from agent.conversations.stopping import check_not_stopped, stop_all
from agent.conversations.tailing import follow
from agent.conversations.turns import Held, Message, Said
from agent.conversations.wake import Wake
from agent.gate import Gate
from agent.replies import Reply
from memory.store import Store, TenantSession
from memory.tables.conversations import Turn
from memory.tables.gate import Proposal
from tools.errors import NotFound, Rejected, TooLarge
from tools.kit import Actor
from tools.values.redact import redact
from tools.values.text import clean, language_of

LONGEST = 8000


class Conversations:
    """The conversations of one process. `start` lets it hear of other processes and keep its leases."""

    def __init__(
        self,
        *,
        store: Store,
        gate: Gate,
        assistant: Assistant,
        clock: Callable[[], dt.datetime],
        executor_id: str,
    ) -> None:
        self._store = store
        self._gate = gate
        self._assistant = assistant
        self.taught = assistant.taught
        self._clock = clock
        self._executor = executor_id
        self.wake, self.forgetting = Wake(store), Blanking(gate)
        self._outcomes = Outcomes(gate=gate, clock=clock, embedded=assistant.embedded)
        answering = Answering(
            store=store,
            gate=gate,
            assistant=assistant,
            clock=clock,
            executor_id=executor_id,
            wake=self.wake,
            forgetting=self.forgetting,
        )
        self._running = Running(
            store=store,
            answering=answering,
            wake=self.wake,
            clock=clock,
            executor_id=executor_id,
            embedded=assistant.embedded,
        )

    # -- what people do -------------------------------------------------------------------------

    def say(
        self,
        actor: Actor,
        *,
        text: str,
        conversation_id: str | None = None,
        client_message_id: str | None = None,
        uploads: Sequence[str] = (),
        followed: bool = False,
    ) -> Said:
        """Store a message and its turn, and have it answered. The same client message again changes nothing.

        `followed`: who says it reads every event as it comes.
        """
        said, held = self._store_message(actor, text, conversation_id, client_message_id, uploads)
        if held is not None:
            held.followed = followed
            self._running.begin(held)
        return said

    def was_said(
        self, actor: Actor, *, client_message_id: str, conversation_id: str | None = None
    ) -> bool:
        """Whether this actor's message is stored already, so that saying it again changes nothing."""
        with self._store.reading(actor.tenant_id) as session:
            return turns.was_said(session, actor, client_message_id, conversation_id)

    def converse_here(
        self,
        actor: Actor,
        *,
        text: str,
        conversation_id: str | None = None,
        client_message_id: str | None = None,
        uploads: Sequence[str] = (),
        loop: asyncio.AbstractEventLoop | None = None,
    ) -> Reply | Said:
        """`say`, and the reply if it can be had in this thread: a turn of the embedded model takes a few milliseconds.

        Otherwise what was said, which is being answered, and of which `rest_of` gives the reply.
        """
        said, held = self._store_message(actor, text, conversation_id, client_message_id, uploads)
        if held is None:
            return said
        if not self._assistant.embedded:
            self._running.begin(held, loop=loop)
            return said
        self._running.answer_here(held)
        return looking.reply_from(
            said.conversation_id, said.turn_id, held.number, held.actor.language, held.events
        )

    async def rest_of(self, actor: Actor, said: Said, *, timeout: float = 75.0) -> Reply:
        """The reply to what was said. After `timeout` seconds it is what there is so far, in state "running"."""
        await self.wait_for(actor, said.turn_id, timeout=timeout)
        return await asyncio.to_thread(self.reply_of, actor, said.turn_id)

    async def converse(
        self,
        actor: Actor,
        *,
        text: str,
        conversation_id: str | None = None,
        client_message_id: str | None = None,
        uploads: Sequence[str] = (),
        timeout: float = 75.0,
    ) -> Reply:
        """`say`, and the reply, as far as there is one after `timeout` seconds."""
        loop = asyncio.get_running_loop()
        ask = partial(
            self.converse_here,
            actor,
            text=text,
            conversation_id=conversation_id,
            client_message_id=client_message_id,
            uploads=uploads,
            loop=loop,
        )
        told = await loop.run_in_executor(self._running.pool, ask)
        return told if isinstance(told, Reply) else await self.rest_of(actor, told, timeout=timeout)

    def stop(self, actor: Actor, conversation_id: str) -> None:
        """End what is being answered; what was proposed before stands."""
        with self._store.reading(actor.tenant_id) as session:
            feed_of.owned(session, actor, conversation_id)
        # At once for a turn of this process, which may hold the store while it is about to propose.
        if held := self._running.answered_now(actor.tenant_id, conversation_id):
            held.stop.set()
        with self._store.session(actor.tenant_id) as session:
            asked = stop_all(session, conversation_id, now=self._clock())
        for turn_id in asked:
            self._running.cancel(turn_id)
        self.wake.notify(f"{actor.tenant_id}:{conversation_id}")

    def feedback(self, actor: Actor, *, turn_id: str, good: bool, comment: str = "") -> None:
        """What a person thinks of an answer, kept as an event."""
        with self._store.session(actor.tenant_id) as session:
            turn = self._turn(session, actor, turn_id)
            body = {"turnId": turn.id, "good": good, "comment": redact(clean(comment))[:2000]}
            draft = Draft("feedback", body)
            feed_of.append(session, turn.conversation_id, turn.id, [draft], now=self._clock())

    # -- what people see ------------------------------------------------------------------------

    def events(
        self, actor: Actor, conversation_id: str, after_seq: int = 0, *, limit: int = 500
    ) -> list[EventOut]:
        """The conversation's events behind `after_seq`, oldest first."""
        with self._store.reading(actor.tenant_id) as session:
            feed_of.owned(session, actor, conversation_id)
            return feed_of.read_after(session, conversation_id, after_seq, limit=limit)

    def history(self, actor: Actor, conversation_id: str, *, limit: int = 500) -> list[EventOut]:
        """The latest events, oldest first, without the pieces that messages were streamed in."""
        with self._store.reading(actor.tenant_id) as session:
            found = feed_of.owned(session, actor, conversation_id)
            after = max(0, found.last_seq - limit)
            events = feed_of.read_after(session, conversation_id, after, limit=limit)
        return [event for event in events if event.kind != "delta"]

    def conversations(self, actor: Actor, *, limit: int = 50) -> list[looking.ConversationOut]:
        """The actor's own conversations, the latest first."""
        with self._store.reading(actor.tenant_id) as session:
            return looking.conversations_of(session, actor, limit=limit)

    def tail(
        self,
        actor: Actor,
        conversation_id: str,
        after_seq: int = 0,
        *,
        until_turn: str | None = None,
    ) -> AsyncGenerator[EventOut]:
        """Events from `after_seq` on, as they happen; ends after the `done` of `until_turn`, else never.

        Raises Interrupted when this process stops: the rest is there for whoever follows again.
        """

        def ended() -> bool:
            return until_turn is not None and self._state(actor, until_turn) not in turns.OPEN

        return follow(
            self.wake,
            f"{actor.tenant_id}:{conversation_id}",
            look=lambda after: self.events(actor, conversation_id, after),
            ended=ended,
            after_seq=after_seq,
            until_turn=until_turn,
        )

    def reply_of(self, actor: Actor, turn_id: str) -> Reply:
        """The reply to one message, as far as there is one."""
        with self._store.reading(actor.tenant_id) as session:
            turn = self._turn(session, actor, turn_id)
            return looking.reply_from(
                turn.conversation_id,
                turn.id,
                turn.number,
                turn.language,
                feed_of.of_turn(session, turn),
            )

    async def wait_for(self, actor: Actor, turn_id: str, *, timeout: float) -> bool:
        """Whether the turn ended within `timeout` seconds, wherever it is answered."""
        deadline = asyncio.get_running_loop().time() + timeout
        while (left := deadline - asyncio.get_running_loop().time()) > 0:
            end = self._running.end_of(turn_id)
            if end is not None:
                await asyncio.wait([asyncio.wrap_future(end)], timeout=left)
            state = await asyncio.to_thread(self._state, actor, turn_id)
            if state not in turns.OPEN:
                return True
            await asyncio.sleep(min(0.02 if end is not None else 0.1, left))
        return False

    # -- what the gate and the clock do ---------------------------------------------------------

    def on_decided(self, session: TenantSession, proposal: Proposal, what: str) -> None:
        """Given to the gate: stores what happened in the conversation, inside the gate's transaction."""
        tenant_id, conversation_id = proposal.tenant_id, proposal.conversation_id or ""
        held = self._running.answered_now(tenant_id, conversation_id)
        if what == "proposed" and proposal.turn_id:
            check_not_stopped(session, conversation_id, proposal.turn_id, held)
        told = self._outcomes.tell(session, proposal, what, turn_id=held.id if held else None)
        if told is None:
            return

        def wake_up() -> None:
            if held is not None:
                held.events += [event for event in told.events if event.turn_id == held.id]
            self.wake.notify(f"{tenant_id}:{conversation_id}")
            if told.waiting:
                self._running.take_next(tenant_id, conversation_id)

        session.after_commit(wake_up)

    def sweep(self) -> int:
        """Take over turns that nobody answers; how many."""
        return self._running.sweep()

    async def start(self) -> None:
        """Keep leases while turns run, listen to other processes, take over what was left behind."""
        self.wake.start()
        await self._running.start()

    async def wind_up(self, seconds: float) -> None:
        """End every tail, and give turns that wait for a model that long before they end as stopped."""
        self.wake.end()
        await self._running.wind_up(seconds)

    def stop_firm(self, tenant_id: str, *, seconds: float) -> None:
        """End all that is being answered for one firm, waiting that long at most."""
        self._running.stop_firm(tenant_id, seconds=seconds)

    async def close(self) -> None:
        """Stop taking and answering turns."""
        await self._running.close()
        await asyncio.to_thread(self.wake.stop)

    # -- inside ---------------------------------------------------------------------------------

    def _store_message(
        self,
        actor: Actor,
        text: str,
        conversation_id: str | None,
        client_message_id: str | None,
        uploads: Sequence[str],
    ) -> tuple[Said, Held | None]:
        bare = without_codes(self._store, self._gate, actor, clean(text), conversation_id)
        said = redact(bare).strip()
        if not said and not uploads:
            raise _empty(actor.language)
        if len(said) > LONGEST:
            raise _too_long(len(said), language_of(said[:LONGEST]) or actor.language)
        message = Message(said, client_message_id, conversation_id, tuple(uploads))
        try:
            stored, held = self._stored(actor, message)
        except IntegrityError:
            # Another process stored the same first message at this moment; now it is there to be found.
            stored, held = self._stored(actor, message)
        if held is not None:
            self._running.hold(held)
        self.wake.notify(f"{actor.tenant_id}:{stored.conversation_id}")
        return stored, held

    def _stored(self, actor: Actor, message: Message) -> tuple[Said, Held | None]:
        with self._store.session(actor.tenant_id) as session:
            return turns.store_message(
                session, actor, message, executor=self._executor, now=self._clock()
            )

    def _state(self, actor: Actor, turn_id: str) -> str:
        with self._store.reading(actor.tenant_id) as session:
            return self._turn(session, actor, turn_id).state

    def _turn(self, session: TenantSession, actor: Actor, turn_id: str) -> Turn:
        if (turn := session.fetch(Turn, turn_id)) is None:
            raise NotFound("There is no such message.")
        feed_of.owned(session, actor, turn.conversation_id)
        return turn


def _empty(language: str) -> Rejected:
    if language == "da":
        return Rejected("Skriv en besked.", fields={"message": "Den er tom."})
    return Rejected("Please write a message.", fields={"message": "It is empty."})


def _too_long(size: int, language: str) -> TooLarge:
    if language == "da":
        return TooLarge(f"En besked må have {LONGEST} tegn; denne har {size}.")
    return TooLarge(f"A message may have {LONGEST} characters; this one has {size}.")
