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

    Args:
        column: ids as ASCII bytes by node key, empty where they are not known.
    """

    def __init__(self, column: NDArray[np.bytes_] | None = None) -> None:
        self._column = column if column is not None else np.zeros(0, dtype="S1")
        self._ids: NDArray[np.object_] = np.zeros(0, dtype=object)
        self._named: NDArray[np.bool_] = np.zeros(0, dtype=bool)
        self._keys: dict[str, int] = {}

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
        if missing:
            found = tables.keys([ids[place] for place in missing])
            self._keys.update(found)
            keys[missing] = [found.get(ids[place], 0) for place in missing]
        return keys
