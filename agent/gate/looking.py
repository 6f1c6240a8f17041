"""What one person is shown of a proposal, and that somebody altered it when somebody did."""

from agent.gate import again, votes
from agent.gate.cards import altered_card, card_of
from agent.gate.contexts import firm_of, tenant_of
from agent.gate.parts import Parts
from agent.gate.refusals import frozen
from agent.gate.seals import altered, altered_sentence
from agent.gate.words import standstill
from memory.store import TenantSession
from memory.tables.gate import Proposal
from tools.cards import ProposalCard
from tools.kit import Actor


def card(parts: Parts, session: TenantSession, actor: Actor, proposal: Proposal) -> ProposalCard:
    """The card for this actor; of a row that somebody altered, one that says so and nothing else."""
    firm, now = firm_of(session), parts.clock()
    if altered(parts, proposal):
        return altered_card(proposal, actor=actor, firm=firm, now=now)
    return card_of(
        proposal,
        actor=actor,
        firm=firm,
        now=now,
        refused=votes.why_not(parts, session, actor, proposal),
        undo=again.compensation(parts, session, actor, proposal) is not None,
        held=held_up(session, actor, proposal),
    )


def may_decide(
    parts: Parts, session: TenantSession, actor: Actor, proposal: Proposal
) -> str | None:
    """None when this actor may decide it, else a sentence why not."""
    if altered(parts, proposal):
        return altered_sentence(actor.language)
    return votes.why_not(parts, session, actor, proposal)


def held_up(session: TenantSession, actor: Actor, proposal: Proposal) -> str | None:
    """Why it would not be carried out if it were approved now: the firm is frozen. None when it would."""
    if proposal.status != "pending" or frozen(session, proposal) is None:
        return None
    return standstill(actor.language, tenant_of(session).frozen_reason)
