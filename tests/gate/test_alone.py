"""Where nobody else can look at what makes somebody an owner, whoever asks says by name whom they mean."""

import pytest

from agent.gate.policy import Facts, evaluate
from tests.support.friday import Friday
from tools.policy import review

ANNA = {"user": "Anna Krogh", "role": "owner"}
MIA = {"email": "mia@x.example", "role": "owner"}


def approving(friday: Friday, tool: str, args: dict[str, str], **more: str) -> tuple[int, object]:
    made = friday.mutate("tools.run", {"tool": tool, "args": args})["proposal"]
    yes = {"id": made["id"], "digest": made["digest"], "decision": "approve", **more}
    return friday.post("approvals.decide", yes, token=friday.token("owner"))


@pytest.mark.parametrize(
    ("tool", "args", "typed"),
    [("change_role", ANNA, "Anna Krogh"), ("invite_user", MIA, "mia@x.example")],
)
def test_the_only_owner_types_whom_they_make_an_owner(
    working: Friday, tool: str, args: dict[str, str], typed: str
) -> None:
    status, refused = approving(working, tool, args)

    assert (status, typed in str(refused)) == (400, True)
    assert approving(working, tool, args, typed="Bo")[0] == 400
    assert approving(working, tool, args, typed=typed)[0] == 200


def test_its_card_says_that_nobody_else_looks(fresh: Friday) -> None:
    card = fresh.mutate("tools.run", {"tool": "change_role", "args": ANNA})["proposal"]["card"]

    assert card["typed"] == "name"
    assert "your yes alone" in card["preview"]["warnings"][-1]


def test_a_figure_comes_before_a_name() -> None:
    alone = Facts(role="owner", figures={"total": 1}, facts={"name": "Bo"})

    assert evaluate(review("owner"), alone).typed == "total"
    assert evaluate(review("owner"), Facts(role="owner", facts={"name": "Bo"})).typed == "name"
