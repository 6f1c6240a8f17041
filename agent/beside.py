"""A channel that works beside the requests that it is asked: it hears and posts by itself."""

from typing import Protocol

from fastapi import APIRouter


class Beside(Protocol):
    """What the composition root starts with the server, and stops before the conversations."""

    def routes(self) -> APIRouter:
        """What it is called at."""
        ...

    async def start(self) -> None:
        """Begin; within a running event loop."""
        ...

    async def stop(self) -> None:
        """Finish what was begun."""
        ...
