"""A sidecar kept in a file beside its SQLite store, so that opening a large one need not read the tables.

The file is a cache and never the truth. It names the moment of the log that its arrays are of, by the hash
of the chain there, so that it fits no other store and no other past; commits since are replayed from the
tables. Ids, numbers and vectors are in it, and no texts; where the log is rewritten, so that something be
gone for ever, it is taken away.
"""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Mapping
from contextlib import suppress
from glob import escape
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

from graphmem.stores import arrays_file
from graphmem.stores.sidecar import Sidecar
from graphmem.stores.sqlite_tables import SQLiteTables, json_array

VERSION: Final = 3  # of what the arrays mean
WORTH: Final = 50_000  # nodes: fewer are loaded in less than a second
_SHARE: Final = 64  # kept again when more than 1/64 of the nodes were written since
_SAMPLE: Final = 256  # nodes whose ids tell a store from another with the same log


def file_of(path: Path) -> Path:
    """Where the sidecar of a store is kept."""
    return path.with_name(path.name + "-sidecar")


def restore(path: Path, tables: SQLiteTables, connection: sqlite3.Connection, sidecar: Sidecar) -> None:
    """Begin with what is kept beside a store; with nothing if that is missing, torn or another's."""
    try:
        found = arrays_file.read(file_of(path))
    except OSError:  # a cache that cannot be read is none
        found = None
    if found is not None:
        told, arrays = found
        if told == _moment(tables, connection, int(told.get("seq", 0)), int(told.get("nodes", 0))):
            sidecar.restore(told["seq"], told["epoch"], arrays)


def keep(path: Path, tables: SQLiteTables, connection: sqlite3.Connection, sidecar: Sidecar) -> None:
    """Write the file, in the transaction in which the sidecar came to the head."""
    moment = _moment(tables, connection, sidecar.seq or 0, tables.nodes())
    if moment["epoch"] != sidecar.epoch:  # repaired by another process: what is in memory is out of date
        return
    arrays, room = sidecar.arrays(tables, tables.names())
    with suppress(OSError):  # no room, or no right to write: then it is loaded from the tables again
        arrays_file.write(file_of(path), moment, arrays, room, stat.S_IMODE(path.stat().st_mode))


def is_worth_keeping(sidecar: Sidecar, *, loaded: bool) -> bool:
    """Whether the file lags so far behind; ``loaded``: only if everything was read from the tables."""
    nodes = sidecar.nodes
    return nodes >= WORTH and sidecar.behind >= (nodes if loaded else max(nodes // _SHARE, 1))


def files(path: Path) -> list[Path]:
    """The file, and those of writes that were broken off."""
    own = file_of(path)
    return [own, *own.parent.glob(f"{escape(own.name)}-[0-9]*")]


def take_away(path: Path) -> None:
    """Delete what is kept beside a store.

    Raises:
        OSError: the file system does not let us.
    """
    for file in files(path):
        file.unlink(missing_ok=True)


def _moment(tables: SQLiteTables, connection: sqlite3.Connection, seq: int, nodes: int) -> Mapping[str, Any]:
    """What a file must say of its arrays to be of this store, at that commit."""
    row = connection.execute("SELECT hash FROM log WHERE seq = ?", (seq,)).fetchone()
    sampled = {1 + nodes * number // _SAMPLE for number in range(_SAMPLE)} | {nodes}
    ids = connection.execute(
        "SELECT n.key, n.id FROM json_each(?) j JOIN node n ON n.key = j.value ORDER BY n.key",
        (json_array(sampled),),
    ).fetchall()
    encoder = tables.encoder()
    return {
        "version": VERSION,
        "seq": seq,
        "epoch": tables.epoch(),
        "hash": row[0].hex() if row else "",
        "nodes": nodes,
        "ids": blake2b(repr(ids).encode(), digest_size=16).hexdigest(),
        "encoder": list(encoder) if encoder else None,
    }
