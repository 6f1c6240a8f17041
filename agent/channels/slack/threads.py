"""Which conversation a thread is, which of them have news that Slack was not told, and who tells it."""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from agent.channels.slack.teams import Team
from memory.store import Store, TenantSession
from memory.tables.base import new_id
from memory.tables.conversations import Conversation
from memory.tables.gate import Proposal
from memory.tables.slack import SlackCard, SlackTeam, SlackThread
from tools.kit import Actor

HOLD = dt.timedelta(seconds=60)
"""How long one process has a thread to itself while it posts there."""
LONGEST_WAIT = 300
AT_ONCE = 50


@dataclass(frozen=True)
class Place:
    """Where somebody writes. `thread_ts` is the root's; `public`: whoever is in the workspace may read it."""

    team_id: str
    channel: str
    thread_ts: str
    member: str
    public: bool


def thread_of(store: Store, actor: Actor, place: Place, *, now: dt.datetime) -> SlackThread:
    """The actor's conversation in that thread, begun where there was none."""
    try:
        return _thread(store, actor, place, now)
    except IntegrityError:
        # Another process began it at this moment; now it is there to be found.
        return _thread(store, actor, place, now)


def _thread(store: Store, actor: Actor, place: Place, now: dt.datetime) -> SlackThread:
    with store.session(actor.tenant_id) as session:
        found = find_thread(session, actor.id, place)
        if found is not None:
            found.public = place.public  # a channel may have been opened or closed since
            return found
        conversation = Conversation(
            id=new_id("cnv"), owner_id=actor.id, channel="slack", language=actor.language,
            created_at=now, updated_at=now,
        )  # fmt: skip
        made = SlackThread(
            id=new_id("slt"), team_id=place.team_id, channel=place.channel,
            thread_ts=place.thread_ts, member=place.member, user_id=actor.id,
            conversation_id=conversation.id, public=place.public, posted_seq=0, failures=0,
            created_at=now,
        )  # fmt: skip
        session.add_all([conversation, made])
        session.flush()
        return made


def find_thread(session: TenantSession, user_id: str, place: Place) -> SlackThread | None:
    """The person's conversation in a thread, if there is one."""
    return session.scalars(
        sa.select(SlackThread).where(
            SlackThread.team_id == place.team_id,
            SlackThread.channel == place.channel,
            SlackThread.thread_ts == place.thread_ts,
            SlackThread.user_id == user_id,
        )
    ).one_or_none()


def is_ours(store: Store, team: Team, channel: str, thread_ts: str, member: str) -> bool:
    """Whether that person talks with Friday in that thread."""
    with store.reading(team.tenant_id) as session:
        return bool(
            session.scalar(
                sa.select(sa.literal(1))
                .where(
                    SlackThread.team_id == team.id,
                    SlackThread.channel == channel,
                    SlackThread.thread_ts == thread_ts,
                    SlackThread.member == member,
                )
                .limit(1)
            )
        )


def with_news(store: Store, now: dt.datetime) -> list[tuple[str, str]]:
    """Threads (tenant, id) behind whose last post something happened, and that nobody posts to now."""
    free = sa.or_(SlackThread.posting_until.is_(None), SlackThread.posting_until < now)
    with store.system() as session:
        rows = session.execute(
            sa.select(SlackThread.tenant_id, SlackThread.id)
            .join(
                Conversation,
                (Conversation.tenant_id == SlackThread.tenant_id)
                & (Conversation.id == SlackThread.conversation_id),
            )
            .join(SlackTeam, _same_team(SlackThread))
            .where(Conversation.last_seq > SlackThread.posted_seq, free)
            .limit(AT_ONCE)
        )
        return [(row.tenant_id, row.id) for row in rows]


def outdated_cards(store: Store) -> list[tuple[str, str]]:
    """Cards (tenant, id) that show another version or state than their proposal has."""
    is_now = sa.cast(Proposal.version, sa.String) + ":" + Proposal.status
    with store.system() as session:
        rows = session.execute(
            sa.select(SlackCard.tenant_id, SlackCard.id)
            .join(
                Proposal,
                (Proposal.tenant_id == SlackCard.tenant_id)
                & (Proposal.id == SlackCard.proposal_id),
            )
            .join(SlackTeam, _same_team(SlackCard))
            .where(SlackCard.shown != is_now)
            .limit(AT_ONCE)
        )
        return [(row.tenant_id, row.id) for row in rows]


def _same_team(of: type[SlackThread] | type[SlackCard]) -> sa.ColumnElement[bool]:
    here = (SlackTeam.tenant_id == of.tenant_id) & (SlackTeam.id == of.team_id)
    return here & SlackTeam.ended_at.is_(None)


def take(session: TenantSession, id: str, *, poster: str, now: dt.datetime) -> SlackThread | None:
    """The thread for this process alone, until `done_with` or a minute has passed. None when another has it."""
    free = sa.or_(SlackThread.posting_until.is_(None), SlackThread.posting_until < now)
    return session.scalars(
        sa.update(SlackThread)
        .where(SlackThread.id == id, free)
        .values(poster=poster, posting_until=now + HOLD)
        .returning(SlackThread)
    ).one_or_none()


def posted(session: TenantSession, id: str, seq: int, *, now: dt.datetime) -> None:
    """Slack was told of everything up to `seq`."""
    session.execute(
        sa.update(SlackThread)
        .where(SlackThread.id == id)
        .values(posted_seq=seq, failures=0, posting_until=now + HOLD)
    )


def done_with(session: TenantSession, id: str, *, poster: str) -> None:
    """Let others have it again."""
    session.execute(
        sa.update(SlackThread)
        .where(SlackThread.id == id, SlackThread.poster == poster)
        .values(poster=None, posting_until=None)
    )


def put_off(session: TenantSession, id: str, *, now: dt.datetime) -> None:
    """Slack did not take it: the next attempt comes later, and later each time."""
    row = session.fetch(SlackThread, id)
    if row is not None:
        row.failures += 1
        wait = min(2**row.failures, LONGEST_WAIT)
        row.poster, row.posting_until = None, now + dt.timedelta(seconds=wait)
