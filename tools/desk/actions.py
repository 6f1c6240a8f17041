"""What makes things safer or takes them back: freeze, withdraw, undo."""

from typing import ClassVar, NoReturn, Self

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from memory.tables.gate import Proposal
from tools.cards import Preview, ProposalCard
from tools.desk import shown
from tools.desk.firm import tenant_of
from tools.desk.ports import Approvals
from tools.errors import Choice, Conflict, NotFound, Unclear
from tools.kit import EVERYONE, Action, Context, Effect, Receipt, Role
from tools.lookup import find_proposal
from tools.policy import Policy, confirm, instant
from tools.refs import ProposalRef, Text

OWNER: frozenset[Role] = frozenset({"owner"})
_OWN = ("withdraw", "undo")  # these two are never what "the last one" means
_OFFERED = 5  # from elsewhere, to choose from
_TAKEN_BACK = ("approved", "executing", "unknown", "done")


class Freeze(Action):
    """Stop at once: nothing of the firm's is performed until it is unfrozen."""

    reason: Text | None = None
    """Why, as everybody is told who asks for something meanwhile."""

    roles: ClassVar[frozenset[Role]] = OWNER
    effect: ClassVar[Effect] = Effect.REVERSIBLE
    policy: ClassVar[Policy] = instant()

    def preview(self, ctx: Context) -> Preview:
        said = (shown.line(ctx, "Reason", "Årsag", self.reason),) if self.reason else ()
        return Preview(
            title=ctx.say("Freeze everything", "Frys alt"),
            lines=said,
        )

    def perform(self, ctx: Context, key: str) -> Receipt:
        row = tenant_of(ctx)
        row.frozen_at, row.frozen_reason = row.frozen_at or ctx.now, self.reason
        ctx.session.flush()
        title = ctx.say("Frozen: nothing is performed", "Frosset: intet bliver udført")
        return Receipt(title=title, record={"tenant": row.id})

    def undo(self, ctx: Context, receipt: Receipt) -> Action | None:
        return Unfreeze()


class Unfreeze(Action):
    """Let things be performed again."""

    reason: Text | None = None
    """Why, for the record."""

    roles: ClassVar[frozenset[Role]] = OWNER
    effect: ClassVar[Effect] = Effect.REVERSIBLE
    policy: ClassVar[Policy] = confirm()

    def resolve(self, ctx: Context) -> Self:
        if tenant_of(ctx).frozen_at is None:
            raise Conflict(ctx.say("Nothing is frozen.", "Der er ikke noget frosset."))
        return self

    def preview(self, ctx: Context) -> Preview:
        row = tenant_of(ctx)
        since = shown.line(ctx, "Frozen because", "Frosset fordi", row.frozen_reason or "—")
        return Preview(title=ctx.say("Unfreeze", "Ophæv frysningen"), lines=(since,))

    def perform(self, ctx: Context, key: str) -> Receipt:
        row = tenant_of(ctx)
        row.frozen_at = row.frozen_reason = None
        ctx.session.flush()
        title = ctx.say("Unfrozen: things are performed again", "Ophævet: alt kører igen")
        return Receipt(title=title, record={"tenant": row.id})

    def undo(self, ctx: Context, receipt: Receipt) -> Action | None:
        return Freeze()


class Withdraw(Action):
    """Never mind: take back what you asked for and what nobody has decided yet."""

    proposal: ProposalRef | None = None
    """Which one. Left out: the last one that you asked for here."""

    roles: ClassVar[frozenset[Role]] = EVERYONE
    effect: ClassVar[Effect] = Effect.INTERNAL
    policy: ClassVar[Policy] = instant()

    def resolve(self, ctx: Context) -> Self:
        found = _named_or_pending(ctx, self.proposal)
        return self.model_copy(update={"proposal": found.id})

    def preview(self, ctx: Context) -> Preview:
        title = _title(find_proposal(ctx, self.proposal or ""))
        return Preview(title=ctx.say(f"Withdraw: {title}", f"Træk tilbage: {title}"))

    def perform(self, ctx: Context, key: str) -> Receipt:
        card = ctx[Approvals].withdraw(ctx, self.proposal or "")
        title = card.preview.title
        return Receipt(
            title=ctx.say(f"Withdrawn: {title}", f"Trukket tilbage: {title}"),
            record={"proposal": card.id},
        )


class Undo(Action):
    """Take back what was done: proposes the action that does so, where there is one."""

    proposal: ProposalRef | None = None
    """Which one. Left out: the last one that you had done here."""

    roles: ClassVar[frozenset[Role]] = EVERYONE
    effect: ClassVar[Effect] = Effect.INTERNAL
    policy: ClassVar[Policy] = instant()  # the action that it proposes has its own

    def resolve(self, ctx: Context) -> Self:
        found = find_proposal(ctx, self.proposal) if self.proposal else _last_done(ctx)
        return self.model_copy(update={"proposal": found.id})

    def preview(self, ctx: Context) -> Preview:
        title = _title(find_proposal(ctx, self.proposal or ""))
        return Preview(title=ctx.say(f"Undo: {title}", f"Fortryd: {title}"))

    def perform(self, ctx: Context, key: str) -> Receipt:
        done = find_proposal(ctx, self.proposal or "")
        card = ctx[Approvals].undo(ctx, done.id)
        return Receipt(title=_taken_back(ctx, done, card), record={"proposal": card.id})


def _taken_back(ctx: Context, done: Proposal, card: ProposalCard) -> str:
    """What is taken back, by its name, and by what."""
    old, new = _title(done), card.preview.title
    if done.conversation_id != ctx.conversation_id:
        old = ctx.say(f"{old} (from elsewhere)", f"{old} (et andet sted fra)")
    if card.status == "done":
        return ctx.say(f"Undone: {old}. Done: {new}", f"Fortrudt: {old}. Udført: {new}")
    return ctx.say(
        f"To undo “{old}”, this waits for your yes: {new}",
        f"For at fortryde “{old}” venter dette på dit ja: {new}",
    )


def _last_done(ctx: Context) -> Proposal:
    """The last thing that this actor had done here, and that is not taken back yet."""
    back = aliased(Proposal)
    gone = sa.exists().where(back.undoes == Proposal.id, back.status.in_(_TAKEN_BACK))
    done = sa.and_(Proposal.status == "done", Proposal.undoes.is_(None), ~gone)
    return _last_here(ctx, done, tool="undo")


def _named_or_pending(ctx: Context, words: str | None) -> Proposal:
    if words:
        return find_proposal(ctx, words)
    return _last_here(ctx, Proposal.status == "pending", tool="withdraw")


def _last_here(ctx: Context, such: sa.ColumnElement[bool], *, tool: str) -> Proposal:
    """The actor's last one of this conversation. Raises Unclear with those from elsewhere: nobody means them unseen."""
    own = (
        sa.select(Proposal)
        .where(Proposal.requester_id == ctx.actor.id, Proposal.tool.not_in(_OWN), such)
        .order_by(Proposal.created_at.desc(), Proposal.place.desc())
    )
    here = own.where(Proposal.conversation_id.is_not_distinct_from(ctx.conversation_id))
    if found := ctx.session.scalars(here.limit(1)).first():
        return found
    elsewhere = ctx.session.scalars(own.limit(_OFFERED)).all()
    if not elsewhere:
        _nothing(ctx)
    message = ctx.say(
        "There is nothing of yours to take back in this conversation. Do you mean one of these, from elsewhere?",
        "Du har ikke noget at trække tilbage i denne samtale. Mener du en af disse, et andet sted fra?",
    )
    choices = [Choice(_title(each), tool=tool, args={"proposal": each.id}) for each in elsewhere]
    raise Unclear(message, choices=choices, fields={"proposal": message})


def _nothing(ctx: Context) -> NoReturn:
    raise NotFound(
        ctx.say("There is nothing of yours to take back.", "Du har ikke noget at trække tilbage.")
    )


def _title(proposal: Proposal) -> str:
    preview = proposal.preview
    return str(preview.get("title", proposal.tool) if isinstance(preview, dict) else proposal.tool)
