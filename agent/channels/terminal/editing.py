"""Editing a proposal in a terminal: each field by its label, and one that was refused again with the reason."""

from collections.abc import Callable, Sequence

from rich.console import Console

from agent.channels.terminal.client import Client, JsonObject, Refused
from agent.channels.terminal.words import AGAIN, EDIT, Language
from tools.cards import FormCard, FormField, ProposalCard

Ask = Callable[[str], str]


class Editor:
    """One person's edits of one card."""

    def __init__(
        self, client: Client, console: Console, ask: Ask, card: ProposalCard, *, language: Language
    ) -> None:
        self._client = client
        self._console = console
        self._ask = ask
        self._card = card
        self._language = language
        self._args: JsonObject = {}

    async def run(self) -> ProposalCard | None:
        """The card's next version; None when nothing is to be changed after all. Raises Refused."""
        given = await self._client.query("approvals.form", {"id": self._card.id})
        fields = FormCard.model_validate(given).fields
        self._console.print(EDIT[self._language], style="dim", markup=False)
        for field in fields:
            self._fill(field)
        while self._args:
            try:
                return await self._sent()
            except Refused as error:
                wrong = [field for field in fields if field.name in error.fields]
                if not wrong or not self._corrected(wrong, error):
                    raise
        return None

    async def _sent(self) -> ProposalCard:
        vote = {"id": self._card.id, "digest": self._card.digest, "decision": "edit"}
        fresh = await self._client.mutate("approvals.decide", {**vote, "args": self._args})
        return ProposalCard.model_validate(fresh["card"])

    def _corrected(self, wrong: Sequence[FormField], error: Refused) -> bool:
        """Whether anything has been changed of what was refused."""
        self._console.print(error.message, style="red", markup=False)
        for label in error.choices:
            self._console.print(f"  • {label}", markup=False)
        self._console.print(AGAIN[self._language], style="dim", markup=False)
        before = dict(self._args)
        for field in wrong:
            self._args.pop(field.name, None)
            self._fill(field)
        return self._args != before

    def _fill(self, field: FormField) -> None:
        text = self._ask(f"{field.label} [{_shown(field)}]: ").strip()
        if text:
            self._args[field.name] = None if text == "-" else _chosen(field, text)


def _shown(field: FormField) -> str:
    """What a field says now, with what else it may say."""
    called = {option.value: option.label for option in field.options}
    now = called.get(field.value, field.value)
    return f"{now}; {', '.join(called.values())}" if called else now


def _chosen(field: FormField, text: str) -> str:
    """The value behind a label; words that are no label are left to the server, which says what would be right."""
    values = {option.label.casefold(): option.value for option in field.options}
    return values.get(text.casefold(), text)
