"""What a language model is told of the past: never a call without its result, never more than there is room for."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic_ai.messages import (
    ModelMessage,
    ModelMessagesTypeAdapter,
    ModelRequest,
    ModelResponse,
    ToolCallPart,
    ToolReturnPart,
)

from agent.conversations.windows import CHARACTERS, Past, window

WORDS = st.text(alphabet='abc æø\n"{}', max_size=60)
RESULT = st.one_of(
    WORDS,
    st.fixed_dictionaries({"summary": WORDS}, optional={"rows": st.lists(WORDS, max_size=4)}),
    st.sampled_from([0, 100, 9_000, 30_000]).map(
        lambda size: {"summary": "many", "rows": ["x" * size]}
    ),
)


def request(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "request", "parts": list(parts)}


def response(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "response", "parts": list(parts)}


@st.composite
def steps(draw: st.DrawFn, turn: int) -> list[dict[str, Any]]:
    """Some rounds of calls with their results; a result may be a refusal that is tried again."""
    messages: list[dict[str, Any]] = []
    for round in range(draw(st.integers(0, 3))):
        ids = [f"t{turn}r{round}c{n}" for n in range(draw(st.integers(1, 3)))]
        calls = [
            {"part_kind": "tool-call", "tool_name": "find", "args": "{}", "tool_call_id": id}
            for id in ids
        ]
        results = [
            {
                "part_kind": "tool-return",
                "tool_name": "find",
                "content": draw(RESULT),
                "tool_call_id": id,
                "outcome": draw(st.sampled_from(["success", "failed", "retried"])),
            }
            for id in ids
        ]
        messages += [response(*calls), request(*results)]
    return messages


@st.composite
def pasts(draw: st.DrawFn) -> list[Past]:
    """Turns: answered ones, stopped and decided ones without messages, and notes of what became of a card."""
    found: list[Past] = []
    for turn in range(draw(st.integers(0, 25))):
        said, answer = f"said {turn} {draw(WORDS)}", f"told {turn}"
        asked = {"part_kind": "user-prompt", "content": said}
        text = {"part_kind": "text", "content": answer}
        whole = [request(asked), *draw(steps(turn)), response(text)]
        messages = draw(st.sampled_from([whole, whole, []]))
        decided = draw(st.sampled_from([(), ("(Anna approved it)",)]))
        found.append(Past(said, (answer, *decided), messages, draw(st.booleans())))
    return found


def read(messages: list[Any]) -> list[ModelMessage]:
    return ModelMessagesTypeAdapter.validate_python(messages)


def orphans(messages: list[ModelMessage]) -> list[str]:
    """Calls whose results do not follow at once, and results of no such call."""
    wrong: list[str] = []
    open_calls: set[str] = set()
    for message in messages:
        returned = {p.tool_call_id for p in message.parts if isinstance(p, ToolReturnPart)}
        wrong += sorted(open_calls ^ returned)
        open_calls = {p.tool_call_id for p in message.parts if isinstance(p, ToolCallPart)}
    return wrong + sorted(open_calls)


@settings(max_examples=100, deadline=None)
@given(past=pasts(), turns=st.integers(0, 30), characters=st.integers(0, 40_000))
def test_no_window_parts_a_call_from_its_result_or_grows_too_long(
    past: list[Past], turns: int, characters: int
) -> None:
    told = window(past, turns=turns, characters=characters)

    assert orphans(read(told)) == []
    assert len(json.dumps(told)) <= characters + 2
    kinds = [type(message) for message in read(told)]
    assert kinds[:1] in ([], [ModelRequest])
    assert kinds[-1:] in ([], [ModelResponse])


@settings(max_examples=40, deadline=None)
@given(past=pasts())
def test_every_turn_that_is_not_told_whole_has_a_line_in_order(past: list[Past]) -> None:
    short = [Past(each.said, each.told, (), each.by_person) for each in past]

    told = json.dumps(window(short, turns=5), ensure_ascii=False)

    places = [told.index(f"said {turn} ") for turn in range(len(past))]
    assert places == sorted(places)


def test_a_result_that_is_too_long_is_told_as_its_sentence() -> None:
    call = {"part_kind": "tool-call", "tool_name": "find", "args": "{}", "tool_call_id": "c"}
    result = {
        "part_kind": "tool-return",
        "tool_name": "find",
        "content": {"summary": "400 leads", "rows": ["x" * 60] * 400},
        "tool_call_id": "c",
    }
    asked = {"part_kind": "user-prompt", "content": "find leads"}
    past = [Past("find leads", ("400 leads",), [request(asked), response(call), request(result)])]

    told = read(window(past))

    contents = [p.content for m in told for p in m.parts if isinstance(p, ToolReturnPart)]
    assert contents == ["400 leads"]


def test_turns_that_nobody_reads_any_more_are_only_said_to_have_been() -> None:
    past = [Past(f"said {turn}", (f"told {turn}",)) for turn in range(52)]

    told = json.dumps(window(past, more=True))

    assert "(and more before)" in told
    assert "said 51" in told
    assert len(told) < CHARACTERS
