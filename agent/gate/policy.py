"""Who has to say yes to one proposal: a pure reading of policy, the tenant's own rules and the facts."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, assert_never

from tools.kit import OFFICE
from tools.policy import (
    Above,
    Auto,
    Confirm,
    ForRole,
    Instant,
    Policy,
    Review,
    Role,
    Typed,
    When,
    confirm,
)

Kind = Literal["auto", "instant", "confirm", "review", "deny"]


@dataclass(frozen=True)
class Rule:
    """A tenant's own word on a tool, for one role or (None) all."""

    decision: Literal["deny", "ask", "allow"]
    role: Role | None = None
    policy: Policy | None = None


@dataclass(frozen=True)
class Facts:
    """What a policy may look at. Figures and limits are in minor units, or plain counts."""

    role: Role
    args: Mapping[str, Any] = dataclasses.field(default_factory=dict[str, Any])
    facts: Mapping[str, str] = dataclasses.field(default_factory=dict[str, str])
    figures: Mapping[str, int] = dataclasses.field(default_factory=dict[str, int])
    today: Mapping[str, int] = dataclasses.field(default_factory=dict[str, int])  # earlier today
    limits: Mapping[str, Any] = dataclasses.field(default_factory=dict[str, Any])
    rules: Sequence[Rule] = ()
    others: frozenset[Role] = frozenset()  # roles that somebody else holds
    doubtful: bool = False  # a model supplied something that the requester did not say
    steered: bool = False  # … in an argument that decides whom or what it reaches


@dataclass(frozen=True)
class Outcome:
    """How a proposal is decided. `typed` names what the approver types, `because` says how it came to this.

    `fallback`: a review that became a confirmation because nobody else holds the role. `edited_by`: who wrote this
    version of a review, when that was not its requester: then those two have changed places.
    """

    kind: Kind
    role: Role | None = None
    typed: str | None = None
    because: tuple[str, ...] = ()
    fallback: bool = False
    edited_by: str | None = None

    def as_json(self) -> dict[str, Any]:
        """As it is stored and digested."""
        return {**dataclasses.asdict(self), "because": list(self.because)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Outcome":
        """Back from the store. What no gate has written is decided by nobody: its row is refused, and alone."""
        try:
            fields: dict[str, Any] = {**stored, "because": tuple(stored["because"])}
            outcome = cls(**fields)
            known = outcome.kind in _STRICTNESS
        except (TypeError, KeyError):
            known, outcome = False, None
        return outcome if outcome and known else cls(kind="deny", because=("unreadable",))

    def stricter_than(self, other: "Outcome") -> bool:
        """Whether more has to be asked than `other` asks."""
        return _STRICTNESS[self.kind] > _STRICTNESS[other.kind] or (
            self.typed is not None and other.typed is None
        )

    @property
    def at_once(self) -> bool:
        """Whether the policy itself decides."""
        return self.kind in ("auto", "instant")


def evaluate(policy: Policy, facts: Facts) -> Outcome:
    """deny > ask > allow of the firm's rules, else the tool's own; a model's own target holds up even instant ones."""
    applying = [rule for rule in facts.rules if rule.role in (None, facts.role)]
    if any(rule.decision == "deny" for rule in applying):
        return Outcome(kind="deny", because=("the firm's rule: deny",))

    own = _reduce(policy, facts)
    if own.kind == "instant":
        return _look_twice(own, facts)
    asks = [rule for rule in applying if rule.decision == "ask"]
    if asks:
        outcome = _strictest([_reduce(rule.policy or confirm(), facts) for rule in asks])
        outcome = _because(outcome, "the firm's rule: ask")
    elif any(rule.decision == "allow" for rule in applying):
        outcome = Outcome(kind="auto", because=("the firm's rule: allow",))
    else:
        outcome = own
    return _fall_back(_look_twice(outcome, facts), facts)


_WHOM = ("name", "email")
"""Facts by which a preview calls a person: what is typed where nobody else looks and there is no figure."""

_STRICTNESS: dict[Kind, int] = {"instant": 0, "auto": 1, "confirm": 2, "review": 3, "deny": 4}


def _strictest(outcomes: Sequence[Outcome]) -> Outcome:
    return max(outcomes, key=lambda each: (_STRICTNESS[each.kind], each.typed is not None))


def _reduce(policy: Policy, facts: Facts) -> Outcome:
    match policy:
        case Auto() | Instant() | Confirm():
            return Outcome(kind=policy.kind)
        case Review():
            return Outcome(kind="review", role=policy.role)
        case ForRole():
            named = facts.role in policy.roles
            return _reduce(policy.then if named else policy.otherwise, facts)
        case When():
            return _when(policy, facts)
        case Above():
            return _above(policy, facts)
        case Typed():
            return _typed(policy, facts)
        case _:
            assert_never(policy)


def hangs_on_facts(policy: Policy) -> bool:
    """Whether the word of a policy depends on an argument or a fact, and so perhaps on the hour."""
    match policy:
        case When():
            return True
        case ForRole() | Above():
            return hangs_on_facts(policy.then) or hangs_on_facts(policy.otherwise)
        case Typed():
            return hangs_on_facts(policy.policy)
        case _:
            return False


def _when(policy: When, facts: Facts) -> Outcome:
    given = facts.args.get(policy.arg)
    if policy.value in (_plain(given), facts.facts.get(policy.arg)):
        return _because(_reduce(policy.then, facts), f"{policy.arg} is {policy.value}")
    return _reduce(policy.otherwise, facts)


def _plain(value: object) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else str(value)


def _above(policy: Above, facts: Facts) -> Outcome:
    amount, limit = facts.figures.get(policy.figure), _limit(policy.limit, facts.limits)
    if amount is None or limit is None:
        # Fail closed: a figure or a limit that is not there cannot show that the amount is small.
        missing = f"no {policy.figure if amount is None else policy.limit} to compare"
        return _because(_reduce(policy.then, facts), missing)
    total = amount + facts.today.get(policy.figure, 0)
    if total <= limit:
        return _reduce(policy.otherwise, facts)
    outcome = _because(_reduce(policy.then, facts), f"{policy.figure} {total} above {limit}")
    return outcome


def _limit(name: str, limits: Mapping[str, Any]) -> int | None:
    value = limits.get(name, name if name.isdecimal() else None)
    try:
        return None if value is None else int(value)
    except (TypeError, ValueError):
        return None


def _typed(policy: Typed, facts: Facts) -> Outcome:
    outcome = _reduce(policy.policy, facts)
    match outcome.kind:
        case "instant" | "deny":
            return outcome
        case "auto":
            return dataclasses.replace(outcome, kind="confirm", typed=policy.arg)
        case "confirm" | "review":
            return dataclasses.replace(outcome, typed=policy.arg)


def _look_twice(outcome: Outcome, facts: Facts) -> Outcome:
    held_up = {"auto": facts.doubtful or facts.steered, "instant": facts.steered}
    if not held_up.get(outcome.kind, False):
        return outcome
    asked = dataclasses.replace(outcome, kind="confirm")
    return _because(asked, "an argument is not the requester's own")


def _fall_back(outcome: Outcome, facts: Facts) -> Outcome:
    if outcome.kind != "review" or outcome.role is None or facts.role not in OFFICE:
        return outcome
    if any(satisfies(role, outcome.role) for role in facts.others):
        return outcome
    named = (name for name in _WHOM if facts.facts.get(name))
    figure = outcome.typed or next(iter(facts.figures), None) or next(named, None)
    alone = dataclasses.replace(outcome, kind="confirm", role=None, typed=figure, fallback=True)
    return _because(alone, f"nobody else is {outcome.role}")


def satisfies(held: Role, wanted: Role) -> bool:
    """Whether somebody holding one role may review for another: an owner stands in for staff."""
    return held == wanted or (held == "owner" and wanted == "staff")


def _because(outcome: Outcome, why: str) -> Outcome:
    return dataclasses.replace(outcome, because=(why, *outcome.because))
