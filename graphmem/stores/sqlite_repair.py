"""Making the tables of a SQLite store anew from its log, inside the transaction of the caller."""

from __future__ import annotations

import sqlite3

from graphmem.stores.log import unpack
from graphmem.stores.soundness import anew, derived_from, replayed
from graphmem.stores.sqlite_write import write_planned
from graphmem.types import Schema


def repair(connection: sqlite3.Connection, schema: Schema) -> None:
    """See ``Store.repair``."""
    rows = connection.execute(
        "SELECT l.seq, l.id, s.name, l.author, l.at, l.message, l.changes "
        "FROM log l JOIN symbol s ON s.key = l.namespace ORDER BY l.seq"
    )
    records = replayed(map(unpack, rows))
    records |= derived_from(records.values(), schema)
    vectors = connection.execute("SELECT key, value FROM vector").fetchall()
    for table in ("record", "edge", "degree", "vector"):
        connection.execute(f"DELETE FROM {table}")
    connection.execute("INSERT INTO word(word) VALUES ('delete-all')")
    write_planned(connection, [anew(record, schema) for record in records.values()])
    connection.executemany(
        "INSERT INTO vector SELECT ?1, ?2 WHERE ?1 IN (SELECT id FROM word_docsize)", vectors
    )
