"""How the installation is: /health for people and load balancers, /metrics for Prometheus."""

import time
from collections.abc import Callable, Iterator, Mapping

import sqlalchemy as sa
from fastapi import APIRouter, Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from pydantic import BaseModel, Field

from memory.store import Store
from memory.tables.conversations import Turn
from memory.tables.gate import EffectRow, Proposal
from memory.tables.leads import Mail


class Part(BaseModel):
    """One part of the installation: whether it works, and how long asking it took."""

    name: str
    ok: bool
    milliseconds: float
    detail: str = ""


class Health(BaseModel):
    """All parts; `ok` only when every one is."""

    ok: bool
    version: str
    parts: list[Part] = Field(default_factory=list[Part])


Check = Callable[[], str]
COUNTED: Mapping[str, tuple[str, sa.ColumnElement[str]]] = {
    "friday_turns": ("Turns of conversations by state.", Turn.state.expression),
    "friday_proposals": ("Proposals by status.", Proposal.status.expression),
    "friday_effects": ("Effects by state.", EffectRow.state.expression),
    "friday_mails": ("Mails of the outbox by state.", Mail.state.expression),
}


class Counts:
    """Reads the store when it is asked, so that every process of an installation tells the same."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def collect(self) -> Iterator[Metric]:
        """Four counts by state, and the store's latency in seconds."""
        with self._store.system() as session:
            for name, (help_, column) in COUNTED.items():
                family = GaugeMetricFamily(name, help_, labels=["state"])
                rows = session.execute(sa.select(column, sa.func.count()).group_by(column))
                for state, count in rows:
                    family.add_metric([state], count)
                yield family
        yield GaugeMetricFamily(
            "friday_store_seconds", "How long the store took to answer.", self._store.ping()
        )


def routes(store: Store, checks: Mapping[str, Check], version: str) -> APIRouter:
    """/health and /metrics. A check gives a detail, or raises when its part does not work."""
    router = APIRouter()
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Counts(store))

    @router.get("/health", response_model=Health, responses={503: {"model": Health}})
    def health(response: Response) -> Health:
        """Each part with its latency; 503 when one does not work."""
        parts = [_asked(name, check) for name, check in checks.items()]
        whole = Health(ok=all(part.ok for part in parts), version=version, parts=parts)
        response.status_code = 200 if whole.ok else 503
        return whole

    @router.get("/metrics", include_in_schema=False)
    def metrics() -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return router


def _asked(name: str, check: Check) -> Part:
    began = time.perf_counter()
    try:
        detail, ok = check(), True
    except Exception as error:  # noqa: BLE001 - whatever is wrong with a part, health has to say so
        detail, ok = type(error).__name__, False
    took = round((time.perf_counter() - began) * 1000, 2)
    return Part(name=name, ok=ok, milliseconds=took, detail=detail)
