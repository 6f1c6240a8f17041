"""The page in a real browser, as Anna, as a visitor, and through a mailed link."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import FilePayload, Page, expect, sync_playwright

from agent.app import create_app, prepare
from agent.commands.hosting import hosted
from agent.commands.running import listening_on
from memory.tables.identity import User
from tests.support.friday import Clock, copied, settings_in

pytestmark = [pytest.mark.slow, pytest.mark.browser]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage",
)  # fmt: skip
BOOK = "book Jens Nygaard for a standard clean next Tuesday at 10"


@dataclass
class Opened:
    """A browser on the page, what it complained about, and whom else it asked."""

    page: Page
    url: str
    link: str
    complaints: list[str] = field(default_factory=list[str])
    foreign: list[str] = field(default_factory=list[str])

    def enter(self, who: str) -> None:
        self.page.goto(self.url)
        self.page.locator("#as").select_option(who)
        expect(self.page.locator("body")).to_have_attribute(
            "data-role", {"anna": "staff"}.get(who, who)
        )
        expect(self.page.locator("#tries button").first).to_be_visible()

    def say(self, text: str) -> None:
        self.page.get_by_label("Message", exact=True).fill(text)
        self.page.keyboard.press("Enter")


@pytest.fixture
def opened(demo_folder: Path, tmp_path: Path) -> Iterator[Opened]:
    if not CHROMIUM:
        pytest.skip("no Chromium here")
    settings = settings_in(copied(demo_folder, tmp_path / "data"), port=0)
    with listening_on(settings) as listening:
        settings = settings.model_copy(update={"port": listening.getsockname()[1]})
        store = prepare(settings)
        app = create_app(settings, clock=Clock(), store=store)
        with store.session("demo") as session:
            owner = session.scalars(sa.select(User).where(User.id == "usr_owner")).one()
            link = app.links.make(session, owner)
        with hosted(app, listening), sync_playwright() as playwright:
            context = playwright.chromium.launch_persistent_context(
                str(tmp_path / "profile"),
                executable_path=CHROMIUM,
                args=list(FLAGS),
                locale="en-GB",
                viewport={"width": 1280, "height": 900},
            )
            one = Opened(context.pages[0], settings.base_url, link)
            watch(one)
            yield one
            context.close()
        store.close()
    assert one.complaints == []
    assert one.foreign == []


def watch(one: Opened) -> None:
    """Note errors of the console and requests to anybody else."""
    one.page.on("pageerror", lambda error: one.complaints.append(str(error)))
    one.page.on(
        "console",
        lambda said: (
            one.complaints.append(said.text) if said.type in ("error", "warning") else None
        ),
    )
    one.page.on(
        "request",
        lambda asked: None if asked.url.startswith(one.url) else one.foreign.append(asked.url),
    )


def test_anna_looks_up_books_approves_and_sees_what_left(opened: Opened) -> None:
    opened.enter("anna")
    page = opened.page

    expect(page.locator("#ai")).to_contain_text("an AI")
    opened.say("find leads in Aarhus")
    expect(page.locator("#log table")).to_contain_text("Mette Holm")
    opened.say(BOOK)
    card = page.locator("#log .proposal")
    expect(card).to_contain_text("Tuesday 24 November 2026 at 10:00–11:30")
    expect(card).to_contain_text("Mejlgade 14")
    card.get_by_role("button", name="Approve").click()
    expect(page.locator("#log .proposal.done")).to_be_visible(timeout=10_000)
    expect(page.locator("#log .bubble.assistant").last).to_contain_text("Booked #41")
    expect(page.locator("#log").get_by_text("Booked #41")).to_have_count(1)
    expect(page.locator("#left")).to_contain_text("jens@demo.example")
    assert "[object" not in page.inner_text("body")


def test_the_answer_leads_and_its_cards_follow(opened: Opened) -> None:
    opened.enter("anna")
    opened.say("find leads in Aarhus")
    expect(opened.page.locator("#log .bubble.assistant")).to_have_count(1)
    opened.say(f"{BOOK} and find leads in Odense")
    opened.page.get_by_role("button", name="Book a job").click()
    card = opened.page.locator("#log .proposal")
    expect(card).to_be_visible()
    expect(opened.page.locator("#log .bubble.assistant")).to_have_count(3)

    order = opened.page.evaluate(
        "[...document.querySelectorAll('#log > *')].map((node) => node.className.split(' ')[0])"
    )
    shown = [each for each in order if each in ("bubble", "card")]
    card.get_by_role("button", name="Approve").click()

    assert shown == ["bubble", "bubble", "card", "bubble", "bubble", "bubble", "bubble", "card"]
    expect(opened.page.locator("#log .bubble.assistant").last).to_contain_text(
        "Shall I go on with", timeout=10_000
    )
    expect(opened.page.locator("#log").get_by_text("Booked #41")).to_have_count(1)


def test_a_denial_gives_its_reason(opened: Opened) -> None:
    opened.enter("anna")
    opened.say(BOOK)
    card = opened.page.locator("#log .proposal")

    card.get_by_role("button", name="Deny").click()
    card.get_by_label("Why not?").fill("He moved away")
    card.get_by_role("button", name="Deny").last.click()

    expect(opened.page.locator("#log .proposal.denied")).to_be_visible()
    expect(opened.page.locator("#log .bubble.assistant").last).to_contain_text("He moved away")


def test_an_edit_shows_a_new_preview(opened: Opened) -> None:
    opened.enter("anna")
    opened.say(BOOK)
    card = opened.page.locator("#log .proposal")

    card.get_by_role("button", name="Edit").click()
    expect(card.get_by_label("Customer")).to_have_value("Jens Nygaard")
    expect(card.get_by_label("Start")).to_have_value("Tuesday 24 November 2026 at 10:00")
    card.get_by_label("Start").fill("Tuesday 24 November 2026 at 13:00")
    card.get_by_role("button", name="Show the new preview").click()

    expect(opened.page.locator("#log .proposal")).to_contain_text("13:00–14:30")


def test_what_is_decided_at_the_side_tells_its_outcome_on_the_card(opened: Opened) -> None:
    opened.enter("anna")
    page = opened.page
    opened.say(BOOK)
    expect(page.locator("#log .proposal")).to_be_visible()

    opened.enter("anna")  # a new conversation: the card only waits at the side
    waiting = page.locator("#waits .proposal", has_text="Book Standard clean for Jens Nygaard")
    waiting.get_by_role("button", name="Approve").click()

    expect(page.locator("#log .proposal.done")).to_contain_text("Jens Nygaard", timeout=15_000)
    expect(waiting).to_have_count(0)
    expect(page.locator("#left .mail").first).to_contain_text("booking", ignore_case=True)


def test_a_red_argument_needs_its_tick(opened: Opened) -> None:
    opened.enter("owner")
    card = opened.page.locator("#waits .proposal", has_text="Nordlys")

    card.get_by_role("button", name="Approve").click()
    expect(card.get_by_role("alert")).not_to_be_empty()
    card.get_by_label("I have checked this").check()
    card.get_by_role("button", name="Approve").click()

    expect(card).to_have_count(0, timeout=10_000)
    opened.complaints[:] = [
        one for one in opened.complaints if "the server responded with" not in one
    ]


def test_what_a_pressed_button_taught_is_listed_and_unlearnt(opened: Opened) -> None:
    opened.enter("anna")
    page = opened.page
    opened.say("ring to Jens Nygaard")
    page.locator("#log").get_by_role("button", name="Jens Nygaard").last.click()
    learnt = page.locator("#learnt article")

    expect(learnt).to_contain_text("“ring to [name]”")
    expect(learnt).to_contain_text("Anna Krogh")
    learnt.get_by_role("button", name="Unlearn").click()

    expect(page.locator("#learnt-section")).to_be_hidden()


def test_the_calendars_address_is_shown_once(opened: Opened) -> None:
    opened.enter("anna")
    page = opened.page

    page.get_by_role("button", name="Calendar feed").click()
    page.get_by_role("button", name="Make an address").click()
    expect(page.locator("#feed-address")).to_have_value(re.compile(r"^http.*/calendar/.+\.ics$"))
    address = page.locator("#feed-address").input_value()
    page.get_by_role("button", name="Close").click()

    expect(page.locator("#feed-address")).to_have_value("")
    assert page.request.get(address).text().startswith("BEGIN:VCALENDAR")


def test_the_sample_of_an_import_downloads(opened: Opened) -> None:
    opened.enter("anna")
    page = opened.page
    sent = FilePayload(
        name="leads.csv", mimeType="text/csv", buffer=b"name,email\nEva,e@mail.example\n"
    )
    page.locator("#file").set_input_files(sent)
    expect(page.locator("#files")).to_have_text("leads.csv")
    opened.say("import this file")

    with page.expect_download() as download:
        page.locator("#log .proposal a").click()

    assert download.value.suggested_filename.endswith(".csv")


def test_a_visitor_sees_no_office(opened: Opened) -> None:
    opened.enter("visitor")

    expect(opened.page.locator(".side")).to_be_hidden()
    opened.say("what does standard clean cost")
    expect(opened.page.locator("#log")).to_contain_text("349")


def test_a_link_signs_in_by_its_button(opened: Opened) -> None:
    opened.page.goto(opened.link)

    opened.page.get_by_role("button", name="Sign in as Fie Lindgaard").click()

    expect(opened.page.locator("body")).to_have_attribute("data-role", "owner")
    assert opened.page.url == f"{opened.url}/"


def test_a_phone_shows_it_without_scrolling_sideways(opened: Opened) -> None:
    opened.page.set_viewport_size({"width": 390, "height": 844})
    opened.enter("anna")
    opened.say("find leads in Aarhus")
    expect(opened.page.locator("#log table")).to_be_visible()

    assert opened.page.evaluate("document.documentElement.scrollWidth") <= 390
