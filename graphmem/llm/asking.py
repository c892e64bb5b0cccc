"""One call of a chat model: structured where it can be, else as text, again where the network failed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from graphmem.llm.budget import Usage, estimated
from graphmem.llm.model import failures, is_of_the_prompt, is_passing, is_too_long, model_error, reason

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage
    from langchain_core.runnables import Runnable

TRIES: Final = 4
"""Calls for one answer where the network or the server fails."""
_PAUSE: Final = 2.0
"""Seconds before the second try; each further pause is twice as long."""
_ENDED: Final = ("finish_reason", "stop_reason", "done_reason")
_CUT: Final = frozenset({"length", "max_tokens"})
"""What providers call the end of an answer that has become too long."""
_ANY: Final = {"title": "Answer", "description": "An answer.", "type": "object", "properties": {}}
"""A schema to find out with whether a model takes one."""


class Refused(Exception):
    """The model does not take this prompt: it is too long, against its rules, or asks for a tool."""

    def __init__(self, reason: str, *, too_long: bool) -> None:
        """``reason``: what it says, without keys; ``too_long``: surely for the length."""
        super().__init__(reason)
        self.reason = reason
        self.too_long = too_long


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model answered: a value where it came structured, the text, its tokens, if it was cut off."""

    value: Any
    text: str
    usage: Usage
    cut: bool = False


def has_structure(model: BaseChatModel) -> bool:
    """Whether a model gives structured output."""
    try:
        model.with_structured_output(_ANY, include_raw=True)
    except NotImplementedError:
        return False
    return True


def _usage(message: BaseMessage, prompt: int, text: str) -> Usage:
    """What a message says that it used; an estimate where it says nothing.

    Args:
        message: the answer.
        prompt: characters of what was asked.
        text: what was answered.
    """
    told = getattr(message, "usage_metadata", None)
    if not told:
        return Usage(estimated(prompt), estimated(len(text)), estimated=True)
    return Usage(told.get("input_tokens", 0), told.get("output_tokens", 0))


def _merged(values: Sequence[Mapping[str, Any]]) -> Any:
    """One answer of several calls of the tool, as some models split it."""
    if len(values) == 1:
        return values[0]
    found: dict[str, list[Any]] = {}
    for value in values:
        for field, items in value.items():
            if isinstance(items, list):
                found.setdefault(field, []).extend(items)
    return found


def _reply(message: BaseMessage, prompt: int) -> Reply:
    """What is in a message: the arguments of a tool, whole or not, or text."""
    values = [call["args"] for call in getattr(message, "tool_calls", ())]
    text = str(message.text)
    for broken in getattr(message, "invalid_tool_calls", ()):
        text += broken.get("args") or ""
    said = text + "".join(str(value) for value in values)
    ended = [str(message.response_metadata.get(name, "")).lower() for name in _ENDED]
    cut = not _CUT.isdisjoint(ended)
    return Reply(_merged(values) if values else None, text, _usage(message, prompt, said), cut)


class Asker:
    """Asks one model; remembers whether it gives structured output."""

    def __init__(self, model: BaseChatModel, name: str, sleep: Callable[[float], None]) -> None:
        self.model = model
        self.name = name
        self.sleep = sleep
        self.structured = has_structure(model)
        self.answered = False

    def _runnable(self, schema: Mapping[str, Any]) -> Runnable[Any, Any]:
        if not self.structured:
            return self.model
        # As a tool's arguments, an answer that was cut comes as it is; as a schema of the provider's own, it
        # raises an error and is lost.
        return self.model.with_structured_output(dict(schema), include_raw=True, method="function_calling")

    def ask(self, messages: Sequence[BaseMessage], schema: Mapping[str, Any]) -> Reply:
        """The reply to some messages, of this JSON schema where the model can be given one.

        Raises:
            Refused: the model does not take these messages.
            ModelError: it refuses the user, does not exist, or cannot be reached.
        """
        for attempt in range(1, TRIES + 1):
            try:
                reply = self._once(messages, schema)
                self.answered = True
                return reply
            except failures() as error:
                if is_of_the_prompt(error):
                    raise Refused(reason(error, self.model), too_long=is_too_long(error)) from None
                if not is_passing(error) or attempt == TRIES:
                    raise model_error(self.name, error, attempt, self.model) from None
            self.sleep(_PAUSE * 2 ** (attempt - 1))
        raise AssertionError("the last try returns or raises")

    def _once(self, messages: Sequence[BaseMessage], schema: Mapping[str, Any]) -> Reply:
        found = self._runnable(schema).invoke(list(messages))
        prompt = sum(len(str(message.text)) for message in messages)
        if not isinstance(found, Mapping):
            return _reply(found, prompt)
        reply = _reply(found["raw"], prompt)
        parsed = found.get("parsed")
        if reply.value is None and parsed is not None:
            return replace(reply, value=parsed)
        return reply
