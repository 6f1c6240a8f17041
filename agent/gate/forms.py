"""What an editor may change of a proposal, in words that people read and may write."""

import datetime as dt

from agent.gate.reading import Names, names_in
from memory.tables.gate import Proposal
from tools.cards import FieldOption, FormCard, FormField
from tools.kit import Action, Context
from tools.labels import choice_label
from tools.refs import slots
from tools.slot import Slot
from tools.values.saying import say_date, say_instant

_NUMBERS = frozenset(("money", "hours", "number"))
# Nobody types the name of one of these: another one is another proposal.
_FIXED = frozenset(("upload", "proposal", "note", "list"))


def form_of(ctx: Context, tool: type[Action], proposal: Proposal) -> FormCard:
    """Every argument with its value in words, in the reader's language; the form's `args` are the stored ones.

    Only fields that were changed are to be sent back: the rest keeps its stored, resolved value.
    """
    args, names = proposal.args or {}, names_in(ctx.session)
    fields = [
        _field(ctx, name, slot, args.get(name), names)
        for name, slot in slots(tool).items()
        if slot.kind not in _FIXED
    ]
    preview = proposal.preview or {}
    return FormCard(
        title=str(preview.get("title") or proposal.tool),
        tool=proposal.tool,
        fields=tuple(fields),
        args=args,
    )


def _field(ctx: Context, name: str, slot: Slot, value: object, names: Names) -> FormField:
    options = ("true", "false") if slot.kind == "flag" else slot.choices
    return FormField(
        name=name,
        label=slot.label(ctx.language),
        hint=_hint(ctx, slot.kind),
        value=_in_words(ctx, slot.kind, value, names),
        options=tuple(
            FieldOption(value=each, label=choice_label(each, ctx.language)) for each in options
        ),
    )


def _hint(ctx: Context, kind: str) -> str:
    match kind:
        case "when":
            return ctx.say("such as “tomorrow at 10”", "fx “i morgen kl. 10”")
        case "day":
            return ctx.say("such as “next Tuesday”", "fx “næste tirsdag”")
        case "staff":
            return ctx.say("names, with commas", "navne, med komma")
        case _:
            return ""


def _in_words(ctx: Context, kind: str, value: object, names: Names) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    said = str(value)
    if kind in _NUMBERS:
        return said.replace(".", ctx.say(".", ","))
    if kind in ("when", "day"):
        return _moment_in_words(ctx, said)
    if kind == "staff":
        return ", ".join(_called(ctx, kind, each, names) for each in said.split(", "))
    return _called(ctx, kind, said, names)


def _moment_in_words(ctx: Context, said: str) -> str:
    try:
        moment = dt.datetime.fromisoformat(said)
    except ValueError:
        return said
    if len(said) == len("2026-11-24"):
        return say_date(moment.date(), ctx.language)
    return say_instant(moment, ctx.firm.zone, ctx.language)


def _called(ctx: Context, kind: str, words: str, names: Names) -> str:
    """The record's name; words that are no record's id stay as they are."""
    found = names(kind, words)
    match kind:
        case _ if not found:
            return words
        case "booking":
            return " ".join(found)
        case "service":
            return ctx.say(found[0], found[-1])
        case _:
            return found[0]
