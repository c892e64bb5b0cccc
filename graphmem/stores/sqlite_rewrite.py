"""Putting other commits in the place of logged ones in a SQLite store, so that nothing of them is left."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from graphmem.errors import StoreBusy
from graphmem.stores import sqlite_chain
from graphmem.stores.log import pack, unpack, written
from graphmem.stores.plan import logged_already
from graphmem.stores.rewriting import Keep, Rewriting
from graphmem.stores.sqlite_connection import connect, reached, translated
from graphmem.stores.sqlite_read import records
from graphmem.stores.sqlite_sidecar import take_away
from graphmem.stores.sqlite_write import append, logged
from graphmem.types import Commit, View

# Names of nodes that nothing in the store needs any more.
_UNNAMED = (
    "DELETE FROM node WHERE key NOT IN (SELECT key FROM record) AND key NOT IN (SELECT key FROM trail) "
    "AND key NOT IN (SELECT source FROM edge) AND key NOT IN (SELECT target FROM edge)"
)


def rewrite(connection: sqlite3.Connection, commit: Commit, keep: Keep) -> Commit:
    """See ``Store.rewrite``, but for what was freed; inside the transaction of the caller."""
    there = logged(connection, commit.id)
    if there is not None:
        return logged_already(there, commit)
    rewriting = Rewriting(keep)
    first = 0
    for made, gone in rewriting.kept(_own(connection, commit.namespace)):
        first = first or made.seq
        connection.execute(
            "UPDATE log SET author = ?, message = ?, changes = ? WHERE seq = ?",
            (made.author, made.message, pack(written(made)), made.seq),
        )
        connection.execute(
            "DELETE FROM trail WHERE seq = ? AND key IN "
            "(SELECT n.key FROM json_each(?) j JOIN node n ON n.id = j.value)",
            (made.seq, json.dumps(sorted(gone))),
        )
    rewriting.check(records(connection, View.of(commit.namespace), rewriting.lessened))
    if first:
        sqlite_chain.chain_anew(connection, first - 1)
    connection.execute(_UNNAMED)
    # Words that were taken out stay beside a note that they were, until their segments become one.
    connection.execute("INSERT INTO word(word) VALUES ('optimize')")
    next_epoch(connection)
    connection.execute("INSERT OR REPLACE INTO meta VALUES ('unswept', '1')")
    return append(connection, commit, (), ())


def next_epoch(connection: sqlite3.Connection) -> None:
    """Say that whatever was learned of the tables before, in this process or another, is to be forgotten."""
    connection.execute(
        "INSERT INTO meta VALUES ('epoch', '1') ON CONFLICT(name) DO UPDATE SET value = value + 1"
    )


def _own(connection: sqlite3.Connection, namespace: str) -> Iterator[Commit]:
    return (unpack(row) for row in sqlite_chain.rows(connection) if row[2] == namespace)


def sweep(path: Path, busy_seconds: float) -> None:
    """Overwrite what was freed: write the file anew, and empty the write-ahead log.

    Broken off, it is done when the store is next opened for writing.

    Raises:
        StoreBusy: another process reads or writes for too long.
    """
    with translated(path), closing(connect(path, "rw", busy_seconds)) as connection:
        # The copy that VACUUM makes, of live rows alone, would else have to fit into memory.
        connection.execute("PRAGMA temp_store = DEFAULT")
        connection.execute("VACUUM")
        _merge(connection, path)
        # Who keeps one does so while he reads, and nobody who read what is gone does any more.
        with reached(path):
            take_away(path)
        connection.execute("DELETE FROM meta WHERE name = 'unswept'")
        _merge(connection, path)


def _merge(connection: sqlite3.Connection, path: Path) -> None:
    (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise StoreBusy(
            f"{path}: the log is rewritten, but others read for too long to overwrite what was freed: "
            "that is done when the store is next opened"
        )


def is_unswept(connection: sqlite3.Connection) -> bool:
    """Whether a rewriting was broken off before what it freed was overwritten."""
    return connection.execute("SELECT 1 FROM meta WHERE name = 'unswept'").fetchone() is not None
