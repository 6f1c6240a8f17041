"""Codes to doors over plain HTTP, for people who are signed in and may see them."""

from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Header, Response
from pydantic import BaseModel

from agent.channels.http.files import PROBLEMS, bearer_of
from agent.codes import Codes
from agent.identity.people import People


class Shown(BaseModel):
    """A code, to be read and not to be kept."""

    code: str


def routes(people: People, codes: Codes) -> APIRouter:
    """/access/…"""
    router = APIRouter(responses=PROBLEMS)

    # POST although it only reads: each showing is put on record, and no address with a code in it is ever cached.
    @router.post("/access/{fact_id}")
    async def show(
        fact_id: str, response: Response, authorization: Annotated[str | None, Header()] = None
    ) -> Shown:
        """The code of a remembered door, for the owner and for whoever has a job there today."""

        def opened() -> str:
            actor = people.authenticate(bearer_of(authorization), channel="api")
            return codes.show(actor, fact_id)

        response.headers["cache-control"] = "no-store"
        return Shown(code=await anyio.to_thread.run_sync(opened))

    return router
