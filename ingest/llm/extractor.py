"""Reading passages with a chat model: ask, or take the kept answer; ground it; count what it came to."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final, Protocol

from graphmem.errors import MissingExtra
from graphmem.ingest.llm import answer
from graphmem.ingest.llm.answer import Answer
from graphmem.ingest.llm.asking import Asker, Refused, Reply
from graphmem.ingest.llm.budget import Budget
from graphmem.ingest.llm.cache import key
from graphmem.ingest.llm.excerpt import Excerpt
from graphmem.ingest.llm.grounding import Extraction, Grounded, ground
from graphmem.ingest.llm.prompt import Prompt, complaint, prompt
from graphmem.ingest.llm.repair import repaired
from graphmem.ingest.llm.report import Report
from graphmem.relations import Schema, load

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

AT_ONCE: Final = 4
"""Calls that run at the same time."""
_ASKED: Final = 2
"""How often a passage is asked about, the second time with what was wrong."""
_REPEATED: Final = 4000
"""Characters of a bad answer that are shown to the model again."""
_UNREADABLE: Final = "it is not one JSON object with the lists names and facts."
_UNGROUNDED: Final = "none of its names and facts is in the passage; copy the words of its sentences."


class Kept(Protocol):
    """Where answers are kept: ``Cache``, or anything like it."""

    def get(self, key: str) -> Any:
        """The value under a key, or None."""

    def put(self, key: str, value: Any) -> None:
        """Keep a JSON value under a key."""


def model_name(model: BaseChatModel) -> str:
    """What a model calls itself, for "by" of its statements."""
    for field in ("model_name", "model", "model_id", "deployment_name"):
        if isinstance(name := getattr(model, field, None), str) and name:
            return name
    return model._llm_type


def _read(reply: Reply) -> tuple[Answer, Counter[str], bool] | None:
    """The answer in a reply, what was dropped of it, and whether it is all there."""
    value = answer.without_last(reply.value) if reply.cut else reply.value
    if value is not None and (found := answer.read(value)):
        return *found, not reply.cut
    taken = repaired(reply.text, lambda value: answer.read(value) is not None)
    if taken is None:
        return None
    value, whole = taken
    found = answer.read(value)
    return (*found, whole) if found else None


class Extractor:
    """Names and statements of passages by a chat model; call it with an excerpt, from any thread.

    Args:
        model: any chat model of LangChain.
        name: what its statements are ``by``, and what answers are kept under; the model's own name if empty.
        cache: where answers are kept; None keeps none.
        budget: what may be spent; no limit if left out.
        guided: the relations that facts may have; None leaves the predicates to the model.
        relations: those that predicates are named after; the ones that come with the package if left out.
        sleep: waits so many seconds before a failed call is tried again.

    Raises:
        MissingExtra: LangChain is not installed.
    """

    def __init__(
        self,
        model: BaseChatModel,
        *,
        name: str = "",
        cache: Kept | None = None,
        budget: Budget | None = None,
        guided: Schema | None = None,
        relations: Schema | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.name = name or model_name(model)
        self.report = Report(budget or Budget())
        self._cache = cache
        self._guided = guided
        self._relations = relations or load()
        self._asker = Asker(model, self.name, sleep)
        self._schema = answer.schema()
        self._overhead = len(json.dumps(self._schema))

    def __call__(self, excerpt: Excerpt) -> tuple[Extraction, ...]:
        """What each sentence says; nothing where the budget is spent or the model has no answer.

        Raises:
            ModelError: the model refuses the user, does not exist, or cannot be reached.
            InputError: the cache cannot be read or written.
        """
        structured = self._asker.structured
        asked = prompt(excerpt, self._guided, alone=not structured)
        name = key(self.name, asked.task, self._schema, asked.passage)
        kept = answer.read(self._cache.get(name)) if self._cache else None
        if kept is not None:
            outcome, found = "cached", self._ground(*kept, excerpt)
        else:
            try:
                outcome, found = self._ask(asked, excerpt, name)
            except Refused as refusal:
                if structured and not self._asker.answered and not refusal.too_long:
                    # A server may not know tools, and says so at the first call: it is asked for text.
                    self._asker.structured = False
                    return self(excerpt)
                outcome, found = "refused", _nothing(excerpt)
                self.report.refusal = refusal.reason
        self.report.add(
            outcome,
            sum(len(one.mentions) for one in found.extractions),
            sum(len(one.statements) for one in found.extractions),
            found.dropped,
        )
        return found.extractions

    def each(
        self, excerpts: Iterable[Excerpt], *, at_once: int = AT_ONCE
    ) -> Iterator[tuple[Extraction, ...]]:
        """What the sentences of each excerpt say, in order, so many calls at a time."""
        if at_once == 1:
            yield from map(self, excerpts)
            return
        with ThreadPoolExecutor(at_once) as pool:
            running = [pool.submit(self, excerpt) for excerpt in excerpts]
            try:
                for future in running:
                    yield future.result()
            finally:
                # After an error, what has not begun is not paid for.
                for future in running:
                    future.cancel()

    def _ground(self, read: Answer, dropped: Counter[str], excerpt: Excerpt) -> Grounded:
        found = ground(read, excerpt, by=self.name, relations=self._relations, guided=self._guided)
        return Grounded(found.extractions, found.dropped + dropped)

    def _ask(self, asked: Prompt, excerpt: Excerpt, name: str) -> tuple[str, Grounded]:
        """Ask, once more if the answer is unusable, and keep it if it is not."""
        messages = _messages(asked)
        outcome, best = "unread", _nothing(excerpt)
        for attempt in range(1, _ASKED + 1):
            length = sum(len(str(message.text)) for message in messages)
            held = self.report.budget.take(length + (self._overhead if self._asker.structured else 0))
            if held is None:
                break
            reply = None
            try:
                reply = self._asker.ask(messages)
            finally:
                self.report.budget.settle(held, reply.usage if reply else None)
            self.report.count(again=attempt - 1)
            read = _read(reply)
            if read is None:
                outcome, wrong = "unreadable", _UNREADABLE
            else:
                value, dropped, whole = read
                outcome, best = "read", self._ground(value, dropped, excerpt)
                self.report.count(cut=not whole)
                if not best.empty or not best.dropped:
                    if self._cache and whole:
                        self._cache.put(name, value.model_dump(exclude_defaults=True))
                    break
                wrong = _UNGROUNDED
            messages += _complaint(reply, wrong)
        return outcome, best


def _nothing(excerpt: Excerpt) -> Grounded:
    return Grounded(tuple(Extraction() for _ in excerpt.sentences), Counter())


def _messages(asked: Prompt) -> list[BaseMessage]:
    try:
        from langchain_core.messages import HumanMessage, SystemMessage
    except ImportError as error:
        raise MissingExtra("reading with a language model", "llm") from error
    return [SystemMessage(asked.task), HumanMessage(asked.passage)]


def _complaint(reply: Reply, wrong: str) -> list[BaseMessage]:
    from langchain_core.messages import AIMessage, HumanMessage

    said = reply.text or str(reply.value)
    return [AIMessage(said[:_REPEATED] or "(nothing)"), HumanMessage(complaint(wrong))]
