"""What is posted of a conversation's events: one message for a turn's answer, one for each proposal."""

# The SDK leaves some of its types open.
# pyright: reportUnknownMemberType=false
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter
from slack_sdk.models.blocks import ActionsBlock, Block, MarkdownBlock, TableBlock

from agent.channels.slack.blocks import MOST, blocks_of, button, choices, good_or_bad
from agent.channels.slack.texts import markdown
from agent.channels.slack.words import Language, word
from agent.conversations.events import EventOut
from tools.cards import Card, Option

_CARD: TypeAdapter[Card] = TypeAdapter(Card)
_OPTIONS: TypeAdapter[tuple[Option, ...]] = TypeAdapter(tuple[Option, ...])
_TELLING = frozenset(("warning", "approved"))
"""Steps of a proposal that no turn speaks of: the card says it, and of a warning a sentence as well."""


@dataclass(frozen=True)
class Post:
    """A message: words with blocks, or with `proposal_id` the card of that proposal as it is now."""

    text: str
    blocks: tuple[Block, ...] = ()
    proposal_id: str | None = None


def posts_of(
    events: Sequence[EventOut], *, public: bool, address: str
) -> list[tuple[int, Post | None]]:
    """What to post of the events, in order, each with the place up to which Slack then knows them (0: not all of it).

    A turn is posted when it is over; what follows one that still runs waits. `public`: anybody in the workspace
    reads along, so that cards are only hinted at.
    """
    posts: list[tuple[int, Post | None]] = []
    turn: list[EventOut] = []
    for event in events:
        turn.append(event)
        if event.kind == "done" or not _is_open(turn):
            told = _posts(turn, public, address) or [None]
            posts += [(0, each) for each in told[:-1]] + [(event.id, told[-1])]
            turn = []
    return posts


def _is_open(events: Sequence[EventOut]) -> bool:
    """Whether a turn has begun in these, whose end is still to come. Decisions and edits happen outside of turns."""
    return any(event.turn_id is not None for event in events)


def _posts(turn: Sequence[EventOut], public: bool, address: str) -> list[Post]:
    language = _language(turn)
    said = "\n".join(_words(turn)).strip()
    cards = [_CARD.validate_python(e.body["card"]) for e in turn if e.kind == "card"]
    offered = [e.body["options"] for e in turn if e.kind == "choices" and e.body.get("options")]
    options = _OPTIONS.validate_python(offered[-1]) if offered else ()
    blocks = _blocks(said, cards, options, language, public=public, address=address, turn=turn)
    answered = next((event.turn_id for event in turn if event.kind == "done"), None)
    if blocks and answered:
        blocks.append(good_or_bad(answered, language))
    posts = [Post(said or word("ai", language), tuple(blocks))] if blocks else []
    proposals = dict.fromkeys(str(e.body["card"]["id"]) for e in turn if e.kind == "proposal")
    return [*posts, *(Post("", proposal_id=id) for id in proposals)]


def _blocks(
    said: str,
    cards: Sequence[Card],
    options: Sequence[Option],
    language: Language,
    *,
    public: bool,
    address: str,
    turn: Sequence[EventOut],
) -> list[Block]:
    blocks: list[Block] = [MarkdownBlock(text=markdown(said))] if said else []
    if public and cards:
        first = next(event.id for event in turn if event.kind == "card")
        show = button("reveal", word("show", language), "", first)
        return [MarkdownBlock(text=word("answered", language)), ActionsBlock(elements=[show])]
    shown = [block for card in cards for block in blocks_of(card, language, address=address)]
    return [*blocks, *_one_table(shown), *choices(options)][: MOST - 1]


def _one_table(blocks: Sequence[Block]) -> list[Block]:
    """Slack takes one table in a message: a second one is left out, its title stays."""
    tables = [block for block in blocks if isinstance(block, TableBlock)]
    return [block for block in blocks if block not in tables[1:]]


def _words(turn: Sequence[EventOut]) -> list[str]:
    told: list[str] = []
    for event in turn:
        match event.kind:
            case "message" if event.body.get("role") == "assistant":
                told.append(str(event.body.get("text") or ""))
            case "error":
                told.append(str(event.body.get("message") or ""))
            case "decision" if event.body.get("what") == "warning":
                told.append(str(event.body.get("text") or ""))
            case _:
                continue
    return told


def _language(turn: Sequence[EventOut]) -> Language:
    spoken: list[Mapping[str, Any]] = [e.body for e in turn if e.body.get("language")]
    return "da" if spoken and spoken[-1]["language"] == "da" else "en"


def cards_after(events: Sequence[EventOut], language: Language, *, address: str) -> list[Block]:
    """The cards of the turn that these events begin with."""
    turn: list[EventOut] = []
    for event in events:
        if event.kind == "done":
            break
        turn.append(event)
    cards = [_CARD.validate_python(e.body["card"]) for e in turn if e.kind == "card"]
    shown = [block for card in cards for block in blocks_of(card, language, address=address)]
    return _one_table(shown)[:MOST]
