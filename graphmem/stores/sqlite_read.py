"""Reads of a SQLite store that need no sidecar: records, pages of a scan, the log."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphmem.stores.log import unpack
from graphmem.stores.moments import microseconds
from graphmem.stores.sqlite_chain import ROWS
from graphmem.stores.sqlite_tables import json_array
from graphmem.types import Commit, Record, View

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


def records_of(connection: sqlite3.Connection, view: View, ids: Mapping[int, str]) -> dict[str, Record]:
    """Records by id, of node keys, in their order."""
    condition, parameters = seen(view)
    rows = connection.execute(
        "SELECT r.key, k.name, s.name, r.body FROM json_each(?) j JOIN record r ON r.key = j.value "
        f"JOIN symbol k ON k.key = r.kind JOIN symbol s ON s.key = r.namespace WHERE {condition}",
        [json_array(ids), *parameters],
    )
    found = {key: Record(ids[key], kind, of, json.loads(body)) for key, kind, of, body in rows}
    return {ids[key]: found[key] for key in ids if key in found}


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
        f"{ROWS} {trail} WHERE l.seq > ? AND l.namespace IN ({_NAMES}) ORDER BY l.seq LIMIT ?",
        [*([json.dumps([touching])] if touching else []), after, json.dumps(sorted(view.namespaces)), limit],
    )
    return [unpack(row) for row in rows]
