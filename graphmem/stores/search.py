"""Searches over a sidecar's arrays: what every store answers, whatever its tables are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from graphmem.errors import EncoderMismatch, QueryError
from graphmem.stores.adjacency import Rows
from graphmem.stores.base import Grouping
from graphmem.stores.bm25 import best, bm25, weigh
from graphmem.stores.groups import Compared
from graphmem.stores.quantised import PackedVectors, VectorMatrix
from graphmem.stores.sidecar import Scope, Sidecar
from graphmem.stores.tables import Keys, Tables
from graphmem.stores.words import query_terms
from graphmem.types import TOKEN, Adjacency, FloatArray, Tokens, View

Ranked = list[tuple[str, float]]

_WEIGHTS: Final = 2_000_000  # of words in a view that are kept, 16 bytes each
_NOTHING: Final = PackedVectors([], np.zeros((0, 0), dtype=np.int8))


def _inside(mask: NDArray[np.bool_], keys: Keys) -> NDArray[np.bool_]:
    """Which keys are in view; one that came after the arrays is not."""
    return np.asarray(mask[np.minimum(keys, len(mask) - 1)] & (keys < len(mask)))


def search_text(sidecar: Sidecar, tables: Tables, view: View, query: str, k: int) -> Ranked:
    """See ``Store.search_text``. Of a longer query the first 256 different words count."""
    terms = query_terms(query)
    if k <= 0 or not terms:
        return []
    scope = sidecar.scope(tables, view)
    new = [term for term in terms if term not in scope.weights]
    for term, (rows, counts) in zip(new, sidecar.postings(tables, new), strict=True):
        told = _inside(scope.mask, rows)
        told[told] = sidecar.lengths[rows[told]] >= 0
        found = rows[told], counts[told]
        scope.weigh(term, weigh(found, sidecar.lengths, scope.mean_length))
    keys, scores = bm25([scope.weights[term] for term in terms], scope.texts, sidecar.scratch, k)
    scope.forget(_WEIGHTS)
    chosen = best(scores, k)
    return ranked(sidecar, tables, keys[chosen], scores[chosen], k)


def checked_vector(vector: FloatArray, bound: tuple[str, int]) -> FloatArray:
    """A query's vector, shape (d,).

    Raises:
        EncoderMismatch: it has not as many dimensions as the store's vectors.
        QueryError: it is not finite or not of shape (d,).
    """
    query = np.asarray(vector, dtype=np.float32)
    if query.ndim != 1 or not np.isfinite(query).all():
        raise QueryError("a query vector has one dimension and finite components")
    name, dimension = bound
    if dimension != len(query):
        raise EncoderMismatch(
            f"the store's vectors come from {name} and have {dimension} dimensions, the query's "
            f"has {len(query)}: use {name}"
        )
    return query


def checked_vectors(vectors: FloatArray, bound: tuple[str, int]) -> FloatArray:
    """Several queries' vectors, shape (n, d), at least one.

    Raises:
        EncoderMismatch, QueryError: as ``checked_vector``.
    """
    return np.stack([checked_vector(one, bound) for one in vectors])


def search_vector(
    sidecar: Sidecar,
    tables: Tables,
    matrix: VectorMatrix,
    view: View,
    query: FloatArray,
    k: int,
    grouping: Grouping | None = None,
) -> Ranked:
    """See ``Store.search_vector``: the view's vectors one by one, or those of the nearest groups."""
    scope = sidecar.scope(tables, view)
    slots = _slots(scope, matrix)
    compared = None if grouping is None else _grouped(sidecar, tables, matrix, scope, query, k, grouping)
    if compared is None:
        keys, cosines = matrix.search(query, scope.mask, k, slots)
    else:
        keys, cosines = matrix.search_among(query, compared.slots, k)
    return ranked(sidecar, tables, keys, cosines, k)


def _slots(scope: Scope, matrix: VectorMatrix) -> NDArray[np.bool_]:
    """Which slots of vectors a view sees."""
    if scope.slots is None or len(scope.slots) != len(matrix):
        scope.slots = matrix.seen(scope.mask)
    return scope.slots


def nearest_groups(
    sidecar: Sidecar,
    tables: Tables,
    view: View,
    queries: FloatArray,
    k: int,
    grouping: Grouping,
    below: int | None,
) -> list[Ranked]:
    """See ``Store.nearest_groups``: all keys of groups are compared with all queries at once."""
    scope, matrix = sidecar.scope(tables, view), sidecar.vectors(tables, queries.shape[1])
    slots = _slots(scope, matrix)
    groups = sidecar.groups(tables, grouping, matrix)
    if groups is None or not len(groups):
        return [[] for _ in queries]
    if scope.groups is None:
        scope.groups = groups.in_view(matrix, slots)
    found = groups.nearest(queries, k, scope.groups, scope.mask, below)
    return [ranked(sidecar, tables, keys, cosines, k) for keys, cosines in found]


def _grouped(
    sidecar: Sidecar,
    tables: Tables,
    matrix: VectorMatrix,
    scope: Scope,
    query: FloatArray,
    k: int,
    grouping: Grouping,
) -> Compared | None:
    """What to compare from coarse to fine; None where that saves little, or nothing is gathered."""
    groups = sidecar.groups(tables, grouping, matrix)
    if groups is None or scope.slots is None or not query.any():
        return None
    if scope.groups is None:
        scope.groups = groups.in_view(matrix, scope.slots)
    return groups.choose(query, scope.groups, grouping.share, max(grouping.least, 4 * k))


def ranked(sidecar: Sidecar, tables: Tables, keys: Keys, scores: NDArray[np.float64], k: int) -> Ranked:
    """The first k by score, then by id."""
    ids = sidecar.names(tables, keys)
    pairs = zip(ids.tolist(), scores.tolist(), strict=True)
    return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))[:k]


def vectors(sidecar: Sidecar, tables: Tables, view: View, ids: Sequence[str]) -> PackedVectors:
    """Unit vectors by id: from memory if they are there, since a search put them there."""
    names = list(dict.fromkeys(ids))
    keys = sidecar.keys(tables, names)
    keys[~sidecar.scope(tables, view).mask[keys]] = 0
    matrix = sidecar.loaded_vectors
    if matrix is not None:
        return matrix.packed(names, keys)
    rows = dict(tables.vectors(np.unique(keys[keys > 0])))
    if not rows:
        return _NOTHING
    place = [number for number, key in enumerate(keys.tolist()) if key in rows]
    packed = np.frombuffer(b"".join(rows[key] for key in keys[place].tolist()), dtype=np.int8)
    return PackedVectors([names[number] for number in place], packed.reshape(len(place), -1))


def tokens(sidecar: Sidecar, tables: Tables, view: View, ids: Sequence[str]) -> dict[str, Tokens]:
    """Tokens by id, of those that have some."""
    names = list(dict.fromkeys(ids))
    keys = sidecar.keys(tables, names)
    keys[~sidecar.scope(tables, view).mask[keys]] = 0
    rows = dict(tables.tokens(np.unique(keys[keys > 0])))
    pairs = zip(names, keys.tolist(), strict=True)
    return {id: np.frombuffer(rows[key], dtype=TOKEN) for id, key in pairs if key in rows}


def neighbours(
    sidecar: Sidecar,
    tables: Tables,
    view: View,
    ids: Sequence[str],
    edge_kinds: Sequence[str],
    direction: Literal["out", "in"],
    degree_cap: int | None,
    limit: int | None,
) -> Adjacency:
    """See ``Store.neighbours``: by the id asked; with a limit heaviest first, then by the other end's id."""
    scope = sidecar.scope(tables, view)
    names = {symbol: name for name in edge_kinds for symbol in sidecar.symbols(tables, [name])}
    kinds, namespaces = sorted(names), sidecar.symbols(tables, view.namespaces)
    edges = sidecar.adjacency(tables)
    asked = sidecar.keys(tables, list(dict.fromkeys(ids)))
    asked = asked[scope.mask[asked]]
    if direction == "in" and degree_cap is not None:  # before a hub's many edges are read
        asked = asked[edges.degrees(tables, asked, kinds, namespaces) <= degree_cap]
    found = edges.of(tables, asked, direction, kinds)
    found = found.where(_inside(scope.mask, found.far))
    targets, place = np.unique(found.far if direction == "out" else found.near, return_inverse=True)
    degree = edges.degrees(tables, targets, kinds, namespaces)
    if direction == "out" and degree_cap is not None:
        found = found.where(degree[place] <= degree_cap)
        kept = degree <= degree_cap
        targets, degree = targets[kept], degree[kept]
    near, far = sidecar.names(tables, found.near), sidecar.names(tables, found.far)
    if limit is not None:
        order = _heaviest(near, far, found, limit)
        near, far, found = near[order], far[order], found.where(order)
    source, target = (near, far) if direction == "out" else (far, near)
    degree_of = dict(zip(sidecar.names(tables, targets).tolist(), degree.tolist(), strict=True))
    return Adjacency(
        source=source.tolist(),
        kind=list(map(names.__getitem__, found.kind.tolist())),
        target=target.tolist(),
        weight=found.weight,
        degree=degree_of if limit is None else {id: degree_of[id] for id in target.tolist()},
    )


def _heaviest(near: NDArray[np.object_], far: NDArray[np.object_], edges: Rows, limit: int) -> Keys:
    """Positions of the edges to keep: of each near end the heaviest, then by the far end's id."""
    if not len(edges):
        return np.zeros(0, dtype=np.int64)
    order = np.lexsort((edges.kind, _ranks(far), -edges.weight, _ranks(near)))
    groups = edges.near[order]
    begins = np.concatenate(([True], groups[1:] != groups[:-1]))
    first = np.maximum.accumulate(np.where(begins, np.arange(len(order)), 0))
    return np.asarray(order[np.arange(len(order)) - first < limit])


def _ranks(ids: NDArray[np.object_]) -> Keys:
    """The place of each id among all of them in order."""
    return np.asarray(np.unique(ids, return_inverse=True)[1])
