"""What is posted of a conversation's events: one message for a turn's answer, one for each proposal."""

# The SDK leaves some of its types open.
# pyright: reportUnknownMemberType=false
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter
from slack_sdk.models.blocks import ActionsBlock, Block, MarkdownBlock, TableBlock

from agent.channels.slack.blocks import blocks_of, button, choices, fitting, good_or_bad
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
    reads along, so that answers and proposals are only hinted at.
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
    language, said = _language(turn), _said(turn)
    shown = _shown(turn, language, address=address)
    proposals = dict.fromkeys(str(e.body["card"]["id"]) for e in turn if e.kind == "proposal")
    cards = [Post("", proposal_id=id) for id in proposals]
    if not shown:
        return cards
    if public:
        return [_hint(turn, language), *cards]
    answered = next((event.turn_id for event in turn if event.kind == "done"), None)
    asked = [good_or_bad(answered, language)] if answered else []
    return [Post(said or word("ai", language), (*shown, *asked)), *cards]


def _hint(turn: Sequence[EventOut], language: Language) -> Post:
    """That there is an answer, and a button with which the one who asked sees it alone."""
    show = button("reveal", word("show", language), "", turn[0].id)
    told = word("answered", language)
    return Post(told, (MarkdownBlock(text=told), ActionsBlock(elements=[show])))


def _shown(turn: Sequence[EventOut], language: Language, *, address: str) -> list[Block]:
    said = _said(turn)
    cards = [_CARD.validate_python(e.body["card"]) for e in turn if e.kind == "card"]
    offered = [e.body["options"] for e in turn if e.kind == "choices" and e.body.get("options")]
    options: tuple[Option, ...] = _OPTIONS.validate_python(offered[-1]) if offered else ()
    words: list[Block] = [MarkdownBlock(text=markdown(said))] if said else []
    drawn = [block for card in cards for block in blocks_of(card, language, address=address)]
    return fitting([*words, *_one_table(drawn), *choices(options)])


def _said(turn: Sequence[EventOut]) -> str:
    return "\n".join(_words(turn)).strip()


def _one_table(blocks: Sequence[Block]) -> list[Block]:
    """Slack takes one table in a message: a second one is left out, its title stays."""
    left_out = {id(block) for block in [b for b in blocks if isinstance(b, TableBlock)][1:]}
    return [block for block in blocks if id(block) not in left_out]


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


def answer_after(events: Sequence[EventOut], language: Language, *, address: str) -> list[Block]:
    """The answer of the turn that these events begin with: words, cards and choices."""
    turn: list[EventOut] = []
    for event in events:
        turn.append(event)
        if event.kind == "done":
            break
    return _shown(turn, language, address=address)
