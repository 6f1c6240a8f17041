"""What is learnt from looks as a message will be heard, and is the same every time."""

from agent.models.offline.generating import Fillings, samples
from agent.models.offline.grammar import phrases_of
from agent.models.offline.hearing import MASKS, NUMBER, PHONE
from agent.models.offline.phrases import Both, ToolWords
from tools.slot import Slot

WORDS = {"set_firm": ToolWords(label=Both(en="Set", da="Ret"))}
SLOTS = {
    "set_firm": {
        "value": Slot(kind="text", steers=False, required=True, label_en="Value", label_da="Værdi")
    }
}
PHRASES = phrases_of("set_firm", "call us on {value}", SLOTS["set_firm"])


def test_a_phone_number_among_free_words_is_learnt_as_it_will_be_heard() -> None:
    fillings = Fillings({"value": ["86 12 34 56"]})

    made = samples(PHRASES, WORDS, SLOTS, fillings, copies=1)

    assert made[0].words == ("call", "us", "on", PHONE)
    assert made[0].spans == ("", "", "", "value")


def test_words_beside_a_number_stay_words() -> None:
    fillings = Fillings({"value": ["Stationsvej 20"]})

    made = samples(PHRASES, WORDS, SLOTS, fillings, copies=1)

    assert made[0].words[3:] == ("stationsvej", NUMBER)


def test_the_same_phrase_gives_the_same_sentences() -> None:
    fillings = Fillings.read()

    first = samples(PHRASES, WORDS, SLOTS, fillings, copies=3)

    assert samples(PHRASES, WORDS, SLOTS, fillings, copies=3) == first
    assert len(first) == 3


def test_recall_is_asked_about_facts_and_services_about_jobs() -> None:
    slot = Slot(kind="text", steers=False, required=False, label_en="Query", label_da="Søg")
    slots = {name: {"query": slot} for name in ("recall", "find_services")}
    phrases = [p for name in slots for p in phrases_of(name, "{query}", slots[name])]
    pools = {"fact_topic": ["the dog"], "service": ["deep clean"], "job": ["ovens"]}

    recall, services = samples(phrases, {}, slots, Fillings(pools), copies=1)

    assert recall.words == ("dog",)
    assert services.words in (("deep", "clean"), ("ovens",))
    assert not MASKS & {*recall.words, *services.words}
