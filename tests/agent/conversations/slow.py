"""A trade whose tools wait until they are let go, to see what happens meanwhile."""

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Self

from tools.cards import Preview
from tools.kit import Action, Context, Domain, Effect, Query, Receipt, Result
from tools.policy import confirm

PHRASES = """
tools:
  dawdle:
    label: {en: "Find lost keys", da: "Find tabte nøgler"}
    en: ["find the keys"]
    da: ["find nøglerne"]
  fetch:
    label: {en: "Fetch the keys", da: "Hent nøglerne"}
    en: ["fetch the keys"]
    da: ["hent nøglerne"]
"""


@dataclass
class Latch:
    """What the tools wait for. `reached` is set once one of them waits."""

    reached: threading.Event = field(default_factory=threading.Event)
    open: threading.Event = field(default_factory=threading.Event)

    def pass_through(self) -> None:
        """Wait until it is open."""
        self.reached.set()
        assert self.open.wait(20)


class Keys(Result):
    def as_card(self) -> None:
        return None


class Dawdle(Query):
    """Find lost keys."""

    def run(self, ctx: Context) -> Keys:
        ctx[Latch].pass_through()
        return Keys(summary="No keys.")


class Fetch(Action):
    """Fetch the keys."""

    effect: ClassVar = Effect.REVERSIBLE
    policy: ClassVar = confirm()

    def resolve(self, ctx: Context) -> Self:
        ctx[Latch].pass_through()
        return self

    def preview(self, ctx: Context) -> Preview:
        return Preview(title="Fetch the keys")

    def perform(self, ctx: Context, key: str) -> Receipt:
        return Receipt(title="Fetched")


def slow_trade(folder: Path) -> Domain:
    """The trade, with its phrases in a file of that folder."""
    file = folder / "slow.yaml"
    file.write_text(PHRASES, encoding="utf-8")
    return Domain(
        name="slow",
        title_en="Slow",
        title_da="Langsom",
        queries=(Dawdle,),
        actions=(Fetch,),
        examples=file,
    )
