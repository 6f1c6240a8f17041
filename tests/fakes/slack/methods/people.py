"""Who is who: users, tokens, installations, conversations with people."""

from secrets import token_hex
from typing import Any

from tests.fakes.slack.calls import Asked, Refused
from tests.fakes.slack.workspace import CLIENT_ID, CLIENT_SECRET, Workspace

Json = dict[str, Any]


def auth_test(asked: Asked) -> Json:
    space, token = asked.workspace, asked.token
    team = space.teams[token.team_id]
    return {
        "url": f"{space.url}/",
        "team": team.name,
        "team_id": team.id,
        "user": "friday",
        "user_id": token.user,
        "bot_id": token.bot_id,
        "is_enterprise_install": False,
    }


def auth_revoke(asked: Asked) -> Json:
    if asked.args.get("test"):
        return {"revoked": False}
    asked.workspace.revoke(asked.token)
    return {"revoked": True}


def user_info(asked: Asked) -> Json:
    user = asked.user()
    locale = bool(asked.args.get("include_locale"))
    return {"user": user.as_dict(asked.token.team_id, locale=locale)}


def lookup_by_email(asked: Asked) -> Json:
    team_id = asked.token.team_id
    for user in asked.workspace.users.values():
        same = user.email and user.email.lower() == asked.args["email"].lower()
        if same and user.team_id == team_id and not user.deleted:
            return {"user": user.as_dict(team_id)}
    raise Refused("users_not_found")


def open_conversation(asked: Asked) -> Json:
    space = asked.workspace
    if "channel" in asked.args:
        channel = asked.channel(writes=False)
        return {"channel": channel.as_dict(), "already_open": True}
    wanted = asked.args.get("users", "").split(",")
    if wanted == [""]:
        raise Refused("users_list_not_supplied")
    if len(wanted) > 1:
        raise Refused("not_enough_users")  # of the fake: it has no group messages
    user = space.users.get(wanted[0])
    if user is None:
        raise Refused("user_not_found")
    if user.deleted:
        raise Refused("user_disabled")
    if user.is_bot:
        raise Refused("cannot_dm_bot")
    known = len(space.channels)
    channel = space.dm(user, bot=asked.token)
    again = {"no_op": True, "already_open": True} if len(space.channels) == known else {}
    told = channel.as_dict() if asked.args.get("return_im") else {"id": channel.id}
    return {"channel": told, **again}


def conversation_info(asked: Asked) -> Json:
    channel = asked.workspace.channels.get(asked.args["channel"])
    if channel and channel.kind == "public" and channel.team_id == asked.token.team_id:
        return {"channel": channel.as_dict()}
    return {"channel": asked.channel(writes=False).as_dict()}


def history(asked: Asked) -> Json:
    channel = asked.channel(writes=False)
    said = asked.workspace.messages(channel)
    roots = [m for m in said if m.thread_ts in (None, m.ts)]
    return _page(asked, [m.as_dict() for m in reversed(roots)])


def replies(asked: Asked) -> Json:
    channel = asked.channel(writes=False)
    thread = asked.thread(channel, "ts")
    said = asked.workspace.messages(channel, thread=thread)
    return _page(asked, [m.as_dict() for m in said])


def _page(asked: Asked, told: list[Json]) -> Json:
    """The piece that `oldest`, `latest`, `limit` and `cursor` ask for."""
    args = asked.args
    if "oldest" in args:
        told = [m for m in told if _after(m["ts"], args["oldest"], args)]
    if "latest" in args:
        told = [m for m in told if _after(args["latest"], m["ts"], args)]
    begin = int(args.get("cursor") or 0)
    end = begin + int(args.get("limit") or 100)
    more = len(told) > end
    cursor = {"response_metadata": {"next_cursor": str(end)}} if more else {}
    return {"messages": told[begin:end], "has_more": more, **cursor}


def _after(later: str, earlier: str, args: Any) -> bool:
    same = args.get("inclusive") and float(later) == float(earlier)
    return bool(same) or float(later) > float(earlier)


def exchange_code(workspace: Workspace, args: Json) -> Json:
    """oauth.v2.access: the only method that a client's secret opens, and no token."""
    if args.get("client_id") != CLIENT_ID:
        raise Refused("invalid_client_id")
    if args.get("client_secret") != CLIENT_SECRET:
        raise Refused("bad_client_secret")
    if args.get("grant_type") == "refresh_token":
        return _installed(workspace, _refreshed(workspace, args), by=None)
    code = workspace.codes.get(args.get("code", ""))
    if code is None:
        raise Refused("invalid_code")
    if code.used:
        raise Refused("code_already_used")
    if code.redirect_uri and args.get("redirect_uri") != code.redirect_uri:
        raise Refused("bad_redirect_uri")
    code.used = True
    return _installed(workspace, code.team_id, by=code.by)


def _refreshed(workspace: Workspace, args: Json) -> str:
    team_id = workspace.refreshes.pop(args.get("refresh_token", ""), None)
    if team_id is None:
        raise Refused("invalid_refresh_token")
    return team_id


def _installed(workspace: Workspace, team_id: str, *, by: str | None) -> Json:
    team = workspace.teams[team_id]
    token = workspace.install(team, rotates=workspace.rotates)
    told: Json = {
        "app_id": token.app_id,
        "access_token": token.value,
        "token_type": "bot",
        "scope": ",".join(sorted(token.scopes)),
        "bot_user_id": token.user,
        "team": {"id": team.id, "name": team.name},
        "enterprise": None,
        "is_enterprise_install": False,
    }
    if by:
        told["authed_user"] = {"id": by}
    if workspace.rotates:
        refresh = f"xoxe-1-{token_hex(12)}"
        workspace.refreshes[refresh] = team_id
        told |= {"refresh_token": refresh, "expires_in": 43_200}
    return told
