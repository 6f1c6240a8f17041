"""Texts as Slack takes them: escaped where it would read markup, and cut where it has a limit."""

from slack_sdk.models.blocks import PlainTextObject

MESSAGE, SECTION, HEADER, BUTTON, MARKDOWN, OPTION = 3_000, 3_000, 150, 75, 12_000, 75
"""Characters that Slack takes of each; `MESSAGE` is what a notification shows of one."""


def cut(text: str, most: int) -> str:
    """At most that many characters; a longer text says that it was cut."""
    return text if len(text) <= most else text[: most - 1] + "…"


def markdown(text: str, most: int = MARKDOWN) -> str:
    """For markdown blocks. Slack reads `<!channel>` and `<url|label>` inside of them as well."""
    return cut(text.replace("<", "&lt;"), most)


def fallback(text: str) -> str:
    """For the `text` of a message, which is read as mrkdwn where blocks cannot be shown."""
    for sign, name in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(sign, name)
    return cut(text, MESSAGE)


def plain(text: str, most: int = SECTION) -> PlainTextObject:
    """Text that Slack never reads as markup or emoji. An empty one is refused, so it becomes a dash."""
    return PlainTextObject(text=cut(text.strip() or "–", most), emoji=False)
