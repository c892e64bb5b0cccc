"""A store as it would be after some changes, for those who ask it by id and along edges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import merge
from itertools import groupby, islice
from typing import Literal, cast

import numpy as np

from graphmem import schema
from graphmem.stores.base import Store
from graphmem.types import Adjacency, Change, Record, View

Row = tuple[str, str, str, float]


def foreseen(store: Store, changes: Iterable[Change]) -> Store:
    """The store with changes, derived ones among them, as if they were committed.

    It has ``get``, ``scan`` and ``neighbours`` alone, all that who is who and the standing of facts ask:
    without any other method, nothing is answered by what is about to go.
    """
    return cast(Store, _Foreseen(store, changes))


class _Foreseen:
    """Records and edges of a store, those of changed records replaced."""

    def __init__(self, store: Store, changes: Iterable[Change]) -> None:
        self.store = store
        self.after = {change.id: change.after for change in changes}
        edges = {id: schema.index(record).edges for id, record in self.after.items() if record}
        self.rows = [(id, e.kind, e.target, e.weight) for id, own in edges.items() for e in own]

    def get(self, view: View, ids: Iterable[str]) -> Mapping[str, Record]:
        """See ``Store.get``."""
        asked = list(ids)
        found = dict(self.store.get(view, [id for id in asked if id not in self.after]))
        for id in asked:
            record = self.after.get(id)
            if record is not None and record.namespace in view.namespaces:
                found[id] = record
        return found

    def scan(self, view: View, kind: str) -> Iterator[Record]:
        """See ``Store.scan``."""
        new = [one for one in self.after.values() if one and one.namespace in view.namespaces]
        kept = (record for record in self.store.scan(view, kind) if record.id not in self.after)
        yield from merge(kept, sorted((one for one in new if one.kind == kind), key=_id), key=_id)

    def neighbours(
        self,
        view: View,
        ids: Sequence[str],
        edge_kinds: Sequence[str],
        direction: Literal["out", "in"] = "out",
        degree_cap: int | None = None,
        limit: int | None = None,
    ) -> Adjacency:
        """See ``Store.neighbours``; degrees are those of the rows."""
        if degree_cap is not None:
            raise ValueError("what is foreseen has no degrees: ask without degree_cap")
        old = self.store.neighbours(view, ids, edge_kinds, direction)
        rows: list[Row] = [
            row
            for row in zip(old.source, old.kind, old.target, old.weight.tolist(), strict=True)
            if row[0] not in self.after and self.after.get(row[2], row) is not None
        ]
        near, far = (0, 2) if direction == "out" else (2, 0)
        asked, kinds = set(ids), set(edge_kinds)
        new = [row for row in self.rows if row[near] in asked and row[1] in kinds]
        there = self.get(view, {end for row in new for end in (row[0], row[2])})
        rows += [row for row in new if row[0] in there and row[2] in there]
        return _adjacency(rows if limit is None else _heaviest(rows, (near, far), limit))


def _id(record: Record) -> str:
    return record.id


def _heaviest(rows: Iterable[Row], ends: tuple[int, int], limit: int) -> list[Row]:
    """Of each near end the heaviest rows, then by the far end's id."""
    near, far = ends
    ordered = sorted(rows, key=lambda row: (row[near], -row[3], row[far]))
    return [row for _, own in groupby(ordered, key=lambda row: row[near]) for row in islice(own, limit)]


def _adjacency(rows: Sequence[Row]) -> Adjacency:
    degree: dict[str, int] = {}
    for row in rows:
        degree[row[2]] = degree.get(row[2], 0) + 1
    return Adjacency(
        source=[row[0] for row in rows],
        kind=[row[1] for row in rows],
        target=[row[2] for row in rows],
        weight=np.array([row[3] for row in rows], dtype=np.float32),
        degree=degree,
    )
