"""Renders the letters in `prompts/mail`, each in English and Danish, from facts given by code."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

_FOLDER = Path(__file__).parent / "mail"


@dataclass(frozen=True)
class Rendered:
    """A letter's subject and its body, plain text."""

    subject: str
    body: str


def render_mail(name: str, language: str, /, **facts: object) -> Rendered:
    """The letter `prompts/mail/<name>.<language>.md`: its first line is the subject, the rest the body.

    A fact that the letter names and that is not given raises jinja2.UndefinedError.
    """
    text = _letters().get_template(f"{name}.{language}.md").render(**facts)
    subject, _, body = text.strip().partition("\n")
    subject = subject.lstrip("# ").strip()
    # A service's name stands in lower case inside a sentence, and may begin the subject.
    return Rendered(subject=subject[:1].upper() + subject[1:], body=body.strip() + "\n")


@lru_cache(maxsize=1)
def _letters() -> SandboxedEnvironment:
    # Letters are plain text, so nothing is escaped; a template may not reach into what it is given.
    return SandboxedEnvironment(
        loader=FileSystemLoader(_FOLDER),
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
