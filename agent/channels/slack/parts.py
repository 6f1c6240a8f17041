"""What the Slack channel needs of Friday, handed in by whoever composes the application."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from agent.conversations import Conversations
from agent.gate import Gate
from agent.identity.limits import Limits
from agent.uploads import Uploads
from memory.store import Store
from tools.desk.ports import Vault

Json = dict[str, object]


@dataclass(frozen=True)
class Friday:
    """The parts of one installation. `address` is where its pages are, without a slash at the end."""

    store: Store
    gate: Gate
    conversations: Conversations
    uploads: Uploads
    limits: Limits
    vault: Vault
    clock: Callable[[], dt.datetime]
    executor: str
    address: str
