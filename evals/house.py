"""A whole Friday in a folder of its own: the demo firm on a fixed Monday, with nothing started and no network."""

import datetime as dt
import shutil
from pathlib import Path

import sqlalchemy as sa

from agent.app import App, create_app, prepare
from agent.commands.running import furnish_demo
from agent.firms.demo.seed import TENANT
from agent.identity.people import as_actor
from agent.settings import Settings
from agent.wiring import deliver_all
from memory.store import TenantSession
from memory.tables.base import new_id
from memory.tables.gate import Proposal
from memory.tables.identity import User
from memory.tables.leads import Lead, Note
from tools.kit import Actor
from tools.mail import MailPort, Outbox

MONDAY = dt.datetime(2026, 11, 16, 9, 2, tzinfo=dt.UTC)
"""10:02 in Copenhagen, a Monday without a holiday near it."""


class Clock:
    """Stands still until it is moved."""

    def __init__(self, now: dt.datetime) -> None:
        self.now = now

    def __call__(self) -> dt.datetime:
        return self.now

    def forward(self, hours: float) -> None:
        """Let time pass."""
        self.now += dt.timedelta(hours=hours)


def settings_for(folder: Path, given: Settings | None = None) -> Settings:
    """Settings for a store in that folder; what else is given stays, such as the model."""
    embedded = {"data_dir": folder, "database_url": "", "host": "127.0.0.1", "role": "all"}
    return (given or Settings(model="offline")).model_copy(update=embedded)


def furnish(folder: Path, *, now: dt.datetime = MONDAY) -> None:
    """A store with the demo firm, to be copied: seeding takes a second, copying a few milliseconds."""
    settings = settings_for(folder)
    store = prepare(settings)
    app = create_app(settings, clock=Clock(now), store=store)
    app.jobs.prepare()
    furnish_demo(app)
    app.jobs.stop()
    store.close()


class House:
    """One installation, and the few things that a player does around the conversations and the gate."""

    def __init__(self, app: App, clock: Clock) -> None:
        self.app = app
        self.clock = clock

    @classmethod
    def copied(cls, template: Path, folder: Path, *, now: dt.datetime, given: Settings) -> "House":
        """A house of its own, like the one in `template`."""
        shutil.copytree(template, folder)
        clock = Clock(now)
        return cls(create_app(settings_for(folder, given), clock=clock), clock)

    async def close(self) -> None:
        """Stop what was begun and let go of the files."""
        await self.app.conversations.close()
        self.app.jobs.stop()
        self.app.store.close()

    def actor(self, who: str) -> Actor:
        """Somebody of the demo firm, as the API knows them."""
        with self.app.store.reading(TENANT) as session:
            user = session.scalars(sa.select(User).where(User.id == f"usr_{who}")).one()
            return as_actor(user, channel="api")

    def plant(self, lead: str, text: str) -> None:
        """Put a third party's words on a lead."""
        with self.app.store.session(TENANT) as session:
            about = session.scalars(sa.select(Lead.id).where(Lead.name == lead)).one()
            session.add(
                Note(
                    id=new_id("not"), about_kind="lead", about_id=about, text=text,
                    source="third_party", author=lead, at=self.clock(),
                )
            )  # fmt: skip

    def work(self) -> None:
        """What the jobs would do now: execute what is approved, hand over the mail."""
        for proposal_id in self._approved():
            self.app.gate.executor.execute(TENANT, proposal_id)
        deliver_all(self.app.store, {MailPort: Outbox(self.outbox)}, clock=self.clock)

    @property
    def outbox(self) -> Path:
        """Where letters end."""
        return self.app.settings.data_dir / "outbox"

    def letters(self) -> int:
        """How many letters left."""
        return len(list(self.outbox.glob("*.eml")))

    def proposal(self, session: TenantSession, proposal_id: str) -> Proposal:
        """A proposal as it is now."""
        return session.scalars(sa.select(Proposal).where(Proposal.id == proposal_id)).one()

    def _approved(self) -> list[str]:
        with self.app.store.reading(TENANT) as session:
            return list(
                session.scalars(sa.select(Proposal.id).where(Proposal.status == "approved"))
            )
