"""Edges in memory: who points at whom, both ways, as rows that lie together by node key.

The tables are the truth, the arrays a copy of them at one moment. What commits may have changed
since is dirty and read from the tables, until so much is that the copy is made anew. A source is dirty
if its record was written; a target if an edge into it may have come or gone, so if it is the target
of a dirty source, then or now.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from graphmem.stores.tables import Keys, Tables, Way

_STALE_SHARE: Final = 8  # made anew when more than 1/8 of the nodes are dirty


class Rows:
    """Edges in columns: near end, far end, kind, weight; all keys but the weight."""

    def __init__(self, near: Keys, far: Keys, kind: Keys, weight: NDArray[np.float32]) -> None:
        self.near = near
        self.far = far
        self.kind = kind
        self.weight = weight

    def __len__(self) -> int:
        return len(self.near)

    def where(self, keep: NDArray[np.bool_] | Keys) -> Rows:
        """Some of the rows, by mask or by position."""
        return Rows(self.near[keep], self.far[keep], self.kind[keep], self.weight[keep])

    def of_kinds(self, kinds: Sequence[int]) -> NDArray[np.bool_]:
        """Mask of the rows of these kinds."""
        return np.isin(self.kind, kinds)


def _and(some: Rows, others: Rows) -> Rows:
    return Rows(
        np.concatenate((some.near, others.near)),
        np.concatenate((some.far, others.far)),
        np.concatenate((some.kind, others.kind)),
        np.concatenate((some.weight, others.weight)),
    )


def _rows(table: NDArray[np.void]) -> Rows:
    far, kind = table["far"].astype(np.int64), table["kind"].astype(np.int64)
    return Rows(table["near"].astype(np.int64), far, kind, table["weight"])


def _order(table: NDArray[np.void]) -> Keys:
    """By near end, far end and kind: whatever order tables give, equal stores answer alike."""
    return np.lexsort((table["kind"], table["far"], table["near"]))


class _ByNode:
    """Rows sorted: those of node n are ``table[first[n]:first[n + 1]]``."""

    def __init__(self, table: NDArray[np.void], nodes: int) -> None:
        order = _order(table)
        self._far = np.ascontiguousarray(table["far"][order])
        self._kind = np.ascontiguousarray(table["kind"][order])
        self._weight = np.ascontiguousarray(table["weight"][order])
        counts = np.bincount(table["near"], minlength=nodes)
        self._first = np.concatenate(([0], np.cumsum(counts)))

    def of(self, keys: Keys) -> Rows:
        """The rows of these nodes, in their order."""
        keys = keys[keys < len(self._first) - 1]
        first = self._first[keys]
        counts = self._first[keys + 1] - first
        skipped = np.cumsum(counts) - counts
        place = np.arange(int(counts.sum())) + np.repeat(first - skipped, counts)
        kind = self._kind[place].astype(np.int64)
        return Rows(np.repeat(keys, counts), self._far[place].astype(np.int64), kind, self._weight[place])


class AdjacencyArrays:
    """All edges and in-degrees of a store, as fast to read as memory is."""

    def __init__(self, tables: Tables, nodes: int) -> None:
        edges = tables.edges("out", None)
        degrees = tables.edges("degree", None)
        # Tables that move on while they are read may name nodes that are newer than the arrays.
        ends = (edges["near"], edges["far"], degrees["near"])
        nodes = max(nodes, *(int(end.max(initial=0)) + 1 for end in ends))
        self._nodes = nodes
        back = edges.copy()
        back["near"], back["far"] = edges["far"], edges["near"]
        self._by_node: dict[Way, _ByNode] = {
            "out": _ByNode(edges, nodes),
            "in": _ByNode(back, nodes),
            "degree": _ByNode(degrees, nodes),
        }
        sources, targets = np.zeros(nodes, dtype=bool), np.zeros(nodes, dtype=bool)
        self._dirty: dict[Way, NDArray[np.bool_]] = {"out": sources, "in": targets, "degree": targets}

    def follow(self, tables: Tables, touched: Keys, nodes: int) -> bool:
        """Take note of records written; False if it is better to make all anew."""
        if nodes > self._nodes:
            more = np.zeros(nodes + nodes // 8 - self._nodes, dtype=bool)
            self._nodes += len(more)
            sources, targets = (np.concatenate((self._dirty[way], more)) for way in ("out", "in"))
            self._dirty = {"out": sources, "in": targets, "degree": targets}
        self._dirty["out"][touched] = True
        self._dirty["in"][self._by_node["out"].of(touched).far] = True
        self._dirty["in"][_written(tables, "out", touched).far] = True
        dirty = np.count_nonzero(self._dirty["out"]) + np.count_nonzero(self._dirty["in"])
        return bool(dirty * _STALE_SHARE <= self._nodes)

    def of(self, tables: Tables, keys: Keys, way: Way) -> Rows:
        """The rows of these nodes: edges that leave ("out") or enter them ("in"), or degrees by namespace."""
        dirty = self._dirty[way][keys]
        if not dirty.any():
            return self._by_node[way].of(keys)
        return _and(self._by_node[way].of(keys[~dirty]), _written(tables, way, keys[dirty]))

    def degrees(self, tables: Tables, keys: Keys, kinds: Sequence[int], namespaces: Sequence[int]) -> Keys:
        """How many edges of these kinds enter each node from records of these namespaces."""
        order = np.argsort(keys)
        rows = self.of(tables, keys, "degree")
        rows = rows.where(rows.of_kinds(kinds) & np.isin(rows.far, namespaces))
        place = order[np.searchsorted(keys, rows.near, sorter=order)]
        return np.bincount(place, rows.weight, minlength=len(keys)).astype(np.int64)


def _written(tables: Tables, way: Way, keys: Keys) -> Rows:
    """The rows of these nodes as the tables hold them now."""
    table = tables.edges(way, keys)
    return _rows(table[_order(table)])
