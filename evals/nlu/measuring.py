"""Measures how well the embedded model understands: rows of what was said, and authors it never learnt from."""

import math
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from agent.app import App, create_app
from agent.firms.demo.seed import TENANT, ZONE
from agent.identity.people import visitor
from agent.known import known_names
from agent.models.offline import Heard, Named, Planner, Understanding
from agent.settings import Settings
from agent.wiring import make_understanding, phrasebook_of
from evals.house import MONDAY, Clock, House, furnish, settings_for
from evals.nlu.confusing import Confusion, confusions
from evals.nlu.judging import Kinds, Verdict, judge
from evals.nlu.rows import Row, Skipped, read_rows, words_of
from evals.nlu.voices import authors, rows_of
from tools.errors import Rejected
from tools.kit import Actor
from tools.policy import Role
from tools.refs import slots
from tools.values.redact import redact
from tools.values.text import clean

BLIND = Path(__file__).parents[1] / "cases" / "nlu-blind.yaml"
PEOPLE: dict[str, str] = {
    "owner": "owner", "staff": "anna", "crew": "jonas", "bookkeeper": "regnskab", "reseller": "reseller",
    "customer": "jens",
}  # fmt: skip


@dataclass(frozen=True)
class Figures:
    """What became of some rows. Shares are between 0 and 1; a share of nothing is None."""

    rows: int
    top1: float | None
    top3: float | None
    slots: float | None
    """Arguments that are right, of those that were said, where the tool is right."""
    extra: int
    """Arguments that nobody said."""
    wrong_actions: float | None
    """Rows on which an action was begun that was not meant."""
    acted_on_nothing: float | None
    """Of the rows that ask for nothing, those on which a tool was called."""
    reached: float | None
    """Rows that ask for something and got it at once, by a question, or by one button."""
    p50: float
    p95: float
    """Milliseconds for one sentence."""

    def as_json(self) -> dict[str, Any]:
        """With three digits."""
        return {
            name: round(value, 3) if isinstance(value, float) else value
            for name, value in vars(self).items()
        }


@dataclass(frozen=True)
class Played:
    """Rows with their verdicts and how many milliseconds each took."""

    verdicts: tuple[Verdict, ...]
    took: tuple[float, ...]

    def figures(self, kinds: Kinds, language: str | None = None) -> Figures:
        """All rows, or those of one language."""
        pairs = [
            (verdict, took)
            for verdict, took in zip(self.verdicts, self.took, strict=True)
            if language in (None, verdict.row.lang)
        ]
        told = [verdict for verdict, _ in pairs]
        asking = [verdict for verdict in told if verdict.row.tool]
        idle = [verdict for verdict in told if not verdict.row.tool]
        wanted, right = sum(v.wanted for v in asking), sum(v.right for v in asking)
        times = sorted(took for _, took in pairs)
        return Figures(
            rows=len(told),
            top1=_share(v.first for v in asking),
            top3=_share(v.third for v in asking),
            slots=right / wanted if wanted else None,
            extra=sum(v.extra for v in asking),
            wrong_actions=_share(_wrong_action(v, kinds) for v in told),
            acted_on_nothing=_share(v.did is not None for v in idle),
            reached=_share(v.reached for v in asking),
            p50=_percentile(times, 0.5),
            p95=_percentile(times, 0.95),
        )

    def but(self, texts: frozenset[str]) -> "Played":
        """The same without rows of these texts."""
        pairs = zip(self.verdicts, self.took, strict=True)
        kept = [(verdict, took) for verdict, took in pairs if verdict.row.text not in texts]
        return Played(tuple(v for v, _ in kept), tuple(took for _, took in kept))

    def by_language(self, kinds: Kinds) -> dict[str, Figures]:
        """The figures of each language that is there, and of all rows."""
        spoken = sorted({verdict.row.lang for verdict in self.verdicts})
        return {name: self.figures(kinds, name) for name in spoken} | {"all": self.figures(kinds)}


@dataclass(frozen=True)
class LeftOut:
    """One author's phrases, understood by what was learnt from all others."""

    voice: str
    played: Played
    fit_seconds: float


class Examination:
    """A demo firm to ask in, with its people and the names of its records."""

    def __init__(self, app: App, folder: Path) -> None:
        self._app = app
        self._folder = folder
        house = House(app, Clock(MONDAY))
        self._actors: dict[str, Actor] = {role: house.actor(who) for role, who in PEOPLE.items()}
        self._actors["visitor"] = visitor(TENANT, "sgn_visitor", channel="widget")
        names = app.registry.names()
        self.slots = {name: slots(app.registry.tool(name)) for name in names}
        self.kinds: Kinds = app.understanding.planner.kinds
        self._offered = {
            role: frozenset(tool.tool_name() for tool in app.registry.for_role(role))
            for role in get_args(Role)
        }

    def sorted_out(self, rows: Sequence[Row]) -> tuple[list[Row], list[Skipped]]:
        """The rows that can be measured, and those of tools or roles that there are not."""
        kept: list[Row] = []
        skipped: list[Skipped] = []
        for number, row in enumerate(rows, start=1):
            if row.role not in self._actors:
                skipped.append(Skipped(number, row.text, f"there is no role “{row.role}”"))
            elif row.tool is not None and row.tool not in self.slots:
                skipped.append(Skipped(number, row.text, f"there is no tool “{row.tool}”"))
            else:
                kept.append(row)
        return kept, skipped

    def in_phrases(self, rows: Sequence[Row]) -> frozenset[str]:
        """The texts that are, word for word, among the phrases that were learnt."""
        book = phrasebook_of(self._app.registry)
        voices = book.voices()
        learnt = {words_of(text) for _, text in book.lines(voices)}
        learnt |= {words_of(text) for text in voices.out_of_scope}
        return frozenset(row.text for row in rows if words_of(row.text) in learnt)

    def play(self, rows: Sequence[Row], planner: Planner | None = None) -> Played:
        """Every row, planned as the assistant would plan it; nothing is called."""
        planner = planner or self._app.understanding.planner
        verdicts: list[Verdict] = []
        took: list[float] = []
        for row in rows:
            heard, offered = self._heard(row), self._offered[row.role]
            started = time.perf_counter()
            plan = planner.plan(heard, offered)
            took.append((time.perf_counter() - started) * 1000)
            ranked = planner.ranked(heard, offered)
            verdicts.append(judge(row, plan, ranked, self.slots, now=MONDAY, zone=ZONE))
        return Played(tuple(verdicts), tuple(took))

    def leave_out(self, voice: str) -> LeftOut:
        """Learn from everybody but one author, and measure on that author's phrases."""
        book = phrasebook_of(self._app.registry)
        cache = self._folder / f"without-{voice}.npz"
        # From nothing: what is shipped has heard this author.
        others = make_understanding(
            self._app.registry, cache=cache, book=book.without(voice), start=None
        )
        seconds = _seconds(lambda: learn(others))
        said = book.voices().by_voice[voice]
        rows = rows_of(voice, said, book.words, self.slots, self._roles())
        return LeftOut(voice, self.play(rows, others.planner), seconds)

    def authors(self) -> list[str]:
        """Those that can be left out."""
        book = phrasebook_of(self._app.registry)
        return authors(book.voices().by_voice, book.words)

    def _roles(self) -> dict[str, list[str]]:
        """Who may use each tool, the owner first."""
        return {
            tool: [role for role in (*PEOPLE, "visitor") if tool in self._offered[role]]
            for tool in self.slots
        }

    def _heard(self, row: Row) -> Heard:
        actor = self._actors[row.role]

        def named(candidates: Sequence[str]) -> Sequence[Named]:
            with self._app.store.reading(actor.tenant_id) as session:
                return known_names(session, actor, candidates)

        return Heard(
            text=redact(clean(row.text)).strip(),
            language=row.lang,
            now=MONDAY,
            zone=ZONE,
            role=row.role,
            named=named,
        )


@dataclass(frozen=True)
class Measured:
    """One run."""

    source: str
    kinds: Kinds
    rows: Played
    skipped: tuple[Skipped, ...] = ()
    in_phrases: frozenset[str] = frozenset()
    """Texts of rows that are phrases too, word for word: “undo that” is everybody's."""
    ready_seconds: float = 0.0
    """From the files to a model that answers."""
    fit_seconds: float | None = None
    """What learning took; None when what is shipped was learnt from today's phrases."""
    left_out: tuple[LeftOut, ...] = ()

    @property
    def together(self) -> Played:
        """Every author that was left out, as one."""
        return Played(
            tuple(verdict for one in self.left_out for verdict in one.played.verdicts),
            tuple(took for one in self.left_out for took in one.played.took),
        )

    def columns(self) -> dict[str, Figures]:
        """The figures of each language, of all rows, and of those in other words than any phrase."""
        found = self.rows.by_language(self.kinds)
        if self.in_phrases:
            found["in new words"] = self.rows.but(self.in_phrases).figures(self.kinds)
        return found

    def confusions(self) -> tuple[Confusion, ...]:
        """Which tools the rows mixed up."""
        return confusions(self.rows.verdicts)

    def as_json(self) -> dict[str, Any]:
        """For programs, and for results files."""
        told: dict[str, Any] = {
            "source": self.source,
            "ready_seconds": round(self.ready_seconds, 2),
            "fit_seconds": self.fit_seconds and round(self.fit_seconds, 1),
            "skipped": [vars(each) for each in self.skipped],
            "rows": _json(self.columns()),
            "confusions": [each.as_json() for each in self.confusions()],
        }
        if self.left_out:
            told["hold_out"] = {
                **_json(self.together.by_language(self.kinds)),
                "voices": {
                    one.voice: {
                        **one.played.figures(self.kinds).as_json(),
                        "fit_seconds": round(one.fit_seconds, 1),
                    }
                    for one in self.left_out
                },
                "confusions": [each.as_json() for each in confusions(self.together.verdicts)],
            }
        return told


def measure(path: Path = BLIND, *, hold_out: bool = False) -> Measured:
    """Rows against a fresh demo firm, and with `hold_out` every author left out in turn (a minute or two).

    Raises Rejected when the file holds no rows, or none of a tool and a role that there are.
    """
    rows = read_rows(path)
    with tempfile.TemporaryDirectory(prefix="friday-nlu-") as name:
        firm = Path(name) / "firm"
        furnish(firm)
        app = create_app(settings_for(firm, Settings(model="offline")), clock=Clock(MONDAY))
        try:
            examination = Examination(app, Path(name))
            kept, skipped = examination.sorted_out(rows)
            if not kept:
                raise Rejected(f"{path}: no row can be measured; {skipped[0].why}.")
            ready = _seconds(lambda: make_understanding(app.registry))
            stale = app.understanding.stale
            fit = _seconds(lambda: learn(app.understanding)) if stale else None
            played = examination.play(kept)
            voices = examination.authors() if hold_out else []
            return Measured(
                source=path.name,
                kinds=examination.kinds,
                rows=played,
                skipped=tuple(skipped),
                in_phrases=examination.in_phrases(kept),
                ready_seconds=ready,
                fit_seconds=fit,
                left_out=tuple(examination.leave_out(voice) for voice in voices),
            )
        finally:
            app.store.close()


def learn(understanding: Understanding) -> None:
    """Learn now. Raises Rejected when that did not work; the log says why."""
    if not understanding.refresh():
        raise Rejected("The phrases could not be learnt; the log says why.")


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _json(columns: Mapping[str, Figures]) -> dict[str, Any]:
    return {name.replace(" ", "_"): figures.as_json() for name, figures in columns.items()}


def _wrong_action(verdict: Verdict, kinds: Kinds) -> bool:
    did = verdict.did
    return did is not None and did != verdict.row.tool and kinds[did] == "action"


def _share(held: Iterable[bool]) -> float | None:
    each = list(held)
    return sum(each) / len(each) if each else None


def _percentile(ordered: Sequence[float], share: float) -> float:
    """The smallest that at least this share does not exceed; 0 of nothing."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else 0.0
