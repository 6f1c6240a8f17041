"""Shows a code to whoever may see it, each time on record; it passes through no card, model or conversation."""

import datetime as dt
from collections.abc import Callable

from agent.gate import Gate, audit
from agent.settings import Keys
from memory.store import Store
from tools.desk.codes import open_code
from tools.kit import Actor

Clock = Callable[[], dt.datetime]


class Codes:
    """The codes of one installation."""

    def __init__(self, *, store: Store, gate: Gate, keys: Keys, clock: Clock) -> None:
        self._store = store
        self._gate = gate
        self._keys = keys
        self._clock = clock

    def show(self, actor: Actor, fact_id: str) -> str:
        """The code. Raises NotFound, and Forbidden for who has no job there today; both leave nothing on record."""
        with self._store.session(actor.tenant_id) as session:
            fact, code = open_code(self._gate.context(session, actor), fact_id)
            audit.record(
                session,
                self._keys,
                now=self._clock(),
                actor_id=actor.id,
                channel=actor.channel,
                event="shown",
                tool="show_access",
                subject=fact.id,
                outcome="done",
            )
            return code
