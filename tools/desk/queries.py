"""What waits for a yes, what has happened, and what one can ask for."""

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict

from memory.tables.gate import AuditRow, Proposal
from memory.tables.identity import User
from tools.cards import Card, Cell, ChoicesCard, Moment, Option, TableCard, TimelineCard
from tools.desk import shown
from tools.desk.examples import examples_for
from tools.desk.later import LATER, later_names
from tools.desk.ports import Approvals
from tools.kit import EVERYONE, Context, From, Query, Result, Role
from tools.lookup import find_about
from tools.matching import is_id
from tools.refs import AboutRef, Day
from tools.times import as_wire, span_of
from tools.values.moments import say_instant

Status = Literal[
    "pending",
    "approved",
    "executing",
    "done",
    "denied",
    "expired",
    "cancelled",
    "superseded",
    "stale",
    "failed",
    "unknown",
]
SHOWN = 50
LOOKED_AT = 500  # proposals searched for what they are about


class ApprovalFound(BaseModel):
    """One proposal: what would happen, where it stands and who decides."""

    model_config = ConfigDict(frozen=True)

    id: str
    tool: str
    title: Annotated[str, From("third_party")]
    status: str
    decides: str
    expires: str


class ApprovalsFound(Result):
    """Proposals, newest first."""

    approvals: tuple[ApprovalFound, ...]
    title: str
    columns: tuple[str, ...]

    def as_card(self) -> Card | None:
        """A table; the proposals' own cards have the buttons."""
        if not self.approvals:
            return None
        rows = tuple(
            tuple(Cell(text=text) for text in (row.title, row.status, row.decides, row.expires))
            for row in self.approvals
        )
        return TableCard(title=self.title, columns=self.columns, rows=rows, total=len(rows))


class FindApprovals(Query):
    """List what waits for a yes or a no, or proposals in another status."""

    status: Status | None = None
    """Only those in this status. Left out: what is pending."""

    roles: ClassVar[frozenset[Role]] = frozenset({"owner", "staff", "customer"})

    def run(self, ctx: Context) -> ApprovalsFound:
        cards = ctx[Approvals].cards(ctx, status=self.status or "pending")[:SHOWN]
        found = tuple(
            ApprovalFound(
                id=card.id,
                tool=card.tool,
                title=card.preview.title,
                status=card.status,
                decides=card.decides,
                expires=card.expires_shown,
            )
            for card in cards
        )
        return ApprovalsFound(
            summary=_summary(ctx, found, self.status or "pending"),
            approvals=found,
            title=ctx.say("Approvals", "Godkendelser"),
            columns=(
                ctx.say("What", "Hvad"),
                "Status",
                ctx.say("Who decides", "Hvem beslutter"),
                ctx.say("Expires", "Udløber"),
            ),
        )


def _summary(ctx: Context, found: Sequence[ApprovalFound], status: str) -> str:
    count = len(found)
    if status == "pending" and not found:
        return ctx.say("Nothing waits for an answer.", "Der er ikke noget, der venter på svar.")
    if status == "pending":
        return ctx.say(f"{count} waiting for an answer.", f"{count} venter på svar.")
    return ctx.say(f"{count} {status}.", f"{count} med status {status}.")


class EntryFound(BaseModel):
    """One entry of the audit trail."""

    model_config = ConfigDict(frozen=True)

    seq: int
    at: str
    when: str
    who: str
    event: str
    tool: str
    subject: str
    outcome: str
    channel: str
    event_shown: str = ""
    how_shown: tuple[str, ...] = ()


class AuditFound(Result):
    """Entries of the audit trail, newest first."""

    entries: tuple[EntryFound, ...]
    title: str

    def as_card(self) -> Card | None:
        """A timeline."""
        moments = tuple(
            Moment(
                at=entry.when,
                title=f"{entry.event_shown}: {entry.tool}".removesuffix(": "),
                text=", ".join(part for part in (entry.who, *entry.how_shown) if part),
            )
            for entry in self.entries
        )
        return TimelineCard(title=self.title, moments=moments) if moments else None


class AuditTrail(Query):
    """Show who asked for what, who decided it and what became of it."""

    about: AboutRef | None = None
    """Only what concerns this: a customer, lead, booking or proposal."""

    since: Day | None = None
    """Only from this day on."""

    roles: ClassVar[frozenset[Role]] = frozenset({"owner"})

    def run(self, ctx: Context) -> AuditFound:
        chosen = sa.select(AuditRow).order_by(AuditRow.seq.desc()).limit(SHOWN)
        if self.about:
            chosen = chosen.where(AuditRow.subject.in_(_subjects(ctx, self.about)))
        if self.since:
            chosen = chosen.where(AuditRow.at >= span_of(ctx, self.since, field="since")[0])
        rows = list(ctx.session.scalars(chosen))
        names: dict[str, str] = {
            user.id: user.name
            for user in ctx.session.scalars(
                sa.select(User).where(User.id.in_({row.actor_id for row in rows}))
            )
        }
        count = len(rows)
        return AuditFound(
            summary=ctx.say(f"{count} entries.", f"{count} poster."),
            entries=tuple(_entry(ctx, row, names) for row in rows),
            title=ctx.say("Audit trail", "Revisionsspor"),
        )


def _subjects(ctx: Context, words: str) -> set[str]:
    """The ids that entries about this may carry: its own, and those of proposals that name it."""
    own = ctx.session.fetch(Proposal, words) if is_id(words) else None
    if own is not None:
        return {own.id}
    about = find_about(ctx, words)
    recent = sa.select(Proposal).order_by(Proposal.created_at.desc()).limit(LOOKED_AT)
    return {about.id} | {
        row.id
        for row in ctx.session.scalars(recent)
        if about.id in _values(row.args) or about.id in _values((row.result or {}).get("record"))
    }


def _values(record: object) -> set[str]:
    return {str(value) for value in record.values()} if isinstance(record, dict) else set()  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] stored JSON


def _entry(ctx: Context, row: AuditRow, names: dict[str, str]) -> EntryFound:
    return EntryFound(
        seq=row.seq,
        at=as_wire(ctx, row.at),
        when=say_instant(row.at, ctx.firm.zone, ctx.language),
        who=names.get(row.actor_id, row.actor_id),
        event=row.event,
        tool=row.tool or "",
        subject=row.subject or "",
        outcome=row.outcome or "",
        channel=row.channel,
        event_shown=shown.event(ctx, row.event).capitalize(),
        how_shown=(
            shown.channel(ctx, row.channel),
            shown.event(ctx, row.outcome or "") if row.outcome != row.event else "",
        ),
    )


class HelpFound(Result):
    """Six things to say that work now, and the trades that are not there yet."""

    examples: tuple[str, ...]
    later: tuple[str, ...]
    title: str

    def as_card(self) -> Card | None:
        """Buttons that say the examples."""
        return ChoicesCard(
            title=self.title, options=tuple(Option(label=line) for line in self.examples)
        )


class Help(Query):
    """Say what can be done here, with examples that work now."""

    roles: ClassVar[frozenset[Role]] = EVERYONE

    def run(self, ctx: Context) -> HelpFound:
        examples = examples_for(ctx)
        later = ", ".join(later_names(ctx.language))
        summary = ctx.say(
            f"You can say for example: {' · '.join(f'“{line}”' for line in examples)}.",
            f"Du kan for eksempel skrive: {' · '.join(f'“{line}”' for line in examples)}.",
        )
        if ctx.actor.office:
            summary += ctx.say(f" Not there yet: {later}.", f" Findes ikke endnu: {later}.")
        return HelpFound(
            summary=summary,
            examples=examples,
            later=tuple(LATER),
            title=ctx.say("For example", "For eksempel"),
        )
