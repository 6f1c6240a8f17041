"""What people have Friday remember."""

import re
from typing import Annotated, ClassVar, Self

from pydantic import Field

from memory.tables.base import new_id
from memory.tables.facts import Fact
from memory.tables.gate import Proposal
from tools.cards import Line, Precondition, Preview
from tools.desk.codes import handed, put_away
from tools.desk.consent import consent_in, consent_of
from tools.desk.facts import facts_of, get_fact, key_name, value_shown
from tools.desk.facts_rules import (
    SINGLE,
    access_name,
    key_of,
    same_words,
    valid_until,
)
from tools.desk.forgetting import Forget
from tools.desk.subjects import Subject, firm_of, nobody_called, subject_of, unknown_at_start
from tools.errors import Choice, Conflict, Rejected, Unclear
from tools.kit import OFFICE, Action, Context, Effect, OwnWords, Receipt, Role, Steers
from tools.policy import Policy, auto, confirm
from tools.refs import AboutRef, Search, Text, Words
from tools.values.access import has_place, place_in, without_places
from tools.values.moments import say_instant
from tools.values.text import clean

KEEP_BOTH = ("both", "begge")
FactWords = Annotated[
    str, Words("text"), Steers(), OwnWords(), Field(min_length=1, max_length=1000)
]
_SOMEBODY = re.compile(
    r"\W*(?:(?:det|this|it|that)\W+)?(?:he|she|his|her|him|hers|han|hun|hans|hendes|ham|hende)\b",
    re.IGNORECASE,
)
_AT_ONCE = ("auto", "instant")


class Remember(Action):
    """Remember what the person says about a customer, a lead or the firm. Pass their own words on unchanged."""

    fact: FactWords
    """What to remember, exactly as the person said it."""

    about: AboutRef | None = None
    """Whom it is about. Left out: whoever is named in the words, else the firm."""

    consent: Annotated[Text, OwnWords(), Steers()] | None = None
    """For an allergy: who agreed that it is kept, and when."""

    code: Annotated[Search, OwnWords(), Steers()] | None = None
    """The code to a door or an alarm, when it was asked for apart."""

    replaces: Annotated[str, Steers(), Field(max_length=64)] | None = None
    """The id of the fact that it takes the place of, or "both" to keep the two. Only when the person chose so."""

    roles: ClassVar[frozenset[Role]] = OFFICE
    effect: ClassVar[Effect] = Effect.INTERNAL
    policy: ClassVar[Policy] = auto().when("clash", "yes", confirm())
    minutes_saved: ClassVar[int] = 1

    def sealed(self, ctx: Context) -> Self:
        """A code goes into the vault, and its id into the words."""
        code = self.code and put_away(
            ctx, self.code if has_place(self.code) else f"code {self.code}"
        )
        return self.model_copy(update={"fact": put_away(ctx, self.fact), "code": code})

    def resolve(self, ctx: Context) -> Self:
        """Whom it is about; asks for the code, a consent, or which of two facts counts."""
        words = " ".join(clean(self.fact).split())
        subject = self._whom(ctx, words)
        if self.code:
            words = f"{words}: {place_in(self.code)}"
        key, consent = key_of(words), self.consent
        if key == "allergy" and not consent:
            words, consent = consent_in(words)
        self._check(ctx, key, words, consent)
        until = valid_until(words, now=ctx.now, zone=ctx.firm.zone)
        if until is not None and until <= ctx.now:
            message = ctx.say("That day has passed.", "Den dag er forbi.")
            raise Rejected(message, fields={"fact": message})
        return self.model_copy(
            update={
                "fact": words,
                "about": subject.id,
                "code": None,
                "consent": consent,
                "replaces": self._instead_of(ctx, subject, key, words),
            }
        )

    def _whom(self, ctx: Context, words: str) -> Subject:
        """Whom it is about. Asks where it is somebody, but nobody says who."""
        subject = subject_of(ctx, self.about, words)
        if self.about or subject.kind != "firm":
            return subject
        if unknown := unknown_at_start(ctx, words):
            raise nobody_called(ctx, unknown, [])
        if _SOMEBODY.match(words):
            message = ctx.say("Whom is it about?", "Hvem handler det om?")
            raise Unclear(message, fields={"about": message})
        return firm_of(ctx)

    def _check(self, ctx: Context, key: str, words: str, consent: str | None) -> None:
        if key == "access" and len(handed(ctx, words)) != 1:
            message = ctx.say(
                "What is the code? Say it as “the code is …”, one code at a time; it goes straight into the vault.",
                "Hvad er koden? Skriv den som “koden er …”, én kode ad gangen; den ryger direkte i boksen.",
            )
            raise Unclear(message, fields={"code": message})
        if key == "allergy":
            _check_consent(ctx, consent)

    def _instead_of(self, ctx: Context, subject: Subject, key: str, words: str) -> str | None:
        """The id of the fact that this one takes the place of."""
        known = [row for row in facts_of(ctx, subject) if row.key == key]
        if self.replaces and self.replaces not in KEEP_BOTH:
            return get_fact(ctx, self.replaces).id
        if key == "access":
            kind = access_name(words)
            return next((row.id for row in known if access_name(row.value or "") == kind), None)
        if any(same_words(row.value or "", words) for row in known):
            raise Conflict(ctx.say("I remember that already.", "Det husker jeg allerede."))
        if not known or self.replaces in KEEP_BOTH:
            return self.replaces
        if key in SINGLE:
            return known[0].id
        if key == "pets":
            raise self._which(ctx, subject, known[0], words)
        return None

    def _which(self, ctx: Context, subject: Subject, old: Fact, words: str) -> Unclear:
        message = ctx.say(
            f"About {subject.name} I remember: “{old.value}”. Now you say: “{words}”.",
            f"Om {subject.name} husker jeg: “{old.value}”. Nu siger du: “{words}”.",
        )
        args = {"fact": words, "about": subject.id}
        choices = (
            Choice(ctx.say("Replace", "Erstat"), "remember", {**args, "replaces": old.id}),
            Choice(
                ctx.say("Keep both", "Behold begge"),
                "remember",
                {**args, "replaces": ctx.say(*KEEP_BOTH)},
            ),
        )
        return Unclear(message, choices=choices)

    def preview(self, ctx: Context) -> Preview:
        """What is remembered of whom, until when, and what it takes the place of."""
        subject, key = subject_of(ctx, self.about, self.fact), key_of(self.fact)
        old = self._old(ctx)
        lines = [
            Line(
                label=key_name(ctx, key),
                value=without_places(self.fact),
                before=old.value if old else None,
                source="staff",
            )
        ]
        until = valid_until(self.fact, now=ctx.now, zone=ctx.firm.zone)
        if until is not None:
            lines.append(
                Line(
                    label=ctx.say("Until", "Til"),
                    value=say_instant(until, ctx.firm.zone, ctx.language),
                )
            )
        if self.consent:
            label = ctx.say("Consent", "Samtykke")
            lines.append(Line(label=label, value=self.consent, source="staff"))
        return Preview(
            title=ctx.say(
                f"Remember about {subject.name}: {key_name(ctx, key)}",
                f"Husk om {subject.name}: {key_name(ctx, key)}",
            ),
            lines=tuple(lines),
            preconditions=_untouched(old, subject) if old else (),
            facts={"clash": "yes" if old and not _same(old, self.fact) else "no"},
        )

    def _old(self, ctx: Context) -> Fact | None:
        chosen = self.replaces not in (None, *KEEP_BOTH)
        return get_fact(ctx, self.replaces or "") if chosen else None

    def perform(self, ctx: Context, key: str) -> Receipt:
        """Write it down; what it takes the place of stays as history."""
        subject, kind = subject_of(ctx, self.about, self.fact), key_of(self.fact)
        self._check(ctx, kind, self.fact, self.consent)
        proposal = ctx.session.fetch(Proposal, key.removeprefix("effect:"))
        decided = str((proposal.outcome if proposal else {}).get("kind", "auto"))
        codes = handed(ctx, self.fact)
        fact = Fact(
            id=new_id("fact"),
            subject_kind=subject.kind,
            subject_id=subject.id,
            key=kind,
            value=without_places(self.fact),
            sealed=codes[0].sealed if codes else None,
            excerpt=without_places(self.fact),
            said_by_id=ctx.actor.id,
            said_by=ctx.actor.name,
            channel=ctx.actor.channel,
            conversation_id=proposal.conversation_id if proposal else None,
            proposal_id=proposal.id if proposal else None,
            trust="person" if decided in _AT_ONCE else "approved",
            consent=self.consent,
            valid_from=ctx.now,
            valid_until=valid_until(self.fact, now=ctx.now, zone=ctx.firm.zone),
            created_at=ctx.now,
        )
        old = self._old(ctx)
        if old is not None:
            old.superseded_by = fact.id
        for code in codes:
            ctx.session.delete(code)
        ctx.session.add(fact)
        ctx.session.flush()
        return Receipt(
            title=_remembered(ctx, subject, fact),
            lines=(Line(label=key_name(ctx, kind), value=value_shown(ctx, fact), source="staff"),),
            record={"fact": fact.id, subject.kind: subject.id},
        )

    def undo(self, ctx: Context, receipt: Receipt) -> Action | None:
        """Forget it, while it is remembered."""
        fact = ctx.session.fetch(Fact, receipt.record.get("fact", ""))
        return Forget(fact=fact.id) if fact is not None and fact.forgotten_at is None else None


def _check_consent(ctx: Context, consent: str | None) -> None:
    """What says something about health is kept on a yes only. Raises Unclear without one, Conflict on a no."""
    said = consent_of(consent) if consent else None
    if said == "yes":
        return
    if said == "no":
        raise Conflict(
            ctx.say(
                "Without their yes I do not keep an allergy: nothing is remembered.",
                "Uden et ja gemmer jeg ikke en allergi: der er ikke husket noget.",
            )
        )
    message = ctx.say(
        "An allergy says something about a person's health, which may only be kept when they agreed. "
        "Who agreed, and when?",
        "En allergi er en helbredsoplysning, som kun må gemmes, når personen har sagt ja. "
        "Hvem sagde ja, og hvornår?",
    )
    if consent:
        message = ctx.say(
            f"“{consent[:60]}” does not say that they agreed. Say it like “she agreed today”, or “no” to drop it.",
            f"“{consent[:60]}” siger ikke, at personen har sagt ja. "
            "Skriv det som “hun sagde ja i dag”, eller “nej” for at droppe det.",
        )
    raise Unclear(message, fields={"consent": message})


def _same(old: Fact, words: str) -> bool:
    return old.key != "access" and same_words(old.value or "", words)


def _remembered(ctx: Context, subject: Subject, fact: Fact) -> str:
    if fact.sealed:
        name = ctx.say(*access_name(fact.value or ""))
        return ctx.say(
            f"The {name} of {subject.name} is in the vault. Whoever has a job there sees it on the day.",
            f"{subject.name}: {name} ligger i boksen. Den, der har en opgave der, ser den på dagen.",
        )
    return ctx.say(
        f"I will remember about {subject.name}: {value_shown(ctx, fact)}",
        f"Jeg husker om {subject.name}: {value_shown(ctx, fact)}",
    )


def _untouched(old: Fact, subject: Subject) -> tuple[Precondition, ...]:
    return tuple(
        Precondition(
            table="facts", row=old.id, field=field, value="null", label=subject.name, shown="—"
        )
        for field in ("superseded_by", "forgotten_at")
    )
