"""From the phrasebook to what answering needs: what was learnt before, or what another process learns now."""

import logging
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from agent.models.offline.generating import NONE, SOME_DAY, ZONE, Fillings, Sample, samples
from agent.models.offline.grammar import Phrase, phrases_of
from agent.models.offline.hearing import hear
from agent.models.offline.phrases import Phrasebook, ToolWords
from agent.models.offline.weights import Weights, key_of
from tools.slot import Slot

SHIPPED = Path(__file__).with_name("learnt.npz")
"""Learnt from the phrases that come with Friday, so that nobody waits for it at the first start."""
COPIES, PATIENCE = 1, 120.0
log = logging.getLogger(__name__)


class Material(BaseModel):
    """What there is to learn: (tool, phrase), phrases that ask for nothing, and what stands in the braces."""

    model_config = ConfigDict(frozen=True)

    lines: tuple[tuple[str, str], ...]
    nothing: tuple[str, ...]
    words: Mapping[str, ToolWords]
    slots: Mapping[str, Mapping[str, Slot]]

    def phrases(self) -> list[Phrase]:
        """Every phrase of a tool, in a fixed order."""
        return [
            phrase
            for tool, text in self.lines
            for phrase in phrases_of(tool, text, self.slots[tool])
        ]

    def samples(self, phrases: Sequence[Phrase]) -> list[Sample]:
        """Sentences; those that ask for nothing are of the class "none"."""
        made = samples(phrases, self.words, self.slots, Fillings.read(), copies=COPIES)
        for text in self.nothing:
            words = tuple(word.folded for word in hear(text, now=SOME_DAY, zone=ZONE).words)
            made += [Sample(NONE, words, ("",) * len(words))] * COPIES
        return made


def material(book: Phrasebook, slots: Mapping[str, Mapping[str, Slot]]) -> Material:
    """What a phrasebook holds about the tools that are there."""
    voices = book.voices()
    return Material(
        lines=tuple(line for line in book.lines(voices) if line[0] in slots),
        nothing=voices.out_of_scope,
        words=book.words,
        slots=slots,
    )


def key_for(book: Phrasebook, slots: Mapping[str, Mapping[str, Slot]]) -> str:
    """Names the material: another phrase, filling, tool or argument makes another key."""
    shape = {
        tool: {name: slot.kind for name, slot in each.items()}
        for tool, each in slots.items()
        if tool in book.words
    }
    return key_of([book.fingerprint(), Fillings.fingerprint(), shape])


def learnt(key: str, *places: Path) -> Weights | None:
    """The weights of that key in the first file that has them."""
    for place in places:
        weights = Weights.load(place)
        if weights is not None and weights.key == key:
            return weights
    return None


def learn(told: Material, key: str, into: Path, *, start: Path | None = None) -> Weights | None:
    """Learn in a process of its own, which ends with all the memory that learning takes; then read what it wrote.

    `start` is a file of weights to begin from: the more of its phrases are still there, the sooner it is done.
    None when it could not learn; the log says why. Takes seconds: call it where nobody waits.
    """
    with tempfile.TemporaryDirectory(prefix="friday-learning-") as folder:
        written = Path(folder) / "material.json"
        written.write_text(told.model_dump_json(), encoding="utf-8")
        module = "agent.models.offline.fitting"
        files = [written, into] if start is None else [written, into, start]
        command = [sys.executable, "-m", module, key, *map(str, files)]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=PATIENCE, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            log.warning("the embedded model could not learn its phrases: %s", error)
            return None
    if done.returncode:
        log.warning("the embedded model could not learn its phrases: %s", done.stderr[-500:])
        return None
    return learnt(key, into)
