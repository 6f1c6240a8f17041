"""The app's home: what waits for its reader, and the day's jobs."""

# The SDK leaves some of its types open.
# pyright: reportUnknownMemberType=false
import datetime as dt

from slack_sdk.models.blocks import Block, ContextBlock, DividerBlock, HeaderBlock
from slack_sdk.models.views import View

from agent.channels.slack import blocks
from agent.channels.slack.parts import Friday
from agent.channels.slack.texts import plain
from agent.channels.slack.words import word
from memory.tables.gate import Proposal
from tools.booking.queries import FindBookings
from tools.cards import ProposalCard
from tools.errors import ToolError
from tools.kit import Actor

MOST = 6
"""Proposals shown in full; the rest is in the firm's pages."""
_BLOCKS = 98


def home_of(friday: Friday, actor: Actor) -> View:
    """The home of one person. Blocks: called in a thread."""
    language = actor.language
    shown: list[Block] = [
        ContextBlock(elements=[plain(word("ai", language))]),
        HeaderBlock(text=plain(word("waiting", language), 150)),
    ]
    waiting = _waiting(friday, actor)
    for card in waiting[:MOST]:
        shown += [*blocks.proposal(card, language), DividerBlock()]
    if not waiting:
        shown.append(ContextBlock(elements=[plain(word("nothing_waits", language))]))
    shown.append(HeaderBlock(text=plain(word("today", language), 150)))
    shown += _today(friday, actor)
    return View(type="home", blocks=shown[:_BLOCKS])


def home_for_nobody(sentence: str) -> View:
    """The home of somebody who may not use Friday."""
    return View(type="home", blocks=[ContextBlock(elements=[plain(sentence)])])


def _waiting(friday: Friday, actor: Actor) -> list[ProposalCard]:
    """What this person may decide now, and what they asked for and others decide."""
    with friday.store.reading(actor.tenant_id) as session:
        rows: list[Proposal] = friday.gate.list_for(session, actor, "pending", limit=50)
        cards = [friday.gate.card(session, actor, row) for row in rows]
    return [card for card in cards if card.decidable or card.own]


def _today(friday: Friday, actor: Actor) -> list[Block]:
    with friday.store.reading(actor.tenant_id) as session:
        zone = friday.gate.context(session, actor).firm.zone
    today: dt.date = friday.clock().astimezone(zone).date()
    none: list[Block] = [ContextBlock(elements=[plain(word("nothing_today", actor.language))])]
    try:
        asked = FindBookings.model_validate({"from": today.isoformat(), "to": today.isoformat()})
        found = friday.gate.run_query(actor, asked)
    except ToolError:  # a role without bookings has no day to be shown
        return none
    card = found.as_card()
    return (blocks.as_lines(card, actor.language) if card is not None else []) or none
