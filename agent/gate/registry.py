"""Every tool by its wire name, and arguments from the outside made into a tool."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeVar

from pydantic import ValidationError

from tools.errors import NotFound, Rejected
from tools.findings import OURS, findings
from tools.kit import Action, Actor, Domain, Query, Tool
from tools.policy import Role

ToolT = TypeVar("ToolT", bound=Tool)
Found = TypeVar("Found")


class Registry:
    """The tools of all trades. A name that is not there is NotFound."""

    def __init__(self, domains: Sequence[Domain]) -> None:
        self.domains = tuple(domains)
        self._queries = {tool.tool_name(): tool for each in domains for tool in each.queries}
        self._actions = {tool.tool_name(): tool for each in domains for tool in each.actions}
        self._homes = {
            tool.tool_name(): each for each in domains for tool in (*each.queries, *each.actions)
        }

    def names(self) -> list[str]:
        """Every tool's name, in the order of the trades."""
        return list(self._homes)

    def query(self, name: str) -> type[Query]:
        """The lookup of that name."""
        return _known(self._queries.get(name), name)

    def action(self, name: str) -> type[Action]:
        """The action of that name."""
        return _known(self._actions.get(name), name)

    def tool(self, name: str) -> type[Tool]:
        """The lookup or action of that name."""
        return _known(self._queries.get(name) or self._actions.get(name), name)

    def domain_of(self, name: str) -> Domain:
        """The trade that a tool belongs to."""
        return _known(self._homes.get(name), name)

    def for_role(self, role: Role) -> list[type[Tool]]:
        """The tools that exist for a role; others are not even named to it."""
        return [tool for name in self._homes if role in (tool := self.tool(name)).roles]

    def read(
        self, name: str, args: Mapping[str, Any], *, language: Literal["en", "da"] = "en"
    ) -> Tool:
        """A tool out of arguments in wire spelling. Rejected names each field that is wrong."""
        return read_as(self.tool(name), args, language=language)

    def read_action(
        self, name: str, args: Mapping[str, Any], *, language: Literal["en", "da"] = "en"
    ) -> Action:
        """An action out of arguments in wire spelling. Rejected names each field that is wrong."""
        return read_as(self.action(name), args, language=language)


def read_as(
    tool: type[ToolT], args: Mapping[str, Any], *, language: Literal["en", "da"] = "en"
) -> ToolT:
    """`tool` with these arguments. Rejected names each field that is wrong, in wire spelling."""
    try:
        return tool.model_validate(dict(args), context={"language": language})
    except ValidationError as error:
        found = findings(error, language=language)
        fields = {name or "arguments": why for name, why in found.items()}
        if all(each["type"] == OURS for each in error.errors()):  # sentences of our own
            raise Rejected(" ".join(dict.fromkeys(fields.values())), fields=fields) from None
        told = "; ".join(f"“{name}” {why.rstrip('.')}" for name, why in fields.items())
        raise Rejected(f"{tool.tool_name()}: {told}.", fields=fields) from None


def may_use(actor: Actor, tool: type[Tool]) -> bool:
    """Whether the tool exists for this actor; schedules may use all of them."""
    return actor.kind == "system" or actor.role in tool.roles


def _known(tool: Found | None, name: str) -> Found:
    if tool is None:
        raise NotFound(f"There is no tool called “{name}”.")
    return tool
