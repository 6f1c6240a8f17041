"""What Friday remembers, found again: each thing with who said it and when."""

import datetime as dt
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict

from memory.recall import Hit, search
from memory.tables.facts import Fact
from tools.cards import Card, FactsCard, Line, Option
from tools.desk.codes import may_see_codes, not_today
from tools.desk.facts import (
    facts_like,
    facts_of,
    key_name,
    nearest,
    subject_of_fact,
    value_shown,
)
from tools.desk.facts_rules import access_name
from tools.desk.subjects import Subject, subject_of
from tools.errors import NotFound, Unclear
from tools.kit import Context, From, Query, Quoted, Result, Role
from tools.lookup import find_customer
from tools.matching import is_id
from tools.refs import AboutRef, CustomerRef, Search
from tools.values.moments import say_date
from tools.values.text import fold

MOST = 30
ELSEWHERE = 5
CODE_ADDRESS = "/access/"
_ALL = frozenset(
    (
        "", "everything", "anything", "all", "facts", "what", "alt", "noget", "det hele", "fakta", "hvad",
        "it", "them", "him", "her",
    )
)  # fmt: skip


class RecalledFact(BaseModel):
    """One thing that is remembered, and who said it when."""

    model_config = ConfigDict(frozen=True)

    id: str
    about: Annotated[str, From("customer")]
    kind: str
    text: Annotated[str, From("third_party")]
    said_by: str
    said_on: str


class RecalledText(BaseModel):
    """A place elsewhere that mentions it: a note, a mail, a conversation."""

    model_config = ConfigDict(frozen=True)

    kind: str
    title: Annotated[str, From("third_party")]
    words: Quoted
    on: str


class Recalled(Result):
    """What is remembered, with its sources."""

    title: str
    facts: tuple[RecalledFact, ...]
    elsewhere: tuple[RecalledText, ...]
    lines: tuple[Line, ...]
    options: tuple[Option, ...] = ()

    def as_card(self) -> Card | None:
        """Each fact on a line, with buttons to change it or to have it forgotten."""
        if not self.lines:
            return None
        return FactsCard(title=self.title, lines=self.lines, options=self.options)


class Recall(Query):
    """Recall what people told about a customer, a lead or the firm, with who said it and when."""

    query: Search | None = None
    """What is asked for, such as "dog" or "parking". Left out: everything about whom it is about."""

    about: AboutRef | None = None
    """Whom it is about. Left out: whoever is named in the question."""

    def run(self, ctx: Context) -> Recalled:
        """The facts that answer, those of the named customer and nobody else; then other places that mention it."""
        if not self.query and not self.about:
            message = ctx.say("What would you like to know?", "Hvad vil du gerne vide?")
            raise Unclear(message, fields={"query": message})
        try:
            subject = subject_of(ctx, self.about, self._asked)
        except NotFound:
            if self.query or not self.about or is_id(self.about):
                raise
            return Recall(query=self.about).run(ctx)  # it is called so, but it is nobody
        everywhere = subject.kind == "firm" and self.about is None
        facts = self._facts(ctx, subject, everywhere=everywhere)
        hits = self._elsewhere(ctx, subject)
        return Recalled(
            summary=_summary(ctx, subject, facts, hits, everywhere=everywhere),
            title=ctx.say("What I remember", "Det husker jeg")
            + ("" if everywhere else ctx.say(f" about {subject.name}", f" om {subject.name}")),
            facts=tuple(_recalled(ctx, fact) for fact in facts),
            elsewhere=tuple(_text(ctx, hit) for hit in hits),
            lines=(*_fact_lines(ctx, facts, everywhere=everywhere), *_hit_lines(ctx, hits)),
            options=_buttons(ctx, facts),
        )

    def _facts(self, ctx: Context, subject: Subject, *, everywhere: bool) -> list[Fact]:
        if everywhere:
            return facts_like(ctx, self._asked, None)[:MOST]
        if self._asks_for_all(subject):
            return facts_of(ctx, subject)[:MOST]
        return facts_like(ctx, self._asked, subject)[:MOST]

    @property
    def _asked(self) -> str:
        return self.query or ""

    def _asks_for_all(self, subject: Subject) -> bool:
        """Whether nothing is left of the question without the name and words that ask for anything."""
        names = set(fold(subject.name).split())
        left = [word for word in fold(self._asked).split() if word.rstrip("s") not in names]
        return all(word in _ALL or word in names for word in left)

    def _elsewhere(self, ctx: Context, subject: Subject) -> list[Hit]:
        return search(
            ctx.session,
            self._asked,
            about=subject.about,
            roles=("office", ctx.actor.id),
            kinds=("note", "mail", "talk"),
            now=ctx.now,
            limit=ELSEWHERE,
            vectors=nearest(ctx),
        )


def _summary(
    ctx: Context, subject: Subject, facts: list[Fact], hits: list[Hit], *, everywhere: bool
) -> str:
    whom = "" if everywhere else ctx.say(f" about {subject.name}", f" om {subject.name}")
    if not facts and not hits:
        return ctx.say(
            f"I remember nothing like that{whom}.", f"Det husker jeg ikke noget om{whom}."
        )
    if not facts:
        return ctx.say(
            f"Nobody told me to remember that{whom}, but it is mentioned elsewhere.",
            f"Ingen har bedt mig huske det{whom}, men det er nævnt andre steder.",
        )
    told = "; ".join(f"{_said(ctx, fact)} ({_source(ctx, fact)})" for fact in facts[:3])
    more = len(facts) - 3
    if more > 0:
        told += ctx.say(f"; and {more} more", f"; og {more} mere")
    return told + "."


def _said(ctx: Context, fact: Fact) -> str:
    if fact.sealed is None:
        return value_shown(ctx, fact)
    name = ctx.say(*access_name(fact.value or ""))
    return ctx.say(
        f"there is a code ({name}); it is shown on the card",
        f"der er en kode ({name}); den vises på kortet",
    )


def _source(ctx: Context, fact: Fact) -> str:
    day = _day(ctx, fact.created_at)
    return ctx.say(f"said by {fact.said_by}, {day}", f"sagt af {fact.said_by}, {day}")


def _day(ctx: Context, instant: dt.datetime) -> str:
    return say_date(instant.astimezone(ctx.firm.zone).date(), ctx.language)


def _recalled(ctx: Context, fact: Fact) -> RecalledFact:
    return RecalledFact(
        id=fact.id,
        about=subject_of_fact(ctx, fact).name,
        kind=key_name(ctx, fact.key),
        text=_said(ctx, fact),
        said_by=fact.said_by,
        said_on=_day(ctx, fact.created_at),
    )


def _text(ctx: Context, hit: Hit) -> RecalledText:
    return RecalledText(
        kind=hit.kind,
        title=hit.title,
        words=Quoted(text=hit.excerpt, source="third_party", by=hit.title),
        on=_day(ctx, hit.changed_at),
    )


def _fact_lines(ctx: Context, facts: list[Fact], *, everywhere: bool) -> list[Line]:
    lines: list[Line] = []
    for number, fact in enumerate(facts, start=1):
        whom = f", {subject_of_fact(ctx, fact).name}" if everywhere else ""
        label = f"{number}. {key_name(ctx, fact.key)}{whom}"
        lines.append(
            Line(label=label, value=f"{_said(ctx, fact)} · {_source(ctx, fact)}", source="staff")
        )
        if fact.sealed is not None:
            lines.append(code_line(ctx, fact))
    return lines


def code_line(ctx: Context, fact: Fact) -> Line:
    """Where a code is shown to who may see it, each time on record; the card itself does not hold it."""
    name = ctx.say(*access_name(fact.value or ""))
    return Line(label=name.capitalize(), value=f"{CODE_ADDRESS}{fact.id}")


_KINDS = {"note": ("Note", "Note"), "mail": ("Mail", "Mail"), "talk": ("Conversation", "Samtale")}


def _hit_lines(ctx: Context, hits: list[Hit]) -> list[Line]:
    return [
        Line(
            label=f"{ctx.say(*_KINDS[hit.kind])}, {_day(ctx, hit.changed_at)}",
            value=hit.excerpt,
            source="third_party",
        )
        for hit in hits
    ]


def _buttons(ctx: Context, facts: list[Fact]) -> tuple[Option, ...]:
    # Numbers and no words: a button that is pressed becomes a message, which would keep what is forgotten.
    options: list[Option] = []
    for number, fact in enumerate(facts, start=1):
        about = {"about": fact.subject_id, "replaces": fact.id}
        edit, forget = (
            ctx.say(f"Edit {number}", f"Ret {number}"),
            ctx.say(f"Forget {number}", f"Glem {number}"),
        )
        options.append(Option(label=edit, tool="remember", args=dict(about)))
        options.append(Option(label=forget, tool="forget", args={"fact": fact.id}))
    return tuple(options)


class CodesFound(Result):
    """That there are codes, and where they are shown. Never a code itself."""

    title: str
    lines: tuple[Line, ...]

    def as_card(self) -> Card | None:
        """A line for each code."""
        return FactsCard(title=self.title, lines=self.lines)


class ShowAccess(Query):
    """Show how to get in at a customer: the door, gate or alarm code, on a card that only this person can open."""

    customer: CustomerRef
    """The customer whose door it is."""

    roles: ClassVar[frozenset[Role]] = frozenset({"owner", "staff", "crew"})

    def run(self, ctx: Context) -> CodesFound:
        """The owner at any time; others on a day on which they have a job there."""
        customer = find_customer(ctx, self.customer)
        if not may_see_codes(ctx, customer):
            raise not_today(ctx)
        subject = Subject("customer", customer.id, customer.name)
        codes = [fact for fact in facts_of(ctx, subject) if fact.sealed is not None]
        if not codes:
            raise NotFound(
                ctx.say(
                    f"I know no code for {customer.name}.",
                    f"Jeg kender ingen kode hos {customer.name}.",
                )
            )
        names = ", ".join(ctx.say(*access_name(fact.value or "")) for fact in codes)
        return CodesFound(
            summary=ctx.say(
                f"There is a code at {customer.name} ({names}); it is shown on the card.",
                f"Der er en kode hos {customer.name} ({names}); den vises på kortet.",
            ),
            title=ctx.say(f"Access: {customer.name}", f"Adgang: {customer.name}"),
            lines=tuple(code_line(ctx, fact) for fact in codes),
        )
