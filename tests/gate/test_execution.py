"""What happens between a yes and its effect: once, or an honest ending."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
import sqlalchemy as sa

from memory.tables.booking import Booking
from memory.tables.gate import EffectRow, Proposal
from memory.tables.identity import Tenant, User
from memory.tables.leads import Lead
from tests.gate import world as trade
from tests.gate.world import (
    ANNA,
    BO,
    HUNDRED,
    JENS,
    OWNER,
    AskForVisit,
    Break,
    Charge,
    ChargeAtOnce,
    MoveLead,
    Pay,
    Reserve,
    StopAll,
    World,
    WriteNote,
)
from tests.support.stores import tamper
from tools.errors import Conflict, Forbidden, NotFound, Rejected, Unavailable

WIN = MoveLead(lead="lead_1", status="won")
AT_NINE = "2026-11-24T09:00:00+01:00"


def test_many_executions_at_once_have_one_effect(world: World) -> None:
    proposal = world.propose(WIN)
    world.approve(proposal)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: world.execute(proposal), range(16)))

    assert world.notes() == ["moved to won"]
    assert world.row(proposal).status == "done"


def test_a_pending_or_unknown_proposal_is_not_executed(world: World) -> None:
    assert world.execute(world.propose(WIN)) == "pending"
    with pytest.raises(NotFound):
        world.gate.executor.execute("t1", "prop_none")


def test_of_two_proposals_for_one_slot_one_is_booked_and_the_other_is_offered_another_time(
    world: World,
) -> None:
    first = world.propose(Reserve(lead="lead_1", at=AT_NINE))
    second = world.propose(Reserve(lead="lead_2", at=AT_NINE))
    world.approve(first)
    world.approve(second)

    with ThreadPoolExecutor(2) as threads:
        ended = sorted(threads.map(world.execute, (first, second)))

    assert ended == ["done", "stale"]
    loser = next(row for row in map(world.row, (first, second)) if row.status == "stale")
    assert loser.problem["message"] == "That hour is taken."
    assert loser.problem["choices"][0]["label"] == "An hour later"
    with world.store.reading("t1") as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Booking)) == 1
        card = world.gate.card(session, ANNA, loser)
    assert card.options[0].args["at"].startswith("2026-11-24T10:00")


def test_what_moved_since_the_preview_is_told_and_one_click_asks_again(world: World) -> None:
    proposal = world.propose(WIN)
    world.approve(proposal)
    world.change(Lead, "lead_1", status="lost")

    status = world.execute(proposal)
    with world.store.reading("t1") as session:
        card = world.gate.card(session, ANNA, world.gate.get(session, ANNA, proposal.id))
    again = world.gate.repropose(ANNA, proposal.id)

    assert status == "stale"
    assert [(line.label, line.before, line.value) for line in card.moved] == [
        ("Status", "New", "Lost")
    ]
    assert "Status: New → Lost" in card.problem
    assert world.notes() == []
    assert (again.status, again.supersedes) == ("pending", proposal.id)
    assert again.preview["lines"][0]["before"] == "lost"


def test_altered_arguments_are_refused_and_alarmed(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    proposal = world.propose(WIN)
    world.approve(proposal)
    tamper(
        world.store,
        "UPDATE proposals SET args = :args WHERE id = :id",
        args='{"lead": "lead_2", "status": "won"}',
        id=proposal.id,
    )

    status = world.execute(proposal)

    assert status == "failed"
    assert world.row(proposal).problem["code"] == "tampered"
    assert world.notes() == []
    assert "tampered proposal" in caplog.text


def test_a_proposal_that_runs_out_before_it_is_performed_is_not(world: World) -> None:
    proposal = world.propose(WIN)
    world.approve(proposal)
    world.later(hours=4)

    assert world.execute(proposal) == "expired"
    assert world.notes() == []


def test_nothing_of_a_frozen_firm_is_performed_except_what_makes_things_safer(
    world: World,
) -> None:
    proposal = world.propose(WIN)
    world.approve(proposal)
    world.change(Tenant, "t1", frozen_at=world.now, frozen_reason="a stolen phone")

    status = world.execute(proposal)
    automatic = world.propose(WriteNote(lead="lead_1", text="Called"))
    stopped = world.propose(StopAll(lead="lead_1"))

    assert (status, automatic.status, stopped.status) == ("cancelled", "cancelled", "done")
    assert "a stolen phone" in world.row(proposal).problem["message"]
    assert world.notes() == ["stopped"]


def test_a_voter_who_lost_the_role_since_the_vote_takes_the_approval_along(world: World) -> None:
    proposal = world.propose(AskForVisit(lead="lead_1"), JENS)
    world.approve(proposal, BO)
    world.change(User, BO.id, role="bookkeeper")

    assert world.execute(proposal) == "cancelled"
    assert "Bo may no longer approve" in world.row(proposal).problem["message"]
    with pytest.raises(Conflict, match="Bo may no longer"):
        world.approve(proposal, OWNER)


def test_a_suspended_voter_too(world: World) -> None:
    proposal = world.propose(AskForVisit(lead="lead_1"), JENS)
    world.approve(proposal, BO)
    world.change(User, BO.id, suspended_at=world.now)

    assert world.execute(proposal) == "cancelled"


def test_a_requester_who_lost_the_right_is_not_served(world: World) -> None:
    proposal = world.propose(AskForVisit(lead="lead_1"), JENS)
    world.approve(proposal, BO)
    world.change(User, JENS.id, role="crew")

    assert world.execute(proposal) == "cancelled"
    assert "Jens may no longer ask" in world.row(proposal).problem["message"]


def test_a_requester_who_is_suspended_is_not_served(world: World) -> None:
    proposal = world.propose(AskForVisit(lead="lead_1"), JENS)
    world.approve(proposal, BO)
    world.change(User, JENS.id, suspended_at=world.now)

    assert world.execute(proposal) == "cancelled"


def test_a_fault_leaves_nothing_behind_and_is_told_by_its_reference_only(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    failed = world.perform(Break(lead="lead_1"))

    reference = failed.problem["message"].split()[-1].strip(".")
    assert failed.status == "failed"
    assert "a fault in a trade" not in str(failed.problem)
    assert reference in caplog.text
    assert (world.notes(), trade.WOKEN) == ([], [])
    assert world.trail(failed)[-2:] == ["executing", "failed"]


def test_an_action_that_finds_itself_stale_ends_as_stale(world: World) -> None:
    stale = world.perform(Break(lead="lead_1", how="stale"))

    assert (stale.status, stale.problem["message"]) == ("stale", "It moved.")
    assert world.notes() == []


def test_limits_count_over_the_day(world: World) -> None:
    nearly = Decimal(9_900)

    kinds = [
        world.propose(Pay(lead="lead_1", amount=nearly / 2)).outcome["kind"],
        world.propose(Pay(lead="lead_1", amount=nearly)).outcome["kind"],
        world.propose(Pay(lead="lead_1", amount=nearly), BO).outcome["kind"],
    ]
    world.later(days=1)

    assert kinds == ["confirm", "review", "confirm"]
    assert world.propose(Pay(lead="lead_1", amount=nearly)).outcome["kind"] == "confirm"


def test_what_was_denied_does_not_count(world: World) -> None:
    first = world.propose(Pay(lead="lead_1", amount=Decimal(9_900)))
    world.approve(first, decision="deny")

    assert world.propose(Pay(lead="lead_1", amount=Decimal(9_900))).outcome["kind"] == "confirm"


def test_an_edit_does_not_count_itself(world: World) -> None:
    first = world.propose(Pay(lead="lead_1", amount=Decimal(9_900)))

    edited = world.approve(first, decision="edit", args={"amount": "9800"})

    assert edited.outcome["kind"] == "confirm"


def test_proposals_at_once_see_each_others_figures(world: World) -> None:
    pay = Pay(lead="lead_1", amount=Decimal(9_900))

    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda _: world.propose(pay).outcome["kind"], range(4)))

    assert sorted(made) == ["confirm", "review", "review", "review"]


def test_the_firms_rules_deny_ask_and_allow(world: World) -> None:
    world.rule("write_note", "ask")
    world.rule("move_lead", "allow")
    world.rule("pay", "deny", role="staff")

    asked = world.propose(WriteNote(lead="lead_1", text="Called"))
    allowed = world.propose(WIN)

    assert (asked.status, allowed.status) == ("pending", "done")
    with pytest.raises(Forbidden, match="does not allow pay"):
        world.propose(Pay(lead="lead_1", amount=HUNDRED))


def test_what_was_done_can_be_taken_back_once_by_whoever_had_it_done(world: World) -> None:
    done = world.propose(WriteNote(lead="lead_1", text="Called"))
    with world.store.reading("t1") as session:
        offered = world.gate.card(session, ANNA, done).options

    with pytest.raises(Rejected, match="kan ikke fortrydes"):
        world.gate.undo(BO, done.id)
    back = world.gate.undo(ANNA, done.id)
    with pytest.raises(Conflict, match="already"):
        world.gate.undo(OWNER, done.id)
    world.approve(back)
    world.execute(back)

    assert [option.tool for option in offered] == ["undo"]
    assert (back.undoes, world.notes()) == (done.id, [])


def test_what_cannot_be_taken_back_says_so(world: World) -> None:
    with pytest.raises(Rejected, match="cannot be undone"):
        world.gate.undo(ANNA, world.perform(WIN).id)
    with pytest.raises(Rejected):
        world.gate.undo(ANNA, world.propose(MoveLead(lead="lead_2", status="won")).id)


def test_undoing_inside_a_transaction_of_the_caller(world: World) -> None:
    done = world.propose(WriteNote(lead="lead_1", text="Called"))

    with world.store.session("t1") as session:
        back = world.gate.undo_in(session, ANNA, done.id)

    assert world.row(back).status == "pending"


def test_asked_for_again_its_waiting_card_is_shown_again(world: World) -> None:
    done = world.propose(WriteNote(lead="lead_1", text="Called"))

    with world.store.session("t1") as session:
        first = world.gate.undo_in(session, ANNA, done.id, conversation_id="con_1").id
    with world.store.session("t1") as session:
        second = world.gate.undo_in(session, ANNA, done.id, conversation_id="con_1").id

    assert second == first
    assert world.told.count((first, "proposed")) == 2
    with world.store.reading("t1") as session:
        made = world.gate.list_for(session, ANNA)
    assert sorted(each.status for each in made) == ["done", "pending"]


def test_what_a_model_chose_to_take_back_is_confirmed_and_what_a_person_chose_is_done(
    world: World,
) -> None:
    world.rule("remove_note", "allow")
    first = world.propose(WriteNote(lead="lead_1", text="Called"))
    second = world.propose(WriteNote(lead="lead_2", text="Called"))

    clicked = world.gate.undo(ANNA, first.id)
    with world.store.session("t1") as session:
        asked = world.gate.undo_in(session, ANNA, second.id)

    assert (clicked.status, clicked.outcome["kind"]) == ("done", "auto")
    assert (asked.status, asked.outcome["kind"]) == ("pending", "confirm")


def test_asking_again_for_a_pending_one_replaces_it(world: World) -> None:
    old = world.propose(WIN, conversation_id="con_1")

    new = world.gate.repropose(ANNA, old.id)

    assert (world.row(old).status, new.status) == ("superseded", "pending")
    with pytest.raises(Conflict, match="cannot be asked for again"):
        world.gate.repropose(ANNA, old.id)


def test_an_outside_effect_is_made_once_and_kept_with_its_reference(world: World) -> None:
    done = world.perform(Charge(lead="lead_1", amount=HUNDRED))

    assert (done.status, done.result["reference"]) == ("done", "ch_1")
    assert world.till.calls == [f"effect:{done.id}"]
    assert (world.notes(), world.effects()) == (["charged 100"], ["done"])


def test_an_automatic_outside_effect_is_made_in_the_same_call(world: World) -> None:
    done = world.propose(ChargeAtOnce(lead="lead_1", amount=HUNDRED))

    assert done.status == "done"
    assert world.queue == []


def test_what_surely_was_not_sent_is_tried_again(world: World) -> None:
    world.till.plan = [Unavailable("Busy.", sent="no"), Unavailable("Busy.", sent="no")]

    assert world.perform(Charge(lead="lead_1", amount=HUNDRED)).status == "done"
    assert len(world.till.calls) == 3


def test_what_was_never_sent_ends_as_failed(world: World) -> None:
    world.till.plan = [Unavailable("Busy.", sent="no")] * 3

    failed = world.perform(Charge(lead="lead_1", amount=HUNDRED))

    assert (failed.status, failed.problem["message"]) == ("failed", "Busy.")
    assert world.till.charged == {}


def test_a_permanent_refusal_is_not_tried_again(world: World) -> None:
    world.till.plan = [Unavailable("Closed for good.", permanent=True, sent="no")]

    assert world.perform(Charge(lead="lead_1", amount=HUNDRED)).status == "failed"
    assert len(world.till.calls) == 1


def test_what_may_have_been_sent_without_keys_is_unknown_until_it_is_settled(
    world: World,
) -> None:
    world.till.plan = [Unavailable("No answer.")]

    unknown = world.perform(Charge(lead="lead_1", amount=HUNDRED))
    settled = world.gate.reconcile(ANNA, unknown.id)

    assert (unknown.status, unknown.problem["message"]) == ("unknown", "No answer.")
    assert settled.status == "done"
    assert (len(world.till.calls), world.notes()) == (1, ["charged 100"])
    with pytest.raises(Conflict, match="nothing to find out"):
        world.gate.reconcile(ANNA, unknown.id)


def test_an_unknown_effect_that_did_not_happen_ends_as_failed(world: World) -> None:
    world.till.plan = [Unavailable("No answer.")]
    unknown = world.perform(Charge(lead="lead_1", amount=HUNDRED))
    world.till.charged.clear()

    settled = world.gate.reconcile(ANNA, unknown.id)

    assert (settled.status, settled.problem["message"]) == ("failed", "It did not happen.")


def test_what_nobody_can_tell_stays_unknown(world: World) -> None:
    world.till.plan = [Unavailable("No answer.")]
    unknown = world.perform(Charge(lead="lead_1", amount=HUNDRED))
    world.till.silent = True

    still = world.gate.reconcile(ANNA, unknown.id)

    assert (still.status, still.problem["message"]) == ("unknown", "The till does not answer.")


def test_with_keys_it_is_simply_sent_again(world: World) -> None:
    world.till.honours_keys = True
    world.till.plan = [Unavailable("No answer."), Unavailable("No answer.")]

    assert world.perform(Charge(lead="lead_1", amount=HUNDRED)).status == "done"
    assert (len(world.till.calls), len(world.till.charged)) == (3, 1)


def test_a_fault_after_the_call_is_settled_by_asking(world: World) -> None:
    world.till.plan = [RuntimeError("a fault in the adapter")]

    assert world.perform(Charge(lead="lead_1", amount=HUNDRED)).status == "done"
    assert len(world.till.calls) == 1


def test_a_fault_that_nobody_can_settle_is_unknown(world: World) -> None:
    world.till.plan = [RuntimeError("a fault in the adapter")]
    world.till.silent = True

    unknown = world.perform(Charge(lead="lead_1", amount=HUNDRED))

    assert unknown.status == "unknown"
    assert "Reference" in unknown.problem["message"]


def test_a_refusal_of_the_provider_is_told(world: World) -> None:
    world.till.plan = [Rejected("The card was declined.")]

    failed = world.perform(Charge(lead="lead_1", amount=HUNDRED))

    assert (failed.status, failed.problem["message"]) == ("failed", "The card was declined.")


def interrupted(world: World, *, happened: bool) -> Proposal:
    """An outside effect whose process died between the call and its record."""
    proposal = world.propose(Charge(lead="lead_1", amount=HUNDRED))
    world.approve(proposal)
    with world.store.session("t1") as session:
        world.gate.executor.within(session, world.gate.get(session, ANNA, proposal.id))
        session.flush()
        session.fetch(EffectRow, f"effect:{proposal.id}").attempts = 1
    world.till.charged |= {f"effect:{proposal.id}": "ch_before"} if happened else {}
    return proposal


@pytest.mark.parametrize("honours_keys", [True, False])
@pytest.mark.parametrize("happened", [True, False])
def test_an_interrupted_effect_is_made_exactly_once(
    world: World, honours_keys: bool, happened: bool
) -> None:
    world.till.honours_keys = honours_keys
    proposal = interrupted(world, happened=happened)

    status = world.execute(proposal)

    assert status == "done"
    assert len(world.till.charged) == 1
    assert world.notes() == ["charged 100"]


def test_an_interrupted_effect_that_nobody_can_settle_is_unknown(world: World) -> None:
    proposal = interrupted(world, happened=True)
    world.till.silent = True

    assert world.execute(proposal) == "unknown"
    assert world.till.calls == []


def test_the_card_of_a_frozen_firm_says_so_before_it_is_decided(world: World) -> None:
    waiting = world.propose(WIN)
    world.change(Tenant, "t1", frozen_at=world.now, frozen_reason="a stolen phone")

    with world.store.reading("t1") as session:
        frozen = world.gate.card(session, ANNA, waiting)
    told = world.gate.held_up_now(ANNA, waiting)
    world.change(Tenant, "t1", frozen_at=None, frozen_reason=None)
    with world.store.reading("t1") as session:
        thawed = world.gate.card(session, ANNA, waiting)

    assert frozen.problem.startswith("The firm is frozen (a stolen phone): what is approved now is")
    assert (frozen.decidable, frozen.problem) == (True, told)
    assert thawed.problem == ""


def test_an_interrupted_effect_of_a_firm_now_frozen_is_unknown(world: World) -> None:
    proposal = interrupted(world, happened=False)
    world.change(Tenant, "t1", frozen_at=world.now)

    assert world.execute(proposal) == "unknown"


def test_an_interrupted_effect_that_was_altered_meanwhile_is_not_made_again(
    world: World,
) -> None:
    proposal = interrupted(world, happened=True)
    tamper(world.store, "UPDATE proposals SET nonce = 'x' WHERE id = :id", id=proposal.id)

    assert world.execute(proposal) == "unknown"
    assert world.till.calls == []


def test_a_requester_who_left_while_it_was_under_way_does_not_unmake_it(world: World) -> None:
    proposal = interrupted(world, happened=True)
    world.change(User, ANNA.id, suspended_at=world.now)

    assert world.execute(proposal) == "done"


def test_work_that_was_left_behind_is_picked_up(world: World) -> None:
    proposal = world.propose(WIN)
    world.approve(proposal)
    world.later(minutes=1)
    early = world.gate.sweep()
    world.later(minutes=2)
    late = world.gate.sweep()

    assert (early, late) == (0, 1)
    assert world.row(proposal).status == "done"
