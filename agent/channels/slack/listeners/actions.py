"""Clicks: on proposals, on choices, on what an open channel does not show."""

# The SDK leaves some of its types open.
# pyright: reportUnknownMemberType=false
import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import Block
from slack_sdk.web.async_client import AsyncWebClient

from agent.channels.slack import modals
from agent.channels.slack.api import answer
from agent.channels.slack.cards import Cards, Spot
from agent.channels.slack.courier import Courier, say
from agent.channels.slack.deciding import Deciding, Seen
from agent.channels.slack.home import home_of
from agent.channels.slack.parts import Friday
from agent.channels.slack.people import Directory
from agent.channels.slack.posts import answer_after
from agent.channels.slack.talking import Talking
from agent.channels.slack.teams import Team
from agent.channels.slack.texts import fallback
from agent.channels.slack.threads import Place, find_thread
from agent.channels.slack.words import word
from agent.conversations.events import read_after
from memory.tables.gate import Proposal
from tools.errors import NotFound, ToolError
from tools.kit import Actor

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Click:
    """A click by somebody known. `body` is Slack's payload."""

    client: AsyncWebClient
    team: Team
    actor: Actor
    body: Mapping[str, Any]
    action: Mapping[str, Any]

    @property
    def name(self) -> str:
        """What was clicked, without our prefix."""
        return str(self.action["action_id"]).removeprefix("friday_")

    @property
    def seen(self) -> Seen:
        """The proposal that the button is about."""
        value = json.loads(str(self.action["value"]))
        return Seen(str(value["id"]), int(value["v"]))

    @property
    def member(self) -> str:
        """Slack's id of who clicked."""
        return str(self.body["user"]["id"])

    @property
    def channel(self) -> str:
        """Where; empty in the home."""
        return channel_of(self.body)

    @property
    def thread_ts(self) -> str:
        """The thread's root."""
        message: Mapping[str, Any] = self.body.get("message") or {}
        within: Mapping[str, Any] = self.body.get("container") or {}
        return str(
            message.get("thread_ts")
            or within.get("thread_ts")
            or message.get("ts")
            or within.get("message_ts")
            or ""
        )


class Actions:
    """Does what a button says. Every refused click is told why, to the one who clicked alone."""

    def __init__(
        self,
        friday: Friday,
        *,
        directory: Directory,
        deciding: Deciding,
        cards: Cards,
        talking: Talking,
        courier: Courier,
    ) -> None:
        self._friday = friday
        self._directory = directory
        self._deciding = deciding
        self._cards = cards
        self._talking = talking
        self._courier = courier
        self._handlers: dict[str, Callable[[Click], Awaitable[None]]] = {
            "approve": self._approve,
            "deny": self._ask_reason,
            "edit": self._ask_changes,
            "withdraw": self._withdraw,
            "again": self._again,
            "undo": self._undo,
            "show": self._show,
            "reveal": self._reveal,
            "feedback": self._feedback,
        }

    async def clicked(
        self, client: AsyncWebClient, team: Team, body: Mapping[str, Any], action: Mapping[str, Any]
    ) -> None:
        """One click, already acknowledged."""
        member = str(body["user"]["id"])
        try:
            actor = await self._directory.actor(client, team, member)
            click = Click(client, team, actor, body, action)
            handle = self._say if click.name.startswith("say_") else self._handlers[click.name]
            await handle(click)
        except ToolError as error:
            await tell(client, body, error.message)
            await self._renewed(team, action)
        except Exception:
            await tell(client, body, word("busy", "en"))
            raise

    async def _approve(self, click: Click) -> None:
        card = await asyncio.to_thread(self._deciding.card, click.actor, click.seen)
        if card.status == "pending" and (card.red or card.typed):
            reader = await asyncio.to_thread(self._deciding.reader, click.actor, click.seen.id)
            view = modals.approve(card, click.seen, reader.language)
            await click.client.views_open(trigger_id=click.body["trigger_id"], view=view)
            return
        await asyncio.to_thread(self._deciding.decide, click.actor, click.seen, "approve")
        await self.decided(click.client, click.team, click.actor, click.seen.id, click.body)

    async def _ask_reason(self, click: Click) -> None:
        await asyncio.to_thread(self._deciding.card, click.actor, click.seen)
        reader = await asyncio.to_thread(self._deciding.reader, click.actor, click.seen.id)
        view = modals.deny(click.seen, reader.language)
        await click.client.views_open(trigger_id=click.body["trigger_id"], view=view)

    async def _ask_changes(self, click: Click) -> None:
        form = await asyncio.to_thread(self._deciding.form, click.actor, click.seen)
        reader = await asyncio.to_thread(self._deciding.reader, click.actor, click.seen.id)
        view = modals.edit(form, click.seen, reader.language)
        await click.client.views_open(trigger_id=click.body["trigger_id"], view=view)

    async def _withdraw(self, click: Click) -> None:
        await asyncio.to_thread(self._deciding.withdraw, click.actor, click.seen)
        await self.decided(click.client, click.team, click.actor, click.seen.id, click.body)

    async def _again(self, click: Click) -> None:
        made = await asyncio.to_thread(self._deciding.again, click.actor, click.seen)
        await self.decided(click.client, click.team, click.actor, click.seen.id, click.body)
        await self._show_new(click, made)

    async def _undo(self, click: Click) -> None:
        made = await asyncio.to_thread(self._deciding.undo, click.actor, click.seen)
        await self.decided(click.client, click.team, click.actor, click.seen.id, click.body)
        await self._show_new(click, made)

    async def _show_new(self, click: Click, made: Proposal) -> None:
        """The card that a click led to, where the clicker looks, unless its own conversation is told there."""
        if await asyncio.to_thread(self._is_told_here, click, made):
            return
        channel, root = click.channel, click.thread_ts or None
        if not channel:
            opened = answer(await click.client.conversations_open(users=click.member))
            channel, root = str(opened["channel"]["id"]), None
        public = bool(root) and await asyncio.to_thread(self._public, click)
        spot = Spot(click.team.tenant_id, click.team.id, channel, click.actor.id, root, public)
        await self._cards.show(click.client, spot, made.id)

    def _is_told_here(self, click: Click, made: Proposal) -> bool:
        with self._friday.store.reading(click.team.tenant_id) as session:
            place = Place(click.team.id, click.channel, click.thread_ts, "", public=True)
            thread = find_thread(session, click.actor.id, place)
        return thread is not None and thread.conversation_id == made.conversation_id

    async def _show(self, click: Click) -> None:
        drawn = await asyncio.to_thread(
            self._cards.drawn, click.team.tenant_id, click.actor.id, click.seen.id
        )
        if drawn is None:
            raise NotFound(word("gone", click.actor.language))
        await tell(click.client, click.body, drawn.text, list(drawn.blocks))

    async def _reveal(self, click: Click) -> None:
        shown = await asyncio.to_thread(self._found, click)
        if not shown:
            raise NotFound(word("gone", click.actor.language))
        await tell(click.client, click.body, word("show", click.actor.language), shown)

    def _found(self, click: Click) -> list[Block]:
        """What the answer behind the button showed, to the person who had asked."""
        with self._friday.store.reading(click.team.tenant_id) as session:
            place = Place(click.team.id, click.channel, click.thread_ts, "", public=True)
            thread = find_thread(session, click.actor.id, place)
            if thread is None:
                return []
            events = read_after(session, thread.conversation_id, click.seen.version - 1, limit=100)
        return answer_after(events, click.actor.language, address=self._friday.address)

    async def _feedback(self, click: Click) -> None:
        kind, _, turn_id = str(click.action["value"]).partition(":")
        talk, language = self._friday.conversations, click.actor.language
        await asyncio.to_thread(talk.feedback, click.actor, turn_id=turn_id, good=kind == "good")
        if kind == "good":
            await tell(click.client, click.body, word("thanks", language))
            return
        view = modals.feedback(turn_id, language)
        await click.client.views_open(trigger_id=click.body["trigger_id"], view=view)

    async def _say(self, click: Click) -> None:
        kept = await asyncio.to_thread(self._public, click)
        place = Place(click.team.id, click.channel, click.thread_ts, click.member, kept)
        # One choice of a message, however often it is pressed.
        message: Mapping[str, Any] = click.body.get("message") or click.body.get("container") or {}
        at = str(message.get("ts") or message.get("message_ts") or "")
        await self._talking.say_for(
            click.client,
            click.actor,
            place,
            str(click.action["value"]),
            key=f"slack:{click.channel}:{at}:choice",
        )

    def _public(self, click: Click) -> bool:
        place = Place(click.team.id, click.channel, click.thread_ts, "", public=True)
        with self._friday.store.reading(click.team.tenant_id) as session:
            thread = find_thread(session, click.actor.id, place)
        return thread.public if thread is not None else not click.channel.startswith("D")

    async def decided(
        self,
        client: AsyncWebClient,
        team: Team,
        actor: Actor,
        proposal_id: str,
        body: Mapping[str, Any],
    ) -> None:
        """Every copy shows it at once, the thread hears of it, and so does an open home."""
        await self._cards.renew(team.tenant_id, proposal_id)
        self._courier.nudge()
        if (body.get("view") or {}).get("type") == "home":
            view = await asyncio.to_thread(home_of, self._friday, actor)
            await client.views_publish(user_id=str(body["user"]["id"]), view=view)

    async def _renewed(self, team: Team, action: Mapping[str, Any]) -> None:
        """A card that was refused may be an old one: it is shown as it is now."""
        value = str(action.get("value") or "")
        if value.startswith("{") and (id := str(json.loads(value).get("id") or "")):
            await self._cards.renew(team.tenant_id, id)


def channel_of(body: Mapping[str, Any]) -> str:
    """Where something was clicked; empty in the home."""
    channel: Mapping[str, Any] = body.get("channel") or {}
    return str(channel.get("id") or "")


async def tell(
    client: AsyncWebClient, body: Mapping[str, Any], text: str, shown: list[Block] | None = None
) -> None:
    """To the one who acted alone: in the channel, or from the home by a direct message."""
    member = str(body["user"]["id"])
    channel = channel_of(body)
    if not channel:
        await say(client, member, None, text, shown)
        return
    message: Mapping[str, Any] = body.get("message") or {}
    within: Mapping[str, Any] = body.get("container") or {}
    root = message.get("thread_ts") or within.get("thread_ts")
    await client.chat_postEphemeral(
        channel=channel, user=member, thread_ts=root, text=fallback(text), blocks=shown
    )
