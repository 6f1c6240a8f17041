"""Parts a message's own words from those that its writer only passes on: quoted lines, forwarded mails, code blocks."""

import re

_FENCED = re.compile(r"^[ \t]*(```|~~~).*?(?:^[ \t]*\1[^\n]*$|\Z)", re.MULTILINE | re.DOTALL)
_LINES = re.compile(r"^[ \t]*(?:[>|\uff1e]|&gt;).*$", re.MULTILINE)
_PASSED_ON = re.compile(
    r"^[ \t>]*(?:"
    r"-{2,}[ \t]*(?:original message|forwarded message|oprindelig (?:meddelelse|besked|mail)"
    r"|videresendt (?:meddelelse|besked|mail))\b"
    r"|begin forwarded message:|start på videresendt (?:meddelelse|besked|mail)"
    r"|(?:fwd?|vs|videresendt):"
    r"|on\b[^\n]{4,120}\bwrote:|den\b[^\n]{4,120}\bskrev\b[^\n]{0,80}:"
    r"|(?:from|fra):[^\n]*\n(?:[ \t]*(?:to|til|date|dato|sent|sendt|subject|emne|cc):[^\n]*\n?)+"
    r").*\Z",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
_SPEAKS = r"(?:wrote|writes|says|said|asks|asked|mailed|texted|skrev|skriver|siger|sagde|spørger|spurgte|sms'ede)"
_SPOKEN = re.compile(
    rf"^(?P<who>[^\n:\"“”„«»]{{0,120}}\b{_SPEAKS}\b[^\n:\"“”„«»]{{0,60}}:)\s*"
    r"(?:\"[^\"]*\"?|“[^”]*”?|„[^“”]*[“”]?|«[^»]*»?|»[^«]*«?|”[^”]*”?)",
    re.IGNORECASE | re.MULTILINE,
)


def own_words(text: str) -> str:
    """What the writer says in their own name. What somebody else wrote, and the writer pasted, is left out.

    That is: lines behind “>”, fenced blocks, a forwarded or answered mail from its heading on (as mail programs of
    RFC 3676 and of Outlook mark them), and the quoted words behind “she wrote:”.
    """
    for pattern in (_FENCED, _PASSED_ON, _LINES):
        text = pattern.sub("", text)
    return _SPOKEN.sub(r"\g<who>", text).strip()
