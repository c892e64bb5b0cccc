"""The tables of a SQLite store, as numbered migrations that run when it is opened.

``PRAGMA user_version`` is the number of migrations that a file has had, ``application_id`` says that
it is ours. A migration is never edited once released; a change of the tables is a new one. So is a
change of what ``Schema.index`` gives for an existing body: it has to write the index anew, since
taking a text out of the word index needs the very text that went in.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Final, TypeAlias

from graphmem.stores import sqlite_chain
from graphmem.stores.words import TOKENIZER

APPLICATION_ID: Final = 0x67726D65  # "grme"

Migration: TypeAlias = "tuple[str | Callable[[sqlite3.Connection], None], ...]"

_FIRST: Final = (
    "CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    # Names that repeat a million times (kinds, edge kinds, namespaces) are kept once.
    "CREATE TABLE symbol(key INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
    # Ids of records and of edge targets, which may come before their record or stay without one.
    # Nodes are never deleted: the trail of a removed record and the readers' caches go on using the key.
    "CREATE TABLE node(key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE)",
    # Times are microseconds since 1970 UTC; NULL is open.
    "CREATE TABLE record(key INTEGER PRIMARY KEY, kind INTEGER NOT NULL, namespace INTEGER NOT NULL,"
    " valid_at INTEGER, invalid_at INTEGER, body TEXT NOT NULL)",
    # Covers all that a view filters by, so that caches load and kinds are listed without reading bodies.
    "CREATE INDEX record_view ON record(kind, namespace, valid_at, invalid_at)",
    "CREATE TABLE edge(source INTEGER, kind INTEGER, target INTEGER, weight REAL NOT NULL,"
    " PRIMARY KEY(source, kind, target)) WITHOUT ROWID",
    "CREATE INDEX edge_in ON edge(target, kind, source, weight)",
    # How many edges enter a target from records of a namespace: counting a hub's would be slow.
    "CREATE TABLE degree(target INTEGER, kind INTEGER, namespace INTEGER, edges INTEGER NOT NULL,"
    " PRIMARY KEY(target, kind, namespace)) WITHOUT ROWID",
    "CREATE TABLE vector(key INTEGER PRIMARY KEY, value BLOB NOT NULL)",
    f"CREATE VIRTUAL TABLE word USING fts5(text, content='', tokenize='{TOKENIZER}')",
    # ``touched`` holds the keys of all records written, derived ones too: the readers' caches follow it.
    "CREATE TABLE log(seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, namespace INTEGER NOT NULL,"
    " author TEXT NOT NULL, at TEXT NOT NULL, message TEXT NOT NULL,"
    " changes BLOB NOT NULL, touched BLOB NOT NULL)",
    "CREATE TABLE trail(key INTEGER, seq INTEGER, PRIMARY KEY(key, seq)) WITHOUT ROWID",
)

# Each commit's place in the chain (``chain``); the store keeps the end of it besides, in ``meta``.
_CHAINED: Final = (
    "ALTER TABLE log ADD COLUMN hash BLOB NOT NULL DEFAULT x''",
    sqlite_chain.chain_anew,
)

# Beside the vectors, which are all read at once: tokens are read of a few turns at a time.
_TOKENS: Final = ("CREATE TABLE token(key INTEGER PRIMARY KEY, value BLOB NOT NULL)",)

MIGRATIONS: Final[tuple[Migration, ...]] = (_FIRST, _CHAINED, _TOKENS)
FORMAT: Final = len(MIGRATIONS)


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the tables up to ``FORMAT``, inside the transaction of the caller."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    for statements in MIGRATIONS[version:]:
        for step in statements:
            if isinstance(step, str):
                connection.execute(step)
            else:
                step(connection)
    # Pragmas take no parameters; both values are integers of ours.
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {FORMAT}")
