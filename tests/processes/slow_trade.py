"""A worker whose firm also charges cards: run as a program by the test of a takeover.

`python -m tests.processes.slow_trade HONOURING CARELESS` is `friday work` with those two providers' addresses.
"""

import sys
from typing import ClassVar

from agent.app import App, create_app
from agent.commands.hosting import labour
from agent.settings import Settings, read_settings
from tests.gate.crashing import HttpCharging
from tests.gate.world import Charge, Charging
from tools.catalog import DOMAINS
from tools.kit import CannotTell, Context, DidNotHappen, Domain, Receipt


class Honouring(HttpCharging):
    """A provider that recognises a repeat."""


class Careless(HttpCharging):
    """One that does not."""


class _ChargeBy(Charge):
    port: ClassVar[type[Charging]]

    def perform(self, ctx: Context, key: str) -> Receipt:
        return self.charged(ctx, ctx[self.port].charge(key, str(self.amount)))

    def reconcile(self, ctx: Context, key: str) -> Receipt | DidNotHappen | CannotTell:
        reference = ctx[self.port].find(key)
        return self.charged(ctx, reference) if reference else CannotTell(why="It is not listed.")


class ChargeHonouring(_ChargeBy):
    """Charge a card through the provider that recognises a repeat."""

    port: ClassVar = Honouring
    calls: ClassVar = (Honouring,)


class ChargeCareless(_ChargeBy):
    """Charge a card through the other one."""

    port: ClassVar = Careless
    calls: ClassVar = (Careless,)


TRADE = Domain(
    name="cards", title_en="Cards", title_da="Kort", queries=(),
    actions=(ChargeHonouring, ChargeCareless),
)  # fmt: skip


def charging_app(settings: Settings, honouring: str, careless: str) -> App:
    """Friday with the trade of cards."""
    providers = {
        Honouring: Honouring(honouring, honours_keys=True, die_at=""),
        Careless: Careless(careless, honours_keys=False, die_at=""),
    }
    return create_app(settings, domains=(*DOMAINS, TRADE), providers=providers)


if __name__ == "__main__":
    labour(charging_app(read_settings(), *sys.argv[1:]))
