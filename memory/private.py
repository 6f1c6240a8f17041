"""Folders and files that hold what people said: for the account that runs Friday, not for all on the machine."""

import contextlib
import stat
from pathlib import Path

_OTHERS = stat.S_IRWXO


def own_folder(folder: Path) -> Path:
    """The folder, made for its owner alone where it is not there yet; one that somebody made is left as it is."""
    folder.mkdir(mode=stat.S_IRWXU, parents=True, exist_ok=True)
    return folder


def inner_folder(folder: Path) -> Path:
    """A folder of ours inside the data directory, closed to others also where an earlier version left it open."""
    own_folder(folder.parent)
    close_to_others(own_folder(folder))
    return folder


def own_file(path: Path) -> Path:
    """A file that is private from its first byte on; one that is there is closed to others."""
    if not path.exists():
        path.touch(mode=stat.S_IRUSR | stat.S_IWUSR)
    close_to_others(path)
    return path


def close_to_others(path: Path) -> None:
    """Take away what everybody may do with it; its owner and group keep what they may."""
    # What belongs to another account is that account's to close.
    with contextlib.suppress(PermissionError, FileNotFoundError):
        mode = path.stat().st_mode
        if mode & _OTHERS:
            path.chmod(stat.S_IMODE(mode) & ~_OTHERS)
