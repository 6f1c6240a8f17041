"""Who a person of a workspace is here: by the e-mail address that Slack has verified, or nobody."""

# The SDK leaves some of its types open.
# pyright: reportUnknownMemberType=false
import asyncio
import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Literal

import sqlalchemy as sa
from slack_sdk.web.async_client import AsyncWebClient

from agent.channels.slack.api import answer
from agent.channels.slack.teams import Team
from agent.channels.slack.words import Language, word
from agent.identity.people import as_actor, as_language
from memory.store import Store, TenantSession
from memory.tables.identity import Tenant, User
from memory.tables.slack import SlackMember
from tools.errors import ToolError
from tools.kit import Actor

FRESH = dt.timedelta(days=1)
"""After this Slack is asked again who somebody is."""
CHANNEL = "slack"
Why = Literal["stranger", "guest"]


class Unknown(ToolError):
    """Somebody who may not use Friday from here; the sentence says what they could do."""

    code = "FORBIDDEN"


class Directory:
    """Maps a workspace's people to users. The user's row is read every time: a suspension counts at once."""

    def __init__(self, *, store: Store, clock: Callable[[], dt.datetime]) -> None:
        self._store = store
        self._clock = clock

    async def actor(self, client: AsyncWebClient, team: Team, member: str) -> Actor:
        """Who that is. Asks Slack the first time, and again after a day. Raises Unknown."""
        known = await asyncio.to_thread(self._kept, team, member)
        if known is None:
            told = answer(await client.users_info(user=member, include_locale=True))
            known = await asyncio.to_thread(self.learn, team, told["user"])
        return await asyncio.to_thread(self._actor, team, known)

    def learn(self, team: Team, facts: Mapping[str, Any]) -> SlackMember:
        """Keep who a person is: one of our own team whose verified address is in the directory, or why not."""
        member, why = str(facts["id"]), _refusal(team, facts)
        profile: Mapping[str, Any] = facts.get("profile") or {}
        email = str(profile.get("email") or "").strip().lower()
        with self._store.session(team.tenant_id) as session:
            user = None if why or not email else _user_of(session, email)
            row = session.fetch(SlackMember, f"{team.id}:{member}")
            if row is None:
                row = SlackMember(id=f"{team.id}:{member}", team_id=team.id, member=member)
                session.add(row)
            row.user_id = user.id if user else None
            row.refused = None if user else (why or "stranger")
            if facts.get("locale") or not row.language:  # not every answer of Slack's says it
                row.language = "da" if str(facts.get("locale") or "").startswith("da") else "en"
            row.checked_at = self._clock()
        return row

    def _kept(self, team: Team, member: str) -> SlackMember | None:
        with self._store.reading(team.tenant_id) as session:
            row = session.fetch(SlackMember, f"{team.id}:{member}")
        # Who was nobody may have been invited since; asking again costs one call.
        fresh = row is not None and row.user_id and self._clock() - row.checked_at < FRESH
        return row if fresh else None

    def _actor(self, team: Team, row: SlackMember) -> Actor:
        language = as_language(row.language)
        with self._store.reading(team.tenant_id) as session:
            user = session.fetch(User, row.user_id) if row.user_id else None
            if user is None:
                raise Unknown(_sentence(session, row.refused or "stranger", language))
        if user.suspended_at:
            raise Unknown(word("suspended", language))
        return replace(as_actor(user, channel=CHANNEL), language=language)


def _refusal(team: Team, facts: Mapping[str, Any]) -> Why | None:
    if facts.get("deleted") or facts.get("is_bot") or facts.get("team_id") != team.id:
        return "stranger"
    if facts.get("is_restricted") or facts.get("is_ultra_restricted"):
        return "guest"
    return None if facts.get("is_email_confirmed") else "stranger"


def _user_of(session: TenantSession, email: str) -> User | None:
    return session.scalars(sa.select(User).where(sa.func.lower(User.email) == email)).one_or_none()


def _sentence(session: TenantSession, why: str, language: Language) -> str:
    tenant = session.get(Tenant, session.tenant_id)
    return word(why, language, firm=tenant.name if tenant else "")
