"""What is remembered of whom, what takes whose place, and that another's facts never show."""

import datetime as dt

import pytest

from memory.tables.booking import Booking, BookingStaff
from memory.tables.facts import Fact, HandedCode
from memory.tables.leads import Customer
from memory.tables.texts import Text
from tools.desk.codes import KEPT_FOR, open_code
from tools.desk.forgetting import Forget
from tools.desk.recalling import Recall, ShowAccess
from tools.desk.remembering import Remember
from tools.errors import Conflict, Forbidden, NotFound, Rejected, Unclear
from tools.kit import Actor
from tools.values.text import fold

NOW = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)
OWNER = Actor("fjord", "usr_owner", "owner", "Olga", "en")
BO = Actor("fjord", "usr_bo", "staff", "Bo Lund", "en")
CREW = Actor("fjord", "usr_a", "crew", "Anna", "da", staff_id="stf_anna")
DOG = "Jens Nygaard has a dog"


def customer(id: str, number: int, name: str, street: str = "Møllevej 4") -> Customer:
    return Customer(
        id=id,
        number=number,
        name=name,
        folded_name=fold(name),
        street=street,
        city="Aarhus",
        created_at=NOW,
        updated_at=NOW,
    )


def job(start: dt.datetime, *, status: str = "confirmed", address: str = "Møllevej 4, Aarhus"):
    return Booking(
        id="bok_1",
        number=1,
        customer_id="cus_jens",
        service_id="svc_standard",
        starts_at=start,
        ends_at=start + dt.timedelta(hours=2),
        zone="Europe/Copenhagen",
        address=address,
        price_minor=0,
        status=status,
        uid="u",
        created_at=NOW,
        updated_at=NOW,
    )


def annas() -> BookingStaff:
    return BookingStaff(id="bs_1", booking_id="bok_1", staff_id="stf_anna")


def test_what_a_person_says_is_remembered_with_who_said_it_and_when(desk):
    receipt = desk.do(Remember(fact=DOG), actor=BO)

    fact = desk.row(Fact, receipt.record["fact"])
    assert (fact.subject_kind, fact.subject_id, fact.key) == ("customer", "cus_jens", "pets")
    assert (fact.value, fact.excerpt, fact.said_by, fact.created_at) == (DOG, DOG, "Bo Lund", NOW)


def test_it_is_recalled_with_its_source_and_buttons(desk):
    desk.do(Remember(fact=DOG), actor=BO)

    found = desk.look(Recall(query="dog", about="Jens Nygaard"))

    [fact] = found.facts
    assert (fact.text, fact.said_by, fact.said_on) == (DOG, "Bo Lund", "Friday 20 November 2026")
    assert [option.label for option in found.as_card().options] == ["Edit 1", "Forget 1"]
    assert "said by Bo Lund" in found.summary


def test_every_fact_that_is_shown_can_be_changed_or_forgotten(desk):
    for number in range(12):
        desk.do(Remember(fact=f"Jens Nygaard keeps key {number} on a hook"))

    found = desk.look(Recall(about="Jens Nygaard"))

    forgets = [one.args["fact"] for one in found.as_card().options if one.tool == "forget"]
    assert forgets == [fact.id for fact in found.facts]
    assert len(forgets) == 12
    assert all(fact.said_by and fact.said_on for fact in found.facts)


def test_a_question_in_the_other_language_finds_it(desk):
    desk.do(Remember(fact=DOG))

    assert desk.look(Recall(query="har Jens Nygaard en hund")).facts


def test_without_a_question_everything_about_the_customer_is_there(desk):
    desk.do(Remember(fact=DOG))
    desk.do(Remember(fact="Jens Nygaard likes fresh flowers"))

    assert len(desk.look(Recall(about="Jens Nygaard")).facts) == 2


def test_what_names_nobody_is_about_the_firm(desk):
    receipt = desk.do(Remember(fact="the van is in the workshop on Mondays"))

    assert desk.row(Fact, receipt.record["fact"]).subject_kind == "firm"
    assert desk.look(Recall(query="van")).facts


def test_a_lead_can_be_remembered_something_about(desk):
    receipt = desk.do(Remember(fact="likes oak floors", about="Mette Holm"))

    assert desk.row(Fact, receipt.record["fact"]).subject_id == "lead_1"


def test_another_value_takes_the_old_ones_place_only_after_a_yes(desk):
    old = desk.do(Remember(fact="Jens Nygaard pays by EAN 5790000123456")).record["fact"]

    shown = desk.preview(Remember(fact="Jens Nygaard pays by card"))

    assert shown.facts == {"clash": "yes"}
    assert shown.lines[0].before == "Jens Nygaard pays by EAN 5790000123456"
    new = desk.do(Remember(fact="Jens Nygaard pays by card")).record["fact"]
    assert desk.row(Fact, old).superseded_by == new
    assert [f.id for f in desk.look(Recall(query="payment", about="Jens Nygaard")).facts] == [new]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Jens Nygaard kun må ringes til", "Jens Nygaard aldrig må ringes op"),
        ("Jens Nygaard kun vil kontaktes på mail", "Jens Nygaard kun vil kontaktes på telefon"),
        ("Jens Nygaard must be contacted by mail only", "never call Jens Nygaard"),
    ],
)
def test_a_contact_rule_that_says_otherwise_waits_for_a_yes(desk, before, after):
    desk.do(Remember(fact=before))

    shown = desk.preview(Remember(fact=after))

    assert shown.facts == {"clash": "yes"}
    assert shown.lines[0].before == before


def test_what_was_replaced_is_not_found_any_more(desk):
    desk.do(Remember(fact="Jens Nygaard pays by EAN 5790000123456"))
    desk.do(Remember(fact="Jens Nygaard pays by card"))

    bodies = [text.body for text in desk.rows(Text) if text.kind == "fact"]
    assert bodies == ["Jens Nygaard pays by card"]


def test_two_pets_are_asked_about_and_both_can_stay(desk):
    desk.do(Remember(fact=DOG))
    cat = Remember(fact="Jens Nygaard has a cat")

    with pytest.raises(Unclear) as asked:
        desk.resolve(cat)

    assert [choice.label for choice in asked.value.choices] == ["Replace", "Keep both"]
    desk.do(Remember.model_validate(asked.value.choices[1].args))
    assert len(desk.look(Recall(about="Jens Nygaard")).facts) == 2


def test_one_pet_can_replace_the_other(desk):
    desk.do(Remember(fact=DOG))
    with pytest.raises(Unclear) as asked:
        desk.resolve(Remember(fact="Jens Nygaard has a cat"))

    desk.do(Remember.model_validate(asked.value.choices[0].args))

    assert [f.text for f in desk.look(Recall(about="Jens Nygaard")).facts] == [
        "Jens Nygaard has a cat"
    ]


def test_the_same_again_is_known_already(desk):
    desk.do(Remember(fact=DOG))

    with pytest.raises(Conflict):
        desk.resolve(Remember(fact="jens nygaard has a dog."))


def test_an_allergy_needs_a_consent(desk):
    with pytest.raises(Unclear) as asked:
        desk.resolve(Remember(fact="Jens Nygaard is allergic to perfume"))

    assert "consent" in asked.value.fields
    assert desk.rows(Fact) == []


def test_an_allergy_is_kept_with_its_consent(desk):
    receipt = desk.do(
        Remember(fact="Jens Nygaard is allergic to perfume", consent="Jens, on the phone today")
    )

    assert desk.row(Fact, receipt.record["fact"]).consent == "Jens, on the phone today"


def test_what_has_run_out_is_not_used(desk):
    desk.do(Remember(fact="Jens Nygaard is away until 1 December"))

    later = desk.look(Recall(about="Jens Nygaard"), now=NOW + dt.timedelta(days=12))

    assert desk.look(Recall(about="Jens Nygaard")).facts
    assert later.facts == ()


def test_a_day_that_has_passed_is_refused(desk):
    with pytest.raises(Rejected):
        desk.resolve(Remember(fact="Jens Nygaard is away until 1 November 2026"))


def test_a_code_is_only_kept_sealed(desk):
    receipt = desk.do(Remember(fact="the door code at Jens Nygaard is 471199"))

    fact = desk.row(Fact, receipt.record["fact"])
    assert fact.sealed == "sealed:991174"
    assert "471199" not in f"{fact.value} {fact.excerpt} {receipt}"
    assert desk.rows(HandedCode) == []
    assert [text for text in desk.rows(Text) if text.kind == "fact"] == []


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("nøglen til Jens Nygaard ligger under den blå sten", "under den blå sten"),
        ("nøglen til Jens Nygaard hænger i garagen", "i garagen"),
        ("the key to Jens Nygaard hangs in the shed", "in the shed"),
        ("spare key of Jens Nygaard is behind the third pot", "behind the third pot"),
        ("the key is under the mat at Jens Nygaard's", "under the mat"),
    ],
)
def test_where_a_key_lies_is_only_kept_sealed(desk, words, place):
    receipt = desk.do(Remember(fact=words))

    fact = desk.row(Fact, receipt.record["fact"])
    assert (fact.key, fact.subject_id, fact.sealed) == (
        "access",
        "cus_jens",
        f"sealed:{place[::-1]}",
    )
    assert place not in f"{fact.value} {fact.excerpt} {receipt}"


def test_a_code_that_was_asked_for_apart_belongs_to_the_same_door(desk):
    with pytest.raises(Unclear) as asked:
        desk.resolve(Remember(fact="the alarm code for Jens Nygaard"))

    receipt = desk.do(Remember(fact="the alarm code for Jens Nygaard", code="471199"))

    assert "code" in asked.value.fields
    assert desk.row(Fact, receipt.record["fact"]).subject_id == "cus_jens"
    assert desk.row(Fact, receipt.record["fact"]).sealed == "sealed:991174"


def test_a_new_door_code_replaces_the_old_one_after_a_yes_and_the_alarm_stays(desk):
    desk.do(Remember(fact="the door code at Jens Nygaard is 471199"))
    desk.do(Remember(fact="the alarm code at Jens Nygaard is 555123"))
    again = desk.within(Remember(fact="the door code at Jens Nygaard is 888777").sealed)

    assert desk.preview(again).facts == {"clash": "yes"}
    desk.do(again)
    found = desk.look(ShowAccess(customer="Jens Nygaard"))
    assert sorted(line.label for line in found.lines) == ["Alarm code", "Door code"]


def test_somebody_elses_code_cannot_be_claimed(desk):
    mine = desk.within(Remember(fact="the door code at Jens Nygaard is 471199").sealed)

    with pytest.raises(Unclear):
        desk.resolve(mine, actor=BO)


def test_a_code_that_nobody_remembered_is_gone_after_a_day(desk):
    mine = desk.within(Remember(fact="the door code at Jens Nygaard is 471199").sealed)

    with pytest.raises(Unclear):
        desk.within(mine.resolve, now=NOW + KEPT_FOR + dt.timedelta(minutes=1))


def shown_to(desk, actor: Actor) -> str:
    [fact] = desk.rows(Fact)
    return desk.within(lambda ctx: open_code(ctx, fact.id)[1], actor=actor)


def test_the_owner_sees_a_code_at_any_time(desk):
    desk.do(Remember(fact="the door code at Jens Nygaard is 471199"))

    assert shown_to(desk, OWNER) == "471199"
    assert "471199" not in str(desk.look(ShowAccess(customer="Jens Nygaard")))


def test_the_office_without_a_job_there_does_not_see_it(desk):
    desk.do(Remember(fact="the door code at Jens Nygaard is 471199"))

    with pytest.raises(Forbidden):
        shown_to(desk, BO)
    with pytest.raises(Forbidden):
        desk.look(ShowAccess(customer="Jens Nygaard"), actor=BO)


def test_the_crew_with_a_job_there_today_see_it(desk):
    desk.do(Remember(fact="the door code at Jens Nygaard is 471199"))
    desk.add(job(NOW + dt.timedelta(hours=3)), annas())

    assert shown_to(desk, CREW) == "471199"


@pytest.mark.parametrize(
    "booking",
    [
        job(NOW + dt.timedelta(days=1)),
        job(NOW - dt.timedelta(days=1)),
        job(NOW, status="cancelled"),
        job(NOW, address="Strandvejen 9, Risskov"),
    ],
    ids=["tomorrow", "yesterday", "cancelled", "another address"],
)
def test_the_crew_do_not_see_it_on_any_other_day_or_place(desk, booking):
    desk.do(Remember(fact="the door code at Jens Nygaard is 471199"))
    fresh = {
        c.key: getattr(booking, c.key) for c in Booking.__table__.columns if c.key != "tenant_id"
    }
    desk.add(Booking(**{k: v for k, v in fresh.items() if v is not None}), annas())

    with pytest.raises(Forbidden):
        shown_to(desk, CREW)


def test_forgetting_blanks_the_words_and_hands_them_to_be_blanked_everywhere(desk):
    kept = desk.do(Remember(fact=DOG)).record["fact"]

    receipt = desk.do(Forget(fact="Jens Nygaard's dog"))

    fact = desk.row(Fact, kept)
    assert (fact.value, fact.excerpt, fact.forgotten_at) == (None, None, NOW)
    assert desk.forgetting.words == {DOG}
    assert [text for text in desk.rows(Text) if text.kind == "fact"] == []
    assert "dog" not in str(receipt)


def test_forgetting_takes_what_it_replaced_along(desk):
    old = desk.do(Remember(fact="Jens Nygaard pays by EAN 5790000123456")).record["fact"]
    desk.do(Remember(fact="Jens Nygaard pays by card"))

    desk.do(Forget(fact="Jens Nygaard pays by card"))

    assert desk.row(Fact, old).value is None


def test_forgetting_asks_where_several_fit(desk):
    desk.do(Remember(fact="Jens Nygaard likes red flowers"))
    desk.do(Remember(fact="Jens Nygaard likes white flowers"))

    with pytest.raises(Unclear) as asked:
        desk.resolve(Forget(fact="flowers", about="Jens Nygaard"))

    assert len(asked.value.choices) == 2


def test_nothing_like_that_cannot_be_forgotten(desk):
    with pytest.raises(NotFound):
        desk.resolve(Forget(fact="the parrot", about="Jens Nygaard"))


def test_remembering_is_undone_by_forgetting(desk):
    tool = Remember(fact=DOG)
    receipt = desk.do(tool)

    assert desk.undo(tool, receipt) == Forget(fact=receipt.record["fact"])


NEAR = [
    f"{first} {last}"
    for first in ("Jens", "Jensine", "Jenny", "Hans", "Johanne", "Jonas", "Jennifer", "Johan")
    for last in ("Nygaard Holm", "Nyborg", "Nygaardsen", "Nybo", "Nygreen")
]


def test_of_forty_customers_with_near_names_only_the_right_ones_thirty_facts_show(desk):
    people = [customer(f"cus_{n}", n + 10, name) for n, name in enumerate(NEAR)]
    desk.add(*people)
    for person in people:
        desk.add(*(told(person.id, number) for number in range(30)))

    shown = {person.id: desk.look(Recall(about=person.name)).facts for person in people}
    asked = {
        person.id: desk.look(Recall(query="shelf 17", about=person.name)).facts for person in people
    }

    assert {id: len(facts) for id, facts in shown.items()} == dict.fromkeys(shown, 30)
    assert all(id in fact.text.split() for id, facts in shown.items() for fact in facts)
    assert all(id in facts[0].text.split() and "17" in facts[0].text for id, facts in asked.items())
    assert all(id in fact.text.split() for id, facts in asked.items() for fact in facts)


def told(customer_id: str, number: int) -> Fact:
    return Fact(
        id=f"fact_{customer_id}_{number}",
        subject_kind="customer",
        subject_id=customer_id,
        key="note",
        value=f"{customer_id} keeps the keys of shelf {number}",
        said_by_id="usr_bo",
        said_by="Bo",
        channel="web",
        trust="person",
        valid_from=NOW,
        created_at=NOW,
    )


@pytest.mark.parametrize("name", ["Jens Nygård", "Jens Nygaard"])
def test_names_that_only_their_spelling_tells_apart_are_asked_about(desk, name):
    desk.add(customer("cus_other", 99, "Jens Nygård", street="Strandvejen 9"))

    with pytest.raises(Unclear) as asked:
        desk.resolve(Remember(fact=f"{name} has a dog"))

    assert {choice.args["about"] for choice in asked.value.choices} == {"cus_jens", "cus_other"}
