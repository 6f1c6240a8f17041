"""Plays a script against a house, exactly as a channel would: conversations and the gate, and nothing behind them."""

import asyncio
from dataclasses import dataclass, field

import sqlalchemy as sa

from agent.conversations.events import EventOut
from agent.firms.demo.seed import TENANT
from agent.gate.audit import verify
from agent.replies import Proposed, Reply
from evals.house import House
from evals.rows import Difference, differences, picture
from evals.script import Approve, Deny, Edit, Ignore, Say, Script, Step
from memory.tables.conversations import Turn

SETTLES = 10.0
"""Seconds that turns after a decision may take."""


@dataclass(frozen=True)
class Ended:
    """What became of a proposal: its status, and what the conversation said since the decision."""

    status: str
    said: str


@dataclass
class Played:
    """Everything that a script led to; `seen` has one answer for each step."""

    seen: list[Reply | Ended] = field(default_factory=list[Reply | Ended])
    changes: dict[str, Difference] = field(default_factory=dict[str, Difference])
    letters: int = 0
    audit: str = ""

    def lines(self, script: Script) -> list[str]:
        """What was said and decided, and what came back, to be read by a person."""
        return [
            text
            for step, seen in zip(script.steps, self.seen, strict=False)
            for text in (f"> {_said(step)}", f"  {_back(seen)}")
        ]


class Player:
    """One person at the keyboard, and the approver beside them."""

    def __init__(self, house: House, script: Script) -> None:
        self._house = house
        self._app = house.app
        self._script = script
        self._conversation: str | None = None
        self._cards: dict[str, Proposed] = {}

    async def play(self) -> Played:
        """Every step, then the state that the house is left in."""
        for planted in self._script.planted:
            self._house.plant(planted.lead, planted.text)
        before, had = picture(self._app.store), self._house.letters()
        played = Played()
        for step in self._script.steps:
            played.seen.append(await self._step(step))
        played.changes = differences(before, picture(self._app.store))
        played.letters = self._house.letters() - had
        played.audit = self._audit()
        return played

    async def _step(self, step: Step) -> Reply | Ended:
        if isinstance(step, Say):
            return await self._say(step)
        seen = self._last()
        if isinstance(step, Ignore):
            card = self._card(step.ignore)
            self._house.clock.forward(step.hours)
            self._app.gate.sweep()
        else:
            card = self._decide(step)
        await self._settled()
        return self._ended(card, seen)

    async def _say(self, step: Say) -> Reply:
        reply = await self._app.conversations.converse(
            self._house.actor(self._script.actor),
            text=step.say,
            conversation_id=None if step.new else self._conversation,
        )
        self._conversation = reply.conversation_id
        self._cards |= {made.tool: made for made in reply.proposals}
        # A typed yes decides as well.
        await self._settled()
        return reply

    def _decide(self, step: Approve | Deny | Edit) -> Proposed:
        who = self._house.actor(step.by or self._script.actor)
        gate, channel = self._app.gate, who.channel
        match step:
            case Approve():
                card = self._card(step.approve)
                gate.decide(who, card.id, digest=card.digest, decision="approve", channel=channel)
            case Deny():
                card = self._card(step.deny)
                gate.decide(
                    who, card.id, digest=card.digest, decision="deny", reason=step.reason,
                    channel=channel,
                )  # fmt: skip
            case Edit():
                card = self._card(step.edit)
                args = {name: value for name, value in card.args.items() if value is not None}
                row = gate.decide(
                    who, card.id, digest=card.digest, decision="edit", args=args | step.args,
                    channel=channel,
                )  # fmt: skip
                card = card.model_copy(
                    update={"digest": row.digest, "version": row.version, "args": row.args or {}}
                )
                self._cards[step.edit] = card
        return card

    def _card(self, tool: str) -> Proposed:
        if tool not in self._cards:
            raise LookupError(f"nobody proposed {tool}, so there is nothing to decide")
        return self._cards[tool]

    def _ended(self, card: Proposed, seen: int) -> Ended:
        with self._app.store.reading(TENANT) as session:
            status = self._house.proposal(session, card.id).status
        said = " ".join(_words(event) for event in self._events(after=seen))
        return Ended(status, said)

    def _events(self, *, after: int) -> list[EventOut]:
        if self._conversation is None:
            return []
        actor = self._house.actor(self._script.actor)
        return self._app.conversations.events(actor, self._conversation, after)

    def _last(self) -> int:
        return max((event.id for event in self._events(after=0)), default=0)

    async def _settled(self) -> None:
        """Run the jobs, and wait for the turns that go on after a decision."""
        self._house.work()
        deadline = asyncio.get_running_loop().time() + SETTLES
        while self._talking():
            if asyncio.get_running_loop().time() > deadline:
                raise TimeoutError(f"a turn did not end within {SETTLES:g} seconds")
            await asyncio.sleep(0.005)

    def _talking(self) -> bool:
        with self._app.store.reading(TENANT) as session:
            open_ones = sa.select(Turn.id).where(Turn.state.in_(("waiting", "running")))
            return session.scalar(open_ones.limit(1)) is not None

    def _audit(self) -> str:
        with self._app.store.reading(TENANT) as session:
            broken = verify(session, self._app.keys)
        return f"row {broken.row_id}: {broken.why}" if broken else ""


def _words(event: EventOut) -> str:
    return str(event.body.get("text") or "") if event.kind in ("message", "decision") else ""


def _said(step: Step) -> str:
    match step:
        case Say():
            return step.say
        case Approve():
            return f"(approves {step.approve})"
        case Deny():
            return f"(denies {step.deny}: {step.reason})"
        case Edit():
            return f"(edits {step.edit}: {step.args})"
        case Ignore():
            return f"(leaves {step.ignore} alone for {step.hours:g} hours)"


def _back(seen: Reply | Ended) -> str:
    if isinstance(seen, Ended):
        return f"[{seen.status}] {seen.said}"
    calls = ", ".join(f"{call.tool}{call.args}" for call in seen.steps) or "no tool"
    return f"{seen.text} [{calls}]"
