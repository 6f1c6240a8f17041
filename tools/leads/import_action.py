"""The action that takes a file of leads: its preview is the dry run."""

from typing import ClassVar, Self

from memory.tables.conversations import Upload
from memory.tables.identity import User
from tools.cards import Figure, Line, Precondition, Preview
from tools.errors import ToolError
from tools.kit import OFFICE, Action, Context, Effect, Receipt, Role
from tools.leads.fields import Why
from tools.leads.files import LeadFile, read_file
from tools.leads.imports import write_import
from tools.leads.planning import ImportPlan, plan_import
from tools.lookup import find_upload
from tools.policy import Policy, confirm
from tools.refs import UploadRef

SAMPLE = "leads.csv"
"""A file of `tools/leads/samples` that shows how an import may look."""

_SHOWN = 20


class ImportLeads(Action):
    """Import leads from a file that was uploaded, CSV or JSON Lines. The preview says what each row would do."""

    roles: ClassVar[frozenset[Role]] = OFFICE
    effect: ClassVar[Effect] = Effect.INTERNAL
    policy: ClassVar[Policy] = confirm()
    minutes_saved: ClassVar[int] = 60

    upload: UploadRef
    """The uploaded file: its id or its name."""

    def resolve(self, ctx: Context) -> Self:
        """The file by id."""
        return self.model_copy(update={"upload": find_upload(ctx, self.upload).id})

    def preview(self, ctx: Context) -> Preview:
        """The dry run: what is new, there already, the same person twice, or wrong, by line and field."""
        upload = find_upload(ctx, self.upload)
        plan = plan_import(ctx, _read(upload))
        warnings = problems_shown(ctx, plan)
        return Preview(
            title=ctx.say(
                f"Import {len(plan.new)} new leads from {upload.filename}",
                f"Importér {len(plan.new)} nye leads fra {upload.filename}",
            ),
            lines=(*_counts(ctx, plan), *_giver(ctx, upload), _sample(ctx)),
            figures=(
                Figure(name="new", amount=len(plan.new), unit="rows", shown=str(len(plan.new))),
                Figure(name="bad", amount=len(plan.bad), unit="rows", shown=str(len(plan.bad))),
            ),
            warnings=tuple(warnings[:_SHOWN]) + _more(ctx, warnings),
            preconditions=(
                Precondition(
                    table="uploads",
                    row=upload.id,
                    field="sha256",
                    value=f'"{upload.sha256}"',
                    label=upload.filename,
                    shown=upload.sha256[:12],
                ),
            ),
        )

    def perform(self, ctx: Context, key: str) -> Receipt:
        """Everything or nothing; what is there already is left as it is, so importing again changes nothing."""
        upload = find_upload(ctx, self.upload)
        plan = plan_import(ctx, _read(upload))
        written = write_import(ctx, plan)
        lines = list(_counts(ctx, plan))
        for label, rows in (
            (ctx.say("New customers", "Nye kunder"), written.customers),
            ("Bookings", written.bookings),
        ):
            if rows:
                lines.append(Line(label=label, value=str(len(rows))))
        bad = [
            Line(label=ctx.say("Not taken", "Ikke taget"), value=said)
            for said in problems_shown(ctx, plan)[:_SHOWN]
        ]
        return Receipt(
            title=ctx.say(
                f"{len(plan.new)} leads imported from {upload.filename}.",
                f"{len(plan.new)} leads importeret fra {upload.filename}.",
            ),
            lines=(*lines, *bad),
            record={"upload": upload.id},
        )


def _read(upload: Upload) -> LeadFile:
    try:
        return read_file(upload.content, upload.filename)
    except ToolError as error:
        error.fields.setdefault("upload", error.message)
        raise


def _giver(ctx: Context, upload: Upload) -> tuple[Line, ...]:
    """Whose file it is, when it is somebody else's."""
    if upload.owner_id == ctx.actor.id:
        return ()
    giver = ctx.session.fetch(User, upload.owner_id)
    name = giver.name if giver else ctx.say("somebody else", "en anden")
    return (Line(label=ctx.say("File from", "Fil fra"), value=name),)


def _sample(ctx: Context) -> Line:
    return Line(label=ctx.say("Sample file", "Eksempelfil"), value=f"/samples/{SAMPLE}")


def _counts(ctx: Context, plan: ImportPlan) -> tuple[Line, ...]:
    counted = (
        (ctx.say("Rows", "Rækker"), plan.total),
        (ctx.say("New", "Nye"), len(plan.new)),
        (ctx.say("There already", "Findes allerede"), plan.there),
        (ctx.say("Same person", "Samme person"), len(plan.repeated)),
        (ctx.say("With errors", "Med fejl"), len(plan.bad)),
    )
    return tuple(Line(label=label, value=str(count)) for label, count in counted)


def problems_shown(ctx: Context, plan: ImportPlan) -> list[str]:
    """Every problem in a sentence with its line and field, in the order of the file."""
    found: list[tuple[int, str, Why]] = [
        (row.line, path, why) for row in plan.bad for path, why in row.problems.items()
    ]
    found += [(one.row.line, one.field, one.why) for one in plan.repeated]
    found += [
        (
            row.line,
            "job.service",
            (
                f"“{row.service or ''}” is no service of yours, so its bookings are left out",
                f"“{row.service or ''}” er ikke en af jeres ydelser, så bookingerne tages ikke med",
            ),
        )
        for row in plan.unknown_services()
    ]
    said = [
        ctx.say(f"Line {line}, {path}: {why[0]}", f"Linje {line}, {path}: {why[1]}")
        for line, path, why in sorted(found, key=lambda one: one[0])
    ]
    if plan.unknown_columns:
        columns = ", ".join(plan.unknown_columns[:10])
        said.insert(
            0, ctx.say(f"Columns not read: {columns}", f"Kolonner, der ikke læses: {columns}")
        )
    return said


def _more(ctx: Context, warnings: list[str]) -> tuple[str, ...]:
    left = len(warnings) - _SHOWN
    return (ctx.say(f"… and {left} more.", f"… og {left} til."),) if left > 0 else ()
