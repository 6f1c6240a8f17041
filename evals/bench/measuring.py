"""The measurements: each warms up first, is bounded, and stays on loopback."""

import datetime as dt
import itertools
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from agent.app import create_app, utc_now
from agent.firms.demo.seed import TENANT
from agent.identity.people import as_actor
from agent.known import known_names
from agent.models.offline import Heard
from agent.wiring import make_understanding
from evals.bench.figures import Figure, percentile, timings
from evals.bench.machine import processor_seconds, resident_mb
from evals.bench.serving import Client, Server, serving
from evals.house import settings_for
from memory.tables.identity import User
from tools.booking.queries import FindServices

ZONE = ZoneInfo("Europe/Copenhagen")
LOOKUPS = (
    "find leads in Aarhus",
    "vis bookinger i denne uge",
    "find leads i Skanderborg",
    "show lead Mette Holm",
    "find bookings for Jens Nygaard",
)
WISH = "book Jens Nygaard for a standard clean next Tuesday at 10"
PER_TALKER = 40
"""Below the limit of sixty messages a minute from one address and person, which stays switched on."""
SETTLED = frozenset({"done", "failed", "stale", "unknown", "cancelled", "expired"})


def timed(work: Callable[..., object], *given: object) -> float:
    """Seconds that it took."""
    began = time.perf_counter()
    work(*given)
    return time.perf_counter() - began


def cold_start(folder: Path, bearer: str, *, times: int) -> list[Figure]:
    """From starting the process to its first answer, with a store that is there; then its memory."""
    starts: list[float] = []
    memory: list[float] = []
    for _ in range(times + 1):
        with serving(folder) as server:
            Client(server.port, bearer).say(LOOKUPS[0])
            starts.append(time.perf_counter() - server.began)
            memory.append(resident_mb(server.pid))
    return [
        Figure(
            "cold start to the first answer", statistics.median(starts[1:]), "s", 3, samples=times
        ),
        Figure("memory after the first answer", max(memory), "MB", 200, samples=times),
    ]


def one_conversation(server: Server, bearers: Sequence[str], lines: Sequence[str]) -> list[float]:
    """Seconds of each turn, said one after the other."""
    taken: list[float] = []
    for bearer in bearers:
        client = Client(server.port, bearer)
        conversation = client.say(lines[0])["conversationId"]
        said = itertools.islice(itertools.cycle(lines), PER_TALKER)
        taken += [timed(client.say, line, conversation) for line in said]
    return taken


def alone(server: Server, bearers: Sequence[str]) -> list[Figure]:
    """Turns of one conversation at a time, and the processor time that the server needs for one."""
    before = processor_seconds(server.pid)
    taken = one_conversation(server, bearers, LOOKUPS)
    used = (processor_seconds(server.pid) - before) / len(taken) * 1000
    return [
        *timings("chat turn, one conversation", taken, goal_p95=25),
        Figure("processor time of a chat turn", used, "ms", samples=len(taken)),
    ]


def at_once(server: Server, bearers: Sequence[str]) -> list[Figure]:
    """As many conversations as bearers, all at the same time."""
    ready = threading.Barrier(len(bearers) + 1)
    taken: list[float] = []

    def talk(bearer: str) -> None:
        client = Client(server.port, bearer)
        conversation = client.say(LOOKUPS[0])["conversationId"]
        ready.wait()
        said = itertools.islice(itertools.cycle(LOOKUPS), PER_TALKER)
        taken.extend([timed(client.say, line, conversation) for line in said])

    threads = [threading.Thread(target=talk, args=(bearer,)) for bearer in bearers]
    for thread in threads:
        thread.start()
    ready.wait()
    seconds = timed(lambda: [thread.join() for thread in threads])
    count = len(bearers)
    return [
        Figure(f"turns a second at {count} conversations", len(taken) / seconds, "", 80, "least", len(taken)),
        Figure(f"chat turn at {count} conversations, p95", percentile(taken, 0.95) * 1000, "ms", samples=len(taken)),
    ]  # fmt: skip


def approvals(server: Server, bearer: str, *, times: int) -> list[Figure]:
    """From sending a yes to reading that the booking was performed."""
    client = Client(server.port, bearer)
    return timings(
        "approve → executed",
        [_approved(client, start) for start in _starts(client, times + 1)][1:],
        goal_p95=1000,
    )


def _starts(client: Client, count: int) -> list[str]:
    """Free times, each on a day of its own, so that no booking takes another's."""
    today = dt.datetime.now(ZONE).date()
    found: list[str] = []
    for day in (today + dt.timedelta(days=ahead) for ahead in range(3, 120)):
        asked = {"service": "standard clean", "from": day.isoformat()}
        if day.weekday() < 5:
            slots = client.query("booking.slots", asked)["slots"]
            found += [str(slot["start"]) for slot in slots[:1]]
        if len(found) == count:
            return found
    raise RuntimeError(f"only {len(found)} of {count} free times were found")


def _approved(client: Client, start: str) -> float:
    args = {"customer": "Jens Nygaard", "service": "standard clean", "start": start}
    made = client.mutate("tools.run", {"tool": "book", "args": args})["proposal"]
    vote = {"id": made["id"], "digest": made["digest"], "decision": "approve"}
    began = time.perf_counter()
    status = client.mutate("approvals.decide", vote)["status"]
    while status not in SETTLED:
        time.sleep(0.01)
        status = client.query("approvals.get", {"id": made["id"]})["status"]
    if status != "done":
        raise RuntimeError(f"a booking ended as {status}")
    return time.perf_counter() - began


def wire(server: Server, folder: Path, bearer: str, *, times: int) -> list[Figure]:
    """What HTTP, tRPC and sign-in add to a lookup: over the wire against the same in this process."""
    client = Client(server.port, bearer)
    over = [timed(client.query, "booking.services", {}) for _ in range(times)]
    app = create_app(settings_for(folder))
    with app.store.reading(TENANT) as session:
        actor = as_actor(session.get_one(User, (TENANT, "usr_bench0")), channel="api")
    inside = [timed(app.gate.run_query, actor, FindServices()) for _ in range(times)]
    app.jobs.stop()
    app.store.close()
    added = (statistics.median(over[20:]) - statistics.median(inside[20:])) * 1000
    return [Figure("what tRPC adds to a lookup, median", added, "ms", samples=times - 20)]


def planning(folder: Path, *, times: int) -> list[Figure]:
    """The embedded model by itself: learning its phrases, then planning a message with the firm's names."""
    app = create_app(settings_for(folder))
    began = time.perf_counter()
    planner = make_understanding(app.registry).planner
    fit = time.perf_counter() - began
    with app.store.reading(TENANT) as session:
        actor = as_actor(session.get_one(User, (TENANT, "usr_bench0")), channel="api")
    offered = frozenset(app.registry.names())

    def plan(line: str) -> object:
        with app.store.reading(TENANT) as session:
            heard = Heard(
                text=line, language="en", now=utc_now(), zone=ZONE,
                named=lambda words: known_names(session, actor, words),
            )  # fmt: skip
            return planner.plan(heard, offered)

    lines = list(
        itertools.islice(itertools.cycle((*LOOKUPS, WISH, "what can I do about it")), times)
    )
    for line in lines[:20]:
        plan(line)
    taken = [timed(plan, line) for line in lines]
    app.jobs.stop()
    app.store.close()
    return [
        Figure("embedded model: learning its phrases", fit, "s", 2),
        *timings("embedded model: planning a message", taken, goal_p95=5),
    ]
