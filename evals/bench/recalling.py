"""Search at 100,000 texts: a store of generated notes, and questions of every kind."""

import datetime as dt
import random
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa

from agent.app import utc_now
from agent.firms.demo.names import FIRST, LAST, PLACES
from evals.bench.figures import Figure, timings
from memory.recall import search
from memory.store import Store, migrate, open_store
from memory.tables.identity import Tenant
from memory.tables.texts import Text
from memory.words import fold

SIZE = 100_000
TENANT = "texts"
SYLLABLES = """
ba be bo da de dri fa fe ga glo ha hel ig ka kla ko la le li lun ma me mo na ne no or pa pe
po ra re ro sa se ska sko sta stu ta te ti to tra ul va ve vi vo
"""
COMMON = """
the customer wants her windows cleaned before noon and the key is under the mat
kunden vil gerne have gjort rent hver anden uge og nøglen ligger under måtten
please call first ring først kitchen køkken bathroom badeværelse dog hund invoice faktura
"""
QUESTIONS = (
    "who has a dog",
    "hvor ligger nøglen til {first} {last}",
    "{last} window cleaning",
    "bathroom limescale",
    "invoice {number}",
    "køkken og badevrelse i {city}",
    "{phone}",
    "allergic to perfume",
    "{word} {other}",
    "kunden vil gerne have gjort rent før jul",
)


def recall(*, times: int) -> list[Figure]:
    """How long a search takes over a whole tenant, without anybody in focus."""
    with tempfile.TemporaryDirectory(prefix="friday-texts-") as name:
        folder = Path(name)
        store = open_store(f"sqlite:///{folder / 'texts.sqlite'}", data_dir=folder)
        migrate(store)
        fill(store, SIZE)
        asked = questions(times)
        for query in asked[:20]:
            _ask(store, query)
        taken = [_timed(store, query) for query in asked]
        store.close()
    return timings(f"search over {SIZE:,} texts", taken, goal_p95=30)


def fill(store: Store, size: int) -> None:
    """A tenant with `size` texts, always the same."""
    now, draw = utc_now(), random.Random(7)
    vocabulary = _vocabulary(draw)
    with store.system() as session:
        session.add(Tenant(id=TENANT, number=1, name="Texts", site_key=TENANT, created_at=now))
    with store.session(TENANT) as session:
        for start in range(0, size, 5000):
            rows = [_row(draw, vocabulary, at, now) for at in range(start, start + 5000)]
            session.execute(sa.insert(Text), rows)


def questions(count: int) -> list[str]:
    """Names, numbers, slips and plain words, in both languages."""
    draw = random.Random(11)
    vocabulary = _vocabulary(random.Random(7))
    return [
        QUESTIONS[at % len(QUESTIONS)].format(
            first=draw.choice(FIRST), last=draw.choice(LAST), city=draw.choice(PLACES)[1],
            number=draw.randrange(SIZE), phone=f"20 {draw.randrange(100000, 999999)}",
            word=draw.choice(vocabulary), other=draw.choice(vocabulary),
        )
        for at in range(count)
    ]  # fmt: skip


def _vocabulary(draw: random.Random) -> list[str]:
    return ["".join(draw.choices(SYLLABLES.split(), k=draw.randint(2, 4))) for _ in range(20_000)]


def _row(
    draw: random.Random, vocabulary: Sequence[str], at: int, now: dt.datetime
) -> dict[str, object]:
    rare = [vocabulary[int(len(vocabulary) * draw.random() ** 3)] for _ in range(8)]
    said = [*draw.choices(COMMON.split(), k=8), *rare]
    draw.shuffle(said)
    title = f"{draw.choice(FIRST)} {draw.choice(LAST)}"
    body = f"{' '.join(said)} {draw.choice(PLACES)[1]} 20{draw.randrange(10**6):06d} no {at}"
    return {
        "id": f"txt_{at}", "kind": "note", "record_id": f"not_{at}", "readers": "office",
        "title": title, "body": body, "folded": fold(f"{title} {body}"), "digest": str(at),
        "changed_at": now - dt.timedelta(minutes=at),
    }  # fmt: skip


def _ask(store: Store, query: str) -> None:
    with store.reading(TENANT) as session:
        search(session, query, roles=["office"], now=utc_now())


def _timed(store: Store, query: str) -> float:
    began = time.perf_counter()
    _ask(store, query)
    return time.perf_counter() - began
