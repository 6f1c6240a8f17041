"""A code that is told is to be remembered: “the door code at Jens Nygaard's is 4417” asks for nothing else."""

from collections.abc import Mapping

from agent.models.offline.asking import only_looks
from agent.models.offline.plans import Call, Plan
from tools.values.access import has_place

REMEMBER = "remember"


def is_told(text: str, plan: Plan, kinds: Mapping[str, str]) -> bool:
    """Whether a message gives a code away, for which nothing better is planned than to look something up or to offer.

    By now the code is in the vault, and what stands for it in the text.
    """
    if not has_place(text) or only_looks(text) or text.rstrip().endswith("?"):
        return False
    if isinstance(plan, Call):
        return kinds.get(plan.tool) == "lookup"
    return bool(plan.options) and plan.form is None
