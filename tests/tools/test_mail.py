"""Mail is a row first, and an .eml file after."""

import email
import email.policy

import pytest
import sqlalchemy as sa

from memory.store import open_store
from memory.tables.leads import Mail
from prompts.templates import render_mail
from tests.support.contexts import NOW
from tests.support.stores import make_tenant, prepare_store
from tools.errors import Rejected
from tools.mail import Attachment, MailPort, Outbox, deliver_outbox, post

ICS = Attachment("booking.ics", "text/calendar; method=PUBLISH", "BEGIN:VCALENDAR\r\nÆ\r\n")


@pytest.fixture
def store(databases, tmp_path):
    url = databases.like("migrated", prepare_store)
    opened = open_store(url, data_dir=tmp_path)
    make_tenant(opened, "t1", 1)
    yield opened
    opened.close()
    databases.drop(url)


def posted(session, key="k1", **given):
    values = {"to": "Jens@demo.example", "subject": "Hej\r\nBcc: x@y.example", "body": "Tak æøå\n"}
    return post(session, now=NOW, key=key, **values | given)


def test_one_key_is_one_mail(store):
    with store.session("t1") as session:
        first = posted(session, about=("booking", "bok_1"))
    with store.session("t1") as session:
        again = posted(session, body="something else")
        count = session.scalar(sa.select(sa.func.count()).select_from(Mail))
    assert (again.id, again.body, count) == (first.id, "Tak æøå\n", 1)
    assert (again.about_kind, again.about_id, again.state) == ("booking", "bok_1", "queued")


def test_the_outbox_writes_files_once(store, tmp_path):
    outbox = Outbox(tmp_path / "outbox")
    with store.session("t1") as session:
        posted(session, attachments=[ICS])
        assert deliver_outbox(session, outbox, now=NOW, sender="Firm <firm@demo.example>") == 1
    with store.session("t1") as session:
        assert deliver_outbox(session, outbox, now=NOW, sender="firm@demo.example") == 0
        assert session.scalars(sa.select(Mail.state)).all() == ["sent"]
    files = list((tmp_path / "outbox").iterdir())
    message = email.message_from_bytes(files[0].read_bytes(), policy=email.policy.default)
    calendar = next(message.iter_attachments())
    assert len(files) == 1
    assert (message["To"], message["Subject"]) == ("jens@demo.example", "Hej Bcc: x@y.example")
    assert message["Bcc"] is None
    assert message.get_body().get_content().strip() == "Tak æøå"
    assert calendar.get_content_type() == "text/calendar"
    assert calendar["Content-Type"].params["method"] == "PUBLISH"
    assert "Æ" in calendar.get_content()


def test_a_letter_handed_over_again_is_the_same_file(store, tmp_path):
    outbox = Outbox(tmp_path / "outbox")
    with store.session("t1") as session:
        posted(session)
        deliver_outbox(session, outbox, now=NOW, sender="firm@demo.example")
        session.rollback()
    with store.session("t1") as session:
        posted(session)
        deliver_outbox(session, outbox, now=NOW, sender="firm@demo.example")
    assert len(list((tmp_path / "outbox").iterdir())) == 1


def test_what_is_no_address_is_refused(store):
    with store.session("t1") as session, pytest.raises(Rejected):
        posted(session, to="nobody")


class Carrier(MailPort):
    """A carrier outside the house."""

    def send(self, letter):
        raise AssertionError(letter)


def test_a_remote_carrier_is_never_called_inside_a_transaction(store):
    with store.session("t1") as session, pytest.raises(ValueError, match="Carrier"):
        deliver_outbox(session, Carrier(), now=NOW, sender="firm@demo.example")


@pytest.mark.parametrize("language", ["en", "da"])
def test_letters_are_plain_text_with_a_subject(language):
    letter = render_mail(
        "invitation", language, firm="A & B", inviter="Anna", role="crew", link="http://x/?a=1&b=2"
    )
    assert "A & B" in letter.subject
    assert "http://x/?a=1&b=2" in letter.body


def test_a_subject_begins_with_a_capital() -> None:
    facts = dict.fromkeys(("customer", "number", "when", "address", "staff", "price", "firm"), "x")

    letter = render_mail("booking_confirmed", "en", service="standard clean", **facts)

    assert letter.subject == "Standard clean x"
