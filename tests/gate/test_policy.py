"""Policy as data: who has to say yes, and why."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.gate.policy import Facts, Outcome, Rule, evaluate, satisfies
from tools.policy import POLICY, Policy, auto, confirm, instant, review

STAFF = Facts(role="staff", others=frozenset({"owner", "staff"}))
LIMITED = confirm().above("total", limit="cap", then=review("owner"))

roles = st.sampled_from(["owner", "staff", "crew", "customer", "visitor", "system"])
names = st.sampled_from(["total", "count", "cap", "10", "role"])
leaves = st.one_of(st.just(auto()), st.just(instant()), st.just(confirm()), roles.map(review))


def grown(inner: st.SearchStrategy[Policy]) -> st.SearchStrategy[Policy]:
    return st.one_of(
        st.builds(lambda a, r, b: a.for_role(r, b), inner, roles, inner),
        st.builds(lambda a, n, v, b: a.when(n, v, b), inner, names, names, inner),
        st.builds(lambda a, n, m, b: a.above(n, limit=m, then=b), inner, names, names, inner),
        st.builds(lambda a, n: a.typed(n), inner, names),
    )


policies = st.recursive(leaves, grown, max_leaves=8)
facts = st.builds(
    Facts,
    role=roles,
    args=st.dictionaries(names, names | st.booleans() | st.none(), max_size=3),
    facts=st.dictionaries(names, names, max_size=2),
    figures=st.dictionaries(names, st.integers(0, 50), max_size=3),
    today=st.dictionaries(names, st.integers(0, 50), max_size=3),
    limits=st.dictionaries(names, st.integers(0, 50) | st.just("none"), max_size=3),
    others=st.frozensets(roles),
    doubtful=st.booleans(),
)


@given(policies)
def test_a_policy_survives_its_own_json(policy: Policy) -> None:
    assert POLICY.validate_json(POLICY.dump_json(policy)) == policy


@given(policies, facts)
def test_every_policy_comes_to_an_outcome_that_can_be_stored(policy: Policy, given: Facts) -> None:
    outcome = evaluate(policy, given)

    assert Outcome.from_json(outcome.as_json()) == outcome
    assert (outcome.role is not None) == (outcome.kind == "review")


@given(policies, facts)
def test_nothing_doubtful_is_ever_automatic(policy: Policy, given: Facts) -> None:
    doubtful = Facts(role=given.role, figures=given.figures, doubtful=True)

    assert evaluate(policy, doubtful).kind != "auto"


@pytest.mark.parametrize(
    ("amount", "earlier", "kind"),
    [(10, 0, "confirm"), (11, 0, "review"), (5, 5, "confirm"), (5, 6, "review")],
)
def test_a_limit_counts_what_was_asked_for_earlier_today(
    amount: int, earlier: int, kind: str
) -> None:
    given = Facts(
        role="staff",
        figures={"total": amount},
        today={"total": earlier},
        limits={"cap": 10},
        others=STAFF.others,
    )

    assert evaluate(LIMITED, given).kind == kind


@pytest.mark.parametrize("limits", [{}, {"cap": None}, {"cap": "a lot"}])
def test_a_limit_that_is_not_there_is_passed(limits: dict[str, object]) -> None:
    given = Facts(role="staff", figures={"total": 1}, limits=limits, others=STAFF.others)

    assert evaluate(LIMITED, given).kind == "review"


def test_a_figure_that_is_not_there_is_above_its_limit() -> None:
    assert evaluate(LIMITED, Facts(role="staff", others=STAFF.others, limits={"cap": 9})).role


def test_a_limit_may_be_a_plain_number() -> None:
    fifty = confirm().above("recipients", limit="50", then=review("owner"))

    assert evaluate(fifty, Facts(role="staff", figures={"recipients": 50})).kind == "confirm"


def test_deny_beats_ask_beats_allow() -> None:
    deny, ask, allow = Rule("deny"), Rule("ask"), Rule("allow")

    def kind(*rules: Rule) -> str:
        return evaluate(review("owner"), Facts(role="staff", rules=rules, others=STAFF.others)).kind

    assert kind(allow, ask, deny) == "deny"
    assert kind(allow, ask) == "confirm"
    assert kind(allow) == "auto"
    assert kind(Rule("deny", role="crew")) == "review"


def test_the_strictest_of_several_asks_counts() -> None:
    rules = (Rule("ask", policy=confirm()), Rule("ask", policy=review("owner")))

    assert evaluate(auto(), Facts(role="staff", rules=rules, others=STAFF.others)).role == "owner"


def test_nothing_holds_up_what_makes_things_safer_except_a_deny() -> None:
    asked = Facts(role="staff", rules=(Rule("ask"),), doubtful=True)

    assert evaluate(instant(), asked).kind == "instant"
    assert evaluate(instant().typed("name"), asked) == Outcome(kind="instant")
    assert evaluate(instant(), Facts(role="staff", rules=(Rule("deny"),))).kind == "deny"


def test_an_argument_or_a_fact_may_change_the_policy() -> None:
    policy = confirm().when("role", "owner", review("owner")).when("free", "true", auto())

    assert evaluate(policy, STAFF).kind == "confirm"
    assert evaluate(policy, Facts(role="staff", args={"free": True})).kind == "auto"
    asked = Facts(role="staff", facts={"role": "owner"}, others=STAFF.others)
    assert evaluate(policy, asked).because == ("role is owner",)


def test_typing_needs_somebody_who_types() -> None:
    assert evaluate(auto().typed("domain"), STAFF) == Outcome(kind="confirm", typed="domain")
    assert evaluate(review("owner").typed("count"), STAFF).typed == "count"


def test_the_fallback_is_for_the_office_and_has_the_figure_typed() -> None:
    alone = Facts(role="owner", figures={"total": 1}, others=frozenset({"staff", "customer"}))
    customer = Facts(role="customer", others=frozenset())

    outcome = evaluate(review("owner"), alone)

    assert (outcome.kind, outcome.typed, outcome.fallback) == ("confirm", "total", True)
    assert evaluate(review("staff"), customer).kind == "review"
    assert evaluate(review("staff"), Facts(role="staff", others=frozenset({"owner"}))).role


def test_an_owner_satisfies_a_review_by_staff_and_not_the_other_way_round() -> None:
    assert satisfies("owner", "staff")
    assert not satisfies("staff", "owner")
