"""Finds the words that a person hands over as they are: quoted text, and what follows a colon."""

import re

from tools.values.spans import Found, found

_LONGEST = 20_000
_QUOTED = re.compile(
    r"\"(?P<a>[^\"]{1,4000})\"|«(?P<b>[^»]{1,4000})»|»(?P<c>[^«]{1,4000})«|“(?P<d>[^“”]{1,4000})[”“]"
    r"|„(?P<e>[^”“]{1,4000})[”“]|”(?P<f>[^”]{1,4000})”|(?<!\w)'(?P<g>[^'\n]{2,400})'(?!\w)"
    r"|‘(?P<h>[^’\n]{1,400})’(?!\w)"
)
_COLON = re.compile(r"(?<=[^\W\d_]):[ \t\n]+(?=\S)")


def find_quoted(text: str) -> list[Found[str]]:
    """Every quoted piece of `text`, without its marks; the place is that of the words."""
    return [
        found(match[group], text, match.start(group), match.end(group))
        for match in _QUOTED.finditer(text[:_LONGEST])
        if (group := match.lastgroup) is not None and match[group].strip()
    ]


def after_colon(text: str) -> Found[str] | None:
    """What follows the first colon that ends a word, up to the end: "add a note to Mette: ring
    først".
    """
    match = _COLON.search(text[:_LONGEST])
    if match is None:
        return None
    end = len(text.rstrip())
    return found(text[match.end() : end], text, match.end(), end)
