"""What a tool is: frozen arguments that look something up, or that propose, preview and perform one effect."""

import dataclasses
import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self, TypeVar, cast
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from memory.store import TenantSession
from tools.cards import Card, FactsCard, Line, Option, Preview, Source
from tools.policy import Policy, Role

__all__ = ["Action", "Context", "Domain", "Effect", "Query", "Receipt", "Result", "Role", "Tool"]

OFFICE: frozenset[Role] = frozenset({"owner", "staff"})
EVERYONE: frozenset[Role] = frozenset(
    {"owner", "staff", "crew", "bookkeeper", "reseller", "customer", "visitor"}
)


class Effect(IntEnum):
    """How far an action reaches, in order."""

    READ = 0
    INTERNAL = 1
    REVERSIBLE = 2
    IRREVERSIBLE = 3


@dataclasses.dataclass(frozen=True)
class Steers:
    """Marks an argument that decides whom or what an effect reaches; references, money and times are marked already."""


@dataclasses.dataclass(frozen=True)
class OwnWords:
    """Marks an argument that must be what the requester said: what a record says does not count as that."""


@dataclasses.dataclass(frozen=True)
class From:
    """Marks whose words a field of a result holds; unmarked fields are the system's own."""

    source: Source


class Quoted(BaseModel):
    """Free text of somebody else, with whose it is: shown escaped, labelled where a model reads it, never steering."""

    model_config = ConfigDict(frozen=True)

    text: str
    source: Source
    by: str = ""


@dataclasses.dataclass(frozen=True)
class Actor:
    """Who asks. `id` is a user's, a visitor's sign-in's or "system"; customers and crew point at their own rows."""

    tenant_id: str
    id: str
    role: Role
    name: str
    language: Literal["en", "da"]
    email: str | None = None
    phone: str | None = None
    customer_id: str | None = None
    staff_id: str | None = None
    kind: Literal["person", "key", "system"] = "person"
    channel: str = "api"
    sign_in_id: str | None = None

    @property
    def office(self) -> bool:
        """Whether this is the owner or the office."""
        return self.role in OFFICE


@dataclasses.dataclass(frozen=True)
class Firm:
    """The tenant as tools need it: a snapshot taken when the context is made."""

    id: str
    number: int
    name: str
    language: Literal["en", "da"]
    zone: ZoneInfo
    currency: str
    country: str
    demo: bool
    settings: Mapping[str, Any]


PortT = TypeVar("PortT")


@dataclasses.dataclass(frozen=True)
class Context:
    """What a tool may use: one actor, one transaction, one clock reading, and providers by port.

    A port whose provider has `remote = True` may only be taken while no transaction is open, so that no
    database lock is ever held across a call to the outside.
    """

    actor: Actor
    firm: Firm
    session: TenantSession
    now: dt.datetime
    ports: Mapping[type[Any], object]
    language: Literal["en", "da"]
    conversation_id: str | None = None
    """Where it was asked for, when it was in a conversation."""

    def __getitem__(self, port: type[PortT]) -> PortT:
        provider = self.ports[port]
        if getattr(provider, "remote", False) and self.session.in_transaction():
            raise RuntimeError(f"{port.__name__} is remote: call it before touching the session")
        return cast(PortT, provider)

    def say(self, en: str, da: str) -> str:
        """The sentence in the reader's language."""
        return da if self.language == "da" else en

    @property
    def today(self) -> dt.date:
        """The firm's business date."""
        return self.now.astimezone(self.firm.zone).date()


class Tool(BaseModel):
    """Frozen arguments with a docstring that a model reads. The wire name is the class's name in snake_case."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    roles: ClassVar[frozenset[Role]] = OFFICE
    untold: ClassVar[bool] = False  # the result's content never reaches a model (exports)

    @classmethod
    def tool_name(cls) -> str:
        """`FindLeads` → `find_leads`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    @classmethod
    def description(cls) -> str:
        """The docstring as one paragraph."""
        return " ".join((cls.__doc__ or "").split())

    def as_args(self) -> dict[str, Any]:
        """The arguments as JSON, in wire spelling, without those left out."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


class Result(BaseModel):
    """What a lookup found. Fields carry their source; `summary` is one sentence, computed, in the reader's language."""

    model_config = ConfigDict(
        frozen=True, alias_generator=to_camel, populate_by_name=True, serialize_by_alias=True
    )

    summary: str

    def as_card(self) -> Card | None:
        """The card that shows this result, or None when the summary says it all."""
        raise NotImplementedError


class Query(Tool):
    """A lookup: reads only, runs at once, in a read-only session."""

    def run(self, ctx: Context) -> Result:
        """Look it up. Raises a ToolError when it cannot."""
        raise NotImplementedError


class Receipt(BaseModel):
    """What an action did: shown to people, kept in the ledger. `record` names the rows it made or changed.

    `before` keeps what undo needs. `follow_up` names tool calls that people usually want next; of them only those
    are offered that exist for the person.
    """

    model_config = ConfigDict(frozen=True)

    title: str
    lines: tuple[Line, ...] = ()
    record: dict[str, str] = Field(default_factory=dict)
    before: dict[str, Any] = Field(default_factory=dict)
    reference: str | None = None  # what the provider called it
    follow_up: tuple[Option, ...] = ()

    def as_card(self) -> Card:
        """The receipt as facts."""
        return FactsCard(title=self.title, lines=self.lines)


@dataclasses.dataclass(frozen=True)
class DidNotHappen:
    """Reconciliation found that the effect did not happen: it may run again."""


@dataclasses.dataclass(frozen=True)
class CannotTell:
    """Reconciliation could not find out; a person must look."""

    why: str


class Action(Tool):
    """A change of the world: resolved, previewed, approved, then performed once under a key."""

    effect: ClassVar[Effect]
    policy: ClassVar[Policy]
    minutes_saved: ClassVar[int] = 1
    lifetime: ClassVar[dt.timedelta] = dt.timedelta(hours=4)
    calls: ClassVar[tuple[type[Any], ...]] = ()  # remote ports that perform() calls

    def sealed(self, ctx: Context) -> Self:
        """The action with what must never be stored in the clear put into the vault; called before anything is."""
        return self

    def resolve(self, ctx: Context) -> Self:
        """Names become ids, words instants, and defaults are chosen. Raises Unclear with choices rather than guess."""
        return self

    def preview(self, ctx: Context) -> Preview:
        """Exactly what would happen, from the store."""
        raise NotImplementedError

    def perform(self, ctx: Context, key: str) -> Receipt:
        """Do it, once under `key`. An action with `calls` calls its provider before it touches the session."""
        raise NotImplementedError

    def reconcile(self, ctx: Context, key: str) -> Receipt | DidNotHappen | CannotTell:
        """After an interruption: did it happen? Without outside calls the ledger's own transaction has the answer."""
        if self.calls:
            return CannotTell(
                why=ctx.say("The provider was not asked.", "Udbyderen er ikke spurgt.")
            )
        return DidNotHappen()

    def undo(self, ctx: Context, receipt: Receipt) -> "Action | None":
        """The action that takes it back, where that is true today; None where it is not."""
        return None

    def instead(self, ctx: Context, receipt: Receipt) -> str | None:
        """Where nothing takes it back: one sentence on what to do instead, or None."""
        return None


Trigger = Callable[[Context, str], None]


@dataclasses.dataclass(frozen=True)
class Job:
    """Background work by name: `run(ctx, id)` in one transaction per call."""

    name: str
    run: Trigger
    every: str | None = None  # a cron line in the tenant's zone, when it is scheduled


@dataclasses.dataclass(frozen=True)
class Domain:
    """A trade: its tools, its background jobs, and the phrases people use."""

    name: str
    title_en: str
    title_da: str
    queries: Sequence[type[Query]] = ()
    actions: Sequence[type[Action]] = ()
    jobs: Sequence[Job] = ()
    examples: Path | None = None


def steers(**marks: Any) -> Any:
    """A field that steers an effect."""
    return Field(**marks)


Untrusted = Annotated[str, From("third_party")]
