"""What searches keep in memory of a SQLite store: arrays that follow the log.

The tables are the truth; all here can be dropped and loaded again. Arrays are indexed by node key,
so that a view is one boolean mask over them, made once and kept until the next commit.
"""

from __future__ import annotations

import json
import sqlite3
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import repeat
from typing import Final

import numpy as np
from numpy.typing import NDArray

from graphmem.stores.adjacency import AdjacencyArrays, json_array
from graphmem.stores.bm25 import Postings
from graphmem.stores.quantised import VectorMatrix
from graphmem.types import View

BEGINNING: Final = -(2**63)
END: Final = 2**63 - 1

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=timezone.utc)
_SCOPES: Final = 16
_POSTINGS: Final = 8_000_000  # postings kept in all, 16 bytes each
_RELOAD_SHARE: Final = 4  # reload when more than 1/4 of the records were written since

_COLUMNS: Final = (
    "SELECT r.key, r.namespace, r.kind, r.valid_at, r.invalid_at, d.sz FROM {source} "
    "LEFT JOIN word_docsize d ON d.id = r.key"
)
_ALL: Final = _COLUMNS.format(source="record r")
_SOME: Final = _COLUMNS.format(source="json_each(?) j JOIN record r ON r.key = j.value")


def microseconds(moment: datetime) -> int:
    """Since 1970 UTC, exactly; a moment without a zone is read as UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
    return (aware - _EPOCH) // timedelta(microseconds=1)


def _varint(size: bytes | None) -> int:
    """FTS5's token count of a row: a big-endian varint; -1 for a record without text."""
    if size is None:
        return -1
    value = 0
    for byte in size:
        value = value << 7 | byte & 0x7F
    return value


@dataclass(frozen=True, slots=True)
class Scope:
    """A view on the arrays: ``mask`` by node key, its records, and those with text and their mean tokens."""

    mask: NDArray[np.bool_]
    records: int
    texts: int
    mean_length: float


class Sidecar:
    """Arrays by node key, vectors, posting lists. Not thread-safe: used under the reader's lock."""

    def __init__(self) -> None:
        self._seq: int | None = None
        self._symbols: dict[str, int] = {}
        self._scopes: OrderedDict[View, Scope] = OrderedDict()
        self._postings: OrderedDict[str, Postings] = OrderedDict()
        # A node keeps its id for ever, so what is known of names and keys stays true.
        self._names: NDArray[np.object_] = np.zeros(0, dtype=object)
        self._named: NDArray[np.bool_] = np.zeros(0, dtype=bool)
        self._keys: dict[str, int] = {}
        self._vectors: VectorMatrix | None = None
        self._adjacency: AdjacencyArrays | None = None
        self._clear(0)

    def _clear(self, size: int) -> None:
        self._namespace: NDArray[np.int32] = np.full(size, -1, dtype=np.int32)
        self._kind: NDArray[np.int32] = np.full(size, -1, dtype=np.int32)
        self._valid_at: NDArray[np.int64] = np.zeros(size, dtype=np.int64)
        self._invalid_at: NDArray[np.int64] = np.zeros(size, dtype=np.int64)
        self.lengths: NDArray[np.int32] = np.full(size, -1, dtype=np.int32)

    # --- following the log ----------------------------------------------------------------

    def follow(self, connection: sqlite3.Connection) -> None:
        """Take in all commits since the last call; every write comes with one."""
        (head,) = connection.execute("SELECT coalesce(max(seq), 0) FROM log").fetchone()
        if head == self._seq:
            return
        (nodes,) = connection.execute("SELECT coalesce(max(key), 0) FROM node").fetchone()
        touched = None if self._seq is None else self._touched(connection, self._seq)
        self._seq = None  # if reading fails half way, the next call loads everything
        if touched is None or len(touched) * _RELOAD_SHARE > len(self.lengths):
            self._clear(nodes + 1)
            self._put(connection.execute(_ALL))
            self._vectors = None
            self._adjacency = None
        else:
            self._resize(nodes + 1)
            self._namespace[touched] = -1
            self.lengths[touched] = -1
            keys = json_array(touched.tolist())
            self._put(connection.execute(_SOME, (keys,)))
            if self._vectors is not None:
                self._vectors.drop(touched)
                self._vectors.put(
                    connection.execute(
                        "SELECT v.key, v.value FROM json_each(?) j JOIN vector v ON v.key = j.value", (keys,)
                    )
                )
            if self._adjacency is not None and not self._adjacency.follow(connection, touched, nodes + 1):
                self._adjacency = None
        self._seq = head
        self._scopes.clear()
        self._postings.clear()

    def _touched(self, connection: sqlite3.Connection, after: int) -> NDArray[np.int64]:
        rows = connection.execute("SELECT touched FROM log WHERE seq > ?", (after,))
        keys = np.frombuffer(b"".join(blob for (blob,) in rows), dtype="<u4")
        return np.unique(keys).astype(np.int64)

    def _put(self, rows: Iterable[tuple[int, int, int, int | None, int | None, bytes | None]]) -> None:
        columns = list(zip(*rows, strict=True))
        if not columns:
            return
        keys = np.array(columns[0], dtype=np.int64)
        self._namespace[keys] = columns[1]
        self._kind[keys] = columns[2]
        self._valid_at[keys] = [BEGINNING if at is None else at for at in columns[3]]
        self._invalid_at[keys] = [END if at is None else at for at in columns[4]]
        self.lengths[keys] = [_varint(size) for size in columns[5]]

    def _resize(self, size: int) -> None:
        if size <= len(self.lengths):
            return
        # Room for more, so that each of many small commits need not copy everything.
        more = size + size // 8 - len(self.lengths)
        closed, zeros = np.full(more, -1, dtype=np.int32), np.zeros(more, dtype=np.int64)
        self._namespace = np.concatenate([self._namespace, closed])
        self._kind = np.concatenate([self._kind, closed])
        self.lengths = np.concatenate([self.lengths, closed])
        self._valid_at = np.concatenate([self._valid_at, zeros])
        self._invalid_at = np.concatenate([self._invalid_at, zeros])

    # --- what a view sees -----------------------------------------------------------------

    def symbols(self, connection: sqlite3.Connection, names: Iterable[str]) -> list[int]:
        """Keys of those names that the store knows, ascending; a name keeps its key for ever."""
        known = []
        for name in names:
            if name not in self._symbols:
                row = connection.execute("SELECT key FROM symbol WHERE name = ?", (name,)).fetchone()
                if row is None:
                    continue
                self._symbols[name] = row[0]
            known.append(self._symbols[name])
        return sorted(known)

    def scope(self, connection: sqlite3.Connection, view: View) -> Scope:
        """What a view sees; ``follow`` has been called in the same transaction."""
        found = self._scopes.get(view)
        if found is not None:
            self._scopes.move_to_end(view)
            return found
        mask = np.isin(self._namespace, self.symbols(connection, view.namespaces))
        if view.kinds is not None:
            mask &= np.isin(self._kind, self.symbols(connection, view.kinds))
        if view.as_of is not None:
            moment = microseconds(view.as_of)
            mask &= (self._valid_at <= moment) & (moment < self._invalid_at)
        lengths = self.lengths[mask & (self.lengths >= 0)]
        total = int(lengths.sum(dtype=np.int64))
        scope = Scope(mask, int(mask.sum()), len(lengths), total / len(lengths) if len(lengths) else 0.0)
        self._scopes[view] = scope
        if len(self._scopes) > _SCOPES:
            self._scopes.popitem(last=False)
        return scope

    # --- what is searched -----------------------------------------------------------------

    def postings(self, connection: sqlite3.Connection, term: str) -> Postings:
        """Keys of all records that hold a stemmed term, and how often."""
        found = self._postings.get(term)
        if found is not None:
            self._postings.move_to_end(term)
            return found
        # One string of numbers is several times faster to take over than as many rows.
        (joined,) = connection.execute(
            "SELECT group_concat(doc) FROM occurrence WHERE term = ?", (term,)
        ).fetchone()
        keys = np.fromstring(joined, dtype=np.int64, sep=",") if joined else np.zeros(0, dtype=np.int64)
        found = np.unique(keys, return_counts=True)
        self._postings[term] = found
        while sum(len(keys) for keys, _ in self._postings.values()) > _POSTINGS:
            self._postings.popitem(last=False)
        return found

    def vectors(self, connection: sqlite3.Connection, dimension: int) -> VectorMatrix:
        """All vectors; loaded by the first search that needs them."""
        if self._vectors is None:
            self._vectors = VectorMatrix(dimension)
            self._vectors.put(connection.execute("SELECT key, value FROM vector"))
        return self._vectors

    @property
    def loaded_vectors(self) -> VectorMatrix | None:
        """All vectors, if a search has needed them."""
        return self._vectors

    def adjacency(self, connection: sqlite3.Connection) -> AdjacencyArrays:
        """All edges; loaded by the first walk."""
        if self._adjacency is None:
            self._adjacency = AdjacencyArrays(connection, len(self.lengths))
        return self._adjacency

    # --- ids and keys ---------------------------------------------------------------------

    def names(self, connection: sqlite3.Connection, keys: NDArray[np.int64]) -> NDArray[np.object_]:
        """Ids of node keys, in their order."""
        if len(self._names) < len(self.lengths):
            more = len(self.lengths) - len(self._names)
            self._names = np.concatenate((self._names, np.zeros(more, dtype=object)))
            self._named = np.concatenate((self._named, np.zeros(more, dtype=bool)))
        missing = keys[~self._named[keys]]
        if len(missing):
            rows = connection.execute(
                "SELECT n.id, n.key FROM json_each(?) j JOIN node n ON n.key = j.value",
                (json_array(np.unique(missing).tolist()),),
            )
            found = dict(rows)
            learned = np.fromiter(found.values(), dtype=np.int64, count=len(found))
            self._names[learned] = list(found)
            self._named[learned] = True
            self._keys.update(found)
        return np.asarray(self._names[keys])

    def keys(self, connection: sqlite3.Connection, ids: Sequence[str]) -> NDArray[np.int64]:
        """Node keys of ids, in their order; 0, which is no node, for one that the store does not know."""
        keys = np.fromiter(map(self._keys.get, ids, repeat(0)), dtype=np.int64, count=len(ids))
        missing = np.flatnonzero(keys == 0).tolist()
        if missing:
            rows = connection.execute(
                "SELECT n.id, n.key FROM json_each(?) j JOIN node n ON n.id = j.value",
                (json.dumps([ids[place] for place in missing]),),
            )
            found = dict(rows)
            self._keys.update(found)
            keys[missing] = [found.get(ids[place], 0) for place in missing]
        return keys
