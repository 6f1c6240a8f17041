"""Who may sign in, what is stopped, taken back, and shown."""

import dataclasses
import datetime as dt

import pytest

from memory.tables.gate import AuditRow
from memory.tables.identity import User
from memory.tables.leads import Mail
from tools.desk.actions import Freeze, Undo, Unfreeze, Withdraw
from tools.desk.people import ChangeRole, InviteUser, ReactivateUser, SuspendUser
from tools.desk.queries import AuditTrail, FindApprovals, Help
from tools.errors import Conflict, NotFound, Rejected, Unclear
from tools.kit import Actor
from tools.policy import confirm, review

NOW = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)
OLGA_IN_DANISH = Actor("fjord", "usr_owner", "owner", "Olga", "da")
BO = Actor("fjord", "usr_bo", "staff", "Bo Lund", "en")
VISITOR = Actor("fjord", "sgn_1", "visitor", "", "da")
JENS = Actor("fjord", "usr_j", "customer", "Jens", "en", customer_id="cus_jens")
CREW = Actor("fjord", "usr_a", "crew", "Anna", "da", staff_id="stf_anna")
BOOKS = Actor("fjord", "usr_k", "bookkeeper", "Kim", "en")


def test_an_invitation_makes_a_user_and_a_mail_with_a_link(desk):
    receipt = desk.do(InviteUser(email="Mia@x.example", role="kontor"))

    user, [mail] = desk.row(User, receipt.record["user"]), desk.rows(Mail)
    assert (user.email, user.role) == ("mia@x.example", "staff")
    assert mail.to == "mia@x.example"
    assert f"https://friday.example/sign-in#{user.id}" in mail.body


def test_crew_and_customers_are_tied_to_their_own_rows(desk):
    crew = desk.do(InviteUser(email="anna@x.example", role="crew"))
    customer = desk.do(InviteUser(email="jens@x.example", role="customer"))

    assert desk.row(User, crew.record["user"]).staff_id == "stf_anna"
    assert desk.row(User, customer.record["user"]).customer_id == "cus_jens"
    assert desk.row(User, customer.record["user"]).name == "Jens Nygaard"


def test_an_invited_owner_needs_another_owner(desk):
    preview = desk.preview(InviteUser(email="mia@x.example", role="owner"))

    assert preview.facts == {"role": "owner", "email": "mia@x.example"}
    assert InviteUser.policy == confirm().when("role", "owner", review("owner"))


@pytest.mark.parametrize(
    ("email", "role", "error"),
    [
        ("nobody", "staff", Rejected),
        ("bo@x.example", "crew", Conflict),
        ("mia@x.example", "customer", Rejected),
    ],
)
def test_who_cannot_be_invited(desk, email, role, error):
    with pytest.raises(error):
        desk.resolve(InviteUser(email=email, role=role))


def test_an_invitation_is_undone_by_shutting_out(desk):
    invite = InviteUser(email="mia@x.example", role="staff")
    receipt = desk.do(invite)

    desk.do(desk.undo(invite, receipt))

    assert desk.row(User, receipt.record["user"]).suspended_at == NOW


def test_a_role_changes_and_back(desk):
    change = ChangeRole(user="Bo Lund", role="bookkeeper")

    preview = desk.preview(change)
    receipt = desk.do(change)

    assert desk.row(User, "usr_bo").role == "bookkeeper"
    assert preview.facts == {"owner": "not", "name": "Bo Lund"}
    touched = desk.preview(ChangeRole(user="Bo Lund", role="owner")).facts
    assert touched == {"owner": "touched", "name": "Bo Lund"}
    desk.do(desk.undo(change, receipt))
    assert desk.row(User, "usr_bo").role == "staff"


def test_the_only_owner_stays(desk):
    with pytest.raises(Conflict, match="only owner"):
        desk.resolve(ChangeRole(user="Olga", role="staff"))
    with pytest.raises(Conflict, match="only owner"):
        desk.resolve(SuspendUser(user="Olga"))
    with pytest.raises(Conflict, match="already"):
        desk.resolve(ChangeRole(user="Bo Lund", role="staff"))


def test_one_of_two_owners_may_go(desk):
    desk.do(ChangeRole(user="Bo Lund", role="owner"))

    assert desk.resolve(SuspendUser(user="Olga")).user == "usr_owner"


def test_a_user_is_shut_out_and_let_in_again(desk):
    with pytest.raises(Conflict):
        desk.resolve(ReactivateUser(user="Bo Lund"))

    out = SuspendUser(user="bo@x.example", reason="Left")
    receipt = desk.do(out)
    assert desk.row(User, "usr_bo").suspended_at == NOW
    back = desk.undo(out, receipt)
    assert desk.preview(back).title == "Let Bo Lund in again"
    again = desk.do(back)
    assert desk.row(User, "usr_bo").suspended_at is None
    assert desk.undo(back, again) == SuspendUser(user="usr_bo")
    assert desk.preview(out).title == "Suspend Bo Lund"


def test_freezing_stops_and_unfreezing_starts(desk):
    with pytest.raises(Conflict, match="Nothing is frozen"):
        desk.resolve(Unfreeze())

    stop = Freeze(reason="Strange mails")
    assert desk.preview(stop).lines[0].value == "Strange mails"
    receipt = desk.do(stop)
    assert (desk.tenant.frozen_at, desk.tenant.frozen_reason) == (NOW, "Strange mails")
    start = desk.undo(stop, receipt)
    assert desk.preview(start).lines[0].value == "Strange mails"
    again = desk.do(start)
    assert desk.tenant.frozen_at is None
    assert desk.undo(start, again) == Freeze()


def test_never_mind_withdraws_the_last_thing_that_was_asked_for(desk, propose):
    desk.add(propose("pro_1"), propose("pro_2", minutes=1), propose("pro_3", status="done"))

    assert desk.preview(Withdraw()).title == "Withdraw: Title of pro_2"
    receipt = desk.do(Withdraw())

    assert receipt.record == {"proposal": "pro_2"}
    assert receipt.title == "Withdrawn: Title of pro_2"


def test_undo_proposes_what_takes_the_last_thing_back(desk, propose):
    desk.add(
        propose("pro_1", status="done"),
        propose("pro_2", status="done", tool="undo", minutes=1),
        propose("pro_3", status="done", tool="add_note"),
        propose("pro_4", status="done", tool="import_leads"),
    )

    assert desk.resolve(Undo(proposal="pro_1")).proposal == "pro_1"
    assert desk.resolve(Undo()).proposal != "pro_2"
    assert desk.preview(Undo(proposal="pro_1")).title == "Undo: Title of pro_1"
    assert desk.do(Undo(proposal="pro_1")).title == (
        "To undo “Title of pro_1”, this waits for your yes: Title of pro_1"
    )
    assert desk.do(Undo(proposal="pro_3")).title == ("Undone: Title of pro_3. Done: Title of pro_3")
    with pytest.raises(Rejected, match="cannot be undone"):
        desk.do(Undo(proposal="pro_4"))


@pytest.mark.parametrize(("tool", "status"), [(Undo, "done"), (Withdraw, "pending")])
def test_without_a_name_only_this_conversation_is_meant(desk, propose, tool, status):
    desk.add(
        propose("pro_here", status=status, conversation_id="con_1"),
        propose("pro_elsewhere", status=status, conversation_id="con_2", minutes=1),
    )

    def resolved(conversation: str | None) -> str:
        return desk.within(
            lambda ctx: (
                tool().resolve(dataclasses.replace(ctx, conversation_id=conversation)).proposal
            )
        )

    assert (resolved("con_1"), resolved("con_2")) == ("pro_here", "pro_elsewhere")
    with pytest.raises(Unclear, match="from elsewhere") as asked:
        resolved("con_3")
    with pytest.raises(Unclear):
        resolved(None)
    assert [(each.label, each.tool, each.args) for each in asked.value.choices] == [
        (f"Title of {each}", tool.tool_name(), {"proposal": each})
        for each in ("pro_elsewhere", "pro_here")
    ]


def test_what_is_named_is_undone_from_elsewhere(desk, propose):
    desk.add(propose("pro_elsewhere", status="done", conversation_id="con_2"))

    done = desk.do(Undo(proposal="pro_elsewhere"))

    assert done.title == (
        "To undo “Title of pro_elsewhere (from elsewhere)”, this waits for your yes: Title of pro_elsewhere"
    )


def test_undo_goes_on_to_what_is_not_taken_back_yet(desk, propose):
    desk.add(
        propose("pro_1", status="done"),
        propose("pro_2", status="done", minutes=1),
        propose("pro_3", status="done", minutes=2, undoes="pro_2"),
    )

    assert desk.resolve(Undo()).proposal == "pro_1"


def test_there_may_be_nothing_to_take_back(desk, propose):
    desk.add(propose("pro_1"))

    with pytest.raises(NotFound):
        desk.resolve(Withdraw(), actor=BO)
    with pytest.raises(NotFound):
        desk.resolve(Undo(proposal="pro_9"))


def test_what_waits_is_listed(desk, propose):
    assert desk.look(FindApprovals()).summary == "Nothing waits for an answer."
    assert desk.look(FindApprovals()).as_card() is None
    desk.add(propose("pro_1"), propose("pro_2", status="done"))

    found = desk.look(FindApprovals())

    assert [row.id for row in found.approvals] == ["pro_1"]
    assert found.summary == "1 waiting for an answer."
    assert found.as_card().rows[0][0].text == "Title of pro_1"
    assert desk.look(FindApprovals(status="done")).summary == "1 done."


def entry(seq: int, subject: str, at: dt.datetime = NOW) -> AuditRow:
    return AuditRow(
        id=f"aud_{seq}",
        seq=seq,
        at=at,
        actor_id="usr_bo",
        channel="api",
        event="proposed",
        tool="book",
        subject=subject,
        outcome="pending",
        payload_mac="m",
        previous="p",
        hash=f"h{seq}",
    )


def test_the_audit_trail_says_who_did_what(desk, propose):
    desk.add(propose("pro_1"), entry(1, "pro_1"), entry(2, "pro_2"))

    found = desk.look(AuditTrail())

    assert [(row.seq, row.who, row.tool) for row in found.entries] == [
        (2, "Bo Lund", "book"),
        (1, "Bo Lund", "book"),
    ]
    assert found.as_card().moments[0].title == "Proposed: book"
    danish = desk.look(AuditTrail(), actor=OLGA_IN_DANISH)
    [moment, _] = danish.as_card().moments
    assert (moment.title, moment.text) == (
        "Foreslået: book",
        "Bo Lund, side eller terminal, venter",
    )


def test_the_audit_trail_is_narrowed_to_a_record_a_proposal_or_a_time(desk, propose):
    old = NOW - dt.timedelta(days=10)
    desk.add(propose("pro_1"), entry(1, "pro_1", at=old), entry(2, "pro_2"))

    by_record = desk.look(AuditTrail(about="Jens Nygaard"))
    by_proposal = desk.look(AuditTrail(about="pro_1"))
    by_time = desk.look(AuditTrail(since="yesterday"))
    none = desk.look(AuditTrail(since="yesterday", about="pro_1"))

    assert [row.seq for row in by_record.entries] == [1]
    assert [row.seq for row in by_proposal.entries] == [1]
    assert [row.seq for row in by_time.entries] == [2]
    assert none.as_card() is None


def test_help_names_real_records_and_what_is_not_there_yet(desk):
    found = desk.look(Help())

    assert "find leads in Viby" in found.examples
    assert (
        "book Jens Nygaard for standard clean on Monday 23 November 2026 at 10:00" in found.examples
    )
    assert len(found.examples) == 6
    assert "invoicing, SMS campaigns" in found.summary
    assert len(found.as_card().options) == 6


@pytest.mark.parametrize(
    ("actor", "least"), [(VISITOR, 6), (JENS, 6), (CREW, 6), (BOOKS, 6), (BO, 6)]
)
def test_help_fits_the_role(desk, actor, least):
    found = desk.look(Help(), actor=actor)

    assert len(found.examples) >= least
    assert not any("{" in line for line in found.examples)
