"""The chain shows whatever was changed, cut, moved or blanked, and survives an erasure."""

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from decimal import Decimal

import pytest
import sqlalchemy as sa

from agent.gate import audit
from agent.gate.seals import genuine
from agent.settings import Keys
from memory.tables.gate import AuditRow, EffectRow, Vote
from tests.gate.world import ANNA, KEYS, MONDAY, OWNER, MoveLead, Pay, World, WriteNote
from tests.support.stores import tamper
from tools.errors import Conflict

WIN = MoveLead(lead="lead_1", status="won")


def checked(world: World, keys: Keys = KEYS) -> audit.Broken | None:
    with world.store.reading("t1") as session:
        return audit.verify(session, keys)


def three_rows(world: World) -> None:
    for text in ("one", "two", "three"):
        with world.store.session("t1") as session:
            audit.record(
                session,
                KEYS,
                now=MONDAY,
                actor_id="usr_anna",
                channel="api",
                event="said",
                subject=f"rec_{text}",
                payload={"text": text},
            )


def test_an_empty_chain_is_whole(world: World) -> None:
    assert checked(world) is None


def test_rows_of_one_transaction_and_of_many_at_once_make_one_chain(world: World) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: world.propose(WriteNote(lead="lead_1", text=str(n))), range(12)))

    with world.store.reading("t1") as session:
        rows = list(session.scalars(sa.select(AuditRow.seq).order_by(AuditRow.seq)))
    assert rows == list(range(1, 49))
    assert checked(world) is None


@pytest.mark.parametrize(
    ("sql", "seq", "why"),
    [
        ("UPDATE audit SET actor_id = 'usr_bo' WHERE seq = 2", 2, "it was changed"),
        ("UPDATE audit SET outcome = 'denied' WHERE seq = 3", 3, "it was changed"),
        (
            'UPDATE audit SET payload = \'{"text": "x"}\' WHERE seq = 1',
            1,
            "its payload was changed",
        ),
        ("UPDATE audit SET salt = 'x' WHERE seq = 1", 1, "its payload was changed"),
        (
            "UPDATE audit SET payload = NULL WHERE seq = 2",
            2,
            "its payload is gone without an erasure",
        ),
        ("DELETE FROM audit WHERE seq = 2", 2, "row 2 is missing"),
        ("DELETE FROM audit WHERE seq = 3", 3, "the end of the chain was cut or added to"),
        ("DELETE FROM audit", 1, "the end of the chain was cut or added to"),
        ("UPDATE audit_heads SET seq = 4", 4, "the end of the chain was cut or added to"),
    ],
)
def test_whatever_was_altered_is_named(world: World, sql: str, seq: int, why: str) -> None:
    three_rows(world)

    tamper(world.store, sql)

    broken = checked(world)
    assert (broken.seq, broken.why) == (seq, why)


def test_rows_that_changed_places_are_named(world: World) -> None:
    three_rows(world)

    tamper(world.store, "UPDATE audit SET seq = 9 WHERE seq = 2")
    tamper(world.store, "UPDATE audit SET seq = 2 WHERE seq = 3")
    tamper(world.store, "UPDATE audit SET seq = 3 WHERE seq = 9")

    assert checked(world).seq == 2


def test_a_proposals_step_altered_is_named(world: World) -> None:
    world.perform(WIN)
    assert checked(world) is None

    tamper(world.store, "UPDATE audit SET actor_id = 'usr_bo' WHERE event = 'approved'")

    assert checked(world).why == "it was changed"


def test_an_old_key_keeps_old_rows_readable_and_a_strange_one_does_not(world: World) -> None:
    three_rows(world)
    new = Keys(current=b"another", current_id="k2", old={"k1": KEYS.current})
    strange = Keys(current=b"another", current_id="k2")

    assert checked(world, new) is None
    assert checked(world, strange).seq == 1
    assert "FRIDAY_SECRET_KEY_OLD" in checked(world, strange).why


def test_a_digest_made_with_an_old_key_is_still_good(world: World) -> None:
    proposal = world.propose(WIN)
    renewed = World(
        world.store, keys=Keys(current=b"another", current_id="k2", old={"k1": KEYS.current})
    )

    renewed.approve(proposal)

    assert renewed.execute(proposal) == "done"


def test_after_an_erasure_nothing_personal_is_left_and_the_chain_is_whole(world: World) -> None:
    done = world.perform(WIN)
    waiting = world.propose(MoveLead(lead="lead_2", status="won"))

    with world.store.session("t1") as session:
        erased = world.gate.erase(session, OWNER, [done.id, waiting.id])

    assert erased == 5
    assert checked(world) is None
    with world.store.reading("t1") as session:
        rows = list(session.scalars(sa.select(AuditRow).where(AuditRow.subject == done.id)))
        blank = world.gate.get(session, OWNER, done.id)
        card = world.gate.card(session, OWNER, blank)
    assert {row.payload for row in rows} == {None}
    assert (blank.args, blank.asked, blank.preview, blank.provenance, blank.result) == (None,) * 5
    assert card.preview.title == "Erased"
    assert world.row(waiting).status == "cancelled"
    with pytest.raises(Conflict):
        world.gate.repropose(ANNA, waiting.id)


def test_an_erasure_blanks_what_voters_wrote_and_their_seals_still_hold(world: World) -> None:
    paid = world.propose(Pay(lead="lead_1", amount=Decimal(20_000)))
    world.approve(paid, OWNER, reason="Mette asked for it by phone", typed="twenty")
    world.execute(paid)

    with world.store.session("t1") as session:
        world.gate.erase(session, OWNER, [paid.id])

    with world.store.reading("t1") as session:
        vote = session.scalars(sa.select(Vote)).one()
        effect = session.scalars(sa.select(EffectRow)).one()
        assert genuine(world.gate._parts, world.row(paid), vote)
    assert (vote.reason, vote.typed, vote.confirmed, vote.salt) == (None, None, [], None)
    assert effect.receipt is None
    assert checked(world) is None


def test_a_vote_whose_words_were_changed_or_blanked_by_hand_is_not_genuine(world: World) -> None:
    approved = world.approve(world.propose(WIN), reason="Sure")

    tamper(world.store, "UPDATE votes SET reason = NULL, salt = NULL")

    assert world.execute(approved) == "failed"
    assert world.row(approved).problem["code"] == "tampered"


def test_an_erasure_erases_once(world: World) -> None:
    three_rows(world)
    subjects = ["rec_one", "rec_two"]

    with world.store.session("t1") as session:
        first = audit.erase(
            session, KEYS, now=MONDAY, actor_id="usr_owner", channel="api", subjects=subjects
        )
    with world.store.session("t1") as session:
        second = audit.erase(
            session, KEYS, now=MONDAY, actor_id="usr_owner", channel="api", subjects=subjects
        )

    assert (first, second) == (2, 0)
    assert checked(world) is None


def test_a_rolled_back_step_leaves_no_row(world: World) -> None:
    with suppress(ZeroDivisionError), world.store.session("t1") as session:
        audit.record(session, KEYS, now=MONDAY, actor_id="x", channel="api", event="said")
        _ = 1 / 0

    assert checked(world) is None
    with world.store.reading("t1") as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(AuditRow)) == 0


def test_a_trail_that_is_gone_with_its_head_shows_by_the_proposals_it_told_of(world: World) -> None:
    proposal = world.propose(WIN)
    tamper(world.store, "DELETE FROM audit")
    tamper(world.store, "DELETE FROM audit_heads")

    gone = checked(world)
    three_rows(world)
    begun_anew = checked(world)

    assert gone is not None
    assert begun_anew is not None
    assert (gone.seq, begun_anew.seq) == (1, 1)
    assert proposal.id in gone.why


def test_heads_are_logged_so_that_a_cut_tail_shows(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    three_rows(world)

    with caplog.at_level(logging.INFO):
        audit.log_heads(world.store)

    assert "audit head tenant=t1 seq=3" in caplog.text


def test_an_audit_row_belongs_to_a_tenant(world: World) -> None:
    with pytest.raises(ValueError, match="belongs to a tenant"), world.store.system() as session:
        audit.record(session, KEYS, now=MONDAY, actor_id="x", channel="api", event="said")


def test_what_is_in_a_payload_is_the_proposals_own(world: World) -> None:
    proposal = world.propose(WIN)

    with world.store.reading("t1") as session:
        row = session.scalar(sa.select(AuditRow).where(AuditRow.subject == proposal.id))

    assert json.loads(json.dumps(row.payload))["args"] == {"lead": "lead_1", "status": "won"}
    assert (row.actor_id, row.on_behalf_of, row.channel, row.tool) == (
        "usr_anna",
        "usr_anna",
        "api",
        "move_lead",
    )
