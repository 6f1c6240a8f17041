"""The assistant: one turn answered by a language model through pydantic-ai, or by the embedded model."""

import datetime as dt
import logging
from collections.abc import AsyncIterable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from pydantic_ai import Agent, RunContext, UsageLimits
from pydantic_ai.exceptions import (
    AgentRunError,
    RunCancelled,
    RunTimedOut,
    UsageLimitExceeded,
)
from pydantic_ai.messages import (
    AgentStreamEvent,
    ModelMessage,
    ModelMessagesTypeAdapter,
    ModelRequest,
    ModelResponse,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.models import Model

import prompts
from agent.known import known_names
from agent.models.offline import (
    Heard,
    Lesson,
    Named,
    Planner,
    ToolWords,
)
from agent.models.offline.model import NAME, OfflineModel
from agent.taught import Taught
from agent.toolset import Toolset, TurnFacts, options_of
from memory.store import Store, TenantSession
from tools.cards import Option
from tools.errors import ToolError
from tools.kit import Firm
from tools.values.own_words import own_words

log = logging.getLogger(__name__)

STEPS, TOOL_CALLS, TOKENS, SECONDS, EXAMPLES = 8, 16, 200_000, 60.0, 16
_LANGUAGES = {"en": "English", "da": "Danish"}


@dataclass(frozen=True)
class Asked:
    """One turn's question and what surrounds it. `history` is what is told of earlier turns, oldest first."""

    text: str
    facts: TurnFacts
    firm: Firm
    now: dt.datetime
    history: Sequence[Any] = ()
    memo: Mapping[str, Any] = field(default_factory=dict[str, Any])
    uploads: Sequence[str] = ()
    note: str = ""  # what the system tells, in a turn that no message of a person began

    def told(self) -> str:
        """The message as a language model reads it, with the files that came with it."""
        files = ", ".join(self.uploads)
        return f"{self.text}\n[Files that came with this message: {files}]" if files else self.text


@dataclass(frozen=True)
class Answer:
    """What the assistant says, and what is kept of the run."""

    text: str
    model: str
    history: list[Any]
    memo: Mapping[str, Any] = field(default_factory=dict[str, Any])
    options: tuple[Option, ...] = ()
    form: Mapping[str, Any] | None = None
    lesson: Lesson | None = None  # what the person taught by choosing


class Assistant:
    """Answers turns. Without a `model` every turn is the embedded model's."""

    def __init__(
        self,
        *,
        toolset: Toolset,
        planner: Planner,
        words: Mapping[str, ToolWords],
        store: Store,
        model: Model[Any] | None = None,
        seconds: float = SECONDS,
    ) -> None:
        self._toolset = toolset
        self._planner = planner
        self._words = words
        self._store = store
        self.taught = Taught(store, words)
        self._model = model
        self._seconds = seconds
        self._template = (Path(prompts.__path__[0]) / "instructions.md").read_text(encoding="utf-8")
        self._agent = Agent[TurnFacts, str](
            model, deps_type=TurnFacts, toolsets=[toolset], name="friday", retries=2
        )

    @property
    def embedded(self) -> bool:
        """Whether every turn is answered without any service."""
        return self._model is None

    async def run(self, asked: Asked, *, say: Callable[[str], None]) -> Answer:
        """Answer with the language model; `say` takes pieces of text as they come.

        When the model fails, is too slow or is not there, the embedded model takes the turn and says so.
        """
        if self._model is None:
            return self.run_embedded(asked)
        try:
            return await self._run_model(asked, say=say)
        except UsageLimitExceeded:
            log.warning("turn %s stopped at its limits", asked.facts.turn_id)
            text = asked.facts.say(
                "I stopped here: this took more steps than one message may take. What is on the cards stands.",
                "Jeg stoppede her: det krævede flere trin, end én besked må tage. Det, der står på kortene, gælder.",
            )
            return Answer(text=text, model=self._model.model_name, history=_told(asked.text, text))
        except RunTimedOut as error:
            return self._instead(asked, error)
        except RunCancelled:
            raise
        except AgentRunError as error:
            return self._instead(asked, error)

    def run_embedded(self, asked: Asked) -> Answer:
        """Answer with the embedded model: a plan, its tool call, and a sentence.

        It is driven directly and not through the framework's graph, which takes longer for a turn (11 ms of
        processor time, measured) than everything else together; the model, tools and messages are the same.
        """
        facts = asked.facts
        offered = frozenset(self._toolset.offered(facts.actor))
        messages: list[ModelMessage] = [ModelRequest([UserPromptPart(asked.text)])]
        # One look at the store for the names and the taught phrases; closed before a tool opens its own.
        with self._store.reading(facts.actor.tenant_id) as session:
            model = OfflineModel(self._planner, self._heard(asked, session), turn=facts.turn_id)
            response = model.respond(messages, offered)
        for _ in range(STEPS):
            messages.append(response)
            calls = [part for part in response.parts if isinstance(part, ToolCallPart)]
            if not calls:
                break
            messages.append(ModelRequest([self._called(facts, call) for call in calls]))
            response = model.respond(messages, offered)
        return _answer_of(response, messages, facts)

    async def _run_model(self, asked: Asked, *, say: Callable[[str], None]) -> Answer:
        async def listen(_: RunContext[TurnFacts], events: AsyncIterable[AgentStreamEvent]) -> None:
            async for event in events:
                if piece := _piece(event):
                    say(piece)

        result = await self._agent.run(
            asked.told(),
            deps=asked.facts,
            instructions=self.instructions(asked),
            message_history=ModelMessagesTypeAdapter.validate_python(list(asked.history)),
            usage_limits=UsageLimits(
                request_limit=STEPS, tool_calls_limit=TOOL_CALLS, total_tokens_limit=TOKENS
            ),
            event_stream_handler=listen,
            timeout=self._seconds,
        )
        nothing = asked.facts.say("I have no answer to that.", "Det har jeg ikke noget svar på.")
        return Answer(
            text=result.output if result.output.strip() else nothing,
            model=_model_name(result.new_messages()),
            history=stored(result.new_messages()),
            memo={"focus": asked.memo["focus"]} if "focus" in asked.memo else {},
            options=tuple(asked.facts.options),
        )

    def _instead(self, asked: Asked, error: Exception) -> Answer:
        log.warning(
            "turn %s: the language model failed: %s", asked.facts.turn_id, type(error).__name__
        )
        if asked.note:
            return Answer(text=asked.note, model=NAME, history=_told(asked.text, asked.note))
        if asked.facts.made:
            # Read anew, the message would propose the same again.
            text = asked.facts.say(
                "I stopped here: the language model did not answer any more. What is on the cards stands.",
                "Jeg stoppede her: sprogmodellen svarede ikke mere. Det, der står på kortene, gælder.",
            )
            return Answer(text=text, model=NAME, history=_told(asked.text, text))
        answer = self.run_embedded(asked)
        note = asked.facts.say(
            "(The language model did not answer, so this is the built-in one.)",
            "(Sprogmodellen svarede ikke, så dette er den indbyggede.)",
        )
        return replace(answer, text=f"{answer.text}\n{note}")

    def instructions(self, asked: Asked) -> str:
        """What a language model is told before the conversation: the firm, the person, the day, the rules."""
        actor, local = asked.facts.actor, asked.now.astimezone(asked.firm.zone)
        offered = self._toolset.offered(actor)
        lines = [
            f"- “{words.example.of(actor.language)}” → `{tool}`"
            for tool, words in self._words.items()
            if tool in offered and words.example is not None
        ]
        return self._template.format(
            firm=asked.firm.name,
            date=f"{local:%A %-d %B %Y, %H:%M} ({asked.firm.zone.key})",
            name=actor.name,
            role=actor.role,
            language=_LANGUAGES[actor.language],
            examples="\n".join(lines[:EXAMPLES]),
        )

    def _heard(self, asked: Asked, session: TenantSession) -> Heard:
        actor = asked.facts.actor

        def named(candidates: Sequence[str]) -> Sequence[Named]:
            return known_names(session, actor, candidates)

        return Heard(
            text=own_words(asked.text),  # nothing that somebody else wrote is a request
            language=actor.language,
            now=asked.now,
            zone=asked.firm.zone,
            role=actor.role,
            firm=asked.firm.name,
            memo=asked.memo,
            uploads=tuple(asked.uploads),
            named=named,
            taught=cache(lambda: self.taught.overlay_in(session)),
        )

    def _called(self, facts: TurnFacts, call: ToolCallPart) -> ToolReturnPart:
        content: dict[str, Any]
        try:
            content = self._toolset.call(
                facts, call.tool_name, call.args_as_dict(), call.tool_call_id
            )
        except ToolError as error:
            choices = [option.model_dump() for option in options_of(error)]
            content = {"error": error.message, "fields": error.fields, "choices": choices}
            return ToolReturnPart(call.tool_name, content, call.tool_call_id, outcome="failed")
        return ToolReturnPart(call.tool_name, content, call.tool_call_id)


def stored(messages: Sequence[ModelMessage]) -> list[Any]:
    """Messages as they are kept beside a turn: without the instructions, which are made anew each time."""
    bare = [
        replace(m, instructions=None) if isinstance(m, ModelRequest) else replace(m, metadata=None)
        for m in messages
    ]
    return ModelMessagesTypeAdapter.dump_python(bare, mode="json")


def _answer_of(
    response: ModelResponse, messages: Sequence[ModelMessage], facts: TurnFacts
) -> Answer:
    extra = response.metadata or {}
    planned = [Option.model_validate(option) for option in extra.get("options") or ()]
    text = "".join(part.content for part in response.parts if isinstance(part, TextPart))
    memo: dict[str, Any] = dict(extra.get("memo") or {})
    if facts.buttons:
        # A button on a card says its label, as one below the answer does.
        memo.setdefault("choices", [option.model_dump(mode="json") for option in facts.buttons])
    options = planned or facts.options
    if facts.options and not planned:
        memo.setdefault("choices", [option.model_dump(mode="json") for option in facts.options])
    if memo.get("several") and not planned:
        # What else the same message asked for stays in sight.
        waiting = [Option.model_validate(each) for each in memo.get("choices") or ()]
        options = [*waiting, *(each for each in facts.options if each not in waiting)]
    return Answer(
        text=text,
        model=response.model_name or "",
        history=stored(messages),
        memo=memo,
        options=tuple(options),
        form=extra.get("form"),
        lesson=extra.get("lesson"),
    )


def _told(text: str, answer: str) -> list[Any]:
    return stored([ModelRequest([UserPromptPart(text)]), ModelResponse([TextPart(answer)])])


def _piece(event: AgentStreamEvent) -> str:
    match event:
        case PartStartEvent(part=TextPart(content=content)):
            return content
        case PartDeltaEvent(delta=TextPartDelta(content_delta=content)):
            return content
        case _:
            return ""


def _model_name(messages: Sequence[ModelMessage]) -> str:
    names = [m.model_name for m in messages if isinstance(m, ModelResponse) and m.model_name]
    return names[-1] if names else ""
