"""`friday chat`: type, see cards, approve, deny or edit at a prompt."""

import uuid
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any, cast

from pydantic import TypeAdapter
from rich.console import Console
from rich.status import Status

from agent.channels.terminal.cards import draw, say
from agent.channels.terminal.client import Client, JsonObject, Refused
from agent.channels.terminal.editing import Editor
from agent.channels.terminal.interrupts import interrupted
from agent.channels.terminal.words import (
    ASK,
    CALENDAR,
    CHECKED,
    FIRST,
    HELP,
    TYPE,
    WHY,
    Language,
    as_language,
)
from tools.cards import Card, ProposalCard

CARD: TypeAdapter[Card] = TypeAdapter(Card)
Ask = Callable[[str], str]


class Chat:
    """One person's conversation in a terminal. `ask` reads a line, so that a test can answer."""

    def __init__(self, client: Client, console: Console, ask: Ask, *, language: str) -> None:
        self._client = client
        self._console = console
        self._ask = ask
        self._language: Language = as_language(language)
        self._conversation: str | None = None
        self._uploads: list[str] = []
        self._seen = 0
        self._choices: list[JsonObject] = []
        self._told = ""
        self._cards: list[Card] = []  # shown below the answer that they belong to

    async def run(self) -> None:
        """Until /quit or the end of the input."""
        self._console.print(FIRST[self._language], style="dim")
        self._console.print(HELP[self._language], style="dim")
        while True:
            try:
                line = self._ask("> ").strip()
                if line in ("/quit", "/exit"):
                    return
                if line:
                    await self.take(line)
            except (EOFError, KeyboardInterrupt):
                return

    async def take(self, line: str) -> None:
        """One line: a command of ours, a number of a choice, or words for Friday."""
        try:
            if line == "/new":
                self._conversation, self._seen = None, 0
            elif line == "/approvals":
                await self._approvals()
            elif line == "/calendar":
                await self._calendar()
            elif line.startswith("/upload "):
                await self._upload(Path(line.removeprefix("/upload ").strip()))
            elif line.isdigit() and 0 < int(line) <= len(self._choices):
                await self.send(str(self._choices[int(line) - 1]["label"]))
            else:
                await self.send(line)
        except Refused as error:
            self._console.print(error.message, style="red")

    async def send(self, text: str) -> None:
        """Say it, and show everything that happens until Friday is done."""
        given: JsonObject = {"message": text, "clientMessageId": str(uuid.uuid4())}
        if self._conversation:
            given["conversationId"] = self._conversation
        if self._uploads:
            given["uploads"], self._uploads = self._uploads, []
        self._choices = []
        waiting: list[ProposalCard] = []
        with self._console.status("…") as status, interrupted(self.stop):
            async with aclosing(self._client.subscribe("chat.stream", given)) as events:
                async for event in events:
                    self._conversation = str(event["conversationId"])
                    self._show(event, status, waiting)
        for card in waiting:
            await self._decide(card)

    async def stop(self) -> None:
        """End the answer that is being written."""
        if self._conversation:
            await self._client.mutate("chat.stop", {"conversationId": self._conversation})

    def _show(self, event: JsonObject, status: Status, waiting: list[ProposalCard]) -> None:
        self._seen = max(self._seen, int(event["seq"]))
        match event["kind"]:
            case "step":
                status.update(event["title"] or event["tool"])
            case "card":
                self._cards.append(CARD.validate_python(event["card"]))
            case "proposal":
                waiting.append(ProposalCard.model_validate(event["card"]))
                self._cards.append(waiting[-1])
            case "message" | "decision" | "error":
                self._tell(event)
                self._show_cards(event.get("role") != "user")
            case "done":
                self._show_cards(True)
            case "choices":
                self._offer(cast(list[JsonObject], event["options"]))
            case _:
                return

    def _show_cards(self, answered: bool) -> None:
        if not answered:
            return
        cards, self._cards = self._cards, []
        for card in cards:
            self._draw(card)

    def _tell(self, event: JsonObject) -> None:
        if event.get("language"):
            self._language = as_language(event["language"])
        if event["kind"] == "error":
            self._console.print(event["message"], style="red", markup=False)
        elif event["kind"] == "decision":
            self._told = event["text"]
            say(self._console, "✓" if event["what"] == "done" else "·", event["text"], "green")
        elif event["role"] == "assistant" and event["text"] != self._told:
            # What became of a card has been told: the assistant's words go on from there.
            text = event["text"].removeprefix(self._told or "\0").strip()
            say(self._console, "Friday", text, "cyan")

    def _draw(self, card: Card) -> None:
        self._console.print(draw(card, address=self._client.address, language=self._language))

    def _offer(self, options: list[JsonObject]) -> None:
        self._choices = options
        for number, option in enumerate(options, 1):
            self._console.print(f"  {number}. {option['label']}", markup=False)

    async def _decide(self, card: ProposalCard) -> None:
        if card.status != "pending":
            return
        if not card.decidable:
            self._console.print(card.decides, style="dim", markup=False)
            return
        answer = self._ask(ASK[self._language]).strip().lower()
        match answer[:1]:
            case "a":
                await self._vote(card, "approve", **self._confirmed(card))
            case "d":
                reason = self._ask(WHY[self._language]).strip()
                await self._vote(card, "deny", **({"reason": reason} if reason else {}))
            case "e":
                await self._edit(card)
            case _:
                return

    def _confirmed(self, card: ProposalCard) -> JsonObject:
        more: JsonObject = {}
        confirmed = [
            red.pointer
            for red in card.red
            if self._ask(CHECKED[self._language].format(label=red.label, value=red.value))
            .strip()
            .lower()
            .startswith(("y", "j"))
        ]
        if confirmed:
            more["confirmed"] = confirmed
        if card.typed:
            more["typed"] = self._ask(TYPE[self._language].format(what=card.typed)).strip()
        return more

    async def _vote(self, card: ProposalCard, decision: str, **more: Any) -> None:
        vote = {"id": card.id, "digest": card.digest, "decision": decision, **more}
        await self._client.mutate("approvals.decide", vote)
        if self._conversation and decision != "edit":
            await self._outcome(card.id)

    async def _outcome(self, proposal_id: str) -> None:
        """What came of it: read until the proposal has settled and the conversation has gone on."""
        settled = False
        given = {"conversationId": self._conversation, "lastEventId": str(self._seen)}
        with self._console.status("…") as status:
            async with aclosing(self._client.subscribe("chat.events", given)) as events:
                async for event in events:
                    self._show(event, status, [])
                    settled = settled or _settles(event, proposal_id)
                    if settled and event["kind"] == "done":
                        return

    async def _edit(self, card: ProposalCard) -> None:
        editor = Editor(self._client, self._console, self._ask, card, language=self._language)
        fresh = await editor.run()
        if fresh is not None:
            self._draw(fresh)
        await self._decide(fresh or card)

    async def _calendar(self) -> None:
        """A secret address of the bookings, shown once."""
        made = await self._client.mutate("calendar.create")
        self._console.print(CALENDAR[self._language], style="dim", markup=False)
        self._console.print(f"{self._client.address}{made['href']}", markup=False, soft_wrap=True)

    async def _approvals(self) -> None:
        for one in await self._client.query("approvals.list", {"status": "pending"}):
            card = ProposalCard.model_validate(one["card"])
            self._draw(card)
            await self._decide(card)

    async def _upload(self, path: Path) -> None:
        kept = await self._client.upload(path.name, path.read_bytes())
        self._uploads.append(kept["id"])
        self._console.print(f"+ {kept['filename']}", markup=False)


def _settles(event: JsonObject, proposal_id: str) -> bool:
    """Whether the event says how that proposal ended."""
    if event["kind"] != "decision" or event["proposalId"] != proposal_id:
        return False
    return event["what"] not in ("approved", "edited", "warning")
