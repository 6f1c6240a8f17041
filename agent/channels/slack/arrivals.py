"""Events that Slack sent: kept before it is told so, so that none is lost and none is answered twice."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from agent.channels.slack.parts import Friday
from memory.tables.slack import SlackArrival

HOLD = dt.timedelta(seconds=60)
"""How long one process works on an event before another may."""
ATTEMPTS = 5
KEPT = dt.timedelta(days=2)
"""How long it is remembered that an event was there: Slack repeats one for minutes."""
_AT_ONCE = 20


@dataclass(frozen=True)
class Arrival:
    """An event that this process works on."""

    tenant_id: str
    id: str
    team_id: str
    event: Mapping[str, Any]


def key_of(body: Mapping[str, Any]) -> str:
    """What an event has in common with its repetitions, and a mention with its twin of another id: the message."""
    event: Mapping[str, Any] = body.get("event") or {}
    team = str(body.get("team_id") or "")
    if event.get("type") in ("message", "app_mention"):
        return f"{team}:{event.get('channel')}:{event.get('ts')}"[:160]
    return f"{team}:{body.get('event_id')}"[:160]


class Arrivals:
    """The events of one installation."""

    def __init__(self, friday: Friday) -> None:
        self._friday = friday

    def take_in(self, tenant_id: str, body: Mapping[str, Any]) -> Arrival | None:
        """Keep it, held by this process. None when it was there already."""
        now, event = self._friday.clock(), dict(body.get("event") or {})
        arrival = Arrival(tenant_id, key_of(body), str(body.get("team_id") or ""), event)
        row = SlackArrival(
            id=arrival.id, team_id=arrival.team_id, body=event, attempts=1, arrived_at=now,
            held_until=now + HOLD,
        )  # fmt: skip
        try:
            with self._friday.store.session(tenant_id) as session:
                if session.fetch(SlackArrival, row.id) is not None:
                    return None
                session.add(row)
        except IntegrityError:  # its twin came in at the same moment
            return None
        return arrival

    def left_behind(self) -> list[Arrival]:
        """Events that nobody works on any more, now held by this process."""
        now = self._friday.clock()
        loose = sa.and_(
            SlackArrival.done_at.is_(None),
            SlackArrival.held_until < now,
            SlackArrival.attempts < ATTEMPTS,
        )
        with self._friday.store.system() as session:
            ids = session.execute(
                sa.select(SlackArrival.tenant_id, SlackArrival.id).where(loose).limit(_AT_ONCE)
            ).all()
            taken = [
                session.scalars(
                    sa.update(SlackArrival)
                    .where(SlackArrival.tenant_id == tenant, SlackArrival.id == id, loose)
                    .values(held_until=now + HOLD, attempts=SlackArrival.attempts + 1)
                    .returning(SlackArrival)
                ).one_or_none()
                for tenant, id in ids
            ]
            return [
                Arrival(row.tenant_id, row.id, row.team_id, row.body or {}) for row in taken if row
            ]

    def done(self, arrival: Arrival) -> None:
        """It was worked on: what it said is stored elsewhere, and nothing of it is kept here."""
        with self._friday.store.session(arrival.tenant_id) as session:
            session.execute(
                sa.update(SlackArrival)
                .where(SlackArrival.id == arrival.id)
                .values(done_at=self._friday.clock(), body=None)
            )

    def forget_old(self) -> None:
        """Drop those that nobody will repeat."""
        before = self._friday.clock() - KEPT
        with self._friday.store.system() as session:
            session.execute(sa.delete(SlackArrival).where(SlackArrival.arrived_at < before))
