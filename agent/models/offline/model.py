"""The embedded model as a pydantic-ai Model: a plan for the person's words, then the tools' own sentences."""

import hashlib
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

from pydantic_ai import RunContext
from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
)
from pydantic_ai.models import (
    CompletedStreamedResponse,
    Model,
    ModelRequestParameters,
    StreamedResponse,
)
from pydantic_ai.settings import ModelSettings

from agent.models.offline.focus import focus_shown
from agent.models.offline.hearing import Heard
from agent.models.offline.lessons import Lesson
from agent.models.offline.planning import Planner
from agent.models.offline.plans import Call, Said

NAME = "offline"


class OfflineModel(Model[None]):
    """One turn's embedded model. It reads `heard`, never the messages of others and never a tool result's text.

    What the reply carries besides its words (choices, form, memo) is in `ModelResponse.metadata`.
    """

    def __init__(self, planner: Planner, heard: Heard, *, turn: str = "") -> None:
        # Not Model's own: all that it does besides its defaults is to load price lists (6 MB), and this costs nothing.
        self._planner = planner
        self._heard = heard
        self._turn = turn
        self._call: Call | None = None
        self._lesson: Lesson | None = None
        self._kept: dict[str, Any] = {"at": heard.now.isoformat()}

    @property
    def provider(self) -> None:
        """There is none."""
        return None

    @property
    def model_name(self) -> str:
        """Always "offline"."""
        return NAME

    @property
    def system(self) -> str:
        """Who serves it."""
        return "friday"

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        """One step of the turn."""
        _, params = self.prepare_request(model_settings, model_request_parameters)
        return self.respond(messages, frozenset(t.name for t in params.declared_function_tools))

    @asynccontextmanager
    async def request_stream(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
        run_context: RunContext[Any] | None = None,
    ) -> AsyncGenerator[StreamedResponse]:
        """The same, as a stream of one piece per part."""
        response = await self.request(messages, model_settings, model_request_parameters)
        yield CompletedStreamedResponse(
            response, model_request_parameters=model_request_parameters, replay_events=True
        )

    def respond(self, messages: Sequence[ModelMessage], offered: frozenset[str]) -> ModelResponse:
        """A plan for the message, or the answer once the tool has returned."""
        returns = _returns(messages)
        if returns:
            return self._answer(returns)
        plan = self._planner.plan(self._heard, offered)
        self._kept |= {"focus": self._planner.focus(self._heard, plan)}
        self._lesson = plan.lesson
        if isinstance(plan, Said):
            return self._said(plan)
        self._call = plan
        called = ToolCallPart(plan.tool, dict(plan.args), tool_call_id=self._call_id(plan.tool))
        return ModelResponse([called], model_name=NAME, finish_reason="tool_call")

    def _call_id(self, tool: str) -> str:
        """The same in every run of one turn, unlike any other in the conversation."""
        return "call_" + hashlib.sha256(f"{self._turn}:{tool}:0".encode()).hexdigest()[:20]

    def _answer(self, returns: Sequence[ToolReturnPart]) -> ModelResponse:
        sentences = [sentence for part in returns if (sentence := _sentence(part))]
        call, failed = self._call, next((p for p in returns if p.outcome != "success"), None)
        if failed is not None and call is not None:
            return self._said(self._after_failure(sentences, failed, call))
        for part in returns:
            self._kept["focus"] = focus_shown(self._kept.get("focus") or {}, _mapping(part.content))
        memo: dict[str, Any] = dict(call.kept) if call is not None else {}
        memo |= call.memo if call is not None and call.then else {}
        then = (call.then,) if call is not None and call.then else ()
        return self._said(Said("\n".join((*sentences, *then)), memo=memo))

    def _after_failure(self, sentences: Sequence[str], failed: ToolReturnPart, call: Call) -> Said:
        """The tool's sentence; where it names an argument, the form waits for a better one."""
        content = _mapping(failed.content)
        fields = [name for name in _mapping(content.get("fields")) if name in call.args]
        choices: list[Any] = content.get("choices") or []
        kept = {name: value for name, value in call.args.items() if name not in fields[:1]}
        memo: dict[str, Any] = {"choices": choices} if choices else {}
        wanted = fields or [
            name
            for name in _mapping(content.get("fields"))
            if name in self._planner.slots[call.tool]
        ]
        if wanted:
            before = call.args.get(wanted[0], "")
            memo["form"] = {
                "tool": call.tool, "args": kept, "missing": wanted[0], "before": before
            }  # fmt: skip
        return Said("\n".join(sentences), memo=memo)

    def _said(self, plan: Said) -> ModelResponse:
        form = None
        if plan.form is not None:
            tool, fields, args = plan.form
            missing = [f.model_dump() for f in fields]
            words = self._planner.words.get(tool)
            title = words.label.of(self._heard.language) if words else tool
            form = {"title": title, "tool": tool, "missing": missing, "args": dict(args)}
        extra = {
            "memo": {**self._kept, **plan.memo},
            "options": [o.model_dump() for o in plan.options],
            "form": form,
            "lesson": self._lesson,
        }
        return ModelResponse(
            [TextPart(plan.text)], model_name=NAME, metadata=extra, finish_reason="stop"
        )


def _returns(messages: Sequence[ModelMessage]) -> list[ToolReturnPart]:
    last = messages[-1] if messages else None
    if not isinstance(last, ModelRequest):
        return []
    return [part for part in last.parts if isinstance(part, ToolReturnPart)]


def _sentence(part: ToolReturnPart) -> str:
    """The tool's computed sentence: never text that somebody else wrote."""
    content = part.content
    if isinstance(content, str):
        return content if part.outcome != "success" else ""
    found = _mapping(content)
    return str(found.get("summary") or found.get("error") or "")


def _mapping(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}
