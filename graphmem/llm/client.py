"""A client: asks a chat model for an answer of a form, from the cache where it was asked before.

An answer that cannot be used is asked for once more, with what was wrong. What the model is paid with, and
how often it may be tried, is the budget's and the ``Asker``'s.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, TypeAlias, TypeVar

from pydantic import BaseModel, ValidationError

from graphmem.errors import MissingExtra
from graphmem.llm.asking import Asker, Refused, Reply
from graphmem.llm.budget import Budget
from graphmem.llm.cache import Kept, key
from graphmem.llm.model import model_name
from graphmem.llm.repair import repaired, without_last

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)
Outcome: TypeAlias = Literal["read", "cached", "unread", "refused", "unreadable"]

_ASKED: Final = 2
"""How often one thing is asked, the second time with what was wrong."""
_REPEATED: Final = 4000
"""Characters of a bad answer that are shown to the model again."""
_ALONE: Final = "Answer with one JSON object and nothing else, of this form (leave out what is empty):"


def _fine(_: object) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Form(Generic[T]):
    """What an answer must be.

    Attributes:
        schema: its JSON schema, which a model with structured output sees.
        example: one, which a model that writes plain text sees.
        read: takes any JSON value; None if it is no such answer.
        kept: an answer as the JSON value that the cache keeps and ``read`` reads.
        unreadable: what a model is told of an answer that is none; a sentence that begins with "it".
        wrong: what it is told of an answer that is of no use; empty for one that is.
    """

    schema: Mapping[str, Any]
    example: Mapping[str, Any]
    read: Callable[[Any], T | None]
    kept: Callable[[T], Any]
    unreadable: str
    wrong: Callable[[T], str] = _fine


def form(model: type[M], example: M, wrong: Callable[[M], str] = _fine) -> Form[M]:
    """The form of a pydantic model: an object with any of its fields, or an empty one where all is empty."""

    def read(value: Any) -> M | None:
        if not isinstance(value, Mapping) or (value and not value.keys() & model.model_fields.keys()):
            return None
        try:
            return model.model_validate(value)
        except ValidationError:
            return None

    named = " and ".join(model.model_fields)
    return Form(
        schema=model.model_json_schema(),
        example=example.model_dump(),
        read=read,
        kept=lambda value: value.model_dump(exclude_defaults=True),
        unreadable=f"it is not one JSON object with {named}.",
        wrong=wrong,
    )


@dataclass(frozen=True, slots=True)
class Answered(Generic[T]):
    """What came of asking.

    Attributes:
        outcome: ``read`` by a call, ``cached``, ``unread`` (the budget is spent), ``refused`` by the model,
            ``unreadable`` (no answer, twice).
        value: the answer; None if there is none. One that is of no use, twice, is given as it is.
        again: answers that had to be asked for a second time.
        cut: answers that were cut off; what of them was whole is used.
        refusal: why the model refused.
    """

    outcome: Outcome
    value: T | None = None
    again: int = 0
    cut: int = 0
    refusal: str = ""


class Client:
    """Asks one chat model, from any thread.

    Args:
        model: any chat model of LangChain.
        name: what answers are kept under; the model's own name if empty.
        cache: where answers are kept; None keeps none.
        budget: what may be spent; no limit if left out.
        sleep: waits so many seconds before a failed call is tried again.
    """

    def __init__(
        self,
        model: BaseChatModel,
        *,
        name: str = "",
        cache: Kept | None = None,
        budget: Budget | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.name = name or model_name(model)
        self.budget = budget or Budget()
        self._cache = cache
        self._asker = Asker(model, self.name, sleep)

    def ask(self, task: str, data: str, form: Form[T]) -> Answered[T]:
        """What the model answers.

        Args:
            task: what is wanted, as the system's words.
            data: what it is wanted of, as the user's words (see ``fence``).
            form: what the answer must be.

        Raises:
            ModelError: the model refuses the user, does not exist, or cannot be reached.
            InputError: the cache cannot be read or written.
            MissingExtra: LangChain is not installed.
        """
        structured = self._asker.structured
        if not structured:
            task = "\n".join([task, _ALONE, json.dumps(form.example, ensure_ascii=False)])
        name = key(self.name, task, form.schema, data)
        kept = form.read(self._cache.get(name)) if self._cache else None
        if kept is not None:
            return Answered("cached", kept)
        try:
            answered, whole = self._ask(task, data, form)
        except Refused as refusal:
            if structured and not self._asker.answered and not refusal.too_long:
                # A server may not know tools, and says so at the first call: it is asked for text.
                self._asker.structured = False
                return self.ask(task, data, form)
            return Answered("refused", refusal=refusal.reason)
        if self._cache and whole and answered.value is not None:
            self._cache.put(name, form.kept(answered.value))
        return answered

    def _ask(self, task: str, data: str, form: Form[T]) -> tuple[Answered[T], bool]:
        """Ask, once more if the answer is of no use; and whether it is one to be kept."""
        messages = _messages(task, data)
        found: Answered[T] = Answered("unread")
        for attempt in range(_ASKED):
            reply = self._reply(messages, form)
            if reply is None:
                break
            read = _read(reply, form)
            if read is None:
                found, wrong = replace(found, outcome="unreadable", again=attempt), form.unreadable
            else:
                value, whole = read
                cut = found.cut + (not whole)
                found, wrong = Answered("read", value, again=attempt, cut=cut), form.wrong(value)
                if not wrong:
                    return found, whole
            messages += _complaint(reply, wrong)
        return found, False

    def _reply(self, messages: list[BaseMessage], form: Form[T]) -> Reply | None:
        """What the model replies; None if the budget has no room for it."""
        length = sum(len(str(message.text)) for message in messages)
        overhead = len(json.dumps(form.schema)) if self._asker.structured else 0
        held = self.budget.take(length + overhead)
        if held is None:
            return None
        reply = None
        try:
            reply = self._asker.ask(messages, form.schema)
        finally:
            self.budget.settle(held, reply.usage if reply else None)
        return reply


def _read(reply: Reply, form: Form[T]) -> tuple[T, bool] | None:
    """The answer in a reply, and whether it is all there; None if it is none."""
    value = without_last(reply.value) if reply.cut else reply.value
    if value is not None and (found := form.read(value)) is not None:
        return found, not reply.cut
    taken = repaired(reply.text, lambda value: form.read(value) is not None)
    if taken is None:
        return None
    value, whole = taken
    found = form.read(value)
    return None if found is None else (found, whole)


def _messages(task: str, data: str) -> list[BaseMessage]:
    try:
        from langchain_core.messages import HumanMessage, SystemMessage
    except ImportError as error:
        raise MissingExtra("a language model", "llm") from error
    return [SystemMessage(task), HumanMessage(data)]


def _complaint(reply: Reply, wrong: str) -> list[BaseMessage]:
    """What was answered, and what is wrong with it."""
    from langchain_core.messages import AIMessage, HumanMessage

    said = reply.text or str(reply.value)
    told = f"That answer could not be used: {wrong} Answer again, of the same data and by the same rules."
    return [AIMessage(said[:_REPEATED] or "(nothing)"), HumanMessage(told)]
