"""Runs the cases of a file, each in a house of its own, and says whether enough of them passed."""

import asyncio
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic_evals import Dataset
from pydantic_evals.reporting import ReportCase

from agent.settings import Settings
from evals.house import MONDAY, House, furnish
from evals.judging import JUDGES
from evals.playing import Played, Player
from evals.script import Script
from tools.errors import Rejected

CORE = Path(__file__).with_name("cases") / "core.yaml"


@dataclass(frozen=True)
class Result:
    """How one case went; `faults` are empty when it passed."""

    name: str
    seconds: float
    faults: tuple[str, ...]
    lines: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing was wrong."""
        return not self.faults


@dataclass(frozen=True)
class Run:
    """How all of them went."""

    model: str
    pass_mark: int
    seconds: float
    results: tuple[Result, ...]

    @property
    def passed(self) -> int:
        """How many passed."""
        return sum(result.passed for result in self.results)

    @property
    def ok(self) -> bool:
        """Whether enough of them passed."""
        return self.passed >= self.pass_mark

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "ok": self.ok,
            "passed": self.passed,
            "cases": len(self.results),
            "passMark": self.pass_mark,
            "model": self.model,
            "seconds": round(self.seconds, 2),
            "results": [
                {
                    "name": each.name,
                    "passed": each.passed,
                    "seconds": round(each.seconds, 2),
                    "faults": each.faults,
                    "transcript": each.lines,
                }
                for each in self.results
            ],
        }


def load(path: Path) -> "Dataset[Script, Played, None]":
    """The cases of a file. Raises Rejected with what is wrong in it."""
    try:
        return Dataset[Script, Played, None].from_file(path, custom_evaluator_types=JUDGES)
    except OSError as error:
        raise Rejected(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, ExceptionGroup) as error:
        raise Rejected(f"{path} is not a file of cases: {error}") from error


def run(path: Path = CORE, *, settings: Settings, pass_mark: int | None = None) -> Run:
    """Play every case one after the other. `pass_mark` is how many must pass; without it, all."""
    dataset = load(path)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="friday-eval-") as folder:
        results = asyncio.run(_play(dataset, Path(folder), settings))
    return Run(
        model=settings.model,
        pass_mark=len(results) if pass_mark is None else pass_mark,
        seconds=time.perf_counter() - began,
        results=results,
    )


async def _play(
    dataset: "Dataset[Script, Played, None]", folder: Path, settings: Settings
) -> tuple[Result, ...]:
    template = folder / "template"
    await asyncio.to_thread(furnish, template)
    houses = iter(range(len(dataset.cases)))

    async def play(script: Script) -> Played:
        house = await asyncio.to_thread(
            House.copied,
            template,
            folder / f"house-{next(houses)}",
            now=script.now or MONDAY,
            given=settings,
        )
        try:
            return await Player(house, script).play()
        finally:
            await house.close()

    report = await dataset.evaluate(play, progress=False, max_concurrency=1)
    broken = [
        Result(each.name, 0.0, (f"it broke: {each.error_message}",), ()) for each in report.failures
    ]
    played = [_result(each) for each in report.cases]
    order = [case.name for case in dataset.cases]
    return tuple(sorted((*played, *broken), key=lambda result: order.index(result.name)))


def _result(case: "ReportCase[Script, Played, None]") -> Result:
    wrong = [f"{name}: {each.reason}" for name, each in case.assertions.items() if not each.value]
    failed = [f"{each.name} broke: {each.error_message}" for each in case.evaluator_failures]
    lines = case.output.lines(case.inputs)
    return Result(case.name, case.task_duration, (*wrong, *failed), tuple(lines))
