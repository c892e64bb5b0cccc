"""The store of LangGraph's long-term items over a memory."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

from langgraph.store.base import (
    BaseStore,
    GetOp,
    InvalidNamespaceError,
    Item,
    ListNamespacesOp,
    MatchCondition,
    Op,
    PutOp,
    Result,
    SearchItem,
    SearchOp,
)

from graphmem import schema
from graphmem.embedding import Remembering, check_comparable
from graphmem.errors import NotFound, QueryError
from graphmem.identity import document_id
from graphmem.ingest.language import AUTOMATIC
from graphmem.ingest.pipeline import ingest_readings
from graphmem.ingest.reading import json_values
from graphmem.langgraph.filters import fits
from graphmem.langgraph.items import WHOLE, found, items, reading_of, uri_of
from graphmem.langgraph.naming import checked_base, is_below, labels_in, name_of
from graphmem.marking import marked
from graphmem.memory import Memory
from graphmem.ranking import Query
from graphmem.retrieval.recall import recall
from graphmem.retrying import retrying
from graphmem.types import Document, View

_MORE: Final = 4
"""So many times more passages are asked for when too few of them were of items that fit."""

_Labels = tuple[str, ...]
_Address = tuple[_Labels, str]


class GraphMemStore(BaseStore):
    """Items by labels and key, in a memory that recalls what they say.

    Labels such as ``("users", "ann")`` are the namespace ``BASE.users.ann``, where ``BASE`` is the namespace
    of the memory; those that cannot be a name are a digest. Nothing is told from one to another, but by a
    search over both. Each item is the document ``item:KEY``: ``put`` and ``delete`` are commits that can be
    undone, and names, facts and events are read out of what the value says.

    ``search`` with a query recalls (words, meaning, the graph); a score in [0, 1] is that of the passage
    times how sure the memory is to tell what is asked. Items that it does not reach follow without one, as
    they came. All is done in the calling thread; the async methods use another.

    Args:
        memory: where to; it stays open when the store is done.
        fields: paths of a value that are its text, such as ``["text", "tags[*]"]``; all of it if left out.
        pipeline: what reads names, facts and events, as in ``ingest``.

    Raises:
        InputError: the namespace of the memory is too long to have others below it.
    """

    def __init__(
        self, memory: Memory, *, fields: Sequence[str] = WHOLE, pipeline: str | None = AUTOMATIC
    ) -> None:
        self.base = checked_base(memory.namespace)
        self.fields = tuple(fields)
        self.pipeline = pipeline
        self._memory = memory
        self._encoder = Remembering(memory.embedder)

    @classmethod
    @contextmanager
    def from_conn_string(
        cls,
        url: str = "sqlite:///memory.db",
        *,
        namespace: str = "langgraph",
        fields: Sequence[str] = WHOLE,
        pipeline: str | None = AUTOMATIC,
    ) -> Iterator[GraphMemStore]:
        """A store on a memory of its own, which is closed at the end of the ``with`` block."""
        with Memory.open(url, namespace=namespace, author="langgraph") as memory:
            yield cls(memory, fields=fields, pipeline=pipeline)

    def memory(self, namespace: tuple[str, ...]) -> Memory:
        """The memory that holds the items of a namespace, to recall, explain, correct and undo in.

        Raises:
            InvalidNamespaceError: there are no labels.
        """
        if not namespace:
            raise InvalidNamespaceError("a namespace has at least one label, such as ('users', 'ann')")
        of = self._memory
        name = name_of(self.base, namespace)
        return Memory(of.store, namespace=name, author=of.author, embedder=of.embedder, clock=of.clock)

    def batch(self, ops: Iterable[Op]) -> list[Result]:
        """The results of operations: reads see what was there before any of the writes.

        Of several writes to one key the last counts. Writes to one namespace are one run of commits.

        Raises:
            InputError: a value holds something that JSON has no form for; nothing was written.
            QueryError: a filter has an unknown operator, or a limit or an offset is negative.
            Conflict: others kept writing to these items.
        """
        results: list[Result] = []
        puts: dict[_Labels, dict[str, PutOp]] = {}
        for op in ops:
            results.append(None)
            if isinstance(op, PutOp):
                self.memory(op.namespace)  # refused here, before anything is written
                of = puts.setdefault(tuple(op.namespace), {})
                of[op.key] = op._replace(value=_kept(op))
            else:
                results[-1] = self._read(op)
        for labels, of in puts.items():
            self._write(labels, of)
        return results

    async def abatch(self, ops: Iterable[Op]) -> list[Result]:
        """See ``batch``; in another thread."""
        return await asyncio.to_thread(self.batch, list(ops))

    def _read(self, op: GetOp | SearchOp | ListNamespacesOp) -> Result:
        if isinstance(op, GetOp):
            return next(found(self._documents(op.namespace, [op.key]).values()), None)
        if op.limit < 0 or op.offset < 0:
            raise QueryError(f"the limit {op.limit} and the offset {op.offset}: neither can be negative")
        with self._memory.store.steady():
            return self._search(op) if isinstance(op, SearchOp) else self._namespaces(op)

    def _documents(self, labels: _Labels, keys: Iterable[str]) -> dict[str, Document]:
        """The documents of items, by their URIs."""
        if not labels:
            return {}
        name = name_of(self.base, labels)
        ids = [document_id(name, uri_of(key)) for key in keys]
        there = map(schema.from_record, self._memory.store.get(View.of(name), ids).values())
        return {one.uri: one for one in there if isinstance(one, Document)}

    # Writing

    def _write(self, labels: _Labels, puts: Mapping[str, PutOp]) -> None:
        kept = [op for op in puts.values() if op.value is not None]
        if kept:
            retrying(partial(self._put, labels, kept))
        for key, op in puts.items():
            if op.value is None:
                retrying(partial(self._delete, labels, key))

    def _put(self, labels: _Labels, puts: Sequence[PutOp]) -> None:
        memory = self.memory(labels)
        there = self._documents(labels, [op.key for op in puts])
        created = {item.key: item.created_at for item in found(there.values())}
        now = memory.clock()
        readings = []
        for op in puts:
            value, first = dict(op.value or {}), created.get(op.key, now)
            item = Item(value=value, key=op.key, namespace=labels, created_at=first, updated_at=now)
            paths = self.fields if op.index is None else op.index or ()
            readings.append(reading_of(item, paths))
        over = {one.uri: there[one.uri].content_hash if one.uri in there else None for one in readings}
        ingest_readings(memory, readings, pipeline=self.pipeline, over=over)

    def _delete(self, labels: _Labels, key: str) -> None:
        memory = self.memory(labels)
        for document in self._documents(labels, [key]).values():
            try:
                memory.forget(document.id)
            except NotFound:  # others were first: it is gone
                return

    # Searching

    def _names(self, prefix: _Labels = ()) -> dict[str, _Labels]:
        """The namespaces that hold items whose labels begin so."""
        store = self._memory.store
        there = [name for name, kinds in store.info().records.items() if kinds.get(schema.DOCUMENT)]
        told: dict[str, _Labels] = {}
        for name in there:
            if not is_below(self.base, name):
                continue
            labels = labels_in(self.base, name)
            if labels is not None and labels[: len(prefix)] != prefix:
                continue
            first = next(items(store, View.of(name)), None)
            if first and first.namespace[: len(prefix)] == prefix:
                told[name] = first.namespace
        return told

    def _namespaces(self, op: ListNamespacesOp) -> list[_Labels]:
        told = (
            labels[: op.max_depth]
            for labels in self._names().values()
            if all(_matches(one, labels) for one in op.match_conditions or ())
        )
        return sorted(set(told))[op.offset : op.offset + op.limit]

    def _search(self, op: SearchOp) -> list[SearchItem]:
        names = self._names(tuple(op.namespace_prefix))
        wanted = op.offset + op.limit
        if not names or not op.limit:
            return []
        view = View.of(*names)
        ranked = self._ranked(view, op, wanted) if op.query and op.query.strip() else {}
        if len(ranked) < wanted:
            rest = (item for item in items(self._memory.store, view) if fits(item.value, op.filter))
            for item in sorted(rest, key=lambda item: (item.namespace, item.created_at, item.key)):
                ranked.setdefault((item.namespace, item.key), (item, None))
        return [
            SearchItem(item.namespace, item.key, item.value, item.created_at, item.updated_at, score)
            for item, score in list(ranked.values())[op.offset : wanted]
        ]

    def _ranked(self, view: View, op: SearchOp, wanted: int) -> dict[_Address, tuple[Item, float | None]]:
        """The items that a query finds, best first, each with the score of its best passage.

        A ranking's scores are relative to its best; its confidence makes them comparable between queries.
        """
        memory = self._memory
        check_comparable(memory.store.encoder(), memory.embedder)
        asked, now = wanted, memory.clock()
        while True:
            query = Query(str(op.query), view, asked, now)
            whole = recall(memory.store, self._encoder, query, reader=self.base)
            ranking, gone = marked(memory.store, view, whole, now, self.base)
            sure = ranking.confidence
            best: dict[_Address, tuple[Item, float | None]] = {}
            for hit in ranking:
                if hit.passage.id not in gone:
                    for item in found((hit.document, *hit.also)):
                        if fits(item.value, op.filter):
                            best.setdefault((item.namespace, item.key), (item, hit.score * sure))
            if len(best) >= wanted or len(ranking) < asked:
                return best
            asked *= _MORE


def _kept(op: PutOp) -> dict[str, Any] | None:
    """What is kept of a value."""
    return None if op.value is None else json_values(op.value, f"{op.key!r} in {op.namespace}")


def _matches(condition: MatchCondition, labels: _Labels) -> bool:
    """Whether labels begin, or end, with a path, where * is any label."""
    path = condition.path
    if len(labels) < len(path):
        return False
    part = labels[: len(path)] if condition.match_type == "prefix" else labels[len(labels) - len(path) :]
    return all(wanted in ("*", label) for wanted, label in zip(path, part, strict=True))
