"""The terminal's own words, in both languages."""

from collections.abc import Mapping
from typing import Literal

Language = Literal["en", "da"]
Words = Mapping[str, str]

HELP: Words = {
    "en": "Commands: /approvals, /calendar, /upload FILE, /new, /quit. Everything else goes to Friday. "
    "Ctrl-C stops an answer.",
    "da": "Kommandoer: /approvals, /calendar, /upload FIL, /new, /quit. Alt andet går til Friday. "
    "Ctrl-C stopper et svar.",
}
FIRST: Words = {
    "en": "You are talking to Friday, an AI. What books, sends or costs something is shown to you first; small "
    "changes such as a note or a new lead are made at once, on record, and most can be undone.",
    "da": "Du skriver med Friday, en AI. Det, der booker, sender eller koster noget, bliver vist til dig først; små "
    "ændringer som en note eller et nyt lead sker med det samme, på skrift, og de fleste kan fortrydes.",
}
ASK: Words = {
    "en": "[a]pprove, [d]eny, [e]dit or Enter to leave it waiting: ",
    "da": "[a] godkend, [d] afvis, [e] ret, eller Enter for at lade det vente: ",
}
WHY: Words = {
    "en": "Why not? ",
    "da": "Hvorfor ikke? ",
}
EDIT: Words = {
    "en": "Enter keeps a value, - removes it.",
    "da": "Enter beholder en værdi, - fjerner den.",
}
AGAIN: Words = {
    "en": "Your other changes are kept. Another value, or Enter to let this one be.",
    "da": "Dine andre rettelser er husket. Skriv en anden værdi, eller Enter for at lade den være.",
}
CHECKED: Words = {
    "en": "{label} = {value} is not in your own words. Have you checked that it is right? y/n ",
    "da": "{label} = {value} er ikke dine egne ord. Har du tjekket, at det er rigtigt? j/n ",
}
TYPE: Words = {"en": "To approve, type {what}: ", "da": "Skriv for at godkende: {what}: "}
CALENDAR: Words = {
    "en": "The address of the bookings, for a calendar app (“subscribe to calendar”, “add by URL”). "
    "It is shown this once; whoever has it can read the bookings.",
    "da": "Adressen på bookingerne, til en kalender-app (“abonnér på kalender”, “tilføj via URL”). "
    "Den vises kun denne ene gang; enhver, der har den, kan læse bookingerne.",
}
EXPIRES: Words = {"en": "expires", "da": "udløber"}
OF: Words = {"en": "of", "da": "af"}
FOREIGN: Words = {"en": "is not in your own words", "da": "er ikke dine egne ord"}
WHOSE: Mapping[str, Words] = {
    "customer": {"en": "customer's words", "da": "kundens ord"},
    "third_party": {"en": "somebody else's words", "da": "andres ord"},
}
STATUS: Mapping[str, Words] = {
    "pending": {"en": "waiting for a decision", "da": "venter på en afgørelse"},
    "approved": {"en": "approved", "da": "godkendt"},
    "executing": {"en": "being done", "da": "udføres"},
    "done": {"en": "done", "da": "udført"},
    "denied": {"en": "denied", "da": "afvist"},
    "expired": {"en": "expired", "da": "udløbet"},
    "cancelled": {"en": "withdrawn", "da": "trukket tilbage"},
    "superseded": {"en": "replaced", "da": "erstattet"},
    "stale": {"en": "out of date", "da": "forældet"},
    "failed": {"en": "failed", "da": "mislykkedes"},
    "unknown": {"en": "outcome unknown", "da": "udfald ukendt"},
}


def as_language(code: object) -> Language:
    """Danish when it says so, English otherwise."""
    return "da" if code == "da" else "en"
