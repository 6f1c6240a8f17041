"""Slack as a channel: Bolt behind one guarded route or a socket, and what runs as long as the server does."""

# The SDK leaves some of its types open.
# pyright: reportUnknownMemberType=false
import asyncio
import contextlib
import logging
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import aiohttp
from fastapi import APIRouter, Request, Response
from slack_bolt.adapter.fastapi.async_handler import AsyncSlackRequestHandler
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from agent.channels.slack.api import reason
from agent.channels.slack.arrivals import Arrival, Arrivals
from agent.channels.slack.cards import Cards
from agent.channels.slack.courier import Courier
from agent.channels.slack.deciding import Deciding
from agent.channels.slack.guard import guarded
from agent.channels.slack.listeners.actions import Actions
from agent.channels.slack.listeners.events import KINDS, Events
from agent.channels.slack.listeners.views import Views, first_field
from agent.channels.slack.notices import Notices
from agent.channels.slack.parts import Friday
from agent.channels.slack.people import Directory
from agent.channels.slack.talking import Talking
from agent.channels.slack.teams import Teams, introduced
from agent.channels.slack.words import word
from agent.settings import Settings
from tools.errors import ToolError

_log = logging.getLogger(__name__)

PATIENCE = 2.0
"""Seconds that an event waits for the first greeting; Slack waits three."""
ROUND, AGAIN, DRAIN = 5.0, 5.0, 5.0
"""Seconds between looks for events left behind, between attempts to greet Slack, and to finish at the end."""
_FORGET = 720
"""Rounds between clearing away what Slack repeats no more: an hour."""
_OURS = re.compile(r"^friday_")
Json = dict[str, Any]
Next = Callable[[], Awaitable[BoltResponse]]


class SlackChannel:
    """One installation's Slack. `tenant` says whose workspace the bot's token is for."""

    def __init__(self, friday: Friday, settings: Settings, *, tenant: Callable[[], str]) -> None:
        self._settings = settings
        self._tenant = tenant
        self._teams = Teams(
            store=friday.store, vault=friday.vault, clock=friday.clock,
            api_url=settings.slack_api_url,
        )  # fmt: skip
        directory = Directory(store=friday.store, clock=friday.clock)
        cards, deciding = Cards(friday, self._teams), Deciding(friday)
        self._courier = Courier(friday, self._teams, cards)
        self._notices = Notices(friday, teams=self._teams, cards=cards, directory=directory)
        self._arrivals = Arrivals(friday)
        talking = Talking(friday, directory, self._courier, api_url=settings.slack_api_url)
        self._events = Events(
            friday, teams=self._teams, directory=directory, talking=talking, arrivals=self._arrivals
        )
        self._actions = Actions(
            friday, directory=directory, deciding=deciding, cards=cards, talking=talking,
            courier=self._courier,
        )  # fmt: skip
        self._views = Views(
            friday.conversations, directory=directory, deciding=deciding, actions=self._actions
        )
        self._secret = _given(settings.slack_signing_secret)
        self._bolt = self._app()
        self._socket: AsyncSocketModeHandler | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._greeted = asyncio.Event()
        # Threads of its own: a receipt must not wait behind the answers that are being posted.
        self._door = ThreadPoolExecutor(2, thread_name_prefix="friday-slack-door")
        self._standing: list[asyncio.Task[None]] = []

    def routes(self) -> APIRouter:
        """POST /slack/events, for events, clicks and dialogs alike."""
        router = APIRouter(include_in_schema=False)
        if not self._secret:  # Socket Mode alone
            return router
        handler = AsyncSlackRequestHandler(self._bolt)

        async def handle(request: Request) -> Response:
            try:
                return await handler.handle(request)
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                # Signed, and of a shape that Bolt cannot read.
                _log.warning("a request from Slack has no known shape: %s", type(error).__name__)
                return Response(status_code=400)

        endpoint = guarded(handle, SignatureVerifier(self._secret))
        router.add_api_route("/slack/events", endpoint, methods=["POST"], response_model=None)
        return router

    async def start(self) -> None:
        """Greet Slack, open the socket where there is an app token, and begin to post."""
        self._greeted.set()
        self._courier.start()
        self._standing = [asyncio.create_task(self._rounds(), name="friday-slack-rounds")]
        if self._settings.slack_bot_token:
            tenant_id = await asyncio.to_thread(self._tenant)
            self._greeted.clear()
            greeting = self._greet(tenant_id, _given(self._settings.slack_bot_token))
            self._standing.append(asyncio.create_task(greeting, name="friday-slack-greeting"))
        if self._settings.slack_app_token:
            token = _given(self._settings.slack_app_token)
            self._socket = AsyncSocketModeHandler(
                self._bolt, token, web_client=self._teams.client(token)
            )
            self._standing.append(asyncio.create_task(self._connect(), name="friday-slack-socket"))

    async def stop(self) -> None:
        """Take nothing more in, finish what was begun, post what is there."""
        if self._socket is not None:
            await self._socket.close_async()
        for task in self._standing:
            task.cancel()
        await asyncio.gather(*self._standing, return_exceptions=True)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=DRAIN)
        await self._courier.stop()
        await self._teams.close()
        self._door.shutdown(wait=False)

    def _app(self) -> AsyncApp:
        teams = self._teams

        async def authorize(
            enterprise_id: str | None, team_id: str | None
        ) -> AuthorizeResult | None:
            """From our own store: nothing is asked of Slack before it has its answer."""
            team = await asyncio.to_thread(teams.find, team_id or "")
            if team is None:
                return None
            return AuthorizeResult(
                enterprise_id=enterprise_id, team_id=team.id, bot_token=team.token,
                bot_id=team.bot_id, bot_user_id=team.bot_user,
            )  # fmt: skip

        # Bolt wants a client of its own, with a token that none of our calls uses.
        app = AsyncApp(
            name="friday",
            authorize=cast(Any, authorize),
            client=AsyncWebClient(base_url=self._settings.slack_api_url),
            signing_secret=self._secret or None,
            request_verification_enabled=bool(self._secret),
            before_authorize=self._keep,
            raise_error_for_unhandled_request=True,
        )
        for kind in KINDS:
            app.event(kind)(self._on_event)
        app.action(_OURS)(self._on_action)
        app.view(_OURS)(self._on_view)
        app.error(self._on_error)
        # At INFO Bolt logs the body of a request that it refuses.
        logging.getLogger("slack_bolt").setLevel(logging.ERROR)
        return app

    async def _keep(
        self, body: Json, context: AsyncBoltContext, ack: AsyncAck, next: Next
    ) -> BoltResponse | None:
        """Store an event before Slack is told that it arrived; one that was there already goes no further."""
        if body.get("type") != "event_callback":
            return await next()
        team_id = str(body.get("team_id") or "")
        team = await asyncio.to_thread(self._teams.find, team_id)
        if team is None and not self._greeted.is_set():
            # At the very first start Slack may call before it has answered who we are.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._greeted.wait(), PATIENCE)
            team = await asyncio.to_thread(self._teams.find, team_id)
            if team is None:
                return BoltResponse(status=503, body="")  # Slack sends it again
        if team is None:
            return await ack()
        try:
            arrival = await asyncio.get_running_loop().run_in_executor(
                self._door, self._arrivals.take_in, team.tenant_id, body
            )
        except Exception:  # noqa: BLE001 - whatever the store has, Slack sends it again
            _log.exception("an event from Slack could not be stored")
            return BoltResponse(status=503, body="")
        if arrival is None:
            return await ack()
        context["arrival"] = arrival
        return await next()

    async def _on_event(self, context: AsyncBoltContext) -> None:
        arrival = cast(Arrival, context["arrival"])
        self._spawn(self._events.work(arrival))

    async def _on_action(self, ack: AsyncAck, body: Json, action: Json) -> None:
        await ack()
        team = await asyncio.to_thread(self._teams.find, _team_of(body))
        if team is not None:
            client = self._teams.client(team.token)
            self._spawn(self._actions.clicked(client, team, body, action))

    async def _on_view(self, ack: AsyncAck, body: Json) -> None:
        team = await asyncio.to_thread(self._teams.find, _team_of(body))
        if team is None:
            await ack()
            return
        client = self._teams.client(team.token)
        try:
            errors = await asyncio.wait_for(self._views.sent(client, team, body), PATIENCE)
        except Exception:  # noqa: BLE001 - the dialog stays open and says so
            _log.exception("a dialog from Slack could not be answered")
            errors = {first_field(body): word("busy", "en")}
        if errors:
            await ack(response_action="errors", errors=errors)
            return
        await ack()
        self._spawn(self._views.after(client, team, body))

    async def _on_error(self, error: Exception) -> BoltResponse:
        """What nobody listens to is no failure: Slack would send it again."""
        if isinstance(error, BoltUnhandledRequestError):
            return BoltResponse(status=200, body="")
        _log.error("a request from Slack failed", exc_info=error)
        return BoltResponse(status=200, body="")

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(self._logged(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _logged(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except SlackApiError as error:
            _log.warning("Slack refused a call: %s", reason(error))
        except Exception:  # noqa: BLE001 - the end of a task of its own
            _log.exception("something from Slack could not be answered")

    async def _rounds(self) -> None:
        count = 0
        while True:
            await asyncio.sleep(ROUND)
            count += 1
            await self._logged(self._round(clear=count % _FORGET == 1))

    async def _round(self, *, clear: bool) -> None:
        for arrival in await asyncio.to_thread(self._arrivals.left_behind):
            self._spawn(self._events.work(arrival))
        await self._notices.round()
        if clear:
            await asyncio.to_thread(self._arrivals.forget_old)

    async def _greet(self, tenant_id: str, token: str) -> None:
        """Find out which workspace the bot's token is for, as often as it takes."""
        while True:
            try:
                told = await introduced(self._teams.client(token), token)
                await asyncio.to_thread(self._teams.keep, tenant_id, told)
            except SlackApiError as error:
                _log.warning("Slack does not take FRIDAY_SLACK_BOT_TOKEN: %s", reason(error))
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                _log.warning("Slack does not answer: %s", type(error).__name__)
            except ToolError as error:
                _log.error("%s", error.message)
                return
            else:
                self._greeted.set()
                self._courier.nudge()
                return
            await asyncio.sleep(AGAIN)

    async def _connect(self) -> None:
        assert self._socket is not None
        while True:
            try:
                await self._socket.connect_async()
            except (SlackApiError, aiohttp.ClientError, TimeoutError, OSError) as error:
                _log.warning("the socket to Slack does not open: %s", type(error).__name__)
                await asyncio.sleep(AGAIN)
            else:
                return


def _team_of(body: Json) -> str:
    team: Json = body.get("team") or {}
    return str(team.get("id") or "")


def _given(secret: Any) -> str:
    return secret.get_secret_value().strip() if secret is not None else ""


@contextlib.asynccontextmanager
async def running(channel: SlackChannel | None) -> AsyncGenerator[None]:
    """The channel, if there is one, while the block runs."""
    if channel is None:
        yield
        return
    await channel.start()
    try:
        yield
    finally:
        await channel.stop()
