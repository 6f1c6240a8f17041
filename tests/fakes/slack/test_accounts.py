"""Who may call, who is who, how an app is installed, and whose files it may read."""

# The SDK leaves some of its types open.
# pyright: reportUnknownMemberType=false
import asyncio

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack.conftest import Caller, Clock
from tests.fakes.slack.driver import People
from tests.fakes.slack.echo import Heard
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.state import Channel, User
from tests.fakes.slack.workspace import CLIENT_ID, CLIENT_SECRET

CLIENT = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}

OLD_SDK = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")
"""slack_sdk 3.47 still sends a client's secret the way that aiohttp 4 will not know."""


async def fetched(url: str, token: str | None = None) -> tuple[str, bytes]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as answer:
        return answer.content_type, await answer.read()


def test_the_token_says_who_calls(slack: FakeSlack, call: Caller) -> None:
    told = call("auth_test")

    assert told["team_id"] == slack.workspace.team.id
    assert told["user_id"] == slack.workspace.bot.user


def test_a_wrong_and_a_revoked_token_are_refused(slack: FakeSlack, call: Caller) -> None:
    assert call("auth_test", token="xoxb-nobody")["error"] == "invalid_auth"
    call("auth_revoke")
    assert call("auth_test")["error"] == "token_revoked"


def test_a_missing_scope_is_named(slack: FakeSlack, call: Caller, ops: Channel) -> None:
    slack.workspace.bot.scopes.remove("chat:write")

    refused = call("chat_postMessage", channel=ops.id, text="x")
    assert (refused["error"], refused["needed"]) == ("missing_scope", "chat:write")


def test_a_person_is_told_with_what_may_be_known(call: Caller, mette: User) -> None:
    told = call("users_info", user=mette.id, include_locale=True)["user"]

    assert told["profile"]["email"] == "mette@nordhavn.example"
    assert told["locale"] == "da-DK"
    assert "locale" not in call("users_info", user=mette.id)["user"]


def test_a_person_is_found_by_address_in_the_own_team_only(
    slack: FakeSlack, call: Caller, mette: User
) -> None:
    other = slack.workspace.add_team("Vestfjord")
    slack.workspace.add_user("Vera Vest", email="vera@vestfjord.example", team=other)

    assert call("users_lookupByEmail", email="METTE@nordhavn.example")["user"]["id"] == mette.id
    missing = call("users_lookupByEmail", email="vera@vestfjord.example")
    assert missing["error"] == "users_not_found"


def test_a_stranger_in_a_shared_channel_comes_with_their_team(
    people: People, mette: User, heard: Heard
) -> None:
    space = people.slack.workspace
    other = space.add_team("Vestfjord")
    vera = space.add_user("Vera Vest", team=other)
    shared = space.add_channel("shared", mette, vera)
    people.say(vera, shared, "hej")

    (event,) = people.slack.until(lambda: heard.events)
    assert event["user_team"] == other.id


def test_direct_messages_are_opened_once(slack: FakeSlack, call: Caller, mette: User) -> None:
    first = call("conversations_open", users=mette.id)
    again = call("conversations_open", users=mette.id, return_im=True)

    assert first["channel"]["id"] == again["channel"]["id"] == slack.workspace.dm(mette).id
    assert again["already_open"]
    assert call("conversations_open", users=slack.workspace.bot.user)["error"] == "cannot_dm_bot"


@OLD_SDK
def test_a_code_installs_the_app_once(slack: FakeSlack, call: Caller) -> None:
    team = slack.workspace.add_team("Vestfjord")
    code = slack.workspace.add_code(team, redirect_uri="https://x.example/back")
    given = {**CLIENT, "code": code.value}

    assert call("oauth_v2_access", **given)["error"] == "bad_redirect_uri"
    made = call("oauth_v2_access", **given, redirect_uri="https://x.example/back")
    assert made["team"]["id"] == team.id
    assert call("auth_test", token=made["access_token"])["team_id"] == team.id
    again = call("oauth_v2_access", **given, redirect_uri="https://x.example/back")
    assert again["error"] == "code_already_used"


@OLD_SDK
def test_a_wrong_client_installs_nothing(slack: FakeSlack, call: Caller) -> None:
    code = slack.workspace.add_code()
    refused = call("oauth_v2_access", client_id=CLIENT_ID, client_secret="x", code=code.value)

    assert refused["error"] == "bad_client_secret"


@OLD_SDK
def test_a_rotated_token_expires_and_is_refreshed_once(
    slack: FakeSlack, call: Caller, clock: Clock
) -> None:
    slack.workspace.rotates = True
    made = call("oauth_v2_access", **CLIENT, code=slack.workspace.add_code().value)
    clock.now += made["expires_in"] + 1
    refresh = {"grant_type": "refresh_token", "refresh_token": made["refresh_token"]}

    assert call("auth_test", token=made["access_token"])["error"] == "token_expired"
    new = call("oauth_v2_access", **CLIENT, **refresh)
    assert call("auth_test", token=new["access_token"])["ok"]
    assert call("oauth_v2_access", **CLIENT, **refresh)["error"] == "invalid_refresh_token"


def test_a_file_is_uploaded_into_a_thread(slack: FakeSlack, call: Caller, ops: Channel) -> None:
    root = call("chat_postMessage", channel=ops.id, text="root")["ts"]
    call("files_upload_v2", channel=ops.id, thread_ts=root, content="a;b", filename="leads.csv")

    (message,) = [m for m in slack.workspace.from_bot(ops, thread=root) if m.files]
    assert message.files[0].content == b"a;b"
    assert message.files[0].name == "leads.csv"


def test_a_file_that_never_came_is_not_shared(call: Caller, ops: Channel) -> None:
    id = call("files_getUploadURLExternal", filename="a.csv", length=3)["file_id"]
    refused = call("files_completeUploadExternal", files=[{"id": id}], channel_id=ops.id)

    assert refused["error"] == "file_not_found"


def test_a_shared_file_is_read_with_the_token_only(
    people: People, client: AsyncWebClient, mette: User, heard: Heard
) -> None:
    people.share(mette, None, "leads.csv", b"name\nUlla\n")

    (event,) = people.slack.until(lambda: heard.events)
    url = event["files"][0]["url_private"]
    assert asyncio.run(fetched(url, client.token)) == ("text/csv", b"name\nUlla\n")
    kind, page = asyncio.run(fetched(url))
    assert kind == "text/html"
    assert b"Sign in" in page
