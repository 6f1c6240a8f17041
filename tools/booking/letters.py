"""The mails that a booking causes, each with the appointment for the customer's calendar."""

from prompts.templates import render_mail
from tools.booking import shown
from tools.booking.ics import invitation
from tools.booking.service import Visit
from tools.kit import Context
from tools.mail import Attachment, post
from tools.values.moments import say_span


def write(ctx: Context, visit: Visit, *, letter: str, key: str, **facts: str) -> str | None:
    """Put one of the booking letters in the outbox, in the customer's language; the address, or None without one."""
    to = shown.main_email(ctx, visit.customer)
    if to is None:
        return None
    booking, language = visit.booking, "da" if visit.customer.language == "da" else "en"
    text = render_mail(
        letter,
        language,
        customer=visit.customer.name,
        number=f"#{booking.number}",
        service=shown.service_name(visit.service, language).lower(),
        when=say_span(booking.starts_at, booking.ends_at, ctx.firm.zone, language),
        address=booking.address,
        staff=shown.names(visit.people),
        price=shown.price(
            booking.price_minor,
            currency=ctx.firm.currency,
            language=language,
            with_vat=visit.service.prices_include_vat,
        ),
        firm=ctx.firm.name,
        **facts,
    )
    appointment = Attachment(
        name="booking.ics",
        media_type="text/calendar; method=PUBLISH",
        text=invitation(visit, firm=ctx.firm, language=language),
    )
    post(
        ctx.session,
        now=ctx.now,
        key=f"{key}:{letter}",
        to=to,
        subject=text.subject,
        body=text.body,
        attachments=[appointment],
        about=("booking", booking.id),
    )
    return to
