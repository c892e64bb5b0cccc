"""Groups of records in memory: what is alike, and one key that all of a group are first compared by.

Hierarchical attention over chunks of a memory (HCAM, Lampinen et al. 2021, "Towards mental time travel: a
hierarchical memory for reinforcement learning agents"): the question is compared with a key of each chunk,
then with all that stands in the best. There keys are learned and chunks are stretches of time; here a key is
the mean of the vectors of what a group gathers, and what no group gathers is compared as before.

The tables are the truth: groups follow from edges, and only those that a commit touched are made anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from graphmem.stores.adjacency import AdjacencyArrays
from graphmem.stores.bm25 import best
from graphmem.stores.columns import Columns
from graphmem.stores.quantised import VectorMatrix
from graphmem.stores.tables import Keys, Tables
from graphmem.types import FloatArray

NONE: Final = -1
"""The group of what none gathers."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Slots, ascending, of what is to be compared in full, and how many keys of groups were before."""

    slots: NDArray[np.int64]
    keys: int


@dataclass(frozen=True, slots=True, eq=False)
class GroupsInView:
    """The groups of what a view sees: ``of`` by slot, the group or ``NONE``; ``sizes`` of groups, in view."""

    of: NDArray[np.int32]
    seen: NDArray[np.bool_]
    sizes: NDArray[np.int64]


class Groups:
    """Which group gathers each record with a vector, and the key of each group.

    Args:
        gathers: symbol of the edges from a group to what it gathers.
        part: symbol of the edges from a record with a vector to what is gathered.
        dimension: components of a vector.
    """

    def __init__(self, gathers: int, part: int, dimension: int) -> None:
        self._gathers, self._part = gathers, part
        self._row: dict[int, int] = {}  # by the group's node key
        self._of = np.zeros(0, dtype=np.int32)  # by node key: the row plus 1, 0 is none
        self.keys: FloatArray = np.zeros((0, dimension), dtype=np.float32)
        self._means = self.keys  # by row: the mean of what it gathers, each of length 1
        self._gathered = np.zeros(0, dtype=np.int64)  # by row: how many with a vector it gathers
        self.nodes: Keys = np.zeros(0, dtype=np.int64)  # by row: the group's node key

    def __len__(self) -> int:
        return len(self.keys)

    def follow(
        self,
        touched: Keys | None,
        tables: Tables,
        edges: AdjacencyArrays,
        columns: Columns,
        matrix: VectorMatrix,
    ) -> None:
        """Make anew the groups that these nodes are or stand in, or all of them."""
        if len(self._of) < len(columns):
            more = np.zeros(len(columns) - len(self._of), dtype=np.int32)
            self._of = np.concatenate((self._of, more))
        nodes = np.arange(len(columns)) if touched is None else touched[touched < len(self._of)]
        changed = self._changed(nodes, tables, edges)
        if not len(changed):
            return
        rows = self._rows(changed)
        self._of[np.isin(self._of, rows + 1)] = 0
        wholes, owners = self._owners(changed, tables, edges, columns)
        kept = np.isin(owners, changed)
        wholes, owners = wholes[kept], owners[kept]
        near, members = self._joined(wholes, self._part, "in", tables, edges, columns)
        group = np.array([self._row[key] for key in owners.tolist()], dtype=np.int64)
        group = group[np.searchsorted(wholes, near)]
        self._of[members] = group + 1
        self._sum_up(rows, near, members, group, matrix)

    def _owners(
        self, changed: Keys, tables: Tables, edges: AdjacencyArrays, columns: Columns
    ) -> tuple[Keys, Keys]:
        """What these groups gather, ascending, and whose it is: the lowest key of several."""
        _, gathered = self._joined(changed, self._gathers, "out", tables, edges, columns)
        near, far = self._joined(np.unique(gathered), self._gathers, "in", tables, edges, columns)
        order = np.lexsort((far, near))
        wholes, first = np.unique(near[order], return_index=True)
        return wholes, far[order][first]

    def _changed(self, nodes: Keys, tables: Tables, edges: AdjacencyArrays) -> Keys:
        """Groups to be made anew: those written, those that held these nodes or hold them, and rivals."""
        keys = list(self._row)
        held = [keys[row - 1] for row in np.unique(self._of[nodes]).tolist() if row]
        own = edges.of(tables, nodes, "out")
        wrote = np.unique(own.near[own.kind == self._gathers])
        were = [key for key in nodes.tolist() if key in self._row] if self._row else []
        changed = np.unique(np.concatenate((held, wrote, were))).astype(np.int64)
        known = [self._row[key] + 1 for key in changed.tolist() if key in self._row]
        members = np.flatnonzero(np.isin(self._of, known))
        parts = edges.of(tables, np.unique(np.concatenate((nodes, members))), "out")
        out = edges.of(tables, changed, "out")
        wholes = (nodes, parts.far[parts.kind == self._part], out.far[out.kind == self._gathers])
        into = edges.of(tables, np.unique(np.concatenate(wholes)), "in")
        return np.unique(np.concatenate((changed, into.far[into.kind == self._gathers])))

    def _rows(self, groups: Keys) -> NDArray[np.int64]:
        for key in groups.tolist():
            self._row.setdefault(key, len(self._row))
        more = len(self._row) - len(self.keys)
        if more > 0:
            self.keys = np.pad(self.keys, ((0, more), (0, 0)))
            self._means = np.pad(self._means, ((0, more), (0, 0)))
            self._gathered = np.pad(self._gathered, (0, more))
            self.nodes = np.array(list(self._row), dtype=np.int64)
        return np.array([self._row[key] for key in groups.tolist()], dtype=np.int64)

    @staticmethod
    def _joined(
        nodes: Keys, kind: int, way: str, tables: Tables, edges: AdjacencyArrays, columns: Columns
    ) -> tuple[Keys, Keys]:
        """Both ends of these edges, those within one namespace: nothing is gathered across."""
        found = edges.of(tables, nodes, way)  # type: ignore[arg-type]
        namespace = columns.arrays()["namespace"]
        inside = np.flatnonzero((found.kind == kind) & (found.far < len(namespace)))
        near, far = found.near[inside], found.far[inside]
        same = (namespace[near] == namespace[far]) & (namespace[near] != 0)
        return near[same], far[same]

    def _sum_up(
        self,
        rows: NDArray[np.int64],
        wholes: Keys,
        members: Keys,
        group: NDArray[np.int64],
        matrix: VectorMatrix,
    ) -> None:
        """Keys and means of rows anew, from their members; ``wholes`` says what each is a part of."""
        self.keys[rows], self._means[rows], self._gathered[rows] = 0.0, 0.0, 0
        order = np.argsort(group, kind="stable")
        cuts = _begins(wholes[order])[::_BLOCK].tolist()
        for part in np.split(order, cuts[1:]):
            found, vectors = matrix.of(members[part])
            if not len(found):
                continue
            first = _begins(wholes[part][found])
            totals = np.add.reduceat(vectors, first, axis=0)
            of = group[part][found][first]
            begins = _begins(of)
            self.keys[of[begins]] += np.add.reduceat(totals, begins, axis=0)
            self._means[of[begins]] += np.add.reduceat(_units(totals), begins, axis=0)
            self._gathered[of[begins]] += np.diff(begins, append=len(of))
        self.keys[rows] = _units(self.keys[rows])
        self._means[rows] /= np.maximum(self._gathered[rows], 1)[:, None]

    def in_view(self, matrix: VectorMatrix, seen: NDArray[np.bool_]) -> GroupsInView:
        """Of these slots, which are in view, their groups; kept until the next commit."""
        of = (self._of[np.minimum(matrix.keys, len(self._of) - 1)] - 1).astype(np.int32)
        sizes = np.bincount(of[seen] + 1, minlength=len(self) + 1)[1:]
        return GroupsInView(of, seen, sizes)

    def nearest(
        self,
        queries: FloatArray,
        k: int,
        view: GroupsInView,
        mask: NDArray[np.bool_],
        below: int | None = None,
    ) -> list[tuple[Keys, NDArray[np.float64]]]:
        """Node keys of the k groups nearest to each query, with all ties of the last, and how near they are.

        That is the mean of the products of a query with what a group gathers, each a vector of length 1.

        Args:
            queries: shape (n, d).
            k: at least 1.
            view: of these groups.
            mask: shape (keys,), whether the record under a key is in view.
            below: only groups that gather fewer than so many.
        """
        there = (view.sizes > 0) & mask[self.nodes]
        if below is not None:
            there &= self._gathered < below
        rows = np.flatnonzero(there)
        means, nodes = (self._means if len(rows) == len(self) else self._means[rows]), self.nodes[rows]
        told = []
        for start in range(0, len(queries), _QUERIES):
            # Rounded, so that equal ones are equally near wherever they stand in the product.
            for cosines in np.round(queries[start : start + _QUERIES] @ means.T, 6):
                chosen = best(cosines, k)
                told.append((nodes[chosen], cosines[chosen].astype(np.float64)))
        return told

    def choose(self, query: FloatArray, view: GroupsInView, share: float, least: int) -> Compared | None:
        """What of a view to compare with a query: all that no group gathers, and the best groups.

        Args:
            query: shape (d,).
            view: of these groups.
            share: of the view's vectors that may be compared, keys of groups counted.
            least: vectors that are compared, whatever ``share`` says.

        Returns:
            None if that is not half of what a full search compares.
        """
        there = np.flatnonzero(view.sizes)
        gathered = int(view.sizes.sum())
        all_ = int(np.count_nonzero(view.seen))
        alone = all_ - gathered
        room = max(share * all_ - len(there) - alone, least)
        if len(there) + alone + room > all_ / 2:
            return None
        order = there[np.argsort(-(self.keys[there] @ query), kind="stable")]
        sums = np.cumsum(view.sizes[order])
        # The last one goes in whole only if there is room for it, but one there is.
        count = max(int(np.searchsorted(sums, room, side="right")), int(np.searchsorted(sums, least)) + 1)
        picked = np.zeros(len(self) + 1, dtype=np.bool_)
        picked[order[:count]] = True
        picked[NONE] = True  # the last place
        return Compared(np.flatnonzero(picked[view.of] & view.seen), len(there))


def _begins(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where another value begins."""
    return np.flatnonzero(np.concatenate(([True], values[1:] != values[:-1]))) if len(values) else values


def _units(rows: FloatArray) -> FloatArray:
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(norms > 0, norms, 1.0), dtype=np.float32)


_BLOCK: Final = 1 << 12
_QUERIES: Final = 256  # at once
