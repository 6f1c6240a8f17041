"""Contexts for tests of tools: one actor, one session, one clock, without the gate."""

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from zoneinfo import ZoneInfo

from memory.store import Store
from tools.kit import Action, Actor, Context, Firm, Receipt
from tools.policy import Role

NOW = dt.datetime(2026, 11, 20, 8, 0, tzinfo=dt.UTC)  # a Friday, 09:00 in Copenhagen
FIRM = Firm(
    id="t1",
    number=1,
    name="Fjordglimt Rengøring",
    language="da",
    zone=ZoneInfo("Europe/Copenhagen"),
    currency="DKK",
    country="DK",
    demo=False,
    settings={},
)


@contextmanager
def context(
    store: Store,
    *,
    tenant: str = "t1",
    number: int = 1,
    role: Role = "owner",
    now: dt.datetime = NOW,
    language: str = "en",
    user_id: str = "usr_1",
    name: str = "Anna",
    customer_id: str | None = None,
    staff_id: str | None = None,
    ports: Mapping[type[Any], object] | None = None,
    writing: bool = True,
) -> Iterator[Context]:
    """A context whose session commits at the end of the block."""
    actor = Actor(
        tenant_id=tenant,
        id=user_id,
        role=role,
        name=name,
        language="da" if language == "da" else "en",
        customer_id=customer_id,
        staff_id=staff_id,
        channel="test",
    )
    opened = store.session(tenant) if writing else store.reading(tenant)
    with opened as session:
        yield Context(
            actor=actor,
            firm=dataclasses.replace(FIRM, id=tenant, number=number),
            session=session,
            now=now,
            ports=ports or {},
            language=actor.language,
        )


def performed(ctx: Context, action: Action, key: str = "key-1") -> Receipt:
    """What the gate does with an approved action: resolve, then preview, then perform."""
    resolved = action.resolve(ctx)
    resolved.preview(ctx)
    return resolved.perform(ctx, key)
