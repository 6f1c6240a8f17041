"""How an error leaves over plain HTTP: one sentence and a status, never a trace."""

import secrets

import structlog
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from tools.errors import (
    Conflict,
    Forbidden,
    NotFound,
    Rejected,
    TooLarge,
    ToolError,
    TooMany,
    Unauthenticated,
    Unavailable,
)

log = structlog.get_logger(__name__)
STATUSES: tuple[tuple[type[ToolError], int], ...] = (
    (NotFound, 404),
    (Rejected, 400),
    (Conflict, 409),
    (Unauthenticated, 401),
    (Forbidden, 403),
    (TooMany, 429),
    (TooLarge, 413),
    (Unavailable, 503),
)


def install(app: FastAPI) -> None:
    """Teach the app this channel's table from error to status."""

    @app.exception_handler(ToolError)
    def expected(_: Request, error: ToolError) -> JSONResponse:
        status = next((code for kind, code in STATUSES if isinstance(error, kind)), 400)
        headers = {"retry-after": str(error.retry_after)} if isinstance(error, TooMany) else None
        return JSONResponse({"message": error.message}, status, headers)

    @app.exception_handler(HTTPException)
    def plain(_: Request, error: HTTPException) -> JSONResponse:
        return JSONResponse({"message": str(error.detail)}, error.status_code, error.headers)

    @app.exception_handler(Exception)
    def unexpected(_: Request, error: Exception) -> JSONResponse:
        reference = secrets.token_hex(3)
        log.error("something broke", reference=reference, exc_info=error)
        return JSONResponse({"message": f"Something broke. Reference {reference}."}, 500)
