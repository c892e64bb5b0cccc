"""Unit vectors as int8: a quarter of float32, and exact search by integer dot products.

Each vector is scaled so that its greatest component is 127. The scale is not kept: the vectors are
unit vectors, so the norm of the integers gives it back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphmem.stores.bm25 import best
from graphmem.stores.signs import COUNTED, Signs, nearest, signs
from graphmem.types import FloatArray

try:  # 0.02 microseconds a row of 384; numpy alone takes 2
    from simsimd import cdist
except ImportError:
    cdist = None  # type: ignore[assignment]

Int8Array = NDArray[np.int8]

_BLOCK = 4096
_RERANKED = 100
_EXACT = 100_000  # vectors in view; so many are compared in 3 ms, and among more those with the nearest signs
_BY_SIGNS = 64  # times as many as are asked for are compared in full,
_LEAST_BY_SIGNS = 20_000  # and at least so many


def quantise(vectors: FloatArray) -> Int8Array:
    """int8 rows in the direction of ``vectors``, shape (n, d); a zero row stays zero."""
    peak = np.abs(vectors).max(axis=1, keepdims=True)
    return np.rint(vectors / np.where(peak > 0, peak, 1.0) * 127).astype(np.int8)


def _inverse_norms(rows: Int8Array) -> FloatArray:
    """1 / norm of each row, 0 for a zero row; shape (n,)."""
    norms = np.sqrt((rows.astype(np.float32) ** 2).sum(axis=1))
    return np.where(norms > 0, 1 / np.where(norms > 0, norms, 1), 0).astype(np.float32)


def dequantise(rows: Int8Array) -> FloatArray:
    """Unit vectors of int8 rows, shape (n, d)."""
    return np.asarray(rows * _inverse_norms(rows)[:, None], dtype=np.float32)


def _dot(rows: Int8Array, query: Int8Array) -> FloatArray:
    """Integer dot products, shape (n,)."""
    if cdist is not None:
        products = cdist(query[None, :], rows, metric="dot", out_dtype="float32")
        return np.asarray(products, dtype=np.float32).reshape(-1)
    scores = np.empty(len(rows), dtype=np.float32)
    wide = query.astype(np.float32)
    for start in range(0, len(rows), _BLOCK):
        scores[start : start + _BLOCK] = rows[start : start + _BLOCK].astype(np.float32) @ wide
    return scores


class PackedVectors(Mapping[str, FloatArray]):
    """Unit vectors by id, each made of its int8 row only when it is asked for."""

    def __init__(self, ids: Sequence[str], rows: Int8Array, inverse: FloatArray | None = None) -> None:
        self._place = dict(zip(ids, range(len(ids)), strict=True))
        self._rows = rows
        self._inverse = _inverse_norms(rows) if inverse is None else inverse

    def __getitem__(self, id: str) -> FloatArray:
        place = self._place[id]
        return np.asarray(self._rows[place] * self._inverse[place], dtype=np.float32)

    def __iter__(self) -> Iterator[str]:
        return iter(self._place)

    def __len__(self) -> int:
        return len(self._place)

    def cosines(self, ids: Sequence[str], query: FloatArray) -> FloatArray:
        """Cosines of these vectors to a unit vector; 0 for an id without one.

        Products of integers are exact: equal vectors get equal cosines whatever lies beside them.
        """
        place = np.fromiter(map(self._place.get, ids, repeat(-1)), dtype=np.int64, count=len(ids))
        if not len(self._rows):
            return np.zeros(len(ids), dtype=np.float32)
        # The query in two int8 parts, the second of what the first leaves: near float32, and as fast.
        scale = float(np.abs(query).max()) / 127 or 1.0
        coarse = np.rint(query / scale)
        fine = np.rint((query / scale - coarse) * 127)
        products = _dot(self._rows, coarse.astype(np.int8)) + _dot(self._rows, fine.astype(np.int8)) / 127
        found = products * self._inverse * scale
        return np.where(place >= 0, found[place], 0).astype(np.float32)


class VectorMatrix:
    """int8 vectors in memory, each under the node key of its record.

    Args:
        dimension: components of a vector.
        arrays: what ``arrays`` gave, to begin with.
    """

    def __init__(self, dimension: int, arrays: Mapping[str, NDArray[np.generic]] | None = None) -> None:
        self.dimension = dimension
        found: Mapping[str, NDArray[Any]] = arrays or {
            "rows": np.zeros((0, dimension), dtype=np.int8),
            "inverse": np.zeros(0, dtype=np.float32),
            "keys": np.zeros(0, dtype=np.int64),
            "slots": np.full(1, -1, dtype=np.int32),
            "signs": signs(np.zeros((0, dimension), dtype=np.int8)),
        }
        self._rows: Int8Array = found["rows"]
        self._inverse: FloatArray = found["inverse"]
        # The key of a free slot is 0, which is no node and in no view.
        self._keys: NDArray[np.int64] = found["keys"]
        self._slots: NDArray[np.int32] = found["slots"]  # by key; -1 has none
        self._signs: Signs = found["signs"]

    def __len__(self) -> int:
        return len(self._keys)

    @property
    def keys(self) -> NDArray[np.int64]:
        """The node key of each slot; 0 of a free one."""
        return self._keys

    def of(self, keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], FloatArray]:
        """Positions in ``keys`` of those that have a vector, and their unit vectors, shape (found, d)."""
        slots = np.where(keys < len(self._slots), self._slots[np.minimum(keys, len(self._slots) - 1)], -1)
        there = np.flatnonzero(slots >= 0)
        rows, inverse = self._rows[slots[there]], self._inverse[slots[there]]
        return there, np.asarray(rows * inverse[:, None], dtype=np.float32)

    def arrays(self, room: int) -> Mapping[str, NDArray[np.generic]]:
        """Vectors, their inverse norms and keys by slot, the slot of each key, and the signs in columns.

        There are to be ``room`` slots: what is missing in the first three are zeros behind.
        """
        wide = np.pad(self._signs, ((0, 0), (0, room - len(self))))
        by_slot: dict[str, NDArray[Any]] = {"rows": self._rows, "inverse": self._inverse, "keys": self._keys}
        return {**by_slot, "slots": self._slots, "signs": wide}

    def put(self, vectors: Iterable[tuple[int, bytes]]) -> None:
        """Add or replace vectors, given as int8 bytes, each key once."""
        pairs = iter(vectors)
        while block := list(islice(pairs, _BLOCK)):
            keys = np.array([key for key, _ in block], dtype=np.int64)
            rows = np.frombuffer(b"".join(value for _, value in block), dtype=np.int8)
            rows = rows.reshape(len(block), self.dimension)
            slots = self._places(keys)
            self._rows[slots] = rows
            self._signs[:, slots] = signs(rows)
            self._inverse[slots] = _inverse_norms(rows)

    def drop(self, keys: NDArray[np.int64]) -> None:
        """Forget the vectors of these keys, where there are any."""
        keys = keys[keys < len(self._slots)]
        slots = self._slots[keys]
        self._keys[slots[slots >= 0]] = 0
        self._slots[keys] = -1

    def _places(self, keys: NDArray[np.int64]) -> NDArray[np.int64]:
        """A slot for each key: its own, or a free one."""
        beyond = int(keys.max()) + 1 - len(self._slots)
        if beyond > 0:
            more = max(beyond, len(self._slots) // 4)
            self._slots = np.concatenate([self._slots, np.full(more, -1, dtype=np.int32)])
        new = keys[self._slots[keys] < 0]
        free = np.flatnonzero(self._keys == 0) if len(new) else new
        if len(free) < len(new):
            more = max(len(new) - len(free), len(self._keys) // 4)
            free = np.concatenate([free, np.arange(more) + len(self._keys)])
            self._rows = np.concatenate([self._rows, np.zeros((more, self.dimension), dtype=np.int8)])
            self._inverse = np.concatenate([self._inverse, np.zeros(more, dtype=np.float32)])
            self._keys = np.concatenate([self._keys, np.zeros(more, dtype=np.int64)])
            self._signs = np.pad(self._signs, ((0, 0), (0, more)))
        self._slots[new] = free[: len(new)]
        self._keys[free[: len(new)]] = new
        return self._slots[keys].astype(np.int64)

    def packed(self, ids: Sequence[str], keys: NDArray[np.int64]) -> PackedVectors:
        """The vectors of these keys that there are, under these ids."""
        slots = np.where(keys < len(self._slots), self._slots[np.minimum(keys, len(self._slots) - 1)], -1)
        there = np.flatnonzero(slots >= 0)
        found = list(ids) if len(there) == len(ids) else [ids[place] for place in there.tolist()]
        return PackedVectors(found, self._rows[slots[there]], self._inverse[slots[there]])

    def seen(self, mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which slots hold a vector whose key is in a mask."""
        return mask[self._keys]

    def search(
        self, query: FloatArray, mask: NDArray[np.bool_], k: int, seen: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Keys of the k records in view nearest to ``query``, with all ties of the last, and their cosines.

        Args:
            query: shape (d,), of any length; a zero query is equally near to all.
            mask: shape (keys,), whether the record under a key is in view.
            k: at least 1.
            seen: what ``seen`` says of the mask, if it is known.
        """
        seen = self.seen(mask) if seen is None else seen
        return self.search_among(query, self.slots(query, seen, k), k)

    def slots(self, query: FloatArray, seen: NDArray[np.bool_], k: int) -> NDArray[np.int64]:
        """Slots, ascending, of the vectors in view that are worth comparing in full: all, unless too many."""
        if COUNTED and np.count_nonzero(seen) > _EXACT:
            return nearest(self._signs, query, seen, max(_BY_SIGNS * k, _LEAST_BY_SIGNS))
        return np.flatnonzero(seen)

    def search_among(
        self, query: FloatArray, slots: NDArray[np.int64], k: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """As ``search``, of the vectors in these slots, which are ascending."""
        if not len(slots):
            return np.zeros(0, dtype=np.int64), np.zeros(0)
        # A small tenant's rows are gathered; else one pass over all costs less than copying them.
        gathered = len(slots) * 4 < len(self._keys)
        rows = self._rows[slots] if gathered else self._rows
        rough = _dot(rows, quantise(query[None, :])[0])
        rough = (rough if gathered else rough[slots]) * self._inverse[slots]
        slots = slots[best(rough, max(4 * k, _RERANKED))]
        # Summed row by row, so that equal vectors get equal cosines wherever they lie.
        norm = float(np.sqrt((query.astype(np.float64) ** 2).sum())) or 1.0
        unit = (query / norm).astype(np.float32)
        cosines = (dequantise(self._rows[slots]) * unit).sum(axis=1, dtype=np.float64)
        chosen = best(cosines, k)
        return self._keys[slots[chosen]], np.clip(cosines[chosen], -1.0, 1.0)
