"""One process runs the jobs of a data directory and its database: who holds it, and where that server listens."""

import contextlib
import json
import os
from pathlib import Path

from filelock import FileLock, Timeout

from memory.private import own_folder
from tools.errors import Conflict


class DataLock:
    """The lock of a data directory and, where the database lies in another folder, of that one too.

    The address of the holder lies beside it, for other commands.
    """

    def __init__(self, data_dir: Path, *others: Path) -> None:
        # The same order for everybody, and a folder under two names only once.
        self._folders = sorted({folder.resolve() for folder in (data_dir, *others)})
        # Held by the process, not by the thread that took it: the jobs ask from another one.
        self._locks = [FileLock(each / ".lock", thread_local=False) for each in self._folders]

    @property
    def held(self) -> bool:
        """Whether this process holds it."""
        return all(lock.is_locked for lock in self._locks)

    def take(self) -> None:
        """Hold it until `release`. Raises Conflict, naming the holder, when another process does."""
        with contextlib.ExitStack() as taken:
            for folder, lock in zip(self._folders, self._locks, strict=True):
                own_folder(folder)
                try:
                    lock.acquire(timeout=0)
                except Timeout as error:
                    raise Conflict(
                        f"Another Friday is running on {folder} ({_holder(folder) or 'address unknown'}). "
                        "Stop it first, or give this one a data directory and a database of its own "
                        "(FRIDAY_DATA_DIR, FRIDAY_DATABASE_URL)."
                    ) from error
                taken.callback(lock.release)
            taken.pop_all()

    def listens_on(self, address: str) -> None:
        """Write down where this process is reached."""
        for folder in self._folders:
            _address(folder).write_text(json.dumps({"address": address, "pid": os.getpid()}))

    def holder(self) -> str | None:
        """The address that the holder wrote down, or None."""
        return next(filter(None, map(_holder, self._folders)), None)

    def release(self) -> None:
        """Let go."""
        for folder, lock in zip(self._folders, self._locks, strict=True):
            if lock.is_locked:
                _address(folder).unlink(missing_ok=True)
                lock.release()


def _address(folder: Path) -> Path:
    return folder / ".address"


def _holder(folder: Path) -> str | None:
    try:
        return str(json.loads(_address(folder).read_text())["address"]) or None
    except (OSError, ValueError, KeyError):
        return None
