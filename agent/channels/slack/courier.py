"""Tells Slack what happens in conversations that are threads there: answers, cards, outcomes.

The store is the truth: a thread keeps how far it was told, and a post that fails is tried again from there.
"""

# The SDK leaves some of its types open.
# pyright: reportUnknownMemberType=false
import asyncio
import contextlib
import logging
from collections.abc import Sequence
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.models.blocks import Block
from slack_sdk.web.async_client import AsyncWebClient

from agent.channels.slack import threads
from agent.channels.slack.api import answer, is_final, reason
from agent.channels.slack.cards import Cards
from agent.channels.slack.parts import Friday
from agent.channels.slack.posts import Post, posts_of
from agent.channels.slack.teams import Teams
from agent.channels.slack.texts import fallback
from agent.conversations.events import EventOut, read_after
from memory.tables.slack import SlackThread

_log = logging.getLogger(__name__)

EVERY = 1.0
"""Seconds after which it looks by itself."""
SIDE_BY_SIDE = 8
TROUBLE = (SlackApiError, aiohttp.ClientError, asyncio.TimeoutError, OSError)


class Courier:
    """Posts for one process. `nudge` makes it look now."""

    def __init__(self, friday: Friday, teams: Teams, cards: Cards) -> None:
        self._friday = friday
        self._teams = teams
        self._cards = cards
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._few = asyncio.Semaphore(SIDE_BY_SIDE)
        self._ended = False

    def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._run(), name="friday-slack-courier")

    async def stop(self) -> None:
        """Post what is there, then end."""
        self._ended = True
        self._news.set()
        if self._task is not None:
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def nudge(self) -> None:
        """There is something new."""
        self._news.set()

    async def _run(self) -> None:
        while True:
            last = self._ended
            self._news.clear()
            try:
                await self._round()
            except Exception:  # noqa: BLE001 - whatever it was, the others' news must get through
                _log.exception("a round of Slack posts failed; the next one goes on")
            if last:
                return
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), EVERY)

    async def _round(self) -> None:
        store, now = self._friday.store, self._friday.clock()
        found = await asyncio.to_thread(threads.with_news, store, now)
        await asyncio.gather(*(self._deliver(tenant_id, id) for tenant_id, id in found))
        await self._cards.refresh()

    async def _deliver(self, tenant_id: str, id: str) -> None:
        async with self._few:
            thread = await asyncio.to_thread(self._take, tenant_id, id)
            if thread is None:
                return
            try:
                await self._tell(tenant_id, thread)
            except TROUBLE as error:
                why = reason(error) if isinstance(error, SlackApiError) else type(error).__name__
                _log.warning("a post to Slack failed (%s); it is tried again", why)
                await asyncio.to_thread(self._put_off, tenant_id, id)
            else:
                await asyncio.to_thread(self._done, tenant_id, id)

    async def _tell(self, tenant_id: str, thread: SlackThread) -> None:
        team = await asyncio.to_thread(self._teams.find, thread.team_id)
        if team is None:
            return
        client = self._teams.client(team.token)
        for seq, post in await asyncio.to_thread(self._news_of, tenant_id, thread):
            try:
                if post is not None:
                    await self._post(client, tenant_id, thread, post)
            except SlackApiError as error:
                if not is_final(error):
                    raise
                _log.warning("Slack takes no post in %s: %s", thread.channel, reason(error))
            if seq:
                await asyncio.to_thread(self._posted, tenant_id, thread.id, seq)

    async def _post(
        self, client: AsyncWebClient, tenant_id: str, thread: SlackThread, post: Post
    ) -> None:
        if post.proposal_id is not None:
            await self._cards.post(client, tenant_id, thread, post.proposal_id)
            return
        await say(client, thread.channel, thread.thread_ts, post.text, post.blocks)

    def _take(self, tenant_id: str, id: str) -> SlackThread | None:
        friday = self._friday
        with friday.store.session(tenant_id) as session:
            return threads.take(session, id, poster=friday.executor, now=friday.clock())

    def _news_of(self, tenant_id: str, thread: SlackThread) -> list[tuple[int, Post | None]]:
        with self._friday.store.reading(tenant_id) as session:
            events: list[EventOut] = read_after(
                session, thread.conversation_id, thread.posted_seq, limit=500
            )
        return posts_of(events, public=thread.public, address=self._friday.address)

    def _posted(self, tenant_id: str, id: str, seq: int) -> None:
        with self._friday.store.session(tenant_id) as session:
            threads.posted(session, id, seq, now=self._friday.clock())

    def _done(self, tenant_id: str, id: str) -> None:
        with self._friday.store.session(tenant_id) as session:
            threads.done_with(session, id, poster=self._friday.executor)

    def _put_off(self, tenant_id: str, id: str) -> None:
        with self._friday.store.session(tenant_id) as session:
            threads.put_off(session, id, now=self._friday.clock())


async def say(
    client: AsyncWebClient,
    channel: str,
    thread_ts: str | None,
    text: str,
    blocks: Sequence[Block] | None = None,
) -> dict[str, Any]:
    """One message, without previews of links in it."""
    return answer(
        await client.chat_postMessage(
            channel=channel, thread_ts=thread_ts, text=fallback(text), blocks=blocks,
            unfurl_links=False, unfurl_media=False,
        )
    )  # fmt: skip
