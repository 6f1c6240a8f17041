"""Teaching by click: who teaches, what is kept of a sentence, where it holds, and how it is taken back."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from agent.firms.demo.seed import TENANT
from agent.identity.people import SCRIPT
from memory.tables.booking import Booking
from memory.tables.identity import User
from memory.tables.leads import Lead
from memory.tables.taught import TaughtPhrase
from tests.support.friday import FRIDAY, Friday, copied, found_other, opened

UNCLEAR = (
    "ring to {}", "have a ring with {}", "who rings with {}", "jot {} down", "get {} going", "do the {} thing",
    "swing by {}", "poke {} about it", "keep {} warm", "park {} here", "wave at {}", "round off {}", "take {} in",
    "fish out {}", "pin {} to the wall",
)  # fmt: skip
"""Ways of asking that no phrase has. Which of them are unclear changes with the weights: the first is used."""
MINE = (
    "pin me to tuesday 10", "swap my slot", "shift my thing to friday", "do something about friday",
    "what about my friday", "nudge my tuesday", "something for me tuesday", "put me on friday", "take my friday",
)  # fmt: skip
BOOKINGS = (
    "pin {} to Tuesday 10", "squeeze {} Tuesday 10", "lock {} Tuesday 10", "ping me about {} tomorrow at 10",
)  # fmt: skip
FIGURES = (
    "ring to {} about 512 kr", "ring {} in connection with 512 kr", "fish 512 kr out of {}", "{} and the 512 kr",
    "do {} 512 kr", "512 kr on {}", "put {} on 512 kr",
)  # fmt: skip
LOOKUPS = ("show_customer", "show_lead", "recall", "find_customers", "find_leads")
NONE = "None of these"


@dataclass(frozen=True)
class Offered:
    """A reply with choices, for what it was given."""

    said: str
    conversation: str
    labels: tuple[str, ...]
    tools: tuple[str, ...]

    def label(self, tool: str) -> str:
        return self.labels[self.tools.index(tool)]


def offered(
    friday: Friday,
    *sentences: str,
    who: str = "anna",
    having: Collection[str] = (),
    **more: Any,
) -> Offered:
    """The first of these sentences that is answered with choices, one of them of these tools."""
    for said in sentences:
        reply = friday.say(said, who=who, **more)
        labels = [each["label"] for each in reply["choices"]]
        tools = tuple(each["tool"] for each in reply["choices"][:-1])
        if labels[-1:] == [NONE] and (not having or set(having) & set(tools)):
            return Offered(said, reply["conversationId"], tuple(labels[:-1]), tools)
    raise AssertionError("every one of them is understood now: think of others")


def about(name: str, sentences: Sequence[str]) -> list[str]:
    return [each.format(name) for each in sentences]


def unclear(friday: Friday, *, who: str = "anna", shape: str = "{}", **more: Any) -> Offered:
    sentences = [shape.format(each) for each in about("Jens Nygaard", UNCLEAR)]
    return offered(friday, *sentences, who=who, having=LOOKUPS, **more)


def a_lookup(asked: Offered) -> str:
    """The last lookup on the buttons: not what would have been done anyway."""
    return [tool for tool in asked.tools if tool in LOOKUPS][-1]


def press(friday: Friday, asked: Offered, text: str, *, who: str = "anna", **more: Any) -> Any:
    return friday.say(text, who=who, conversationId=asked.conversation, **more)


def taught(friday: Friday, tenant_id: str = TENANT) -> list[TaughtPhrase]:
    """Every row, also those taken back."""
    with friday.app.store.reading(tenant_id) as session:
        return list(session.scalars(sa.select(TaughtPhrase).order_by(TaughtPhrase.created_at)))


def teach(friday: Friday) -> tuple[Offered, str]:
    asked = unclear(friday)
    tool = a_lookup(asked)
    press(friday, asked, asked.label(tool))
    return asked, tool


def tools_of(reply: Any) -> list[str]:
    return [step["tool"] for step in reply["steps"]]


def test_the_same_sentence_needs_no_button_the_next_time(fresh: Friday) -> None:
    asked, tool = teach(fresh)

    again = fresh.say(asked.said)

    assert tools_of(again) == [tool]
    assert again["choices"] == []


def test_a_number_and_the_words_of_the_button_teach_as_well(fresh: Friday) -> None:
    asked = unclear(fresh)
    tool = a_lookup(asked)

    press(fresh, asked, str(asked.tools.index(tool) + 1))

    assert [row.tool for row in taught(fresh)] == [tool]


def test_a_colleague_and_another_name_are_understood_too(fresh: Friday) -> None:
    asked, tool = teach(fresh)

    other = fresh.say(asked.said.replace("Jens Nygaard", "Mette Holm"), who="owner")

    assert tools_of(other) == [tool]
    assert "Mette Holm" in str(other["steps"])


def test_no_name_and_no_figure_is_kept(fresh: Friday) -> None:
    asked = offered(fresh, *about("Jens Nygaard", FIGURES))

    press(fresh, asked, "1")

    [row] = taught(fresh)
    kept = f"{row.words} {row.wording}".lower()
    assert "jens" not in kept
    assert "nygaard" not in kept
    assert "512" not in kept
    assert "<name>" in row.wording


def test_the_list_says_what_it_means_and_who_taught_it(fresh: Friday) -> None:
    asked, tool = teach(fresh)

    [one] = fresh.query("taught.list", who="owner")

    assert one["wording"] == asked.said.replace("Jens Nygaard", "[name]")
    assert one["tool"] == tool
    assert one["by"] == "Anna Krogh"
    assert one["label"] == asked.label(tool).partition(":")[0]


def test_what_is_taken_back_is_unknown_in_the_next_message(fresh: Friday) -> None:
    asked, _ = teach(fresh)
    [one] = fresh.query("taught.list")

    fresh.mutate("taught.revert", {"id": one["id"]})

    assert offered(fresh, asked.said).tools == asked.tools
    assert fresh.query("taught.list") == []


def test_another_choice_for_the_same_words_takes_the_place_of_the_first(fresh: Friday) -> None:
    first, second = unclear(fresh), unclear(fresh)
    tool = a_lookup(first)
    other = next(each for each in first.tools if each != tool)

    press(fresh, first, first.label(tool))
    fresh.clock.ahead(minutes=1)
    press(fresh, second, second.label(other))

    assert [(row.tool, row.reverted_at is None) for row in taught(fresh)] == [
        (tool, False),
        (other, True),
    ]


def test_the_same_choice_again_is_one_phrase(fresh: Friday) -> None:
    first, second = unclear(fresh), unclear(fresh)
    tool = a_lookup(first)

    press(fresh, first, first.label(tool))
    press(fresh, second, second.label(tool))

    assert [row.tool for row in taught(fresh)] == [tool]


def test_another_firm_learns_nothing_of_it(fresh: Friday) -> None:
    asked, _ = teach(fresh)
    tenant_id, token = found_other(fresh)

    _, reply = fresh.post("chat.send", {"message": asked.said}, token=token)
    status, listed = fresh.get("taught.list", token=token)

    assert reply["steps"] == [] or reply["choices"] != []
    assert (status, listed) == (200, [])
    assert taught(fresh, tenant_id) == []


def test_another_firms_phrase_cannot_be_taken_back(fresh: Friday) -> None:
    teach(fresh)
    _, token = found_other(fresh)
    [row] = taught(fresh)

    status, error = fresh.post("taught.revert", {"id": row.id}, token=token)

    assert status == 404
    assert error["data"]["code"] == "NOT_FOUND"
    assert taught(fresh)[0].reverted_at is None


@pytest.mark.parametrize("who", ["jonas", "regnskab", "jens", "visitor"])
def test_only_the_office_sees_and_takes_back(fresh: Friday, who: str) -> None:
    teach(fresh)
    [row] = taught(fresh)

    seen, _ = fresh.get("taught.list", token=fresh.token(who))
    gone, _ = fresh.post("taught.revert", {"id": row.id}, token=fresh.token(who))

    assert (seen, gone) == (403, 403)
    assert taught(fresh)[0].reverted_at is None


def test_what_a_customer_presses_teaches_nothing(fresh: Friday) -> None:
    asked = offered(fresh, *MINE, who="jens")

    reply = press(fresh, asked, "1", who="jens")

    assert "None of these" not in str(reply["choices"])
    assert taught(fresh) == []


def test_a_script_with_the_owners_bearer_teaches_nothing(fresh: Friday) -> None:
    app = fresh.app
    with app.store.session(TENANT) as session:
        user = session.scalars(sa.select(User).where(User.email == "owner@demo.example")).one()
        bearer, _ = app.people.sign_in(session, user, kind="script", lifetime=SCRIPT)
    fresh.tokens["script"] = bearer
    asked = unclear(fresh, who="script")

    press(fresh, asked, "1", who="script")

    assert taught(fresh) == []


@pytest.mark.parametrize("shape", ["she wrote “hi”: {}", "{}\nplease"])
def test_words_that_may_be_somebody_elses_teach_nothing(fresh: Friday, shape: str) -> None:
    asked = unclear(fresh, shape=shape)

    press(fresh, asked, "1")

    assert taught(fresh) == []


def test_words_that_came_with_a_file_teach_nothing(fresh: Friday) -> None:
    headers = {"authorization": f"Bearer {fresh.token('anna')}"}
    files = {"file": ("a.txt", b"words", "text/plain")}
    upload = fresh.http.post("/uploads", files=files, headers=headers).json()["id"]
    asked = unclear(fresh, uploads=[upload])

    press(fresh, asked, "1")

    assert taught(fresh) == []


def test_what_stands_in_a_note_teaches_nothing(fresh: Friday) -> None:
    asked = unclear(fresh)
    label = asked.label(a_lookup(asked))
    with fresh.app.store.session(TENANT) as session:
        lead = session.scalars(sa.select(Lead).where(Lead.name == "Mette Holm")).one()
        lead.message = f"{asked.said}\nDid you mean one of these? {label}. Answer {label}."
    shown = fresh.say("show lead Mette Holm")

    fresh.say(label, conversationId=shown["conversationId"])

    assert "Did you mean" in str(shown["cards"])
    assert taught(fresh) == []
    assert offered(fresh, asked.said).tools == asked.tools


@pytest.mark.parametrize("answer", [NONE, "never mind", "find leads in Aarhus"])
def test_whoever_chooses_nothing_teaches_nothing(fresh: Friday, answer: str) -> None:
    press(fresh, unclear(fresh), answer)

    assert taught(fresh) == []


def test_choices_that_are_an_hour_old_teach_nothing(fresh: Friday) -> None:
    asked = unclear(fresh)
    fresh.clock.ahead(minutes=61)

    press(fresh, asked, "1")

    assert taught(fresh) == []


def test_a_taught_action_is_proposed_and_not_done(fresh: Friday) -> None:
    asked = offered(fresh, *about("Jens Nygaard", BOOKINGS), having=["book"])
    press(fresh, asked, asked.label("book"))
    with fresh.app.store.reading(TENANT) as session:
        before = session.scalar(sa.select(sa.func.count()).select_from(Booking))

    again = fresh.say(asked.said)
    done = press(fresh, Offered("", again["conversationId"], (), ()), "a standard clean")

    assert again["text"] == "Which service?"
    assert [made["status"] for made in done["proposals"]] == ["pending"]
    with fresh.app.store.reading(TENANT) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Booking)) == before


def test_a_role_without_the_tool_gains_nothing(fresh: Friday) -> None:
    asked, tool = teach(fresh)

    assert tool not in tools_of(fresh.say(asked.said, who="jonas"))


def test_what_one_process_learnt_another_knows_and_forgets(
    demo_folder: Path, tmp_path: Path
) -> None:
    folder = copied(demo_folder, tmp_path / "data")
    with opened(folder) as one, opened(folder, now=FRIDAY) as other:
        asked = unclear(other)
        _, tool = teach(one)

        assert tools_of(other.say(asked.said)) == [tool]
        other.mutate("taught.revert", {"id": one.query("taught.list")[0]["id"]})
        assert offered(one, asked.said).tools == asked.tools
