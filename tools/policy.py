"""Who has to say yes to an action, as data that can be stored, shown and changed by a tenant."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

Role = Literal["owner", "staff", "crew", "bookkeeper", "reseller", "customer", "visitor", "system"]


class _Rule(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    def for_role(self, roles: Role | Sequence[Role], policy: "Policy") -> "ForRole":
        """`policy` for requesters in `roles`, this one for everybody else."""
        named: tuple[Role, ...] = (roles,) if isinstance(roles, str) else tuple(roles)
        return ForRole(roles=named, then=policy, otherwise=self._as_policy())

    def when(self, arg: str, value: str, policy: "Policy") -> "When":
        """`policy` when an argument, or a fact of the preview, equals `value`; otherwise this one."""
        return When(arg=arg, value=value, then=policy, otherwise=self._as_policy())

    def above(self, figure: str, *, limit: str, then: "Policy") -> "Above":
        """`then` when a figure, summed over the requester's day, passes the tenant's limit of that name."""
        return Above(figure=figure, limit=limit, then=then, otherwise=self._as_policy())

    def typed(self, figure: str) -> "Typed":
        """The same, and the approver types the named argument or figure."""
        return Typed(arg=figure, policy=self._as_policy())

    def _as_policy(self) -> "Policy":
        return POLICY.validate_python(self)


class Auto(_Rule):
    """Performed at once, on record as decided by policy."""

    kind: Literal["auto"] = "auto"


class Instant(_Rule):
    """Performed at once even while the tenant is frozen, because it makes things safer."""

    kind: Literal["instant"] = "instant"


class Confirm(_Rule):
    """The requester approves after seeing the preview."""

    kind: Literal["confirm"] = "confirm"


class Review(_Rule):
    """Somebody else, holding the role, approves. An owner satisfies a review by staff."""

    kind: Literal["review"] = "review"
    role: Role


class ForRole(_Rule):
    """Another policy for requesters in some roles."""

    kind: Literal["for_role"] = "for_role"
    roles: tuple[Role, ...]
    then: "Policy"
    otherwise: "Policy"


class When(_Rule):
    """Another policy when an argument or a fact of the preview has a value."""

    kind: Literal["when"] = "when"
    arg: str
    value: str
    then: "Policy"
    otherwise: "Policy"


class Above(_Rule):
    """Another policy above a limit of the tenant."""

    kind: Literal["above"] = "above"
    figure: str
    limit: str
    then: "Policy"
    otherwise: "Policy"


class Typed(_Rule):
    """The approver types a name, count or amount."""

    kind: Literal["typed"] = "typed"
    arg: str
    policy: "Policy"


Policy = Annotated[
    Auto | Instant | Confirm | Review | ForRole | When | Above | Typed,
    Field(discriminator="kind"),
]

for _model in (ForRole, When, Above, Typed):
    _model.model_rebuild()

POLICY: TypeAdapter[Policy] = TypeAdapter(Policy)


def auto() -> Auto:
    """Perform at once."""
    return Auto()


def instant() -> Instant:
    """Perform at once, frozen or not."""
    return Instant()


def confirm() -> Confirm:
    """Ask the requester."""
    return Confirm()


def review(role: Role) -> Review:
    """Ask somebody else who holds `role`."""
    return Review(role=role)


def at_once(policy: Policy) -> Literal["auto", "instant"] | None:
    """How something may be performed without a card, for some requester or argument; None where it never is."""
    match policy:
        case Auto() | Instant():
            return policy.kind
        case ForRole() | When() | Above():
            found = {at_once(policy.then), at_once(policy.otherwise)}
            return "instant" if "instant" in found else "auto" if "auto" in found else None
        case Typed():
            return at_once(policy.policy)
        case Confirm() | Review():
            return None
