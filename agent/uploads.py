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
_MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
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
    if wide := _wide(content):
        even = len(content) // 2 * 2  # a byte too many, or half a character, hides nothing
        text = content[:even].decode(wide, "surrogatepass")
        return redact(text).encode(wide, "surrogatepass") + content[even:]
    if b"\0" in content:
        return content
    try:
        return redact(content.decode()).encode()
    except UnicodeDecodeError:
        # Every byte is a character here, so that what is not redacted comes back as it was.
        return redact(content.decode("latin-1")).encode("latin-1")


def _wide(content: bytes) -> str | None:
    """Which UTF-16 a text is in, told by its mark or by where its zeros are; None for anything else."""
    marked = next((name for mark, name in _MARKS.items() if content.startswith(mark)), None)
    if marked or b"\0" not in content:
        return marked
    sample = content[:4000]
    zeros = {"utf-16-le": sample[1::2].count(0), "utf-16-be": sample[::2].count(0)}
    return next((name for name, count in zeros.items() if count > 0.2 * len(sample)), None)


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
