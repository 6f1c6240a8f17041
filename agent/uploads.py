"""Files that people give: checked, hashed and stored for their owner."""

import codecs
import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

import sqlalchemy as sa

from agent.identity.limits import UPLOADS, Limits
from memory.store import Store
from memory.tables.base import new_id
from memory.tables.conversations import Upload
from tools.errors import Forbidden, NotFound, Rejected, TooLarge
from tools.kit import Actor
from tools.values.redact import redact

MOST_BYTES = 25_000_000
TOO_LARGE = "This file is too large: at most 25 MB are taken. Split it in parts."
_WIDE = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f/\\]")


@dataclass(frozen=True)
class Kept:
    """A stored file."""

    id: str
    filename: str
    media_type: str
    size: int


def without_secrets(content: bytes) -> bytes:
    """A text with its keys, card and CPR numbers taken out; any other file as it is."""
    encoding = _encoding_of(content)
    if encoding is None:
        return content
    return redact(content.decode(encoding)).encode(encoding)


def _encoding_of(content: bytes) -> str | None:
    """What a text is written in; None for what is no text: a file that holds zeros, and is not in UTF-16."""
    wide = next((name for mark, name in _WIDE.items() if content.startswith(mark)), None)
    if wide is None and b"\0" in content:
        # Without a mark it is told by where the zeros are: behind, or in front of, most letters.
        sample = content[:4000]
        zeros = {"utf-16-le": sample[1::2].count(0), "utf-16-be": sample[::2].count(0)}
        wide = next((name for name, count in zeros.items() if count > 0.2 * len(sample)), None)
        if wide is None:
            return None
    # In the last one every byte is a character, so that what is not redacted comes back as it was.
    return next(name for name in (wide, "utf-8", "latin-1") if name and _reads(content, name))


def _reads(content: bytes, encoding: str) -> bool:
    try:
        return content.decode(encoding).encode(encoding) == content
    except UnicodeError:
        return False


class Uploads:
    """Stored files of one installation."""

    def __init__(self, *, store: Store, limits: Limits, clock: Callable[[], dt.datetime]) -> None:
        self._store = store
        self._limits = limits
        self._clock = clock

    def admit(self, actor: Actor) -> None:
        """Count one file that is about to be sent, before it is read. Raises Forbidden for visitors, and TooMany."""
        if actor.role == "visitor":
            raise Forbidden("Please sign in before you send files.")
        self._limits.take(UPLOADS, actor.id, now=self._clock())

    def keep(self, actor: Actor, *, filename: str, media_type: str, content: bytes) -> Kept:
        """Store the bytes of an admitted file, without the secrets that a text may hold.

        Raises TooLarge, Rejected for an empty one, Forbidden for visitors.
        """
        if actor.role == "visitor":
            raise Forbidden("Please sign in before you send files.")
        if len(content) > MOST_BYTES:
            raise TooLarge(TOO_LARGE)
        if not content:
            raise Rejected("This file is empty.", fields={"file": "must not be empty"})
        name = redact(_UNPRINTABLE.sub("_", filename).strip())[-255:] or "file"
        media_type = redact(media_type)
        content = without_secrets(content)
        row = Upload(
            id=new_id("upl"),
            owner_id=actor.id,
            filename=name,
            media_type=media_type,
            size=len(content),
            sha256=sha256(content).hexdigest(),
            content=content,
            created_at=self._clock(),
        )
        with self._store.session(actor.tenant_id) as session:
            session.add(row)
        return Kept(row.id, name, media_type, row.size)

    def find(self, actor: Actor, ids: Sequence[str]) -> list[Kept]:
        """Which of these the actor has given, in that order; others are left out."""
        wanted = sa.select(Upload.id, Upload.filename, Upload.media_type, Upload.size).where(
            Upload.id.in_(ids), Upload.owner_id == actor.id
        )
        with self._store.reading(actor.tenant_id) as session:
            found = {row.id: Kept(*row) for row in session.execute(wanted)}
        return [found[each] for each in ids if each in found]

    def check(self, actor: Actor, ids: Sequence[str]) -> None:
        """Raises NotFound for the first that this actor has not given."""
        found = {kept.id for kept in self.find(actor, ids)} if ids else set[str]()
        for each in ids:
            if each not in found:
                raise NotFound(f"There is no uploaded file “{each}”.")
