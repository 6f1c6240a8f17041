"""Vectors of texts: how they are made, and the Chroma collection that they are kept in."""

import hashlib
import shutil
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, cast
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt
from filelock import FileLock, Timeout

from memory.words import fold

Matrix = npt.NDArray[np.float32]
BATCH = 100
SHORTEST, LONGEST = 3, 5
CHROMA_DIR = "chroma"


class VectorsBusy(Exception):
    """Another process has the vectors of this data directory open."""


class Embedder(Protocol):
    """Makes vectors. Texts that mean or look alike get vectors that point the same way."""

    name: str
    dim: int
    semantic: bool

    def embed(self, texts: Sequence[str]) -> Matrix:
        """One row of `dim` numbers, of length 1, for each text."""
        ...


class CharHash(Embedder):
    """Counts pieces of three to five letters, hashed into a fixed number of places.

    It needs no download and knows letters, not meanings. The hash is the same in every process.
    """

    semantic = False

    def __init__(self, dim: int = 1024) -> None:
        self.name = "charhash"
        self.dim = dim
        self._known: dict[str, tuple[int, float]] = {}

    def embed(self, texts: Sequence[str]) -> Matrix:
        """See Embedder. An empty text gets zeros."""
        rows = np.zeros((len(texts), self.dim), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for piece in _pieces(fold(text)):
                place, sign = self._place(piece)
                row[place] += sign
        lengths = np.sqrt(np.square(rows).sum(axis=1, keepdims=True))
        rows /= np.maximum(lengths, np.float32(1e-9))
        return rows

    def _place(self, piece: str) -> tuple[int, float]:
        found = self._known.get(piece)
        if found is None:
            hashed = int.from_bytes(hashlib.blake2b(piece.encode(), digest_size=8).digest(), "big")
            found = (hashed >> 1) % self.dim, 1.0 if hashed & 1 else -1.0
            if len(self._known) < 50_000:
                self._known[piece] = found
        return found


def _pieces(folded: str) -> list[str]:
    padded = [f" {word} " for word in folded.split()]
    return [
        word[at : at + size]
        for word in padded
        for size in range(SHORTEST, LONGEST + 1)
        for at in range(len(word) - size + 1)
    ]


class Vectors:
    """The vector leg of search: ids and vectors in Chroma, one collection for each tenant and embedder.

    Nothing of Chroma is loaded before the first use. The folder of an embedded Chroma belongs to one process: two
    would lose each other's vectors without a word, so the second one gets VectorsBusy.
    """

    def __init__(self, embedder: Embedder, *, folder: Path, url: str = "") -> None:
        """`url` names a Chroma server; without one the vectors lie in `folder`."""
        self.embedder = embedder
        self._folder = folder
        self._url = url
        self._lock = FileLock(folder.with_name(f".{folder.name}.lock"), thread_local=False)
        self._opening = threading.Lock()
        self._client: Any = None
        self._free = threading.Condition()
        self._users = 0

    @property
    def semantic(self) -> bool:
        """Whether the embedder knows meanings."""
        return self.embedder.semantic

    @property
    def name(self) -> str:
        """The embedder and its size: vectors of another one are in another collection."""
        return f"{self.embedder.name}-{self.embedder.dim}"

    @property
    def open(self) -> bool:
        """Whether this process has Chroma loaded."""
        return self._client is not None

    @property
    def there(self) -> bool:
        """Whether any vectors have been kept yet."""
        return bool(self._url) or self._folder.exists()

    def nearest(self, tenant_id: str, query: str, limit: int) -> list[str]:
        """Ids of the tenant's texts, nearest first. None where there are no vectors or another process has them."""
        if not self.there:
            return []
        with self._using():
            try:
                collection = self._collection(tenant_id)
            except VectorsBusy:
                return []
            count = collection.count()
            if not count:
                return []
            asked = self.embedder.embed([query])
            found = collection.query(
                query_embeddings=asked, n_results=min(limit, count), include=[]
            )
        return list(found["ids"][0])

    def put(self, tenant_id: str, ids: Sequence[str], texts: Sequence[str]) -> None:
        """Keep the vectors of these texts, in place of earlier ones. Raises VectorsBusy."""
        for start in range(0, len(ids), BATCH):
            part = slice(start, start + BATCH)
            made = self.embedder.embed(texts[part])
            with self._using():
                self._collection(tenant_id).upsert(ids=list(ids[part]), embeddings=made)

    def remove(self, tenant_id: str, ids: Sequence[str]) -> None:
        """Forget these vectors. Raises VectorsBusy."""
        if ids:
            with self._using():
                self._collection(tenant_id).delete(ids=list(ids))

    def ids(self, tenant_id: str) -> set[str]:
        """Every id that has a vector. Raises VectorsBusy."""
        with self._using():
            return set(self._collection(tenant_id).get(include=[])["ids"])

    def drop(self, tenant_id: str) -> None:
        """Forget all of a tenant's vectors. Raises VectorsBusy."""
        client = self._opened()
        name = self._name_of(tenant_id)
        if name in {each.name for each in client.list_collections()}:
            client.delete_collection(name)

    def drop_others(self, tenants: Sequence[str]) -> int:
        """Forget the collections of tenants that are gone and of other embedders; how many. Raises VectorsBusy."""
        client = self._opened()
        kept = {self._name_of(tenant_id) for tenant_id in tenants}
        gone = [each.name for each in client.list_collections() if each.name not in kept]
        for name in gone:
            client.delete_collection(name)
        return len(gone)

    def erase(self) -> None:
        """Forget everything, without a byte left in the folder; waits for who searches. Raises VectorsBusy."""
        with self._free:
            self._free.wait_for(lambda: not self._users)
            if self._url:
                self.drop_others([])
            elif self._folder.exists():
                self._opened()
                self.close(keep_lock=True)
                shutil.rmtree(self._folder)
                self._lock.release()

    @contextmanager
    def _using(self) -> Generator[None]:
        """Chroma stays open for the length of the block."""
        with self._free:
            self._users += 1
        try:
            yield
        finally:
            with self._free:
                self._users -= 1
                self._free.notify_all()

    def close(self, *, keep_lock: bool = False) -> None:
        """Let go of the folder, so that it can be removed or another process can have it."""
        with self._opening:
            if self._client is not None:
                self._client.close()
                self._client = None
            if self._lock.is_locked and not keep_lock:
                self._lock.release()

    def _name_of(self, tenant_id: str) -> str:
        # A tenant's id may hold what a collection's name may not, and two must never share one.
        tenant = hashlib.sha256(tenant_id.encode()).hexdigest()[:24]
        return f"texts-{tenant}-{self.name}"

    def _collection(self, tenant_id: str) -> Any:
        return self._opened().get_or_create_collection(
            self._name_of(tenant_id),
            embedding_function=_refusing(),
            configuration={"hnsw": {"space": "cosine"}},
        )

    def _opened(self) -> Any:
        with self._opening:
            if self._client is None:
                self._client = self._open_server() if self._url else self._open_folder()
            return self._client

    def _open_server(self) -> Any:
        chromadb, settings = _chroma()
        parts = urlsplit(self._url)
        return chromadb.HttpClient(
            host=parts.hostname or "127.0.0.1",
            port=parts.port or 8000,
            ssl=parts.scheme == "https",
            settings=settings,
        )

    def _open_folder(self) -> Any:
        self._folder.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise VectorsBusy(
                f"Another process has the vectors in {self._folder} open; stop it first, or give both a Chroma "
                "server with FRIDAY_CHROMA_URL."
            ) from error
        try:
            chromadb, settings = _chroma()
            return chromadb.PersistentClient(path=str(self._folder), settings=settings)
        except BaseException:
            self._lock.release()
            raise


def _chroma() -> tuple[Any, Any]:
    """The library, loaded where it is first needed: it takes a second and 50 MB."""
    import chromadb
    from chromadb.config import Settings

    return chromadb, Settings(anonymized_telemetry=False)


def _refusing() -> Any:
    """Chroma would download a model where it is given text without a vector; this raises instead."""
    from chromadb import EmbeddingFunction
    from chromadb.api.types import Documents

    class OwnVectorsOnly(EmbeddingFunction[Documents]):
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
            return OwnVectorsOnly()

    return cast(Any, OwnVectorsOnly())
