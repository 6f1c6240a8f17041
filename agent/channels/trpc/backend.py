"""What the procedures stand on, and who calls them."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from agent.channels.trpc.request import Facts
from agent.conversations import Conversations
from agent.gate.gate import Gate
from agent.gate.registry import Registry
from agent.identity.limits import Limits
from agent.identity.links import Links
from agent.identity.people import People
from agent.uploads import Uploads
from memory.store import Store
from tools.errors import Unauthenticated
from tools.kit import Actor


@dataclass(frozen=True)
class Backend:
    """The services below the channels, as the composition root made them."""

    store: Store
    gate: Gate
    registry: Registry
    conversations: Conversations
    people: People
    links: Links
    limits: Limits
    uploads: Uploads
    clock: Callable[[], dt.datetime]


@dataclass(frozen=True)
class Caller:
    """One request's caller: the actor (None where nobody signed in) and the network address."""

    somebody: Actor | None
    address: str
    local: bool

    @property
    def actor(self) -> Actor:
        """Who is signed in. Raises Unauthenticated."""
        if self.somebody is None:
            raise Unauthenticated("Please sign in.")
        return self.somebody


LOOPBACK = ("127.", "::1")


def authenticator(people: People) -> Callable[[str | None, Facts], Caller]:
    """Makes a caller of a bearer; a request without one is nobody, a wrong one is refused."""

    def authenticate(bearer: str | None, facts: Facts) -> Caller:
        address = facts.client or "unknown"
        somebody = people.authenticate(bearer, channel="api") if bearer else None
        return Caller(somebody, address, address.startswith(LOOPBACK))

    return authenticate
