"""The log of a SQLite store as a chain, inside the transaction of the caller."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from graphmem.stores.chain import GENESIS, Link, chained
from graphmem.stores.log import LogRow

_PAGE = 200
ROWS = (
    "SELECT l.seq, l.id, s.name, l.author, l.at, l.message, l.changes "
    "FROM log l JOIN symbol s ON s.key = l.namespace"
)


def rows(connection: sqlite3.Connection, after: int = 0) -> Iterator[LogRow]:
    """The log after a commit, in order, a page at a time: rows may be written between two of them."""
    query = f"{ROWS} WHERE l.seq > ? ORDER BY l.seq LIMIT ?"
    while page := connection.execute(query, (after, _PAGE)).fetchall():
        yield from page
        after = page[-1][0]


def links(connection: sqlite3.Connection) -> Iterator[Link]:
    """The whole log, in order."""
    columns = ROWS.replace("l.changes", "l.changes, l.hash")
    for *row, hash in connection.execute(f"{columns} ORDER BY l.seq"):
        yield Link(tuple(row), hash)


def head(connection: sqlite3.Connection) -> tuple[int, bytes]:
    """Number and hash of the end of the chain, as the store keeps them."""
    found = connection.execute("SELECT value FROM meta WHERE name = 'chain'").fetchone()
    if found is None:
        return 0, GENESIS
    seq, _, hash = found[0].partition(" ")
    return int(seq), bytes.fromhex(hash)


def keep_head(connection: sqlite3.Connection, seq: int, hash: bytes) -> None:
    """Keep where the chain ends."""
    connection.execute("INSERT OR REPLACE INTO meta VALUES ('chain', ?)", (f"{seq} {hash.hex()}",))


def chain_anew(connection: sqlite3.Connection, after: int = 0) -> None:
    """Compute the hashes of all commits after one."""
    before = GENESIS
    if after:
        (before,) = connection.execute("SELECT hash FROM log WHERE seq = ?", (after,)).fetchone()
    for seq, hash in chained(rows(connection, after), before):
        connection.execute("UPDATE log SET hash = ? WHERE seq = ?", (hash, seq))
        keep_head(connection, seq, hash)
