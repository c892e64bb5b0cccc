"""The walk of recall computed exactly, on the whole graph at once: what the local one is held against."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Final

import igraph
import numpy as np
from scipy import sparse

from graphmem import schema
from graphmem.memory import Memory
from graphmem.retrieval.ppr import DAMPING
from graphmem.retrieval.subgraph import DATE_WEIGHT, DEFINITION, TEMPERATURE
from graphmem.types import FloatArray, Sentence

STEPS: Final = 6


class WholeGraph:
    """All sentences and entities of a memory as sparse matrices."""

    def __init__(self, memory: Memory) -> None:
        view = memory.view
        records = [r for kind in schema.SENTENCE_KINDS.values() for r in memory.store.scan(view, kind)]
        found = [value for value in map(schema.from_record, records) if isinstance(value, Sentence)]
        self.passage = [sentence.passage for sentence in found]
        self.row = {sentence.id: row for row, sentence in enumerate(found)}
        vectors: dict[str, FloatArray] = {}
        for start in range(0, len(found), 1000):
            vectors |= memory.store.vectors(view, [s.id for s in found[start : start + 1000]])
        self.vectors = np.stack([vectors[sentence.id] for sentence in found])
        affinity: dict[tuple[int, int], float] = {}
        dates: set[int] = set()
        self.entity: dict[str, int] = {}
        for record, sentence in zip(records, found, strict=True):
            for edge in schema.index(record).edges:
                if edge.kind in schema.ENTITY_EDGES:
                    column = self.entity.setdefault(edge.target, len(self.entity))
                    weight = 1 + DEFINITION * (edge.kind == schema.TITLED)
                    key = (self.row[sentence.id], column)
                    affinity[key] = max(weight, affinity.get(key, 0.0))
                    if edge.kind == schema.DATED:
                        dates.add(column)
        pairs = np.array(list(affinity))
        shape = (len(found), len(self.entity))
        self.affinity = sparse.csr_matrix((list(affinity.values()), (pairs[:, 0], pairs[:, 1])), shape=shape)
        degree = np.bincount(pairs[:, 1], minlength=len(self.entity))
        self.idf = np.log1p(len(found) / np.maximum(degree, 1))
        self.idf[sorted(dates)] *= DATE_WEIGHT
        up = self.affinity.astype(bool).multiply(self.idf[None, :]).tocsr()
        total = np.maximum(np.asarray(up.sum(axis=1)).ravel(), 1e-12)
        self.up = sparse.diags(1 / total) @ up

    def restart(
        self, seeds: Sequence[str], start: Mapping[str, float], share: float
    ) -> tuple[FloatArray, FloatArray]:
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
        pull = np.exp((self.vectors @ vector) / TEMPERATURE)
        weighed = sparse.diags(pull) @ self.affinity
        total = np.maximum(np.asarray(weighed.sum(axis=0)).ravel(), 1e-12)
        return weighed @ sparse.diags(1 / total)

    def walk(
        self, vector: FloatArray, entities: FloatArray, sentences: FloatArray
    ) -> tuple[dict[str, float], float]:
        """Mass by passage after the same steps as recall's, and the milliseconds."""
        begin = time.perf_counter()
        down, up = self.down(vector), self.up.T
        at_entities, at_sentences, total = entities, sentences, sentences.copy()
        for _ in range(STEPS):
            at_sentences, at_entities = (
                DAMPING * (down @ at_entities) + (1 - DAMPING) * sentences,
                DAMPING * (up @ at_sentences) + (1 - DAMPING) * entities,
            )
            total += at_sentences
        taken = (time.perf_counter() - begin) * 1000
        mass: dict[str, float] = {}
        for row in np.flatnonzero(total):
            mass[self.passage[row]] = mass.get(self.passage[row], 0.0) + float(total[row])
        return mass, taken

    def prpack_ms(self, vector: FloatArray, entities: FloatArray, sentences: FloatArray) -> float:
        """Milliseconds of igraph's personalized PageRank (PRPACK, to convergence) on the same graph."""
        begin = time.perf_counter()
        weighed = self.down(vector).tocoo()
        size = len(self.row)
        graph = igraph.Graph(n=size + len(self.entity))
        graph.add_edges(zip(weighed.row.tolist(), (weighed.col + size).tolist(), strict=True))
        graph.personalized_pagerank(
            damping=DAMPING,
            reset=np.concatenate((sentences, entities)).tolist(),
            weights=weighed.data.tolist(),
            implementation="prpack",
        )
        return (time.perf_counter() - begin) * 1000
