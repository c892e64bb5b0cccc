"""Reads of a SQLite store that need no cache: records, pages of a scan, edges, vectors, the log."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from graphmem.stores.quantised import dequantise
from graphmem.stores.sidecar import Scope, Sidecar, json_array, microseconds
from graphmem.stores.sqlite_log import unpack
from graphmem.types import Adjacency, Commit, FloatArray, Record, View

_NAMES = "SELECT key FROM symbol WHERE name IN (SELECT value FROM json_each(?))"
_SIDES: dict[str, tuple[str, str]] = {"out": ("source", "target"), "in": ("target", "source")}


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


def vectors(connection: sqlite3.Connection, view: View, ids: Sequence[str]) -> Mapping[str, FloatArray]:
    """Unit vectors by id."""
    condition, parameters = seen(view)
    rows = connection.execute(
        "SELECT n.id, v.value FROM json_each(?) j JOIN node n ON n.id = j.value "
        f"JOIN record r ON r.key = n.key JOIN vector v ON v.key = n.key WHERE {condition}",
        [json.dumps(list(dict.fromkeys(ids))), *parameters],
    ).fetchall()
    if not rows:
        return {}
    packed = np.frombuffer(b"".join(value for _, value in rows), dtype=np.int8)
    units = dequantise(packed.reshape(len(rows), -1))
    return {id: unit for (id, _), unit in zip(rows, units, strict=True)}


def logged(
    connection: sqlite3.Connection, view: View, after: int, touching: str | None, limit: int
) -> list[Commit]:
    """The next commits of the view's namespaces, in order."""
    trail = (
        "JOIN trail t ON t.seq = l.seq AND t.key = (SELECT key FROM node WHERE id = ?)" if touching else ""
    )
    rows = connection.execute(
        "SELECT l.seq, l.id, s.name, l.author, l.at, l.message, l.changes "
        f"FROM log l {trail} JOIN symbol s ON s.key = l.namespace "
        f"WHERE l.seq > ? AND l.namespace IN ({_NAMES}) ORDER BY l.seq LIMIT ?",
        [*([touching] if touching else []), after, json.dumps(sorted(view.namespaces)), limit],
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
    """Edges of ``ids``: by the id asked, then heaviest first, then by the other end's id."""
    scope = sidecar.scope(connection, view)
    kinds = sidecar.symbols(connection, set(edge_kinds))
    asked = _asked(connection, scope, ids)
    degree: dict[int, int] = {}
    if direction == "in" and degree_cap is not None:  # before a hub's many edges are read
        degree = _degrees(connection, sidecar, view, asked, kinds)
        asked = asked[_under(degree, asked, degree_cap)]
    own, other, kind, weight = _edges(connection, scope, asked, kinds, direction)
    targets = other if direction == "out" else own
    degree = degree or _degrees(connection, sidecar, view, np.unique(targets), kinds)
    if direction == "out" and degree_cap is not None:
        keep = _under(degree, targets, degree_cap)
        own, other, kind, weight = own[keep], other[keep], kind[keep], weight[keep]
    order, near, far = _order(connection, sidecar, own, other, weight, kind, limit)
    targets = (other if direction == "out" else own)[order]
    source_ids, target_ids = (near, far) if direction == "out" else (far, near)
    kind_names = dict(connection.execute(f"SELECT key, name FROM symbol WHERE key IN ({json_list(kinds)})"))
    return Adjacency(
        source=source_ids,
        kind=[kind_names[key] for key in kind[order].tolist()],
        target=target_ids,
        weight=weight[order].astype(np.float32),
        degree={id: degree[key] for id, key in zip(target_ids, targets.tolist(), strict=True)},
    )


def _under(degree: Mapping[int, int], targets: NDArray[np.int64], cap: int) -> NDArray[np.bool_]:
    return np.array([degree.get(key, 0) <= cap for key in targets.tolist()], dtype=bool)


def json_list(keys: Iterable[int]) -> str:
    """Integers of ours for an IN (…)."""
    return ",".join(map(str, keys))


def _asked(connection: sqlite3.Connection, scope: Scope, ids: Sequence[str]) -> NDArray[np.int64]:
    """Node keys of those ids that are in view."""
    rows = connection.execute(
        "SELECT n.key FROM json_each(?) j JOIN node n ON n.id = j.value",
        (json.dumps(list(dict.fromkeys(ids))),),
    )
    keys = np.fromiter((key for (key,) in rows), dtype=np.int64)
    return keys[scope.mask[keys]]


def _edges(
    connection: sqlite3.Connection,
    scope: Scope,
    asked: NDArray[np.int64],
    kinds: Sequence[int],
    direction: Literal["out", "in"],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Keys of the asked and of the other ends, both in view, edge kinds and weights."""
    own, other = _SIDES[direction]
    # CROSS JOIN holds SQLite to this order: the few asked, then their edges by index.
    found = connection.execute(
        f"SELECT e.{own}, e.{other}, e.kind, e.weight FROM json_each(?) j CROSS JOIN edge e "
        f"ON e.{own} = j.value AND e.kind IN ({json_list(kinds)})",
        (json_array(asked.tolist()),),
    ).fetchall()
    table = np.array(found, dtype=np.float64).reshape(-1, 4)
    keys = table[:, :3].astype(np.int64)  # exact: a key is below 2**53
    keep = scope.mask[keys[:, 1]]
    return keys[keep, 0], keys[keep, 1], keys[keep, 2], table[keep, 3]


def _degrees(
    connection: sqlite3.Connection,
    sidecar: Sidecar,
    view: View,
    targets: NDArray[np.int64],
    kinds: Sequence[int],
) -> dict[int, int]:
    """How many edges of these kinds enter each target from records of the view's namespaces."""
    namespaces = sidecar.symbols(connection, view.namespaces)
    return dict(
        connection.execute(
            "SELECT d.target, sum(d.edges) FROM json_each(?) j CROSS JOIN degree d ON d.target = j.value "
            f"AND d.kind IN ({json_list(kinds)}) AND d.namespace IN ({json_list(namespaces)}) "
            "GROUP BY d.target",
            (json_array(targets.tolist()),),
        )
    )


def _order(
    connection: sqlite3.Connection,
    sidecar: Sidecar,
    own: NDArray[np.int64],
    other: NDArray[np.int64],
    weight: NDArray[np.float64],
    kind: NDArray[np.int64],
    limit: int | None,
) -> tuple[NDArray[np.int64], list[str], list[str]]:
    """Positions of the edges to keep, in order, and the ids of their asked and other ends."""
    if not len(own):
        return np.zeros(0, dtype=np.int64), [], []
    ends, place = np.unique(np.concatenate([own, other]), return_inverse=True)
    ids = np.array(sidecar.names(connection, ends), dtype=object)
    rank = np.empty(len(ids), dtype=np.int64)
    rank[np.argsort(ids)] = np.arange(len(ids))
    near, far = place[: len(own)], place[len(own) :]
    order = np.lexsort((kind, rank[far], -weight, rank[near]))
    if limit is not None:
        groups = rank[near[order]]
        first = np.searchsorted(groups, groups)  # where the edges of each asked id begin
        order = order[np.arange(len(order)) - first < limit]
    return order, ids[near[order]].tolist(), ids[far[order]].tolist()
