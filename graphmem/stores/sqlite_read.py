"""Reads of a SQLite store that need no cache: records, pages of a scan, edges, vectors, the log."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from graphmem.stores.adjacency import Rows, json_array
from graphmem.stores.quantised import PackedVectors
from graphmem.stores.sidecar import Sidecar, microseconds
from graphmem.stores.sqlite_log import unpack
from graphmem.types import Adjacency, Commit, Record, View

_NAMES = "SELECT key FROM symbol WHERE name IN (SELECT value FROM json_each(?))"


def seen(view: View) -> tuple[str, list[Any]]:
    """The view as a condition on ``record r``, and its parameters."""
    condition = f"r.namespace IN ({_NAMES})"
    parameters: list[Any] = [json.dumps(sorted(view.namespaces))]
    if view.kinds is not None:
        condition += f" AND r.kind IN ({_NAMES})"
        parameters.append(json.dumps(sorted(view.kinds)))
    if view.as_of is not None:
        condition += " AND ifnull(r.valid_at <= ?, 1) AND ifnull(? < r.invalid_at, 1)"
        parameters += [microseconds(view.as_of)] * 2
    return condition, parameters


def records(connection: sqlite3.Connection, view: View, ids: Iterable[str]) -> dict[str, Record]:
    """Records by id, in the order asked."""
    condition, parameters = seen(view)
    rows = connection.execute(
        "SELECT n.id, k.name, s.name, r.body FROM json_each(?) j JOIN node n ON n.id = j.value "
        "JOIN record r ON r.key = n.key JOIN symbol k ON k.key = r.kind "
        f"JOIN symbol s ON s.key = r.namespace WHERE {condition}",
        [json.dumps(list(ids)), *parameters],
    )
    return {id: Record(id, kind, namespace, json.loads(body)) for id, kind, namespace, body in rows}


def keys_by_id(connection: sqlite3.Connection, view: View, kind: str) -> NDArray[np.int64]:
    """Node keys of the records of a kind, by their ids in ascending order."""
    condition, parameters = seen(view)
    rows = connection.execute(
        "SELECT r.key FROM record r JOIN node n ON n.key = r.key "
        f"WHERE r.kind = (SELECT key FROM symbol WHERE name = ?) AND {condition} ORDER BY n.id",
        [kind, *parameters],
    )
    return np.fromiter((key for (key,) in rows), dtype=np.int64)


def page(connection: sqlite3.Connection, view: View, keys: NDArray[np.int64]) -> list[Record]:
    """The records under these keys that are still in view, by id."""
    condition, parameters = seen(view)
    rows = connection.execute(
        "SELECT n.id, k.name, s.name, r.body FROM json_each(?) j JOIN record r ON r.key = j.value "
        "JOIN node n ON n.key = r.key JOIN symbol k ON k.key = r.kind "
        f"JOIN symbol s ON s.key = r.namespace WHERE {condition} ORDER BY n.id",
        [json_array(keys.tolist()), *parameters],
    )
    return [Record(id, kind, namespace, json.loads(body)) for id, kind, namespace, body in rows]


def vectors(
    connection: sqlite3.Connection, sidecar: Sidecar, view: View, ids: Sequence[str]
) -> PackedVectors:
    """Unit vectors by id: from memory if they are there, since a search put them there."""
    names = list(dict.fromkeys(ids))
    keys = sidecar.keys(connection, names)
    keys[~sidecar.scope(connection, view).mask[keys]] = 0
    matrix = sidecar.loaded_vectors
    if matrix is not None:
        return matrix.packed(names, keys)
    rows = dict(
        connection.execute(
            "SELECT v.key, v.value FROM json_each(?) j JOIN vector v ON v.key = j.value",
            (json_array(keys.tolist()),),
        )
    )
    if not rows:
        return PackedVectors([], np.zeros((0, 0), dtype=np.int8))
    place = [number for number, key in enumerate(keys.tolist()) if key in rows]
    packed = np.frombuffer(b"".join(rows[key] for key in keys[place].tolist()), dtype=np.int8)
    return PackedVectors([names[number] for number in place], packed.reshape(len(place), -1))


def logged(
    connection: sqlite3.Connection, view: View, after: int, touching: str | None, limit: int
) -> list[Commit]:
    """The next commits of the view's namespaces, in order."""
    trail = (
        "JOIN trail t ON t.seq = l.seq AND t.key IN "
        "(SELECT n.key FROM json_each(?) j JOIN node n ON n.id = j.value)"
        if touching
        else ""
    )
    rows = connection.execute(
        "SELECT l.seq, l.id, s.name, l.author, l.at, l.message, l.changes "
        f"FROM log l {trail} JOIN symbol s ON s.key = l.namespace "
        f"WHERE l.seq > ? AND l.namespace IN ({_NAMES}) ORDER BY l.seq LIMIT ?",
        [*([json.dumps([touching])] if touching else []), after, json.dumps(sorted(view.namespaces)), limit],
    )
    return [unpack(row) for row in rows]


def adjacency(
    connection: sqlite3.Connection,
    sidecar: Sidecar,
    view: View,
    ids: Sequence[str],
    edge_kinds: Sequence[str],
    direction: Literal["out", "in"],
    degree_cap: int | None,
    limit: int | None,
) -> Adjacency:
    """Edges of ``ids``: by the id asked, and with a limit heaviest first, then by the other end's id."""
    scope = sidecar.scope(connection, view)
    kinds = sidecar.symbols(connection, set(edge_kinds))
    namespaces = sidecar.symbols(connection, view.namespaces)
    edges = sidecar.adjacency(connection)
    asked = sidecar.keys(connection, list(dict.fromkeys(ids)))
    asked = asked[scope.mask[asked]]
    if direction == "in" and degree_cap is not None:  # before a hub's many edges are read
        asked = asked[edges.degrees(connection, asked, kinds, namespaces) <= degree_cap]
    found = edges.of(connection, asked, direction)
    found = found.where(scope.mask[found.far] & found.of_kinds(kinds))
    targets, place = np.unique(found.far if direction == "out" else found.near, return_inverse=True)
    degree = edges.degrees(connection, targets, kinds, namespaces)
    if direction == "out" and degree_cap is not None:
        found = found.where(degree[place] <= degree_cap)
        kept = degree <= degree_cap
        targets, degree = targets[kept], degree[kept]
    near, far = sidecar.names(connection, found.near), sidecar.names(connection, found.far)
    if limit is not None:
        order = _heaviest(near, far, found, limit)
        near, far, found = near[order], far[order], found.where(order)
    source, target = (near, far) if direction == "out" else (far, near)
    kind_names = dict(connection.execute(f"SELECT key, name FROM symbol WHERE key IN ({json_list(kinds)})"))
    degree_of = dict(zip(sidecar.names(connection, targets).tolist(), degree.tolist(), strict=True))
    return Adjacency(
        source=source.tolist(),
        kind=list(map(kind_names.__getitem__, found.kind.tolist())),
        target=target.tolist(),
        weight=found.weight,
        degree=degree_of if limit is None else {id: degree_of[id] for id in target.tolist()},
    )


def json_list(keys: Iterable[int]) -> str:
    """Integers of ours for an IN (…)."""
    return ",".join(map(str, keys))


def _heaviest(
    near: NDArray[np.object_], far: NDArray[np.object_], edges: Rows, limit: int
) -> NDArray[np.int64]:
    """Positions of the edges to keep: of each near end the heaviest, then by the far end's id."""
    if not len(edges):
        return np.zeros(0, dtype=np.int64)
    order = np.lexsort((edges.kind, _ranks(far), -edges.weight, _ranks(near)))
    groups = edges.near[order]
    begins = np.concatenate(([True], groups[1:] != groups[:-1]))
    first = np.maximum.accumulate(np.where(begins, np.arange(len(order)), 0))
    return order[np.arange(len(order)) - first < limit]


def _ranks(ids: NDArray[np.object_]) -> NDArray[np.int64]:
    """The place of each id among all of them in order."""
    return np.unique(ids, return_inverse=True)[1]
