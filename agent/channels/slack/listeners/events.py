"""Events: messages, the home, people who change, the app's own end, and Stop."""

# The SDK leaves some of its types open.
# pyright: reportUnknownMemberType=false
import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from agent.channels.slack.api import reason
from agent.channels.slack.arrivals import Arrival, Arrivals
from agent.channels.slack.home import home_for_nobody, home_of
from agent.channels.slack.parts import Friday
from agent.channels.slack.people import Directory, Unknown
from agent.channels.slack.talking import Talking
from agent.channels.slack.teams import Team, Teams
from agent.channels.slack.threads import Place, find_thread
from agent.channels.slack.words import word

_log = logging.getLogger(__name__)

KINDS = (
    "message", "app_mention", "app_home_opened", "user_change", "app_uninstalled",
    "tokens_revoked", "agent_session_stopped",
)  # fmt: skip
Handle = Callable[[AsyncWebClient, Team, Mapping[str, Any]], Awaitable[None]]


class Events:
    """Works on one arrived event at a time; `work` marks it done, or leaves it for a later attempt."""

    def __init__(
        self,
        friday: Friday,
        *,
        teams: Teams,
        directory: Directory,
        talking: Talking,
        arrivals: Arrivals,
    ) -> None:
        self._friday = friday
        self._teams = teams
        self._directory = directory
        self._talking = talking
        self._arrivals = arrivals
        self._handlers: dict[str, Handle] = {
            "message": talking.hear,
            "app_mention": talking.hear,
            "app_home_opened": self._opened,
            "user_change": self._changed,
            "agent_session_stopped": self._stopped,
        }

    async def work(self, arrival: Arrival) -> None:
        """Do what the event asks for. What fails is logged, and tried again by the next round."""
        try:
            await self._work(arrival)
        except Exception:  # noqa: BLE001 - it stays in the store, for another attempt
            _log.exception("an event from Slack could not be worked on")
            return
        await asyncio.to_thread(self._arrivals.done, arrival)

    async def _work(self, arrival: Arrival) -> None:
        kind, event = str(arrival.event.get("type")), arrival.event
        if kind == "app_uninstalled" or (kind == "tokens_revoked" and _bots(event)):
            await asyncio.to_thread(self._teams.end, arrival.team_id)
            return
        team = await asyncio.to_thread(self._teams.find, arrival.team_id)
        handle = self._handlers.get(kind)
        if team is not None and handle is not None:
            await handle(self._teams.client(team.token), team, event)

    async def _opened(self, client: AsyncWebClient, team: Team, event: Mapping[str, Any]) -> None:
        member = str(event["user"])
        try:
            actor = await self._directory.actor(client, team, member)
        except Unknown as error:
            if event.get("tab") == "home":  # also over one from before they were nobody
                await client.views_publish(user_id=member, view=home_for_nobody(error.message))
            return
        if event.get("tab") == "home":
            view = await asyncio.to_thread(home_of, self._friday, actor)
            await client.views_publish(user_id=member, view=view)
            return
        await self._prompt(client, str(event["channel"]), actor.language)

    async def _prompt(self, client: AsyncWebClient, channel: str, language: str) -> None:
        danish = language == "da"
        asked = (
            ("Nye leads", "vis nye leads"), ("I dag", "vis bookinger i dag"), ("Hjælp", "hjælp")
        ) if danish else (
            ("New leads", "show new leads"), ("Today", "show bookings today"), ("Help", "help")
        )  # fmt: skip
        prompts = [{"title": title, "message": message} for title, message in asked]
        try:
            await client.assistant_threads_setSuggestedPrompts(
                channel_id=channel,
                title=word("ai", "da" if danish else "en"),
                prompts=prompts,
            )
        except SlackApiError as error:  # prompts are a courtesy
            _log.info("Slack shows no prompts: %s", reason(error))

    async def _changed(self, _: AsyncWebClient, team: Team, event: Mapping[str, Any]) -> None:
        await asyncio.to_thread(self._directory.learn, team, event["user"])

    async def _stopped(self, client: AsyncWebClient, team: Team, event: Mapping[str, Any]) -> None:
        actor = await self._directory.actor(client, team, str(event["user"]))
        place = Place(team.id, str(event["channel"]), str(event["thread_ts"]), "", public=False)
        await asyncio.to_thread(self._stop, team, actor.id, place, actor)

    def _stop(self, team: Team, user_id: str, place: Place, actor: Any) -> None:
        with self._friday.store.reading(team.tenant_id) as session:
            thread = find_thread(session, user_id, place)
        if thread is not None:
            self._friday.conversations.stop(actor, thread.conversation_id)


def _bots(event: Mapping[str, Any]) -> bool:
    tokens: Mapping[str, Any] = event.get("tokens") or {}
    return bool(tokens.get("bot"))
