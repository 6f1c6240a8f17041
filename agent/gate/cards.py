"""A proposal as its card: in the reader's language, with times in the firm's zone."""

import datetime as dt
from typing import Literal, cast

from agent.gate.policy import Outcome
from agent.gate.previews import preview_of
from agent.gate.seals import altered_sentence
from agent.gate.votes import red_ones, typed_of
from agent.gate.words import clock, say
from memory.tables.gate import Proposal
from tools.cards import Line, Option, Preview, ProposalCard, Warned
from tools.kit import Actor, Firm
from tools.labels import label_of


def card_of(
    proposal: Proposal,
    *,
    actor: Actor,
    firm: Firm,
    now: dt.datetime,
    refused: str | None,
    undo: bool = False,
    held: str | None = None,
) -> ProposalCard:
    """The card. `refused`: why this actor may not decide it, or None; `undo`: whether it can be taken back;

    `held`: why an approval would not be carried out today.
    """
    pending = proposal.status == "pending"
    typed = typed_of(proposal) if pending else None
    problem = proposal.problem or {}
    return ProposalCard(
        id=proposal.id,
        version=proposal.version,
        digest=proposal.digest,
        tool=proposal.tool,
        status=proposal.status,
        preview=_preview(proposal, actor),
        red=_red(proposal, actor) if pending else (),
        decides=_decides(proposal, actor, refused),
        decidable=pending and refused is None,
        own=actor.id == proposal.requester_id,
        typed=typed.name if typed else None,
        problem=str(problem.get("message", "")) or (held if pending and held else ""),
        moved=tuple(
            Line(label=each["label"], value=each["after"], before=each["before"])
            for each in problem.get("moved", ())
        ),
        options=_options(proposal, actor, undo=undo),
        expires_at=proposal.expires_at.astimezone(firm.zone).isoformat(timespec="seconds"),
        expires_shown=clock(proposal.expires_at, zone=firm.zone, now=now, language=actor.language),
    )


def altered_card(proposal: Proposal, *, actor: Actor, firm: Firm, now: dt.datetime) -> ProposalCard:
    """The card of a row that somebody altered: nothing of what it says, and nobody decides it."""
    sentence = altered_sentence(actor.language)
    title = say(actor.language, "Altered from outside", "Ændret udefra")
    return ProposalCard(
        id=proposal.id,
        version=proposal.version,
        digest=proposal.digest,
        tool=proposal.tool,
        status=proposal.status,
        preview=Preview(title=title, warnings=(sentence,)),
        decides=sentence,
        own=actor.id == proposal.requester_id,
        problem=sentence,
        expires_at=proposal.expires_at.astimezone(firm.zone).isoformat(timespec="seconds"),
        expires_shown=clock(proposal.expires_at, zone=firm.zone, now=now, language=actor.language),
    )


def _preview(proposal: Proposal, actor: Actor) -> Preview:
    erased = Preview(title=say(actor.language, "Erased", "Slettet"))
    preview = preview_of(proposal, actor.language) or erased
    if proposal.status != "pending" or not Outcome.from_json(proposal.outcome).fallback:
        return preview
    alone = say(
        actor.language,
        "Somebody else should look at this, and there is nobody: your yes alone makes it so.",
        "En anden burde se på det her, og der er ingen: dit ja er nok i sig selv.",
    )
    return preview.model_copy(update={"warnings": (*preview.warnings, alone)})


def _red(proposal: Proposal, actor: Actor) -> tuple[Warned, ...]:
    return tuple(
        Warned(
            pointer=each.pointer,
            label=_label(each.pointer, actor) or each.label,
            value=each.value,
            origin=cast(Literal["TEXT", "MODEL"], each.origin),
            excerpt=each.excerpt,
        )
        for each in red_ones(proposal)
    )


def _label(pointer: str, actor: Actor) -> str:
    parts = pointer.split("/")
    return label_of(parts[1])[actor.language == "da"] if len(parts) == 2 else ""


def _decides(proposal: Proposal, actor: Actor, refused: str | None) -> str:
    if proposal.status != "pending":
        return proposal.decided_by or ""
    if refused is None:
        return say(actor.language, "You decide.", "Du beslutter.")
    if Outcome.from_json(proposal.outcome).kind == "review" and not actor.office:
        return say(actor.language, "The office decides.", "Kontoret beslutter.")
    return refused


def _options(proposal: Proposal, actor: Actor, *, undo: bool) -> tuple[Option, ...]:
    problem = proposal.problem or {}
    offered = [Option.model_validate(choice) for choice in problem.get("choices", ())]
    if undo:
        label = say(actor.language, "Undo", "Fortryd")
        offered.append(Option(label=label, tool="undo", args={"proposal": proposal.id}))
    return tuple(offered)
