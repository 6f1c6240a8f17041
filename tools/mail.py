"""Outgoing mail: stored as rows first, then handed to whoever carries it; the rows are the truth."""

import datetime as dt
import hashlib
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import ClassVar

import sqlalchemy as sa

from memory.private import inner_folder, own_file
from memory.store import TenantSession
from memory.tables.base import new_id
from memory.tables.leads import Mail
from tools.contacts import email_of
from tools.errors import Rejected
from tools.values.text import clean

_DOMAIN = "friday.invalid"
_AT_ONCE = 200


@dataclass(frozen=True)
class Attachment:
    """A text file that goes with a mail, such as an invitation ("text/calendar; method=PUBLISH")."""

    name: str
    media_type: str
    text: str


@dataclass(frozen=True)
class Letter:
    """A mail as it is handed to its carrier. `key` is the same whenever the same mail is handed over again."""

    key: str
    message_id: str
    sender: str
    to: str
    subject: str
    body: str
    attachments: tuple[Attachment, ...]
    at: dt.datetime

    def as_message(self) -> EmailMessage:
        """The letter in the form that mail programs read."""
        message = EmailMessage(policy=SMTP)
        message["From"] = self.sender
        message["To"] = self.to
        message["Subject"] = self.subject
        message["Date"] = format_datetime(self.at)
        message["Message-ID"] = self.message_id
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(self.body)
        for attached in self.attachments:
            _attach(message, attached)
        return message


class MailPort(ABC):
    """Carries letters. `honours_keys`: the same letter twice is one letter, so a repeat is safe."""

    remote: ClassVar[bool] = True
    honours_keys: ClassVar[bool] = False

    @abstractmethod
    def send(self, letter: Letter) -> None:
        """Carry it, or raise Unavailable."""


class Outbox(MailPort):
    """The embedded carrier, and the end of the line: every letter becomes an `.eml` file in a folder."""

    remote: ClassVar[bool] = False
    honours_keys: ClassVar[bool] = True

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, letter: Letter) -> None:
        """Write the file whole or not at all; the same letter has the same file."""
        inner_folder(self.folder)
        name = letter.message_id.strip("<>").partition("@")[0]
        unfinished = self.folder / f".{name}.part"
        own_file(unfinished).write_bytes(letter.as_message().as_bytes())
        unfinished.replace(self.folder / f"{name}.eml")


def post(
    session: TenantSession,
    *,
    now: dt.datetime,
    key: str,
    to: str,
    subject: str,
    body: str,
    attachments: Sequence[Attachment] = (),
    about: tuple[str, str] | None = None,
) -> Mail:
    """Store a mail to be sent, once per `key`: posting it again returns the row that is there.

    `about` is (kind, id) of the record it concerns. Raises Rejected when `to` is not an address.
    """
    there = session.scalar(sa.select(Mail).where(Mail.key == key))
    if there:
        return there
    address = email_of(to)
    if address is None:
        raise Rejected(f"“{to[:80]}” is not an e-mail address.")
    kind, about_id = about or (None, None)
    mail = Mail(
        id=new_id("mail"),
        key=key,
        message_id=_message_id(session.tenant_id or "", key),
        to=address,
        subject=" ".join(clean(subject).split())[:200],
        body=clean(body),
        attachments={one.name: {"type": one.media_type, "text": one.text} for one in attachments},
        about_kind=kind,
        about_id=about_id,
        state="queued",
        created_at=now,
    )
    session.add(mail)
    session.flush()
    return mail


def deliver_outbox(session: TenantSession, port: MailPort, *, now: dt.datetime, sender: str) -> int:
    """Hand the queued mails of this session's tenant to a carrier that is not remote; returns how many went.

    A crash between the hand-over and the commit hands the same letters over again, which is why the
    carrier must honour keys.
    """
    if port.remote or not port.honours_keys:
        raise ValueError(f"{type(port).__name__} cannot be called inside a transaction")
    queued = session.scalars(
        sa.select(Mail).where(Mail.state == "queued").order_by(Mail.created_at).limit(_AT_ONCE)
    ).all()
    for mail in queued:
        port.send(as_letter(mail, sender=sender))
        mail.state, mail.sent_at = "sent", now
    return len(queued)


def as_letter(mail: Mail, *, sender: str) -> Letter:
    """A stored mail as a letter."""
    return Letter(
        key=mail.key,
        message_id=mail.message_id,
        sender=sender,
        to=mail.to,
        subject=mail.subject,
        body=mail.body,
        attachments=tuple(
            Attachment(name=name, media_type=kept["type"], text=kept["text"])
            for name, kept in mail.attachments.items()
        ),
        at=mail.created_at,
    )


def _message_id(tenant_id: str, key: str) -> str:
    digest = hashlib.sha256(f"{tenant_id}\n{key}".encode()).hexdigest()
    return f"<{digest[:32]}@{_DOMAIN}>"


def _attach(message: EmailMessage, attached: Attachment) -> None:
    media_type, *marks = (part.strip() for part in attached.media_type.split(";"))
    maintype, _, subtype = media_type.partition("/")
    named = (mark.partition("=") for mark in marks)
    params = {name.strip(): value.strip() for name, _, value in named if value}
    message.add_attachment(
        attached.text.encode(),
        maintype=maintype,
        subtype=subtype or "octet-stream",
        filename=attached.name,
        params={"charset": "utf-8", **params} if maintype == "text" else params,
    )
