"""How people prove who they are."""

import datetime as dt
import re
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha1, sha256
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from itsdangerous import URLSafeSerializer
from pydantic import SecretStr

from agent.app import prepare
from agent.identity import bearers
from agent.identity.bearers import Claims
from agent.identity.limits import SIGN_IN, VISITS, Limits
from agent.identity.people import People
from agent.settings import Keys, key_id, load_keys, read_settings
from memory.store import Store
from memory.tables.identity import SignIn, SignInLink, User
from memory.tables.leads import Mail
from tests.support.friday import FRIDAY, Friday, bearer, door, found_other, opened, settings_in
from tools.errors import Conflict, Rejected, TooMany, Unauthenticated
from tools.values.redact import redact

ANNA = "anna@demo.example"
KEYS = Keys(current=b"a" * 32, current_id=key_id(b"a" * 32))


def mailed(friday: Friday) -> list[str]:
    """The tokens of the sign-in links in the outbox, the newest last."""
    with friday.app.store.reading("demo") as session:
        bodies = session.scalars(
            sa.select(Mail.body).where(Mail.body.contains("/sign-in#")).order_by(Mail.created_at)
        ).all()
    return [re.findall(r"/sign-in#(\S+)", body)[0] for body in bodies]


def link_for(friday: Friday, email: str = ANNA) -> str:
    friday.post("auth.requestLink", {"email": email})
    return mailed(friday)[-1]


def suspend(friday: Friday, user_id: str) -> None:
    with friday.app.store.session("demo") as session:
        user = session.fetch(User, user_id)
        assert user is not None
        user.suspended_at = friday.clock()


def test_a_mailed_link_signs_in_by_its_button(fresh: Friday) -> None:
    token = link_for(fresh)

    peeked = fresh.post("auth.peek", {"token": token})
    status, given = fresh.post("auth.redeem", {"token": token})

    assert peeked[1] == {"name": "Anna Krogh", "email": ANNA, "firm": "Fjordglimt Rengøring"}
    assert (status, given["role"]) == (200, "staff")
    assert fresh.get("auth.me", token=given["token"])[1]["email"] == ANNA


def test_opening_a_link_changes_nothing(fresh: Friday) -> None:
    token = link_for(fresh)

    for_the_first_time = fresh.post("auth.peek", {"token": token})
    again = fresh.post("auth.peek", {"token": token})

    assert for_the_first_time == again
    with fresh.app.store.reading("demo") as session:
        assert session.scalars(sa.select(SignInLink.used_at)).all() == [None]


def test_a_link_works_once(fresh: Friday) -> None:
    token = link_for(fresh)
    fresh.post("auth.redeem", {"token": token})

    status, error = fresh.post("auth.redeem", {"token": token})

    assert (status, error["data"]["code"]) == (404, "NOT_FOUND")
    assert "has been used" in error["message"]


def test_a_link_runs_out_after_fifteen_minutes(fresh: Friday) -> None:
    token = link_for(fresh)
    fresh.clock.ahead(minutes=15)

    status, error = fresh.post("auth.redeem", {"token": token})

    assert (status, "run out" in error["message"]) == (404, True)


def test_a_made_up_link_is_not_known(friday: Friday) -> None:
    status, error = friday.post("auth.redeem", {"token": "x" * 43})

    assert (status, error["data"]["code"]) == (404, "NOT_FOUND")


def test_a_link_itself_is_never_kept(fresh: Friday) -> None:
    token = link_for(fresh)

    with fresh.app.store.reading("demo") as session:
        assert session.scalar(sa.select(SignInLink.token_hash)) != token


def test_an_unknown_address_is_answered_like_a_known_one(fresh: Friday) -> None:
    known = fresh.post("auth.requestLink", {"email": ANNA})
    unknown = fresh.post("auth.requestLink", {"email": "nobody@nowhere.example"})

    assert known == unknown == (200, {"ok": True})
    assert len(mailed(fresh)) == 1


def test_five_links_in_fifteen_minutes_and_no_more(fresh: Friday) -> None:
    doors = [door(fresh.app, address=f"10.0.0.{number}") for number in range(7)]
    asked = [one.post("/trpc/auth.requestLink", json={"email": ANNA}) for one in doors]

    assert [answer.status_code for answer in asked] == [200] * 5 + [429] * 2
    assert asked[5].json()["error"]["data"]["code"] == "TOO_MANY_REQUESTS"
    fresh.clock.ahead(minutes=15)
    assert fresh.post("auth.requestLink", {"email": ANNA})[0] == 200


def test_one_network_address_asks_for_five_links_whoever_they_are_for(fresh: Friday) -> None:
    asked = [
        fresh.post("auth.requestLink", {"email": f"p{number}@demo.example"}) for number in range(6)
    ]

    assert [status for status, _ in asked] == [200] * 5 + [429]


def test_what_is_no_address_is_told_so(friday: Friday) -> None:
    status, error = friday.post("auth.requestLink", {"email": "anna at demo"})

    assert (status, error["data"]["code"]) == (400, "BAD_REQUEST")


def test_somebody_suspended_gets_no_link_and_cannot_use_an_old_one(fresh: Friday) -> None:
    token = link_for(fresh)
    suspend(fresh, "usr_anna")

    fresh.post("auth.requestLink", {"email": ANNA})
    status, _ = fresh.post("auth.redeem", {"token": token})

    assert (len(mailed(fresh)), status) == (1, 401)


def test_a_suspension_counts_at_once(fresh: Friday) -> None:
    token = fresh.token("anna")
    before, _ = fresh.get("auth.me", token=token)
    suspend(fresh, "usr_anna")

    status, error = fresh.get("auth.me", token=token)

    assert (before, status) == (200, 401)
    assert "suspended" in error["message"]


def test_signing_out_ends_it(fresh: Friday) -> None:
    token = fresh.token("anna")
    fresh.post("auth.signOut", token=token)

    assert fresh.get("auth.me", token=token)[0] == 401


def test_a_refreshed_bearer_takes_the_place_of_the_old_one(fresh: Friday) -> None:
    token = fresh.token("anna")
    _, renewed = fresh.post("auth.refresh", token=token)

    assert fresh.get("auth.me", token=token)[0] == 401
    assert fresh.get("auth.me", token=renewed["token"])[1]["role"] == "staff"


def test_a_refreshed_visit_stays_a_short_one(fresh: Friday) -> None:
    token = fresh.token("visitor")
    _, renewed = fresh.post("auth.refresh", token=token)

    assert fresh.get("auth.me", token=renewed["token"])[1]["role"] == "visitor"


def test_a_bearer_runs_out(fresh: Friday) -> None:
    token = fresh.token("anna")
    fresh.clock.ahead(hours=12, seconds=1)

    status, error = fresh.get("auth.me", token=token)

    assert (status, error["data"]["code"]) == (401, "UNAUTHORIZED")


def test_a_visitor_has_a_session_of_one_firm(friday: Friday) -> None:
    _, given = friday.post("widget.session", {"siteKey": "demo"})
    _, me = friday.get("auth.me", token=given["token"])
    unknown, _ = friday.post("widget.session", {"siteKey": "nobody"})

    assert (me["role"], me["firm"], unknown) == ("visitor", "Fjordglimt Rengøring", 404)


def test_visits_of_one_address_are_counted(fresh: Friday) -> None:
    asked = [fresh.post("widget.session", {"siteKey": "demo"})[0] for _ in range(VISITS.times + 1)]

    assert asked == [200] * VISITS.times + [429]


def claims(**more: object) -> Claims:
    given = {"tenant_id": "t", "sign_in_id": "s", "expires_at": FRIDAY + dt.timedelta(hours=1)}
    return Claims(**(given | more))  # pyright: ignore[reportArgumentType]


def test_a_bearer_is_read_back() -> None:
    assert bearers.read(KEYS, bearers.issue(KEYS, claims()), now=FRIDAY) == claims()


def test_a_changed_letter_spoils_a_bearer() -> None:
    head, body, seal = bearers.issue(KEYS, claims()).split(".")

    with pytest.raises(Unauthenticated, match="not valid"):
        bearers.read(KEYS, f"{head}.{body}.{seal[:-3]}abc", now=FRIDAY)


def test_a_bearer_of_another_key_is_not_known() -> None:
    other = Keys(current=b"b" * 32, current_id=key_id(b"b" * 32))

    with pytest.raises(Unauthenticated, match="not known"):
        bearers.read(KEYS, bearers.issue(other, claims()), now=FRIDAY)


def test_a_bearer_of_the_old_key_still_counts() -> None:
    after = Keys(
        current=b"b" * 32, current_id=key_id(b"b" * 32), old={KEYS.current_id: KEYS.current}
    )

    assert bearers.read(after, bearers.issue(KEYS, claims()), now=FRIDAY).sign_in_id == "s"


@pytest.mark.parametrize("forged", ["", "x", "a.b.c", "\x00", "é" * 10, "." * 4000])
def test_what_is_no_bearer_is_refused(forged: str) -> None:
    with pytest.raises(Unauthenticated):
        bearers.read(KEYS, forged, now=FRIDAY)


def forged(payload: object, *, secret: bytes = KEYS.current, digest: Any = sha256) -> str:
    """A bearer that names our key, made with what is given."""
    signing = URLSafeSerializer(
        secret, salt=b"bearer", signer_kwargs={"key_derivation": "hmac", "digest_method": digest}
    )
    return f"{KEYS.current_id}.{signing.dumps(payload)}"


def payload(**other: object) -> dict[str, object]:
    """What is in a bearer that counts, but for `other`."""
    ends = int((FRIDAY + dt.timedelta(hours=1)).timestamp())
    return {"ten": "t", "sid": "s", "exp": ends} | other


def test_a_bearer_made_by_hand_counts_when_everything_is_right() -> None:
    assert bearers.read(KEYS, forged(payload()), now=FRIDAY).sign_in_id == "s"


@pytest.mark.parametrize(
    "made",
    [
        forged(payload()).rpartition(".")[0],
        forged(payload(), secret=b"b" * 32),
        forged(payload(), secret=b""),
        forged(payload(), digest=sha1),
        forged({"ten": "t", "sid": "s"}),
        forged(payload(exp="never")),
        forged(payload(exp=1e300)),
        forged(["t", "s"]),
        forged("t"),
    ],
    ids=[
        "no seal",
        "another key",
        "no key",
        "weaker seal",
        "no end",
        "words",
        "too late",
        "a list",
        "text",
    ],
)
def test_a_bearer_with_anything_wrong_is_refused(made: str) -> None:
    with pytest.raises(Unauthenticated):
        bearers.read(KEYS, made, now=FRIDAY)


def test_a_sign_in_of_one_firm_opens_no_other(fresh: Friday) -> None:
    tenant_id, _ = found_other(fresh)
    fresh.token("owner")
    with fresh.app.store.reading("demo") as session:
        sign_in = session.scalars(sa.select(SignIn)).one()
    forged = bearers.issue(
        fresh.app.keys, Claims(tenant_id, sign_in.id, fresh.clock() + dt.timedelta(hours=1))
    )

    assert fresh.get("auth.me", token=forged)[0] == 401


@pytest.mark.parametrize("header", ["x-tenant-id", "x-friday-tenant", "tenant"])
def test_no_header_chooses_the_firm(fresh: Friday, header: str) -> None:
    tenant_id, stranger = found_other(fresh)

    answer = fresh.http.get("/trpc/auth.me", headers={header: "demo", **bearer(stranger)})

    assert tenant_id != "demo"
    assert answer.json()["result"]["data"]["firm"] == "Vestfjord VVS"


def test_a_window_slides_and_says_how_long_to_wait() -> None:
    limits = Limits()
    for second in range(5):
        limits.take(SIGN_IN, "a", now=FRIDAY + dt.timedelta(seconds=second))

    with pytest.raises(TooMany, match="15 minutes") as refused:
        limits.take(SIGN_IN, "a", now=FRIDAY + dt.timedelta(seconds=10))

    assert refused.value.retry_after == 891
    limits.take(SIGN_IN, "b", now=FRIDAY)
    limits.take(SIGN_IN, "a", now=FRIDAY + dt.timedelta(minutes=15))


def test_a_secret_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    made = load_keys(settings_in(tmp_path))

    assert load_keys(settings_in(tmp_path)).current == made.current
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0
    assert str(made.current)[2:-1] not in repr(made)


@pytest.mark.postgres
def test_a_process_with_another_secret_is_refused_on_postgresql(
    postgres_url: str, tmp_path: Path
) -> None:
    def started_with(secret: str, old: str = "") -> None:
        more = {"secret_key_old": SecretStr(old)} if old else {}
        settings = settings_in(
            tmp_path, database_url=postgres_url, secret_key=SecretStr(secret), **more
        )
        prepare(settings).close()

    started_with("first")
    started_with("first")

    with pytest.raises(Conflict, match="FRIDAY_SECRET_KEY is not the one"):
        started_with("second")
    started_with("second", old="first")
    with pytest.raises(Conflict, match="FRIDAY_SECRET_KEY"):
        started_with("first")


@pytest.mark.postgres
def test_bearers_work_on_postgresql(postgres_url: str, tmp_path: Path) -> None:
    with opened(tmp_path, database_url=postgres_url, secret_key=SecretStr("k")) as friday:
        tenant_id, owner = found_other(friday)

        assert friday.get("auth.me", token=owner)[1]["firm"] == "Vestfjord VVS"
        assert tenant_id.startswith("ten_")


def test_of_many_who_renew_one_sign_in_at_once_one_gets_a_new_one(store: Store) -> None:
    people = People(store=store, keys=KEYS, clock=lambda: FRIDAY)
    visitor = people.authenticate(people.visit("site-t1")[0], channel="api")
    together = Barrier(8)

    def renewed(_: int) -> bool:
        together.wait()
        try:
            return bool(people.renew(visitor))
        except Unauthenticated:
            return False

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(renewed, range(8))) == [False] * 7 + [True]


def test_a_setting_that_is_wrong_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRIDAY_PORT", "eighty")

    with pytest.raises(Rejected, match="FRIDAY_PORT"):
        read_settings()


def test_a_secret_that_can_be_guessed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRIDAY_SECRET_KEY", "x" * 15)

    with pytest.raises(Rejected, match="FRIDAY_SECRET_KEY must have at least 16 characters"):
        read_settings()

    monkeypatch.setenv("FRIDAY_SECRET_KEY", "x" * 16)
    read_settings()


@pytest.mark.parametrize(
    "address",
    ["friday.example.com", "//friday.example.com", "ftp://a.example", "https://", "https://a:b:c"],
)
def test_an_address_that_is_not_whole_is_refused_with_an_example(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("FRIDAY_PUBLIC_URL", address)

    with pytest.raises(Rejected, match=r"FRIDAY_PUBLIC_URL write .* https://friday\.example\.com"):
        read_settings()


@pytest.mark.parametrize(
    ("tenant", "sign_in"), [("demo", "sgn_1"), ("ten_" + "0a1b2c3d" * 3, "sgn_" + "9f8e7d6c" * 3)]
)
@pytest.mark.parametrize("around", ["{}", "this is mine: {}", "token={}.", "({})", "se {}\nher"])
def test_a_bearer_that_is_told_is_stored_nowhere(tenant: str, sign_in: str, around: str) -> None:
    made = bearers.issue(KEYS, claims(tenant_id=tenant, sign_in_id=sign_in))

    told = redact(around.format(made))

    assert "removed]" in told
    assert not [part for part in made.split(".")[1:] if part and part in told]
