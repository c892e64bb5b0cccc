"""The SQLite store: one file, no server, any number of readers and one writer at a time.

Records, edges, words, vectors and the log are tables of one file in write-ahead mode, so that a
commit is one transaction. Searches run over arrays in memory that follow the log (``sidecar``).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from typing import Final, Literal

from graphmem.errors import StoreBusy, StoreError, StoreReadOnly
from graphmem.stores import (
    search,
    sqlite_check,
    sqlite_read,
    sqlite_repair,
    sqlite_rewrite,
    sqlite_sidecar,
    sqlite_traces,
)
from graphmem.stores.base import Grouping
from graphmem.stores.plan import check_commit
from graphmem.stores.rewriting import check_rewrite
from graphmem.stores.sidecar import Sidecar
from graphmem.stores.sqlite_connection import Channel, prepare
from graphmem.stores.sqlite_migrations import FORMAT
from graphmem.stores.sqlite_tables import SQLiteTables
from graphmem.stores.sqlite_write import write_commit
from graphmem.types import Adjacency, Commit, FloatArray, Record, Schema, StoreInfo, Tokens, Vectors, View

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
        self._busy_seconds = busy_seconds
        access = prepare(path, busy_seconds, create=create)
        self._sidecar = Sidecar()
        self._reader = Channel(path, access, busy_seconds)
        self._writer = Channel(path, access, busy_seconds) if access == "rw" else None
        with self._reader.setup() as connection:
            connection.execute("CREATE VIRTUAL TABLE temp.occurrence USING fts5vocab(main, word, instance)")
            connection.execute("PRAGMA query_only = ON")
            unswept = sqlite_rewrite.is_unswept(connection)
        if unswept and access == "rw":
            with suppress(StoreBusy):  # who keeps it busy may be about to do the same
                sqlite_rewrite.sweep(path, busy_seconds)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._reader.transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def _searching(self) -> Iterator[SQLiteTables]:
        with self._reader.transaction("BEGIN") as connection:
            tables = SQLiteTables(connection, self._schema.index)
            if self._sidecar.seq is None:
                sqlite_sidecar.restore(self._path, tables, connection, self._sidecar)
            self._sidecar.follow(tables)
            yield tables
            self._keep(tables, connection, loaded=True)

    def _keep(self, tables: SQLiteTables, connection: sqlite3.Connection, *, loaded: bool = False) -> None:
        """Keep the arrays for who opens the store next, if that is worth while."""
        if self._writer is not None and sqlite_sidecar.is_worth_keeping(self._sidecar, loaded=loaded):
            sqlite_sidecar.keep(self._path, tables, connection, self._sidecar)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        if self._writer is None:
            with self._reading():  # a closed store says so
                raise StoreReadOnly(f"{self._path}: the file, its directory or its disk takes no writes")
        with self._writer.transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    def apply(self, commit: Commit, vectors: Vectors | None = None) -> Commit:
        """See ``Store.apply``. The commit is on the disk when this returns."""
        check_commit(commit, self._schema)
        with self._writing() as connection:
            return write_commit(connection, self._schema, commit, vectors)

    def get(self, view: View, ids: Iterable[str]) -> Mapping[str, Record]:
        """See ``Store.get``."""
        wanted = list(dict.fromkeys(ids))
        with self._reading() as connection:
            known = self._sidecar.known(SQLiteTables(connection), wanted)
            if known is not None:
                return sqlite_read.records_of(connection, view, known)
            return sqlite_read.records(connection, view, wanted)

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
        with self._searching() as tables:
            return self._sidecar.scope(tables, replace(view, kinds=frozenset({kind}))).records

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
        with self._searching() as tables:
            return search.neighbours(
                self._sidecar, tables, view, ids, edge_kinds, direction, degree_cap, limit
            )

    def search_text(self, view: View, query: str, k: int) -> list[tuple[str, float]]:
        """See ``Store.search_text``. Of a longer query the first 256 different words count."""
        with self._searching() as tables:
            return search.search_text(self._sidecar, tables, view, query, k)

    def search_vector(
        self, view: View, vector: FloatArray, k: int, grouping: Grouping | None = None
    ) -> list[tuple[str, float]]:
        """See ``Store.search_vector``. Cosines are those of int8 vectors, within about .005.

        Raises:
            EncoderMismatch: ``vector`` has not as many dimensions as the store's vectors.
            QueryError: ``vector`` is not finite or not of shape (d,).
        """
        with self._searching() as tables:
            bound = tables.encoder()
            if bound is None or k <= 0:
                return []
            query = search.checked_vector(vector, bound)
            matrix = self._sidecar.vectors(tables, bound[1])
            return search.search_vector(self._sidecar, tables, matrix, view, query, k, grouping)

    def nearest_groups(
        self, view: View, vectors: FloatArray, k: int, grouping: Grouping, below: int | None = None
    ) -> list[list[tuple[str, float]]]:
        """See ``Store.nearest_groups``.

        Raises:
            EncoderMismatch, QueryError: as ``search_vector``.
        """
        with self._searching() as tables:
            bound = tables.encoder()
            if bound is None or k <= 0 or not len(vectors):
                return [[] for _ in vectors]
            queries = search.checked_vectors(vectors, bound)
            return search.nearest_groups(self._sidecar, tables, view, queries, k, grouping, below)

    def vectors(self, view: View, ids: Sequence[str]) -> Mapping[str, FloatArray]:
        """See ``Store.vectors``."""
        with self._searching() as tables:
            return search.vectors(self._sidecar, tables, view, ids)

    def tokens(self, view: View, ids: Sequence[str]) -> Mapping[str, Tokens]:
        """See ``Store.tokens``."""
        with self._searching() as tables:
            return search.tokens(self._sidecar, tables, view, ids)

    def cosines(self, view: View, ids: Sequence[str], vector: FloatArray) -> FloatArray:
        """See ``Store.cosines``; within about .005, as in ``search_vector``."""
        with self._searching() as tables:
            return search.vectors(self._sidecar, tables, view, ids).cosines(ids, vector)

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
            return SQLiteTables(connection).head()

    def encoder(self) -> str | None:
        """See ``Store.encoder``."""
        with self._reading() as connection:
            bound = SQLiteTables(connection).encoder()
        return bound[0] if bound else None

    def info(self) -> StoreInfo:
        """See ``Store.info``."""
        with self._reading() as connection:
            named = connection.execute(
                "SELECT DISTINCT s.name FROM log l JOIN symbol s ON s.key = l.namespace ORDER BY s.name"
            )
            records: dict[str, dict[str, int]] = {name: {} for (name,) in named}
            for namespace, kind, count in connection.execute(
                "SELECT s.name, k.name, count(*) FROM record r JOIN symbol s ON s.key = r.namespace "
                "JOIN symbol k ON k.key = r.kind GROUP BY r.kind, r.namespace ORDER BY s.name, k.name"
            ):
                records[namespace][kind] = count
            bound = SQLiteTables(connection).encoder()
            (commits,) = connection.execute("SELECT count(*) FROM log").fetchone()
            (vectors,) = connection.execute("SELECT count(*) FROM vector").fetchone()
        files = [
            self._path,
            self._path.with_name(self._path.name + "-wal"),
            *sqlite_sidecar.files(self._path),
        ]
        return StoreInfo(
            url=f"sqlite:///{self._path}",
            format=FORMAT,
            encoder=bound[0] if bound else None,
            commits=commits,
            records=records,
            vectors=vectors,
            bytes=sum(file.stat().st_size for file in files if file.exists()),
        )

    def check(self) -> list[str]:
        """See ``Store.check``. Reads everything, in one transaction."""
        with self._reading() as connection:
            return sqlite_check.problems(connection, self._schema)

    def rewrite(self, commit: Commit, keep: Callable[[Commit], Commit]) -> Commit:
        """See ``Store.rewrite``. In one transaction; then the file is written anew, without what was freed.

        Killed between the two, the second is done when the store is next opened for writing.
        """
        check_rewrite(commit)
        with self._writing() as connection:
            made = sqlite_rewrite.rewrite(connection, commit, keep)
        sqlite_rewrite.sweep(self._path, self._busy_seconds)
        return made

    def traces(self, texts: Collection[str]) -> list[str]:
        """See ``Store.traces``. The bytes of the file and those beside it, and every row as it is read."""
        with self._reading() as connection:
            return sqlite_traces.traces(connection, self._path, texts)

    def steady(self) -> AbstractContextManager[None]:
        """See ``Store.steady``. Looking for new commits costs next to nothing here: it goes on."""
        return nullcontext()

    def repair(self) -> None:
        """See ``Store.repair``. In one transaction: all or nothing."""
        with self._writing() as connection:
            sqlite_repair.repair(connection, self._schema)
        with self._reading():
            self._sidecar.forget()

    def close(self) -> None:
        """See ``Store.close``."""
        if self._sidecar.behind:
            with suppress(StoreError), self._reading() as connection:  # closed already, or gone
                tables = SQLiteTables(connection)
                self._sidecar.follow(tables)
                self._keep(tables, connection)
        for channel in (self._writer, self._reader):
            if channel is not None:
                channel.close()
