"""What people write to Friday in Slack becomes a message of their conversation in that thread."""

# The SDK leaves some of its types open.
# pyright: reportUnknownMemberType=false
import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from agent.channels.slack import threads
from agent.channels.slack.api import answer
from agent.channels.slack.courier import Courier, say
from agent.channels.slack.incoming import is_direct, is_spoken, mentions, place_of, words_of
from agent.channels.slack.parts import Friday
from agent.channels.slack.people import Directory
from agent.channels.slack.teams import Team
from agent.channels.slack.texts import fallback
from agent.channels.slack.threads import Place
from agent.channels.slack.words import word
from agent.conversations import Said
from agent.conversations.tailing import Interrupted
from agent.identity.limits import CHAT
from agent.uploads import MOST_BYTES
from memory.tables.slack import SlackThread
from tools.errors import ToolError
from tools.kit import Actor

_log = logging.getLogger(__name__)

SOON = 0.7
"""Seconds after which a person is shown that an answer is on its way."""
_FILES = 5
_SHARED = ("is_ext_shared", "is_org_shared", "is_pending_ext_shared", "is_shared")
"""What makes a channel one that others than the firm may read."""


class Talking:
    """Takes messages in; the courier brings the answers back."""

    def __init__(
        self, friday: Friday, directory: Directory, courier: Courier, *, api_url: str
    ) -> None:
        self._friday = friday
        self._directory = directory
        self._courier = courier
        self._hosts = {urlsplit(api_url).netloc, "files.slack.com"}
        self._following: set[asyncio.Task[None]] = set()

    async def hear(self, client: AsyncWebClient, team: Team, event: Mapping[str, Any]) -> None:
        """A message event. What is not meant for Friday is left alone."""
        if not is_spoken(event) or not await self._is_meant(team, event):
            return
        channel, root = str(event["channel"]), place_of(event)
        try:
            actor = await self._directory.actor(client, team, str(event["user"]))
            await self._take(client, team, actor, event)
        except ToolError as error:
            if is_direct(event):
                await say(client, channel, root, error.message)
                return
            await client.chat_postEphemeral(
                channel=channel, user=str(event["user"]), text=fallback(error.message)
            )

    async def say_for(
        self, client: AsyncWebClient, actor: Actor, place: Place, text: str, *, key: str
    ) -> None:
        """Words that somebody said with a button."""
        await asyncio.to_thread(self._friday.limits.take, CHAT, actor.id, now=self._friday.clock())
        await self._say(client, actor, place, text, key=key, uploads=())

    async def _is_meant(self, team: Team, event: Mapping[str, Any]) -> bool:
        if is_direct(event) or mentions(event, team.bot_user):
            return True
        root = event.get("thread_ts")
        if "<@" in str(event.get("text") or ""):  # colleagues among themselves
            return False
        return bool(root) and await asyncio.to_thread(
            threads.is_ours, self._friday.store, team, str(event["channel"]), str(root),
            str(event["user"]),
        )  # fmt: skip

    async def _take(
        self, client: AsyncWebClient, team: Team, actor: Actor, event: Mapping[str, Any]
    ) -> None:
        friday = self._friday
        friday.limits.take(CHAT, actor.id, now=friday.clock())
        channel, ts = str(event["channel"]), str(event["ts"])
        public = not is_direct(event) and await self._is_public(client, channel)
        place = Place(team.id, channel, place_of(event), str(event["user"]), public)
        uploads = await self._files(client, team, actor, place, event.get("files") or ())
        words = words_of(event, team.bot_user)
        if words or uploads:
            await self._say(
                client, actor, place, words, key=f"slack:{channel}:{ts}", uploads=uploads
            )
        elif not event.get("files"):
            await self._say(client, actor, place, "help", key=f"slack:{channel}:{ts}", uploads=())

    async def _say(
        self,
        client: AsyncWebClient,
        actor: Actor,
        place: Place,
        text: str,
        *,
        key: str,
        uploads: Sequence[str],
    ) -> None:
        thread, said = await asyncio.to_thread(self._stored, actor, place, text, key, uploads)
        task = asyncio.create_task(self._follow(client, actor, thread, said))
        self._following.add(task)
        task.add_done_callback(self._following.discard)

    def _stored(
        self, actor: Actor, place: Place, text: str, key: str, uploads: Sequence[str]
    ) -> tuple[SlackThread, Said]:
        friday = self._friday
        thread = threads.thread_of(friday.store, actor, place, now=friday.clock())
        said = friday.conversations.say(
            actor, text=text, conversation_id=thread.conversation_id, client_message_id=key,
            uploads=uploads,
        )  # fmt: skip
        return thread, said

    async def _follow(
        self, client: AsyncWebClient, actor: Actor, thread: SlackThread, said: Said
    ) -> None:
        """Until the answer is there: then it is posted at once, and not at the courier's next look."""
        answered = asyncio.create_task(self._answered(actor, said))
        await asyncio.wait({answered}, timeout=SOON)
        if not answered.done():
            await self._busy(client, thread, word("busy_now", actor.language))
            await answered
        self._courier.nudge()

    async def _answered(self, actor: Actor, said: Said) -> None:
        try:
            await self._friday.conversations.wait_for(actor, said.turn_id, timeout=300)
        except (ToolError, Interrupted) as error:
            _log.info("the turn %s is no longer followed: %s", said.turn_id, error)

    async def _busy(self, client: AsyncWebClient, thread: SlackThread, status: str) -> None:
        """Says that an answer is being made; Slack takes it away with the next post."""
        try:
            await client.assistant_threads_setStatus(
                channel_id=thread.channel, thread_ts=thread.thread_ts, status=status
            )
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            _log.info("no status could be shown: %s", type(error).__name__)

    async def _is_public(self, client: AsyncWebClient, channel: str) -> bool:
        """Whether everybody in the workspace can read it. What Slack does not say is taken for open."""
        try:
            told = answer(await client.conversations_info(channel=channel))
        except (SlackApiError, aiohttp.ClientError, TimeoutError):
            return True
        channel_facts: Mapping[str, Any] = told.get("channel") or {}
        shared = any(channel_facts.get(name) for name in _SHARED)
        return shared or not channel_facts.get("is_private")

    async def _files(
        self,
        client: AsyncWebClient,
        team: Team,
        actor: Actor,
        place: Place,
        files: Sequence[Mapping[str, Any]],
    ) -> list[str]:
        kept: list[str] = []
        for file in files[:_FILES]:
            name = str(file.get("name") or "file")
            content = await self._fetched(team, file)
            if content is None:
                told = word("no_file", actor.language, name=name)
                await say(client, place.channel, place.thread_ts, told)
                continue
            kept.append(await asyncio.to_thread(self._keep, actor, name, file, content))
        return kept

    def _keep(self, actor: Actor, name: str, file: Mapping[str, Any], content: bytes) -> str:
        self._friday.uploads.admit(actor)
        kind = str(file.get("mimetype") or "application/octet-stream")
        return self._friday.uploads.keep(actor, filename=name, media_type=kind, content=content).id

    async def _fetched(self, team: Team, file: Mapping[str, Any]) -> bytes | None:
        """The bytes, from Slack's own addresses only: with the bot's token nobody else is asked."""
        address = str(file.get("url_private") or "")
        if urlsplit(address).netloc not in self._hosts:
            return None
        headers = {"authorization": f"Bearer {team.token}"}
        timeout = aiohttp.ClientTimeout(total=30)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as http,
                http.get(address, headers=headers, allow_redirects=False) as got,
            ):
                if got.status != 200 or (got.content_length or 0) > MOST_BYTES:
                    return None
                content = bytearray()
                async for chunk in got.content.iter_chunked(65_536):
                    content += chunk
                    if len(content) > MOST_BYTES:
                        return None
                return bytes(content)
        except (aiohttp.ClientError, TimeoutError):
            return None
