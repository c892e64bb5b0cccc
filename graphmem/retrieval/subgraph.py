"""The part of the graph that a question touches: sentences, their entities, and the edges between.

What a query costs depends on the question and on the caps below, not on the size of the memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from graphmem import schema
from graphmem.stores.base import Store
from graphmem.types import Entity, FloatArray, View

HUB: Final = 1000  # an entity in more sentences says little, and is never expanded
DEFINITION: Final = 30.0  # added to an edge into a sentence that stands under the entity as its title
TEMPERATURE: Final = 0.2  # of cosines in edge weights
DATE_WEIGHT: Final = 0.2  # dates connect much and mean little

IntArray = NDArray[np.int64]


class Subgraph:
    """Sentences around one question, growing; rows are sentences and entities in order of arrival.

    ``cosine[i]`` is that of sentence i to the question. Edge j goes between sentence
    ``edge_sentence[j]`` and entity ``edge_entity[j]``; ``affinity[j]`` is 1, or 1 + DEFINITION.
    """

    def __init__(self, store: Store, view: View, vector: FloatArray) -> None:
        self.store = store
        self.view = view
        self.vector = vector
        self.sentences: list[str] = []
        self.entities: list[str] = []
        self.sentence_row: dict[str, int] = {}
        self.entity_row: dict[str, int] = {}
        self.cosine: FloatArray = np.zeros(0, dtype=np.float32)
        self.edge_sentence: IntArray = np.zeros(0, dtype=np.int64)
        self.edge_entity: IntArray = np.zeros(0, dtype=np.int64)
        self.affinity: FloatArray = np.zeros(0, dtype=np.float32)
        self.degree: FloatArray = np.zeros(0, dtype=np.float32)
        self.dates: set[int] = set()
        self.passage_of: dict[str, str] = {}

    def cosines(self, ids: Sequence[str]) -> FloatArray:
        """Cosines to the question, shape (len(ids),); 0 for a sentence without a vector."""
        vectors = self.store.vectors(self.view, ids)
        found = np.zeros(len(ids), dtype=np.float32)
        rows = [row for row, id in enumerate(ids) if id in vectors]
        if rows:
            found[rows] = np.stack([vectors[ids[row]] for row in rows]) @ self.vector
        return found

    def add(self, ids: Iterable[str]) -> None:
        """Take sentences in, with all their entities."""
        new = [id for id in dict.fromkeys(ids) if id not in self.sentence_row]
        if not new:
            return
        for id in new:
            self.sentence_row[id] = len(self.sentences)
            self.sentences.append(id)
        self.cosine = np.concatenate((self.cosine, self.cosines(new)))
        self._add_edges(new)

    def _add_edges(self, sentences: Sequence[str]) -> None:
        kinds = (*schema.ENTITY_EDGES, schema.PART_OF)
        edges = self.store.neighbours(self.view, sentences, kinds, "out")
        doubtful = {t for t, kind in zip(edges.target, edges.kind, strict=True) if kind == schema.OPENS}
        hollow = self._never_names(doubtful)
        affinity: dict[tuple[int, int], float] = {}
        degree = list(self.degree)
        for source, kind, target in zip(edges.source, edges.kind, edges.target, strict=True):
            if kind == schema.PART_OF:
                self.passage_of[source] = target
            if kind == schema.PART_OF or target in hollow:
                continue
            row = self.entity_row.get(target)
            if row is None:
                row = self.entity_row[target] = len(self.entities)
                self.entities.append(target)
                degree.append(edges.degree[target])
            if kind == schema.DATED:
                self.dates.add(row)
            edge = (self.sentence_row[source], row)
            weight = 1.0 + DEFINITION * (kind == schema.TITLED)
            affinity[edge] = max(weight, affinity.get(edge, 0.0))
        rows = np.array(list(affinity), dtype=np.int64).reshape(-1, 2)
        self.degree = np.array(degree, dtype=np.float32)
        self.edge_sentence = np.concatenate((self.edge_sentence, rows[:, 0]))
        self.edge_entity = np.concatenate((self.edge_entity, rows[:, 1]))
        weights = np.fromiter(affinity.values(), dtype=np.float32, count=len(affinity))
        self.affinity = np.concatenate((self.affinity, weights))

    def _never_names(self, ids: Iterable[str]) -> set[str]:
        """Those entities that are nothing but words that open a sentence."""
        records = self.store.get(self.view, sorted(ids))
        entities = (schema.from_record(record) for record in records.values())
        return {e.id for e in entities if isinstance(e, Entity) and e.openings == e.mentions}

    def expand(self, entities: Sequence[str], most: int) -> None:
        """Take in the sentences of entities, of each the ``most`` that the question weighs most."""
        edges = self.store.neighbours(self.view, entities, schema.ENTITY_EDGES, "in", degree_cap=HUB)
        sentences = list(dict.fromkeys(edges.source))
        cosine = dict(zip(sentences, self.cosines(sentences).tolist(), strict=True))
        of_entity: dict[str, dict[str, float]] = {}
        for source, kind, target in zip(edges.source, edges.kind, edges.target, strict=True):
            weight = np.log1p(DEFINITION) * (kind == schema.TITLED) + cosine[source] / TEMPERATURE
            of_entity.setdefault(target, {})[source] = max(
                weight, of_entity.get(target, {}).get(source, -np.inf)
            )
        best = (
            id
            for weights in of_entity.values()
            for id in sorted(weights, key=lambda id: (-weights[id], id))[:most]
        )
        self.add(best)

    def idf(self, sentences_in_view: int) -> FloatArray:
        """Specificity of each entity, ln(1 + N / degree) (node specificity of HippoRAG, smoothed)."""
        idf = np.log1p(sentences_in_view / np.maximum(self.degree, 1)).astype(np.float32)
        idf[sorted(self.dates)] *= DATE_WEIGHT
        return idf
