"""Understanding is measured over anybody's rows, and what is no such file is refused in a sentence."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agent.gate.registry import Registry
from agent.models.offline.phrases import Both, Said, ToolWords
from evals.cli import app
from evals.nlu.confusing import Confusion, confusions
from evals.nlu.judging import Verdict
from evals.nlu.rows import Row
from evals.nlu.voices import authors, rows_of
from tools.catalog import DOMAINS
from tools.refs import slots

ROWS = """
- {lang: en, text: find leads in Aarhus, tool: find_leads, args: {query: Aarhus}}
- {lang: da, role: visitor, text: "hvad koster vinduespudsning?", tool: find_services, args: {query: vinduespudsning}}
- {lang: en, text: who won the football, tool: null}
"""


def test_rows_of_ones_own_are_measured(tmp_path: Path) -> None:
    file = tmp_path / "rows.yaml"
    file.write_text(ROWS, encoding="utf-8")

    asked = CliRunner().invoke(app, ["nlu", str(file), "--json"])

    told = json.loads(asked.stdout)["rows"]
    assert asked.exit_code == 0
    assert (told["en"]["rows"], told["da"]["rows"], told["all"]["rows"]) == (2, 1, 3)
    assert (told["all"]["top1"], told["all"]["slots"], told["all"]["reached"]) == (1, 1, 1)
    assert (told["all"]["wrong_actions"], told["all"]["acted_on_nothing"]) == (0, 0)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "cannot be read as YAML"),
        ("lang: en", "must be a list of rows"),
        ("- {lang: sv, text: hej}", "row 1 lang:"),
        ("[]", "holds no rows"),
        ("- {lang: en, text: fly, tool: fly}", "no row can be measured; there is no tool “fly”."),
    ],
)
def test_a_file_of_other_things_is_refused_in_one_sentence(
    tmp_path: Path, content: str, told: str
) -> None:
    file = tmp_path / "rows.yaml"
    file.write_text(content, encoding="utf-8")

    asked = CliRunner().invoke(app, ["nlu", str(file)])

    assert asked.exit_code == 1
    assert told in asked.stderr
    assert asked.stderr.count("\n") == 1


def test_rows_of_tools_and_roles_that_there_are_not_are_skipped_and_named(tmp_path: Path) -> None:
    file = tmp_path / "rows.yaml"
    strange = "- {lang: en, text: fly, tool: fly}\n- {lang: en, text: hi, role: pilot}\n"
    file.write_text(strange + ROWS, encoding="utf-8")

    told = json.loads(CliRunner().invoke(app, ["nlu", str(file), "--json"]).stdout)

    assert told["rows"]["all"]["rows"] == 3
    assert told["skipped"] == [
        {"row": 1, "text": "fly", "why": "there is no tool “fly”"},
        {"row": 2, "text": "hi", "why": "there is no role “pilot”"},
    ]


def test_rows_that_are_phrases_word_for_word_are_also_left_out_of_a_column(tmp_path: Path) -> None:
    file = tmp_path / "rows.yaml"
    phrase = "- {lang: en, text: Undo that!, tool: undo}\n"
    file.write_text(phrase + ROWS, encoding="utf-8")

    told = json.loads(CliRunner().invoke(app, ["nlu", str(file), "--json"]).stdout)

    assert (told["rows"]["all"]["rows"], told["rows"]["in_new_words"]["rows"]) == (4, 3)


def test_the_tools_that_were_mixed_up_are_told_with_their_share() -> None:
    lost = Row(lang="en", text="who is Mette Holm", tool="show_lead")
    found = Row(lang="en", text="show lead Mette Holm", tool="show_lead")
    idle = Row(lang="en", text="lovely weather")

    told = confusions(
        [
            Verdict(lost, None, {}, (), ("show_customer", "show_lead")),
            Verdict(found, "show_lead", {}, (), ("show_lead",)),
            Verdict(idle, None, {}, (), ("none",)),
        ]
    )

    assert told == (Confusion("show_lead", "show_customer", 1, 2),)


def test_a_table_says_how_long_a_sentence_took_and_what_was_skipped(tmp_path: Path) -> None:
    file = tmp_path / "rows.yaml"
    file.write_text(ROWS + "- {lang: en, text: fly, tool: fly}\n", encoding="utf-8")

    shown = CliRunner().invoke(app, ["nlu", str(file)]).stdout

    assert "ms, p95" in shown
    assert "Ready in" in shown
    assert "Skipped row 4, “fly”: there is no tool “fly”." in shown


def test_an_authors_phrases_become_rows_with_what_was_put_into_them() -> None:
    tools = {name: slots(Registry(DOMAINS).tool(name)) for name in ("show_lead", "book")}
    voice = {"show_lead": Said(en=("who is {lead}",))}
    words = {"show_lead": ToolWords(label=Both(en="Lead", da="Lead"))}

    rows = rows_of("office", voice, words, tools, {"show_lead": ["owner"]})

    name = rows[0].args["lead"]
    assert rows == [
        Row(lang="en", role="owner", text=f"who is {name}", tool="show_lead", args={"lead": name})
    ]


def test_who_speaks_of_a_few_tools_only_is_not_left_out() -> None:
    words = {name: ToolWords(label=Both(en=name, da=name)) for name in ("a", "b", "c")}
    one, two = {"a": Said()}, {"a": Said(), "b": Said()}

    assert authors({"few": one, "many": two}, words) == ["many"]
