"""The SQLite store: one file, no server, any number of readers and one writer at a time.

Records, edges, words, vectors and the log are tables of one file in write-ahead mode, so that a
commit is one transaction. Searches run over arrays in memory that follow the log (``sidecar``).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from graphmem.errors import EncoderMismatch, QueryError, StoreReadOnly
from graphmem.stores import sqlite_check, sqlite_read
from graphmem.stores.bm25 import best, bm25
from graphmem.stores.sidecar import Scope, Sidecar
from graphmem.stores.sqlite_connection import Channel, connect_words, prepare
from graphmem.stores.sqlite_migrations import FORMAT
from graphmem.stores.sqlite_write import bound_encoder, check_commit, storable, write_commit
from graphmem.types import Adjacency, Commit, FloatArray, Record, Schema, StoreInfo, Vectors, View

QUERY_TERMS: Final = 256
_PAGE: Final = 500
_COMMITS: Final = 20


class SQLiteStore:
    """A ``Store`` in a SQLite file. Threads may share it; it does not survive a fork.

    Args:
        path: the file; its directory must exist.
        schema: what the store is told of kinds.
        create: make a new store if there is none.
        busy_seconds: how long a write waits for another process or thread before StoreBusy.

    Raises:
        StoreURLError, StoreFormatError, StoreError: as ``open_store``.
    """

    def __init__(
        self, path: Path, schema: Schema, *, create: bool = True, busy_seconds: float = 10.0
    ) -> None:
        self._path = path
        self._schema = schema
        access = prepare(path, busy_seconds, create=create)
        self._sidecar = Sidecar()
        self._reader = Channel(path, access, busy_seconds)
        self._writer = Channel(path, access, busy_seconds) if access == "rw" else None
        with self._reader.setup() as connection:
            connection.execute("CREATE VIRTUAL TABLE temp.occurrence USING fts5vocab(main, word, instance)")
            connection.execute("PRAGMA query_only = ON")

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._reader.transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def _searching(self, view: View) -> Iterator[tuple[sqlite3.Connection, Scope]]:
        with self._reader.transaction("BEGIN") as connection:
            self._sidecar.follow(connection)
            yield connection, self._sidecar.scope(connection, view)

    def apply(self, commit: Commit, vectors: Vectors | None = None) -> Commit:
        """See ``Store.apply``. The commit is on the disk when this returns."""
        check_commit(commit, self._schema)
        if self._writer is None:
            with self._reading():  # a closed store says so
                raise StoreReadOnly(f"{self._path}: the file, its directory or its disk takes no writes")
        with self._writer.transaction("BEGIN IMMEDIATE") as connection:
            return write_commit(connection, self._schema, commit, vectors)

    def get(self, view: View, ids: Iterable[str]) -> Mapping[str, Record]:
        """See ``Store.get``."""
        with self._reading() as connection:
            return sqlite_read.records(connection, view, ids)

    def scan(self, view: View, kind: str) -> Iterator[Record]:
        """See ``Store.scan``. Pages are read one by one: a record removed meanwhile is left out."""
        with self._reading() as connection:
            keys = sqlite_read.keys_by_id(connection, view, kind)

        def pages() -> Iterator[Record]:
            for start in range(0, len(keys), _PAGE):
                with self._reading() as connection:
                    page = sqlite_read.page(connection, view, keys[start : start + _PAGE])
                yield from page

        return pages()

    def count(self, view: View, kind: str) -> int:
        """See ``Store.count``."""
        if view.kinds is not None and kind not in view.kinds:
            return 0
        with self._searching(replace(view, kinds=frozenset({kind}))) as (_, scope):
            return scope.records

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
        with self._searching(view) as (connection, _):
            return sqlite_read.adjacency(
                connection, self._sidecar, view, ids, edge_kinds, direction, degree_cap, limit
            )

    def search_text(self, view: View, query: str, k: int) -> list[tuple[str, float]]:
        """See ``Store.search_text``. Of a longer query the first 256 different words count.

        The first and not the rarest: which words are rare would have to be counted over all
        namespaces, or over all the postings of a query as long as a book.
        """
        terms = query_terms(query)
        if k <= 0 or not terms:
            return []
        with self._searching(view) as (connection, scope):
            postings = []
            for term in terms:
                rows, counts = self._sidecar.postings(connection, term)
                visible = scope.mask[rows]
                postings.append((rows[visible], counts[visible]))
            keys, scores = bm25(postings, self._sidecar.lengths, scope.texts, scope.mean_length)
            chosen = best(scores, k)
            return self._ranked(connection, keys[chosen], scores[chosen], k)

    def search_vector(self, view: View, vector: FloatArray, k: int) -> list[tuple[str, float]]:
        """See ``Store.search_vector``. Cosines are those of int8 vectors, within about .005.

        Raises:
            EncoderMismatch: ``vector`` has not as many dimensions as the store's vectors.
            QueryError: ``vector`` is not finite or not of shape (d,).
        """
        query = np.asarray(vector, dtype=np.float32)
        if query.ndim != 1 or not np.isfinite(query).all():
            raise QueryError("a query vector has one dimension and finite components")
        with self._searching(view) as (connection, scope):
            bound = bound_encoder(connection)
            if bound is None or k <= 0:
                return []
            if bound[1] != len(query):
                raise EncoderMismatch(
                    f"the store's vectors come from {bound[0]} and have {bound[1]} dimensions, the query's "
                    f"has {len(query)}: use {bound[0]}"
                )
            matrix = self._sidecar.vectors(connection, bound[1])
            keys, cosines = matrix.search(query, scope.mask, k)
            return self._ranked(connection, keys, cosines, k)

    def _ranked(
        self, connection: sqlite3.Connection, keys: NDArray[np.int64], scores: NDArray[np.float64], k: int
    ) -> list[tuple[str, float]]:
        ids = self._sidecar.names(connection, keys)
        pairs = zip(ids.tolist(), scores.tolist(), strict=True)
        return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))[:k]

    def vectors(self, view: View, ids: Sequence[str]) -> Mapping[str, FloatArray]:
        """See ``Store.vectors``."""
        with self._searching(view) as (connection, _):
            return sqlite_read.vectors(connection, self._sidecar, view, ids)

    def cosines(self, view: View, ids: Sequence[str], vector: FloatArray) -> FloatArray:
        """See ``Store.cosines``; within about .005, as in ``search_vector``."""
        with self._searching(view) as (connection, _):
            return sqlite_read.vectors(connection, self._sidecar, view, ids).cosines(ids, vector)

    def commits(self, view: View, after: int = 0, touching: str | None = None) -> Iterator[Commit]:
        """See ``Store.commits``. Read a few at a time: a commit made meanwhile comes last."""
        with self._reading() as connection:
            first = sqlite_read.logged(connection, view, after, touching, _COMMITS)

        def pages() -> Iterator[Commit]:
            page = first
            while page:
                yield from page
                with self._reading() as connection:
                    page = sqlite_read.logged(connection, view, page[-1].seq, touching, _COMMITS)

        return pages()

    def head(self) -> int:
        """See ``Store.head``."""
        with self._reading() as connection:
            (seq,) = connection.execute("SELECT coalesce(max(seq), 0) FROM log").fetchone()
            return int(seq)

    def encoder(self) -> str | None:
        """See ``Store.encoder``."""
        with self._reading() as connection:
            bound = bound_encoder(connection)
        return bound[0] if bound else None

    def info(self) -> StoreInfo:
        """See ``Store.info``."""
        with self._reading() as connection:
            records: dict[str, dict[str, int]] = {}
            for namespace, kind, count in connection.execute(
                "SELECT s.name, k.name, count(*) FROM record r JOIN symbol s ON s.key = r.namespace "
                "JOIN symbol k ON k.key = r.kind GROUP BY r.kind, r.namespace ORDER BY s.name, k.name"
            ):
                records.setdefault(namespace, {})[kind] = count
            bound = bound_encoder(connection)
            (commits,) = connection.execute("SELECT count(*) FROM log").fetchone()
            (vectors,) = connection.execute("SELECT count(*) FROM vector").fetchone()
        beside = (self._path.with_name(self._path.name + end) for end in ("", "-wal"))
        return StoreInfo(
            url=f"sqlite:///{self._path}",
            format=FORMAT,
            encoder=bound[0] if bound else None,
            commits=commits,
            records=records,
            vectors=vectors,
            bytes=sum(file.stat().st_size for file in beside if file.exists()),
        )

    def check(self) -> list[str]:
        """See ``Store.check``. Reads everything, in one transaction."""
        with self._reading() as connection:
            return sqlite_check.problems(connection, self._schema)

    def close(self) -> None:
        """See ``Store.close``."""
        for channel in (self._writer, self._reader):
            if channel is not None:
                channel.close()


def query_terms(query: str) -> list[str]:
    """The first 256 different words of a query, cut and stemmed as the index does it, sorted.

    Sorted, so that the scores of equal stores are summed in the same order and are equal to the bit.
    """
    with closing(connect_words()) as connection:
        connection.execute("INSERT INTO word(rowid, text) VALUES (1, ?)", (storable(query),))
        rows = connection.execute(
            "SELECT term FROM occurrence GROUP BY term ORDER BY min(offset) LIMIT ?", (QUERY_TERMS,)
        )
        return sorted(term for (term,) in rows)
