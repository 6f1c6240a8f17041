"""Tells approvers by direct message what waits for them alone, outside of their quiet hours."""

# The SDK leaves some of its types open.
# pyright: reportUnknownMemberType=false
import asyncio
import datetime as dt
import logging
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from agent.channels.slack.api import answer, reason
from agent.channels.slack.cards import Cards, Spot
from agent.channels.slack.parts import Friday
from agent.channels.slack.people import CHANNEL, Directory
from agent.channels.slack.teams import Team, Teams
from agent.gate.contexts import firm_of
from agent.gate.policy import Outcome
from agent.identity.people import as_actor
from memory.tables.gate import Proposal
from memory.tables.identity import User
from memory.tables.slack import SlackCard, SlackMember, SlackTeam

_log = logging.getLogger(__name__)

MORNING, EVENING = dt.time(7), dt.time(20)
"""Local times between which somebody may be written to; what comes up at night is told in the morning."""
RECENT = dt.timedelta(days=2)
ASK_AGAIN = dt.timedelta(hours=6)
"""After this Slack is asked again whether somebody with that address is in the workspace."""
_MOST = 20


@dataclass(frozen=True)
class Wanted:
    """One approver of one proposal, who has not been told."""

    proposal_id: str
    user_id: str
    email: str
    member: str | None


class Notices:
    """Direct messages to those whose yes a proposal needs, besides the one who asked."""

    def __init__(self, friday: Friday, *, teams: Teams, cards: Cards, directory: Directory) -> None:
        self._friday = friday
        self._teams = teams
        self._cards = cards
        self._directory = directory
        self._missing: dict[tuple[str, str], dt.datetime] = {}

    async def round(self) -> None:
        """Tell everybody who is to be told now."""
        for tenant_id, team_id in await asyncio.to_thread(self._installed):
            team = await asyncio.to_thread(self._teams.find, team_id)
            if team is None:
                continue
            client = self._teams.client(team.token)
            for wanted in await asyncio.to_thread(self._wanted, tenant_id):
                try:
                    await self._tell(client, team, wanted)
                except SlackApiError as error:
                    _log.warning("an approver could not be told in Slack: %s", reason(error))

    async def _tell(self, client: AsyncWebClient, team: Team, wanted: Wanted) -> None:
        member = wanted.member or await self._look_up(client, team, wanted.email)
        if member is None:
            return
        opened = answer(await client.conversations_open(users=member))
        channel = str(opened["channel"]["id"])
        spot = Spot(team.tenant_id, team.id, channel, wanted.user_id)
        await self._cards.show(client, spot, wanted.proposal_id)

    async def _look_up(self, client: AsyncWebClient, team: Team, email: str) -> str | None:
        """The workspace's person with that address, if there is one that we would listen to."""
        now, key = self._friday.clock(), (team.id, email)
        if key in self._missing and now - self._missing[key] < ASK_AGAIN:
            return None
        try:
            told = answer(await client.users_lookupByEmail(email=email))
        except SlackApiError as error:
            if reason(error) != "users_not_found":
                raise
            self._missing[key] = now
            return None
        row = await asyncio.to_thread(self._directory.learn, team, told["user"])
        if row.user_id is None:
            self._missing[key] = now
            return None
        return row.member

    def _is_missing(self, email: str, now: dt.datetime) -> bool:
        """Whether no workspace knew that address a moment ago."""
        return any(
            known == email and now - at < ASK_AGAIN for (_, known), at in self._missing.items()
        )

    def _installed(self) -> list[tuple[str, str]]:
        with self._friday.store.system() as session:
            rows = session.execute(
                sa.select(SlackTeam.tenant_id, SlackTeam.id).where(SlackTeam.ended_at.is_(None))
            )
            return [(row.tenant_id, row.id) for row in rows]

    def _wanted(self, tenant_id: str) -> Sequence[Wanted]:
        friday, now = self._friday, self._friday.clock()
        with friday.store.reading(tenant_id) as session:
            if not MORNING <= now.astimezone(firm_of(session).zone).time() < EVENING:
                return []
            waiting = session.scalars(
                sa.select(Proposal)
                .where(Proposal.status == "pending", Proposal.created_at > now - RECENT)
                .order_by(Proposal.created_at)
            ).all()
            reviews = [row for row in waiting if Outcome.from_json(row.outcome).kind == "review"]
            if not reviews:
                return []
            people = session.scalars(sa.select(User).where(User.suspended_at.is_(None))).all()
            members = {
                row.user_id: row.member
                for row in session.scalars(
                    sa.select(SlackMember).where(SlackMember.user_id.is_not(None))
                )
            }
            told = {
                (row.proposal_id, row.user_id)
                for row in session.scalars(
                    sa.select(SlackCard).where(
                        SlackCard.proposal_id.in_([row.id for row in reviews])
                    )
                )
            }
            return [
                Wanted(row.id, user.id, user.email, members.get(user.id))
                for row in reviews
                for user in _approvers(row, people)
                if (row.id, user.id) not in told
                and not self._is_missing(user.email, now)
                and friday.gate.may_decide(session, as_actor(user, channel=CHANNEL), row) is None
            ][:_MOST]


def _approvers(row: Proposal, people: Sequence[User]) -> list[User]:
    """Those in the role that it waits for; the owner, who stands in for all, only where there is nobody else."""
    role, others = (
        Outcome.from_json(row.outcome).role,
        [u for u in people if u.id != row.requester_id],
    )
    return [u for u in others if u.role == role] or [u for u in others if u.role == "owner"]
