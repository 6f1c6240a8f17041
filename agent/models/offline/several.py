"""One message with several requests, taken apart where each part can stand alone."""

import re
from collections.abc import Mapping

from agent.models.offline.dictation import dictates
from agent.models.offline.hearing import Sentence
from tools.values.tokens import tokenise

_JOINT = re.compile(
    r"\s*[;\n]\s*|\s*[.!?]\s+|,\s*(?:and|og)\s+(?:then\s+|so\s+|så\s+)?|\s+(?:and then|and also|og så|og derefter)\s+"
    r"|,\s*(?:then|så|derefter)\s+|\s+(?:and|og)\s+|,\s+",
    re.IGNORECASE,
)
_MOST_PARTS, _FEWEST_WORDS, _LONGEST = 5, 2, 600


def parts_of(text: str) -> list[str]:
    """The parts of a message, where there are two to five of two words or more; else none."""
    if len(text) > _LONGEST or dictates(text) is not None:
        return []
    parts = [part.strip(" .,!?;") for part in _JOINT.split(text)]
    parts = [part for part in parts if part]
    good = 1 < len(parts) <= _MOST_PARTS and all(len(p.split()) >= _FEWEST_WORDS for p in parts)
    return parts if good else []


def says_more(sentence: Sentence, args: Mapping[str, object]) -> bool:
    """Whether a part says anything besides its arguments: “8240 Risskov” alone asks for nothing."""
    said = {word for value in args.values() for word in tokenise(str(value)).words}
    return any(not word.masked and word.folded not in said for word in sentence.words)
