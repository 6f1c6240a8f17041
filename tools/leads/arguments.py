"""Reads the arguments that several actions of this trade share, and pins the version that a preview was made from."""

from memory.tables.leads import Customer, Lead
from tools.cards import Precondition
from tools.contacts import email_of, phone_of
from tools.errors import Rejected
from tools.kit import Context
from tools.leads.rules import has_html


def read_email_arg(ctx: Context, words: str) -> str:
    """An e-mail argument in its one spelling. Raises Rejected."""
    email = email_of(words)
    if email is None:
        message = ctx.say(
            f"“{words[:80]}” is not an e-mail address, such as anna@example.com.",
            f"“{words[:80]}” er ikke en e-mailadresse som anna@example.com.",
        )
        raise Rejected(message, fields={"email": message})
    return email


def read_phone_arg(ctx: Context, words: str) -> str:
    """A phone argument as E.164. Raises Rejected."""
    phone = phone_of(words, ctx.firm.country)
    if phone is None:
        message = ctx.say(
            f"“{words[:60]}” is not a valid phone number, such as 20 12 34 56.",
            f"“{words[:60]}” er ikke et gyldigt telefonnummer som 20 12 34 56.",
        )
        raise Rejected(message, fields={"phone": message})
    return phone


def read_name_arg(ctx: Context, words: str) -> str:
    """A name argument without odd blanks. Raises Rejected when it cannot be one."""
    name = " ".join(words.split())
    if has_html(name) or not any(c.isalpha() for c in name):
        message = ctx.say(f"“{name[:80]}” is not a name.", f"“{name[:80]}” er ikke et navn.")
        raise Rejected(message, fields={"name": message})
    return name


def unchanged(table: str, row: Lead | Customer, label: str) -> Precondition:
    """The row must still be in the version that the preview was made from."""
    version = str(row.version)
    return Precondition(
        table=table, row=row.id, field="version", value=version, label=label, shown=version
    )
