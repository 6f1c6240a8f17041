"""Files in and out over plain HTTP: uploads of people who are signed in, samples, and calendar feeds."""

from collections.abc import Callable
from functools import partial
from importlib.resources import files
from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Header, Request, Response
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel
from starlette.datastructures import UploadFile
from starlette.types import Message

from agent.identity.people import People
from agent.uploads import MOST_BYTES, TOO_LARGE, Uploads
from tools.errors import NotFound, Rejected, TooLarge
from tools.kit import Actor

SAMPLES = {"leads.csv": "text/csv; charset=utf-8", "leads.jsonl": "application/x-ndjson"}
Feed = Callable[[str], bytes | None]
_AROUND_A_FILE = 64_000
"""Bytes that a form adds to its file: boundaries, headers, a few short fields."""
_FORM = {
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": {
            "type": "string",
            "contentMediaType": "application/octet-stream",
            "description": "At most 25 MB.",
        }
    },
}
_BODY = {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _FORM}}}}


class Kept(BaseModel):
    """A stored file, to be named in a message or as a tool's `upload`."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, serialize_by_alias=True
    )

    id: str
    filename: str
    media_type: str
    size: int


class Problem(BaseModel):
    """Why not, in one sentence."""

    message: str


PROBLEMS: dict[int | str, dict[str, object]] = {
    code: {"model": Problem} for code in (400, 401, 403, 404, 413, 429)
}


def routes(people: People, uploads: Uploads, feed: Feed) -> APIRouter:
    """/uploads, /samples/… and /calendar/….ics"""
    router = APIRouter(responses=PROBLEMS)

    def admitted(authorization: str | None) -> Actor:
        actor = people.authenticate(bearer_of(authorization), channel="api")
        uploads.admit(actor)
        return actor

    # The body is read by hand: declared as a parameter it would be read before anybody asked who sends it.
    @router.post("/uploads", response_model=Kept, openapi_extra=_BODY)
    async def upload(
        request: Request, authorization: Annotated[str | None, Header()] = None
    ) -> Kept:
        """Store a file for the bearer's owner."""
        actor = await anyio.to_thread.run_sync(admitted, authorization)
        async with _capped(request).form(max_files=1, max_fields=10) as form:
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise Rejected(
                    "Send the file as “file”.", fields={"file": "must be a file of a form"}
                )
            keep = partial(
                uploads.keep,
                actor,
                filename=file.filename or "file",
                media_type=file.content_type or "application/octet-stream",
                content=await file.read(MOST_BYTES + 1),
            )
        kept = await anyio.to_thread.run_sync(keep)
        return Kept(id=kept.id, filename=kept.filename, media_type=kept.media_type, size=kept.size)

    @router.get("/samples/{name}", include_in_schema=False)
    def sample(name: str) -> Response:
        kind = SAMPLES.get(name)
        if kind is None:
            raise NotFound(f"There is no sample {name!r}.")
        content = files("tools.leads").joinpath("samples", name).read_bytes()
        headers = {"content-disposition": f'attachment; filename="{name}"'}
        return Response(content, media_type=kind, headers=headers)

    @router.get("/calendar/{token}.ics", include_in_schema=False)
    def calendar(token: str) -> Response:
        content = feed(token)
        if content is None:
            raise NotFound("There is no calendar at this address. Ask for a new one.")
        return Response(content, media_type="text/calendar; charset=utf-8")

    return router


def _capped(request: Request) -> Request:
    """The same request; reading its body raises TooLarge as soon as there is more than a file may have."""
    given = request.headers.get("content-length", "")
    if given.isascii() and given.isdigit() and int(given[:20]) > MOST_BYTES + _AROUND_A_FILE:
        raise TooLarge(TOO_LARGE)
    left = MOST_BYTES + _AROUND_A_FILE

    async def receive() -> Message:
        nonlocal left
        message = await request.receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise TooLarge(TOO_LARGE)
        return message

    return Request(request.scope, receive)


def bearer_of(authorization: str | None) -> str | None:
    """The token of an authorization header, or None."""
    scheme, _, token = (authorization or "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None
