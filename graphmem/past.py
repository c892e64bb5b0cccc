"""The memory as it was: a store that reads as it did after a commit of its log, and takes no writes.

What a store holds is a function of its logged records, in whatever order they came. So those of that
moment are put into a store of their own, in a temporary file, a few thousand in one commit, and all else
follows from them. The log is not copied: it is the beginning of the store's own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timezone
from itertools import chain, islice
from tempfile import TemporaryDirectory
from typing import Final, Literal, NoReturn, TypeVar

from graphmem import schema
from graphmem.changes import net
from graphmem.embedding import Embedder, embed
from graphmem.errors import StoreReadOnly
from graphmem.history import between, written_since
from graphmem.projection import SCHEMA
from graphmem.stores import open_store
from graphmem.stores.base import Grouping, Store
from graphmem.types import (
    Adjacency,
    Change,
    Commit,
    FloatArray,
    Record,
    StoreInfo,
    Tokens,
    Vectors,
    View,
)

T = TypeVar("T")

_TOGETHER: Final = 5000
"""Records that are written in one commit."""
_ENCODED: Final = 2048
"""Texts that are encoded in one call."""
_UNSEEN: Final = datetime(1970, 1, 1, tzinfo=timezone.utc)
"""The time of commits that nobody sees."""


class Past:
    """A ``Store`` as it was after commit number ``upto``, for the namespaces of a view; it reads alone.

    Args:
        source: the store; it stays open, and is asked for the log.
        view: the namespaces.
        upto: the number of the last commit; 0 is before the first.
        embedder: encodes texts that stand no more, once vectors are asked for.

    Raises:
        StoreError: the source cannot be read, or the temporary file not written; nothing is left behind.
    """

    def __init__(self, source: Store, view: View, upto: int, embedder: Embedder) -> None:
        self._source = source
        self._namespaces = view.namespaces
        self._upto = upto
        self._embedder = embedder
        self._lacking: list[str] | None = None
        self._folder = TemporaryDirectory(prefix="graphmem-")
        try:
            self._store = open_store(f"sqlite:///{self._folder.name}/past.db", SCHEMA)
            for namespace in sorted(self._namespaces):
                _fill(self._store, source, namespace, upto)
            self._lacking = self._take_vectors()
        except BaseException:
            self.close()
            raise

    def _take_vectors(self) -> list[str]:
        """Take over the vectors of texts that still stand; the ids of the others, of which each lacks one."""
        lacking = []
        for namespace in sorted(self._namespaces):
            view = View.of(namespace)
            for batch in _batches(_texts(self._store, view), _TOGETHER):
                texts = {record.id: schema.searched_text(record) for record in batch}
                vectors = _standing(self._source, view, texts)
                _embed(self._store, namespace, vectors)
                lacking += [id for id in texts if id not in vectors.by_id]
        return lacking

    def _searchable(self) -> Store:
        """The store, with the vectors of all texts."""
        for batch in _batches(self._lacking or (), _ENCODED):
            records = self._store.get(View(self._namespaces), batch)
            for namespace in sorted(self._namespaces):
                own = [record for record in records.values() if record.namespace == namespace]
                _embed(self._store, namespace, embed(self._embedder, own))
        self._lacking = None
        return self._store

    def apply(self, commit: Commit, vectors: Vectors | None = None) -> NoReturn:
        """Refuse: the past stays as it was.

        Raises:
            StoreReadOnly: always.
        """
        raise StoreReadOnly("this is the memory as it was, and stays so: write to the memory of now")

    def rewrite(self, commit: Commit, keep: Callable[[Commit], Commit]) -> NoReturn:
        """Refuse, as ``apply``."""
        self.apply(commit)

    def repair(self) -> NoReturn:
        """Refuse, as ``apply``."""
        self.apply(Commit("", "", "", _UNSEEN, "", ()))

    def get(self, view: View, ids: Iterable[str]) -> Mapping[str, Record]:
        """See ``Store.get``."""
        return self._store.get(view, ids)

    def scan(self, view: View, kind: str) -> Iterator[Record]:
        """See ``Store.scan``."""
        return self._store.scan(view, kind)

    def count(self, view: View, kind: str) -> int:
        """See ``Store.count``."""
        return self._store.count(view, kind)

    def neighbours(
        self,
        view: View,
        ids: Sequence[str],
        edge_kinds: Sequence[str],
        direction: Literal["out", "in"] = "out",
        degree_cap: int | None = None,
        limit: int | None = None,
    ) -> Adjacency:
        """See ``Store.neighbours``."""
        return self._store.neighbours(view, ids, edge_kinds, direction, degree_cap, limit)

    def search_text(self, view: View, query: str, k: int) -> list[tuple[str, float]]:
        """See ``Store.search_text``."""
        return self._store.search_text(view, query, k)

    def search_vector(
        self, view: View, vector: FloatArray, k: int, grouping: Grouping | None = None
    ) -> list[tuple[str, float]]:
        """See ``Store.search_vector``."""
        return self._searchable().search_vector(view, vector, k, grouping)

    def nearest_groups(
        self, view: View, vectors: FloatArray, k: int, grouping: Grouping, below: int | None = None
    ) -> list[list[tuple[str, float]]]:
        """See ``Store.nearest_groups``."""
        return self._searchable().nearest_groups(view, vectors, k, grouping, below)

    def vectors(self, view: View, ids: Sequence[str]) -> Mapping[str, FloatArray]:
        """See ``Store.vectors``."""
        return self._searchable().vectors(view, ids)

    def tokens(self, view: View, ids: Sequence[str]) -> Mapping[str, Tokens]:
        """See ``Store.tokens``."""
        return self._searchable().tokens(view, ids)

    def cosines(self, view: View, ids: Sequence[str], vector: FloatArray) -> FloatArray:
        """See ``Store.cosines``."""
        return self._searchable().cosines(view, ids, vector)

    def commits(self, view: View, after: int = 0, touching: str | None = None) -> Iterator[Commit]:
        """See ``Store.commits``: those of the source, up to the moment."""
        seen = view.namespaces & self._namespaces
        if not seen:
            return iter(())
        return between(self._source, replace(view, namespaces=seen), after, self._upto, touching)

    def head(self) -> int:
        """See ``Store.head``."""
        return self._upto

    def encoder(self) -> str | None:
        """See ``Store.encoder``."""
        return self._store.encoder()

    def info(self) -> StoreInfo:
        """See ``Store.info``. Commits are counted by reading them."""
        now, then = self._source.info(), self._store.info()
        counts = {name: 0 for name in sorted(self._namespaces)}
        for commit in self.commits(View(self._namespaces)):
            counts[commit.namespace] += 1
        records = {name: then.records.get(name, {}) for name, count in counts.items() if count}
        return replace(then, url=now.url, commits=sum(counts.values()), records=records)

    def check(self) -> list[str]:
        """See ``Store.check``."""
        return self._store.check()

    def traces(self, texts: Collection[str]) -> list[str]:
        """See ``Store.traces``, of the temporary file alone."""
        return self._store.traces(texts)

    def steady(self) -> AbstractContextManager[None]:
        """See ``Store.steady``."""
        return self._store.steady()

    def close(self) -> None:
        """Remove the temporary file; the source stays open."""
        if hasattr(self, "_store"):
            self._store.close()
        self._folder.cleanup()


def _batches(values: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(values)
    while batch := list(islice(rest, size)):
        yield batch


def _fill(target: Store, source: Store, namespace: str, upto: int) -> None:
    """Bring the logged records of that moment in, by the way that reads less."""
    since = source.head() - upto
    if upto <= since + source.count(View.of(namespace), schema.DOCUMENT):
        _from_beginning(target, source, namespace, upto)
    else:
        _from_now(target, source, namespace, upto)


def _from_beginning(target: Store, source: Store, namespace: str, upto: int) -> None:
    """Take the log's changes up to the moment, those of many commits as one."""
    log = (change for commit in between(source, View.of(namespace), 0, upto) for change in commit.changes)
    for batch in _batches(log, _TOGETHER):
        _write(target, namespace, net(batch))


def _from_now(target: Store, source: Store, namespace: str, upto: int) -> None:
    """Take what there is now, then take back what came since.

    What others write meanwhile is in that part of the log, which is read last: it is taken back too.
    """
    view = View.of(namespace)
    now = chain.from_iterable(source.scan(view, kind) for kind in sorted(SCHEMA.logged))
    for batch in _batches(now, _TOGETHER):
        _write(target, namespace, [Change(None, record) for record in batch])
    then: dict[str, Record | None] = {}
    for commit in between(source, view, upto):
        for change in commit.changes:
            then.setdefault(change.id, change.before)
    for ids in _batches(then, _TOGETHER):
        there = target.get(view, ids)
        pairs = [(there.get(id), then[id]) for id in ids]
        _write(target, namespace, [Change(*pair) for pair in pairs if pair[0] != pair[1]])


def _write(target: Store, namespace: str, changes: Sequence[Change], vectors: Vectors | None = None) -> None:
    number = target.head() + 1
    target.apply(Commit(f"past{number}", namespace, "", _UNSEEN, "", tuple(changes)), vectors)


def _embed(target: Store, namespace: str, vectors: Vectors) -> None:
    if vectors.by_id:
        _write(target, namespace, (), vectors)


def _texts(store: Store, view: View) -> Iterator[Record]:
    """The records that are searched by text."""
    return chain.from_iterable(store.scan(view, kind) for kind in schema.SENTENCE_KINDS.values())


def _standing(source: Store, view: View, texts: Mapping[str, str | None]) -> Vectors:
    """The vectors that the source has of these texts; none if it was written while they were read."""
    head, encoder = source.head(), source.encoder() or ""
    vectors = source.vectors(view, list(texts))
    tokens = source.tokens(view, list(vectors))
    now = source.get(view, list(vectors))
    if written_since(source, view, head):
        return Vectors(encoder, {})
    same = [id for id, record in now.items() if schema.searched_text(record) == texts[id]]
    return Vectors(encoder, vectors, tokens).of(same)
