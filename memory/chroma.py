"""Opens Chroma: a folder of this process, or a server that several share.

Loading this module loads Chroma, which takes a second and 50 MB; import it where it is first needed.
"""

import json
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import chromadb
import httpx
from chromadb import EmbeddingFunction
from chromadb.api.types import Documents
from chromadb.config import Settings
from chromadb.errors import InternalError, NotFoundError

PORT = 8000
QUICK = httpx.Timeout(2.0)
PATIENT = httpx.Timeout(60.0, connect=2.0)
"""What a search waits for its answer, and what the jobs wait while they write."""
_LONG = ("/upsert", "/delete", "/get")

FAULTS: tuple[type[Exception], ...] = (
    httpx.HTTPError,
    InternalError,
    json.JSONDecodeError,  # something else answers at this address
)
"""What a server's absence looks like."""

Dropped = NotFoundError
"""Another process dropped the collection between two requests."""


def open_folder(folder: Path) -> Any:
    """A client of the vectors in a folder, which must belong to this process alone."""
    return chromadb.PersistentClient(path=str(folder), settings=_settings())


def open_server(url: str) -> Any:
    """A client of a server that answered just now. Raises one of FAULTS where it does no more."""
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    try:
        client = chromadb.HttpClient(
            host=parts.hostname or "",
            port=parts.port or (443 if secure else PORT),
            ssl=secure,
            settings=_settings(),
        )
    except ValueError as error:  # what Chroma makes of whatever goes wrong here
        raise httpx.ConnectError(str(error)) from error
    # Chroma's client waits for ever and has no setting for it; a search must not.
    session: httpx.Client = _sessions(client)[0]
    session.event_hooks = {"request": [_bounded], "response": [_checked]}
    return client


def close(client: Any) -> None:
    """Let go of a folder, or of the connections to a server, which Chroma itself leaves open."""
    sessions = _sessions(client)
    client.close()
    for each in sessions:
        each.close()


def _sessions(client: Any) -> list[Any]:
    """The HTTP sessions of a server's client, its own first; none of a folder's."""
    servers = (client._server, client._admin_client._server)
    return [each._session for each in servers if hasattr(each, "_session")]


def own_vectors_only() -> Any:
    """Chroma would download a model where it is given text without a vector; this raises instead."""
    return cast(Any, _OwnVectorsOnly())


def _settings() -> Settings:
    return Settings(anonymized_telemetry=False)


def _bounded(request: httpx.Request) -> None:
    long = request.method == "DELETE" or request.url.path.endswith(_LONG)
    request.extensions["timeout"] = (PATIENT if long else QUICK).as_dict()


def _checked(response: httpx.Response) -> None:
    """Chroma explains its errors in JSON; whatever else fails is a proxy, or not Chroma at all."""
    if response.is_success:
        return
    response.read()
    kind = response.headers.get("content-type", "")
    if not kind.startswith("application/json") or "error" not in response.json():
        response.raise_for_status()


class _OwnVectorsOnly(EmbeddingFunction[Documents]):
    def __init__(self) -> None:
        """Chroma asks for one."""

    def __call__(self, input: Documents) -> Any:
        raise RuntimeError("Vectors are made by Friday, not by Chroma.")

    @staticmethod
    def name() -> str:
        return "friday"

    def get_config(self) -> dict[str, Any]:
        return {}

    @staticmethod
    def build_from_config(config: dict[str, Any]) -> Any:
        return _OwnVectorsOnly()
