"""What the embedded model says when it does not call a tool: questions, buttons, and not having understood."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from agent.models.offline import talk
from agent.models.offline.hearing import Heard
from agent.models.offline.lessons import asked
from agent.models.offline.phrases import ToolWords
from agent.models.offline.plans import Said
from tools.cards import FormField, Option
from tools.slot import Slot

BUTTONS = 3
_MESSAGE = "message"
"""The argument in which the office is left a message."""


class Meaning(Protocol):
    """A tool with its arguments, however it was found."""

    @property
    def tool(self) -> str: ...
    @property
    def args(self) -> Mapping[str, object]: ...


class Speaker:
    """Words for plans, from the tools' own labels, questions and examples."""

    def __init__(
        self, words: Mapping[str, ToolWords], slots: Mapping[str, Mapping[str, Slot]]
    ) -> None:
        self._words = words
        self._slots = slots

    def ask(self, heard: Heard, tool: str, args: Mapping[str, Any], missing: str) -> Said:
        """The question for one argument, and a form with all that are missing."""
        required = [n for n, s in self._slots[tool].items() if s.required and n not in args]
        fields = tuple(
            FormField(name=name, label=self._slots[tool][name].label(heard.language))
            for name in dict.fromkeys((missing, *required))
        )
        return Said(
            self.question(heard, tool, missing),
            form=(tool, fields, args),
            memo={"form": {"tool": tool, "args": dict(args), "missing": missing}},
        )

    def question(self, heard: Heard, tool: str, missing: str) -> str:
        """How to ask for an argument, in the language of the reply."""
        words = self._words.get(tool)
        if words and missing in words.ask:
            return words.ask[missing].of(heard.language)
        return f"{self._slots[tool][missing].label(heard.language)}?"

    def examples(self, heard: Heard, tools: Sequence[str], count: int) -> list[str]:
        """Lines that work, of the first of `tools` that have one."""
        lines = [
            words.example.of(heard.language)
            for tool in tools
            if (words := self._words.get(tool)) and words.example is not None
        ]
        return list(dict.fromkeys(lines))[:count]

    def label(self, heard: Heard, meaning: Meaning) -> str:
        """What a tool with these arguments does, for a button."""
        words = self._words.get(meaning.tool)
        label = words.label.of(heard.language) if words else meaning.tool
        said = ", ".join(str(value) for value in meaning.args.values())
        return f"{label}: {said}" if said else label

    def offer(self, heard: Heard, meanings: Sequence[Meaning]) -> Said:
        """Up to three meanings as buttons; what is missing is asked for when one is pressed."""
        options = self._options(heard, meanings[:BUTTONS])
        none = Option(label=heard.say(*talk.NONE_OF_THESE))
        text = heard.say("Did you mean one of these?", "Mente du en af disse?")
        memo = {"choices": _kept(options), **asked(heard.text, heard.uploads)}
        return Said(text, options=(*options, none), memo=memo)

    def one_at_a_time(self, heard: Heard, meanings: Sequence[Meaning]) -> Said:
        """Several requests in one message: which comes first."""
        options = self._options(heard, meanings)
        count = len(options)
        text = heard.say(
            f"That is {count} things. I take one at a time: which first?",
            f"Det er {count} ting. Jeg tager én ad gangen: hvilken først?",
        )
        return Said(text, options=options, memo={"choices": _kept(options), "several": True})

    def what_with_the_file(self, heard: Heard, meanings: Sequence[Meaning]) -> Said:
        """A file without words."""
        options = self._options(heard, meanings[:BUTTONS])
        text = heard.say("What shall I do with the file?", "Hvad skal jeg gøre med filen?")
        return Said(text, options=options, memo={"choices": _kept(options)})

    def lost(self, heard: Heard, offered: frozenset[str], near: Sequence[str] = ()) -> Said:
        """Not understood, with two examples near the words."""
        usual = [tool for tool in self._words if tool in offered]
        lines = self.examples(heard, [*(t for t in near if t in offered), *usual], 2)
        return Said(talk.not_understood(heard, lines))

    def not_for_you(self, heard: Heard, offered: frozenset[str], meaning: Meaning) -> Said:
        """What this role may not do. A visitor may leave the message for the office, where a tool takes it."""
        taker = next((tool for tool in self._words if self._takes_messages(tool, offered)), None)
        if heard.role != "visitor" or taker is None:
            return Said(talk.not_for_you(heard, self.label(heard, meaning)))
        args = {_MESSAGE: heard.text.strip()}
        missing = next(name for name, slot in self._slots[taker].items() if slot.required)
        asked = self.ask(heard, taker, args, missing)
        return replace(asked, text=f"{talk.the_office_will(heard)} {asked.text}")

    def _takes_messages(self, tool: str, offered: frozenset[str]) -> bool:
        slots = self._slots.get(tool, {})
        return tool in offered and _MESSAGE in slots and any(s.required for s in slots.values())

    def otherwise(self, heard: Heard, offered: frozenset[str]) -> Said:
        """Every choice was turned down."""
        usual = [tool for tool in self._words if tool in offered]
        return Said(talk.otherwise(heard, self.examples(heard, usual, 2)))

    def _options(self, heard: Heard, meanings: Sequence[Meaning]) -> tuple[Option, ...]:
        return tuple(
            Option(label=self.label(heard, each), tool=each.tool, args=dict(each.args))
            for each in meanings
        )


def _kept(options: Sequence[Option]) -> list[dict[str, Any]]:
    return [option.model_dump(mode="json") for option in options]
