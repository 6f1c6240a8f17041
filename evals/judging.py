"""Says whether a played script went as it should, and where it did not."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_evals.evaluators import EvaluationReason, Evaluator, EvaluatorContext

from agent.replies import Proposed, Reply
from agent.replies import Step as Called
from evals.playing import Ended, Played
from evals.rows import Difference, Row
from evals.script import Became, Call, Change, Expected, Proposes, Say, Script

Seen = EvaluatorContext[Script, Played, None]


def _verdict(faults: Iterator[str]) -> EvaluationReason:
    found = list(faults)
    return EvaluationReason(value=not found, reason="; ".join(found) or None)


@dataclass(repr=False)
class Answers(Evaluator[Script, Played, None]):
    """Each line was answered with these calls, proposals and words; each decision led to this."""

    def evaluate(self, ctx: Seen) -> EvaluationReason:
        return _verdict(self._faults(ctx.inputs, ctx.output))

    def _faults(self, script: Script, played: Played) -> Iterator[str]:
        for number, (step, seen) in enumerate(zip(script.steps, played.seen, strict=True), 1):
            match seen, step:
                case Reply(), Say():
                    faults = reply_faults(step.expect, seen)
                case Ended(), _ if not isinstance(step, Say):
                    faults = ending_faults(step.expect, seen)
                case _:
                    faults = iter(("the step and what came back do not match",))
            yield from (f"step {number}: {fault}" for fault in faults)


@dataclass(repr=False)
class OnlyTheseChanges(Evaluator[Script, Played, None]):
    """The named rows came, changed or went, as many letters left, and everything else is as it was."""

    def evaluate(self, ctx: Seen) -> EvaluationReason:
        return _verdict(self._faults(ctx.inputs, ctx.output))

    def _faults(self, script: Script, played: Played) -> Iterator[str]:
        for table in sorted({*script.changes, *played.changes}):
            wanted = script.changes.get(table, Change())
            yield from change_faults(table, wanted, played.changes.get(table, Difference()))
        if played.letters != script.letters:
            yield f"{played.letters} letters left instead of {script.letters}"


@dataclass(repr=False)
class AuditHolds(Evaluator[Script, Played, None]):
    """The audit chain of the firm is whole."""

    def evaluate(self, ctx: Seen) -> EvaluationReason:
        return EvaluationReason(value=not ctx.output.audit, reason=ctx.output.audit or None)


JUDGES: tuple[type[Evaluator[Script, Played, None]], ...] = (Answers, OnlyTheseChanges, AuditHolds)


def reply_faults(expected: Expected, reply: Reply) -> Iterator[str]:
    """What is wrong with a reply."""
    if reply.state != "answered":
        yield f"the turn ended {reply.state}: {reply.error}"
    yield from _listed("calls", expected.calls, reply.steps, _call_fits, _call_shown)
    yield from _listed("proposals", expected.proposes, reply.proposals, _fits, _proposal_shown)
    yield from _words(expected, reply)
    if expected.language not in (None, reply.language):
        yield f"answered in {reply.language}"
    if expected.choices is not None and not _enough(len(reply.choices), expected.choices):
        yield f"{len(reply.choices)} choices instead of {expected.choices}"
    asked = reply.form.missing if reply.form else ()
    if expected.asks_for and expected.asks_for not in asked:
        yield f"asked for {', '.join(asked) or 'nothing'} instead of {expected.asks_for}"


def ending_faults(expected: Became, ended: Ended) -> Iterator[str]:
    """What is wrong with the end of a proposal."""
    if ended.status != expected.status:
        yield f"the proposal is {ended.status} instead of {expected.status}"
    for piece in expected.says:
        if piece not in _spaced(ended.said):
            yield f"{piece!r} was not said, but {ended.said!r}"


def change_faults(table: str, expected: Change, found: Difference) -> Iterator[str]:
    """What is wrong with the rows of one table."""
    kinds: tuple[tuple[str, Sequence[Row], Sequence[Row]], ...] = (
        ("added", expected.added, found.added),
        ("changed", expected.changed, found.changed),
        ("removed", expected.removed, found.removed),
    )
    for kind, wanted, rows in kinds:
        left = list(rows)
        for each in wanted:
            fitting = next((row for row in left if _agrees(each, row)), None)
            if fitting is None:
                yield f"{table}: no row {kind} with {each} (there: {_short(each, left)})"
            else:
                left.remove(fitting)
        if len(rows) > len(wanted):
            yield f"{table}: {len(rows)} rows {kind} instead of {len(wanted)}, also {_brief(left)}"


def _words(expected: Expected, reply: Reply) -> Iterator[str]:
    text = _spaced(reply.text)
    for piece in expected.says:
        if piece not in text:
            yield f"{piece!r} was not said, but {reply.text!r}"
    for piece in expected.never_says:
        if piece in text:
            yield f"{piece!r} was said: {reply.text!r}"


def _enough(count: int, wanted: int) -> bool:
    return count >= wanted if wanted else not count


def _listed(
    what: str, wanted: Sequence[Any], found: Sequence[Any], fits: Any, shown: Any
) -> Iterator[str]:
    same = len(wanted) == len(found)
    if not same or not all(fits(one, other) for one, other in zip(wanted, found, strict=True)):
        yield f"{what}: {[shown(each) for each in found]} instead of {[str(each) for each in wanted]}"


def _call_fits(wanted: Call, call: Called) -> bool:
    refused = wanted.refused
    ended = call.ok if refused is None else not call.ok and refused in (call.error or "")
    return call.tool == wanted.tool and ended and _agrees(wanted.args, call.args)


def _call_shown(call: Called) -> str:
    return f"{call.tool}{call.args}" + (f" refused: {call.error}" if not call.ok else "")


def _fits(wanted: Proposes, made: Proposed) -> bool:
    card = _spaced(made.card.model_dump_json())
    same = (made.tool, made.status) == (wanted.tool, wanted.status)
    return same and _agrees(wanted.args, made.args) and all(each in card for each in wanted.shows)


def _proposal_shown(made: Proposed) -> str:
    lines = ", ".join(f"{line.label}: {line.value}" for line in made.card.preview.lines)
    return f"{made.tool} {made.status} {made.args} [{made.card.preview.title}; {lines}]"


def _agrees(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    return all(name in found and found[name] == value for name, value in wanted.items())


def _short(wanted: Mapping[str, Any], rows: Sequence[Row]) -> list[dict[str, Any]]:
    return [{name: row.get(name) for name in wanted} for row in rows]


def _brief(rows: Sequence[Row]) -> list[dict[str, Any]]:
    telling = ("id", "tool", "status", "state", "name")
    return [{name: row[name] for name in telling if name in row} for row in rows[:3]]


def _spaced(text: str) -> str:
    """Amounts are written with spaces that do not break; case files have plain ones."""
    return text.replace("\u00a0", " ")
