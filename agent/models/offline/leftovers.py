"""Words of a look-up that its reading left out, though they narrow it: a status said as a word, a place, a name."""

from collections.abc import Callable, Mapping, Sequence

from agent.models.offline.hearing import COLON, Sentence, Word
from tools.slot import Slot

_BEFORE = frozenset(
    {
        "in",
        "from",
        "about",
        "named",
        "called",
        "for",
        "with",
        "i",
        "fra",
        "om",
        "hedder",
        "paa",
        "med",
    }
)
_SEARCH = "query"


def unsaid_choices(
    words: Sequence[Word],
    args: Mapping[str, object],
    slots: Mapping[str, Slot],
    values: Mapping[str, frozenset[str]],
) -> dict[str, Word]:
    """Words that say a value of a choice which the reading left open ("new leads"), by argument."""
    found: dict[str, Word] = {}
    for name, slot in slots.items():
        if slot.kind == "choice" and name not in args:
            said = [word for word in words if word.folded in values.get(name, frozenset())]
            if len(said) == 1 and said[0] not in found.values():
                found[name] = said[0]
    return found


def searched_for(
    sentence: Sentence,
    taken: frozenset[int],
    args: Mapping[str, object],
    slots: Mapping[str, Slot],
    usual: Callable[[str], bool],
) -> str | None:
    """The words to search for, where there is a search and the reading has none.

    They are a run of words that the tool's phrases do not have (`usual`), written with a capital or after a
    preposition: "new leads in Aarhus" is not every new lead.
    """
    slot = slots.get(_SEARCH)
    if slot is None or slot.kind != "text" or _SEARCH in args:
        return None
    words = sentence.words
    shouted = sentence.text.isupper()
    runs: list[list[int]] = []
    for at, word in enumerate(words):
        if at in taken or word.masked or word.folded == COLON or usual(word.folded):
            continue
        if runs and runs[-1][-1] == at - 1:
            runs[-1].append(at)
        else:
            runs.append([at])
    for run in runs:
        first = run[0]
        capital = first > 0 and not shouted and sentence.text[words[first].start].isupper()
        if capital or (first > 0 and words[first - 1].folded in _BEFORE):
            return sentence.said(first, run[-1])
    return None


def behind_command(tool: str, sentence: Sentence) -> str | None:
    """All that follows the tool's own name (“recall pia”): it is what to look for."""
    words = [word.folded for word in sentence.words]
    if words[:1] != [tool]:
        return None
    first = 2 if words[1:2] and words[1] in _BEFORE else 1
    return sentence.said(first, -1) if first < len(words) else None
