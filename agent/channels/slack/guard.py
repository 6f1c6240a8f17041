"""Refuses what Slack did not sign, before anything of it is read as more than bytes."""

import json
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs

from slack_sdk.signature import SignatureVerifier
from starlette.requests import Request
from starlette.responses import Response

LARGEST = 1_000_000
"""Bytes of a request: Slack's own payloads stay far below it."""

Handle = Callable[[Request], Awaitable[Response]]


def guarded(handle: Handle, verifier: SignatureVerifier) -> Handle:
    """`handle` behind the check of size (413) and of signature and age (401), as Slack's "Verifying requests" says.

    Bolt parses a body before it looks at the signature, and answers 500 to one that is no JSON.
    """

    async def endpoint(request: Request) -> Response:
        length = request.headers.get("content-length", "")
        if not (length.isascii() and length.isdigit()) or int(length) > LARGEST:
            return Response(status_code=413)
        body = await request.body()
        if len(body) > LARGEST:
            return Response(status_code=413)
        if not _is_signed(verifier, request, body):
            return Response(status_code=401)
        if not _is_object(body, request.headers.get("content-type", "")):
            return Response(status_code=400)
        return await handle(request)

    return endpoint


def _is_object(body: bytes, kind: str) -> bool:
    """Whether Slack's two ways to send something hold an object: JSON, or a form with JSON in its `payload`."""
    try:
        text = body.decode()
        given = parse_qs(text).get("payload", [""])[0] if "form" in kind else text
        return isinstance(json.loads(given), dict)
    except (ValueError, RecursionError):
        return False


def _is_signed(verifier: SignatureVerifier, request: Request, body: bytes) -> bool:
    sent, signature = (
        request.headers.get(f"x-slack-{name}", "") for name in ("request-timestamp", "signature")
    )
    try:
        return bool(sent and signature) and verifier.is_valid(body, sent, signature)
    except (ValueError, UnicodeError):  # a time that is no number, a body that is no text
        return False
