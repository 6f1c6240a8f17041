"""The procedure that takes a file."""

import base64
import binascii
from collections.abc import Sequence

from pydantic import Field

from agent.channels.trpc.backend import Backend, Caller
from agent.channels.trpc.procedures import Procedure, mutation
from agent.channels.trpc.shapes import UploadOut
from agent.channels.trpc.wire import Wire
from tools.errors import Rejected


class UploadIn(Wire):
    """A small file as base64; larger ones go to `POST /uploads`."""

    filename: str = Field(min_length=1, max_length=255)
    base64: str
    media_type: str = Field(default="application/octet-stream", max_length=100)


def procedures(backend: Backend) -> Sequence[Procedure]:
    """uploads.*"""

    def create(caller: Caller, given: UploadIn) -> UploadOut:
        backend.uploads.admit(caller.actor)
        try:
            content = base64.b64decode(given.base64, validate=True)
        except (binascii.Error, ValueError) as error:
            raise Rejected(
                "The file is not valid base64.", fields={"base64": "must be base64"}
            ) from error
        kept = backend.uploads.keep(
            caller.actor, filename=given.filename, media_type=given.media_type, content=content
        )
        return UploadOut(
            id=kept.id, filename=kept.filename, media_type=kept.media_type, size=kept.size
        )

    return (
        mutation("uploads.create", create, input=UploadIn, output=UploadOut,
                 summary="Store a file of up to about 700 kB"),
    )  # fmt: skip
