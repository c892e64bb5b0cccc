"""What searches keep in memory of a store: arrays that follow the log.

The store's tables are the truth; all here can be dropped and loaded again. Arrays are indexed by node key,
so that a view is one boolean mask over them, made once and kept until the next commit.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Final

import numpy as np
from numpy.typing import NDArray

from graphmem.stores.adjacency import AdjacencyArrays
from graphmem.stores.bm25 import Postings
from graphmem.stores.moments import microseconds
from graphmem.stores.quantised import VectorMatrix
from graphmem.stores.tables import Keys, RecordRow, Tables
from graphmem.types import View

_SCOPES: Final = 16
_POSTINGS: Final = 8_000_000  # postings kept in all, 16 bytes each
_RELOAD_SHARE: Final = 4  # reload when more than 1/4 of the records were written since


@dataclass(frozen=True, slots=True)
class Scope:
    """A view on the arrays: ``mask`` by node key, its records, and those with text and their mean tokens."""

    mask: NDArray[np.bool_]
    records: int
    texts: int
    mean_length: float


class Sidecar:
    """Arrays by node key, vectors, posting lists. Not thread-safe: used under the reader's lock."""

    def __init__(self) -> None:
        self._seq: int | None = None
        self._symbols: dict[str, int] = {}
        self._scopes: OrderedDict[View, Scope] = OrderedDict()
        self._postings: OrderedDict[str, Postings] = OrderedDict()
        self._epoch: int | None = None
        self._clear_names()
        self._vectors: VectorMatrix | None = None
        self._adjacency: AdjacencyArrays | None = None
        self._clear(0)

    def _clear_names(self) -> None:
        # A node keeps its id until the log is rewritten, so that what is known of names and keys stays true.
        self._names: NDArray[np.object_] = np.zeros(0, dtype=object)
        self._named: NDArray[np.bool_] = np.zeros(0, dtype=bool)
        self._keys: dict[str, int] = {}

    def _clear(self, size: int) -> None:
        self._namespace: NDArray[np.int32] = np.full(size, -1, dtype=np.int32)
        self._kind: NDArray[np.int32] = np.full(size, -1, dtype=np.int32)
        self._valid_at: NDArray[np.int64] = np.zeros(size, dtype=np.int64)
        self._invalid_at: NDArray[np.int64] = np.zeros(size, dtype=np.int64)
        self.lengths: NDArray[np.int32] = np.full(size, -1, dtype=np.int32)

    @property
    def seq(self) -> int | None:
        """The commit that the arrays have come to."""
        return self._seq

    # --- following the log ----------------------------------------------------------------

    def follow(self, tables: Tables, least: int | None = None) -> None:
        """Take in all commits since the last call, or at least up to one; every write comes with one."""
        if least is not None and self._seq is not None and self._seq >= least:
            return
        head = tables.head()
        if head == self._seq:
            return
        epoch = tables.epoch()
        if epoch != self._epoch:  # a rewriting is logged, so that the head moves too
            self._seq, self._epoch = None, epoch
            self._clear_names()
        nodes = tables.nodes()
        touched = None if self._seq is None else tables.touched(self._seq)
        self._seq = None  # if reading fails half way, the next call loads everything
        if touched is None or len(touched) * _RELOAD_SHARE > len(self.lengths):
            self._clear(nodes + 1)
            self._put(tables.records(None))
            self._vectors = None
            self._adjacency = None
        else:
            self._resize(max(nodes, int(touched.max(initial=0))) + 1)
            self._namespace[touched] = -1
            self.lengths[touched] = -1
            self._put(tables.records(touched))
            if self._vectors is not None:
                self._vectors.drop(touched)
                self._vectors.put(tables.vectors(touched))
            if self._adjacency is not None and not self._adjacency.follow(tables, touched, len(self.lengths)):
                self._adjacency = None
        self._seq = head
        self._scopes.clear()
        self._postings.clear()

    def forget(self) -> None:
        """Drop everything: the next call loads it again."""
        self._seq = None

    def _put(self, rows: Iterable[RecordRow]) -> None:
        columns = list(zip(*rows, strict=True))
        if not columns:
            return
        keys = np.array(columns[0], dtype=np.int64)
        self._resize(int(keys.max()) + 1)
        self._namespace[keys] = columns[1]
        self._kind[keys] = columns[2]
        self._valid_at[keys] = columns[3]
        self._invalid_at[keys] = columns[4]
        self.lengths[keys] = columns[5]

    def _resize(self, size: int) -> None:
        if size <= len(self.lengths):
            return
        # Room for more, so that each of many small commits need not copy everything.
        more = size + size // 8 - len(self.lengths)
        closed, zeros = np.full(more, -1, dtype=np.int32), np.zeros(more, dtype=np.int64)
        self._namespace = np.concatenate([self._namespace, closed])
        self._kind = np.concatenate([self._kind, closed])
        self.lengths = np.concatenate([self.lengths, closed])
        self._valid_at = np.concatenate([self._valid_at, zeros])
        self._invalid_at = np.concatenate([self._invalid_at, zeros])

    # --- what a view sees -----------------------------------------------------------------

    def symbols(self, tables: Tables, names: Iterable[str]) -> list[int]:
        """Symbols of those names that the store knows, ascending; a name keeps its symbol for ever."""
        wanted = list(names)
        missing = [name for name in wanted if name not in self._symbols]
        if missing:
            self._symbols.update(tables.symbols(missing))
        return sorted(self._symbols[name] for name in wanted if name in self._symbols)

    def scope(self, tables: Tables, view: View) -> Scope:
        """What a view sees; ``follow`` has been called in the same transaction."""
        found = self._scopes.get(view)
        if found is not None:
            self._scopes.move_to_end(view)
            return found
        mask = np.isin(self._namespace, self.symbols(tables, view.namespaces))
        if view.kinds is not None:
            mask &= np.isin(self._kind, self.symbols(tables, view.kinds))
        if view.as_of is not None:
            moment = microseconds(view.as_of)
            mask &= (self._valid_at <= moment) & (moment < self._invalid_at)
        lengths = self.lengths[mask & (self.lengths >= 0)]
        total = int(lengths.sum(dtype=np.int64))
        scope = Scope(mask, int(mask.sum()), len(lengths), total / len(lengths) if len(lengths) else 0.0)
        self._scopes[view] = scope
        if len(self._scopes) > _SCOPES:
            self._scopes.popitem(last=False)
        return scope

    # --- what is searched -----------------------------------------------------------------

    def postings(self, tables: Tables, terms: Sequence[str]) -> list[Postings]:
        """Of each stemmed term the keys of all records that hold it, and how often."""
        missing = [term for term in terms if term not in self._postings]
        if missing:
            self._postings.update(tables.postings(missing))
        found = [self._postings[term] for term in terms]
        for term in terms:
            self._postings.move_to_end(term)
        while sum(len(keys) for keys, _ in self._postings.values()) > _POSTINGS:
            self._postings.popitem(last=False)
        return found

    def vectors(self, tables: Tables, dimension: int) -> VectorMatrix:
        """All vectors; loaded by the first search that needs them."""
        if self._vectors is None:
            matrix = VectorMatrix(dimension)
            matrix.put(tables.vectors(None))
            self._vectors = matrix  # only whole: reading may fail half way
        return self._vectors

    @property
    def loaded_vectors(self) -> VectorMatrix | None:
        """All vectors, if a search has needed them."""
        return self._vectors

    def adjacency(self, tables: Tables) -> AdjacencyArrays:
        """All edges; loaded by the first walk."""
        if self._adjacency is None:
            self._adjacency = AdjacencyArrays(tables, len(self.lengths))
        return self._adjacency

    # --- ids and keys ---------------------------------------------------------------------

    def names(self, tables: Tables, keys: Keys) -> NDArray[np.object_]:
        """Ids of node keys, in their order."""
        if len(self._names) < len(self.lengths):
            more = len(self.lengths) - len(self._names)
            self._names = np.concatenate((self._names, np.zeros(more, dtype=object)))
            self._named = np.concatenate((self._named, np.zeros(more, dtype=bool)))
        missing = keys[~self._named[keys]]
        if len(missing):
            found = tables.ids(np.unique(missing))
            learned = np.fromiter(found.values(), dtype=np.int64, count=len(found))
            self._names[learned] = list(found)
            self._named[learned] = True
            self._keys.update(found)
        return np.asarray(self._names[keys])

    def keys(self, tables: Tables, ids: Sequence[str]) -> Keys:
        """Node keys of ids, in their order; 0, which is no node, for one that the arrays do not hold."""
        keys = np.fromiter(map(self._keys.get, ids, repeat(0)), dtype=np.int64, count=len(ids))
        missing = np.flatnonzero(keys == 0).tolist()
        if missing:
            found = tables.keys([ids[place] for place in missing])
            self._keys.update(found)
            keys[missing] = [found.get(ids[place], 0) for place in missing]
        keys[keys >= len(self.lengths)] = 0  # of a commit that came after ``follow``
        return keys
