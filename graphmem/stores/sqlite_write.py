"""One commit into the tables of a SQLite store, inside the transaction of the caller."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import numpy as np

from graphmem.errors import Conflict, EncoderMismatch
from graphmem.stores.quantised import quantise
from graphmem.stores.sidecar import microseconds
from graphmem.stores.sqlite_log import canonical, pack, unpack
from graphmem.types import Change, Commit, Index, Record, Schema, Vectors

_LOGGED = (
    "SELECT l.seq, l.id, s.name, l.author, l.at, l.message, l.changes "
    "FROM log l JOIN symbol s ON s.key = l.namespace WHERE l.id = ?"
)
_CURRENT = (
    "SELECT n.id, k.name, s.name, r.body FROM json_each(?) j JOIN node n ON n.id = j.value "
    "JOIN record r ON r.key = n.key JOIN symbol k ON k.key = r.kind JOIN symbol s ON s.key = r.namespace"
)
_NOTHING = Index()


@dataclass(slots=True)
class _Rows:
    """What a commit writes, collected so that each table is written in one call."""

    touched: set[int] = field(default_factory=set)
    records: list[tuple[int, int, int, int | None, int | None, str]] = field(default_factory=list)
    removed: list[tuple[int]] = field(default_factory=list)
    edges: list[tuple[int, int, int, float]] = field(default_factory=list)
    lost_edges: list[tuple[int, int, int]] = field(default_factory=list)
    degrees: Counter[tuple[int, int, int]] = field(default_factory=Counter)
    texts: list[tuple[int, str]] = field(default_factory=list)
    lost_texts: list[tuple[int, str]] = field(default_factory=list)


def check_commit(commit: Commit, schema: Schema) -> None:
    """Refuse what no store state could make right.

    Raises:
        ValueError: a change of a record outside the commit's namespace, or of a kind that is not logged.
    """
    for change in commit.changes:
        for record in (change.before, change.after):
            if record is None:
                continue
            if record.namespace != commit.namespace:
                raise ValueError(
                    f"{record.id} is in namespace '{record.namespace}', the commit in '{commit.namespace}'"
                )
            if record.kind not in schema.logged:
                derived = " is derived and" if record.kind in schema.derived else ""
                raise ValueError(f"{record.id}: kind '{record.kind}'{derived} cannot be committed")


def write_commit(
    connection: sqlite3.Connection, schema: Schema, commit: Commit, vectors: Vectors | None
) -> Commit:
    """Write changes, what they derive, vectors and the log; a commit that is there already is returned.

    Raises:
        Conflict: a record is not what its change says it was, or the commit's id is another namespace's.
        EncoderMismatch: the store's vectors come from another encoder.
        ValueError: a vector that belongs to no text of the commit's namespace, or is not finite.
    """
    logged = connection.execute(_LOGGED, (commit.id,)).fetchone()
    if logged is not None:
        there = unpack(logged)
        if there.namespace != commit.namespace:
            raise Conflict(
                f"commit {commit.id} is of namespace '{there.namespace}', not of '{commit.namespace}': "
                "give it an id of its own; nothing was written"
            )
        return there
    net = _net_changes(connection, commit)
    changes = [*net, *_derive(connection, schema, commit, net)]
    indexes = [(change, _index(schema, change.before), _index(schema, change.after)) for change in changes]
    keys = _intern_nodes(connection, commit, indexes)
    rows = _Rows()
    symbols = _Symbols(connection)
    for change, before, after in indexes:
        _collect(rows, keys, symbols, change, before, after)
    _write_rows(connection, rows)
    if vectors is not None and vectors.by_id:
        rows.touched |= _write_vectors(connection, schema, commit.namespace, vectors)
    changed = {keys[change.id] for change in commit.changes}
    return _write_log(connection, commit, symbols(commit.namespace), changed, rows.touched)


def _image(record: Record | None) -> tuple[str, str, str] | None:
    return None if record is None else (record.kind, record.namespace, canonical(record.body))


def _current(connection: sqlite3.Connection, ids: Iterable[str]) -> dict[str, tuple[str, str, str]]:
    """Kind, namespace and canonical body of the records that are there."""
    rows = connection.execute(_CURRENT, (json.dumps(list(ids)),))
    return {id: (kind, namespace, body) for id, kind, namespace, body in rows}


def _net_changes(connection: sqlite3.Connection, commit: Commit) -> list[Change]:
    """One change for each record that ends up different, after checking them all in their order."""
    states: dict[str, tuple[str, str, str] | None] = {}
    states.update(_current(connection, {change.id for change in commit.changes}))
    net: dict[str, tuple[Record | None, Record | None]] = {}
    misfits = []
    for change in commit.changes:
        if states.get(change.id) != _image(change.before):
            misfits.append(change.id)
        states[change.id] = _image(change.after)
        first, _ = net.get(change.id, (change.before, None))
        net[change.id] = (first, change.after)
    if misfits:
        names = ", ".join(misfits[:3]) + (" …" if len(misfits) > 3 else "")
        raise Conflict(f"changed meanwhile: {names}; nothing was written", tuple(dict.fromkeys(misfits)))
    return [Change(before, after) for before, after in net.values() if _image(before) != _image(after)]


def _derive(
    connection: sqlite3.Connection, schema: Schema, commit: Commit, net: list[Change]
) -> Iterable[Change]:
    def get(ids: Iterable[str]) -> Mapping[str, Record]:
        wanted = set(ids)
        found = {
            id: Record(id, kind, namespace, json.loads(body))
            for id, (kind, namespace, body) in _current(connection, wanted).items()
        }
        for change in net:  # the commit's own records as they are after it
            found.pop(change.id, None)
            if change.after is not None and change.id in wanted:
                found[change.id] = change.after
        return found

    derived = schema.derive(commit.changes, get)
    for change in derived:
        if change.record.kind not in schema.derived:
            raise ValueError(f"{change.id}: kind '{change.record.kind}' is derived and not declared so")
    return derived


def _index(schema: Schema, record: Record | None) -> Index:
    return _NOTHING if record is None else schema.index(record)


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


def _intern_nodes(
    connection: sqlite3.Connection, commit: Commit, indexes: list[tuple[Change, Index, Index]]
) -> dict[str, int]:
    """Keys of all records and edge targets of a commit, made where they are new."""
    ids: dict[str, None] = {change.id: None for change in commit.changes}
    for change, before, after in indexes:
        ids[change.id] = None
        for index in (before, after):
            ids.update((edge.target, None) for edge in index.edges)
    joined = "".join(ids)
    joined.encode()  # an id with half a surrogate pair is a UnicodeEncodeError, which is a ValueError
    if "\0" in joined:
        raise ValueError("an id holds a NUL character")
    asked = json.dumps(list(ids))
    connection.execute("INSERT OR IGNORE INTO node(id) SELECT value FROM json_each(?)", (asked,))
    return dict(
        connection.execute("SELECT n.id, n.key FROM json_each(?) j JOIN node n ON n.id = j.value", (asked,))
    )


def _moment(at: datetime | None) -> int | None:
    return None if at is None else microseconds(at)


def _edges(index: Index) -> dict[tuple[str, str], float]:
    """Weights by kind and target; parallel edges are one."""
    edges: dict[tuple[str, str], float] = {}
    for edge in index.edges:
        edges[edge.kind, edge.target] = edges.get((edge.kind, edge.target), 0.0) + float(edge.weight)
    return edges


def _collect(
    rows: _Rows, keys: dict[str, int], symbols: _Symbols, change: Change, before: Index, after: Index
) -> None:
    key = keys[change.id]
    rows.touched.add(key)
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
                canonical(record.body),
            )
        )
    _collect_edges(rows, keys, symbols, change, before, after)
    if before.text != after.text:
        if before.text is not None:
            rows.lost_texts.append((key, storable(before.text)))
        if after.text is not None:
            rows.texts.append((key, storable(after.text)))


def _collect_edges(
    rows: _Rows, keys: dict[str, int], symbols: _Symbols, change: Change, before: Index, after: Index
) -> None:
    if not before.edges and not after.edges:
        return
    old, new = _edges(before), _edges(after)
    key = keys[change.id]
    for kind, target in old.keys() - new.keys():
        rows.lost_edges.append((key, symbols(kind), keys[target]))
    for (kind, target), weight in new.items():
        if old.get((kind, target)) != weight:
            rows.edges.append((key, symbols(kind), keys[target], weight))
    for record, edges, sign in ((change.before, old, -1), (change.after, new, +1)):
        if record is not None:
            namespace = symbols(record.namespace)
            for kind, target in edges:
                rows.degrees[keys[target], symbols(kind), namespace] += sign


def storable(text: str) -> str:
    """Text as SQLite can hold it: half a surrogate pair becomes a question mark."""
    return text.encode("utf-8", "replace").decode("utf-8")


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
    many("INSERT INTO word(rowid, text) VALUES (?, ?)", rows.texts)


def _write_vectors(
    connection: sqlite3.Connection, schema: Schema, namespace: str, vectors: Vectors
) -> set[int]:
    """Bind the encoder if it is the first, and keep the vectors; the keys written."""
    ids = list(vectors.by_id)
    matrix = np.array([vectors.by_id[id] for id in ids], dtype=np.float32)
    if matrix.ndim != 2:
        raise ValueError("a vector has one dimension, and all have as many components")
    _bind_encoder(connection, vectors.encoder, matrix.shape[1])
    finite = np.isfinite(matrix).all(axis=1)
    if not finite.all():
        raise ValueError(f"the vector of {ids[int(np.argmin(finite))]} is not finite")
    current = _current(connection, ids)
    for id in ids:
        kind, place, body = current.get(id, ("", "", "{}"))
        if place != namespace or schema.index(Record(id, kind, place, json.loads(body))).text is None:
            raise ValueError(f"a vector of {id}, which is no record with text in namespace '{namespace}'")
    asked = json.dumps(ids)
    keys = dict(
        connection.execute("SELECT n.id, n.key FROM json_each(?) j JOIN node n ON n.id = j.value", (asked,))
    )
    packed = quantise(matrix)
    connection.executemany(
        "INSERT OR REPLACE INTO vector VALUES (?, ?)",
        [(keys[id], row.tobytes()) for id, row in zip(ids, packed, strict=True)],
    )
    return set(keys.values())


def bound_encoder(connection: sqlite3.Connection) -> tuple[str, int] | None:
    """Name and dimension of the encoder whose vectors the store holds."""
    found: dict[str, Any] = dict(connection.execute("SELECT name, value FROM meta"))
    return (found["encoder"], int(found["dimension"])) if "encoder" in found else None


def _bind_encoder(connection: sqlite3.Connection, encoder: str, dimension: int) -> None:
    bound = bound_encoder(connection)
    if bound is None:
        connection.executemany(
            "INSERT INTO meta VALUES (?, ?)", [("encoder", encoder), ("dimension", str(dimension))]
        )
    elif bound != (encoder, dimension):
        raise EncoderMismatch(
            f"the store's vectors come from {bound[0]} ({bound[1]} dimensions), these from {encoder} "
            f"({dimension}): use {bound[0]}, or ingest into a new store"
        )


def _write_log(
    connection: sqlite3.Connection, commit: Commit, namespace: int, changed: set[int], touched: set[int]
) -> Commit:
    (seq,) = connection.execute("SELECT coalesce(max(seq), 0) + 1 FROM log").fetchone()
    connection.execute(
        "INSERT INTO log VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            seq,
            commit.id,
            namespace,
            commit.author,
            commit.at.isoformat(),
            commit.message,
            pack(commit),
            np.array(sorted(touched), dtype="<u4").tobytes(),
        ),
    )
    connection.executemany("INSERT INTO trail VALUES (?, ?)", [(key, seq) for key in sorted(changed)])
    return replace(commit, seq=seq)
