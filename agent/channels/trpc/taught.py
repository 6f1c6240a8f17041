"""Procedures for what Friday learnt from pressed buttons: seen and taken back by the office."""

from collections.abc import Sequence

from pydantic import Field

from agent.channels.trpc.backend import Backend, Caller
from agent.channels.trpc.procedures import Procedure, mutation, query
from agent.channels.trpc.wire import Wire
from agent.taught import marked
from memory.store import TenantSession
from memory.tables.taught import TaughtPhrase
from tools.kit import Actor
from tools.values.saying import say_instant


class TaughtOut(Wire):
    """One way of saying something, and what it means here. Names, dates, figures and free words are not kept."""

    id: str
    wording: str
    tool: str
    label: str
    language: str
    by: str
    at: str


class RevertIn(Wire):
    """Which one."""

    id: str = Field(max_length=64)


class _TaughtPhrases:
    """What the procedures do."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._taught = backend.conversations.taught

    def learnt(self, caller: Caller, _: None) -> list[TaughtOut]:
        actor = caller.actor
        with self._backend.store.reading(actor.tenant_id) as session:
            rows = self._taught.phrases(session, actor)
            return [self._shown(session, actor, row) for row in rows]

    def revert(self, caller: Caller, given: RevertIn) -> TaughtOut:
        actor = caller.actor
        with self._backend.store.session(actor.tenant_id) as session:
            row = self._taught.revert(session, actor, given.id, now=self._backend.clock())
            return self._shown(session, actor, row)

    def _shown(self, session: TenantSession, actor: Actor, row: TaughtPhrase) -> TaughtOut:
        zone = self._backend.gate.context(session, actor).firm.zone
        return TaughtOut(
            id=row.id,
            wording=marked(row.wording, actor.language),
            tool=row.tool,
            label=self._taught.label(row.tool, actor.language),
            language=row.language,
            by=row.taught_by,
            at=say_instant(row.created_at, zone=zone, language=actor.language),
        )


def procedures(backend: Backend) -> Sequence[Procedure]:
    """taught.*"""
    does = _TaughtPhrases(backend)
    return (
        query("taught.list", does.learnt, output=list[TaughtOut],
              summary="What Friday learnt from buttons that people here pressed; for the office"),
        mutation("taught.revert", does.revert, input=RevertIn, output=TaughtOut,
                 summary="Unlearn one of them, from the next message on; for the office"),
    )  # fmt: skip
