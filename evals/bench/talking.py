"""How a long conversation compares with a short one: the same turns, behind ten others and behind thousands."""

import asyncio
import itertools
import json
import statistics
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from agent.app import App, create_app, utc_now
from agent.conversations.turns import Held
from agent.conversations.windows import CHARACTERS, history_before
from agent.firms.demo.seed import TENANT
from agent.identity.people import as_actor
from evals.bench.figures import Figure
from evals.bench.measuring import LOOKUPS, timed
from evals.house import settings_for
from memory.tables.conversations import Conversation, Event, Turn
from memory.tables.identity import User
from memory.tables.registry import METADATA
from tools.kit import Actor

SHORT, LONG = 10, 5_000
RATIO = 1.25
"""What a turn of the long one may take of a turn of the short one; both are measured in turns."""
_AT_ONCE = 1_000


def conversing(folder: Path, *, times: int) -> list[Figure]:
    """Turns in a conversation of 5,000 against turns in one of 10, and what a language model is told of it."""
    app = create_app(settings_for(folder))
    with app.store.reading(TENANT) as session:
        actor = as_actor(session.get_one(User, (TENANT, "usr_bench0")), channel="api")
    short, long = (_conversation(app, actor, turns) for turns in (SHORT, LONG))
    figures = [*_turns(app, actor, short, long, times), *_told(app, actor, short, long, times)]
    app.jobs.stop()
    app.store.close()
    return figures


def _turns(app: App, actor: Actor, short: str, long: str, times: int) -> list[Figure]:
    def say(line: str, conversation: str) -> None:
        asyncio.run(app.conversations.converse(actor, text=line, conversation_id=conversation))

    lines = list(itertools.islice(itertools.cycle(LOOKUPS), times + 5))
    taken = [(timed(say, line, short), timed(say, line, long)) for line in lines][5:]
    medians = [statistics.median(each) for each in zip(*taken, strict=True)]
    return [
        Figure(f"chat turn in a conversation of {LONG:,} turns, median", medians[1] * 1000, "ms", samples=times),
        Figure(f"the same against one of {SHORT} turns", medians[1] / medians[0], "×", RATIO, samples=times),
    ]  # fmt: skip


def _told(app: App, actor: Actor, short: str, long: str, times: int) -> list[Figure]:
    def told(conversation: str) -> int:
        held = Held(
            id="", conversation_id=conversation, number=2**40, attempt=1, cause="message",
            text="", actor=actor, memo={},
        )  # fmt: skip
        with app.store.reading(TENANT) as session:
            return len(json.dumps(history_before(session, held)))

    taken = [(timed(told, short), timed(told, long)) for _ in range(times)]
    medians = [statistics.median(each) for each in zip(*taken, strict=True)]
    return [
        Figure(f"what a language model is told of {LONG:,} turns", told(long), "characters", CHARACTERS),
        Figure("reading it, median", medians[1] * 1000, "ms", samples=times),
    ]  # fmt: skip


def _conversation(app: App, actor: Actor, turns: int) -> str:
    """A conversation of so many turns: ten that were said, and copies of the last one."""
    id: str | None = None
    for line in itertools.islice(itertools.cycle(LOOKUPS), SHORT):
        reply = asyncio.run(app.conversations.converse(actor, text=line, conversation_id=id))
        id = reply.conversation_id
    conversation = id or ""
    for first in range(SHORT, turns, _AT_ONCE):
        _copy_last(app, conversation, min(_AT_ONCE, turns - first))
    return conversation


def _copy_last(app: App, conversation: str, count: int) -> None:
    tables = {kind: METADATA.tables[kind.__tablename__] for kind in (Conversation, Turn, Event)}
    events, turns, conversations = tables[Event], tables[Turn], tables[Conversation]
    with app.store.engine.begin() as connection:
        here = turns.c.conversation_id == conversation
        newest = sa.select(turns).where(here).order_by(turns.c.number.desc()).limit(1)
        last = dict(connection.execute(newest).mappings().one())
        its = sa.select(events).where(events.c.turn_id == last["id"]).order_by(events.c.seq)
        shown = [dict(row) for row in connection.execute(its).mappings()]
        copies: list[dict[str, Any]] = []
        pieces: list[dict[str, Any]] = []
        for number in range(1, count + 1):
            id, ahead = f"{last['id'][:20]}{last['number']}x{number}", number * len(shown)
            place = last["number"] + ahead
            copies.append({**last, "id": id, "number": place, "client_message_id": id})
            pieces += [
                {**e, "id": f"{e['id'][:18]}{last['number']}x{number}", "seq": e["seq"] + ahead, "turn_id": id}
                for e in shown
            ]  # fmt: skip
        connection.execute(sa.insert(turns), copies)
        connection.execute(sa.insert(events), pieces)
        ended = {"last_seq": shown[-1]["seq"] + count * len(shown), "updated_at": utc_now()}
        connection.execute(
            sa.update(conversations).where(conversations.c.id == conversation).values(**ended)
        )
