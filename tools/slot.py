"""What one argument of a tool holds, known without the tool itself: learning the phrases loads nothing else."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Slot:
    """What one argument of a tool holds, for whoever fills it in.

    `kind` is a Ref's or Words' kind, or "choice", "number", "flag", "list" or "text".
    `choices` are the values that a choice may take.
    """

    kind: str
    steers: bool
    required: bool
    label_en: str
    label_da: str
    choices: tuple[str, ...] = ()
    own: bool = False
    """Whether only the requester's own words will do."""

    def label(self, language: str) -> str:
        """The argument's name for people."""
        return self.label_da if language == "da" else self.label_en
