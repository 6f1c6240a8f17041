"""A firm with an owner, an office, one customer and a desk whose gate is a list of proposals."""

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from memory.store import Store, TenantSession, migrate, open_store
from memory.tables.booking import OpeningHours, Service, Staff
from memory.tables.gate import Proposal
from memory.tables.identity import Tenant, User
from memory.tables.leads import Customer, CustomerEmail, Lead
from tools.cards import Preview, ProposalCard
from tools.desk.ports import Approvals, Forgetting, Invitations, Traces, Vault
from tools.errors import Rejected
from tools.kit import Action, Actor, Context, Firm, Query, Receipt

ZONE = ZoneInfo("Europe/Copenhagen")
NOW = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)
FIRM = Firm(
    id="fjord",
    number=1,
    name="Fjordglimt",
    language="da",
    zone=ZONE,
    currency="DKK",
    country="DK",
    demo=True,
    settings={},
)
OWNER = Actor("fjord", "usr_owner", "owner", "Olga", "en")


class ListedApprovals(Approvals):
    """The gate's desk over plain rows: enough to say what was asked of it."""

    def cards(self, ctx: Context, *, status: str | None) -> Sequence[ProposalCard]:
        rows = sa.select(Proposal).order_by(Proposal.created_at.desc())
        return [self._card(row) for row in ctx.session.scalars(rows) if row.status == status]

    def withdraw(self, ctx: Context, proposal_id: str) -> ProposalCard:
        row = ctx.session.fetch(Proposal, proposal_id)
        assert row
        row.status = "cancelled"
        return self._card(row)

    def undo(self, ctx: Context, proposal_id: str) -> ProposalCard:
        row = ctx.session.fetch(Proposal, proposal_id)
        assert row
        if row.tool == "import_leads":
            raise Rejected("This cannot be undone.")
        return self._card(row).model_copy(
            update={"id": "pro_undo", "status": "done" if row.tool == "add_note" else "pending"}
        )

    def _card(self, row: Proposal) -> ProposalCard:
        return ProposalCard(
            id=row.id,
            version=1,
            digest=row.digest,
            tool=row.tool,
            status=row.status,
            preview=Preview.model_validate(row.preview),
            expires_at=row.expires_at.isoformat(),
            expires_shown="14:00",
        )


class NumberedInvitations(Invitations):
    """Links that name their user."""

    def link(self, ctx: Context, user: User) -> str:
        return f"https://friday.example/sign-in#{user.id}"


class BackwardsVault(Vault):
    """Seals a text by turning it round: enough to see what went in."""

    def seal(self, tenant_id: str, text: str) -> str:
        return f"sealed:{text[::-1]}"

    def open(self, tenant_id: str, sealed: str) -> str:
        return sealed.removeprefix("sealed:")[::-1]


class NotedForgetting(Forgetting):
    """Writes down what it was asked to blank."""

    def __init__(self) -> None:
        self.words: set[str] = set()
        self.ids: set[str] = set()

    def forget(
        self, ctx: Context, traces: Traces, *, proposal_ids: Collection[str], by: str
    ) -> None:
        self.words |= traces.words
        self.ids |= traces.ids


def proposal(
    id: str, *, tool: str = "book", status: str = "pending", minutes: int = 0, **more: Any
) -> Proposal:
    """A stored proposal of the owner's."""
    return Proposal(
        id=id,
        tool=tool,
        status=status,
        effect="reversible",
        args={"customer": "cus_jens"},
        asked={},
        preview={"title": f"Title of {id}"},
        preconditions=[],
        provenance=[],
        outcome={},
        requester_kind="person",
        requester_id="usr_owner",
        requester_role="owner",
        requester_name="Olga",
        language="en",
        channel="api",
        digest="d",
        nonce="n",
        created_at=NOW + dt.timedelta(minutes=minutes),
        expires_at=NOW + dt.timedelta(hours=4),
        result={"record": {"booking": "bok_1"}},
        **more,
    )


def fill(url: str, folder: Path) -> None:
    store = open_store(url, data_dir=folder)
    migrate(store)
    with store.system() as session:
        session.add(
            Tenant(
                id="fjord",
                number=1,
                name="Fjordglimt",
                site_key="fjord",
                settings={"email": "post@fjord.example"},
                created_at=NOW,
            )
        )
    with store.session("fjord") as session:
        session.add_all(
            OpeningHours(id=str(day), opens="08:00", closes="17:00") for day in range(5)
        )
        session.add(
            Service(
                id="svc_standard",
                code="standard",
                name_en="Standard clean",
                name_da="Standardrengøring",
                price_minor=34900,
                minutes=180,
            )
        )
        session.add(
            Staff(id="stf_anna", resource_no=1, name="Anna Holm", email="anna@x.example", skills={})
        )
        session.add(
            Customer(
                id="cus_jens",
                number=1,
                name="Jens Nygaard",
                folded_name="jens nygaard",
                street="Møllevej 4",
                city="Aarhus",
                created_at=NOW,
                updated_at=NOW,
            )
        )
        session.flush()
        session.add(CustomerEmail(id="eml_1", customer_id="cus_jens", email="jens@x.example"))
        session.add(
            Lead(
                id="lead_1",
                number=1,
                name="Mette Holm",
                folded_name="mette holm",
                city="Viby",
                folded_city="viby",
                source="website",
                received_at=NOW,
                created_at=NOW,
                updated_at=NOW,
            )
        )
        session.add(
            User(id="usr_owner", email="owner@x.example", name="Olga", role="owner", created_at=NOW)
        )
        session.add(
            User(id="usr_bo", email="bo@x.example", name="Bo Lund", role="staff", created_at=NOW)
        )
    store.close()


class World:
    """One firm's desk."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.performed = 0
        self.forgetting = NotedForgetting()

    def context(self, session: TenantSession, actor: Actor, now: dt.datetime) -> Context:
        ports: dict[type[Any], object] = {
            Approvals: ListedApprovals(),
            Invitations: NumberedInvitations(),
            Vault: BackwardsVault(),
            Forgetting: self.forgetting,
        }
        return Context(
            actor=actor, firm=FIRM, session=session, now=now, ports=ports, language=actor.language
        )

    def within(
        self, do: Callable[[Context], Any], *, actor: Actor = OWNER, now: dt.datetime = NOW
    ) -> Any:
        with self.store.session("fjord") as session:
            return do(self.context(session, actor, now))

    def resolve(self, tool: Action, *, actor: Actor = OWNER) -> Any:
        return self.within(tool.resolve, actor=actor)

    def preview(self, tool: Action, *, actor: Actor = OWNER) -> Preview:
        return self.within(lambda ctx: tool.resolve(ctx).preview(ctx), actor=actor)

    def do(self, tool: Action, *, actor: Actor = OWNER) -> Receipt:
        tool = self.within(tool.sealed, actor=actor)
        resolved = self.resolve(tool, actor=actor)
        self.performed += 1
        key = f"effect:{self.performed}"
        return self.within(lambda ctx: resolved.perform(ctx, key), actor=actor)

    def undo(self, tool: Action, receipt: Receipt) -> Any:
        return self.within(lambda ctx: tool.undo(ctx, receipt))

    def look(self, query: Query, *, actor: Actor = OWNER, now: dt.datetime = NOW) -> Any:
        with self.store.reading("fjord") as session:
            return query.run(self.context(session, actor, now))

    def rows(self, model: type[Any]) -> list[Any]:
        with self.store.reading("fjord") as session:
            return list(session.scalars(sa.select(model)))

    def row(self, model: type[Any], id: str) -> Any:
        with self.store.reading("fjord") as session:
            return session.fetch(model, id)

    def add(self, *rows: Any) -> None:
        with self.store.session("fjord") as session:
            session.add_all(rows)

    @property
    def tenant(self) -> Tenant:
        [found] = self.rows(Tenant)
        return found


@pytest.fixture
def propose() -> Callable[..., Proposal]:
    return proposal


@pytest.fixture
def desk(databases: Any, tmp_path: Path) -> Iterator[World]:
    """The desk, on SQLite and on PostgreSQL."""
    url = databases.like("desk_world", lambda url: fill(url, tmp_path))
    store = open_store(url, data_dir=tmp_path)
    yield World(store)
    store.close()
    databases.drop(url)
