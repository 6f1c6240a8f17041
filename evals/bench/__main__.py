"""`python -m evals.bench`: measures, writes the results as JSON, prints them, and puts them into the README."""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from agent import commands
from evals.bench import machine, measuring, recalling, talking
from evals.bench.figures import Figure, put_into, table, timings
from evals.bench.firms import prepare_store
from evals.bench.lookups import lookups
from evals.bench.serving import serving

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "part-1.json"
README = HERE.parents[1] / "README.md"


def measure(*, scale: int, tell: Callable[[str], object]) -> list[Figure]:
    """Every figure. `scale` is how much is measured: 1 to try it, 5 for figures to show."""
    with tempfile.TemporaryDirectory(prefix="friday-bench-") as name:
        folder = Path(name)
        tell("preparing a store")
        bearers = prepare_store(folder)
        talkers = iter(bearers.talkers)
        some = [next(talkers) for _ in range(2 * scale)]
        tell("cold start")
        figures = measuring.cold_start(folder, next(talkers), times=scale)
        tell("embedded model")
        figures += measuring.planning(folder, times=100 * scale)
        with serving(folder) as server:
            tell("one conversation")
            measuring.one_conversation(server, [next(talkers)], measuring.LOOKUPS)
            figures += measuring.alone(server, some)
            wishes = measuring.one_conversation(server, [next(talkers)], [measuring.WISH])
            figures += timings("chat turn that proposes", wishes)
            tell("sixteen conversations")
            figures += measuring.at_once(server, [next(talkers) for _ in range(16)])
            tell("approvals")
            figures += measuring.approvals(server, next(talkers), times=6 * scale)
            tell("lookups")
            figures += lookups(server, bearers, times=100 * scale)
            figures += measuring.wire(server, folder, next(talkers), times=100 * scale)
        tell("a long conversation")
        figures += talking.conversing(folder, times=40 * scale)
        tell("search")
        return figures + recalling.recall(times=100 * scale)


def main() -> int:
    """0 when every goal is met."""
    parser = argparse.ArgumentParser(prog="python -m evals.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a fifth of it, kept nowhere")
    quick = parser.parse_args().quick
    commands.be_quiet()
    before = machine.describe()
    figures = measure(scale=1 if quick else 5, tell=lambda what: print(what, file=sys.stderr))  # noqa: T201
    loop = f"{before['million_additions_ms']}–{machine.million_additions()}"
    found = before | {"load": f"{before['load']}–{machine.load()}", "million_additions_ms": loop}
    told = table(figures, found)
    print(told)  # noqa: T201
    if not quick:
        results = {"part": 1, "machine": found, "figures": [each.as_json() for each in figures]}
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", "utf-8")
        put_into(README, told)
    return 0 if all(each.holds is not False for each in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
