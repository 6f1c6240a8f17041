"""Who asked, as the store knows them by the time a turn that was left behind is answered."""

import datetime as dt
from dataclasses import replace
from typing import cast

from agent.conversations.events import Draft
from agent.conversations.turns import Finished, Held, finish
from memory.store import TenantSession
from memory.tables.identity import User
from tools.kit import Actor
from tools.policy import Role


def actor_now(session: TenantSession, stored: Actor) -> Actor | None:
    """The same person as the store knows them today; None when suspended or gone. Visitors have no row."""
    if stored.kind == "system" or stored.role == "visitor":
        return stored
    user = session.fetch(User, stored.id)
    if user is None or user.suspended_at:
        return None
    role = cast(Role, user.role)
    return replace(stored, role=role, customer_id=user.customer_id, staff_id=user.staff_id)


def refuse(session: TenantSession, held: Held, *, executor: str, now: dt.datetime) -> None:
    """End a turn unanswered because who asked is suspended."""
    told = {
        "en": "This account is suspended. Ask the owner to reactivate it.",
        "da": "Denne konto er spærret. Bed ejeren om at åbne den igen.",
    }[held.actor.language]
    error = Draft("error", {"message": told, "code": "UNAUTHORIZED"})
    finish(
        session, held, [error], Finished("failed", error="Suspended"), executor=executor, now=now
    )
