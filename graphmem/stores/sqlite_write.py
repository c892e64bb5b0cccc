"""One commit into the tables of a SQLite store, inside the transaction of the caller."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

import numpy as np

from graphmem.stores import sqlite_chain
from graphmem.stores.chain import content, linked
from graphmem.stores.log import pack, unpack, written
from graphmem.stores.moments import microseconds
from graphmem.stores.plan import (
    Draft,
    Image,
    Planned,
    check_encoder,
    check_texts,
    edges_of,
    logged_already,
    matrix_of,
    plan,
)
from graphmem.stores.quantised import quantise
from graphmem.stores.sqlite_tables import SQLiteTables
from graphmem.stores.words import storable
from graphmem.types import Commit, Schema, Vectors

_LOGGED = f"{sqlite_chain.ROWS} WHERE l.id = ?"
_CURRENT = (
    "SELECT n.id, k.name, s.name, r.body FROM json_each(?) j JOIN node n ON n.id = j.value "
    "JOIN record r ON r.key = n.key JOIN symbol k ON k.key = r.kind JOIN symbol s ON s.key = r.namespace"
)


@dataclass(slots=True)
class _Rows:
    """What a commit writes, collected so that each table is written in one call."""

    records: list[tuple[int, int, int, int | None, int | None, str]] = field(default_factory=list)
    removed: list[tuple[int]] = field(default_factory=list)
    edges: list[tuple[int, int, int, float]] = field(default_factory=list)
    lost_edges: list[tuple[int, int, int]] = field(default_factory=list)
    degrees: Counter[tuple[int, int, int]] = field(default_factory=Counter)
    texts: list[tuple[int, str]] = field(default_factory=list)
    lost_texts: list[tuple[int, str]] = field(default_factory=list)


def write_commit(
    connection: sqlite3.Connection, schema: Schema, commit: Commit, vectors: Vectors | None
) -> Commit:
    """Write changes, what they derive, vectors and the log; a commit that is there already is returned.

    Raises:
        Conflict: a record is not what its change says it was, or the commit's id is another namespace's.
        EncoderMismatch: the store's vectors come from another encoder.
        ValueError: a vector that belongs to no text of the commit's namespace, or is not finite.
    """
    there = logged(connection, commit.id)
    if there is not None:
        return logged_already(there, commit)
    current = partial(_current, connection)
    planned = plan(Draft(schema, commit), current)
    changed = set(intern_nodes(connection, (change.id for change in commit.changes)).values())
    keys = write_planned(connection, planned)
    touched = {keys[one.change.id] for one in planned}
    if vectors is not None and vectors.by_id:
        check_encoder(SQLiteTables(connection).encoder(), vectors.encoder, matrix_of(vectors).shape[1])
        check_texts(schema, commit.namespace, vectors, planned, current)
        touched |= _write_vectors(connection, vectors)
    return append(connection, commit, changed, touched)


def write_planned(connection: sqlite3.Connection, planned: Sequence[Planned]) -> dict[str, int]:
    """Write records, their edges and words; keys of all of them and of what their edges point at."""
    ids: dict[str, None] = {}
    for one in planned:
        ids[one.change.id] = None
        for index in (one.before, one.after):
            ids.update((edge.target, None) for edge in index.edges)
    keys = intern_nodes(connection, ids)
    rows = _Rows()
    symbols = _Symbols(connection)
    for one in planned:
        _collect(rows, keys, symbols, one)
    _write_rows(connection, rows)
    return keys


def _current(connection: sqlite3.Connection, ids: Iterable[str]) -> dict[str, Image]:
    """The records that are there, as they are stored."""
    rows = connection.execute(_CURRENT, (json.dumps(list(ids)),))
    return {id: (kind, namespace, body) for id, kind, namespace, body in rows}


class _Symbols:
    """Keys of kinds, edge kinds and namespaces, made where they are new."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._keys: dict[str, int] = dict(connection.execute("SELECT name, key FROM symbol LIMIT 256"))

    def __call__(self, name: str) -> int:
        if name not in self._keys:
            self._connection.execute("INSERT OR IGNORE INTO symbol(name) VALUES (?)", (name,))
            (key,) = self._connection.execute("SELECT key FROM symbol WHERE name = ?", (name,)).fetchone()
            self._keys[name] = key
        return self._keys[name]


def intern_nodes(connection: sqlite3.Connection, ids: Iterable[str]) -> dict[str, int]:
    """Keys of ids, made where they are new."""
    asked = json.dumps(list(ids))
    connection.execute("INSERT OR IGNORE INTO node(id) SELECT value FROM json_each(?)", (asked,))
    return dict(
        connection.execute("SELECT n.id, n.key FROM json_each(?) j JOIN node n ON n.id = j.value", (asked,))
    )


def _moment(at: datetime | None) -> int | None:
    return None if at is None else microseconds(at)


def _collect(rows: _Rows, keys: dict[str, int], symbols: _Symbols, one: Planned) -> None:
    change, before, after = one.change, one.before, one.after
    key = keys[change.id]
    if change.after is None:
        rows.removed.append((key,))
    else:
        record = change.after
        rows.records.append(
            (
                key,
                symbols(record.kind),
                symbols(record.namespace),
                _moment(after.valid_at),
                _moment(after.invalid_at),
                one.body,
            )
        )
    _collect_edges(rows, keys, symbols, one)
    if before.text != after.text:
        if before.text is not None:
            rows.lost_texts.append((key, storable(before.text)))
        if after.text is not None:
            rows.texts.append((key, storable(after.text)))


def _collect_edges(rows: _Rows, keys: dict[str, int], symbols: _Symbols, one: Planned) -> None:
    if not one.before.edges and not one.after.edges:
        return
    old, new = edges_of(one.before), edges_of(one.after)
    key = keys[one.change.id]
    for kind, target in old.keys() - new.keys():
        rows.lost_edges.append((key, symbols(kind), keys[target]))
    for (kind, target), weight in new.items():
        if old.get((kind, target)) != weight:
            rows.edges.append((key, symbols(kind), keys[target], weight))
    for record, edges, sign in ((one.change.before, old, -1), (one.change.after, new, +1)):
        if record is not None:
            namespace = symbols(record.namespace)
            for kind, target in edges:
                rows.degrees[keys[target], symbols(kind), namespace] += sign


def _write_rows(connection: sqlite3.Connection, rows: _Rows) -> None:
    many = connection.executemany
    if rows.removed:
        many("DELETE FROM record WHERE key = ?", rows.removed)
    many("INSERT OR REPLACE INTO record VALUES (?, ?, ?, ?, ?, ?)", rows.records)
    if rows.lost_edges:
        many("DELETE FROM edge WHERE source = ? AND kind = ? AND target = ?", rows.lost_edges)
    many("INSERT OR REPLACE INTO edge VALUES (?, ?, ?, ?)", rows.edges)
    degrees = [(*place, edges) for place, edges in rows.degrees.items() if edges]
    many(
        "INSERT INTO degree VALUES (?, ?, ?, ?) "
        "ON CONFLICT(target, kind, namespace) DO UPDATE SET edges = edges + excluded.edges",
        degrees,
    )
    fewer = [place[:3] for place in degrees if place[3] < 0]
    if fewer:
        many("DELETE FROM degree WHERE target = ? AND kind = ? AND namespace = ? AND edges = 0", fewer)
    if rows.lost_texts:
        # FTS5 without content needs the text that went in to take it out.
        many("INSERT INTO word(word, rowid, text) VALUES ('delete', ?, ?)", rows.lost_texts)
        many("DELETE FROM vector WHERE key = ?", [(key,) for key, _ in rows.lost_texts])
        many("DELETE FROM token WHERE key = ?", [(key,) for key, _ in rows.lost_texts])
    many("INSERT INTO word(rowid, text) VALUES (?, ?)", rows.texts)


def _write_vectors(connection: sqlite3.Connection, vectors: Vectors) -> set[int]:
    """Bind the encoder if it is the first, and keep vectors and tokens; the keys written."""
    matrix = matrix_of(vectors)
    if SQLiteTables(connection).encoder() is None:
        meta = [("encoder", vectors.encoder), ("dimension", str(matrix.shape[1]))]
        connection.executemany("INSERT INTO meta VALUES (?, ?)", meta)
    asked = json.dumps(list(vectors.by_id))
    keys = dict(
        connection.execute("SELECT n.id, n.key FROM json_each(?) j JOIN node n ON n.id = j.value", (asked,))
    )
    connection.executemany(
        "INSERT OR REPLACE INTO vector VALUES (?, ?)",
        [(keys[id], row.tobytes()) for id, row in zip(vectors.by_id, quantise(matrix), strict=True)],
    )
    connection.executemany("DELETE FROM token WHERE key = ?", [(key,) for key in keys.values()])
    connection.executemany(
        "INSERT INTO token VALUES (?, ?)", [(keys[id], own.tobytes()) for id, own in vectors.tokens.items()]
    )
    return set(keys.values())


def append(
    connection: sqlite3.Connection, commit: Commit, changed: Collection[int], touched: Collection[int]
) -> Commit:
    """Log a commit that changed these nodes, and wrote those besides that follow from them."""
    namespace = _Symbols(connection)(commit.namespace)
    end, before = sqlite_chain.head(connection)
    seq = end + 1
    changes = written(commit)
    hash = linked(before, seq, content(commit, changes))
    connection.execute(
        "INSERT INTO log VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            seq,
            commit.id,
            namespace,
            commit.author,
            commit.at.isoformat(),
            commit.message,
            pack(changes),
            np.array(sorted(touched), dtype="<u4").tobytes(),
            hash,
        ),
    )
    sqlite_chain.keep_head(connection, seq, hash)
    connection.executemany("INSERT INTO trail VALUES (?, ?)", [(key, seq) for key in sorted(changed)])
    return replace(commit, seq=seq)


def logged(connection: sqlite3.Connection, id: str) -> Commit | None:
    """The commit of the log with this id."""
    row = connection.execute(_LOGGED, (id,)).fetchone()
    return None if row is None else unpack(row)
