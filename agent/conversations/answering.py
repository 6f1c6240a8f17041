"""Answers one held turn: a typed decision, or the assistant; then its last events and its end in one transaction."""

import asyncio
import dataclasses
import datetime as dt
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from agent.assistant import Answer, Asked, Assistant
from agent.conversations.answers import TypedAnswers
from agent.conversations.continuing import declines, meant
from agent.conversations.events import Draft
from agent.conversations.feed import Feed
from agent.conversations.forgetting import Blanking
from agent.conversations.stopping import told_when_stopped
from agent.conversations.turns import (
    ATTEMPTS,
    Finished,
    Held,
    LeaseLost,
    finish,
)
from agent.conversations.wake import Wake
from agent.conversations.windows import history_before
from agent.gate import Gate, Seen
from agent.gate.contexts import firm_of
from agent.models.offline import Lesson
from agent.models.offline.model import NAME
from agent.toolset import Stopped, TurnFacts, step_key
from memory.store import Store
from memory.tables.conversations import Event, Turn
from memory.tables.gate import Proposal
from tools.kit import Firm
from tools.values.access import mask_json
from tools.values.own_words import own_words
from tools.values.redact import redact_json

log = logging.getLogger(__name__)

SAID_TURNS, SEEN_EVENTS, FIRM_KEPT = 12, 40, 5.0


class Answering:
    """Runs the assistant for held turns. Whoever lost the lease meanwhile leaves no second answer."""

    def __init__(
        self,
        *,
        store: Store,
        gate: Gate,
        assistant: Assistant,
        clock: Callable[[], dt.datetime],
        executor_id: str,
        wake: Wake,
        forgetting: Blanking,
    ) -> None:
        self._store = store
        self._forgetting = forgetting
        self._assistant = assistant
        self._clock = clock
        self._executor = executor_id
        self._wake = wake
        self._firms: dict[str, tuple[float, Firm]] = {}
        self._typed = TypedAnswers(gate=gate, store=store, clock=clock, firm=self.firm)

    def answer_here(self, held: Held) -> None:
        """Answer with the embedded model, in this thread."""
        feed = self._feed(held)
        try:
            answer = self._before_any_model(held, feed)
            if answer is None:
                pressed = dataclasses.replace(held, text=meant(held.text, held.memo))
                answer = self._assistant.run_embedded(self._asked(pressed, feed, history=()))
            self._end(held, feed, answer)
        except Stopped:
            self._stopped(held, feed)
        except Exception as error:  # noqa: BLE001 - a turn must end, whatever broke it
            self._broke(held, feed, error)

    async def answer(self, held: Held) -> None:
        """Answer with the language model; the store is used in threads, never across a call to the model."""
        feed = self._feed(held)
        try:
            answer = await asyncio.to_thread(self._before_any_model, held, feed)
            if answer is None:
                history = await asyncio.to_thread(self._history, held)
                answer = await self._run(held, feed, history)
            await asyncio.to_thread(self._end, held, feed, answer)
        except asyncio.CancelledError:
            await asyncio.shield(asyncio.to_thread(self._stopped, held, feed))
            raise
        except Stopped:
            await asyncio.to_thread(self._stopped, held, feed)
        except Exception as error:  # noqa: BLE001 - a turn must end, whatever broke it
            await asyncio.to_thread(self._broke, held, feed, error)

    async def _run(self, held: Held, feed: Feed, history: Sequence[Any]) -> Answer:
        flushing: set[asyncio.Task[None]] = set()

        def say(piece: str) -> None:
            if feed.piece(piece) and self._watched(held) and not flushing:
                task = asyncio.create_task(asyncio.to_thread(feed.flush))
                flushing.add(task)
                task.add_done_callback(flushing.discard)

        answer = await self._assistant.run(self._asked(held, feed, history=history), say=say)
        await asyncio.gather(*flushing)
        return answer

    def _before_any_model(self, held: Held, feed: Feed) -> Answer | None:
        """What needs no model: too many attempts, or a decision that was typed."""
        if held.attempt > ATTEMPTS:
            raise RuntimeError("the turn was begun too often")
        if held.cause != "message":
            return None
        typed = self._typed.answer(held)
        if typed is None and declines(held.text, held.memo):
            return Answer(
                text=_saying(held)("All right.", "Okay."),
                model=NAME,
                history=[],
                memo=_about(held.memo),
            )
        if typed is None:
            return None
        for draft in typed.drafts:
            feed.emit(draft.kind, draft.body)
        return Answer(text=typed.text, model=NAME, history=[], memo=_about(held.memo))

    def _end(self, held: Held, feed: Feed, answer: Answer) -> None:
        if held.offers:
            options = tuple({o.label: o for o in (*answer.options, *held.offers)}.values())
            answer = dataclasses.replace(answer, options=options, memo=held.memo)
        drafts = [*feed.rest(), *_closing(held, answer)]
        end = Finished("answered", answer.model, answer.history, answer.memo)
        self._finish(held, drafts, end, lesson=answer.lesson)

    def _stopped(self, held: Held, feed: Feed) -> None:
        drafts = feed.rest(cut_off=_saying(held)("Stopped.", "Stoppet."))
        with self._store.reading(held.tenant_id) as session:
            drafts.append(told_when_stopped(session, held))
        self._finish(held, drafts, Finished("stopped", memo=held.memo))

    def _broke(self, held: Held, feed: Feed, error: Exception) -> None:
        if isinstance(error, LeaseLost):
            log.info("turn %s was taken over by another process", held.id)
            return
        log.error("turn %s failed", held.id, exc_info=error)
        reference = held.id.removeprefix("trn_")[:6]
        message = _saying(held)(
            f"Something broke. Reference {reference}.",
            f"Noget gik i stykker. Reference {reference}.",
        )
        draft = Draft("error", {"message": message, "code": "INTERNAL_SERVER_ERROR"})
        self._finish(
            held,
            [*feed.rest(), draft],
            Finished("failed", memo=held.memo, error=type(error).__name__),
        )

    def _finish(
        self, held: Held, drafts: Sequence[Draft], end: Finished, *, lesson: Lesson | None = None
    ) -> None:
        try:
            with self._store.session(held.tenant_id) as session:
                stored = finish(
                    session, held, drafts, end, executor=self._executor, now=self._clock()
                )
                if lesson is not None:
                    self._assistant.taught.learn(session, held.actor, lesson, now=self._clock())
                self._forgetting.ended(session, held.actor, held.id)
        except LeaseLost:
            log.info("turn %s was taken over by another process", held.id)
            return
        held.events += stored

    def _feed(self, held: Held) -> Feed:
        key = _key(held)
        return Feed(
            held,
            store=self._store,
            clock=self._clock,
            watched=lambda: self._watched(held),
            woken=lambda: self._wake.notify(key),
        )

    def _watched(self, held: Held) -> bool:
        return held.followed or self._wake.watched(_key(held))

    def _asked(self, held: Held, feed: Feed, *, history: Sequence[Any]) -> Asked:
        facts = TurnFacts(
            actor=held.actor,
            conversation_id=held.conversation_id,
            turn_id=held.id,
            emit=feed.emit,
            said=lambda: self._said(held),
            seen=lambda: self._seen(held),
            earlier=lambda tool, args: self._earlier(held, tool, args),
            shown=self._shown(held),
            stopped=held.stop.is_set,
        )
        text = held.text
        if held.cause == "decision":
            usual = "; ".join(option.label for option in held.offers)
            could = f" What could come next: {usual}." if usual else ""
            text = (
                f"[A note of the system, not of the person: {held.text} "
                f"Tell the person, and go on if more was asked for.{could}]"
            )
        return Asked(
            text=text,
            facts=facts,
            firm=self.firm(held.tenant_id),
            now=self._clock(),
            history=history,
            memo=held.memo,
            uploads=held.uploads,
            note=held.text if held.cause == "decision" else "",
        )

    def firm(self, tenant_id: str) -> Firm:
        """The tenant as it was at most a few seconds ago: its name and zone are all that is read of it here."""
        known = self._firms.get(tenant_id)
        if known is None or time.monotonic() - known[0] > FIRM_KEPT:
            with self._store.reading(tenant_id) as session:
                known = (time.monotonic(), firm_of(session))
            self._firms[tenant_id] = known
        return known[1]

    def _history(self, held: Held) -> list[Any]:
        with self._store.reading(held.tenant_id) as session:
            return history_before(session, held)

    def _said(self, held: Held) -> list[str]:
        """The person's own words, this message first; what they pasted of others is not said by them."""
        with self._store.reading(held.tenant_id) as session:
            earlier = session.scalars(
                sa.select(Turn.text)
                .where(
                    Turn.conversation_id == held.conversation_id,
                    Turn.cause == "message",
                    Turn.number < held.number,
                    Turn.actor_id == held.actor.id,
                )
                .order_by(Turn.number.desc())
                .limit(SAID_TURNS)
            ).all()
        own = [held.text, *held.uploads] if held.cause == "message" else []
        return [own_words(text) for text in (*own, *earlier) if text]

    def _seen(self, held: Held) -> list[Seen]:
        """What earlier lookups of this conversation found."""
        with self._store.reading(held.tenant_id) as session:
            rows = session.scalars(
                sa.select(Event.seen)
                .where(Event.conversation_id == held.conversation_id, Event.kind == "step")
                .order_by(Event.seq.desc())
                .limit(SEEN_EVENTS)
            ).all()
        return [Seen(**leaf) for leaves in rows if leaves for leaf in leaves]

    def _earlier(self, held: Held, tool: str, args: Mapping[str, Any]) -> Proposal | None:
        """What an earlier run of this turn proposed with the same arguments: it is never proposed twice."""
        if held.attempt < 2:
            return None
        with self._store.reading(held.tenant_id) as session:
            rows = session.scalars(
                sa.select(Proposal).where(Proposal.turn_id == held.id, Proposal.tool == tool)
            )
            kept = mask_json(redact_json(dict(args)))
            return next((row for row in rows if row.asked == kept), None)

    def _shown(self, held: Held) -> frozenset[str]:
        """The steps that an earlier run of this turn has shown already."""
        if held.attempt < 2:
            return frozenset()
        with self._store.reading(held.tenant_id) as session:
            bodies = session.scalars(
                sa.select(Event.body).where(Event.turn_id == held.id, Event.kind == "step")
            ).all()
        ended = [body for body in bodies if body and body["state"] == "ok"]
        return frozenset(step_key(body["tool"], body["args"]) for body in ended)


def _key(held: Held) -> str:
    return f"{held.tenant_id}:{held.conversation_id}"


def _saying(held: Held) -> Callable[[str, str], str]:
    return lambda en, da: da if held.actor.language == "da" else en


def _about(memo: Mapping[str, Any]) -> dict[str, Any]:
    """What a yes or no leaves as it was: whom the talk is about, and what was asked for besides."""
    kept = {"focus", "at"} | ({"choices", "several"} if memo.get("several") else set[str]())
    return {name: memo[name] for name in kept if name in memo}


def _closing(held: Held, answer: Answer) -> list[Draft]:
    """The answer as events: the message, then what the person may press or fill in."""
    message = {"role": "assistant", "text": answer.text, "language": held.actor.language}
    drafts = [Draft("message", message)]
    if answer.options:
        options = [option.model_dump(mode="json") for option in answer.options]
        drafts.append(Draft("choices", {"options": options}))
    if answer.form:
        form = answer.form
        kept = {"title": form.get("title", ""), "tool": form["tool"]}
        drafts.append(Draft("form", {**kept, "fields": form["missing"], "args": form["args"]}))
    return drafts
