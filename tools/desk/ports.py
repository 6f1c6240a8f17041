"""What the desk needs from above it: the gate's own actions, sign-in links, a vault, and forgetting."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from memory.tables.identity import User
from tools.cards import ProposalCard
from tools.kit import Context


class Approvals(ABC):
    """The gate as the desk's tools see it. Everything happens inside the caller's transaction, as its actor.

    A proposal that this actor may not see is NotFound; what the actor may not do with it is Forbidden; what has
    been decided meanwhile is Conflict.
    """

    remote = False

    @abstractmethod
    def cards(self, ctx: Context, *, status: str | None) -> Sequence[ProposalCard]:
        """The proposals that this actor may see, newest first."""

    @abstractmethod
    def withdraw(self, ctx: Context, proposal_id: str) -> ProposalCard:
        """Take a pending proposal back: the card as it is afterwards."""

    @abstractmethod
    def undo(self, ctx: Context, proposal_id: str) -> ProposalCard:
        """Propose the action that takes a performed one back: the new proposal's card, whatever its policy made of it.

        Raises Rejected when it cannot be taken back.
        """


class Invitations(ABC):
    """Makes sign-in links."""

    remote = False

    @abstractmethod
    def link(self, ctx: Context, user: User) -> str:
        """An address at which this user signs in once, stored with the session of `ctx`."""


class Vault(ABC):
    """Keeps short secrets of a firm sealed at rest."""

    remote = False

    @abstractmethod
    def seal(self, tenant_id: str, text: str) -> str:
        """The text as it may be stored."""

    @abstractmethod
    def open(self, tenant_id: str, sealed: str) -> str:
        """What was sealed for this tenant. Unavailable when its key is not known any more."""


@dataclass(frozen=True)
class Traces:
    """What something that goes may have left behind: its words, and the ids of its records.

    `whole`: a message that holds any of it goes as a whole, as when a person is erased; else only the words go.
    """

    words: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    whole: bool = False


class Forgetting(ABC):
    """Blanks what conversations, proposals and the audit trail keep of something that was forgotten."""

    remote = False

    @abstractmethod
    def forget(
        self, ctx: Context, traces: Traces, *, proposal_ids: Collection[str], by: str
    ) -> None:
        """Blank these proposals, and these traces wherever they are, with their audit rows and turns.

        `by` is the proposal that asks for it: it is blanked when it has ended, and the bytes in files go after it.
        """
