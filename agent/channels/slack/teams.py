"""Workspaces that Friday is installed in: whose they are, and how their bot speaks."""

# The SDK leaves some of its types open.
# pyright: reportUnknownMemberType=false
import datetime as dt
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

import aiohttp
import sqlalchemy as sa
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from agent.channels.slack.api import answer
from memory.store import Store
from memory.tables.slack import SlackTeam
from tools.desk.ports import Vault
from tools.errors import Conflict

_log = logging.getLogger(__name__)

SECONDS = 10
"""How long one call to Slack may take."""


@dataclass(frozen=True)
class Team:
    """A workspace as long as Friday is installed there."""

    tenant_id: str
    id: str
    bot_user: str
    bot_id: str
    token: str


@dataclass(frozen=True)
class Installed:
    """What Slack says of a bot's token."""

    team_id: str
    name: str
    bot_user: str
    bot_id: str
    token: str


class Teams:
    """The installations of this store, and a client for each."""

    def __init__(
        self, *, store: Store, vault: Vault, clock: Callable[[], dt.datetime], api_url: str
    ) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock
        self._api_url = api_url
        self._session: aiohttp.ClientSession | None = None
        self._found: dict[str, Team] = {}
        self._lock = threading.Lock()

    def find(self, team_id: str) -> Team | None:
        """The workspace; None where Friday is not installed. From memory after the first time in this process."""
        with self._lock:
            if team_id in self._found:
                return self._found[team_id]
        with self._store.system() as session:
            row = session.scalars(
                sa.select(SlackTeam).where(SlackTeam.id == team_id, SlackTeam.ended_at.is_(None))
            ).one_or_none()
            if row is None or row.bot_token is None:
                return None
            token = self._vault.open(row.tenant_id, row.bot_token)
            team = Team(row.tenant_id, row.id, row.bot_user, row.bot_id, token)
        with self._lock:
            self._found[team_id] = team
        return team

    def keep(self, tenant_id: str, told: Installed) -> Team:
        """Installed, or installed again. Raises Conflict where the workspace belongs to another firm."""
        now, sealed = self._clock(), self._vault.seal(tenant_id, told.token)
        with self._store.system() as session:
            there = session.scalars(
                sa.select(SlackTeam).where(SlackTeam.id == told.team_id)
            ).one_or_none()
            if there is not None and there.tenant_id != tenant_id:
                raise Conflict("This Slack workspace belongs to another firm already.")
            if there is None:
                there = SlackTeam(tenant_id=tenant_id, id=told.team_id, installed_at=now)
                session.add(there)
            there.name, there.bot_user, there.bot_id = told.name, told.bot_user, told.bot_id
            there.bot_token, there.ended_at = sealed, None
        team = Team(tenant_id, told.team_id, told.bot_user, told.bot_id, told.token)
        with self._lock:
            self._found[told.team_id] = team
        return team

    def end(self, team_id: str) -> None:
        """Slack removed us: the token is forgotten, and nothing more is posted there."""
        with self._lock:
            self._found.pop(team_id, None)
        with self._store.system() as session:
            session.execute(
                sa.update(SlackTeam)
                .where(SlackTeam.id == team_id)
                .values(bot_token=None, ended_at=self._clock())
            )

    def client(self, token: str) -> AsyncWebClient:
        """A client over one shared session, which waits out rate limits.

        Only on the event loop.
        """
        if self._session is None or self._session.closed:
            # Without `trust_env`: only Slack's own address is ever called.
            self._session = aiohttp.ClientSession()
        return AsyncWebClient(
            token=token,
            base_url=self._api_url,
            timeout=SECONDS,
            session=self._session,
            # A failing server may have done it all the same: such calls are the courier's to try again, later.
            retry_handlers=[AsyncRateLimitErrorRetryHandler(max_retry_count=3)],
        )

    async def close(self) -> None:
        """Closes the connections."""
        if self._session is not None:
            await self._session.close()


async def introduced(client: AsyncWebClient, token: str) -> Installed:
    """Who a bot's token speaks for (`auth.test`)."""
    facts = answer(await client.auth_test())
    return Installed(
        team_id=str(facts["team_id"]),
        name=str(facts.get("team") or ""),
        bot_user=str(facts["user_id"]),
        bot_id=str(facts.get("bot_id") or ""),
        token=token,
    )
