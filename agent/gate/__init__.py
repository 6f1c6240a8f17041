"""The gate: proposals, policy, provenance, votes, the executor and the audit trail."""

from agent.gate.executor import Executor
from agent.gate.gate import Gate, Item
from agent.gate.outside import Retry
from agent.gate.provenance import Judged, Seen, leaves
from agent.gate.registry import Registry

__all__ = ["Executor", "Gate", "Item", "Judged", "Registry", "Retry", "Seen", "leaves"]
