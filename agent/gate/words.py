"""The gate's own sentences, in both languages."""

import datetime as dt
from typing import Literal
from zoneinfo import ZoneInfo

from memory.tables.gate import Proposal
from tools.values.saying import say_clock, say_instant

Language = Literal["en", "da"]

_VERBS = {
    "denied": ("denied", "afviste"),
    "cancelled": ("withdrew", "trak"),
}
_ENDED = {
    "expired": (
        "This ran out {at}. Ask again to get a new one.",
        "Det udløb {at}. Bed om det igen for at få et nyt.",
    ),
    "superseded": (
        "This was replaced by a newer proposal.",
        "Det er afløst af et nyere forslag.",
    ),
}


def say(language: Language, en: str, da: str) -> str:
    """The sentence in the reader's language."""
    return da if language == "da" else en


def clock(moment: dt.datetime, *, zone: ZoneInfo, now: dt.datetime, language: Language) -> str:
    """ "at 10:02" for today, else "on Monday 16 November 2026 at 10:02"; Danish "kl. 10:02"."""
    local, today = moment.astimezone(zone), now.astimezone(zone)
    if local.date() == today.date():
        return say_clock(local.time(), language)
    return say(language, "on ", "") + say_instant(moment, zone, language)


def settled(proposal: Proposal, *, zone: ZoneInfo, now: dt.datetime, language: Language) -> str:
    """Why a proposal cannot be decided any more: “Anna approved this at 10:02.”"""
    moment = proposal.decided_at or proposal.finished_at or proposal.created_at
    at = clock(moment, zone=zone, now=now, language=language)
    if proposal.status in _ENDED:
        return say(language, *_ENDED[proposal.status]).format(at=at)
    who = proposal.decided_by or "Friday"
    english, danish = _VERBS.get(proposal.status, ("approved", "godkendte"))
    if proposal.status == "cancelled" and proposal.problem:
        return str(proposal.problem.get("message", ""))
    tail = " tilbage" if proposal.status == "cancelled" else ""
    return say(language, f"{who} {english} this {at}.", f"{who} {danish} det{tail} {at}.")


def faster(language: Language) -> str:
    """Somebody else decided or changed it between the look and the deed."""
    return say(
        language,
        "Somebody was faster. Look at it again before you go on.",
        "Der var en anden, der kom først. Se det igen, før du går videre.",
    )


def changed(language: Language) -> str:
    """A vote on something else than what is there now."""
    return say(
        language,
        "The card has changed since you saw it. Look at it again before you decide.",
        "Kortet er ændret, siden du så det. Se det igen, før du beslutter.",
    )


def no_such_proposal(language: Language, proposal_id: str) -> str:
    """Also for another tenant's proposals and those of other customers."""
    return say(
        language,
        f"There is no proposal “{proposal_id}” here.",
        f"Der er intet forslag “{proposal_id}” her.",
    )


def standstill(language: Language, reason: str | None) -> str:
    """What a card of a frozen firm says before somebody decides it."""
    why = f" ({reason})" if reason else ""
    return say(
        language,
        f"The firm is frozen{why}: what is approved now is not carried out. The owner can unfreeze it first.",
        f"Firmaet er frosset{why}: det, der godkendes nu, bliver ikke udført. Ejeren kan ophæve frysningen først.",
    )


def may_not_use(language: Language, tool: str) -> str:
    """The role has no such tool."""
    return say(language, f"Your role may not use {tool}.", f"Din rolle må ikke bruge {tool}.")
