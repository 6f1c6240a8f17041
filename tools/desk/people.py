"""Who may sign in, and as what."""

from typing import Annotated, ClassVar, Literal, Self

import sqlalchemy as sa
from pydantic import BeforeValidator

from memory.tables.base import new_id
from memory.tables.booking import Staff
from memory.tables.identity import User
from memory.tables.leads import Customer, CustomerEmail
from prompts.templates import render_mail
from tools.cards import Preview
from tools.contacts import email_of
from tools.desk import shown
from tools.desk.ports import Invitations
from tools.desk.rules import read_role
from tools.errors import Conflict, Rejected
from tools.kit import Action, Context, Effect, Receipt, Role, Steers
from tools.lookup import find_user
from tools.mail import post
from tools.policy import Policy, confirm, instant, review
from tools.refs import Email, Text, UserRef

OWNER: frozenset[Role] = frozenset({"owner"})
Given = Annotated[
    Literal["owner", "staff", "crew", "bookkeeper", "reseller", "customer"],
    BeforeValidator(read_role),
    Steers(),
]


class InviteUser(Action):
    """Give somebody access to the firm in one role. They get a mail with a link that signs them in."""

    email: Email
    """Whose: their e-mail address."""

    role: Given
    """What they may do: owner, staff (the office), crew, bookkeeper, reseller or customer."""

    roles: ClassVar[frozenset[Role]] = OWNER
    effect: ClassVar[Effect] = Effect.IRREVERSIBLE
    policy: ClassVar[Policy] = confirm().when("role", "owner", review("owner"))
    minutes_saved: ClassVar[int] = 3

    def resolve(self, ctx: Context) -> Self:
        address = email_of(self.email)
        if address is None:
            message = ctx.say(
                f"“{self.email}” is not an e-mail address.",
                f"“{self.email}” er ikke en e-mailadresse.",
            )
            raise Rejected(message, fields={"email": message})
        self._refuse_known(ctx, address)
        if self.role == "customer" and _customer_at(ctx, address) is None:
            message = ctx.say(
                f"No customer has the address {address}.", f"Ingen kunde har adressen {address}."
            )
            raise Rejected(message, fields={"email": message})
        return self.model_copy(update={"email": address})

    def preview(self, ctx: Context) -> Preview:
        role = shown.role_name(ctx, self.role)
        return Preview(
            title=ctx.say(f"Invite {self.email} as {role}", f"Inviter {self.email} som {role}"),
            lines=(
                shown.line(ctx, "E-mail", "E-mail", self.email),
                shown.line(ctx, "Role", "Rolle", role),
            ),
            recipients=(self.email,),
            facts={"role": self.role, "email": self.email},
        )

    def perform(self, ctx: Context, key: str) -> Receipt:
        self._refuse_known(ctx, self.email)
        customer = _customer_at(ctx, self.email) if self.role == "customer" else None
        person = _person_at(ctx, self.email) if self.role == "crew" else None
        named = customer or person
        user = User(
            id=new_id("usr"),
            email=self.email,
            name=named.name if named else self.email.partition("@")[0],
            role=self.role,
            language=ctx.firm.language,
            customer_id=customer.id if customer else None,
            staff_id=person.id if person else None,
            created_at=ctx.now,
        )
        ctx.session.add(user)
        ctx.session.flush()
        self._write(ctx, user, key)
        return Receipt(
            title=ctx.say(f"Invited {self.email}", f"Inviterede {self.email}"),
            record={"user": user.id},
        )

    def undo(self, ctx: Context, receipt: Receipt) -> Action | None:
        return SuspendUser(user=receipt.record["user"])

    def _write(self, ctx: Context, user: User, key: str) -> None:
        text = render_mail(
            "invitation",
            user.language,
            inviter=ctx.actor.name,
            firm=ctx.firm.name,
            role=shown.role_name(ctx, self.role),
            link=ctx[Invitations].link(ctx, user),
        )
        post(
            ctx.session,
            now=ctx.now,
            key=f"{key}:invitation",
            to=self.email,
            subject=text.subject,
            body=text.body,
            about=("user", user.id),
        )

    def _refuse_known(self, ctx: Context, address: str) -> None:
        known = ctx.session.scalars(sa.select(User).where(User.email == address)).first()
        if known is not None:
            role = shown.role_name(ctx, known.role)
            raise Conflict(
                ctx.say(
                    f"{address} has access already, as {role}.",
                    f"{address} har allerede adgang som {role}.",
                )
            )


def _customer_at(ctx: Context, address: str) -> Customer | None:
    owners = sa.select(CustomerEmail.customer_id).where(CustomerEmail.email == address)
    rows = sa.select(Customer).where(Customer.id.in_(owners), Customer.merged_into.is_(None))
    return ctx.session.scalars(rows.order_by(Customer.number)).first()


def _person_at(ctx: Context, address: str) -> Staff | None:
    return ctx.session.scalars(sa.select(Staff).where(Staff.email == address)).first()


class ChangeRole(Action):
    """Give a user another role."""

    user: UserRef
    """Whose: the name or e-mail address."""

    role: Given
    """The new role."""

    roles: ClassVar[frozenset[Role]] = OWNER
    effect: ClassVar[Effect] = Effect.REVERSIBLE
    policy: ClassVar[Policy] = confirm().when("owner", "touched", review("owner"))

    def resolve(self, ctx: Context) -> Self:
        user = find_user(ctx, self.user)
        if user.role == self.role:
            role = shown.role_name(ctx, self.role)
            raise Conflict(
                ctx.say(f"{user.name} is {role} already.", f"{user.name} er allerede {role}.")
            )
        _refuse_last_owner(ctx, user)
        return self.model_copy(update={"user": user.id})

    def preview(self, ctx: Context) -> Preview:
        user = find_user(ctx, self.user)
        role, before = shown.role_name(ctx, self.role), shown.role_name(ctx, user.role)
        return Preview(
            title=ctx.say(f"Make {user.name} {role}", f"Gør {user.name} til {role}"),
            lines=(
                shown.line(ctx, "User", "Bruger", f"{user.name}, {user.email}"),
                shown.line(ctx, "Role", "Rolle", role, before=before),
            ),
            preconditions=(shown.must_stay(user, "role", label=user.name),),
            facts={
                "owner": "touched" if "owner" in (user.role, self.role) else "not",
                "name": user.name,
            },
        )

    def perform(self, ctx: Context, key: str) -> Receipt:
        user = find_user(ctx, self.user)
        _refuse_last_owner(ctx, user)
        before, user.role = user.role, self.role
        ctx.session.flush()
        role = shown.role_name(ctx, self.role)
        return Receipt(
            title=ctx.say(f"{user.name} is now {role}", f"{user.name} er nu {role}"),
            record={"user": user.id},
            before={"role": before},
        )

    def undo(self, ctx: Context, receipt: Receipt) -> Action | None:
        return ChangeRole.model_validate({"user": self.user, "role": receipt.before["role"]})


class SuspendUser(Action):
    """Shut a user out at once."""

    user: UserRef
    """Whom: the name or e-mail address."""

    reason: Text | None = None
    """Why, for the record."""

    roles: ClassVar[frozenset[Role]] = OWNER
    effect: ClassVar[Effect] = Effect.REVERSIBLE
    policy: ClassVar[Policy] = instant()

    def resolve(self, ctx: Context) -> Self:
        user = find_user(ctx, self.user)
        _refuse_last_owner(ctx, user)
        return self.model_copy(update={"user": user.id})

    def preview(self, ctx: Context) -> Preview:
        user = find_user(ctx, self.user)
        title = ctx.say(f"Suspend {user.name}", f"Luk for {user.name}")
        return Preview(title=title, lines=(shown.line(ctx, "User", "Bruger", user.email),))

    def perform(self, ctx: Context, key: str) -> Receipt:
        user = find_user(ctx, self.user)
        _refuse_last_owner(ctx, user)
        user.suspended_at = user.suspended_at or ctx.now
        ctx.session.flush()
        title = ctx.say(f"{user.name} is suspended", f"{user.name} er lukket ude")
        return Receipt(title=title, record={"user": user.id})

    def undo(self, ctx: Context, receipt: Receipt) -> Action | None:
        return ReactivateUser(user=receipt.record["user"])


class ReactivateUser(Action):
    """Let a suspended user in again."""

    user: UserRef
    """Whom: the name or e-mail address."""

    roles: ClassVar[frozenset[Role]] = OWNER
    effect: ClassVar[Effect] = Effect.REVERSIBLE
    policy: ClassVar[Policy] = confirm()

    def resolve(self, ctx: Context) -> Self:
        user = find_user(ctx, self.user)
        if user.suspended_at is None:
            raise Conflict(
                ctx.say(f"{user.name} is not suspended.", f"{user.name} er ikke lukket ude.")
            )
        return self.model_copy(update={"user": user.id})

    def preview(self, ctx: Context) -> Preview:
        user = find_user(ctx, self.user)
        return Preview(
            title=ctx.say(f"Let {user.name} in again", f"Luk {user.name} ind igen"),
            lines=(
                shown.line(ctx, "User", "Bruger", user.email),
                shown.line(ctx, "Role", "Rolle", shown.role_name(ctx, user.role)),
            ),
            preconditions=(shown.must_stay(user, "role", label=user.name),),
        )

    def perform(self, ctx: Context, key: str) -> Receipt:
        user = find_user(ctx, self.user)
        user.suspended_at = None
        ctx.session.flush()
        title = ctx.say(f"{user.name} may sign in again", f"{user.name} kan logge ind igen")
        return Receipt(title=title, record={"user": user.id})

    def undo(self, ctx: Context, receipt: Receipt) -> Action | None:
        return SuspendUser(user=receipt.record["user"])


def _refuse_last_owner(ctx: Context, user: User) -> None:
    """A firm without an owner could never be set right again."""
    if user.role != "owner":
        return
    others = sa.select(User.id).where(
        User.role == "owner", User.suspended_at.is_(None), User.id != user.id
    )
    if ctx.session.scalars(others).first() is None:
        raise Conflict(
            ctx.say(f"{user.name} is the only owner.", f"{user.name} er den eneste ejer.")
        )
