"""Makes the Slack channel out of settings and the parts of the application."""

import datetime as dt
from collections.abc import Callable
from typing import Protocol

from agent.channels.slack.channel import SlackChannel
from agent.channels.slack.firm import firm_for
from agent.channels.slack.parts import Friday
from agent.conversations import Conversations
from agent.gate import Gate
from agent.identity.limits import Limits
from agent.settings import Settings
from agent.uploads import Uploads
from memory.store import Store
from tools.desk.ports import Vault


class Parts(Protocol):
    """What channels stand on, as the composition root made it."""

    @property
    def store(self) -> Store: ...
    @property
    def gate(self) -> Gate: ...
    @property
    def conversations(self) -> Conversations: ...
    @property
    def uploads(self) -> Uploads: ...
    @property
    def limits(self) -> Limits: ...
    @property
    def clock(self) -> Callable[[], dt.datetime]: ...


def open_slack(settings: Settings, parts: Parts, *, vault: Vault, executor: str) -> SlackChannel:
    """The channel, not started. Which firm's workspace it is, is looked up when it starts."""
    friday = Friday(
        store=parts.store,
        gate=parts.gate,
        conversations=parts.conversations,
        uploads=parts.uploads,
        limits=parts.limits,
        vault=vault,
        clock=parts.clock,
        executor=executor,
        address=settings.base_url,
    )
    return SlackChannel(
        friday, settings, tenant=lambda: firm_for(friday.store, settings.slack_firm)
    )
