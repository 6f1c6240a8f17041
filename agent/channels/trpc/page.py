"""Procedures that only the start page needs: what waits, first examples, and the demo tenant's switch and outbox."""

import datetime as dt
from collections.abc import Sequence
from typing import Literal
from zoneinfo import ZoneInfo

import icalendar
import sqlalchemy as sa
from pydantic import Field

from agent.channels.trpc.accounts import Bearer
from agent.channels.trpc.backend import Backend, Caller
from agent.channels.trpc.procedures import Procedure, mutation, query
from agent.channels.trpc.wire import Wire
from agent.firms.demo.reset import reset
from agent.identity.bearers import LIFETIME
from memory.tables.identity import Tenant, User
from memory.tables.leads import Lead, Mail
from tools.desk.queries import Help
from tools.errors import Forbidden, NotFound, Rejected
from tools.kit import Actor
from tools.labels import choice_label
from tools.values.saying import say_instant

MAILS_SHOWN = 30
LEADS_SHOWN = 5


class WaitingLead(Wire):
    """A lead that nobody has answered."""

    id: str
    name: str
    since: str
    message: str
    ask: str


class Waiting(Wire):
    """What waits for a person besides proposals."""

    leads: list[WaitingLead] = Field(default_factory=list[WaitingLead])


class Person(Wire):
    """Somebody of the demo tenant whom the visitor of the page may be."""

    id: str
    label: str


class People(Wire):
    """Empty where there is no demo, or the page is not read on this machine."""

    people: list[Person] = Field(default_factory=list[Person])


class EnterIn(Wire):
    """Whom to be."""

    id: str = Field(max_length=40)


class CalendarEvent(Wire):
    """An appointment inside a mail."""

    title: str
    when: str
    where: str


class LeftMail(Wire):
    """A mail that lies in the outbox, as its reader would see it."""

    id: str
    to: str
    subject: str
    at: str
    body: str
    events: list[CalendarEvent] = Field(default_factory=list[CalendarEvent])


class ResetIn(Wire):
    """An instant of the week that the demo is to be seeded for; the server's own now otherwise."""

    now: dt.datetime | None = None


class Reset(Wire):
    """The demo firm is as it was; everybody in it has to enter again."""

    ok: Literal[True] = True


# The visitor's own mail address in the demo is nobody's: that entry makes an anonymous visit.
CAST = (
    ("owner", "owner@demo.example"),
    ("anna", "anna@demo.example"),
    ("jonas", "jonas@demo.example"),
    ("bookkeeper", "regnskab@demo.example"),
    ("jens", "jens@demo.example"),
)
VISITOR = "visitor"


class _Page:
    """What the procedures of the start page do."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def waiting(self, caller: Caller, _: None) -> Waiting:
        actor = caller.actor
        if not actor.office:
            return Waiting()
        with self._backend.store.reading(actor.tenant_id) as session:
            zone = self._backend.gate.context(session, actor).firm.zone
            rows = session.scalars(
                sa.select(Lead)
                .where(Lead.status == "new", Lead.last_outbound_at.is_(None))
                .order_by(Lead.received_at.desc())
                .limit(LEADS_SHOWN)
            ).all()
            show = "vis lead" if actor.language == "da" else "show lead"
            return Waiting(
                leads=[
                    WaitingLead(
                        id=row.id,
                        name=row.name,
                        since=say_instant(row.received_at, zone=zone, language=actor.language),
                        message=row.message or "",
                        ask=f"{show} {row.name}",
                    )
                    for row in rows
                ]
            )

    def examples(self, caller: Caller, _: None) -> list[str]:
        with self._backend.store.reading(caller.actor.tenant_id) as session:
            return list(Help().run(self._backend.gate.context(session, caller.actor)).examples)

    def people(self, caller: Caller, _: None) -> People:
        tenant = self._demo(caller)
        if tenant is None:
            return People()
        with self._backend.store.reading(tenant.id) as session:
            users = {user.email: user for user in session.scalars(sa.select(User))}
        cast = [
            Person(id=who, label=f"{user.name} ({choice_label(user.role, 'en')})")
            for who, email in CAST
            if (user := users.get(email))
        ]
        return People(people=[*cast, Person(id=VISITOR, label="A visitor")])

    def enter(self, caller: Caller, given: EnterIn) -> Bearer:
        tenant = self._demo(caller)
        if tenant is None:
            raise Forbidden("There is no demo to enter here. Please sign in.")
        if given.id == VISITOR:
            token, expires_at = self._backend.people.visit(tenant.site_key)
            return Bearer(token=token, expires_at=expires_at.isoformat())
        email = dict(CAST).get(given.id)
        with self._backend.store.session(tenant.id) as session:
            user = session.scalar(sa.select(User).where(User.email == email))
            if user is None:
                raise NotFound(f"Nobody in the demo is called {given.id!r}.")
            token, expires_at = self._backend.people.sign_in(
                session, user, kind="person", lifetime=LIFETIME
            )
        return Bearer(token=token, expires_at=expires_at.isoformat())

    def left(self, caller: Caller, _: None) -> list[LeftMail]:
        actor = caller.actor
        tenant = self._demo(caller)
        if tenant is None or tenant.id != actor.tenant_id:
            raise Forbidden("What left the building is only shown for the demo, on this machine.")
        with self._backend.store.reading(actor.tenant_id) as session:
            context = self._backend.gate.context(session, actor)
            rows = session.scalars(
                sa.select(Mail).order_by(Mail.created_at.desc()).limit(MAILS_SHOWN)
            ).all()
            return [_left_mail(row, actor, context.firm.zone) for row in rows]

    def reset(self, caller: Caller, given: ResetIn) -> Reset:
        actor = caller.actor
        demo = self._demo(caller)
        if demo is None or actor.tenant_id != demo.id or actor.role != "owner":
            raise Forbidden("Only the demo's own owner puts the demo back, on this machine.")
        backend = self._backend
        now = backend.clock() if given.now is None else given.now
        if now.tzinfo is None:
            raise Rejected("now needs an offset.", fields={"now": "such as 2026-11-23T09:00+01:00"})
        reset(backend.store, backend.gate, backend.conversations, now=now)
        return Reset()

    def _demo(self, caller: Caller) -> Tenant | None:
        if not caller.local:
            return None
        with self._backend.store.system() as session:
            return session.scalar(sa.select(Tenant).where(Tenant.demo.is_(True)))


def procedures(backend: Backend) -> Sequence[Procedure]:
    """page.*, demo.*"""
    does = _Page(backend)
    return (
        query("page.waiting", does.waiting, output=Waiting, summary="What waits besides proposals"),
        query("page.examples", does.examples, output=list[str],
              summary="Things that work when you type them"),
        query("demo.people", does.people, output=People, auth=False,
              summary="Whom one may be in the demo"),
        mutation("demo.enter", does.enter, input=EnterIn, output=Bearer, auth=False,
                 summary="Be somebody of the demo; only on this machine"),
        mutation("demo.reset", does.reset, input=ResetIn, output=Reset,
                 summary="Put the demo back to how it was; only its owner, on this machine"),
        query("demo.left", does.left, output=list[LeftMail], summary="What left the building"),
    )  # fmt: skip


def _left_mail(row: Mail, actor: Actor, zone: ZoneInfo) -> LeftMail:
    return LeftMail(
        id=row.id,
        to=row.to,
        subject=row.subject,
        at=say_instant(row.created_at, zone=zone, language=actor.language),
        body=row.body,
        events=[
            event
            for name, part in row.attachments.items()
            if name.endswith(".ics")
            for event in _events(part["text"], actor, zone)
        ],
    )


def _events(text: str, actor: Actor, zone: ZoneInfo) -> list[CalendarEvent]:
    return [
        CalendarEvent(
            title=str(event.get("SUMMARY", "")),
            when=say_instant(event.decoded("DTSTART"), zone=zone, language=actor.language),
            where=str(event.get("LOCATION", "")),
        )
        for event in icalendar.Calendar.from_ical(text).subcomponents
        if event.name == "VEVENT"
    ]
