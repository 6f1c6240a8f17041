"""Vectors of texts: how they are made, and the Chroma collection that they are kept in."""

import hashlib
import shutil
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from filelock import FileLock, Timeout

from memory.reach import Reach, VectorsBusy
from memory.words import fold

Matrix = npt.NDArray[np.float32]
BATCH = 100
SHORTEST, LONGEST = 3, 5
CHROMA_DIR = "chroma"


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
    would lose each other's vectors without a word, so the second one gets VectorsBusy. A server may be shared, also
    with other installations and programs: `owner` stands before the names of this installation's collections, and
    no other is ever touched.
    """

    def __init__(self, embedder: Embedder, *, folder: Path, url: str = "", owner: str = "") -> None:
        """`url` names a Chroma server; without one the vectors lie in `folder`."""
        self.embedder = embedder
        self._folder = folder
        self._url = url
        self._prefix = f"{owner}-texts-" if owner else "texts-"
        self._reach = Reach(url) if url else None
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
        """Ids of the tenant's texts, nearest first. None where there are no vectors or they cannot be had now."""
        if not self.there or (self._reach is not None and self._reach.away):
            return []
        asked = self.embedder.embed([query])
        try:
            with self._using() as client:
                collection = self._collection(client, tenant_id)
                count = collection.count()
                if not count:
                    return []
                found = collection.query(
                    query_embeddings=asked, n_results=min(limit, count), include=[]
                )
        except VectorsBusy:
            return []
        return list(found["ids"][0])

    def put(self, tenant_id: str, ids: Sequence[str], texts: Sequence[str]) -> None:
        """Keep the vectors of these texts, in place of earlier ones. Raises VectorsBusy."""
        for start in range(0, len(ids), BATCH):
            part = slice(start, start + BATCH)
            made = self.embedder.embed(texts[part])
            with self._using() as client:
                self._collection(client, tenant_id).upsert(ids=list(ids[part]), embeddings=made)

    def remove(self, tenant_id: str, ids: Sequence[str]) -> None:
        """Forget these vectors. Raises VectorsBusy."""
        if ids:
            with self._using() as client:
                self._collection(client, tenant_id).delete(ids=list(ids))

    def ids(self, tenant_id: str) -> set[str]:
        """Every id that has a vector. Raises VectorsBusy."""
        with self._using() as client:
            return set(self._collection(client, tenant_id).get(include=[])["ids"])

    def drop(self, tenant_id: str) -> None:
        """Forget all of a tenant's vectors. Raises VectorsBusy."""
        with self._using() as client:
            name = self._name_of(tenant_id)
            if name in self._names(client):
                client.delete_collection(name)

    def drop_others(self, tenants: Sequence[str]) -> int:
        """Forget the collections of tenants that are gone and of other embedders; how many. Raises VectorsBusy."""
        with self._using() as client:
            return self._keep(client, {self._name_of(tenant_id) for tenant_id in tenants})

    def erase(self) -> None:
        """Forget everything, without a byte left in the folder; waits for who searches. Raises VectorsBusy."""
        with self._free:
            self._free.wait_for(lambda: not self._users)
            if self._url:
                with self._faultless():
                    self._keep(self._opened(), set())
            if self._folder.exists():  # with a server, one from before there was one
                self._take_folder()
                self.close(keep_lock=True)
                shutil.rmtree(self._folder)
                self._lock.release()

    @contextmanager
    def _using(self) -> Generator[Any]:
        """Chroma, which stays open for the length of the block."""
        with self._free:
            self._users += 1
        try:
            with self._faultless():
                yield self._opened()
        finally:
            with self._free:
                self._users -= 1
                self._free.notify_all()

    @contextmanager
    def _faultless(self) -> Generator[None]:
        """A server that fails while it is used is VectorsBusy; a folder's faults stay what they are."""
        if self._reach is None:
            yield
            return
        if self._client is None:
            self._reach.probe()
        chroma = _chroma()
        try:
            with self._reach.watching(chroma.FAULTS):
                yield
        except chroma.Dropped as error:
            raise VectorsBusy("Another process is making the vectors anew.") from error

    def close(self, *, keep_lock: bool = False) -> None:
        """Let go of the folder, so that it can be removed or another process can have it."""
        with self._opening:
            if self._client is not None:
                _chroma().close(self._client)
                self._client = None
            if self._lock.is_locked and not keep_lock:
                self._lock.release()

    def _name_of(self, tenant_id: str) -> str:
        # A tenant's id may hold what a collection's name may not, and two must never share one.
        tenant = hashlib.sha256(tenant_id.encode()).hexdigest()[:24]
        return f"{self._prefix}{tenant}-{self.name}"

    def _names(self, client: Any) -> list[str]:
        names = [each.name for each in client.list_collections()]
        return [name for name in names if name.startswith(self._prefix)]

    def _keep(self, client: Any, kept: set[str]) -> int:
        gone = [name for name in self._names(client) if name not in kept]
        for name in gone:
            client.delete_collection(name)
        return len(gone)

    def _collection(self, client: Any, tenant_id: str) -> Any:
        return client.get_or_create_collection(
            self._name_of(tenant_id),
            embedding_function=_chroma().own_vectors_only(),
            configuration={"hnsw": {"space": "cosine"}},
        )

    def _opened(self) -> Any:
        with self._opening:
            if self._client is None:
                self._client = (
                    _chroma().open_server(self._url) if self._url else self._open_folder()
                )
            return self._client

    def _open_folder(self) -> Any:
        self._take_folder()
        try:
            return _chroma().open_folder(self._folder)
        except BaseException:
            self._lock.release()
            raise

    def _take_folder(self) -> None:
        self._folder.parent.mkdir(parents=True, exist_ok=True)
        try:
            if not self._lock.is_locked:
                self._lock.acquire(timeout=0)
        except Timeout as error:
            raise VectorsBusy(
                f"Another process has the vectors in {self._folder} open; stop it first, or give both a Chroma "
                "server with FRIDAY_CHROMA_URL."
            ) from error


def _chroma() -> ModuleType:
    """The library, loaded where it is first needed: it takes a second and 50 MB."""
    from memory import chroma

    return chroma
