"""Ids of node keys and keys of ids, learned as they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat
from typing import Final

import numpy as np
from numpy.typing import NDArray

from graphmem.stores.tables import Keys, Tables

LONGEST: Final = 32  # bytes of an id that is kept in a column


class Names:
    """What is known of ids: a node keeps its own until the log is rewritten, so what was learned stays true.

    With a column of all ids at one moment it knows them all, and those of later nodes, and need not ask for
    one that is none: a random place in an index of millions costs more than all else about a record.
    """

    def __init__(self) -> None:
        self._column: NDArray[np.bytes_] = np.zeros(0, dtype="S1")
        self._order: NDArray[np.int32] = np.zeros(0, dtype=np.int32)
        self._complete = 0
        self.begun = False
        self._ids: NDArray[np.object_] = np.zeros(0, dtype=object)
        self._named: NDArray[np.bool_] = np.zeros(0, dtype=bool)
        self._keys: dict[str, int] = {}

    def begin(self, column: NDArray[np.bytes_], order: NDArray[np.int32]) -> None:
        """Know all: ids as ASCII bytes by node key, and the node keys in the order of their ids."""
        self._column, self._order, self._complete = column, order, len(column)
        self.begun = True

    def follow(self, tables: Tables, last: int, touched: Keys | None) -> None:
        """Learn the ids of nodes up to this one and of those written, if all before are known.

        A node that was there without a record may get one, whose namespace the column is of.
        """
        if self._complete:
            new = np.arange(self._complete, last + 1)
            self.of(tables, new if touched is None else np.union1d(new, touched), last + 1)
            self._complete = max(self._complete, last + 1)

    @property
    def complete(self) -> bool:
        """Whether an id that is not found is in no table either."""
        return self._complete > 0

    def of(self, tables: Tables, keys: Keys, nodes: int) -> NDArray[np.object_]:
        """Ids of node keys below ``nodes``, in their order."""
        if len(self._ids) < nodes:
            more = nodes + nodes // 8 - len(self._ids)
            self._ids = np.concatenate((self._ids, np.empty(more, dtype=object)))
            self._named = np.concatenate((self._named, np.zeros(more, dtype=bool)))
        missing = keys[~self._named[keys]]
        if len(missing):
            missing = np.unique(missing)
            kept = missing[missing < len(self._column)]
            ids = self._column[kept].astype(str)
            known = ids != ""
            self._learn(kept[known], ids[known].tolist())
            found = tables.ids(missing[~self._named[missing]]) if known.sum() < len(missing) else {}
            self._learn(np.fromiter(found.values(), dtype=np.int64, count=len(found)), list(found))
        return np.asarray(self._ids[keys])

    def _learn(self, keys: Keys, ids: list[str]) -> None:
        self._ids[keys] = ids
        self._named[keys] = True
        self._keys.update(zip(ids, keys.tolist(), strict=True))

    def keys(self, tables: Tables, ids: Sequence[str]) -> Keys:
        """Node keys of ids, in their order; 0, which is no node, for one that the store does not know."""
        keys = np.fromiter(map(self._keys.get, ids, repeat(0)), dtype=np.int64, count=len(ids))
        missing = np.flatnonzero(keys == 0).tolist()
        if missing and self._complete:
            keys[missing] = self._looked_up([ids[place] for place in missing])
        elif missing:
            found = tables.keys([ids[place] for place in missing])
            self._keys.update(found)
            keys[missing] = [found.get(ids[place], 0) for place in missing]
        return keys

    def _looked_up(self, ids: Sequence[str]) -> Keys:
        """Node keys of ids by the column; 0 where there is none."""
        width = self._column.itemsize
        plain = [id.encode() if id.isascii() and len(id) <= width and "\0" not in id else b"" for id in ids]
        asked = np.array(plain, dtype=self._column.dtype)
        keys = self._order[_places(self._column, self._order, asked)].astype(np.int64)
        keys[(self._column[keys] != asked) | (asked == b"")] = 0
        self._keys.update((id, key) for id, key in zip(ids, keys.tolist(), strict=True) if key)
        return keys


def _places(column: NDArray[np.bytes_], order: NDArray[np.int32], asked: NDArray[np.bytes_]) -> Keys:
    """Where in the order of a column each would stand, and the last place at most.

    ``np.searchsorted`` would make an order of 64 bits first, at each call, which costs all ids.
    """
    low, high = np.zeros(len(asked), dtype=np.int64), np.full(len(asked), len(order) - 1, dtype=np.int64)
    for _ in range(len(order).bit_length()):
        middle = (low + high) // 2
        later = column[order[middle]] < asked
        low, high = np.where(later, np.minimum(middle + 1, high), low), np.where(later, high, middle)
    return low
