"""Assembles a reply out of a turn's events, and says in a sentence what became of a proposal."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import Field

from tools.cards import Card, Option, ProposalCard, Shown

Language = Literal["en", "da"]


class Step(Shown):
    """A tool call that was made, and whether it worked. `args` keep the tool's own spelling."""

    tool: str
    args: dict[str, Any]
    ok: bool
    error: str | None = None


class Proposed(Shown):
    """A proposal that the turn made or showed again."""

    id: str
    version: int
    digest: str
    tool: str
    args: dict[str, Any]
    status: str
    preview: dict[str, Any]
    expires_at: str
    card: ProposalCard


class Missing(Shown):
    """The tool that waits for arguments, and which."""

    tool: str
    missing: tuple[str, ...]


class Reply(Shown):
    """What one message was answered with. `message_id` is the person's; `text` is empty until it is answered."""

    conversation_id: str
    turn_id: str
    message_id: str
    text: str = ""
    language: Language = "en"
    model: str = ""
    state: str = "running"
    steps: tuple[Step, ...] = ()
    cards: tuple[Card, ...] = ()
    proposals: tuple[Proposed, ...] = ()
    choices: tuple[Option, ...] = ()
    form: Missing | None = None
    error: str | None = Field(default=None)


def assemble(
    *,
    conversation_id: str,
    turn_id: str,
    message_id: str,
    language: Language,
    events: Sequence[tuple[str, Mapping[str, Any]]],
) -> Reply:
    """The reply that a turn's events (kind, body), in order, amount to."""
    said = [b for kind, b in events if kind == "message" and b.get("role") == "assistant"]
    steps = {str(b["id"]): _step(b) for k, b in events if k == "step" and b["state"] != "running"}
    proposals = {str(b["card"]["id"]): _proposed(b) for kind, b in events if kind == "proposal"}
    cards: list[Any] = [body["card"] for kind, body in events if kind == "card"]
    facts: dict[str, Any] = {"language": (said[-1].get("language") if said else None) or language}
    for kind, body in events:
        facts |= _facts(kind, body)
    return Reply(
        conversation_id=conversation_id,
        turn_id=turn_id,
        message_id=message_id,
        text="\n".join(str(body.get("text") or "") for body in said),
        steps=tuple(steps.values()),
        cards=tuple(cards),
        proposals=tuple(proposals.values()),
        **facts,
    )


def _facts(kind: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """What one event says about the reply as a whole."""
    match kind:
        case "choices":
            return {"choices": tuple(body["options"])}
        case "form":
            missing = tuple(str(each["name"]) for each in body["fields"])
            return {"form": Missing(tool=str(body["tool"]), missing=missing)}
        case "error":
            return {"error": body.get("message")}
        case "done":
            return {"state": body.get("state"), "model": body.get("model") or ""}
        case _:
            return {}


def _step(body: Mapping[str, Any]) -> Step:
    return Step(
        tool=body["tool"], args=body["args"], ok=body["state"] == "ok", error=body.get("error")
    )


def _proposed(body: Mapping[str, Any]) -> Proposed:
    card = ProposalCard.model_validate(body["card"])
    return Proposed(
        id=card.id,
        version=card.version,
        digest=card.digest,
        tool=card.tool,
        args=dict(body.get("args") or {}),
        status=card.status,
        preview=card.preview.model_dump(mode="json"),
        expires_at=card.expires_at,
        card=card,
    )


_OUTCOMES: dict[str, tuple[str, str]] = {
    "done": ("{receipt}", "{receipt}"),
    "denied": ("{by} said no: {title}{why}", "{by} sagde nej: {title}{why}"),
    "stale": (
        "This has changed since the preview: {title}{why}",
        "Det har ændret sig siden forslaget: {title}{why}",
    ),
    "failed": ("It did not work: {title}{why}", "Det lykkedes ikke: {title}{why}"),
    "unknown": (
        "It is not certain whether this happened: {title}{why}",
        "Det er uvist, om dette er sket: {title}{why}",
    ),
    "expired": (
        "Nobody answered in time, so nothing was done: {title}",
        "Ingen nåede at svare, så intet er gjort: {title}",
    ),
    "cancelled": (
        "Withdrawn, nothing was done: {title}{why}",
        "Trukket tilbage, intet er gjort: {title}{why}",
    ),
    "approved": ("{by} approved: {title}", "{by} godkendte: {title}"),
    "warning": (
        "This still waits for a decision: {title}",
        "Dette venter stadig på en afgørelse: {title}",
    ),
    "edited": ("Changed: {title}", "Ændret: {title}"),
    "superseded": ("Replaced by a new proposal: {title}", "Erstattet af et nyt forslag: {title}"),
    "withdrawn": ("Withdrawn: {title}", "Trukket tilbage: {title}"),
}


def outcome_sentence(
    what: str, language: Language, *, title: str, receipt: str = "", by: str = "", why: str = ""
) -> str:
    """What became of a proposal, for the conversation it came from."""
    english, danish = _OUTCOMES.get(what, ("{title}", "{title}"))
    someone = "Nogen" if language == "da" else "Somebody"
    template = danish if language == "da" else english
    reason = f" ({why})" if why else ""
    return template.format(title=title, receipt=receipt or title, by=by or someone, why=reason)
