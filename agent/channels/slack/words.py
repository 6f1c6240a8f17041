"""What Slack's own parts of Friday are called, in both languages."""

from typing import Literal

Language = Literal["en", "da"]

STATUS: dict[str, tuple[str, str]] = {
    "pending": ("Waits for a decision", "Venter på en afgørelse"),
    "approved": ("Approved", "Godkendt"),
    "executing": ("Being done", "Udføres"),
    "done": ("Done", "Udført"),
    "denied": ("Turned down", "Afvist"),
    "stale": ("Not done: it has changed", "Ikke udført: det har ændret sig"),
    "failed": ("Failed", "Mislykkedes"),
    "unknown": ("Uncertain whether it happened", "Uvist, om det skete"),
    "expired": ("Expired, nothing was done", "Udløbet, intet er gjort"),
    "cancelled": ("Withdrawn, nothing was done", "Trukket tilbage, intet er gjort"),
    "superseded": ("Replaced by a newer one", "Erstattet af et nyere"),
}
"""How a proposal stands, in words: a colour alone says nothing to many people."""

_WORDS: dict[str, tuple[str, str]] = {
    "approve": ("Approve", "Godkend"),
    "edit": ("Edit…", "Ret…"),
    "deny": ("Deny…", "Afvis…"),
    "withdraw": ("Withdraw", "Træk tilbage"),
    "again": ("Propose again", "Foreslå igen"),
    "undo": ("Undo", "Fortryd"),
    "show": ("Show me", "Vis mig"),
    "sure": ("Are you sure?", "Er du sikker?"),
    "no": ("Cancel", "Annuller"),
    "save": ("Save", "Gem"),
    "reason": ("Why not? (may be empty)", "Hvorfor ikke? (må være tom)"),
    "checked": ("I have checked this", "Jeg har kontrolleret dette"),
    "type": ("Type this to confirm: {what}", "Skriv dette for at bekræfte: {what}"),
    "to": ("To", "Til"),
    "red": (
        "Comes from somebody else's text, check it",
        "Kommer fra en andens tekst, kontrollér det",
    ),
    "expires": ("until {when}", "indtil {when}"),
    "customer": ("the customer's words", "kundens ord"),
    "third_party": ("somebody else's words", "en andens ord"),
    "hidden": (
        "A proposal waits for a decision. Its details are not shown in an open channel.",
        "Et forslag venter på en afgørelse. Detaljerne vises ikke i en åben kanal.",
    ),
    "answered": (
        "I have an answer. It is not shown in an open channel.",
        "Jeg har et svar. Det vises ikke i en åben kanal.",
    ),
    "moved": (
        "This card has changed since. It shows what it is now; please look again.",
        "Kortet er ændret siden. Det viser nu, hvordan det er; se på det igen.",
    ),
    "good": ("Good answer", "Godt svar"),
    "bad": ("Bad answer", "Dårligt svar"),
    "thanks": ("Thank you, noted.", "Tak, det er noteret."),
    "title_feedback": ("What was wrong?", "Hvad var galt?"),
    "comment": ("What should it have been?", "Hvad skulle det have været?"),
    "too_long": (
        "This is too long for Slack: decide it on the firm's page.",
        "Det er for langt til Slack: afgør det på firmaets side.",
    ),
    "unseen": ("This is no longer shown here.", "Det vises ikke længere her."),
    "gone": ("This is not there any more.", "Det findes ikke længere."),
    "waiting": ("Waiting for you", "Venter på dig"),
    "nothing_waits": ("Nothing waits for you.", "Intet venter på dig."),
    "today": ("Today", "I dag"),
    "nothing_today": ("No jobs today.", "Ingen opgaver i dag."),
    "ai": (
        "I am an AI: I look things up and propose; nothing happens before you say yes.",
        "Jeg er en AI: Jeg slår op og foreslår; intet sker, før du siger ja.",
    ),
    "of": ("{shown} of {total}", "{shown} af {total}"),
    "busy": ("Something went wrong here. Try again.", "Noget gik galt her. Prøv igen."),
    "busy_now": ("is looking into it…", "kigger på det…"),
    "kept": ("I have noted the file {name}.", "Jeg har modtaget filen {name}."),
    "no_file": ("I could not fetch the file {name}.", "Jeg kunne ikke hente filen {name}."),
    "title_edit": ("Edit the proposal", "Ret forslaget"),
    "title_deny": ("Deny", "Afvis"),
    "title_approve": ("Approve", "Godkend"),
    "stranger": (
        "I only talk with people who work at {firm}, under the e-mail address that the firm knows them by.",
        "Jeg taler kun med folk, der arbejder hos {firm}, under den e-mailadresse, firmaet kender dem på.",
    ),
    "guest": (
        "Guests of this workspace cannot use me. Ask {firm} to invite you.",
        "Gæster i dette workspace kan ikke bruge mig. Bed {firm} om at invitere dig.",
    ),
    "suspended": (
        "This account is suspended. Ask the owner to reactivate it.",
        "Denne konto er lukket. Bed ejeren om at åbne den igen.",
    ),
}  # fmt: skip


def word(which: str, language: Language, **facts: object) -> str:
    """The words called `which`, with what stands in braces filled in."""
    english, danish = _WORDS[which]
    return (danish if language == "da" else english).format(**facts)


def status(name: str, language: Language) -> str:
    """How a proposal in that state stands."""
    english, danish = STATUS.get(name, (name, name))
    return danish if language == "da" else english
