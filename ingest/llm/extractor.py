"""Reading passages with a chat model: ask, or take the kept answer; ground it; count what it came to."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from graphmem.ingest.llm import answer
from graphmem.ingest.llm.answer import Answer
from graphmem.ingest.llm.excerpt import Excerpt
from graphmem.ingest.llm.grounding import Extraction, Grounded, ground
from graphmem.ingest.llm.prompt import EXAMPLE, prompt
from graphmem.ingest.llm.report import Report
from graphmem.llm import Budget, Client, Form, Kept
from graphmem.relations import Schema, load

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

AT_ONCE: Final = 4
"""Calls that run at the same time."""
_UNREADABLE: Final = "it is not one JSON object with the lists names and facts."
_UNGROUNDED: Final = "none of its names and facts is in the passage; copy the words of its sentences."


@dataclass(frozen=True, slots=True)
class _Read:
    """An answer, and what of it is in the passage."""

    answer: Answer
    grounded: Grounded


def _kept(read: _Read) -> Any:
    return read.answer.model_dump(exclude_defaults=True)


def _wrong(read: _Read) -> str:
    return _UNGROUNDED if read.grounded.empty and read.grounded.dropped else ""


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
        self._client = Client(model, name=name, cache=cache, budget=budget, sleep=sleep)
        self.name = self._client.name
        self.report = Report(self._client.budget)
        self._guided = guided
        self._relations = relations or load()
        self._schema = answer.schema()

    def __call__(self, excerpt: Excerpt) -> tuple[Extraction, ...]:
        """What each sentence says; nothing where the budget is spent or the model has no answer.

        Raises:
            ModelError: the model refuses the user, does not exist, or cannot be reached.
            InputError: the cache cannot be read or written.
            MissingExtra: LangChain is not installed.
        """
        asked = prompt(excerpt, self._guided)
        found = self._client.ask(asked.task, asked.passage, self._form(excerpt))
        if found.value is None:
            grounded = Grounded(tuple(Extraction() for _ in excerpt.sentences), Counter())
        else:
            grounded = found.value.grounded
        self.report.count(again=found.again, cut=found.cut)
        self.report.add(
            found.outcome,
            sum(len(one.mentions) for one in grounded.extractions),
            sum(len(one.statements) for one in grounded.extractions),
            grounded.dropped,
            found.refusal,
        )
        return grounded.extractions

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

    def _form(self, excerpt: Excerpt) -> Form[_Read]:
        """What an answer about an excerpt must be; one of which nothing is in its text is of no use."""

        def read(value: Any) -> _Read | None:
            found = answer.read(value)
            return None if found is None else _Read(found[0], self._ground(*found, excerpt))

        return Form(self._schema, EXAMPLE, read, _kept, _UNREADABLE, _wrong)

    def _ground(self, read: Answer, dropped: Counter[str], excerpt: Excerpt) -> Grounded:
        found = ground(read, excerpt, by=self.name, relations=self._relations, guided=self._guided)
        return Grounded(found.extractions, found.dropped + dropped)
