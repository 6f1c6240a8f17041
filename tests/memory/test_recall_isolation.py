"""Ten thousand searches in two firms with the same words never show the other firm's texts."""

import datetime as dt
import random

import pytest

from memory.recall import search
from memory.store import Store
from memory.tables.texts import Text
from tests.memory.rows import a_customer, a_note
from tests.support.stores import EPOCH

PROBES = 10_000
NOW = EPOCH + dt.timedelta(days=1)
WORDS = """
dog hund noegle key invoice faktura parking vindue window allergi perfume 20417 4711 Jens
Nygaard doegn koekken kitchen hver anden uge moped late betaler parrot bider
"""


class Everything:
    """Vectors that name texts of both firms."""

    semantic = True

    def __init__(self, ids: list[str]) -> None:
        self.ids = ids

    def nearest(self, tenant_id: str, query: str, limit: int) -> list[str]:
        return self.ids


@pytest.mark.slow
def test_ten_thousand_probes_show_nothing_foreign(store: Store) -> None:
    draw = random.Random(3)
    known: list[str] = []
    for tenant in ("t1", "t2"):
        with store.session(tenant) as session:
            session.add(a_customer())
            session.add_all(
                a_note(
                    f"{tenant}-{at}", text=" ".join(draw.choices(WORDS.split(), k=6)),
                    about_kind="customer", about_id="cus_1",
                )
                for at in range(60)
            )  # fmt: skip
        with store.reading(tenant) as session:
            known += [text.id for text in session.query(Text)]
    vectors = Everything(known)

    foreign = sum(probe(store, draw, vectors) for _ in range(PROBES // 50))

    assert foreign == 0


def probe(store: Store, draw: random.Random, vectors: Everything) -> int:
    """Fifty searches of one firm; how many of their hits are not its own."""
    tenant = draw.choice(["t1", "t2"])
    foreign = 0
    with store.reading(tenant) as session:
        for _ in range(50):
            asked = " ".join(draw.choices(WORDS.split(), k=draw.randint(1, 3)))
            hits = search(
                session,
                asked,
                about=draw.choice([None, ("customer", "cus_1")]),
                roles=["office"],
                now=NOW,
                vectors=draw.choice([None, vectors]),
            )
            assert hits, asked
            foreign += sum(
                not hit.record_id.startswith(tenant) for hit in hits if hit.kind == "note"
            )
    return foreign
