"""The gate: everything that changes the world is proposed here, decided here, and performed once."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import sqlalchemy as sa

from agent.gate import again, audit, looking, proposals, sweep, votes
from agent.gate.contexts import Contexts, requester_of
from agent.gate.drafts import Ask
from agent.gate.executor import BEGUN_AGAIN, Executor
from agent.gate.outside import Retry
from agent.gate.parts import Enqueue, OnDecided, Parts
from agent.gate.policy import Outcome
from agent.gate.provenance import Origin, Seen
from agent.gate.registry import Registry, may_use
from agent.gate.seals import altered, check_seal, watched
from agent.gate.states import hold, move
from agent.gate.votes import Ballot
from agent.gate.words import may_not_use, no_such_proposal, say
from agent.settings import Keys
from memory.store import Store, TenantSession
from memory.tables.gate import Proposal
from tools.cards import ProposalCard
from tools.errors import Conflict, Forbidden, NotFound, ToolError
from tools.kit import Action, Actor, Context, Query, Result

Decision = Literal["approve", "deny", "edit"]


@dataclass(frozen=True)
class Item:
    """One of several decisions; each stands by itself."""

    proposal_id: str
    digest: str
    decision: Decision
    reason: str | None = None
    args: Mapping[str, Any] | None = None
    confirmed: Collection[str] = field(default=())
    typed: str | None = None


class Gate:
    """What channels and the assistant may do with proposals. A method that takes no session opens its own."""

    def __init__(
        self,
        *,
        store: Store,
        registry: Registry,
        keys: Keys,
        clock: Callable[[], dt.datetime],
        ports: Mapping[type[Any], object],
        enqueue: Enqueue,
        on_decided: OnDecided,
        retry: Retry | None = None,
    ) -> None:
        self.registry = registry
        self._store = store
        self._parts = Parts(
            store=store,
            registry=registry,
            keys=keys,
            clock=clock,
            contexts=Contexts(clock=clock, ports=ports),
            enqueue=enqueue,
            on_decided=on_decided,
        )
        self.executor = Executor(self._parts, retry=retry)

    def context(
        self, session: TenantSession, actor: Actor, *, now: dt.datetime | None = None
    ) -> Context:
        """What a tool needs, in this session."""
        return self._parts.contexts.make(session, actor, now=now)

    def run_query(self, actor: Actor, query: Query) -> Result:
        """Look something up, in a session that can only read. Forbidden when the role has no such tool."""
        if not may_use(actor, type(query)):
            raise Forbidden(may_not_use(actor.language, query.tool_name()))
        with self._store.reading(actor.tenant_id) as session:
            return query.run(self.context(session, actor))

    def propose(
        self,
        actor: Actor,
        action: Action,
        *,
        origin: Origin,
        said: Sequence[str] = (),
        seen: Sequence[Seen] = (),
        conversation_id: str | None = None,
        turn_id: str | None = None,
        replaces: Proposal | None = None,
    ) -> Proposal:
        """Ask for an action. What the policy decides by itself has ended on return; the rest is pending."""
        return self._propose(
            Ask(
                actor=actor,
                action=action,
                origin=origin,
                said=said,
                seen=seen,
                conversation_id=conversation_id,
                turn_id=turn_id,
                replaces=replaces.id if replaces else None,
            )
        )

    def _propose(self, ask: Ask) -> Proposal:
        return self._gone_on(ask.actor, BEGUN_AGAIN(self._proposed, ask))

    def _proposed(self, ask: Ask) -> Proposal:
        with self._store.session(ask.actor.tenant_id) as session:
            return self._propose_in(session, ask)

    def _propose_in(self, session: TenantSession, ask: Ask) -> Proposal:
        proposal = proposals.propose(self._parts, session, ask)
        if proposal.status == "pending" and Outcome.from_json(proposal.outcome).at_once:
            votes.by_policy(self._parts, session, proposal)
            self.executor.within(session, proposal)
        return proposal

    def _gone_on(self, actor: Actor, proposal: Proposal) -> Proposal:
        if proposal.status != "executing":
            return proposal
        # It calls outside: begun on record, and gone on with now that nothing is locked.
        self.executor.execute(proposal.tenant_id, proposal.id)
        return self._again(actor, proposal.id)

    def decide(
        self,
        actor: Actor,
        proposal_id: str,
        *,
        digest: str,
        decision: Decision,
        reason: str | None = None,
        args: Mapping[str, Any] | None = None,
        confirmed: Collection[str] = (),
        typed: str | None = None,
        channel: str,
    ) -> Proposal:
        """Approve or deny exactly what was seen, or edit it into a next version that is decided by itself."""
        with watched(self._parts, actor.tenant_id) as session:
            proposal = self.get(session, actor, proposal_id)
            if not self._ran_out(session, proposal):
                if decision == "edit":
                    return self._edit(session, actor, proposal, digest=digest, args=args or {})
                ballot = Ballot(
                    digest=digest,
                    decision=decision,
                    channel=channel,
                    reason=reason,
                    confirmed=frozenset(confirmed),
                    typed=typed,
                )
                votes.cast_vote(self._parts, session, proposal, actor, ballot)
                return proposal
            late = votes.lost(session, proposal, actor, now=self._parts.clock())
        raise late  # after the commit that says it has run out

    def _ran_out(self, session: TenantSession, proposal: Proposal) -> bool:
        return sweep.expire(self._parts, session, proposal, self._parts.clock())

    def _edit(
        self,
        session: TenantSession,
        actor: Actor,
        proposal: Proposal,
        *,
        digest: str,
        args: Mapping[str, Any],
    ) -> Proposal:
        now = self._parts.clock()
        votes.check_open(self._parts, session, proposal, actor, digest=digest, now=now)
        requester = requester_of(session, proposal)
        mine = actor.id == proposal.requester_id and actor.kind != "system"
        sentence = None if mine else votes.why_not(self._parts, session, actor, proposal)
        if sentence or requester is None:
            raise Forbidden(sentence or may_not_use(actor.language, proposal.tool))
        ctx = self.context(session, requester, now=now)
        return proposals.edit(self._parts, session, proposal, editor=actor, ctx=ctx, args=args)

    def decide_many(
        self, actor: Actor, items: Sequence[Item], *, channel: str
    ) -> list[Proposal | ToolError]:
        """Each item by itself, in order: its proposal, or why not."""
        return [self._decide_one(actor, item, channel) for item in items]

    def _decide_one(self, actor: Actor, item: Item, channel: str) -> Proposal | ToolError:
        try:
            return self.decide(
                actor,
                item.proposal_id,
                digest=item.digest,
                decision=item.decision,
                reason=item.reason,
                args=item.args,
                confirmed=item.confirmed,
                typed=item.typed,
                channel=channel,
            )
        except ToolError as error:
            return error

    def withdraw(self, actor: Actor, proposal_id: str) -> Proposal:
        """“Never mind”: the requester takes a pending proposal back. It needs nobody's yes."""
        with self._store.session(actor.tenant_id) as session:
            proposal = self.get(session, actor, proposal_id)
            return self.withdraw_in(session, actor, proposal)

    def withdraw_in(self, session: TenantSession, actor: Actor, proposal: Proposal) -> Proposal:
        """The same inside a transaction of the caller's."""
        now = self._parts.clock()
        votes.check_own(actor, proposal)
        if altered(self._parts, proposal):  # it goes all the same: nothing is safer than that
            self._parts.note(session, proposal, "tampered", actor=actor)
        gone = {"decided_at": now, "decided_by": actor.name, "finished_at": now}
        if proposal.status != "pending" or not move(session, proposal, "cancelled", **gone):
            raise votes.lost(session, proposal, actor, now=now)
        self._parts.note(session, proposal, "withdrawn", actor=actor)
        self._parts.on_decided(session, proposal, "withdrawn")
        return proposal

    def repropose(self, actor: Actor, proposal_id: str) -> Proposal:
        """The same again as the world is now: a new proposal of this actor, linked to the old one."""
        return self._gone_on(actor, BEGUN_AGAIN(self._after, actor, proposal_id, again.ask_again))

    def undo(self, actor: Actor, proposal_id: str) -> Proposal:
        """Propose the action that takes a performed one back, where that is true today."""
        return self._gone_on(actor, BEGUN_AGAIN(self._after, actor, proposal_id, again.ask_back))

    def _after(
        self,
        actor: Actor,
        proposal_id: str,
        ask: Callable[[Parts, TenantSession, Actor, Proposal], Ask],
    ) -> Proposal:
        with watched(self._parts, actor.tenant_id) as session:
            earlier = hold(session, self.get(session, actor, proposal_id))
            return self._propose_in(session, ask(self._parts, session, actor, earlier))

    def undo_in(
        self,
        session: TenantSession,
        actor: Actor,
        proposal_id: str,
        *,
        conversation_id: str | None = None,
    ) -> Proposal:
        """The same for the `undo` tool: confirmed, as a model may have chosen what. A waiting card is shown again."""
        done = hold(session, self.get(session, actor, proposal_id))
        if waiting := again.waiting_back(session, actor, done):
            self._parts.on_decided(session, waiting, "proposed")
            return waiting
        ask = again.ask_back(
            self._parts, session, actor, done, by_tool=True, conversation_id=conversation_id
        )
        made = self._propose_in(session, ask)
        if made.status == "executing":
            self._parts.enqueue(session, made.tenant_id, made.id)
        return made

    def reconcile(self, actor: Actor, proposal_id: str) -> Proposal:
        """Find out what became of an effect that is unknown."""
        with self._store.reading(actor.tenant_id) as session:
            proposal = self.get(session, actor, proposal_id)
            if not (actor.office or proposal.requester_id == actor.id):
                raise Forbidden(may_not_use(actor.language, "reconcile"))
        if proposal.status != "unknown":
            raise Conflict(
                say(
                    actor.language,
                    f"There is nothing to find out: this is {proposal.status}.",
                    f"Der er intet at afklare: status er {proposal.status}.",
                )
            )
        self.executor.reconcile(actor.tenant_id, proposal_id)
        return self._again(actor, proposal_id)

    def _again(self, actor: Actor, proposal_id: str) -> Proposal:
        with self._store.reading(actor.tenant_id) as session:
            return self.get(session, actor, proposal_id)

    def get(self, session: TenantSession, actor: Actor, proposal_id: str) -> Proposal:
        """The proposal, or NotFound when this actor may not see it."""
        proposal = session.fetch(Proposal, proposal_id)
        if proposal is None or not votes.visible(actor, proposal):
            raise NotFound(no_such_proposal(actor.language, proposal_id))
        return proposal

    def opened(self, session: TenantSession, actor: Actor, proposal_id: str) -> Proposal:
        """The same to be looked at by itself. Raises Tampered when somebody altered it."""
        proposal = self.get(session, actor, proposal_id)
        if altered(self._parts, proposal):
            check_seal(self._parts, proposal, actor)
        return proposal

    def list_for(
        self, session: TenantSession, actor: Actor, status: str | None = None, *, limit: int = 100
    ) -> list[Proposal]:
        """What this actor may see, newest first."""
        rows = sa.select(Proposal).where(votes.visible_to(actor))
        if status is not None:
            rows = rows.where(Proposal.status == status)
        newest = rows.order_by(Proposal.created_at.desc(), Proposal.place.desc())
        return list(session.scalars(newest.limit(limit)))

    def may_decide(self, session: TenantSession, actor: Actor, proposal: Proposal) -> str | None:
        """None when this actor may decide it, else a sentence why not."""
        return looking.may_decide(self._parts, session, actor, proposal)

    def card(self, session: TenantSession, actor: Actor, proposal: Proposal) -> ProposalCard:
        """The card for this actor; of a row that somebody altered, one that says so."""
        return looking.card(self._parts, session, actor, proposal)

    def held_up_now(self, actor: Actor, proposal: Proposal) -> str | None:
        """Why it would not be carried out if it were approved now: the firm is frozen. None when it would."""
        with self._store.reading(actor.tenant_id) as session:
            return looking.held_up(session, actor, proposal)

    def sweep(self, now: dt.datetime | None = None) -> int:
        """Reminders, expiry and repair; called every minute. Returns how many proposals were touched."""
        return sweep.sweep(self._parts, self.executor.execute, now or self._parts.clock())

    def erase(self, session: TenantSession, actor: Actor, subjects: Collection[str]) -> int:
        """Blank what proposals and the audit trail keep about these ids, on record. Returns how many audit rows."""
        proposals.erase(self._parts, session, subjects, actor=actor)
        return audit.erase(
            session,
            self._parts.keys,
            now=self._parts.clock(),
            actor_id=actor.id,
            channel=actor.channel,
            subjects=subjects,
        )
