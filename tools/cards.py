"""The closed union of cards that results and previews become; each channel renders every kind its own way."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

Source = Literal["system", "staff", "customer", "third_party"]


class Shown(BaseModel):
    """A part of what people are shown: frozen, camelCase on the wire."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        populate_by_name=True,
        serialize_by_alias=True,
        json_schema_serialization_defaults_required=True,
    )


class Line(Shown):
    """A line of a preview or of facts. `before` is set when something changes; `source` says whose words they are."""

    label: str
    value: str
    before: str | None = None
    source: Source = "system"


class Figure(Shown):
    """A number that policies and people look at: `amount` in minor units of `unit` (a currency), or a plain count."""

    name: str
    amount: int
    unit: str
    shown: str


class Precondition(Shown):
    """What must still be so when the action runs: a field of a row, and its value at the preview (as JSON text)."""

    table: str
    row: str
    field: str
    value: str
    label: str
    shown: str


class Preview(Shown):
    """Exactly what would happen, computed from the store. `facts` are names that policies may ask for."""

    title: str
    lines: tuple[Line, ...] = ()
    figures: tuple[Figure, ...] = ()
    recipients: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    preconditions: tuple[Precondition, ...] = ()
    facts: dict[str, str] = Field(default_factory=dict)


class Option(Shown):
    """A button: a label, and the tool call it stands for (or the words it says when there is no tool)."""

    label: str
    tool: str | None = None
    args: dict[str, object] = Field(default_factory=dict)


class FactsCard(Shown):
    """A thing, what is known of it, and what may be done about it."""

    kind: Literal["facts"] = "facts"
    title: str
    lines: tuple[Line, ...] = ()
    options: tuple[Option, ...] = ()


class Cell(Shown):
    """A table cell; text of a customer or third party is labelled."""

    text: str
    source: Source = "system"


class TableCard(Shown):
    """Rows under headings. `total` may be larger than the rows shown."""

    kind: Literal["table"] = "table"
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...] = ()
    total: int | None = None


class Moment(Shown):
    """One entry of a timeline: `at` is already in the reader's zone and language."""

    at: str
    title: str
    text: str = ""
    source: Source = "system"


class TimelineCard(Shown):
    """What happened, in order."""

    kind: Literal["timeline"] = "timeline"
    title: str
    moments: tuple[Moment, ...] = ()


class Point(Shown):
    """One bar or point of a chart: the figure as shown, and its value in minor units for the drawing."""

    label: str
    value: int
    shown: str


class ChartCard(Shown):
    """A small chart with the figures that it draws."""

    kind: Literal["chart"] = "chart"
    title: str
    points: tuple[Point, ...] = ()


class Warned(Shown):
    """An argument that did not come from the requester: where it points, what it says, and where it was found."""

    pointer: str
    label: str
    value: str
    origin: Literal["TEXT", "MODEL"]
    excerpt: str = ""


class ProposalCard(Shown):
    """A proposal as its reader sees it. `red` arguments need an explicit confirmation, `typed` names what to type.

    `decidable`: this reader may decide it now. `own`: this reader asked for it, and may edit it or take it back.
    """

    kind: Literal["proposal"] = "proposal"
    id: str
    version: int
    digest: str
    tool: str
    status: str
    preview: Preview
    red: tuple[Warned, ...] = ()
    decides: str = ""
    decidable: bool = False
    own: bool = False
    typed: str | None = None
    problem: str = ""
    moved: tuple[Line, ...] = ()
    options: tuple[Option, ...] = ()
    expires_at: str
    expires_shown: str = ""


class FileCard(Shown):
    """A file to download, by an address on this server."""

    kind: Literal["file"] = "file"
    title: str
    filename: str
    href: str
    size: int


class FieldOption(Shown):
    """One of the values that a field may take, and what people call it."""

    value: str
    label: str


class FormField(Shown):
    """One thing to be filled in or changed: `value` in words, or one of the `options`' values where there are any."""

    name: str
    label: str
    hint: str = ""
    value: str = ""
    options: tuple[FieldOption, ...] = ()


class FormCard(Shown):
    """Arguments of one tool that are still missing, or that may be changed."""

    kind: Literal["form"] = "form"
    title: str
    tool: str
    fields: tuple[FormField, ...] = ()
    args: dict[str, object] = Field(default_factory=dict)


class ChoicesCard(Shown):
    """Ways to go on."""

    kind: Literal["choices"] = "choices"
    title: str
    options: tuple[Option, ...] = ()


Card = Annotated[
    FactsCard
    | TableCard
    | TimelineCard
    | ChartCard
    | ProposalCard
    | FileCard
    | FormCard
    | ChoicesCard,
    Field(discriminator="kind"),
]
