"""Phone numbers, e-mail addresses and domain names."""

import pytest

from tools.errors import Rejected
from tools.values.domains import find_domains, read_domain
from tools.values.emails import find_emails, read_email
from tools.values.phones import find_phones, read_phone, say_phone


@pytest.mark.parametrize(
    ("text", "phones"),
    [
        ("ring 20 12 34 56 nu", ["+4520123456"]),
        ("tlf. 20123456 (efter 16)", ["+4520123456"]),
        ("tlf.nr. 20123456", ["+4520123456"]),
        ("+46 8 123 456 78 eller 20123457", ["+46812345678", "+4520123457"]),
        ("CVR 28474747", []),
        ("CVR-nr. 28474747", []),
        ("faktura 20123456", []),
        ("24.12.2026 kl 10", []),
        ("2026-12-24T10:00", []),
        ("kort 4111 1111 1111 1111", []),
        ("2.284,60 kr", []),
    ],
)
def test_phones_are_found(text: str, phones: list[str]):
    assert [hit.value for hit in find_phones(text)] == phones


@pytest.mark.parametrize("text", ["20123456", "20 12 34 56", "+45 20 12 34 56", "0045 20123456"])
def test_one_phone_has_one_spelling(text: str):
    assert read_phone(text) == "+4520123456"


@pytest.mark.parametrize("text", ["", "hej", "12", "+4512345678", "20123456 and 20123457"])
def test_a_bad_phone_is_refused(text: str):
    with pytest.raises(Rejected, match="not a valid phone number"):
        read_phone(text)


def test_a_phone_is_said_as_its_country_writes_it():
    assert say_phone("+4520123456") == "20 12 34 56"
    assert say_phone("+46812345678").startswith("+46 8")


@pytest.mark.parametrize(
    ("text", "emails"),
    [
        ("skriv til Anna@Demo.Example, tak.", ["anna@demo.example"]),
        ("Jens <jens@rødgrød.dk>", ["jens@xn--rdgrd-vuad.dk"]),
        ("a@b og x..y@a.dk", []),
        ("mød mig @ 10", []),
    ],
)
def test_emails_are_found(text: str, emails: list[str]):
    assert [hit.value for hit in find_emails(text)] == emails


def test_one_mailbox_has_one_spelling():
    assert read_email(" Jens.Nygaard@Rødgrød.DK ") == "jens.nygaard@xn--rdgrd-vuad.dk"


@pytest.mark.parametrize(
    "text", ["", "jens", "jens@", "a b@c.dk", "a@b@c.dk", "a@-b.dk", "a@1.2.3.4"]
)
def test_a_bad_address_is_refused(text: str):
    with pytest.raises(Rejected, match="not a valid e-mail address"):
        read_email(text)


@pytest.mark.parametrize(
    ("text", "domains"),
    [
        ("sæt PHP 8.3 på example-bakery.dk.", ["example-bakery.dk"]),
        ("https://www.Rødgrød.dk/x?y", ["www.xn--rdgrd-vuad.dk"]),
        ("shop.example og a.b.co.uk", ["shop.example", "a.b.co.uk"]),
        ("mail anna@firma.dk", []),
        ("liste.csv, tak.hej, kl.10, 10.0.0.1, -bad.dk", []),
    ],
)
def test_domains_are_found(text: str, domains: list[str]):
    assert [hit.value for hit in find_domains(text)] == domains


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("Example-Bakery.dk", "example-bakery.dk"),
        ("rødgrød.dk", "xn--rdgrd-vuad.dk"),
        ("xn--rdgrd-vuad.dk", "xn--rdgrd-vuad.dk"),
        ("https://a.dk/x", "a.dk"),
        ("a.dk.", "a.dk"),
    ],
)
def test_a_domain_is_read(text: str, domain: str):
    assert read_domain(text) == domain


@pytest.mark.parametrize(
    "text", ["", "nodot", "a..dk", "-x.dk", "x-.dk", "x_y.dk", "a" * 64 + ".dk", "a b.dk", "a.123"]
)
def test_a_bad_domain_is_refused(text: str):
    with pytest.raises(Rejected, match="not a valid domain name"):
        read_domain(text)


@pytest.mark.parametrize("text", ["10.0.0.1", "[::1]", "::1", "http://127.0.0.1:8000/"])
def test_an_ip_address_is_no_domain(text: str):
    with pytest.raises(Rejected, match="IP address"):
        read_domain(text)
