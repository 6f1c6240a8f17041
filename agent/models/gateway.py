"""Any other language model, through litellm's Router, as a pydantic-ai Model; the only module that imports litellm."""

import datetime as dt
import importlib
import logging
import os
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from pydantic_ai import RunContext
from pydantic_ai.exceptions import ModelAPIError, ModelHTTPError
from pydantic_ai.messages import (
    FinishReason,
    ModelMessage,
    ModelRequest,
    ModelResponse,
    ModelResponseStreamEvent,
    SystemPromptPart,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.models import (
    Model,
    ModelRequestParameters,
    StreamedResponse,
    check_allow_model_requests,
)
from pydantic_ai.settings import ModelSettings
from pydantic_ai.usage import RequestUsage

GROUP = "friday"
_FINISH: dict[str, FinishReason] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tool_call",
    "function_call": "tool_call",
    "content_filter": "content_filter",
}


def open_gateway(
    name: str,
    *,
    api_base: str | None = None,
    api_key: str | None = None,
    timeout: float = 30.0,
    retries: int = 1,
) -> "GatewayModel":
    """The model that litellm calls `name`. The first call in a process takes seconds: it imports litellm."""
    # litellm asks the network for its price list while it is imported, unless told not to.
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    litellm: Any = importlib.import_module("litellm")
    litellm.suppress_debug_info = True
    for logger in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy"):
        # Its messages quote the router's configuration, keys included.
        logging.getLogger(logger).setLevel(logging.CRITICAL)
    params: dict[str, Any] = {"model": name, "timeout": timeout}
    params |= {"api_base": api_base} if api_base else {}
    params |= {"api_key": api_key} if api_key else {}
    router = litellm.Router(
        model_list=[{"model_name": GROUP, "litellm_params": params}],
        num_retries=retries,
        retry_after=0,
        timeout=timeout,
    )
    return GatewayModel(name, router, failures=_failures(litellm))


def _failures(litellm: Any) -> tuple[type[Exception], ...]:
    """What litellm raises for a provider's failure: they share openai's base class."""
    return (importlib.import_module("openai").OpenAIError, litellm.Timeout)


class GatewayModel(Model[None]):
    """One model group of a Router."""

    def __init__(self, name: str, router: Any, *, failures: tuple[type[Exception], ...]) -> None:
        super().__init__()
        self._name = name
        self._router = router
        self._failures = failures

    @property
    def provider(self) -> None:
        """litellm knows the providers."""
        return None

    @property
    def model_name(self) -> str:
        """litellm's name of it."""
        return self._name

    @property
    def system(self) -> str:
        """Who serves it."""
        return "litellm"

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        """One whole answer. Raises ModelHTTPError or ModelAPIError."""
        check_allow_model_requests()
        settings, params = self.prepare_request(model_settings, model_request_parameters)
        try:
            reply = await self._router.acompletion(**self._call(messages, settings, params))
        except self._failures as error:
            raise self._as_ours(error) from None
        choice = reply.choices[0]
        usage = _usage(reply.usage, cost=getattr(reply, "_hidden_params", {}).get("response_cost"))
        return ModelResponse(
            _parts_of(choice.message),
            usage=usage,
            model_name=reply.model or self._name,
            provider_name="litellm",
            provider_response_id=reply.id,
            finish_reason=_FINISH.get(choice.finish_reason or ""),
        )

    @asynccontextmanager
    async def request_stream(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
        run_context: RunContext[Any] | None = None,
    ) -> AsyncGenerator[StreamedResponse]:
        """The answer piece by piece."""
        check_allow_model_requests()
        settings, params = self.prepare_request(model_settings, model_request_parameters)
        call = self._call(messages, settings, params)
        try:
            chunks = await self._router.acompletion(
                **call, stream=True, stream_options={"include_usage": True}
            )
        except self._failures as error:
            raise self._as_ours(error) from None
        yield GatewayStream(params, name=self._name, chunks=chunks, owner=self)

    def _call(
        self,
        messages: Sequence[ModelMessage],
        settings: ModelSettings | None,
        params: ModelRequestParameters,
    ) -> dict[str, Any]:
        call: dict[str, Any] = {"model": GROUP, "messages": self._as_chat(messages, params)}
        tools = [
            {
                "type": "function",
                "function": {
                    "name": tool.name,
                    "description": tool.description or "",
                    "parameters": tool.parameters_json_schema,
                },
            }
            for tool in params.declared_tool_defs.values()
        ]
        if tools:
            call["tools"] = tools
            call["tool_choice"] = "auto" if params.allow_text_output else "required"
        given: dict[str, Any] = {**(settings or {})}
        wanted = ("max_tokens", "temperature", "top_p", "timeout", "seed", "stop_sequences")
        named = {"stop_sequences": "stop"}
        return call | {named.get(key, key): given[key] for key in wanted if key in given}

    def _as_chat(
        self, messages: Sequence[ModelMessage], params: ModelRequestParameters
    ) -> list[dict[str, Any]]:
        """The messages in the chat form that all providers of litellm take."""
        instructions = self._get_instruction_parts(messages, params) or []
        told = "\n\n".join(part.content for part in instructions)
        chat: list[dict[str, Any]] = [{"role": "system", "content": told}] if told else []
        for message in messages:
            if isinstance(message, ModelRequest):
                chat += [_as_said(part) for part in message.parts]
            else:
                chat += _as_answered(message)
        return chat

    def _as_ours(self, error: Exception) -> ModelAPIError:
        """The framework's error of the same meaning, without the text: it may quote keys and prompts."""
        status = getattr(error, "status_code", None)
        if isinstance(status, int):
            return ModelHTTPError(status, self._name)
        return ModelAPIError(self._name, type(error).__name__)

    def failed(self, error: Exception) -> ModelAPIError | None:
        """The framework's error when `error` is a provider's failure in the middle of a stream."""
        return self._as_ours(error) if isinstance(error, self._failures) else None


@dataclass
class GatewayStream(StreamedResponse):
    """The chunks of one answer. Parallel tool calls are told apart by their index, not by their place in a chunk."""

    name: str
    chunks: Any
    owner: GatewayModel
    began: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC))

    async def _get_event_iterator(self) -> AsyncIterator[ModelResponseStreamEvent]:
        try:
            async for chunk in self.chunks:
                if getattr(chunk, "usage", None):
                    self._usage = _usage(chunk.usage, cost=None)
                for choice in chunk.choices[:1]:
                    self.finish_reason = (
                        _FINISH.get(choice.finish_reason or "") or self.finish_reason
                    )
                    for event in self._pieces(choice.delta):
                        yield event
        except Exception as error:
            ours = self.owner.failed(error)
            if ours is None:
                raise
            raise ours from None

    def _pieces(self, delta: Any) -> Iterable[ModelResponseStreamEvent]:
        if delta is None:
            return
        if delta.content:
            yield from self._parts_manager.handle_text_delta(
                vendor_part_id="content", content=delta.content
            )
        for call in delta.tool_calls or ():
            event = self._parts_manager.handle_tool_call_delta(
                vendor_part_id=("tool", call.index),
                tool_name=call.function.name,
                args=call.function.arguments,
                tool_call_id=call.id,
            )
            if event is not None:
                yield event

    async def close_stream(self) -> None:
        """Let go of the connection."""
        closing = getattr(self.chunks, "aclose", None)
        if closing is not None:
            await closing()

    @property
    def model_name(self) -> str:
        """litellm's name of it."""
        return self.name

    @property
    def provider_name(self) -> Literal["litellm"]:
        """Who serves it."""
        return "litellm"

    @property
    def provider_url(self) -> None:
        """Unknown: the router chooses."""
        return None

    @property
    def timestamp(self) -> dt.datetime:
        """When the answer began."""
        return self.began


def _as_said(part: object) -> dict[str, Any]:
    match part:
        case SystemPromptPart(content=content):
            return {"role": "system", "content": content}
        case UserPromptPart(content=str() as content):
            return {"role": "user", "content": content}
        case ToolReturnPart():
            return {
                "role": "tool",
                "tool_call_id": part.tool_call_id,
                "content": part.model_response_str(),
            }
        case _:
            raise TypeError(f"a {type(part).__name__} cannot be sent to this model")


def _as_answered(message: ModelResponse) -> list[dict[str, Any]]:
    text = "".join(part.content for part in message.parts if isinstance(part, TextPart))
    calls = [
        {
            "id": part.tool_call_id,
            "type": "function",
            "function": {"name": part.tool_name, "arguments": part.args_as_json_str()},
        }
        for part in message.parts
        if isinstance(part, ToolCallPart)
    ]
    if not text and not calls:
        return []
    answered: dict[str, Any] = {"role": "assistant", "content": text or None}
    return [answered | ({"tool_calls": calls} if calls else {})]


def _parts_of(message: Any) -> list[TextPart | ThinkingPart | ToolCallPart]:
    parts: list[TextPart | ThinkingPart | ToolCallPart] = []
    if thought := getattr(message, "reasoning_content", None):
        parts.append(ThinkingPart(thought))
    if message.content:
        parts.append(TextPart(message.content))
    parts += [
        ToolCallPart(call.function.name, call.function.arguments, tool_call_id=call.id)
        for call in message.tool_calls or ()
    ]
    return parts


def _usage(usage: Any, *, cost: float | None) -> RequestUsage:
    if usage is None:
        return RequestUsage()
    return RequestUsage(
        input_tokens=usage.prompt_tokens or 0,
        output_tokens=usage.completion_tokens or 0,
        cost=Decimal(str(cost)) if cost else None,
    )
