"""The embedded model: plain commands in English and Danish, understood without any service."""

from agent.models.offline.building import Understanding
from agent.models.offline.doubts import Doubts, denying
from agent.models.offline.hearing import Heard, Named
from agent.models.offline.lessons import Lesson
from agent.models.offline.overlay import Overlay
from agent.models.offline.phrases import Phrasebook, ToolWords, read_phrasebook
from agent.models.offline.planning import Planner

__all__ = [
    "Doubts",
    "Heard",
    "Lesson",
    "Named",
    "Overlay",
    "Phrasebook",
    "Planner",
    "ToolWords",
    "Understanding",
    "denying",
    "read_phrasebook",
]
