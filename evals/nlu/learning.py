"""`python -m evals.nlu.learning`: learns the phrases that come with Friday and writes the weights that are shipped."""

import sys

from agent.gate.registry import Registry
from agent.models.offline.learning import SHIPPED
from agent.wiring import make_understanding
from tools.catalog import DOMAINS


def main() -> int:
    """0 when the shipped weights are those of today's phrases."""
    # From nothing, so that the same phrases give the same weights, whatever was shipped before.
    understanding = make_understanding(Registry(DOMAINS), cache=SHIPPED, start=None)
    if understanding.stale:
        understanding.refresh()
    return 1 if understanding.stale else 0


if __name__ == "__main__":
    sys.exit(main())
