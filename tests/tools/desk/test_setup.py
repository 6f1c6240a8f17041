"""The owner sets up the firm."""

import json

import pytest
from pydantic import ValidationError

from memory.tables.booking import ClosedDay, OpeningHours, Service, Staff
from tools.desk.firm import SetFirm, SetOpeningHours
from tools.desk.setup import SaveService, SaveStaff
from tools.errors import NotFound, Rejected, Unclear


def test_a_new_service_is_added_with_both_names(desk):
    new = SaveService.model_validate(
        {"name": "Carpet clean / Tæpperens", "price": "399 kr.", "duration": "2½"}
    )

    preview = desk.preview(new)
    receipt = desk.do(new)

    row = desk.row(Service, receipt.record["service"])
    assert (row.code, row.name_en, row.name_da) == ("carpet-clean", "Carpet clean", "Tæpperens")
    assert (row.price_minor, row.minutes, row.crew, row.prices_include_vat) == (39900, 150, 1, True)
    assert preview.title.startswith("Add the service")
    assert desk.undo(new, receipt) is None


def test_a_service_that_is_there_is_changed_and_changed_back(desk):
    dearer = SaveService.model_validate(
        {"name": "standardrengøring", "price": 375, "duration": 3, "prices_include_vat": False}
    )

    preview = desk.preview(dearer)
    receipt = desk.do(dearer)

    price = next(line for line in preview.lines if line.label == "Price per hour")
    assert (price.before, price.value) == ("DKK\u00a0349.00", "DKK\u00a0375.00")
    assert [each.field for each in preview.preconditions] == ["version"]
    assert desk.row(Service, "svc_standard").price_minor == 37500
    desk.do(desk.undo(dearer, receipt))
    row = desk.row(Service, "svc_standard")
    assert (row.price_minor, row.prices_include_vat, row.version) == (34900, True, 3)


def test_an_employee_is_added_with_hours_and_skills(desk):
    new = SaveStaff(
        name="Sofie Lund", email="Sofie@x.example", hours="man-tor 8-15", skills="standard clean"
    )

    preview = desk.preview(new)
    receipt = desk.do(new)

    row = desk.row(Staff, receipt.record["staff"])
    assert (row.resource_no, row.email, row.skills) == (2, "sofie@x.example", {"standard": True})
    assert row.hours == {str(day): [["08:00", "15:00"]] for day in range(4)}
    assert [line.value for line in preview.lines].count("08:00–15:00") == 4


def test_a_new_price_alone_keeps_how_long_the_service_takes(desk):
    before = desk.rows(Service)[0]

    desk.do(SaveService.model_validate({"name": before.name_en, "price": "399"}))

    after = desk.row(Service, before.id)
    assert (after.price_minor, after.minutes, after.crew) == (39900, before.minutes, before.crew)


def test_a_new_service_is_asked_how_long_it_takes(desk):
    with pytest.raises(Unclear) as asked:
        desk.resolve(SaveService.model_validate({"name": "Carpets", "price": "399"}))

    assert set(asked.value.fields) == {"duration"}


def test_an_employee_is_changed_by_name(desk):
    changed = SaveStaff(name="anna holm", hours="mon 8-12")

    preview = desk.preview(changed)
    desk.do(changed)

    row = desk.row(Staff, "stf_anna")
    assert (row.hours, row.email, row.version) == ({"0": [["08:00", "12:00"]]}, "anna@x.example", 2)
    assert preview.title == "Change anna holm"


@pytest.mark.parametrize(
    ("given_", "field", "error"),
    [
        ({"email": "nobody"}, "email", Rejected),
        ({"hours": "sometimes"}, "hours", Rejected),
        ({"skills": "juggling"}, "skills", NotFound),
    ],
)
def test_what_does_not_fit_an_employee_names_its_field(desk, given_, field, error):
    with pytest.raises(error) as caught:
        desk.resolve(SaveStaff(name="Sofie", **given_))

    assert set(caught.value.fields) == {field}


def test_opening_hours_change_for_the_days_that_were_said_and_back(desk):
    later = SetOpeningHours(days="lør 10-14, fre lukket")

    preview = desk.preview(later)
    receipt = desk.do(later)

    assert {line.label: (line.before, line.value) for line in preview.lines} == {
        "Saturday": ("closed", "10:00–14:00"),
        "Friday": ("08:00–17:00", "closed"),
    }
    assert desk.row(OpeningHours, "5").closes == "14:00"
    assert desk.row(OpeningHours, "4").opens is None
    desk.do(desk.undo(later, receipt))
    assert desk.row(OpeningHours, "4").opens == "08:00"


def test_a_weekday_is_closed(desk):
    desk.do(SetOpeningHours(days="Friday", closed=True))

    assert desk.row(OpeningHours, "4").opens is None


def test_a_date_is_closed_and_opened_again(desk):
    eve = SetOpeningHours(days="24 December", closed=True)

    assert desk.preview(eve).title == "Close on Thursday 24 December 2026"
    receipt = desk.do(eve)
    assert [row.id for row in desk.rows(ClosedDay)] == ["2026-12-24"]

    back = desk.undo(eve, receipt)
    assert desk.preview(back).title == "Open again on Thursday 24 December 2026"
    desk.do(back)
    assert desk.rows(ClosedDay) == []


@pytest.mark.parametrize(
    "asked",
    [
        {"days": "24 December"},
        {"days": "whenever", "closed": True},
        {"days": "1 November 2026", "closed": True},
    ],
)
def test_days_that_cannot_be_set_are_refused(desk, asked):
    with pytest.raises(Rejected) as caught:
        desk.resolve(SetOpeningHours.model_validate(asked))

    assert set(caught.value.fields) == {"days"}


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ({"field": "telefon", "value": "20123456"}, ("phone", "+4520123456")),
        ({"field": "notice_hours", "value": "48"}, ("notice_hours", 48)),
    ],
)
def test_settings_of_the_firm_change_beside_each_other(desk, asked, kept):
    desk.do(SetFirm.model_validate(asked))

    assert desk.tenant.settings == {"email": "post@fjord.example", kept[0]: kept[1]}


def test_the_firms_name_changes_and_back(desk):
    renamed = SetFirm(field="name", value="Fjordglimt ApS")

    preview = desk.preview(renamed)
    receipt = desk.do(renamed)

    assert desk.tenant.name == "Fjordglimt ApS"
    assert json.loads(preview.preconditions[0].value) == "Fjordglimt"
    assert desk.undo(renamed, receipt) == SetFirm(field="name", value="Fjordglimt")


def test_a_first_value_has_nothing_to_go_back_to(desk):
    first = SetFirm(field="address", value="Havnegade 1")

    assert desk.undo(first, desk.do(first)) is None


def test_a_value_that_does_not_fit_is_refused(desk):
    with pytest.raises(Rejected) as caught:
        desk.resolve(SetFirm(field="cvr", value="12345678"))
    with pytest.raises(ValidationError):
        SetFirm.model_validate({"field": "demo", "value": "false"})

    assert set(caught.value.fields) == {"value"}


@pytest.mark.parametrize(
    "days", ["we are closed on 24 December", "vi holder lukket den 24. december"]
)
def test_a_date_that_is_said_to_be_closed_needs_no_flag(desk, days):
    desk.do(SetOpeningHours(days=days))

    assert [row.id for row in desk.rows(ClosedDay)] == ["2026-12-24"]


def test_a_date_alone_is_asked_about(desk):
    with pytest.raises(Unclear) as asked:
        desk.do(SetOpeningHours(days="24 December"))

    assert [choice.args["closed"] for choice in asked.value.choices] == [True, False]
