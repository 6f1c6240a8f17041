"""Our tools offered to pydantic-ai: lookups run, actions become proposals; the only module that knows both."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

from pydantic import BaseModel, TypeAdapter
from pydantic_ai import ModelRetry, RunContext, ToolFailed
from pydantic_ai.tools import ToolDefinition
from pydantic_ai.toolsets import AbstractToolset, ToolsetTool
from pydantic_core import SchemaValidator, core_schema

from agent.gate import Gate
from agent.gate.provenance import Seen, leaves, own_source, sources_of
from agent.gate.registry import Registry
from agent.models.offline import ToolWords
from memory.tables.gate import Proposal
from tools.cards import Cell, ChoicesCard, FactsCard, Line, Option, Source
from tools.errors import Conflict, NotFound, Rejected, ToolError, Unclear
from tools.kit import Action, Actor, Query, Quoted, Result, Tool
from tools.refs import slots

_ANY_ARGUMENTS = SchemaValidator(
    core_schema.dict_schema(core_schema.str_schema(), core_schema.any_schema())
)
OPTIONS: TypeAdapter[tuple[Option, ...]] = TypeAdapter(tuple[Option, ...])
RETRIES = 2
_LOOKING = frozenset({"find", "show", "vis"})
"""Words that the names of lookups begin with, in both languages."""
LONGEST_QUOTE, MOST_LEAVES = 2000, 300
MOST_ITEMS, LONGEST_RESULT = (30, 10, 3), 12_000
"""How much of a list a model is told, the most that fits; and how long one result may be, as JSON."""


class Emit(Protocol):
    """Takes one event of the turn; may be called from any thread."""

    def __call__(
        self, kind: str, body: Mapping[str, Any], *, seen: Sequence[Any] | None = None
    ) -> None: ...


class Stopped(Exception):
    """Somebody stopped the turn: what it has not done yet is not done."""


@dataclass
class TurnFacts:
    """What the tools of one turn need to know. `said` and `seen` are read only when something is proposed."""

    actor: Actor
    conversation_id: str
    turn_id: str
    emit: Emit
    said: Callable[[], Sequence[str]]
    seen: Callable[[], Sequence[Seen]]
    earlier: Callable[[str, Mapping[str, Any]], Proposal | None] = lambda tool, args: None
    shown: frozenset[str] = frozenset()  # steps that an earlier run of this turn already showed
    stopped: Callable[[], bool] = lambda: False
    made: list[str] = field(default_factory=list[str])  # the proposals of this run
    found: list[Seen] = field(default_factory=list[Seen])
    options: list[Option] = field(default_factory=list[Option])
    buttons: list[Option] = field(default_factory=list[Option])  # on cards that were shown

    def say(self, en: str, da: str) -> str:
        """The sentence in the language of the reply."""
        return da if self.actor.language == "da" else en


class Toolset(AbstractToolset[TurnFacts]):
    """The tools of the actor's role, and no others."""

    def __init__(
        self, *, gate: Gate, registry: Registry, words: Mapping[str, ToolWords] | None = None
    ) -> None:
        self._gate = gate
        self._registry = registry
        self._words = dict(words or {})
        self._by_role: dict[str, dict[str, ToolsetTool[TurnFacts]]] = {}

    @property
    def id(self) -> str:
        """The toolset's name."""
        return "friday"

    def offered(self, actor: Actor) -> dict[str, ToolsetTool[TurnFacts]]:
        """The tools that exist for this actor, by name."""
        if actor.role not in self._by_role:
            tools = self._registry.for_role(actor.role)
            self._by_role[actor.role] = {tool.tool_name(): self._offer(tool) for tool in tools}
        return self._by_role[actor.role]

    async def get_tools(self, ctx: RunContext[TurnFacts]) -> dict[str, ToolsetTool[TurnFacts]]:
        """The tools that exist for the actor of this turn."""
        return self.offered(ctx.deps.actor)

    async def call_tool(
        self,
        name: str,
        tool_args: dict[str, Any],
        ctx: RunContext[TurnFacts],
        tool: ToolsetTool[TurnFacts],
    ) -> Any:
        """Run or propose in a thread; a refusal that other arguments could mend asks the model to try again."""
        call_id = ctx.tool_call_id or name
        try:
            return await asyncio.to_thread(self.call, ctx.deps, name, tool_args, call_id)
        except Rejected as error:
            raise ModelRetry(error.message) from error
        except ToolError as error:
            raise ToolFailed(error.message) from error

    def call(
        self, facts: TurnFacts, name: str, args: Mapping[str, Any], call_id: str
    ) -> dict[str, Any]:
        """One tool call, in its own transaction. The answer always has a "summary". Raises ToolError, Stopped."""
        _go_on(facts)
        step = {"id": call_id, "tool": name, "args": dict(args), "title": self._title(facts, name)}
        begun = {**step, "title": self._doing(facts, name), "state": "running"}
        silent = step_key(name, args) in facts.shown
        if not silent:
            facts.emit("step", begun)
        try:
            content, seen = self._perform(facts, name, args, silent=silent)
        except ToolError as error:
            facts.options += options_of(error)
            facts.emit("step", {**step, "state": "failed", "error": error.message})
            raise
        if not silent:
            facts.emit("step", {**step, "state": "ok"}, seen=seen)
        _go_on(facts)
        return content

    def _perform(
        self, facts: TurnFacts, name: str, args: Mapping[str, Any], *, silent: bool
    ) -> tuple[dict[str, Any], list[Any]]:
        if name not in self.offered(facts.actor):
            raise NotFound(
                facts.say(f"There is no tool “{name}”.", f"Der findes intet værktøj “{name}”.")
            )
        tool = self._registry.read(name, args, language=facts.actor.language)
        if isinstance(tool, Query):
            return self._look_up(facts, tool, silent=silent)
        return self._propose(facts, cast(Action, tool), args), []

    def _look_up(
        self, facts: TurnFacts, query: Query, *, silent: bool
    ) -> tuple[dict[str, Any], list[Any]]:
        result = self._gate.run_query(facts.actor, query)
        card = result.as_card()
        if card is not None and not silent:
            facts.emit("card", {"card": card.model_dump(mode="json")})
        if isinstance(card, ChoicesCard | FactsCard):
            facts.buttons += card.options
        if query.untold:
            return {"summary": result.summary}, []
        seen = leaves(result)[:MOST_LEAVES]
        facts.found += seen
        return as_told(result), [leaf.as_json() for leaf in seen]

    def _propose(self, facts: TurnFacts, action: Action, args: Mapping[str, Any]) -> dict[str, Any]:
        proposal = facts.earlier(action.tool_name(), args) or self._gate.propose(
            facts.actor,
            action,
            origin="model",
            said=facts.said(),
            seen=[*facts.seen(), *facts.found],
            conversation_id=facts.conversation_id,
            turn_id=facts.turn_id,
        )
        facts.made.append(proposal.id)
        if proposal.status == "done":
            facts.options += follow_up(self._registry, facts.actor, proposal)
        return as_proposed(proposal, facts, held=self._gate.held_up_now(facts.actor, proposal))

    def _offer(self, tool: type[Tool]) -> ToolsetTool[TurnFacts]:
        name = tool.tool_name()
        kind = "lookup" if issubclass(tool, Query) else "action"
        definition = ToolDefinition(
            name=name,
            description=tool.description(),
            parameters_json_schema=tool.model_json_schema(by_alias=True),
            metadata={"kind": kind, "slots": slots(tool)},
        )
        return ToolsetTool(
            toolset=self, tool_def=definition, max_retries=RETRIES, args_validator=_ANY_ARGUMENTS
        )

    def _title(self, facts: TurnFacts, name: str) -> str:
        words = self._words.get(name)
        return words.label.of(facts.actor.language) if words else name.replace("_", " ")

    def _doing(self, facts: TurnFacts, name: str) -> str:
        """What is going on, for whoever waits: “looking up leads …”."""
        title = self._title(facts, name)
        if name not in self.offered(facts.actor) or issubclass(self._registry.tool(name), Action):
            return facts.say(f"Preparing: {title} …", f"Forbereder: {title} …")
        first, _, rest = title.partition(" ")
        what = rest if rest and first.casefold() in _LOOKING else title[:1].lower() + title[1:]
        return facts.say(f"Looking up {what} …", f"Slår {what} op …")


def _go_on(facts: TurnFacts) -> None:
    if facts.stopped():
        raise Stopped(facts.turn_id)


def step_key(name: str, args: Mapping[str, Any]) -> str:
    """A tool call by what it asks for."""
    return f"{name} {sorted(args.items())!r}"


def options_of(error: ToolError) -> list[Option]:
    """The ways on that an error offers."""
    if not isinstance(error, Unclear):
        return []
    return [Option(label=c.label, tool=c.tool, args=dict(c.args)) for c in error.choices]


def follow_up(registry: Registry, actor: Actor, proposal: Proposal) -> tuple[Option, ...]:
    """What usually comes after the tool that was performed, as far as it exists for this person."""
    told = (proposal.result or {}).get("follow_up") or ()
    return tuple(o for o in OPTIONS.validate_python(told) if may_call(registry, actor, o))


def may_call(registry: Registry, actor: Actor, option: Option) -> bool:
    """Whether the tool that a button stands for exists for this person."""
    names = registry.names()
    return option.tool in names and actor.role in registry.tool(str(option.tool)).roles


def as_proposed(proposal: Proposal, facts: TurnFacts, *, held: str | None = None) -> dict[str, Any]:
    """What a model is told about a proposal. One that was performed at once says so; one that failed raises.

    `held`: why an approval would not be carried out now.
    """
    preview = proposal.preview or {}
    title = str(preview.get("title") or proposal.tool)
    told: dict[str, Any] = {
        "proposal": proposal.id,
        "status": proposal.status,
        "lines": [f"{line['label']}: {line['value']}" for line in preview.get("lines", ())],
        "warnings": list(preview.get("warnings", ())),
    }
    if proposal.status == "done":
        return {"summary": str((proposal.result or {}).get("title") or title), **told}
    if proposal.status in ("cancelled", "expired"):
        raise Conflict(str((proposal.problem or {}).get("message") or title))
    if proposal.status in ("failed", "stale", "unknown"):
        raise Rejected(str((proposal.problem or {}).get("message") or title))
    summary = facts.say(
        f"{title}. Nothing has been done yet: it waits for a yes on the card.",
        f"{title}. Intet er gjort endnu: det venter på et ja på kortet.",
    )
    return {"summary": f"{summary} {held}" if held else summary, **told}


def as_told(result: Result) -> dict[str, Any]:
    """A result as a model reads it: other people's words are quoted and labelled with whose they are.

    Lists are told as far as there is room for all of it; the summary says how many there are.
    """
    told: dict[str, Any] = {}
    for most in MOST_ITEMS:
        told = _told_fields(result, most)
        if len(json.dumps(told, default=str)) <= LONGEST_RESULT:
            return told
    return {"summary": told["summary"], "left_out": "The rest is too long; it is on the card."}


def _told(value: object, most: int, source: Source | None = None) -> Any:
    match value:
        case Quoted():
            return {"quoted": value.text[:LONGEST_QUOTE], "from": value.source, "by": value.by}
        case BaseModel():
            return _told_part(value, most, source)
        case str() if source in ("customer", "third_party"):
            return {"quoted": value[:LONGEST_QUOTE], "from": source}
        case list() | tuple():
            return [_told(item, most, source) for item in cast(Sequence[object], value)[:most]]
        case dict():
            said = cast(dict[object, object], value)
            return {str(k): _told(v, most, source) for k, v in said.items()}
        case None | str() | int() | bool():
            return value
        case _:
            return str(value)


def _told_part(value: BaseModel, most: int, source: Source | None) -> Any:
    match value:
        case Line():
            return {
                "label": value.label,
                "value": _told(value.value, most, own_source(value, source)),
            }
        case Cell():
            return _told(value.text, most, own_source(value, source))
        case _:
            return _told_fields(value, most)


def _told_fields(value: BaseModel, most: int) -> dict[str, Any]:
    sources = sources_of(type(value))
    return {name: _told(getattr(value, name), most, source) for name, source in sources.items()}
