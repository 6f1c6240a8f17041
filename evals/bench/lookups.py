"""How long looking leads and customers up takes in a firm with many, against one with few."""

import itertools
import time
from typing import Any

from evals.bench.figures import Figure, percentile, timings
from evals.bench.firms import SIZES, Bearers
from evals.bench.serving import Client, Server

LEADS: tuple[dict[str, Any], ...] = (
    {"query": "Aarhus"},
    {"query": "Nørgaard"},
    {"status": "new"},
    {"query": "Skanderborg", "status": "quoted"},
    {"query": "lead77@mail.example"},
    {"query": "lead77"},
    {"query": "holm", "status": "won"},
    {"query": "20 00 00 77"},
    {"query": "000077"},
    {"query": "Mette Holm Aarhus", "since": "last month"},
    {"query": "Vestergade", "source": "Leadmail"},
    {"source": "website", "since": "last week"},
    {"query": "Nobody of this name"},
    {"query": "me ho"},
)
CUSTOMERS: tuple[dict[str, Any], ...] = (
    {"query": "Nørgaard"},
    {"city": "Aarhus"},
    {"query": "holm", "city": "Randers"},
    {"query": "customer77@mail.example"},
    {"query": "customer77"},
    {"query": "000077"},
    {"query": "Vestergade 12"},
    {"query": "Mette Holm"},
    {"query": "Nobody of this name"},
    {},
)
"""What people type: places, names and parts of them, addresses, numbers, and what nobody has."""


def lookups(server: Server, bearers: Bearers, *, times: int) -> list[Figure]:
    """`leads.find` and `leads.customers` over HTTP, in a firm with many and in one with a hundredth of them."""
    return [
        *_compared(server, bearers, "leads", "leads.find", LEADS, times=times),
        *_compared(server, bearers, "customers", "leads.customers", CUSTOMERS, times=times),
    ]


def _compared(
    server: Server,
    bearers: Bearers,
    kind: str,
    procedure: str,
    asked: tuple[dict[str, Any], ...],
    *,
    times: int,
) -> list[Figure]:
    clients = {firm: Client(server.port, bearers.firms[firm]) for firm in SIZES}
    taken: dict[str, list[float]] = {firm: [] for firm in SIZES}
    for given, client in itertools.product(asked, clients.values()):
        client.query(procedure, given)
    # In turns, so that whatever else the machine does falls on both.
    for given in itertools.islice(itertools.cycle(asked), times):
        for firm, client in clients.items():
            began = time.perf_counter()
            client.query(procedure, given)
            taken[firm].append(time.perf_counter() - began)
    ratio = percentile(taken["large"], 0.95) / percentile(taken["small"], 0.95)
    return [
        *timings(f"{procedure} at {SIZES['large']:,} {kind}", taken["large"], goal_p95=100),
        Figure(
            f"the same p95 against that at {SIZES['small']:,} {kind}",
            ratio,
            "×",
            1.2,
            samples=times,
        ),
    ]
