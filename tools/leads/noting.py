"""Which note is meant: by its id, or by whom it is about and its words."""

import re
from collections.abc import Iterator
from typing import NoReturn

import sqlalchemy as sa

from memory.fitting import fits, told_of
from memory.tables.leads import Note
from tools.errors import Choice, NotFound, Unclear
from tools.kit import Context
from tools.leads.service import notes_about
from tools.lookup import About, find_about
from tools.matching import SHOWN
from tools.values.moments import say_date

_MOST = 200
_QUOTED = 60
_APART = re.compile(
    r"\s*[:,]\s*|\s+(?:on|about|for|at|to|with|from|på|paa|om|hos|til|ved|med|fra)\s+",
    re.IGNORECASE,
)
_NEWEST = re.compile(r"\b(?:latest|newest|last|seneste|sidste|nyeste)\b", re.IGNORECASE)
_NOUN = re.compile(
    r"^(?P<kind>(?:\w+\s+){0,4}?)(?:notes?|noten?)\b\s*(?:(?:on|about|på|paa|om|hos)\s+)?",
    re.IGNORECASE,
)
_ASKED = re.compile(r"^(?:(?:please|remove|delete|drop|venligst|fjern|slet)\s+)+", re.IGNORECASE)


def find_note(ctx: Context, words: str) -> Note:
    """The staff note with that id, or the one about somebody that the words fit; the crew find only their own.

    Raises Unclear with the notes to choose from where several could be meant, and NotFound.
    """
    note = ctx.session.scalar(sa.select(Note).where(Note.id == words))
    if note is not None:
        return note if _may_remove(ctx, note) else _none(ctx)
    about, telling = _meant(ctx, words)
    written = notes_about(ctx.session, [(about.kind, about.id)], limit=_MOST)
    own = [one for one in written if _may_remove(ctx, one)]
    asked = told_of(telling, apart=about.shown)
    fitting = [one for one in own if fits(asked, one.text)] if asked else own
    if fitting and (len(fitting) == 1 or _NEWEST.search(words)):
        return fitting[0]
    if not own:
        _none(ctx)
    raise _which(ctx, about, fitting or own, fit=bool(fitting))


def quoted(text: str) -> str:
    """A note's words, short enough for a sentence."""
    flat = " ".join(text.split())
    return flat if len(flat) <= _QUOTED else flat[: _QUOTED - 1].rsplit(" ", 1)[0] + "…"


def _may_remove(ctx: Context, note: Note) -> bool:
    return note.source == "staff" and (ctx.actor.office or note.author == ctx.actor.name)


def _meant(ctx: Context, words: str) -> tuple[About, str]:
    """Whom the note is about, and the words that tell it from other notes about them."""
    try:
        return find_about(ctx, words, field="note"), ""
    except (NotFound, Unclear) as error:
        for who, telling in _halves(words):
            try:
                return find_about(ctx, who, field="note"), telling
            except (NotFound, Unclear):
                continue
        raise error


def _halves(words: str) -> Iterator[tuple[str, str]]:
    """“the key note about the spare on Jens” → (“Jens”, “the key, the spare”) and the other ways to part it."""
    bare, kind = words.strip(), ""
    if noun := _NOUN.match(bare):
        bare, kind = bare[noun.end() :], _ASKED.sub("", noun["kind"])
        yield bare, kind
    for cut in reversed(list(_APART.finditer(bare))):
        yield bare[cut.end() :], f"{kind} {bare[: cut.start()]}"
        yield bare[: cut.start()], f"{kind} {bare[cut.end() :]}"


def _which(ctx: Context, about: About, notes: list[Note], *, fit: bool) -> Unclear:
    if fit or len(notes) > 1:
        message = ctx.say(
            f"There are {len(notes)} notes about {about.shown}. Which one shall go?",
            f"Der er {len(notes)} noter om {about.shown}. Hvilken skal væk?",
        )
    else:
        message = ctx.say(
            f"No note about {about.shown} says that. Do you mean this one?",
            f"Ingen note om {about.shown} siger det. Mener du denne?",
        )
    choices = [
        Choice(_shown(ctx, note), "remove_note", {"note": note.id}) for note in notes[:SHOWN]
    ]
    return Unclear(message, choices=choices, fields={"note": message})


def _shown(ctx: Context, note: Note) -> str:
    day = say_date(note.at.astimezone(ctx.firm.zone).date(), ctx.language)
    return f"“{quoted(note.text)}” ({note.author}, {day})"


def _none(ctx: Context) -> NoReturn:
    message = ctx.say("There is no such note.", "Der er ingen sådan note.")
    raise NotFound(message, fields={"note": message})
