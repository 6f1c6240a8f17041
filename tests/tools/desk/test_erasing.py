"""Whose records go when a person is erased, and what is looked for elsewhere."""

import datetime as dt

import pytest

from memory.tables.conversations import Upload
from memory.tables.identity import User
from memory.tables.leads import Customer, CustomerEmail, CustomerPhone, Lead, Mail
from memory.tables.texts import Text
from tools.desk.erasing import EraseCustomer
from tools.desk.uploaded import cut_out
from tools.errors import NotFound
from tools.values.text import fold

NOW = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)


def customer(id: str, number: int, name: str, **more: object) -> Customer:
    return Customer(
        id=id, number=number, name=name, folded_name=fold(name), created_at=NOW, updated_at=NOW, **more
    )  # fmt: skip


def lead(id: str, number: int, name: str, **more: object) -> Lead:
    return Lead(
        id=id, number=number, name=name, folded_name=fold(name), source="website", received_at=NOW,
        created_at=NOW, updated_at=NOW, **more,
    )  # fmt: skip


def test_doubles_and_leads_of_the_same_person_go_as_well(desk):
    desk.add(
        customer("cus_double", 8, "J. Nygaard", merged_into="cus_jens"),
        lead("lead_mine", 8, "Jens N.", email="Jens@X.example"),
        lead("lead_linked", 9, "Nygaards", customer_id="cus_jens"),
    )

    desk.do(EraseCustomer(customer="Jens Nygaard"))

    names = [desk.row(Customer, id).name for id in ("cus_jens", "cus_double")]
    assert names == ["Slettet 1", "Slettet 8"]
    assert [desk.row(Lead, id).email for id in ("lead_mine", "lead_linked")] == [None, None]
    assert desk.row(Lead, "lead_1").name == "Mette Holm"
    assert desk.rows(CustomerEmail) == []
    assert {"cus_jens", "cus_double", "lead_mine", "lead_linked"} <= desk.forgetting.ids
    assert {"Jens Nygaard", "J. Nygaard", "jens@x.example"} <= desk.forgetting.words


def test_their_texts_cannot_be_searched_any_more(desk):
    desk.do(EraseCustomer(customer="Jens Nygaard"))

    assert "nygaard" not in " ".join(text.folded for text in desk.rows(Text))


def test_what_somebody_else_has_too_is_not_looked_for(desk):
    desk.add(
        customer("cus_other", 8, "Jens Nygaard", street="Møllevej 4"),
        CustomerPhone(id="tel_1", customer_id="cus_jens", phone="+4520123456"),
    )
    desk.add(CustomerPhone(id="tel_2", customer_id="cus_other", phone="+4520123456"))

    desk.do(EraseCustomer(customer="cus_jens"))

    assert desk.forgetting.words == {"jens@x.example"}
    assert desk.row(Customer, "cus_other").name == "Jens Nygaard"


def test_a_phone_is_looked_for_as_people_write_it(desk):
    desk.add(CustomerPhone(id="tel_1", customer_id="cus_jens", phone="+4520123456"))

    desk.do(EraseCustomer(customer="cus_jens"))

    assert {"+4520123456", "20 12 34 56", "20123456"} <= desk.forgetting.words


def test_a_lead_that_never_became_a_customer_can_be_erased(desk):
    receipt = desk.do(EraseCustomer(customer="Mette Holm"))

    assert receipt.record == {"lead": "lead_1"}
    assert (desk.row(Lead, "lead_1").name, desk.row(Lead, "lead_1").city) == ("Slettet 1", None)
    assert "Mette" not in str(receipt)


def test_they_cannot_sign_in_any_more_and_mails_to_them_go(desk):
    desk.add(
        User(
            id="usr_jens", email="jens@x.example", name="Jens", role="customer", created_at=NOW,
            customer_id="cus_jens",
        ),
        Mail(
            id="mail_1", key="k", message_id="m", to="jens@x.example", subject="Hi", body="Jens",
            created_at=NOW,
        ),
    )  # fmt: skip

    desk.do(EraseCustomer(customer="jens@x.example"))

    user = desk.row(User, "usr_jens")
    assert (user.email, user.name, user.suspended_at) == ("usr_jens@friday.invalid", "", NOW)
    assert desk.rows(Mail) == []


def test_a_file_keeps_the_rows_of_others(desk):
    content = b"name;email\nJens;jens@x.example\nBente;bente@x.example\n"
    desk.add(
        Upload(
            id="upl_1", owner_id="usr_bo", filename="a.csv", media_type="text/csv",
            size=len(content), sha256="0", content=content, created_at=NOW,
        )
    )  # fmt: skip

    desk.do(EraseCustomer(customer="jens@x.example"))

    assert desk.row(Upload, "upl_1").content == b"name;email\nBente;bente@x.example\n"


def test_nobody_of_that_name_is_said_so(desk):
    with pytest.raises(NotFound):
        desk.resolve(EraseCustomer(customer="nobody@nowhere.example"))


CSV = 'name,email,message\nJens,jens@x.example,"first\nsecond"\nBente,b@x.example,"one\ntwo"\n'
JSONL = '{"contact":{"name":"J\\u00f8rn Holm"}}\n{"contact":{"name":"Bente Bo"}}\n'


@pytest.mark.parametrize(
    ("content", "words", "left"),
    [
        (CSV, {"jens@x.example"}, 'name,email,message\nBente,b@x.example,"one\ntwo"\n'),
        (CSV, {"b@x.example"}, 'name,email,message\nJens,jens@x.example,"first\nsecond"\n'),
        (JSONL, {"Jørn Holm"}, '{"contact":{"name":"Bente Bo"}}\n'),
        (CSV, {"somebody@else.example"}, None),
        (CSV, {"Jens"}, None),
    ],
    ids=["first", "last", "jsonl", "nobody", "a short word alone"],
)
def test_a_row_goes_with_all_its_lines(content: str, words: set[str], left: str | None) -> None:
    cut = cut_out(content.encode(), words, set())

    assert (cut.decode() if cut is not None else None) == left


def test_an_imported_row_is_found_by_what_was_kept_of_it() -> None:
    raw = '{"name": "Jens", "email": "jens@x.example", "message": "first\\nsecond"}'

    assert (
        cut_out(CSV.encode(), set(), {raw})
        == CSV.replace('Jens,jens@x.example,"first\nsecond"\n', "").encode()
    )


def test_a_picture_is_left_alone() -> None:
    assert cut_out(b"\x89PNG\x00jens@x.example", {"jens@x.example"}, set()) is None
