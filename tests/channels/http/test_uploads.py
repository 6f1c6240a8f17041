"""What is kept of a file that somebody gave."""

import pytest
import sqlalchemy as sa

from agent.uploads import without_secrets
from memory.tables.conversations import Upload
from tests.support.friday import Friday, bearer

CSV = "name,message\nUlla Sø,mit CPR er 010190-1234\n"


def test_a_text_is_kept_without_its_secrets(fresh: Friday) -> None:
    sent = {"file": ("new.csv", CSV.encode())}

    kept = fresh.http.post("/uploads", files=sent, headers=bearer(fresh.token("owner"))).json()

    with fresh.app.store.reading("demo") as session:
        content = session.scalar(sa.select(Upload.content).where(Upload.id == kept["id"]))
    assert content == CSV.replace("010190-1234", "[CPR number removed]").encode()


def test_a_text_in_another_encoding_keeps_its_letters() -> None:
    kept = without_secrets(CSV.encode("cp1252"))

    assert kept == CSV.replace("010190-1234", "[CPR number removed]").encode("cp1252")


def test_what_is_no_text_is_kept_as_it_is() -> None:
    content = b"\x89PNG\r\n\x1a\n\x00 010190-1234"

    assert without_secrets(content) == content


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"]
)
@pytest.mark.parametrize("more", ["", "\x1a", "\x07 \x1b[0m"])
def test_a_text_is_without_secrets_whatever_it_is_written_in(encoding: str, more: str) -> None:
    told = without_secrets((CSV + more).encode(encoding)).decode(encoding)

    assert "010190-1234" not in told
    assert told.startswith("name,message\nUlla Sø,")
    assert told.endswith(more)


@pytest.mark.parametrize("spoilt", [b"x", b"\x00\xd8", b"\x00\xd8x"])
def test_a_spoilt_end_hides_no_secret(spoilt: bytes) -> None:
    kept = without_secrets(CSV.encode("utf-16-le") + spoilt)

    assert "010190-1234".encode("utf-16-le") not in kept
    assert kept.endswith(spoilt)


@pytest.mark.parametrize(
    "content",
    [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR 010190-1234", b"PK\x03\x04\x14\0\0\0 4111 1111 1111 1111"],
)
def test_what_is_no_text_stays_as_it_is(content: bytes) -> None:
    assert without_secrets(content) == content
