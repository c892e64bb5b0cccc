"""The Neo4j store: one server or cluster, any number of readers and writers.

The database is the truth: nodes and relationships that its own tools can read, a full-text and a vector
index, and the log. Walks and scores run over arrays in memory (``sidecar``), of the namespaces served here.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Final, Literal, TypeVar

from graphmem.errors import EncoderMismatch, StoreBusy, StoreError
from graphmem.stores import (
    neo4j_check,
    neo4j_read,
    neo4j_repair,
    neo4j_rewrite,
    neo4j_tables,
    neo4j_traces,
    search,
)
from graphmem.stores.base import Grouping
from graphmem.stores.neo4j_address import parse_address
from graphmem.stores.neo4j_connection import Connection
from graphmem.stores.neo4j_head import Head
from graphmem.stores.neo4j_keys import KeyBlocks
from graphmem.stores.neo4j_migrations import FORMAT, make_vector_index, names_of, prepare
from graphmem.stores.neo4j_read import KeptRows, Row
from graphmem.stores.neo4j_rows import Prepared
from graphmem.stores.neo4j_tables import Neo4jTables, sendable
from graphmem.stores.neo4j_vector import VectorIndex
from graphmem.stores.neo4j_write import Logged, write_commit
from graphmem.stores.plan import check_commit, matrix_of
from graphmem.stores.quantised import PackedVectors
from graphmem.stores.rewriting import check_rewrite
from graphmem.stores.sidecar import Sidecar
from graphmem.types import Adjacency, Commit, FloatArray, Record, Schema, StoreInfo, Tokens, Vectors, View

T = TypeVar("T")

# Up to so many texts in view their vectors are compared in memory, by signs first. At 300,000 that took 8 ms,
# the server's index 15 ms, which found .96 of the nearest 20 (``benchmarks.stores``, on a busy machine).
EXACT_TEXTS: Final = 1_000_000
_ATTEMPTS: Final = 100


class Neo4jStore:
    """A ``Store`` in a Neo4j database. Threads may share it; it does not survive a fork.

    Args:
        url: ``neo4j://USER@HOST:7687/DATABASE``; see ``neo4j_address``.
        schema: what the store is told of kinds.
        create: make a new store if there is none.
        busy_seconds: for how long what the server cannot do now is tried again.
        exact_texts: views of more texts than this are searched by the server's vector index.

    Raises:
        StoreURLError, StoreFormatError, StoreError: as ``open_store``.
        MissingExtra: the driver is not installed.
    """

    def __init__(
        self,
        url: str,
        schema: Schema,
        *,
        create: bool = True,
        busy_seconds: float = 10.0,
        exact_texts: int = EXACT_TEXTS,
    ) -> None:
        self._address = parse_address(url, os.environ)
        self._schema = schema
        self._names = names_of(self._address.label, schema)
        self._connection = Connection(self._address, busy_seconds)
        try:
            prepare(self._connection, self._names, create=create)
        except BaseException:
            self._connection.close()
            raise
        self._head = Head(self._connection, self._names)
        self._kept = KeptRows()
        self._keys = KeyBlocks(self._connection, self._names)
        self._index = VectorIndex(self._connection, self._names)
        self._exact_texts = exact_texts
        self._busy_seconds = busy_seconds
        self._lock = threading.Lock()
        self._moment = threading.local()
        self._sidecar = Sidecar()
        self._served: frozenset[str] = frozenset()
        self._symbols: dict[str, int] = {}
        self._bound: tuple[str, int] | None = None

    def __repr__(self) -> str:
        return f"Neo4jStore('{self._address}')"

    def apply(self, commit: Commit, vectors: Vectors | None = None) -> Commit:
        """See ``Store.apply``. The commit is on the server's disk when this returns."""
        check_commit(commit, self._schema)
        first = vectors is not None and bool(vectors.by_id) and self._encoder() is None
        if first and vectors is not None:
            # An index cannot be made in the transaction that writes.
            make_vector_index(self._connection, self._names, matrix_of(vectors).shape[1])
        prepared = Prepared(self._schema, commit, vectors, binary=self._connection.bolt >= (6, 0))
        try:
            return self._connection.write(
                lambda transaction: write_commit(transaction, self._names, prepared, self._keys.take)
            )
        except Logged as logged:
            # What was rolled back gave no bookmark: without one a reader elsewhere could miss the commit.
            self._connection.bookmark()
            return logged.commit
        except EncoderMismatch:
            if first and (bound := self._encoder()):  # another process was first: the index is his
                make_vector_index(self._connection, self._names, bound[1])
            raise

    # --- reads of the server --------------------------------------------------------------

    def get(self, view: View, ids: Iterable[str]) -> Mapping[str, Record]:
        """See ``Store.get``."""
        wanted = list(dict.fromkeys(ids))
        sent = [id for id in wanted if sendable(id)]
        rows = self._rows_then(view, sent)
        if rows is None:
            rows = self._whole(lambda: neo4j_read.rows_by_id(self._connection, self._names, view, sent))
        return {id: neo4j_read.record(rows[id]) for id in wanted if id in rows}

    def _rows_then(self, view: View, ids: Sequence[str]) -> dict[str, Row] | None:
        """Rows of records as of the commit that the arrays have come to, if that is known to be whole.

        Inside ``steady`` alone: the arrays tell which are in view, and only what no read of that commit
        brought yet is asked of the server.
        """
        if not self._is_followed(view):
            return None
        seq, known = self._searched(
            view, lambda tables: (self._sidecar.seq, self._sidecar.seen(tables, view, ids))
        )
        kept = self._kept.of(seq)
        missing = [key for key in known if key not in kept]
        if missing:
            try:
                found, moment = neo4j_read.rows_by_key(self._connection, self._names, missing)
            except neo4j_tables.Torn:
                return None
            if not self._head.was(seq, [moment]) and self._head.read() != seq:
                return None
            kept.update(found)
        return {id: kept[key] for key, id in known.items() if key in kept}

    def scan(self, view: View, kind: str) -> Iterator[Record]:
        """See ``Store.scan``. Pages are read one by one: a record removed meanwhile is left out."""
        if view.kinds is not None and kind not in view.kinds:
            return iter(())
        of_kind = replace(view, kinds=frozenset({kind}))
        if self._is_followed(of_kind):
            ids = self._searched(of_kind, lambda tables: self._sidecar.ids(tables, of_kind))
        else:
            ids = neo4j_read.ids_of_kind(self._connection, self._names, of_kind)
        return neo4j_read.pages(self._connection, self._names, of_kind, ids)

    def commits(self, view: View, after: int = 0, touching: str | None = None) -> Iterator[Commit]:
        """See ``Store.commits``. Read a few at a time: a commit made meanwhile comes last."""
        return neo4j_read.commits(self._connection, self._names, view, after, touching)

    def head(self) -> int:
        """See ``Store.head``."""
        return self._head.read()

    def encoder(self) -> str | None:
        """See ``Store.encoder``."""
        bound = self._encoder()
        return bound[0] if bound else None

    def _encoder(self) -> tuple[str, int] | None:
        """Name and dimension; once they are there they stay."""
        if self._bound is None:
            self._bound = neo4j_tables.encoder(self._connection, self._names)
        else:
            self._connection.check_open()
        return self._bound

    def info(self) -> StoreInfo:
        """See ``Store.info``. A server does not say how many bytes a store takes."""
        named = self._connection.read(self._names("MATCH (c:{x}Commit) RETURN DISTINCT c.namespace"))
        records: dict[str, dict[str, int]] = {name: {} for (name,) in sorted(named)}
        counted = self._connection.read(
            self._names("MATCH (n:{x}) WHERE n.namespace IS NOT NULL RETURN n.namespace, n.kind, count(*)")
        )
        for namespace, kind, count in sorted(counted):
            records[namespace][kind] = count
        ((commits,),) = self._connection.read(self._names("MATCH (c:{x}Commit) RETURN count(c)"))
        ((vectors,),) = self._connection.read(
            self._names("MATCH (n:{x}Text) WHERE n._vector IS NOT NULL RETURN count(n)")
        )
        bound = self._encoder()
        return StoreInfo(
            url=str(self._address),
            format=FORMAT,
            encoder=bound[0] if bound else None,
            commits=commits,
            records=records,
            vectors=vectors,
            bytes=None,
        )

    @contextmanager
    def steady(self) -> Iterator[None]:
        """See ``Store.steady``."""
        outer = self._known_head()
        self._moment.head = self.head() if outer is None else outer
        try:
            yield
        finally:
            self._moment.head = outer

    def _known_head(self) -> int | None:
        """The head when this thread entered ``steady``; None outside."""
        return getattr(self._moment, "head", None)

    def _is_followed(self, view: View) -> bool:
        """Whether arrays of these namespaces are there, and need not be brought to a newer commit."""
        return self._known_head() is not None and view.namespaces <= self._served

    def _whole(self, read: Callable[[], tuple[T, str | None]]) -> T:
        """What a read gives when no commit came between: it holds all of a commit or nothing.

        A read waits until all that was committed before it is applied in full (by bookmark), so only a
        commit that comes during the read can be seen in part, and then the head has moved. A read that
        is of one moment needs no look at the head.
        """
        before = self._known_head()
        for _ in range(_ATTEMPTS):
            try:
                found, moment = read()
            except neo4j_tables.Torn:
                continue
            if moment is not None:
                return found
            after = self.head()
            if after == before:
                return found
            before = after
        raise StoreBusy(f"{self._address}: others write without a pause: try again")

    # --- searches over the sidecar --------------------------------------------------------

    def _searched(self, view: View, answer: Callable[[Neo4jTables], T]) -> T:
        """What arrays that have come to the head answer; once more if the head moved meanwhile."""
        if not self._lock.acquire(timeout=max(self._busy_seconds, 1.0) * 6):
            raise StoreBusy(f"{self._address}: another thread holds the store for too long: try again")
        try:
            asked = frozenset(filter(sendable, view.namespaces))
            if not asked <= self._served:
                self._served |= asked
                self._sidecar.forget()
            least = self._known_head()
            for _ in range(_ATTEMPTS):
                tables = Neo4jTables(
                    self._connection,
                    self._names,
                    self._head,
                    self._served,
                    self._symbols,
                    self._schema.index,
                )
                try:
                    self._sidecar.follow(tables, least)
                    least = None
                    if not self._sidecar.is_named:  # else each question asks for names it did not meet yet
                        self._sidecar.name(tables.names())
                    found = answer(tables)
                except neo4j_tables.Torn:
                    self._sidecar.forget()
                    continue
                # What was read of the server is newer than the arrays if a commit came between.
                if tables.is_at(self._sidecar.seq):
                    return found
            raise StoreBusy(f"{self._address}: others write without a pause: try again")
        except StoreError:
            self._sidecar.forget()  # what was being loaded when the server went away is half there
            raise
        finally:
            self._lock.release()

    def count(self, view: View, kind: str) -> int:
        """See ``Store.count``."""
        if view.kinds is not None and kind not in view.kinds:
            return 0
        of_kind = replace(view, kinds=frozenset({kind}))
        return self._searched(view, lambda tables: self._sidecar.scope(tables, of_kind).records)

    def neighbours(
        self,
        view: View,
        ids: Sequence[str],
        edge_kinds: Sequence[str],
        direction: Literal["out", "in"] = "out",
        degree_cap: int | None = None,
        limit: int | None = None,
    ) -> Adjacency:
        """See ``Store.neighbours``. Edges come by id asked; with a limit by the id, heaviest first."""
        return self._searched(
            view,
            lambda tables: search.neighbours(
                self._sidecar, tables, view, ids, edge_kinds, direction, degree_cap, limit
            ),
        )

    def search_text(self, view: View, query: str, k: int) -> list[tuple[str, float]]:
        """See ``Store.search_text``. Of a longer query the first 256 different words count.

        The full-text index finds who holds a word, within the namespaces; the scores are ours, since
        Lucene's count the words of all namespaces.
        """
        return self._searched(view, lambda tables: search.search_text(self._sidecar, tables, view, query, k))

    def search_vector(
        self, view: View, vector: FloatArray, k: int, grouping: Grouping | None = None
    ) -> list[tuple[str, float]]:
        """See ``Store.search_vector``. Cosines are those of int8 vectors, within about .005.

        Raises:
            EncoderMismatch: ``vector`` has not as many dimensions as the store's vectors.
            QueryError: ``vector`` is not finite or not of shape (d,).
        """
        if not (bound := self._encoder()) or k <= 0:
            return []
        query, dimension = search.checked_vector(vector, bound), bound[1]

        def answer(tables: Neo4jTables) -> list[tuple[str, float]]:
            matrix, scope = self._sidecar.vectors(tables, dimension), self._sidecar.scope(tables, view)
            if scope.texts <= self._exact_texts or grouping is not None:
                return search.search_vector(self._sidecar, tables, matrix, view, query, k, grouping)
            return self._index.search(self._sidecar, tables, matrix, scope, view, query, k)

        return self._searched(view, answer)

    def nearest_groups(
        self, view: View, vectors: FloatArray, k: int, grouping: Grouping, below: int | None = None
    ) -> list[list[tuple[str, float]]]:
        """See ``Store.nearest_groups``. Raises as ``search_vector``."""
        if not (bound := self._encoder()) or k <= 0 or not len(vectors):
            return [[] for _ in vectors]
        queries = search.checked_vectors(vectors, bound)

        def answer(tables: Neo4jTables) -> list[list[tuple[str, float]]]:
            return search.nearest_groups(self._sidecar, tables, view, queries, k, grouping, below)

        return self._searched(view, answer)

    def vectors(self, view: View, ids: Sequence[str]) -> PackedVectors:
        """See ``Store.vectors``."""
        return self._searched(view, lambda tables: search.vectors(self._sidecar, tables, view, ids))

    def tokens(self, view: View, ids: Sequence[str]) -> Mapping[str, Tokens]:
        """See ``Store.tokens``."""
        return self._searched(view, lambda tables: search.tokens(self._sidecar, tables, view, ids))

    def cosines(self, view: View, ids: Sequence[str], vector: FloatArray) -> FloatArray:
        """See ``Store.cosines``; within about .005, as in ``search_vector``."""
        return self.vectors(view, ids).cosines(ids, vector)

    def check(self) -> list[str]:
        """See ``Store.check``. Reads everything."""
        return neo4j_check.problems(self._connection, self._names, self._schema)

    def rewrite(self, commit: Commit, keep: Callable[[Commit], Commit]) -> Commit:
        """See ``Store.rewrite``. In one transaction; the server's own files keep what it freed for a while.

        What remains in them, and how an administrator is rid of it, says docs/neo4j.md.
        """
        check_rewrite(commit)
        prepared = Prepared(self._schema, commit, None, binary=False)
        try:
            return self._connection.write(
                lambda transaction: neo4j_rewrite.rewrite(transaction, self._names, prepared, keep)
            )
        except Logged as logged:
            self._connection.bookmark()
            return logged.commit

    def traces(self, texts: Collection[str]) -> list[str]:
        """See ``Store.traces``."""
        return neo4j_traces.traces(self._connection, self._names, texts)

    def repair(self) -> None:
        """See ``Store.repair``. In batches: broken off, it is to be run again."""
        neo4j_repair.repair(self._connection, self._names, self._schema, self._keys.take)
        with self._lock:
            self._sidecar.forget()
            self._kept = KeptRows()

    def close(self) -> None:
        """See ``Store.close``."""
        self._connection.close()
