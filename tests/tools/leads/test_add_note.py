"""Notes are written about customers, leads and bookings, and can be taken away again."""

import pytest
import sqlalchemy as sa

from memory.tables.leads import Note
from tests.support.contexts import context, performed
from tools.errors import NotFound, Unclear
from tools.leads.customer_actions import AddNote, RemoveNote


@pytest.fixture
def jens(people):
    return people.customer("Jens Nygaard")


def notes(store):
    with context(store, writing=False) as ctx:
        return ctx.session.scalars(sa.select(Note)).all()


def test_it_is_the_staffs_own_words(store, jens):
    with context(store) as ctx:
        receipt = performed(ctx, AddNote(about="Jens Nygaard", text="Har hund"))
    note = notes(store)[0]
    assert (note.about_kind, note.about_id, note.text) == ("customer", jens, "Har hund")
    assert (note.source, note.author) == ("staff", "Anna")
    assert receipt.title == "Noted about Jens Nygaard #1, Ryesgade 12, Aarhus C."


@pytest.mark.parametrize("words", ["lead Mette Holm", "Mette Holm"])
def test_a_lead_is_meant_too(store, people, words):
    lead_id = people.lead("Mette Holm")
    with context(store) as ctx:
        performed(ctx, AddNote(about=words, text="Ring efter 16"))
    assert (notes(store)[0].about_kind, notes(store)[0].about_id) == ("lead", lead_id)


def test_a_booking_is_meant_when_it_is_named(store, people, jens):
    booking = people.booking(jens)
    with context(store) as ctx:
        performed(ctx, AddNote(about="booking 2", text="Nøgle under måtten"))
    assert notes(store)[0].about_id == booking


def test_the_crew_writes_about_its_own_jobs_only(store, people, jens):
    mine = people.booking(jens, staff="stf_1")
    other = people.booking(people.customer("Ida Bæk"), staff="stf_2")
    with context(store, role="crew", staff_id="stf_1") as ctx:
        performed(ctx, AddNote(about=mine, text="Færdig"))
        with pytest.raises(NotFound):
            AddNote(about=other, text="Færdig").resolve(ctx)


def test_undo_and_redo(store, jens):
    with context(store) as ctx:
        action = AddNote(about=jens, text="Har hund").resolve(ctx)
        removal = action.undo(ctx, action.perform(ctx, "k")).resolve(ctx)
        receipt = removal.perform(ctx, "k2")
        ctx.session.flush()
        assert ctx.session.scalars(sa.select(Note)).all() == []
        performed(ctx, removal.undo(ctx, receipt))
    assert notes(store)[0].text == "Har hund"


def test_the_only_note_about_somebody_is_removed_and_quoted(store, jens):
    with context(store) as ctx:
        performed(ctx, AddNote(about=jens, text="Har hund"))
        receipt = performed(ctx, RemoveNote(note="Jens Nygaard"))
    assert notes(store) == []
    assert "“Har hund”" in receipt.title


def test_of_several_notes_somebody_says_which_one_goes(store, jens):
    with context(store) as ctx:
        performed(ctx, AddNote(about=jens, text="Har hund"))
        performed(ctx, AddNote(about=jens, text="Ring efter 16"))
        with pytest.raises(Unclear) as asked:
            RemoveNote(note="Jens Nygaard").resolve(ctx)
        labels = [choice.label for choice in asked.value.choices]
        performed(ctx, RemoveNote.model_validate(asked.value.choices[0].args))
    assert {label.split("”")[0] for label in labels} == {"“Har hund", "“Ring efter 16"}
    assert len(notes(store)) == 1


@pytest.mark.parametrize(
    "words",
    [
        "the note about the dog on Jens Nygaard",
        "noten om hunden på Jens Nygaard",
        "hund, Jens Nygaard",
        "Jens Nygaard: har hund",
        "remove the note har hund on Jens Nygaard",
    ],
)
def test_the_note_whose_words_are_said_goes(store, jens, words):
    with context(store) as ctx:
        performed(ctx, AddNote(about=jens, text="Har hund"))
        performed(ctx, AddNote(about=jens, text="Ring efter 16"))
        performed(ctx, RemoveNote(note=words))
    assert [note.text for note in notes(store)] == ["Ring efter 16"]


@pytest.mark.parametrize(
    "words",
    [
        "the note about the key on Jens Nygaard",
        "the key note on Jens Nygaard",
        "delete the key note about the door on Jens Nygaard",
    ],
)
def test_a_note_that_says_something_else_stays_and_is_shown(store, jens, words):
    with context(store) as ctx:
        performed(ctx, AddNote(about=jens, text="Har hund"))
        with pytest.raises(Unclear) as asked:
            RemoveNote(note=words).resolve(ctx)
    assert [choice.label.split("”")[0] for choice in asked.value.choices] == ["“Har hund"]
    assert len(notes(store)) == 1


@pytest.mark.parametrize("words", ["please remove the dog note on Jens Nygaard", "my note on Jens"])
def test_words_ahead_of_the_note_tell_which_one_it_is(store, jens, words):
    with context(store) as ctx:
        performed(ctx, AddNote(about=jens, text="Har hund"))
        performed(ctx, RemoveNote(note=words))
    assert notes(store) == []


def test_what_others_wrote_is_not_removed(store, people, jens):
    with context(store) as ctx:
        written = performed(ctx, AddNote(about=jens, text="Har hund"))
    people.booking(jens, staff="stf_1")
    crew = context(store, role="crew", staff_id="stf_1", name="Jonas")
    with crew as ctx, pytest.raises(NotFound):
        RemoveNote(note=written.record["note"]).resolve(ctx)


def test_another_firms_customer_is_not_found(store, jens):
    with context(store, tenant="t2", number=2) as ctx, pytest.raises(NotFound):
        AddNote(about=jens, text="x").resolve(ctx)
