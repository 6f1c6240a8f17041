"""How often search has the right one of 300 texts among its first five, for 60 questions."""

import datetime as dt
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from agent.app import utc_now
from memory.recall import NearestTexts, search
from memory.store import Store, migrate, open_store
from memory.tables.identity import Tenant
from memory.tables.leads import Note

CASES = Path(__file__).parent / "cases" / "recall.yaml"
TENANT = "recall"
FIRST = 5
PASS_MARK = 0.75


@dataclass(frozen=True)
class Question:
    """A question, what makes it hard, and the text that answers it."""

    kind: str
    ask: str
    answer: str


@dataclass(frozen=True)
class Recalled:
    """Each question with the place of its answer, from 1; None where it is not among the first five."""

    places: Sequence[tuple[Question, int | None]]

    @property
    def share(self) -> float:
        """Recall at five."""
        return _share(self.places)

    @property
    def by_kind(self) -> dict[str, float]:
        """The same for each kind of question."""
        kinds: defaultdict[str, list[tuple[Question, int | None]]] = defaultdict(list)
        for question, place in self.places:
            kinds[question.kind].append((question, place))
        return {kind: _share(places) for kind, places in sorted(kinds.items())}

    @property
    def ok(self) -> bool:
        """Whether enough were found."""
        return self.share >= PASS_MARK

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "recallAt5": round(self.share, 3),
            "recallAt1": round(_share(self.places, first=1), 3),
            "byKind": {kind: round(share, 3) for kind, share in self.by_kind.items()},
            "passMark": PASS_MARK,
            "ok": self.ok,
            "missed": [question.ask for question, place in self.places if place is None],
        }


def recall(url: str = "", *, vectors: NearestTexts | None = None) -> Recalled:
    """Ask every question of a store with the 300 texts: a new SQLite file, or the empty database at `url`."""
    texts, questions = read_cases()
    with tempfile.TemporaryDirectory(prefix="friday-recall-") as name:
        folder = Path(name)
        store = open_store(url or f"sqlite:///{folder / 'recall.sqlite'}", data_dir=folder)
        migrate(store)
        fill(store, texts)
        places = [(each, _place(store, each, vectors)) for each in questions]
        store.close()
    return Recalled(places)


def read_cases() -> tuple[dict[str, str], list[Question]]:
    """The texts by id, and the questions."""
    given = yaml.safe_load(CASES.read_text(encoding="utf-8"))
    return given["texts"], [Question(**each) for each in given["questions"]]


def fill(store: Store, texts: dict[str, str]) -> None:
    """A tenant whose notes are the texts."""
    now = utc_now()
    with store.system() as session:
        session.add(Tenant(id=TENANT, number=1, name="Recall", site_key=TENANT, created_at=now))
    with store.session(TENANT) as session:
        session.add_all(
            Note(
                id=id, about_kind="firm", about_id="firm", text=text, source="staff", author="Anna",
                at=now - dt.timedelta(minutes=place),
            )
            for place, (id, text) in enumerate(texts.items())
        )  # fmt: skip


def _place(store: Store, question: Question, vectors: NearestTexts | None) -> int | None:
    with store.reading(TENANT) as session:
        hits = search(
            session, question.ask, roles=["office"], now=utc_now(), limit=FIRST, vectors=vectors
        )
    found = [hit.record_id for hit in hits]
    return found.index(question.answer) + 1 if question.answer in found else None


def _share(places: Sequence[tuple[Question, int | None]], *, first: int = FIRST) -> float:
    return sum(place is not None and place <= first for _, place in places) / len(places)
