"""Works out what one version of a proposal says: arguments, preview, colours, who decides, and how long it waits."""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

import sqlalchemy as sa

from agent.gate.digest import canonical
from agent.gate.expiry import Window, calendar_of, window
from agent.gate.policy import Facts, Outcome, Rule, evaluate
from agent.gate.previews import stored_previews
from agent.gate.provenance import Judged, Origin, Seen, judge
from agent.gate.reading import Reader, names_in
from agent.gate.references import ordinary_in
from agent.gate.registry import read_as
from agent.gate.states import COUNTED
from memory.store import TenantSession
from memory.tables.gate import Proposal
from memory.tables.identity import PolicyRule, Tenant, User
from tools.cards import Preview
from tools.errors import Forbidden, Rejected
from tools.kit import Action, Actor, Context
from tools.policy import POLICY, Role
from tools.values.access import mask_json
from tools.values.redact import redact_json


@dataclass(frozen=True)
class Ask:
    """One request for an action, as it came in."""

    actor: Actor
    action: Action
    origin: Origin
    said: Sequence[str] = ()
    seen: Sequence[Seen] = ()
    conversation_id: str | None = None
    turn_id: str | None = None
    replaces: str | None = None
    undoes: str | None = None
    by_tool: bool = False
    """Whether the `undo` tool chose what is taken back, on a model's word: then it is never done unasked."""
    judged_before: Sequence[Judged] = ()
    """What was judged of the same arguments when they were first asked for: asking again clears nothing."""
    editor: str | None = None
    """Who wrote a new version, when it is one."""


@dataclass(frozen=True)
class Draft:
    """Everything that one version of a proposal says."""

    asked: Mapping[str, Any]
    action: Action
    preview: Preview
    translated: Preview
    """The same preview in the other language, for a colleague who reads that one."""
    judged: Sequence[Judged]
    outcome: Outcome
    window: Window

    @property
    def figures(self) -> dict[str, int]:
        """The preview's figures by name."""
        return {figure.name: figure.amount for figure in self.preview.figures}

    def values(self) -> dict[str, Any]:
        """As columns of a proposal."""
        preview = stored_previews(self.preview, self.translated)
        return {
            "args": self.action.as_args(),
            "asked": dict(self.asked),
            "preview": preview,
            "preconditions": preview["preconditions"],
            "provenance": [each.as_json() for each in self.judged],
            "outcome": self.outcome.as_json(),
            "figures": self.figures,
            "expires_at": self.window.expires_at,
            "warn_at": None if self.outcome.at_once else self.window.warn_at,
            "warned_at": None,
        }


def draft(ctx: Context, ask: Ask, *, besides: str | None = None) -> Draft:
    """Resolve, preview, judge and evaluate. Raises what `resolve` and `preview` raise, and Forbidden.

    `besides` is a proposal that this one is a new version of.
    """
    _storable(ask.action.as_args())
    action = _redacted(ask.action.sealed(ctx))
    asked = action.as_args()
    resolved = action.resolve(ctx)
    preview = resolved.preview(ctx)
    other: Literal["en", "da"] = "en" if ctx.language == "da" else "da"
    translated = resolved.preview(dataclasses.replace(ctx, language=other))
    fresh = judge(
        type(action),
        asked,
        said=ask.said,
        seen=ask.seen,
        origin=ask.origin,
        reader=reader_for(ctx),
        language=ctx.language,
    )
    judged = tuple(_as_before(each, ask.judged_before) for each in fresh)
    outcome = _outcome(ctx, resolved, preview, judged, besides=besides, chosen=not ask.by_tool)
    if besides and outcome.at_once:
        # A new version was asked to be looked at; it never runs before somebody has.
        outcome = dataclasses.replace(outcome, kind="confirm")
    if outcome.kind == "review" and ask.editor not in (None, ask.actor.id):
        outcome = dataclasses.replace(outcome, edited_by=ask.editor)
    elsewhere = outcome.kind == "review" or ctx.actor.kind == "system"
    calendar = calendar_of(ctx.session, ctx.firm) if elsewhere else None
    return Draft(
        asked=asked,
        action=resolved,
        preview=preview,
        translated=translated,
        judged=judged,
        outcome=outcome,
        window=window(ctx.now, resolved.lifetime, calendar),
    )


def _as_before(fresh: Judged, before: Sequence[Judged]) -> Judged:
    """As it was judged; a leaf that resolving added to an argument is as doubtful as the rest of that argument."""
    name = fresh.pointer.split("/")[1]
    same = [each for each in before if each.pointer.split("/")[1] == name]
    exact = next((each for each in same if each.pointer == fresh.pointer), None)
    worst = max(same, key=lambda each: (each.red, each.doubtful), default=None)
    if exact or worst is None:
        return exact or fresh
    return dataclasses.replace(fresh, origin=worst.origin, excerpt=worst.excerpt)


def outcome_now(ctx: Context, action: Action, proposal: Proposal) -> Outcome:
    """What the policy says of a stored proposal today: a fact such as a notice period may have come true since.

    Raises what `preview` raises, and Forbidden.
    """
    judged = [Judged.from_json(each) for each in proposal.provenance or ()]
    return _outcome(ctx, action, action.preview(ctx), judged, besides=proposal.id)


def _redacted(action: Action) -> Action:
    """The action without keys, card and CPR numbers and door codes: a draft is stored, shown and told to models."""
    asked = action.as_args()
    kept = cast(dict[str, Any], mask_json(redact_json(asked)))
    return action if kept == asked else read_as(type(action), kept)


def _storable(args: Mapping[str, Any]) -> None:
    """NUL and lone surrogates have no place in a database, nor in any word of a person."""
    try:
        text = canonical(args)
    except UnicodeEncodeError:
        text = b"\\u0000"
    if b"\\u0000" in text:
        raise Rejected("The arguments hold characters that cannot be stored.")


def reader_for(ctx: Context) -> Reader:
    """Reads what was said as it was meant today, in this firm."""
    return Reader(
        now=ctx.now,
        zone=ctx.firm.zone,
        country=ctx.firm.country,
        names=names_in(ctx.session),
        ordinary=ordinary_in(ctx.session),
        by_customer=ctx.actor.role == "customer",
    )


def _outcome(
    ctx: Context,
    action: Action,
    preview: Preview,
    judged: Sequence[Judged],
    *,
    besides: str | None,
    chosen: bool = True,
) -> Outcome:
    figures = {figure.name: figure.amount for figure in preview.figures}
    tenant = ctx.session.get(Tenant, ctx.actor.tenant_id)
    facts = Facts(
        role=ctx.actor.role,
        args=action.as_args(),
        facts=preview.facts,
        figures=figures,
        today=_today(ctx, action.tool_name(), besides) if figures else {},
        limits=tenant.limits if tenant else {},
        rules=_rules(ctx.session, action.tool_name()),
        others=_others(ctx),
        doubtful=not chosen or any(each.doubtful for each in judged),
        steered=any(each.red for each in judged),
    )
    outcome = evaluate(action.policy, facts)
    if outcome.kind == "deny":
        raise Forbidden(
            ctx.say(
                f"Your firm does not allow {action.tool_name()}.",
                f"Dit firma tillader ikke {action.tool_name()}.",
            )
        )
    return outcome


def _rules(session: TenantSession, tool: str) -> list[Rule]:
    rows = session.scalars(sa.select(PolicyRule).where(PolicyRule.tool == tool))
    return [
        Rule(
            decision=cast(Any, row.decision),
            role=cast(Role | None, row.role),
            policy=POLICY.validate_python(row.policy) if row.policy else None,
        )
        for row in rows
    ]


def _others(ctx: Context) -> frozenset[Role]:
    """The roles that somebody else holds who may sign in."""
    held = sa.select(User.role).where(User.suspended_at.is_(None), User.id != ctx.actor.id)
    return frozenset(cast(Role, role) for role in ctx.session.scalars(held.distinct()))


def _today(ctx: Context, tool: str, besides: str | None) -> dict[str, int]:
    """The requester's sums of today's other proposals of this tool that count."""
    session = ctx.session
    if session.get_bind().dialect.name == "postgresql":
        # Two proposals at once would each not see the other's figure; SQLite has one writer anyway.
        name = f"figures:{ctx.actor.tenant_id}:{tool}:{ctx.actor.id}"
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(name))))
    midnight = dt.datetime.combine(ctx.today, dt.time(), ctx.firm.zone)
    earlier = sa.select(Proposal.figures).where(
        Proposal.tool == tool,
        Proposal.requester_id == ctx.actor.id,
        Proposal.created_at >= midnight,
        Proposal.status.in_(COUNTED),
        Proposal.id != (besides or ""),
    )
    sums: dict[str, int] = {}
    for figures in session.scalars(earlier):
        for name, amount in _amounts(figures):
            sums[name] = sums.get(name, 0) + amount
    return sums


def _amounts(figures: object) -> list[tuple[str, int]]:
    """The figures of a stored proposal; none of one that was altered so that they are no figures any more."""
    stored = cast(dict[str, object], figures) if isinstance(figures, dict) else {}
    return [(name, amount) for name, amount in stored.items() if isinstance(amount, int)]
