"""Talking with Friday in Slack: who is heard, where, and what comes back."""

import time
from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa

from agent.firms.demo.seed import TENANT
from memory.tables.conversations import Upload
from memory.tables.identity import User as Row
from tests.channels.slack.conftest import Office
from tests.fakes.slack.driver import Delivered
from tests.fakes.slack.faults import Errors, Fails, RateLimited, Slow


def test_a_direct_message_is_answered_in_its_thread(office: Office) -> None:
    [answer] = office.ask(office.anna, "find leads in Aarhus")

    assert "8 leads in Aarhus." in answer.shown
    assert "Mette Holm" in answer.shown
    assert answer.unfurl == (False, False)


def test_the_answer_is_danish_to_a_danish_question(office: Office) -> None:
    [answer] = office.ask(office.anna, "find leads i Aarhus")

    assert answer.shown.startswith("8 leads i Aarhus")


def test_a_thread_goes_on_as_one_conversation(office: Office) -> None:
    said = office.people.say(office.anna, None, "show lead Mette Holm")
    office.answer(office.dm(office.anna), thread=said.ts)
    office.people.say(office.anna, None, "what is her phone number?", thread=said)

    answers = office.answer(office.dm(office.anna), thread=said.ts, count=2)
    assert "Mette Holm" in answers[1].shown


def test_a_mention_and_its_twin_are_answered_once(office: Office) -> None:
    bot = office.workspace.bot.user
    said = office.people.say(office.anna, office.ops, f"<@{bot}> find leads in Aarhus")
    assert len(said.events) == 2

    office.answer(office.ops, thread=said.ts)
    time.sleep(1.5)
    assert len(office.workspace.from_bot(office.ops)) == 1


def test_in_a_thread_of_its_own_it_needs_no_name_and_elsewhere_it_keeps_silent(
    office: Office,
) -> None:
    bot = office.workspace.bot.user
    said = office.people.say(office.anna, office.ops, f"<@{bot}> find leads in Aarhus")
    office.answer(office.ops, thread=said.ts)
    other = office.people.say(office.anna, office.ops, "find leads in Skanderborg")
    office.people.say(office.anna, office.ops, "find leads in Skanderborg", thread=said)

    office.answer(office.ops, thread=said.ts, count=2)
    assert office.workspace.from_bot(office.ops, thread=other.ts) == []


def test_four_repetitions_at_once_are_one_question(office: Office) -> None:
    said = office.people.say(office.anna, None, "find leads in Aarhus")

    def repeat(attempt: int) -> Delivered:
        return office.people.again(said.events[0], attempt=attempt)

    with ThreadPoolExecutor(4) as pool:
        again = list(pool.map(repeat, range(1, 5)))

    assert all(each.answer.ok for each in again)
    office.answer(office.dm(office.anna), thread=said.ts)
    time.sleep(1.5)
    assert len(office.workspace.from_bot(office.dm(office.anna))) == 1


def test_a_repetition_is_answered_whose_first_attempt_never_arrived(office: Office) -> None:
    said = office.people.say(office.anna, None, "find leads in Aarhus", reaches=False)
    event = {
        "type": "message", "user": office.anna.id, "text": "find leads in Aarhus", "ts": said.ts,
        "channel": said.message.channel, "channel_type": "im", "event_ts": said.ts,
    }  # fmt: skip
    first = office.people.event(event)
    assert office.people.again(first, attempt=1).answer.ok

    assert len(office.answer(office.dm(office.anna), thread=said.ts)) == 1


def test_a_slow_look_up_of_a_person_keeps_nobody_waiting_for_the_receipt(office: Office) -> None:
    office.slack.faults.add("users.info", Slow(4))

    said = office.people.say(office.anna, None, "find leads in Aarhus")

    assert said.events[0].answer.ok
    assert said.events[0].answer.seconds < 2
    found = office.slack.until(
        lambda: office.workspace.from_bot(office.dm(office.anna), thread=said.ts), seconds=15
    )
    assert "Mette Holm" in found[0].shown


def test_strangers_guests_and_suspended_people_get_a_sentence_and_nothing_else(
    office: Office,
) -> None:
    space = office.workspace
    other = space.add_team("Somebody Else")
    people = {
        "nobody": space.add_user("Nobody", email="nobody@example.com"),
        "guest": space.add_user("Guest", email="anna@demo.example", is_restricted=True),
        "unconfirmed": space.add_user("Fake", email="owner@demo.example", is_email_confirmed=False),
        "connected": space.add_user("Connect", email="owner@demo.example", team=other),
    }
    for name, user in people.items():
        [answer] = office.ask(user, "find leads in Aarhus")
        assert "Mette" not in answer.shown, name
        assert "Fjordglimt Rengøring" in answer.shown, name

    office.ask(office.jonas, "help")
    with office.app.store.session(TENANT) as session:
        jonas = session.scalars(sa.select(Row).where(Row.email == "jonas@demo.example")).one()
        jonas.suspended_at = office.clock()
    [answer] = office.ask(office.jonas, "help")
    assert "suspended" in answer.shown


def test_a_stranger_in_a_channel_is_told_alone(office: Office) -> None:
    nobody = office.workspace.add_user("Nobody", email="nobody@example.com")
    office.ops.members.add(nobody.id)
    bot = office.workspace.bot.user
    office.people.say(nobody, office.ops, f"<@{bot}> find leads")

    [told] = office.slack.until(lambda: office.workspace.messages(office.ops, only_for=nobody))
    assert "Fjordglimt Rengøring" in told.shown
    assert office.workspace.from_bot(office.ops) == []


def test_an_open_channel_gets_a_hint_and_who_asked_sees_the_rest_alone(office: Office) -> None:
    town = office.workspace.add_channel("town", office.anna, office.jonas)
    bot = office.workspace.bot.user
    [answer] = office.ask(office.anna, f"<@{bot}> find leads in Aarhus", where=town)
    assert "Mette" not in answer.shown

    assert office.people.press(office.anna, answer, "friday_reveal").ok
    [shown] = office.slack.until(lambda: office.workspace.messages(town, only_for=office.anna))
    assert "Mette Holm" in shown.shown

    office.people.press(office.jonas, answer, "friday_reveal")
    [refused] = office.slack.until(lambda: office.workspace.messages(town, only_for=office.jonas))
    assert "Mette" not in refused.shown


def test_no_answer_outcome_or_choice_stands_in_an_open_channel(office: Office) -> None:
    town = office.workspace.add_channel("town", office.anna, office.jonas)
    bot = office.workspace.bot.user
    for text in ("what is Jens Nygaard's phone number?", "help", "book Jens"):
        [answer] = office.ask(office.anna, f"<@{bot}> {text}", where=town)
        assert "Jens" not in answer.shown, text
        assert "Jens" not in answer.text, text


def test_markup_in_records_stays_typed_text(office: Office) -> None:
    office.ask(
        office.anna, "create lead <!channel> <https://evil.example|Approve> in Aarhus", count=1
    )
    time.sleep(0.5)

    for message in office.workspace.from_bot(office.dm(office.anna)):
        assert "<!channel>" not in message.text
        assert "<!channel>" not in message.markdown


def test_a_busy_and_a_failing_slack_get_the_answer_once(office: Office) -> None:
    office.ask(office.anna, "help")
    office.slack.faults.add("chat.postMessage", RateLimited(1))
    [answer] = office.ask(office.anna, "find leads in Aarhus")
    assert "Mette Holm" in answer.shown

    office.slack.faults.add("chat.postMessage", Fails(500), times=2)
    said = office.people.say(office.anna, None, "find leads in Skanderborg")

    def answered_later() -> bool:
        office.clock.ahead(seconds=1)  # each attempt comes later than the one before
        return bool(office.workspace.from_bot(office.dm(office.anna), thread=said.ts))

    office.slack.until(answered_later, seconds=15)
    assert len(office.workspace.from_bot(office.dm(office.anna), thread=said.ts)) == 1


def test_a_channel_that_is_gone_does_not_hold_up_the_others(office: Office) -> None:
    office.slack.faults.add("chat.postMessage", Errors("is_archived"))
    lost = office.people.say(office.anna, None, "find leads in Aarhus")
    office.slack.until(lambda: office.slack.asked("chat.postMessage"))

    assert office.ask(office.anna, "find leads in Skanderborg")
    assert office.workspace.from_bot(office.dm(office.anna), thread=lost.ts) == []


def test_an_edited_a_deleted_and_the_bots_own_message_are_no_questions(office: Office) -> None:
    said = office.people.say(office.anna, None, "find leads in Aarhus")
    office.answer(office.dm(office.anna), thread=said.ts)
    office.people.edit(office.anna, said.message, "find leads in Skanderborg")
    office.people.delete(office.anna, said.message)

    time.sleep(1.5)
    assert len(office.workspace.from_bot(office.dm(office.anna))) == 1


def test_a_file_becomes_an_upload_of_who_sent_it(office: Office) -> None:
    content = b"name,email,city\nBo Bjerg,bo@bjerg.example,Aarhus\n"
    said = office.people.share(office.anna, None, "leads.csv", content, text="import these leads")

    office.answer(office.dm(office.anna), thread=said.ts)
    with office.app.store.reading(TENANT) as session:
        [row] = session.scalars(sa.select(Upload))
    assert (row.filename, row.content) == ("leads.csv", content)


def test_a_file_from_another_address_is_not_fetched(office: Office) -> None:
    file = office.workspace.add_file(office.anna, "leads.csv", b"name\nBo\n")
    file.url = "https://evil.example/leads.csv"
    said = office.people.say(office.anna, None, "import these leads", files=(file,))

    answers = office.answer(office.dm(office.anna), thread=said.ts)
    assert "could not fetch" in answers[0].shown


def test_when_the_app_is_removed_nothing_is_posted_any_more(office: Office) -> None:
    office.ask(office.anna, "help")
    before = len(office.slack.asked("chat.postMessage"))
    office.people.uninstall()
    time.sleep(0.5)

    office.people.say(office.anna, None, "find leads in Aarhus")
    time.sleep(1.5)
    assert len(office.slack.asked("chat.postMessage")) == before
