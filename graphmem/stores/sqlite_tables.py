"""The tables of a SQLite store as a sidecar reads them, inside the transaction of the caller."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from graphmem.stores.bm25 import Postings
from graphmem.stores.moments import BEGINNING, END
from graphmem.stores.names import LONGEST
from graphmem.stores.tables import EDGE, RECORD, Keys, Way
from graphmem.stores.words import terms_of
from graphmem.types import Index, Record

_RECORDS: Final = (
    "SELECT r.key, r.namespace, r.kind, coalesce(r.valid_at, {beginning}), coalesce(r.invalid_at, {end}), -1 "
    "FROM {source}"
)
_LENGTHS: Final = "SELECT d.id, d.sz FROM {source}"
_PAGE: Final = 10_000  # rows
_COLUMNS: Final[dict[Way, str]] = {
    "out": "e.source, e.target, e.kind, e.weight",
    "in": "e.target, e.source, e.kind, e.weight",
    "degree": "e.target, e.namespace, e.kind, e.edges",
}
_TABLE: Final[dict[Way, str]] = {"out": "edge", "in": "edge", "degree": "degree"}


def json_array(keys: Iterable[int]) -> str:
    """Integers as a JSON array, for ``json_each``: numpy's would be bound as blobs that match nothing."""
    return "[" + ",".join(map(str, keys)) + "]"


def _varint(size: bytes) -> int:
    """FTS5's token count of a row: a big-endian varint."""
    value = 0
    for byte in size:
        value = value << 7 | byte & 0x7F
    return value


class SQLiteTables:
    """``Tables`` of a connection.

    Args:
        connection: inside a transaction.
        index: how a record is to be found; only ``words`` asks.
    """

    def __init__(
        self, connection: sqlite3.Connection, index: Callable[[Record], Index] = lambda _: Index()
    ) -> None:
        self._connection = connection
        self._index = index

    def head(self) -> int:
        """See ``Tables.head``."""
        (head,) = self._connection.execute("SELECT coalesce(max(seq), 0) FROM log").fetchone()
        return int(head)

    def encoder(self) -> tuple[str, int] | None:
        """Name and dimension of the encoder whose vectors the store holds."""
        found = dict(self._connection.execute("SELECT name, value FROM meta"))
        return (found["encoder"], int(found["dimension"])) if "encoder" in found else None

    def epoch(self) -> int:
        """See ``Tables.epoch``."""
        found = self._connection.execute("SELECT value FROM meta WHERE name = 'epoch'").fetchone()
        return int(found[0]) if found else 0

    def nodes(self) -> int:
        """See ``Tables.nodes``."""
        (nodes,) = self._connection.execute("SELECT coalesce(max(key), 0) FROM node").fetchone()
        return int(nodes)

    def touched(self, after: int) -> Keys:
        """See ``Tables.touched``."""
        rows = self._connection.execute("SELECT touched FROM log WHERE seq > ?", (after,))
        keys = np.frombuffer(b"".join(blob for (blob,) in rows), dtype="<u4")
        return np.unique(keys).astype(np.int64)

    def records(self, keys: Keys | None) -> NDArray[np.void]:
        """See ``Tables.records``."""
        asked: tuple[str, ...] = ()
        records, lengths = "record r", "word_docsize d"
        if keys is not None:
            asked = (json_array(keys.tolist()),)
            records = "json_each(?) j JOIN record r ON r.key = j.value"
            lengths = "json_each(?) j JOIN word_docsize d ON d.id = j.value"
        query = _RECORDS.format(source=records, beginning=BEGINNING, end=END)
        rows = np.fromiter(self._connection.execute(query, asked), dtype=RECORD)
        told = self._connection.execute(_LENGTHS.format(source=lengths), asked).fetchall()
        keys = np.fromiter((key for key, _ in told), dtype=np.int64, count=len(told))
        tokens = np.fromiter((_varint(size) for _, size in told), dtype=np.int32, count=len(told))
        _, place, of = np.intersect1d(rows["key"], keys, assume_unique=True, return_indices=True)
        rows["length"][place] = tokens[of]
        return rows

    def vectors(self, keys: Keys | None) -> Iterable[tuple[int, bytes]]:
        """See ``Tables.vectors``."""
        if keys is None:
            return self._connection.execute("SELECT key, value FROM vector")
        return self._connection.execute(
            "SELECT v.key, v.value FROM json_each(?) j JOIN vector v ON v.key = j.value",
            (json_array(keys.tolist()),),
        )

    def tokens(self, keys: Keys) -> Iterable[tuple[int, bytes]]:
        """See ``Tables.tokens``."""
        return self._connection.execute(
            "SELECT t.key, t.value FROM json_each(?) j JOIN token t ON t.key = j.value",
            (json_array(keys.tolist()),),
        )

    def postings(self, terms: Sequence[str]) -> Mapping[str, Postings]:
        """See ``Tables.postings``."""
        return {term: self._postings(term) for term in terms}

    def _postings(self, term: str) -> Postings:
        # One string of numbers is several times faster to take over than as many rows.
        (joined,) = self._connection.execute(
            "SELECT group_concat(doc) FROM occurrence WHERE term = ?", (term,)
        ).fetchone()
        keys = np.fromstring(joined, dtype=np.int64, sep=",") if joined else np.zeros(0, dtype=np.int64)
        begins = np.flatnonzero(np.diff(keys, prepend=0))  # FTS5 lists them by key, ascending
        return keys[begins], np.diff(begins, append=len(keys))

    def words(self, keys: Keys) -> dict[int, Counter[str]]:
        """See ``Tables.words``."""
        rows = self._connection.execute(
            "SELECT r.key, n.id, k.name, s.name, r.body FROM json_each(?) j JOIN record r ON r.key = j.value "
            "JOIN word_docsize d ON d.id = r.key JOIN node n ON n.key = r.key "
            "JOIN symbol k ON k.key = r.kind JOIN symbol s ON s.key = r.namespace",
            (json_array(keys.tolist()),),
        )
        records = {key: Record(id, kind, of, json.loads(body)) for key, id, kind, of, body in rows}
        return terms_of(records, self._index)

    def edges(self, way: Way, keys: Keys | None, kinds: Sequence[int] | None = None) -> NDArray[np.void]:
        """See ``Tables.edges``."""
        if keys is None:
            query = f"SELECT {_COLUMNS[way]} FROM {_TABLE[way]} e"
            return np.fromiter(self._connection.execute(query), dtype=EDGE)
        near = _COLUMNS[way].split(",")[0]
        # CROSS JOIN holds SQLite to this order: the few asked, then their rows by index.
        query = f"SELECT {_COLUMNS[way]} FROM json_each(?) j CROSS JOIN {_TABLE[way]} e ON {near} = j.value"
        given = [json_array(keys.tolist())]
        if kinds is not None:
            query += " WHERE e.kind IN (SELECT value FROM json_each(?))"
            given.append(json_array(kinds))
        return np.fromiter(self._connection.execute(query, given), dtype=EDGE)

    def symbols(self, names: Iterable[str]) -> Mapping[str, int]:
        """See ``Tables.symbols``."""
        return dict(
            self._connection.execute(
                "SELECT s.name, s.key FROM json_each(?) j JOIN symbol s ON s.name = j.value",
                (json.dumps(list(names)),),
            )
        )

    def ids(self, keys: Keys) -> Mapping[str, int]:
        """See ``Tables.ids``."""
        return dict(
            self._connection.execute(
                "SELECT n.id, n.key FROM json_each(?) j JOIN node n ON n.key = j.value",
                (json_array(keys.tolist()),),
            )
        )

    def keys(self, ids: Sequence[str]) -> Mapping[str, int]:
        """See ``Tables.keys``."""
        return dict(
            self._connection.execute(
                "SELECT n.id, n.key FROM json_each(?) j JOIN node n ON n.id = j.value", (json.dumps(ids),)
            )
        )

    def names(self) -> NDArray[np.bytes_] | None:
        """Ids by node key, of all nodes; None if one of them is long, empty or not plain ASCII."""
        (longest, plain) = self._connection.execute(
            "SELECT max(length(CAST(id AS BLOB))), min(id NOT GLOB ? AND id <> '') FROM node",
            ("*[^ -~]*",),
        ).fetchone()
        if not plain or longest > LONGEST:
            return None
        found = np.zeros(self.nodes() + 1, dtype=f"S{longest}")
        rows = self._connection.execute("SELECT key, id FROM node")
        while page := rows.fetchmany(_PAGE):
            found[[key for key, _ in page]] = [id for _, id in page]
        return found
