"""What searches keep in memory of a store: arrays that follow the log.

The store's tables are the truth; all here can be dropped and loaded again. Arrays are indexed by node key,
so that a view is one boolean mask over them, made once and kept until the next commit.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, get_args

import numpy as np
from numpy.typing import NDArray

from graphmem.stores.adjacency import AdjacencyArrays, ByNode
from graphmem.stores.base import Grouping
from graphmem.stores.bm25 import Postings, Weights
from graphmem.stores.columns import Columns
from graphmem.stores.groups import Groups, GroupsInView
from graphmem.stores.moments import microseconds
from graphmem.stores.names import Names
from graphmem.stores.posting_cache import PostingCache
from graphmem.stores.quantised import VectorMatrix
from graphmem.stores.tables import Keys, Tables, Way
from graphmem.types import View

_SCOPES: Final = 16
_ROOM: Final = 16  # kept with room for 1/16 more, so that the first commits copy nothing
_RELOAD_SHARE: Final = 4  # reload when more than 1/4 of the records were written since


@dataclass(slots=True)
class Scope:
    """A view on the arrays: ``mask`` by node key, how many records it sees, of them those with text."""

    mask: NDArray[np.bool_]
    records: int = 0
    texts: int = 0
    tokens: int = 0
    slots: NDArray[np.bool_] | None = None  # of vectors, which it sees; made by the first search
    groups: GroupsInView | None = None  # of vectors; made by the first search from coarse to fine
    weights: OrderedDict[str, Weights] = field(default_factory=OrderedDict)  # of words, until the next commit
    weighed: int = 0  # their rows

    @property
    def mean_length(self) -> float:
        """Mean tokens of a text."""
        return self.tokens / self.texts if self.texts else 0.0

    def weigh(self, term: str, weights: Weights) -> None:
        """Keep what a word weighs."""
        self.weights[term] = weights
        self.weighed += len(weights)

    def forget(self, most: int) -> None:
        """Forget weights, those made first, until there are no more than ``most`` rows of them."""
        while self.weighed > most:
            self.weighed -= len(self.weights.popitem(last=False)[1])

    def count(self, columns: Columns, keys: Keys | slice, sign: int) -> None:
        """Count the records of these nodes in, or out by ``sign`` -1."""
        seen = self.mask[keys]
        lengths = columns.lengths[keys][seen]
        lengths = lengths[lengths >= 0]
        self.records += sign * int(np.count_nonzero(seen))
        self.texts += sign * len(lengths)
        self.tokens += sign * int(lengths.sum(dtype=np.int64))


class Sidecar:
    """Arrays by node key, vectors, posting lists. Not thread-safe: used under the reader's lock."""

    def __init__(self) -> None:
        self._seq: int | None = None
        self._symbols: dict[str, int] = {}
        self._scopes: OrderedDict[View, Scope] = OrderedDict()
        self._postings = PostingCache()
        self._scratch: NDArray[np.float64] = np.zeros(0)
        self._epoch: int | None = None
        self._names = Names()
        self._columns = Columns()
        self._vectors: VectorMatrix | None = None
        self._adjacency: AdjacencyArrays | None = None
        self._groups: tuple[Grouping, Groups] | None = None
        self._behind = 0

    @property
    def seq(self) -> int | None:
        """The commit that the arrays have come to."""
        return self._seq

    @property
    def epoch(self) -> int | None:
        """How often the log had been rewritten by then."""
        return self._epoch

    @property
    def lengths(self) -> NDArray[np.int32]:
        """Tokens of each record's text, by node key; -1 without a text."""
        return self._columns.lengths

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
            self._names = Names()
        touched = None if self._seq is None else tables.touched(self._seq)
        self._seq = None  # if reading fails half way, the next call loads everything
        if touched is None or len(touched) * _RELOAD_SHARE > len(self._columns):
            self._load(tables)
        else:
            self._take_in(tables, touched)
        self._names.follow(tables, tables.nodes(), touched)
        self._seq = head

    def _load(self, tables: Tables) -> None:
        self._columns = Columns()
        self._columns.resize(tables.nodes() + 1)
        self._columns.put(tables.records(None))
        self._vectors = None
        self._adjacency = None
        self._groups = None
        self._scopes.clear()
        self._postings.clear()
        self._behind = len(self._columns)

    def _take_in(self, tables: Tables, touched: Keys) -> None:
        """What commits wrote since, of the nodes that they touched alone."""
        columns = self._columns
        columns.resize(max(tables.nodes(), int(touched.max(initial=0))) + 1)
        for scope in self._scopes.values():
            more = len(columns) - len(scope.mask)
            if more > 0:
                scope.mask = np.concatenate((scope.mask, np.zeros(more, dtype=bool)))
            scope.count(columns, touched, -1)
        columns.close(touched)
        columns.put(tables.records(touched))
        for view, scope in self._scopes.items():
            scope.mask[touched] = columns.seen(*self._condition(tables, view), touched)
            scope.count(columns, touched, +1)
            scope.slots = scope.groups = None
            scope.weights, scope.weighed = OrderedDict(), 0
        self._postings.follow(touched)
        if self._vectors is not None:
            self._vectors.drop(touched)
            self._vectors.put(tables.vectors(touched))
        if self._adjacency is not None:
            self._adjacency = self._adjacency.followed(tables, touched, len(columns))
        if self._groups is not None and self._vectors is not None:
            self._groups[1].follow(touched, tables, self.adjacency(tables), columns, self._vectors)
        self._behind += len(touched)

    def forget(self) -> None:
        """Drop everything: the next call loads it again."""
        self._seq = None
        self._names = Names()

    # --- what a view sees -----------------------------------------------------------------

    def symbols(self, tables: Tables, names: Iterable[str]) -> list[int]:
        """Symbols of those names that the store knows, ascending; a name keeps its symbol for ever."""
        wanted = list(names)
        missing = [name for name in wanted if name not in self._symbols]
        if missing:
            self._symbols.update(tables.symbols(missing))
        return sorted(self._symbols[name] for name in wanted if name in self._symbols)

    def _condition(self, tables: Tables, view: View) -> tuple[list[int], list[int] | None, int | None]:
        return (
            self.symbols(tables, view.namespaces),
            None if view.kinds is None else self.symbols(tables, view.kinds),
            None if view.as_of is None else microseconds(view.as_of),
        )

    def scope(self, tables: Tables, view: View) -> Scope:
        """What a view sees; ``follow`` has been called in the same transaction."""
        found = self._scopes.get(view)
        if found is not None:
            self._scopes.move_to_end(view)
            return found
        scope = Scope(self._columns.seen(*self._condition(tables, view)))
        scope.count(self._columns, slice(None), +1)
        self._scopes[view] = scope
        if len(self._scopes) > _SCOPES:
            self._scopes.popitem(last=False)
        return scope

    # --- what is searched -----------------------------------------------------------------

    def postings(self, tables: Tables, terms: Sequence[str]) -> list[Postings]:
        """Of each stemmed term the keys of all records that hold it, and how often."""
        return self._postings.of(tables, terms)

    @property
    def scratch(self) -> NDArray[np.float64]:
        """Zeros by node key, to add up in; who writes to them leaves zeros behind."""
        if len(self._scratch) < len(self._columns):
            self._scratch = np.zeros(len(self._columns))
        return self._scratch

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
            self._adjacency = AdjacencyArrays.load(tables, len(self._columns))
        return self._adjacency

    def groups(self, tables: Tables, grouping: Grouping, matrix: VectorMatrix) -> Groups | None:
        """Groups of all vectors; loaded by the first search that needs them. None while there are none."""
        if self._groups is None or self._groups[0] != grouping:
            symbols = [self.symbols(tables, [name]) for name in (grouping.gathers, grouping.part)]
            if not all(symbols):
                return None
            groups = Groups(symbols[0][0], symbols[1][0], matrix.dimension)
            groups.follow(None, tables, self.adjacency(tables), self._columns, matrix)
            self._groups = grouping, groups
            for scope in self._scopes.values():
                scope.groups = None
        return self._groups[1]

    # --- ids and keys ---------------------------------------------------------------------

    def names(self, tables: Tables, keys: Keys) -> NDArray[np.object_]:
        """Ids of node keys, in their order."""
        return self._names.of(tables, keys, len(self._columns))

    def keys(self, tables: Tables, ids: Sequence[str]) -> Keys:
        """Node keys of ids, in their order; 0, which is no node, for one that the arrays do not hold."""
        keys = self._names.keys(tables, ids)
        keys[keys >= len(self._columns)] = 0  # of a commit that came after ``follow``
        return keys

    @property
    def is_named(self) -> bool:
        """Whether ids were told since everything was dropped."""
        return self._names.begun

    def name(self, column: NDArray[np.bytes_] | None) -> None:
        """Know the ids of all records by node key; None leaves them to be asked for."""
        found = np.zeros(0, dtype="S1") if column is None else column
        self._names.begin(found, np.argsort(found).astype(np.int32))

    def seen(self, tables: Tables, view: View, ids: Sequence[str]) -> dict[int, str]:
        """Ids by key, of those of ``ids`` that are in view."""
        keys = self.keys(tables, ids)
        told = self.scope(tables, view).mask[keys].tolist()
        return {key: id for key, id, is_seen in zip(keys.tolist(), ids, told, strict=True) if is_seen}

    def ids(self, tables: Tables, view: View) -> list[str]:
        """Ids of all records in view, in order."""
        return sorted(self.names(tables, np.flatnonzero(self.scope(tables, view).mask)).tolist())

    def known(self, tables: Tables, ids: Sequence[str]) -> Mapping[int, str] | None:
        """Ids by key, of those that the tables know; None if they would have to be asked, or are newer."""
        if not self._names.complete or tables.head() != self._seq or tables.epoch() != self._epoch:
            return None
        keys = self.keys(tables, ids).tolist()
        return {key: id for key, id in zip(keys, ids, strict=True) if key}

    # --- what is kept between processes ---------------------------------------------------

    @property
    def nodes(self) -> int:
        """Nodes that there is room for."""
        return len(self._columns)

    @property
    def behind(self) -> int:
        """Nodes that arrays kept outside lack, and 0 if there is something that was not loaded yet."""
        whole = self._seq is not None and self._vectors is not None and self._adjacency is not None
        return self._behind if whole else 0

    def arrays(
        self, tables: Tables, names: NDArray[np.bytes_] | None
    ) -> tuple[dict[str, NDArray[Any]], dict[str, int]]:
        """All arrays by name, to be kept outside, and how many rows those of vectors need to grow.

        Whoever calls this keeps them: what was written until now is not ``behind`` any more. ``names`` are
        ids by node key.
        """
        if self._vectors is None or self._adjacency is None:
            raise ValueError("there is nothing to keep before all parts are loaded")
        self._columns.resize(tables.nodes() + tables.nodes() // _ROOM)
        self._adjacency = self._adjacency.clean(tables)
        found = {f"records {name}": column for name, column in self._columns.arrays().items()}
        slots = len(self._vectors) + len(self._vectors) // _ROOM
        found |= {f"vectors {name}": column for name, column in self._vectors.arrays(slots).items()}
        for way, rows in self._adjacency.arrays().items():
            found |= {f"{way} {name}": column for name, column in rows.columns.items()}
        if names is not None:
            found["names ids"], found["names order"] = names, np.argsort(names).astype(np.int32)
            self._names.begin(found["names ids"], found["names order"])
        self._behind = 0
        return found, {f"vectors {name}": slots for name in ("rows", "inverse", "keys")}

    def restore(self, seq: int, epoch: int, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Begin with what ``arrays`` gave, as of a commit of an epoch."""
        self._columns = Columns(_part(arrays, "records"))
        self._vectors = VectorMatrix(arrays["vectors rows"].shape[1], _part(arrays, "vectors"))
        self._adjacency = AdjacencyArrays({way: ByNode(_part(arrays, way)) for way in get_args(Way)})
        self._names = Names()
        if names := _part(arrays, "names"):
            self._names.begin(names["ids"], names["order"])
        self._groups = None
        self._scopes.clear()
        self._postings.clear()
        self._behind = 0
        self._seq, self._epoch = seq, epoch


def _part(arrays: Mapping[str, NDArray[Any]], name: str) -> dict[str, NDArray[Any]]:
    """The arrays of one part, by their own names."""
    return {key.partition(" ")[2]: array for key, array in arrays.items() if key.startswith(f"{name} ")}
