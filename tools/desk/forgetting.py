"""What people have Friday forget: one fact, and only one that their words fit."""

import re
from typing import Annotated, ClassVar, NoReturn, Self

from pydantic import Field

from memory.fitting import told_of
from memory.tables.facts import Fact
from tools.cards import Line, Preview
from tools.desk.facts import (
    facts_like,
    facts_now,
    facts_of,
    fitting,
    get_fact,
    history_of,
    key_name,
    subject_of_fact,
)
from tools.desk.facts_rules import same_words
from tools.desk.ports import Forgetting, Traces
from tools.desk.subjects import Subject, subject_of
from tools.errors import Choice, NotFound, Unclear
from tools.kit import OFFICE, Action, Context, Effect, Receipt, Role, Steers
from tools.matching import SHOWN, is_id
from tools.policy import Policy, auto
from tools.refs import AboutRef, Words
from tools.values.access import find_codes
from tools.values.moments import say_date

_NEVER = re.compile(
    r"^\W*(?:(?:please|you|we|must|should|du|vi|maa|må|skal|lige)\s+)*"
    r"(?:(?:never|don'?t|do not|not|aldrig|ikke)\s+(?:ever\s+)?(?:to\s+)?(?:forget|glem(?:me)?|that|at)\b"
    r"|(?:glem|forget)\s+(?:aldrig|ikke|never)\b)\s*(?:that|at)?\s*",
    re.IGNORECASE,
)
"""“Never forget that …” asks for the opposite."""
_BARELY = re.compile(r"^\W*(?:never|aldrig|ikke)\s+", re.IGNORECASE)


class Forget(Action):
    """Forget something that was remembered: its words and what it replaced are erased for good."""

    fact: Annotated[str, Words("text"), Steers(), Field(min_length=1, max_length=1000)]
    """What to forget: words of it, or its id."""

    about: AboutRef | None = None
    """Whom it is about, when the words do not say so."""

    roles: ClassVar[frozenset[Role]] = OFFICE
    effect: ClassVar[Effect] = Effect.INTERNAL
    policy: ClassVar[Policy] = auto()
    minutes_saved: ClassVar[int] = 1

    def resolve(self, ctx: Context) -> Self:
        """The one fact by id. Asks, with the facts to choose from, unless the words fit one and no other."""
        if is_id(self.fact) and self.fact.startswith("fact_"):
            return self.model_copy(update={"fact": get_fact(ctx, self.fact).id})
        if kept := _NEVER.match(self.fact):
            raise _rather_remember(ctx, self.fact[kept.end() :])
        subject = subject_of(ctx, self.about, self.fact)
        everywhere = subject.kind == "firm" and self.about is None
        known = facts_now(ctx) if everywhere else facts_of(ctx, subject)
        found = [row for row in known if same_words(row.value or "", self.fact)] or fitting(
            ctx, self.fact, known, apart=subject.name
        )
        if len(found) > 1:
            raise _which(ctx, found)
        if not found:
            self._nothing_fits(ctx, subject, known, everywhere=everywhere)
        return self.model_copy(update={"fact": found[0].id})

    def _nothing_fits(
        self, ctx: Context, subject: Subject, known: list[Fact], *, everywhere: bool
    ) -> NoReturn:
        """Asks with what there is; forgetting is for good, so nothing is taken for nearly the same."""
        if kept := _BARELY.match(self.fact):
            raise _rather_remember(ctx, self.fact[kept.end() :])
        whole = not told_of(self.fact, apart=subject.name)
        if everywhere:
            near = known if whole else facts_like(ctx, self.fact, None)
            if near:
                raise _one_of(ctx, near, whom="", whole=whole)
            message = ctx.say("I remember nothing like that.", "Sådan noget husker jeg ikke.")
            raise NotFound(message, fields={"fact": message})
        erase = (_erase(ctx, subject),) if whole and _erasable(ctx, subject) else ()
        if known:
            raise _one_of(ctx, known, whom=subject.name, whole=whole, more=erase)
        message = ctx.say(
            f"I remember nothing about {subject.name}.", f"Jeg husker ikke noget om {subject.name}."
        )
        if erase:
            raise Unclear(message, choices=erase)
        raise NotFound(message, fields={"fact": message})

    def preview(self, ctx: Context) -> Preview:
        """Of whom, what kind, and who said it: never the words themselves, which a card would keep."""
        fact = get_fact(ctx, self.fact)
        told = say_date(fact.created_at.astimezone(ctx.firm.zone).date(), ctx.language)
        return Preview(
            title=self._title(ctx, fact),
            lines=(Line(label=ctx.say("Said by", "Sagt af"), value=f"{fact.said_by}, {told}"),),
        )

    def _title(self, ctx: Context, fact: Fact) -> str:
        name, kind = subject_of_fact(ctx, fact).name, key_name(ctx, fact.key)
        return ctx.say(f"Forget about {name}: {kind}", f"Glem om {name}: {kind}")

    def perform(self, ctx: Context, key: str) -> Receipt:
        """Blank it with its history, and whatever else keeps its words."""
        fact = get_fact(ctx, self.fact)
        gone = history_of(ctx, fact)
        said = {words for row in gone for words in (row.value, row.excerpt, row.consent) if words}
        proposals = {row.proposal_id for row in gone if row.proposal_id}
        for row in gone:
            row.value = row.sealed = row.excerpt = row.consent = None
            row.forgotten_at = ctx.now
        ctx.session.flush()
        traces = Traces(words=frozenset(said), ids=frozenset(row.id for row in gone))
        by = key.removeprefix("effect:")
        ctx[Forgetting].forget(ctx, traces, proposal_ids=proposals, by=by)
        name = subject_of_fact(ctx, fact).name
        kind = key_name(ctx, fact.key)
        title = ctx.say(f"Forgotten about {name}: {kind}.", f"Glemt om {name}: {kind}.")
        return Receipt(title=title, record={"fact": fact.id, fact.subject_kind: fact.subject_id})


def _which(ctx: Context, found: list[Fact]) -> Unclear:
    message = ctx.say(
        f"I remember {len(found)} such things. Which one shall I forget?",
        f"Jeg husker {len(found)} af den slags. Hvad skal jeg glemme?",
    )
    return Unclear(message, choices=_choices(ctx, found))


def _one_of(
    ctx: Context, known: list[Fact], *, whom: str, whole: bool, more: tuple[Choice, ...] = ()
) -> Unclear:
    if more:
        message = ctx.say(
            f"I forget one thing at a time; the other button erases {whom} from everything. Which is it?",
            f"Jeg glemmer én ting ad gangen; den anden knap sletter {whom} overalt. Hvad skal det være?",
        )
    elif whole:
        message = ctx.say(
            "I forget one thing at a time. Which one shall it be?",
            "Jeg glemmer én ting ad gangen. Hvad skal det være?",
        )
    else:
        about = ctx.say(f" about {whom}", f" om {whom}") if whom else ""
        message = ctx.say(
            f"Nothing that I remember{about} is quite that. Shall I forget one of these?",
            f"Det er ikke helt noget, jeg husker{about}. Skal jeg glemme en af disse?",
        )
    return Unclear(message, choices=(*_choices(ctx, known), *more))


def _choices(ctx: Context, facts: list[Fact]) -> tuple[Choice, ...]:
    return tuple(Choice(_told(ctx, row), "forget", {"fact": row.id}) for row in facts[:SHOWN])


def _told(ctx: Context, fact: Fact) -> str:
    name, value = subject_of_fact(ctx, fact).name, fact.value or ""
    return value if name in value else f"{name}: {value}"


def _erasable(ctx: Context, subject: Subject) -> bool:
    return ctx.actor.role == "owner" and subject.kind != "firm"


def _erase(ctx: Context, subject: Subject) -> Choice:
    label = ctx.say(f"Erase {subject.name} for good", f"Slet {subject.name} for altid")
    return Choice(label, "erase_customer", {"customer": subject.id})


def _rather_remember(ctx: Context, words: str) -> Unclear:
    """That nothing is forgotten, with remembering as the way on."""
    message = ctx.say(
        "I forget nothing then. Shall I remember it?",
        "Så glemmer jeg ikke noget. Skal jeg huske det?",
    )
    # A button is stored with its words, which a code must not be.
    open_words = bool(words) and not find_codes(words)
    label = ctx.say("Remember it", "Husk det")
    choices = (Choice(label, "remember", {"fact": words}),) if open_words else ()
    return Unclear(message, choices=choices)
