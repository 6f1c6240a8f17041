"""Messages that show proposals: posted, remembered, and brought up to date wherever they stand."""

# The SDK leaves some of its types open.
# pyright: reportUnknownMemberType=false
import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from slack_sdk.errors import SlackApiError
from slack_sdk.models.blocks import Block, ContextBlock
from slack_sdk.web.async_client import AsyncWebClient

from agent.channels.slack import blocks, threads
from agent.channels.slack.api import answer, is_final, reason
from agent.channels.slack.parts import Friday
from agent.channels.slack.people import CHANNEL
from agent.channels.slack.teams import Teams
from agent.channels.slack.texts import fallback, plain
from agent.channels.slack.words import word
from agent.identity.people import as_actor
from memory.store import TenantSession
from memory.tables.base import new_id
from memory.tables.gate import Proposal
from memory.tables.identity import User
from memory.tables.slack import SlackCard, SlackThread
from tools.errors import NotFound
from tools.kit import Actor

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Drawn:
    """A card as a message: `shown` is the version and state in it."""

    text: str
    blocks: Sequence[Block]
    shown: str


@dataclass(frozen=True)
class Spot:
    """Where a card stands, and whose eyes it is drawn for; without `thread_ts` it begins a thread."""

    tenant_id: str
    team_id: str
    channel: str
    user_id: str
    thread_ts: str | None = None
    public: bool = False


class Cards:
    """The proposals' messages of one installation."""

    def __init__(self, friday: Friday, teams: Teams) -> None:
        self._friday = friday
        self._teams = teams

    async def post(
        self, client: AsyncWebClient, tenant_id: str, thread: SlackThread, proposal_id: str
    ) -> None:
        """Show a proposal in a thread, unless it stands there already: then that message is brought up to date."""
        old = await asyncio.to_thread(self._standing, tenant_id, thread, proposal_id)
        if old is not None:
            await self._renew(tenant_id, old)
            return
        spot = Spot(
            tenant_id,
            thread.team_id,
            thread.channel,
            thread.user_id,
            thread.thread_ts,
            thread.public,
        )
        await self.show(client, spot, proposal_id)

    async def show(self, client: AsyncWebClient, spot: Spot, proposal_id: str) -> None:
        """One more message with that proposal, kept up to date from now on."""
        drawn = await asyncio.to_thread(
            self.drawn, spot.tenant_id, spot.user_id, proposal_id, public=spot.public
        )
        if drawn is None:
            return
        told = answer(
            await client.chat_postMessage(
                channel=spot.channel, thread_ts=spot.thread_ts, text=drawn.text,
                blocks=drawn.blocks, unfurl_links=False, unfurl_media=False,
            )
        )  # fmt: skip
        await asyncio.to_thread(self._keep, spot, proposal_id, str(told["ts"]), drawn.shown)

    async def refresh(self) -> None:
        """Bring every copy up to date whose proposal went on, wherever it was decided."""
        for tenant_id, id in await asyncio.to_thread(threads.outdated_cards, self._friday.store):
            await self._renew(tenant_id, id)

    async def renew(self, tenant_id: str, proposal_id: str) -> None:
        """The same for the copies of one proposal, now."""
        for id in await asyncio.to_thread(self._copies, tenant_id, proposal_id):
            await self._renew(tenant_id, id)

    def drawn(
        self, tenant_id: str, user_id: str, proposal_id: str, *, public: bool = False
    ) -> Drawn | None:
        """The proposal as that person sees it; None when they may not, or it is gone."""
        friday = self._friday
        with friday.store.reading(tenant_id) as session:
            actor = _actor(session, user_id)
            if actor is None:
                return None
            try:
                row = friday.gate.get(session, actor, proposal_id)
            except NotFound:
                return None
            card = friday.gate.card(session, actor, row)
        draw = blocks.summary if public else blocks.proposal
        title = word("hidden", actor.language) if public else card.preview.title
        return Drawn(
            fallback(title), draw(card, actor.language), _state(row)
        )  # fmt: skip

    async def _renew(self, tenant_id: str, id: str) -> None:
        found = await asyncio.to_thread(self._found, tenant_id, id)
        if found is None:
            return
        team = await asyncio.to_thread(self._teams.find, found.team_id)
        drawn = await asyncio.to_thread(
            self.drawn, tenant_id, found.user_id, found.proposal_id, public=found.public
        )
        if team is None:
            return
        if drawn is None:  # its reader may not see it any more: no copy keeps its buttons
            told = word("unseen", "en")
            drawn = Drawn(
                told, [ContextBlock(elements=[plain(told)])], await self._is_now(tenant_id, found)
            )
        if drawn.shown == found.shown:
            return
        try:
            # Blocks again with every edit: a text alone would be shown as raw markup.
            await self._teams.client(team.token).chat_update(
                channel=found.channel, ts=found.ts, text=drawn.text, blocks=drawn.blocks
            )
        except SlackApiError as error:
            if not is_final(error):
                raise
            _log.warning("a card in %s cannot be changed: %s", found.channel, reason(error))
        await asyncio.to_thread(self._mark, tenant_id, id, drawn.shown)

    async def _is_now(self, tenant_id: str, card: SlackCard) -> str:
        def read() -> str:
            with self._friday.store.reading(tenant_id) as session:
                row = session.fetch(Proposal, card.proposal_id)
                return _state(row) if row is not None else card.shown

        return await asyncio.to_thread(read)

    def _standing(self, tenant_id: str, thread: SlackThread, proposal_id: str) -> str | None:
        here = sa.select(SlackCard.id).where(
            SlackCard.proposal_id == proposal_id, SlackCard.channel == thread.channel,
            SlackCard.user_id == thread.user_id,
        )  # fmt: skip
        with self._friday.store.reading(tenant_id) as session:
            return session.scalars(here.limit(1)).first()

    def _copies(self, tenant_id: str, proposal_id: str) -> list[str]:
        with self._friday.store.reading(tenant_id) as session:
            return list(
                session.scalars(sa.select(SlackCard.id).where(SlackCard.proposal_id == proposal_id))
            )

    def _found(self, tenant_id: str, id: str) -> SlackCard | None:
        with self._friday.store.reading(tenant_id) as session:
            return session.fetch(SlackCard, id)

    def _keep(self, spot: Spot, proposal_id: str, ts: str, shown: str) -> None:
        with self._friday.store.session(spot.tenant_id) as session:
            session.add(
                SlackCard(
                    id=new_id("slc"),
                    proposal_id=proposal_id,
                    team_id=spot.team_id,
                    channel=spot.channel,
                    ts=ts,
                    user_id=spot.user_id,
                    public=spot.public,
                    shown=shown,
                )
            )

    def _mark(self, tenant_id: str, id: str, shown: str) -> None:
        with self._friday.store.session(tenant_id) as session:
            row = session.fetch(SlackCard, id)
            if row is not None:
                row.shown = shown


def _actor(session: TenantSession, user_id: str) -> Actor | None:
    user = session.fetch(User, user_id)
    return None if user is None or user.suspended_at else as_actor(user, channel=CHANNEL)


def _state(row: Proposal) -> str:
    return f"{row.version}:{row.status}"
