"""Who is asking: turns a bearer into a caller, once per request."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar, cast

import anyio.to_thread

from agent.channels.trpc.errors import TrpcError, as_trpc
from agent.channels.trpc.procedures import Procedure, is_async
from agent.channels.trpc.request import Facts, Request
from tools.errors import Unauthenticated

Caller = TypeVar("Caller")

Authenticate = Callable[[str | None, Facts], Caller | Awaitable[Caller]]
"""Says who is behind a bearer, or behind none; raises a ToolError for one that it does not take.

Called once per request, in the thread pool unless it is an `async def`; a second time, without the
bearer, only when that was refused as Unauthenticated: signing in must work with an old bearer still
in the header. What it returns for no bearer is the caller of procedures that need no `auth`.
"""


@dataclass(frozen=True, slots=True)
class Identity:
    """The caller for procedures that need one, and for those that do not; or why there is none."""

    member: object | TrpcError
    anyone: object | TrpcError

    def suits(self, procedure: Procedure) -> bool:
        """Whether there is a caller for it."""
        return not isinstance(self.member if procedure.auth else self.anyone, TrpcError)

    def caller_of(self, procedure: Procedure) -> object:
        """Raises TrpcError when nobody suitable is asking."""
        found = self.member if procedure.auth else self.anyone
        if isinstance(found, TrpcError):
            raise found
        return found


@dataclass(frozen=True)
class Door:
    """Where callers are recognised. What goes wrong becomes the answer of each call; none raise."""

    authenticate: Authenticate[Any]
    is_known: Callable[[Any], bool]

    @cached_property
    def waits(self) -> bool:
        """Whether `authenticate` runs on the event loop."""
        return is_async(self.authenticate)

    async def recognise(self, request: Request) -> Identity:
        """Who sent this request."""
        if not self.waits:
            return await anyio.to_thread.run_sync(self.recognise_here, request)
        first = await self._asked(request.bearer, request.facts)
        again = _is_worth_asking_again(first, request)
        return self._identity(first, await self._asked(None, request.facts) if again else None)

    def recognise_here(self, request: Request) -> Identity:
        """The same, in the calling thread: for an `authenticate` that never waits."""
        first = self._asked_here(request.bearer, request.facts)
        again = _is_worth_asking_again(first, request)
        return self._identity(first, self._asked_here(None, request.facts) if again else None)

    async def _asked(self, bearer: str | None, facts: Facts) -> object | Exception:
        ask = cast(Callable[[str | None, Facts], Awaitable[object]], self.authenticate)
        try:
            return await ask(bearer, facts)
        except Exception as error:  # noqa: BLE001 - becomes the answer of each call
            return error

    def _asked_here(self, bearer: str | None, facts: Facts) -> object | Exception:
        try:
            return self.authenticate(bearer, facts)
        except Exception as error:  # noqa: BLE001 - becomes the answer of each call
            return error

    def _identity(self, first: object, nobody: object) -> Identity:
        match first:
            case Unauthenticated():
                stranger = None if isinstance(nobody, Unauthenticated) else _told(nobody)
                return Identity(_told(first), stranger)
            case Exception():
                told = _told(first)
                return Identity(told, told)
            case _ if self.is_known(first):
                return Identity(first, first)
            case _:
                return Identity(_told(Unauthenticated("Sign in first.")), first)


def _is_worth_asking_again(first: object, request: Request) -> bool:
    return isinstance(first, Unauthenticated) and request.bearer is not None


def _told(found: object) -> object:
    return as_trpc(found, "authenticate") if isinstance(found, Exception) else found
