"""The shapes of conversations and proposals on the wire."""

from typing import Any, Literal

from pydantic import ConfigDict, Field

from agent.channels.trpc.wire import Wire
from tools.cards import Card, FormField, Option, Preview, ProposalCard

Status = Literal[
    "pending", "approved", "executing", "done", "failed", "unknown", "denied", "expired",
    "cancelled", "superseded", "stale",
]  # fmt: skip
JsonObject = dict[str, Any]


class ProposalOut(Wire):
    """A proposal as its reader may see it. A vote names `digest`: what was seen is what is voted on."""

    id: str
    version: int
    digest: str
    tool: str
    args: JsonObject
    status: Status
    preview: Preview
    expires_at: str
    card: ProposalCard


class UploadOut(Wire):
    """A stored file, to be named in `uploads` of a message or as a tool's `upload`."""

    id: str
    filename: str
    media_type: str
    size: int


class _EventOut(Wire):
    # An event is stored with more than its readers need.
    model_config = ConfigDict(extra="ignore")

    seq: int
    conversation_id: str
    turn_id: str | None
    at: str


class MessageEvent(_EventOut):
    """Somebody said something."""

    kind: Literal["message"] = "message"
    role: Literal["user", "assistant"]
    text: str
    language: str | None = None
    uploads: list[UploadOut] = Field(default_factory=list[UploadOut])


class DeltaEvent(_EventOut):
    """A piece of an answer that is being written; the whole one follows as a message."""

    kind: Literal["delta"] = "delta"
    text: str


class StepEvent(_EventOut):
    """A tool call as it goes on; the same `id` comes again when it ends."""

    kind: Literal["step"] = "step"
    id: str
    tool: str
    args: JsonObject
    state: Literal["running", "ok", "failed"]
    title: str
    error: str | None = None


class CardEvent(_EventOut):
    """Something to look at."""

    kind: Literal["card"] = "card"
    card: Card


class ProposalEvent(_EventOut):
    """A proposal was made, or shown again."""

    kind: Literal["proposal"] = "proposal"
    card: ProposalCard


class DecisionEvent(_EventOut):
    """What became of a proposal."""

    kind: Literal["decision"] = "decision"
    proposal_id: str
    what: str
    text: str
    card: ProposalCard | None = None


class ChoicesEvent(_EventOut):
    """Ways to go on, as buttons."""

    kind: Literal["choices"] = "choices"
    options: list[Option]


class FormEvent(_EventOut):
    """Arguments that are still missing: the first one is being asked for."""

    kind: Literal["form"] = "form"
    title: str = ""
    tool: str
    fields: list[FormField]
    args: JsonObject


class FeedbackEvent(_EventOut):
    """What the reader thought of an answer."""

    kind: Literal["feedback"] = "feedback"
    good: bool
    comment: str


class ErrorEvent(_EventOut):
    """A part of the answer is unavailable; the conversation goes on."""

    kind: Literal["error"] = "error"
    message: str
    code: str


class TurnEvent(_EventOut):
    """Friday goes on by itself, after a decision; its answer follows."""

    kind: Literal["turn"] = "turn"
    state: Literal["waiting", "running"] = "waiting"


class DoneEvent(_EventOut):
    """The turn has ended."""

    kind: Literal["done"] = "done"
    state: Literal["answered", "stopped", "failed"]
    model: str | None = None


EventOut = (
    MessageEvent
    | DeltaEvent
    | StepEvent
    | CardEvent
    | ProposalEvent
    | DecisionEvent
    | ChoicesEvent
    | FormEvent
    | FeedbackEvent
    | ErrorEvent
    | TurnEvent
    | DoneEvent
)
