"""Trades that are not there yet, with the words that people use for them."""

from collections.abc import Mapping

LATER: Mapping[str, tuple[str, ...]] = {
    "Invoicing (fakturering)": (
        "invoice", "invoices", "invoicing", "bill", "billing", "faktura", "fakturaer", "fakturaen",
        "fakturering", "fakturer", "payment", "payments", "betaling", "betalinger", "reminder", "rykker",
        "rykkere", "credit note", "kreditnota", "refund", "refusion", "revenue", "omsætning", "kontingent",
        "subscription", "subscriptions", "abonnement", "abonnementer",
    ),
    "SMS campaigns (sms-kampagner)": (
        "sms", "smser", "text message", "text messages", "campaign", "campaigns", "kampagne", "kampagner",
        "kampagnen", "newsletter", "nyhedsbrev",
    ),
    "Web hosting (webhoteller)": (
        "website", "websites", "web site", "site", "hjemmeside", "hjemmesider", "hjemmesiden", "webhotel",
        "hosting", "domain", "domæne", "domæner", "dns", "certificate", "certifikat", "php", "backup",
        "backups", "wordpress", "deploy", "deployment", "app", "rollback",
    ),
    "Reading and answering e-mail (at læse og besvare e-mail)": (
        "inbox", "indbakke", "indbakken", "unanswered", "ubesvarede", "mailen", "mails", "reply", "besvar",
        "my mail", "my email", "my emails", "min mail", "mine mails", "min e", "svar paa", "answer mail",
    ),
    "Quotes (tilbud)": ("quote", "quotes", "quotation", "tilbud", "tilbuddet"),
    "Reminding you (at minde dig om noget)": (
        "remind me to", "remind us to", "remind me that i", "let me forget to", "set reminder", "me reminder",
        "påmind mig om", "mind mig om at", "mind os om at", "minde mig om at", "husk mig på", "huske mig på",
        "mig reminder", "sæt reminder", "påmindelse", "påmindelser", "påmindelsen",
    ),
    "Tasks (opgaver)": ("task", "tasks", "todo", "opgave", "opgaver", "briefing"),
}  # fmt: skip


def later_names(language: str) -> tuple[str, ...]:
    """What the trades that are not there yet are called in one language."""
    pairs = [name.rstrip(")").partition(" (") for name in LATER]
    return tuple(danish if language == "da" else _small(english) for english, _, danish in pairs)


def _small(name: str) -> str:
    """As it stands inside a sentence: “web hosting”, but “SMS campaigns”."""
    return name if name[:2].isupper() else name[:1].lower() + name[1:]
