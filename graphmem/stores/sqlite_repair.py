"""Making the tables of a SQLite store anew from its log, inside the transaction of the caller."""

from __future__ import annotations

import sqlite3

from graphmem.stores import sqlite_chain
from graphmem.stores.log import changed_ids, unpack
from graphmem.stores.soundness import anew, derived_from, replayed
from graphmem.stores.sqlite_rewrite import next_epoch
from graphmem.stores.sqlite_write import intern_nodes, write_planned
from graphmem.types import TOKEN, Schema


def repair(connection: sqlite3.Connection, schema: Schema) -> None:
    """See ``Store.repair``."""
    _repair_trail(connection)
    records = replayed(map(unpack, sqlite_chain.rows(connection)))
    records |= derived_from(records.values(), schema)
    vectors = connection.execute("SELECT key, value FROM vector").fetchall()
    for table in ("record", "edge", "degree", "vector"):
        connection.execute(f"DELETE FROM {table}")
    connection.execute("INSERT INTO word(word) VALUES ('delete-all')")
    write_planned(connection, [anew(record, schema) for record in records.values()])
    next_epoch(connection)
    connection.executemany(
        "INSERT INTO vector SELECT ?1, ?2 WHERE ?1 IN (SELECT id FROM word_docsize)", vectors
    )
    # Tokens that are cut short cannot be read, nor be made from the log: such a turn goes on without any.
    connection.execute(
        "DELETE FROM token WHERE key NOT IN (SELECT key FROM vector)"
        " OR length(value) = 0 OR length(value) % ? != 0",
        (TOKEN.itemsize,),
    )


def _repair_trail(connection: sqlite3.Connection) -> None:
    """Let each commit be found again by what it changed."""
    connection.execute("DELETE FROM trail")
    for row in sqlite_chain.rows(connection):
        keys = intern_nodes(connection, sorted(changed_ids(row))).values()
        connection.executemany("INSERT INTO trail VALUES (?, ?)", [(key, row[0]) for key in keys])
