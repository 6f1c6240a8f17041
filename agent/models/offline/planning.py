"""What the embedded model does about a message: call a tool, ask, offer choices, or say that it did not understand."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from agent.models.offline import talk
from agent.models.offline.asking import forbids, only_looks
from agent.models.offline.doubts import Doubts
from agent.models.offline.focus import focus_after, resolved
from agent.models.offline.forms import Form, asks, first_free, is_old, merged, rambles
from agent.models.offline.generating import NONE
from agent.models.offline.given import own_arguments
from agent.models.offline.grammar import REFERENCES, Grammar, Match
from agent.models.offline.hearing import Heard, Sentence, hear, once
from agent.models.offline.later import Later
from agent.models.offline.lessons import asked, asked_before
from agent.models.offline.names import names_in
from agent.models.offline.plans import Call, Plan, Said
from agent.models.offline.plausible import everyone_in, known_first, more_than_names, plausible
from agent.models.offline.reading import SURELY, WHOLE, Reader, Reading, contradicted
from agent.models.offline.several import parts_of, says_more
from agent.models.offline.speaking import Speaker
from agent.models.offline.telling import REMEMBER, is_told
from tools.values.text import fold

LOOKUP_AT, ACTION_AT, CHOICE_AT, NOTHING_AT, LATER_BELOW = 0.8, 0.95, 0.01, 0.7, 0.6
"""Chances from which a reading is acted on, offered as a button, or taken for something that asks for nothing; and
below which a trade that is not there yet is what was meant when it is named."""
OUTSIDE = frozenset({"customer", "visitor"})


class Planner:
    """Built once from the tools' phrases; `plan` reads the person's own words and nothing else."""

    def __init__(
        self,
        *,
        grammar: Grammar,
        kinds: Mapping[str, Literal["lookup", "action"]],
        later: Mapping[str, tuple[str, ...]],
        doubts: Doubts | None = None,
    ) -> None:
        self.grammar, self.words, self.slots = grammar, grammar.words, grammar.slots
        self.kinds, self._doubts = kinds, doubts or Doubts()
        self._speaker = Speaker(grammar.words, grammar.slots)
        self._later = Later(later)
        self._reader: Reader | None = None

    def reads_with(self, reader: Reader | None) -> None:
        """From now on sentences that no phrase matches are read with `reader`."""
        self._reader = reader

    def question(self, heard: Heard, tool: str, missing: str) -> str:
        """How to ask for an argument, in the language of the reply."""
        return self._speaker.question(heard, tool, missing)

    def focus(self, heard: Heard, plan: Plan) -> dict[str, str]:
        """Whom and what the conversation is about after this plan."""
        before: Mapping[str, Any] = heard.memo.get("focus") or {}
        called = isinstance(plan, Call)
        return focus_after(before, plan.args, self.slots[plan.tool]) if called else dict(before)

    def plan(self, heard: Heard, offered: frozenset[str]) -> Plan:
        """What to do about one message. `offered` are the tools that this person may use."""
        heard = replace(heard, named=once(heard.named))
        sentence = hear(heard.text, now=heard.now, zone=heard.zone)
        names_in(sentence, heard)  # asks the records for all of them together
        if heard.uploads and not sentence.words:
            return self._taking_files(heard, offered)
        if is_old(heard.memo, heard.now) and asks(heard.memo):
            return self._after_long(heard, sentence, offered)
        if plan := self._about_choices(heard, offered):
            return plan
        form = Form.of(heard.memo, heard.now)
        if form and talk.cancels(heard.text):
            return Said(heard.say("All right, I have dropped it.", "Okay, det er glemt."))
        return self._fresh(heard, sentence, offered, form)

    def _fresh(
        self, heard: Heard, sentence: Sentence, offered: frozenset[str], form: Form | None
    ) -> Plan:
        if "help" in offered and talk.asks_for_help(heard.text):
            return Call("help", {})
        if plan := self._slash(heard, offered) or self._not_yet(heard, sentence):
            return plan
        tools = frozenset(self.slots)
        form = form if form and form.tool in offered else None
        if only_looks(heard.text):
            tools = frozenset(tool for tool in tools if self.kinds.get(tool) == "lookup")
            offered &= tools
        everything = self._matches(heard, sentence, tools)
        matches = known_first(heard, self.slots, [m for m in everything if m.tool in offered])
        if forbids(heard.text) and not (matches and self._doubts.takes_back(matches[0])):
            return Said(talk.nothing_done(heard))
        if everything and not matches and everything[0].weight >= 1:
            return self._speaker.not_for_you(heard, offered, everything[0])
        if form:
            return self._with_form(heard, sentence, form, matches, offered)
        if plan := self._several(heard, matches, offered):
            return plan
        return self._told(heard, self._with_match(heard, sentence, matches, offered), offered)

    def _not_yet(self, heard: Heard, sentence: Sentence) -> Said | None:
        name = self._later.surely_named_in(sentence)
        return Said(talk.later(heard, name)) if name else None

    def _told(self, heard: Heard, plan: Plan, offered: frozenset[str]) -> Plan:
        if REMEMBER in offered and is_told(heard.text, plan, self.kinds):
            return self.complete(heard, REMEMBER, {"fact": heard.text})
        return plan

    def _after_long(self, heard: Heard, sentence: Sentence, offered: frozenset[str]) -> Plan:
        """What was asked more than an hour ago is not what this message answers."""
        plan = self._fresh(heard, sentence, offered, None)
        if isinstance(plan, Call) or plan.form or plan.options:
            return plan
        gone = heard.say(
            "What I asked is more than an hour old, so I have dropped it.",
            "Det, jeg spurgte om, er mere end en time gammelt, så det er glemt.",
        )
        return Said(f"{gone} {plan.text}", options=plan.options, form=plan.form, memo=plan.memo)

    def _slash(self, heard: Heard, offered: frozenset[str]) -> Plan | None:
        """“/book Jens on Tuesday at 10”: the tool by its name, the rest as its arguments."""
        first, _, rest = heard.text.strip().partition(" ")
        tool = fold(first).removeprefix("/").replace("-", "_")
        if not first.startswith("/") or tool not in offered:
            return None
        sentence = hear(rest, now=heard.now, zone=heard.zone)
        args = self._reader.arguments(tool, sentence, heard) if self._reader else {}
        return self.complete(
            heard,
            tool,
            args or first_free(tool, self.slots[tool], rest.strip(), self.grammar.fitted),
        )

    def _several(
        self, heard: Heard, matches: Sequence[Match], offered: frozenset[str]
    ) -> Plan | None:
        """Requests that each stand alone are taken one at a time; the person says which comes first."""
        if matches and matches[0].weight >= WHOLE:
            return None
        found: list[Match | Reading] = []
        for part in parts_of(heard.text):
            one = self._alone(part, heard, offered)
            if one is None:
                return None
            found.append(one)
        return (
            self._speaker.one_at_a_time(heard, found) if len({f.tool for f in found}) > 1 else None
        )

    def _alone(self, part: str, heard: Heard, offered: frozenset[str]) -> Match | Reading | None:
        sentence = hear(part, now=heard.now, zone=heard.zone)
        matches = known_first(heard, self.slots, self._matches(heard, sentence, offered))
        if matches and matches[0].weight >= WHOLE:
            return matches[0]
        readings = self._readings(sentence, heard, offered)
        best = readings[0] if readings else None
        sure = best is not None and best.tool in offered and best.chance >= SURELY
        return best if best and sure and says_more(sentence, best.args) else None

    def _about_choices(self, heard: Heard, offered: frozenset[str]) -> Plan | None:
        """What a message says to the choices of the last reply: one of them, none of them, or nothing."""
        choices: Sequence[Mapping[str, Any]] = heard.memo.get("choices") or ()
        if choices and talk.none_of_these(heard.text):
            return self._speaker.otherwise(heard, offered)
        chosen = talk.chosen_among(heard, choices)
        if chosen is None:
            return None
        if str(chosen["tool"]) not in offered:
            return self._speaker.lost(heard, offered)
        rest = [each for each in choices if each is not chosen and each.get("tool")]
        plan = self.complete(heard, str(chosen["tool"]), dict(chosen.get("args") or {}))
        if heard.memo.get("several") and isinstance(plan, Call) and rest:
            kept = {"choices": rest, "several": True}
            return Call(plan.tool, plan.args, memo=plan.memo, kept=kept)
        said = asked_before(heard.memo)
        if said and self._doubts.may_be_taught(str(chosen["tool"]), said):
            lesson = self._reader.lesson(str(chosen["tool"]), said, heard) if self._reader else None
            plan = replace(plan, lesson=lesson)
        if len(rest) == 1 and isinstance(plan, Call):
            return replace(plan, kept={"other": rest[0], **asked(said, ())})
        return plan

    def _with_match(
        self,
        heard: Heard,
        sentence: Sentence,
        matches: Sequence[Match],
        offered: frozenset[str],
    ) -> Plan:
        if not matches or matches[0].weight <= 0:
            return self._without_match(heard, sentence, offered)
        if name := self._later.taken_for_a_name(matches[0], self.slots):
            return Said(talk.later(heard, name))
        readings = self._readings(sentence, heard, offered)
        if self._contradicts(matches[0], readings):
            return self._read(heard, sentence, readings, offered)
        return self._meant(heard, matches[0])

    def _meant(self, heard: Heard, best: Match | Reading) -> Plan:
        """Do it; what needs no card is asked about where the sentence leaves a doubt."""
        if self._doubts.asks_first(heard.text, best, self.slots[best.tool], self.kinds):
            return self._speaker.offer(heard, [best])
        return self.complete(heard, best.tool, best.args)

    def complete(self, heard: Heard, tool: str, args: Mapping[str, Any]) -> Plan:
        """Call the tool, or ask for the first argument that is missing."""
        focus: Mapping[str, Any] = heard.memo.get("focus") or {}
        args = self._own(heard, tool, resolved(args, self.slots[tool], focus, heard.text))
        if self._acts(tool) and (all_of := everyone_in(args, self.slots[tool])):
            kept = {name: value for name, value in args.items() if name != all_of}
            asked = self._speaker.ask(heard, tool, kept, all_of)
            return replace(asked, text=f"{talk.one_only(heard)} {asked.text}")
        missing = [n for n, s in self.slots[tool].items() if s.required and n not in args]
        if not missing:
            return Call(tool, args, memo={"form": {"tool": tool, "args": args, "missing": ""}})
        return self._speaker.ask(heard, tool, args, missing[0])

    def _own(self, heard: Heard, tool: str, args: Mapping[str, Any]) -> dict[str, Any]:
        oneself = heard.role == "customer" and self._acts(tool)
        return own_arguments(args, self.slots[tool], uploads=heard.uploads, oneself=oneself)

    def _acts(self, tool: str) -> bool:
        return self.kinds.get(tool) == "action"

    def _taking_files(self, heard: Heard, offered: frozenset[str]) -> Plan:
        """A file without words: what it could be for."""
        takers = [
            Reading(tool, self._own(heard, tool, {}), 1.0)
            for tool in self.words
            if tool in offered and any(s.kind == "upload" for s in self.slots[tool].values())
        ]
        if len(takers) == 1:
            return self.complete(heard, takers[0].tool, {})
        return self._speaker.what_with_the_file(heard, takers)

    def _with_form(
        self,
        heard: Heard,
        sentence: Sentence,
        form: Form,
        matches: Sequence[Match],
        offered: frozenset[str],
    ) -> Plan:
        """A digression is answered and the form kept; the same tool again starts over; else it is the answer."""
        best = matches[0] if matches else None
        if best and best.weight >= 1 and best.tool != form.tool:
            return self._digression(heard, form, best)
        if best and best.weight >= 1:
            return self.complete(heard, best.tool, {**form.args, **best.args})
        if rambles(form, sentence, self.slots[form.tool], heard):
            return self._elsewhere(heard, sentence, form, offered)
        args = merged(form, sentence, self.slots[form.tool], heard, self.grammar.fitted)
        if args == form.args:
            if form.missing:
                return self._elsewhere(heard, sentence, form, offered)
            return self._without_match(heard, sentence, offered)
        return self.complete(heard, form.tool, args)

    def _elsewhere(
        self, heard: Heard, sentence: Sentence, form: Form, offered: frozenset[str]
    ) -> Plan:
        """What the message is instead of the answer that was asked for; if nothing, the question again."""
        readings = self._readings(sentence, heard, offered)
        best = readings[0] if readings else None
        if best and best.tool in offered and best.chance >= self._floor(best.tool):
            if best.tool == form.tool:
                return self.complete(heard, form.tool, {**form.args, **best.args})
            return self._digression(heard, form, best)
        args = merged(form, sentence, self.slots[form.tool], heard, self.grammar.fitted)
        if args != form.args and self.slots[form.tool][form.missing].kind not in REFERENCES:
            return self.complete(heard, form.tool, args)
        later = self._later.named_in(sentence)
        said = talk.later(heard, later) if later else talk.small_talk(heard)
        again = self.question(heard, form.tool, form.missing)
        return Said(f"{said or talk.not_the_answer(heard)} {again}", memo=dict(heard.memo))

    def _digression(self, heard: Heard, form: Form, match: Match | Reading) -> Plan:
        """Another tool in the middle of a form: a lookup is answered and the question asked again."""
        plan = self._meant(heard, match)
        if isinstance(plan, Said) or self._acts(match.tool) or not form.missing:
            return plan
        back = self.question(heard, form.tool, form.missing)
        return Call(plan.tool, plan.args, then=back, memo=heard.memo)

    def _matches(self, heard: Heard, sentence: Sentence, tools: frozenset[str]) -> list[Match]:
        """The readings by the tools' own phrases whose names can be names."""
        found = self.grammar.matches(sentence, tools)
        return [match for match in found if plausible(match, self.slots[match.tool], heard)]

    def _readings(self, sentence: Sentence, heard: Heard, offered: frozenset[str]) -> list[Reading]:
        """The likeliest readings. Of somebody from outside only what they may ask for is expected."""
        found = self._reader.read(sentence, heard, offered) if self._reader else []
        looks, mine = only_looks(heard.text), [r for r in found if r.tool in {*offered, NONE}]
        if heard.role not in OUTSIDE:
            return mine if looks else found
        total = sum(each.chance for each in mine) or 1.0
        return [replace(each, chance=each.chance / total) for each in mine]

    def ranked(self, heard: Heard, offered: frozenset[str]) -> list[str]:
        """The tools by how likely they are meant, for whoever measures; "none" is one of them."""
        sentence = hear(heard.text, now=heard.now, zone=heard.zone)
        matches = [m for m in self._matches(heard, sentence, offered) if m.weight > 0]
        readings = self._readings(sentence, heard, offered)
        first = [] if not matches or self._contradicts(matches[0], readings) else [matches[0].tool]
        rest = [r.tool for r in readings if r.tool == NONE or r.tool in offered]
        return list(dict.fromkeys([*first, *rest]))

    def _without_match(self, heard: Heard, sentence: Sentence, offered: frozenset[str]) -> Plan:
        if small := talk.small_talk(heard):
            return Said(small)
        return self._read(heard, sentence, self._readings(sentence, heard, offered), offered)

    def _read(
        self,
        heard: Heard,
        sentence: Sentence,
        readings: Sequence[Reading],
        offered: frozenset[str],
    ) -> Plan:
        """What to do about a sentence that no phrase matches."""
        if not readings:
            return self._speaker.lost(heard, offered)
        best, mine = readings[0], [each for each in readings if each.tool in offered]
        # “Make a quote for Mette” says nothing that would be changed of her: it is about quotes.
        vague = self._acts(best.tool) and not more_than_names(best, self.slots[best.tool])
        name = self._later.named_in(sentence, best.args)
        if name and (best.tool == NONE or vague or best.chance < LATER_BELOW):
            return Said(talk.later(heard, name))
        if best.tool in offered and best.chance >= self._floor(best.tool):
            return self._meant(heard, best)
        if best.tool != NONE and best.tool not in offered and best.chance >= SURELY:
            return self._speaker.not_for_you(heard, offered, best)
        nothing = next((each.chance for each in readings if each.tool == NONE), 0.0)
        likely = [each for each in mine if each.chance >= CHOICE_AT * (nothing + mine[0].chance)]
        if likely and nothing < NOTHING_AT:
            return self._speaker.offer(heard, likely)
        return self._speaker.lost(heard, offered, [each.tool for each in mine])

    def _floor(self, tool: str) -> float:
        return LOOKUP_AT if self.kinds.get(tool) == "lookup" else ACTION_AT

    def _contradicts(self, match: Match, readings: Sequence[Reading]) -> bool:
        knows = self._reader is not None and self._reader.knows(match.tool)
        return knows and contradicted(match, readings, self.slots[match.tool])
