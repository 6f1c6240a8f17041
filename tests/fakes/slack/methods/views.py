"""Modals and homes: opened with a trigger, changed under a hash."""

import json
from typing import Any, Literal

from tests.fakes.slack.calls import Asked, Refused
from tests.fakes.slack.limits import view_faults
from tests.fakes.slack.shapes import shape_faults
from tests.fakes.slack.state import Trigger, View
from tests.fakes.slack.workspace import Workspace

Json = dict[str, Any]

TRIGGER_LIFE = 3.0
MOST_ON_TOP = 3
LARGEST = 250_000


def open_view(asked: Asked) -> Json:
    trigger = _trigger(asked)
    view = make_modal(asked.workspace, asked.args["view"], trigger.user, asked.token.team_id)
    trigger.used = True
    return {"view": view.as_dict()}


def push_view(asked: Asked) -> Json:
    trigger = _trigger(asked)
    below = asked.workspace.views.get(trigger.view or "")
    if below is None or not below.open:
        raise Refused("not_found")
    view = push_modal(asked.workspace, asked.args["view"], below)
    trigger.used = True
    return {"view": view.as_dict()}


def update_view(asked: Asked) -> Json:
    view = _named(asked)
    if view is None or not view.open:
        raise Refused("not_found")
    if asked.args.get("hash", view.hash) != view.hash:
        raise Refused("hash_conflict")
    change_view(asked.workspace, view, asked.args["view"])
    return {"view": view.as_dict()}


def publish_view(asked: Asked) -> Json:
    user = asked.user("user_id")
    space = asked.workspace
    payload = checked_view(space, asked.args["view"], "home")
    view = space.homes.get((user.team_id, user.id))
    if "hash" in asked.args and (view is None or asked.args["hash"] != view.hash):
        raise Refused("hash_conflict")
    if view is None:
        view = _made(space, "home", payload, user.id, asked.token.team_id)
        space.homes[user.team_id, user.id] = view
    else:
        change_view(space, view, payload)
    return {"view": view.as_dict()}


def make_modal(workspace: Workspace, payload: Any, user: str, team_id: str) -> View:
    """A new modal in front of somebody."""
    checked = checked_view(workspace, payload, "modal")
    external = checked.get("external_id")
    used = {view.payload.get("external_id") for view in workspace.views.values() if view.open}
    if external and external in used:
        raise Refused("duplicate_external_id")
    view = _made(workspace, "modal", checked, user, team_id)
    workspace.views[view.id] = view
    return view


def push_modal(workspace: Workspace, payload: Any, below: View) -> View:
    """A new modal on top of another one."""
    stack = [v for v in workspace.views.values() if v.root == below.root and v.open]
    if len(stack) >= MOST_ON_TOP:
        raise Refused("push_limit_reached")
    view = make_modal(workspace, payload, below.user, below.team_id)
    view.root, view.previous = below.root, below.id
    return view


def change_view(workspace: Workspace, view: View, payload: Any) -> None:
    """Another content; whoever still has the old hash is too late."""
    view.payload = checked_view(workspace, payload, view.kind)
    view.hash = _hash(workspace)
    view.updates += 1


def checked_view(workspace: Workspace, payload: Any, kind: Literal["modal", "home"]) -> Json:
    """The view with an id for each block, or `invalid_arguments` with every reason."""
    faults = shape_faults(kind, payload, "/view") or view_faults(payload)
    if faults:
        raise Refused("invalid_arguments", *faults)
    if len(json.dumps(payload)) > LARGEST:
        raise Refused("view_too_large")
    blocks = [{"block_id": workspace.id("b"), **block} for block in payload["blocks"]]
    return {**payload, "blocks": blocks}


def _trigger(asked: Asked) -> Trigger:
    trigger = asked.workspace.triggers.get(asked.args.get("trigger_id", ""))
    if trigger is None or trigger.team_id != asked.token.team_id:
        raise Refused("invalid_trigger_id")
    if trigger.used:
        raise Refused("exchanged_trigger_id")
    if asked.workspace.now() - trigger.at > TRIGGER_LIFE:
        raise Refused("expired_trigger_id")
    return trigger


def _named(asked: Asked) -> View | None:
    views = asked.workspace.views
    if external := asked.args.get("external_id"):
        named = [v for v in views.values() if v.payload.get("external_id") == external and v.open]
        return named[-1] if named else None
    return views.get(asked.args.get("view_id", ""))


def _made(
    workspace: Workspace, kind: Literal["modal", "home"], payload: Json, user: str, team_id: str
) -> View:
    id = workspace.id("V")
    return View(id, kind, team_id, user, payload, _hash(workspace), id)


def _hash(workspace: Workspace) -> str:
    return f"{int(workspace.now())}.{workspace.id('h')}"
