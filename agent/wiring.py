"""Makes the larger parts out of settings: the assistant with its model, the jobs and their rounds, the desk's ports."""

import datetime as dt
import logging
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from pydantic_ai.models import Model

from agent.assistant import Assistant
from agent.conversations import Conversations
from agent.erasing import Erasing
from agent.gate import audit
from agent.gate.gate import Gate
from agent.gate.registry import Registry
from agent.identity.limits import LEADS, OFFICE_LEADS, Limits
from agent.identity.links import Links
from agent.jobs import Jobs, Round, Work
from agent.models.gateway import open_gateway
from agent.models.offline import Doubts, Phrasebook, Understanding, denying, read_phrasebook
from agent.models.offline.learning import SHIPPED
from agent.settings import Settings
from agent.toolset import Toolset
from memory.installation import installation_of
from memory.minilm import MiniLM, NoModel
from memory.store import Store, TenantSession
from memory.tables.gate import Proposal
from memory.tables.identity import Tenant, User
from memory.tables.leads import Mail
from memory.upkeep import compare, embed_new, index_talk, merge_indexes
from memory.vectors import CHROMA_DIR, CharHash, Embedder, Vectors, VectorsBusy
from tools.cards import ProposalCard
from tools.catalog import LATER
from tools.desk.ports import Approvals, Invitations
from tools.errors import Rejected
from tools.kit import Action, Context, Query
from tools.mail import MailPort, deliver_outbox
from tools.policy import at_once
from tools.refs import slots

_log = logging.getLogger(__name__)

Clock = Callable[[], dt.datetime]
INVITED_FOR = dt.timedelta(days=7)


class GateApprovals(Approvals):
    """The gate as the desk's own tools see it, inside their transaction."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def cards(self, ctx: Context, *, status: str | None) -> Sequence[ProposalCard]:
        """The proposals that this actor may see, newest first."""
        found = self._gate.list_for(ctx.session, ctx.actor, status)
        return [self._gate.card(ctx.session, ctx.actor, each) for each in found]

    def withdraw(self, ctx: Context, proposal_id: str) -> ProposalCard:
        """Take a pending proposal back."""
        proposal = self._gate.get(ctx.session, ctx.actor, proposal_id)
        gone = self._gate.withdraw_in(ctx.session, ctx.actor, proposal)
        return self._gate.card(ctx.session, ctx.actor, gone)

    def undo(self, ctx: Context, proposal_id: str) -> ProposalCard:
        """Propose the compensating action."""
        made = self._gate.undo_in(
            ctx.session, ctx.actor, proposal_id, conversation_id=ctx.conversation_id
        )
        return self._gate.card(ctx.session, ctx.actor, made)


class LinkInvitations(Invitations):
    """Sign-in links for people who were invited."""

    def __init__(self, links: Links) -> None:
        self._links = links

    def link(self, ctx: Context, user: User) -> str:
        """A link that works once within seven days."""
        return self._links.make(ctx.session, user, valid=INVITED_FOR)


class Late:
    """What the gate calls of the jobs and conversations that are only made after it."""

    def __init__(self, limits: Limits, clock: Clock) -> None:
        self._limits = limits
        self._clock = clock
        self._jobs: Jobs | None = None
        self._conversations: Conversations | None = None

    def bind(self, jobs: Jobs, conversations: Conversations) -> None:
        """Once, by the composition root."""
        self._jobs, self._conversations = jobs, conversations

    def enqueue(self, session: TenantSession, tenant_id: str, proposal_id: str) -> None:
        """Have an approved proposal executed."""
        if self._jobs is None:
            raise RuntimeError("the jobs are not bound yet")
        self._jobs.enqueue(session, tenant_id, proposal_id)

    def on_decided(self, session: TenantSession, proposal: Proposal, what: str) -> None:
        """Tell the conversation what became of a proposal. Raises TooMany for one more new lead than may be."""
        if (proposal.tool, what) == ("create_lead", "proposed"):
            # Here and not at a door: the form, the chat and every other way lead through the gate.
            limit = OFFICE_LEADS if proposal.requester_id.startswith("usr_") else LEADS
            address = self._limits.address_of(proposal.requester_id)
            self._limits.take(limit, address, now=self._clock())
        if self._conversations is None:
            raise RuntimeError("the conversations are not bound yet")
        self._conversations.on_decided(session, proposal, what)


def executor_id(settings: Settings) -> str:
    """Stable for one host: a name with a process id in it would never find its own work again."""
    return "local" if settings.embedded else settings.executor_id or socket.gethostname()


def phrasebook_of(registry: Registry) -> Phrasebook:
    """The phrases of every trade."""
    return read_phrasebook([domain.examples for domain in registry.domains if domain.examples])


def make_understanding(
    registry: Registry,
    *,
    cache: Path | None = None,
    book: Phrasebook | None = None,
    start: Path | None = SHIPPED,
) -> Understanding:
    """The embedded model, with the phrases of every trade. What it has to learn anew it keeps in `cache`.

    Learning begins from the weights in `start`; None has it begin from nothing.
    """
    book = book or phrasebook_of(registry)
    tools = {name: registry.tool(name) for name in registry.names()}
    return Understanding(
        book,
        slots={name: slots(tool) for name, tool in tools.items()},
        kinds={name: "lookup" if issubclass(t, Query) else "action" for name, t in tools.items()},
        later=LATER,
        doubts=Doubts(
            {
                name: how
                for name, tool in tools.items()
                if issubclass(tool, Action) and (how := at_once(tool.policy))
            },
            denying(book.words),
        ),
        cache=cache,
        start=start,
    )


def make_conversations(
    settings: Settings,
    *,
    store: Store,
    gate: Gate,
    registry: Registry,
    understanding: Understanding,
    clock: Clock,
    model: Model[Any] | None,
) -> Conversations:
    """The assistant with its model, behind conversations."""
    planner = understanding.planner
    assistant = Assistant(
        toolset=Toolset(gate=gate, registry=registry, words=planner.words),
        planner=planner,
        words=planner.words,
        store=store,
        model=model or _named_model(settings),
    )
    return Conversations(
        store=store, gate=gate, assistant=assistant, clock=clock, executor_id=executor_id(settings)
    )


def _named_model(settings: Settings) -> Model[Any] | None:
    """The model that the settings name; None for the embedded one."""
    if settings.model in ("", "offline"):
        return None
    key = settings.model_api_key
    return open_gateway(
        settings.model,
        api_base=settings.model_api_base or None,
        api_key=key.get_secret_value() if key else None,
    )


def make_vectors(settings: Settings, store: Store) -> Vectors | None:
    """The vector leg of search; None where it is switched off. Chroma is neither loaded nor asked yet.

    Raises Rejected where the embedder that the settings name cannot work.
    """
    if settings.embeddings == "off":
        return None
    url = settings.chroma_url
    return Vectors(
        _embedder(settings),
        folder=settings.data_dir / CHROMA_DIR,
        url=url,
        owner=installation_of(store) if url else "",
    )


def _embedder(settings: Settings) -> Embedder:
    if settings.embeddings != "minilm":
        return CharHash()
    try:
        return MiniLM(settings.minilm_dir or settings.data_dir / "minilm")
    except NoModel as error:
        raise Rejected(f"FRIDAY_EMBEDDINGS is minilm, but {error}") from error


def make_jobs(
    settings: Settings,
    *,
    store: Store,
    gate: Gate,
    conversations: Conversations,
    clock: Clock,
    ports: Mapping[type[Any], object],
    holds: Callable[[], bool],
    vectors: Vectors | None,
) -> Jobs:
    """The job runtime with what it does over and over."""

    embedding = threading.Lock()
    erasing = Erasing(
        store=store,
        forgetting=conversations.forgetting,
        vectors=vectors,
        data_dir=settings.data_dir,
        clock=clock,
    )

    def deliver() -> None:
        deliver_all(store, ports, clock=clock)

    def index() -> None:
        index_talk(store)
        # Making all vectors anew takes longer than until the next round.
        if vectors is not None and embedding.acquire(blocking=False):
            try:
                embed_new(store, vectors)
            finally:
                embedding.release()

    def check() -> None:
        if vectors is None:
            return
        try:
            compare(store, vectors)
        except VectorsBusy as error:
            _log.warning("the vectors were not compared: %s", error)

    rounds = (
        Round("sweep_proposals", "* * * * *", gate.sweep),
        Round("sweep_turns", "*/15 * * * * *", conversations.sweep),
        Round("deliver_mail", "*/10 * * * * *", deliver),
        Round("log_audit_heads", "0 2 * * *", lambda: audit.log_heads(store)),
        Round("index_texts", "25 * * * * *", index),
        Round("merge_indexes", "20 3 * * *", lambda: merge_indexes(store)),
        Round("compare_vectors", "40 3 * * *", check),
        Round("finish_erasures", "45 * * * * *", erasing.round),
    )
    work = Work(execute=gate.executor.execute, rounds=rounds)
    return Jobs(store=store, work=work, executor_id=executor_id(settings), holds=holds)


def deliver_all(store: Store, ports: Mapping[type[Any], object], *, clock: Clock) -> None:
    """Hand every tenant's queued mail to the carrier."""
    port = ports[MailPort]
    if not isinstance(port, MailPort):
        raise TypeError("the mail port must be a MailPort")
    with store.system() as session:
        waiting = session.execute(
            sa.select(Mail.tenant_id, Tenant.name)
            .join(Tenant, Tenant.id == Mail.tenant_id)
            .where(Mail.state == "queued")
            .distinct()
        ).all()
    for tenant_id, name in waiting:
        with store.session(tenant_id) as session:
            deliver_outbox(session, port, now=clock(), sender=sender_of(name))


def sender_of(firm: str) -> str:
    """Whom a firm's mail is from while it has no mail account of its own: an address that cannot exist."""
    quoted = firm.replace('"', "'")
    return f'"{quoted}" <no-reply@friday.invalid>'
