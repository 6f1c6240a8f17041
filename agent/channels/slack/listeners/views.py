"""Dialogs that were sent off: an edit, a reason, a yes that needed more than a click."""

# The SDK leaves some of its types open.
# pyright: reportUnknownMemberType=false
import asyncio
from collections.abc import Mapping
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from agent.channels.slack import modals
from agent.channels.slack.deciding import Deciding, Seen
from agent.channels.slack.listeners.actions import Actions
from agent.channels.slack.modals import CHECKED, COMMENT, REASON, TYPED
from agent.channels.slack.people import Directory
from agent.channels.slack.teams import Team
from agent.channels.slack.texts import cut
from agent.conversations import Conversations
from tools.errors import ToolError
from tools.kit import Actor

Errors = dict[str, str]
_LONGEST = 400


class Views:
    """Takes dialogs; what is wrong stands beneath the field that it is about."""

    def __init__(
        self, talk: Conversations, *, directory: Directory, deciding: Deciding, actions: Actions
    ) -> None:
        self._talk = talk
        self._directory = directory
        self._deciding = deciding
        self._actions = actions

    async def sent(self, client: AsyncWebClient, team: Team, body: Mapping[str, Any]) -> Errors:
        """Nothing when it was done and the dialog may close, else a sentence for each field."""
        view: Mapping[str, Any] = body["view"]
        seen, given = modals.seen_of(view), modals.values_of(view)
        try:
            actor = await self._directory.actor(client, team, str(body["user"]["id"]))
            kind = str(view["callback_id"]).removeprefix("friday_")
            if kind == "feedback":
                comment = given.get(COMMENT, "")
                await asyncio.to_thread(
                    self._talk.feedback, actor, turn_id=seen.id, good=False, comment=comment
                )
                return {}
            await asyncio.to_thread(self._do, kind, actor, seen, given)
        except ToolError as error:
            return _beneath(error, given)
        return {}

    async def after(self, client: AsyncWebClient, team: Team, body: Mapping[str, Any]) -> None:
        """Bring everything up to date, once the dialog is closed."""
        seen = modals.seen_of(body["view"])
        if not seen.version:  # about an answer, and not about a proposal
            return
        actor = await self._directory.actor(client, team, str(body["user"]["id"]))
        await self._actions.decided(client, team, actor, seen.id, {"user": body["user"]})

    def _do(self, kind: str, actor: Actor, seen: Seen, given: Mapping[str, str]) -> None:
        match kind:
            case "deny":
                self._deciding.decide(actor, seen, "deny", reason=given.get(REASON) or None)
            case "approve":
                self._approve(actor, seen, given)
            case _:
                self._edit(actor, seen, given)

    def _approve(self, actor: Actor, seen: Seen, given: Mapping[str, str]) -> None:
        card = self._deciding.card(actor, seen)
        confirmed = [
            red.pointer for place, red in enumerate(card.red) if given.get(f"{CHECKED}_{place}")
        ]
        self._deciding.decide(
            actor, seen, "approve", confirmed=confirmed, typed=given.get(TYPED) or None
        )

    def _edit(self, actor: Actor, seen: Seen, given: Mapping[str, str]) -> None:
        fields = self._deciding.form(actor, seen).fields
        before = {field.name: field.value for field in fields if modals.is_shown(field)}
        changed = {
            name: value or None
            for name, value in given.items()
            if name in before and value != before[name]
        }
        if changed:
            self._deciding.decide(actor, seen, "edit", args=changed)


def first_field(body: Mapping[str, Any]) -> str:
    """The block of a dialog's first field: where a sentence about all of it can stand."""
    state: Mapping[str, Any] = body["view"].get("state") or {}
    values: Mapping[str, Any] = state.get("values") or {}
    return next(iter(values), "")


def _beneath(error: ToolError, given: Mapping[str, str]) -> Errors:
    """Each sentence at its field; what is about none of them stands beneath the first."""
    fields = {name: cut(str(why), _LONGEST) for name, why in error.fields.items() if name in given}
    first = next(iter(given), "")
    return fields or {first: cut(error.message, _LONGEST)}
