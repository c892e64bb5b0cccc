"""The walk of recall computed exactly, on the whole graph at once: what the local one is held against."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from itertools import count, islice
from typing import Final

import igraph
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from graphmem import schema
from graphmem.memory import Memory
from graphmem.retrieval import constants
from graphmem.types import FloatArray

STEPS: Final = 6
BATCH: Final = 10_000  # sentences read at once
Masses = NDArray[np.float64]


class WholeGraph:
    """All sentences and entities of a memory as sparse matrices."""

    def __init__(self, memory: Memory) -> None:
        store, view = memory.store, memory.view
        self.row: dict[str, int] = {}
        self.passage: list[str] = []
        self.entity: dict[str, int] = {}
        ends, kinds, vectors = [], [], []
        ids = iter([one.id for kind in schema.SENTENCE_KINDS.values() for one in store.scan(view, kind)])
        while batch := list(islice(ids, BATCH)):
            parts = store.neighbours(view, batch, [schema.PART_OF], "out")
            self.row.update(zip(batch, count(len(self.row)), strict=False))
            passage_of = dict(zip(parts.source, parts.target, strict=True))
            self.passage += [passage_of[id] for id in batch]
            found = store.vectors(view, batch)
            vectors.append(np.array([found[id] for id in batch], dtype=np.float32))
            edges = store.neighbours(view, batch, schema.ENTITY_EDGES, "out")
            for id in edges.target:
                self.entity.setdefault(id, len(self.entity))
            rows, columns = (
                np.fromiter(map(of.__getitem__, side), dtype=np.int64)
                for of, side in ((self.row, edges.source), (self.entity, edges.target))
            )
            ends.append(rows * (1 << 32) + columns)
            kinds.append(np.array([schema.ENTITY_EDGES.index(kind) for kind in edges.kind], dtype=np.int8))
        self.vectors = np.concatenate(vectors)
        self._link(np.concatenate(ends), np.concatenate(kinds))

    def _link(self, ends: NDArray[np.int64], kinds: NDArray[np.int8]) -> None:
        """Take in edges, those of several kinds between the same ends as one.

        What only ever opens sentences is no name.
        """
        of = {kind: kinds == schema.ENTITY_EDGES.index(kind) for kind in schema.ENTITY_EDGES}
        columns = ends % (1 << 32)
        size = len(self.entity)
        opens = np.bincount(columns[of[schema.OPENS]], minlength=size)
        names = (np.bincount(columns, minlength=size) > opens)[columns]
        pairs, place = np.unique(ends[names], return_inverse=True)
        titled = np.bincount(place, of[schema.TITLED][names], minlength=len(pairs)) > 0
        at = (pairs >> 32, pairs % (1 << 32))
        shape = (len(self.row), size)
        self.affinity = sparse.csr_matrix((np.where(titled, 1 + constants.DEFINITION, 1.0), at), shape=shape)
        self.idf = np.log1p(len(self.row) / np.maximum(np.bincount(at[1], minlength=size), 1))
        self.idf[np.unique(columns[of[schema.DATED]])] *= constants.DATE_WEIGHT
        up = sparse.csr_matrix((self.idf[at[1]], at), shape=shape)
        total = np.maximum(np.asarray(up.sum(axis=1)).ravel(), 1e-12)
        self.up = sparse.diags(1 / total) @ up
        self._graph: igraph.Graph | None = None

    def restart(
        self, seeds: Sequence[str], start: Mapping[str, float], share: float
    ) -> tuple[Masses, Masses]:
        """Restart masses of entities and sentences."""
        entities = np.zeros(len(self.entity))
        rows = [self.entity[id] for id in seeds if id in self.entity]
        if rows:
            entities[rows] = share * self.idf[rows] / self.idf[rows].sum()
        sentences = np.zeros(len(self.row))
        for id, mass in start.items():
            sentences[self.row[id]] = mass * (1 - entities.sum())
        return entities, sentences

    def down(self, vector: FloatArray) -> sparse.csr_matrix:
        """Entity to sentence, weighed by the question; columns sum to 1."""
        pull = np.exp((self.vectors @ vector) / constants.TEMPERATURE)
        weighed = sparse.diags(pull) @ self.affinity
        total = np.maximum(np.asarray(weighed.sum(axis=0)).ravel(), 1e-12)
        return weighed @ sparse.diags(1 / total)

    def walk(self, vector: FloatArray, entities: Masses, sentences: Masses) -> tuple[dict[str, float], float]:
        """Mass by passage after the same steps as recall's, and the milliseconds."""
        begin = time.perf_counter()
        down, up = self.down(vector), self.up.T
        at_entities, at_sentences, total = entities, sentences, sentences.copy()
        for _ in range(STEPS):
            at_sentences, at_entities = (
                constants.DAMPING * (down @ at_entities) + (1 - constants.DAMPING) * sentences,
                constants.DAMPING * (up @ at_sentences) + (1 - constants.DAMPING) * entities,
            )
            total += at_sentences
        taken = (time.perf_counter() - begin) * 1000
        mass: dict[str, float] = {}
        for row in np.flatnonzero(total):
            mass[self.passage[row]] = mass.get(self.passage[row], 0.0) + float(total[row])
        return mass, taken

    def prpack_ms(self, vector: FloatArray, entities: Masses, sentences: Masses) -> float:
        """Milliseconds of igraph's personalized PageRank (PRPACK, to convergence) on the same graph.

        The graph stands already; that the question weighs its edges is not counted either.
        """
        weighed = self.down(vector).tocoo()
        size = len(self.row)
        if self._graph is None:
            ends = np.stack((weighed.row, weighed.col + size), axis=1)
            self._graph = igraph.Graph(n=size + len(self.entity), edges=ends)
        reset, weights = np.concatenate((sentences, entities)).tolist(), weighed.data.tolist()
        begin = time.perf_counter()
        self._graph.personalized_pagerank(
            damping=constants.DAMPING, reset=reset, weights=weights, implementation="prpack"
        )
        return (time.perf_counter() - begin) * 1000
