"""Edges in memory: who points at whom, both ways, as rows that lie together by node key.

The tables are the truth, the arrays a copy of them at one moment. What commits may have changed
since is dirty and read from the tables, until so much is that the copy is brought up to date. A source
is dirty if its record was written; a target if an edge into it may have come or gone, so if it is the
target of a dirty source, then or now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from graphmem.stores.tables import Keys, Tables, Way

_STALE_SHARE: Final = 8  # brought up to date when more than 1/8 of the nodes are dirty


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
        return _among(self.kind, kinds)


def _among(symbols: Keys, chosen: Sequence[int]) -> NDArray[np.bool_]:
    """Which symbols are chosen: there are few, so that looking each up in a table beats ``np.isin``."""
    table = np.zeros(int(symbols.max(initial=0)) + 1, dtype=bool)
    table[[symbol for symbol in chosen if symbol < len(table)]] = True
    return table[symbols]


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


def _order(rows: Rows | NDArray[np.void]) -> Keys:
    """By near end, far end and kind: whatever order tables give, equal stores answer alike."""
    if isinstance(rows, Rows):
        return np.lexsort((rows.kind, rows.far, rows.near))
    return np.lexsort((rows["kind"], rows["far"], rows["near"]))


class ByNode:
    """Rows sorted: those of node n are ``far[first[n]:first[n + 1]]``, and so on.

    Args:
        columns: ``first`` of shape (nodes + 1,), and ``far``, ``kind`` and ``weight`` of one length.
    """

    def __init__(self, columns: Mapping[str, NDArray[np.generic]]) -> None:
        self.columns = columns
        self._first, self._far, self._kind, self._weight = (
            columns[name] for name in ("first", "far", "kind", "weight")
        )

    @classmethod
    def sorted(cls, rows: Rows, nodes: int) -> ByNode:
        """Rows in any order, of nodes below ``nodes``."""
        order = _order(rows)
        first = np.zeros(nodes + 1, dtype=np.uint32)
        np.cumsum(np.bincount(rows.near, minlength=nodes), out=first[1:])
        kind = rows.kind[order].astype(np.min_scalar_type(rows.kind.max(initial=0)))
        far = rows.far[order].astype(np.int32)
        return cls({"first": first, "far": far, "kind": kind, "weight": rows.weight[order]})

    def all(self) -> Rows:
        """All rows, in their order."""
        near = np.repeat(np.arange(len(self._first) - 1), np.diff(self._first))
        return Rows(near, *(self.columns[name] for name in ("far", "kind", "weight")))  # type: ignore[arg-type]

    def of(self, keys: Keys) -> Rows:
        """The rows of these nodes, in their order."""
        keys = keys[keys < len(self._first) - 1]
        first = self._first[keys].astype(np.int64)
        counts = self._first[keys + 1].astype(np.int64) - first
        skipped = np.cumsum(counts) - counts
        place = np.arange(int(counts.sum())) + np.repeat(first - skipped, counts)
        far, kind = self._far[place].astype(np.int64), self._kind[place].astype(np.int64)
        return Rows(np.repeat(keys, counts), far, kind, self._weight[place].astype(np.float32))


class AdjacencyArrays:
    """All edges and in-degrees of a store, as fast to read as memory is.

    Args:
        by_node: the rows by the node that they lie by, each of as many nodes.
    """

    def __init__(self, by_node: Mapping[Way, ByNode]) -> None:
        self._by_node = by_node
        self._nodes = len(by_node["out"].columns["first"]) - 1
        sources, targets = np.zeros(self._nodes, dtype=bool), np.zeros(self._nodes, dtype=bool)
        self._dirty: dict[Way, NDArray[np.bool_]] = {"out": sources, "in": targets, "degree": targets}

    @classmethod
    def load(cls, tables: Tables, nodes: int) -> AdjacencyArrays:
        """All that the tables hold."""
        return cls._made(_rows(tables.edges("out", None)), _rows(tables.edges("degree", None)), nodes)

    @classmethod
    def _made(cls, edges: Rows, degrees: Rows, nodes: int) -> AdjacencyArrays:
        # Tables that move on while they are read may name nodes that are newer than the arrays.
        nodes = max(nodes, *(int(end.max(initial=0)) + 1 for end in (edges.near, edges.far, degrees.near)))
        back = Rows(edges.far, edges.near, edges.kind, edges.weight)
        columns = {"out": edges, "in": back, "degree": degrees}
        return cls({way: ByNode.sorted(rows, nodes) for way, rows in columns.items()})  # type: ignore[misc]

    def arrays(self) -> Mapping[Way, ByNode]:
        """The rows by the node that they lie by; only ``clean`` ones are those of the tables."""
        return self._by_node

    def clean(self, tables: Tables) -> AdjacencyArrays:
        """As the tables are now: what is not dirty, and of the rest their rows."""
        if not (self._dirty["out"].any() or self._dirty["in"].any()):
            return self
        edges, degrees = (self._whole(tables, way) for way in ("out", "degree"))
        return self._made(edges, degrees, self._nodes)

    def _whole(self, tables: Tables, way: Way) -> Rows:
        rows, dirty = self._by_node[way].all(), self._dirty[way]
        return _and(rows.where(~dirty[rows.near]), _written(tables, way, np.flatnonzero(dirty)))

    def followed(self, tables: Tables, touched: Keys, nodes: int) -> AdjacencyArrays:
        """Take note of records written; what to read from now on."""
        if nodes > self._nodes:
            more = np.zeros(nodes + nodes // 8 - self._nodes, dtype=bool)
            self._nodes += len(more)
            sources, targets = (np.concatenate((self._dirty[way], more)) for way in ("out", "in"))
            self._dirty = {"out": sources, "in": targets, "degree": targets}
        self._dirty["out"][touched] = True
        self._dirty["in"][self._by_node["out"].of(touched).far] = True
        self._dirty["in"][_written(tables, "out", touched).far] = True
        dirty = np.count_nonzero(self._dirty["out"]) + np.count_nonzero(self._dirty["in"])
        return self if dirty * _STALE_SHARE <= self._nodes else self.clean(tables)

    def of(self, tables: Tables, keys: Keys, way: Way, kinds: Sequence[int] | None = None) -> Rows:
        """The rows of these nodes: edges that leave ("out") or enter them ("in"), or degrees by namespace.

        With ``kinds`` only rows of these: of who is named everywhere, the tables hold a thousand others.
        """
        dirty = self._dirty[way][keys]
        rows = self._by_node[way].of(keys[~dirty])
        rows = rows if kinds is None else rows.where(rows.of_kinds(kinds))
        return _and(rows, _written(tables, way, keys[dirty], kinds)) if dirty.any() else rows

    def degrees(self, tables: Tables, keys: Keys, kinds: Sequence[int], namespaces: Sequence[int]) -> Keys:
        """How many edges of these kinds enter each node from records of these namespaces."""
        order = np.argsort(keys)
        rows = self.of(tables, keys, "degree", kinds)
        rows = rows.where(_among(rows.far, namespaces))
        place = order[np.searchsorted(keys, rows.near, sorter=order)]
        return np.bincount(place, rows.weight, minlength=len(keys)).astype(np.int64)


def _written(tables: Tables, way: Way, keys: Keys, kinds: Sequence[int] | None = None) -> Rows:
    """The rows of these nodes as the tables hold them now, of these kinds or all."""
    table = tables.edges(way, keys, kinds)
    return _rows(table[_order(table)])
