"""The embedded model's own sentences: greetings, help, what is not there yet, and not having understood."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from agent.models.offline.hearing import Heard
from tools.values.text import fold

_HELP = re.compile(
    r"(?:help|help me|hjaelp|hjaelp mig|\?|commands|menu|kommandoer|what can (?:you|i|we) (?:do|ask"
    r"|say)(?: for me| here)?"
    r"|what do you do|how (?:does this|do you) work|hvad kan (?:du|jeg|vi)(?: (?:goere|hjaelpe med|sige|spoerge om))?"
    r"|hvordan virker (?:det|du)|examples|eksempler)"
)
_CANCEL = re.compile(
    r"no|nej|nope|nej tak|no thanks|(?:no )?(?:cancel|never ?mind|forget it|forget about it|stop|drop it|quit"
    r"|glem det|det er lige meget|annuller"
    r"|fortryd|drop det|afbryd|luk|lad det vaere)(?: please| tak)?"
)
_GREETING = re.compile(
    r"(?:hi|hello|hey|good (?:morning|afternoon|evening|day)|hej|hejsa|hey|goddag|godmorgen|god ?aften|mojn|davs)"
    r"(?: (?:friday|there|du|med dig))?"
)
_THANKS = re.compile(
    r"(?:(?:many |mange |tusind )?(?:thanks|thank you|thx|tak|takker)(?: .{0,24})?|great|perfect|super|fint"
    r"|perfekt|fedt|nice)"
)
_YES_OR_NO = re.compile(r"(?:yes|no|ok|okay|yep|nope|ja|nej|jo)(?: please| thanks| tak)?")
_OTHER = re.compile(
    r"(?:(?:no|nej|sorry|undskyld)[, ]+)?(?:i mean(?:t)? |jeg mente )?(?:the other(?: one)?|den anden|det andet)"
)
_BYE = re.compile(r"(?:bye|goodbye|see you|farvel|hej hej|vi ses|good night|godnat)")
NONE_OF_THESE = ("None of these", "Ingen af dem")
_NONE = re.compile(
    r"none of (?:these|them|those)|neither(?: of (?:these|them))?|ingen af (?:dem|disse|delene)"
)
_WHO = re.compile(
    r"(?:who are you|what are you|are you (?:a )?(?:human|robot|bot|an ai|ai)|hvem er du|hvad er du"
    r"|er du (?:et )?(?:menneske|en robot|en bot|robot))"
)


def plain(text: str) -> str:
    """`text` folded, without marks at its ends."""
    return fold(text).strip(" .!,:;") or fold(text)


def asks_for_help(text: str) -> bool:
    """Whether somebody wants to know what can be done here."""
    bare = plain(text)
    return bool(_HELP.fullmatch(bare) or _HELP.fullmatch(bare.rstrip("?").strip()))


def cancels(text: str) -> bool:
    """Whether somebody drops what is being filled in."""
    return bool(_CANCEL.fullmatch(plain(text)))


def the_other_one(text: str) -> bool:
    """Whether somebody wants the choice that they did not press."""
    return bool(_OTHER.fullmatch(plain(text)))


def none_of_these(text: str) -> bool:
    """Whether somebody turns down what was offered."""
    return bool(_NONE.fullmatch(plain(text)))


def small_talk(heard: Heard) -> str | None:
    """A short answer to a greeting, thanks or goodbye, or None."""
    bare = plain(heard.text).rstrip("?").strip()
    if _GREETING.fullmatch(bare):
        return heard.say(
            "Hello! What can I do for you? Say “help” for examples.",
            "Hej! Hvad kan jeg gøre for dig? Skriv “hjælp” for eksempler.",
        )
    if _THANKS.fullmatch(bare):
        return heard.say("You are welcome.", "Det var så lidt.")
    if _YES_OR_NO.fullmatch(bare):
        return heard.say(
            "There is nothing waiting for a yes or no.",
            "Der er ikke noget, der venter på et ja eller nej.",
        )
    if _BYE.fullmatch(bare):
        return heard.say("Goodbye!", "Farvel!")
    if _WHO.fullmatch(bare):
        firm = f" {heard.firm}" if heard.firm else ""
        return heard.say(
            f"I am Friday, an AI assistant working for{firm or ' the office'}. I propose; a person decides.",
            f"Jeg er Friday, en AI-assistent der arbejder for{firm or ' kontoret'}. "
            "Jeg foreslår; et menneske bestemmer.",
        )
    return None


def later(heard: Heard, name: str) -> str:
    """A trade that is not there yet, by its name: the English one, with the Danish one in brackets."""
    english, _, danish = name.rstrip(")").partition(" (")
    name = heard.say(english, (danish or english).capitalize())
    return heard.say(
        f"{name} is not something I can do yet. Say “help” for what I can do today.",
        f"{name} kan jeg ikke endnu. Skriv “hjælp” for at se, hvad jeg kan i dag.",
    )


def not_for_you(heard: Heard, what: str) -> str:
    """That this role may not do what was asked for; somebody from outside is told how to reach the office."""
    if heard.role in ("visitor", "customer"):
        return heard.say(
            "I cannot do that for you here. Write your name, phone number and what you wish for, and the office "
            "gets in touch.",
            "Det kan jeg ikke gøre for dig her. Skriv dit navn, telefonnummer og hvad du ønsker, så kontakter "
            "kontoret dig.",
        )
    return heard.say(
        f"“{what}” is not something you may do here. Ask the owner if you should.",
        f"“{what}” må du ikke her. Spørg ejeren, hvis du skal kunne det.",
    )


def nothing_done(heard: Heard) -> str:
    """That what somebody does not want is not done."""
    return heard.say("All right: nothing is done.", "Det er i orden: der bliver ikke gjort noget.")


def one_only(heard: Heard) -> str:
    """That one record is taken at a time."""
    return heard.say("I take one at a time.", "Jeg tager én ad gangen.")


def not_the_answer(heard: Heard) -> str:
    """That the message did not answer what was asked."""
    return heard.say(
        "I could not use that as an answer; say “never mind” to drop it.",
        "Det kunne jeg ikke bruge som svar; skriv “glem det” for at droppe det.",
    )


def the_office_will(heard: Heard) -> str:
    """That the office takes over what a visitor asked for."""
    return heard.say(
        "That is for the office to do: I pass your message on.",
        "Det klarer kontoret: jeg giver din besked videre.",
    )


def otherwise(heard: Heard, examples: Sequence[str]) -> str:
    """A short answer to somebody who turned down every choice, with lines that would be understood."""
    shown = " · ".join(f"“{line}”" for line in examples)
    return heard.say(
        f"Then please say it in other words, for example: {shown}",
        f"Så sig det gerne med andre ord, for eksempel: {shown}",
    )


def not_understood(heard: Heard, examples: Sequence[str]) -> str:
    """That the message was not understood, with lines that would be."""
    if not examples:
        return heard.say("I did not understand that.", "Det forstod jeg ikke.")
    shown = " · ".join(f"“{line}”" for line in examples)
    return heard.say(
        f"I did not understand that. Try for example: {shown}",
        f"Det forstod jeg ikke. Prøv for eksempel: {shown}",
    )


def chosen_among(heard: Heard, choices: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The choice of the last reply that was pressed, said, or named by its number; or the other one of two."""
    said = fold(heard.text).strip(" .!?")
    for number, choice in enumerate(choices, start=1):
        if choice.get("tool") and said in (fold(str(choice["label"])), str(number)):
            return choice
    return heard.memo.get("other") if the_other_one(heard.text) else None
