"""Procedures over the tool catalogue: what the caller may use, a query per lookup, and one way to run any tool."""

from collections.abc import Sequence
from typing import Any, Literal, get_type_hints

from pydantic import Field

from agent.channels.trpc.approvals import shown
from agent.channels.trpc.backend import Backend, Caller
from agent.channels.trpc.procedures import Procedure, mutation, query
from agent.channels.trpc.shapes import JsonObject, ProposalOut
from agent.channels.trpc.wire import Wire
from agent.gate.registry import may_use
from tools.cards import Card
from tools.errors import NotFound
from tools.kit import Action, Query, Result, Tool


class ToolOut(Wire):
    """A tool that the caller may use, with the JSON schema of its arguments."""

    name: str
    kind: Literal["lookup", "action"]
    description: str
    schema_: JsonObject = Field(alias="schema")


class RunIn(Wire):
    """A tool and its arguments, in the catalogue's spelling: the caller's own, as in a form."""

    tool: str = Field(max_length=64)
    args: JsonObject = Field(default_factory=dict[str, Any])


class RunOut(Wire):
    """A lookup's result with its cards, or the proposal that an action became."""

    text: str
    result: JsonObject | None = None
    cards: list[Card] = Field(default_factory=list[Card])
    proposal: ProposalOut | None = None


def lookup_path(trade: str, tool: str) -> str:
    """`find_leads` of leads → `leads.find`; `find_customers` → `leads.customers`; others by their name."""
    named = tool.removeprefix("find_")
    if tool == f"find_{trade}":
        return f"{trade}.find"
    return f"{trade}.{named if tool.startswith('find_') else tool}"


class _Toolbox:
    """What the procedures over tools do."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def list_(self, caller: Caller, _: None) -> list[ToolOut]:
        return [_tool_out(tool) for tool in self._backend.registry.for_role(caller.actor.role)]

    def run(self, caller: Caller, given: RunIn) -> RunOut:
        if not may_use(caller.actor, self._backend.registry.tool(given.tool)):
            raise NotFound(f"There is no tool called “{given.tool}”.")
        language = caller.actor.language
        tool = self._backend.registry.read(given.tool, given.args, language=language)
        match tool:
            case Query():
                return _looked_up(self._backend.gate.run_query(caller.actor, tool))
            case Action():
                return self._proposed(caller, tool)
            case _:
                raise TypeError(f"{given.tool} is neither a lookup nor an action")

    def _proposed(self, caller: Caller, action: Action) -> RunOut:
        actor = caller.actor
        self._backend.limits.came_from(actor.id, caller.address)
        origin = "key" if actor.kind == "key" else "form"
        row = self._backend.gate.propose(actor, action, origin=origin)
        proposal = shown(self._backend, actor, row)
        return RunOut(text=proposal.preview.title, proposal=proposal)


def _lookup(backend: Backend, path: str, tool: type[Query]) -> Procedure:
    # A query of its own: `leads.find` instead of `tools.run`.
    def look_up(caller: Caller, given: Query) -> Result:
        return backend.gate.run_query(caller.actor, given)

    return query(
        path, look_up, input=tool, output=get_type_hints(tool.run)["return"],
        summary=tool.description(),
    )  # fmt: skip


def procedures(backend: Backend) -> Sequence[Procedure]:
    """tools.*, and a query per lookup"""
    does = _Toolbox(backend)
    lookups = [
        _lookup(backend, lookup_path(domain.name, tool.tool_name()), tool)
        for domain in backend.registry.domains
        for tool in domain.queries
    ]
    return (
        query("tools.list", does.list_, output=list[ToolOut], summary="The tools the caller may use"),
        mutation("tools.run", does.run, input=RunIn, output=RunOut,
                 summary="Run a lookup, or propose an action"),
        *lookups,
    )  # fmt: skip


def _tool_out(tool: type[Tool]) -> ToolOut:
    return ToolOut(
        name=tool.tool_name(),
        kind="action" if issubclass(tool, Action) else "lookup",
        description=tool.description(),
        schema=tool.model_json_schema(by_alias=True),
    )


def _looked_up(result: Result) -> RunOut:
    card = result.as_card()
    return RunOut(
        text=result.summary,
        result=result.model_dump(mode="json"),
        cards=[card] if card else [],
    )
