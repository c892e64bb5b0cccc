"""The part of the graph that a question touches: sentences, their entities, and the edges between.

What a query costs depends on the question and on the caps below, not on the size of the memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from graphmem import schema
from graphmem.retrieval import constants
from graphmem.stores.base import Store
from graphmem.types import Adjacency, FloatArray, View

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


class Subgraph:
    """Sentences around one question, growing; rows are sentences and entities in order of arrival.

    ``cosine[i]`` is that of sentence i to the question, ``passages[sentence_passage[i]]`` where it
    stands. Edge j goes between sentence ``edge_sentence[j]`` and entity ``edge_entity[j]``;
    ``affinity[j]`` is 1, or 1 + DEFINITION.
    """

    def __init__(self, store: Store, view: View, vector: FloatArray) -> None:
        self.store = store
        self.view = view
        self.vector = vector
        self.sentences: list[str] = []
        self.entities: list[str] = []
        self.passages: list[str] = []
        self.sentence_row: dict[str, int] = {}
        self.entity_row: dict[str, int] = {}
        self.passage_row: dict[str, int] = {}
        self.cosine: FloatArray = np.zeros(0, dtype=np.float32)
        self.sentence_passage: IntArray = np.zeros(0, dtype=np.int64)
        self.edge_sentence: IntArray = np.zeros(0, dtype=np.int64)
        self.edge_entity: IntArray = np.zeros(0, dtype=np.int64)
        self.affinity: FloatArray = np.zeros(0, dtype=np.float32)
        self.degree: FloatArray = np.zeros(0, dtype=np.float32)
        self.dates: set[int] = set()

    @property
    def passage_of(self) -> dict[str, str]:
        """The passage of each sentence, by id."""
        passages = (self.passages[row] for row in self.sentence_passage.tolist())
        return dict(zip(self.sentences, passages, strict=True))

    def cosines(self, ids: Sequence[str]) -> FloatArray:
        """Cosines to the question, shape (len(ids),); 0 for a sentence without a vector."""
        return self.store.cosines(self.view, ids, self.vector)

    def add(self, ids: Iterable[str]) -> None:
        """Take sentences in, with their passages and entities; one that is gone meanwhile is left out."""
        asked = [id for id in dict.fromkeys(ids) if id not in self.sentence_row]
        parts = self.store.neighbours(self.view, asked, [schema.PART_OF], "out")
        passage_of = dict(zip(parts.source, parts.target, strict=True))
        new = [id for id in asked if id in passage_of]
        if not new:
            return
        _number(self.sentences, self.sentence_row, new)
        stands_in = [passage_of[id] for id in new]
        fresh = dict.fromkeys(passage for passage in stands_in if passage not in self.passage_row)
        _number(self.passages, self.passage_row, fresh)
        self.sentence_passage = np.concatenate((self.sentence_passage, _rows(self.passage_row, stands_in)))
        self.cosine = np.concatenate((self.cosine, self.cosines(new)))
        self._add_edges(new)

    def _add_edges(self, sentences: Sequence[str]) -> None:
        edges = self.store.neighbours(self.view, sentences, schema.ENTITY_EDGES, "out")
        hollow = self._never_names(sentences, edges)
        fresh = [id for id in dict.fromkeys(edges.target) if id not in self.entity_row and id not in hollow]
        _number(self.entities, self.entity_row, fresh)
        degree = np.array([edges.degree[id] for id in fresh], dtype=np.float32)
        self.degree = np.concatenate((self.degree, degree))
        sentence, entity = _rows(self.sentence_row, edges.source), _rows(self.entity_row, edges.target)
        names = entity >= 0
        self.dates.update(entity[names & _are(edges, schema.DATED)].tolist())
        titled = _are(edges, schema.TITLED)[names]
        every = entity[names]
        sentence, entity, titled = _merged(sentence[names], every, titled)
        # The degree counts an edge of each kind; two kinds between the same two ends are one edge here.
        size = len(self.entities)
        self.degree -= np.bincount(every, minlength=size) - np.bincount(entity, minlength=size)
        self.edge_sentence = np.concatenate((self.edge_sentence, sentence))
        self.edge_entity = np.concatenate((self.edge_entity, entity))
        affinity = np.where(titled, 1.0 + constants.DEFINITION, 1.0).astype(np.float32)
        self.affinity = np.concatenate((self.affinity, affinity))

    def _never_names(self, sentences: Sequence[str], edges: Adjacency) -> set[str]:
        """Those entities that are nothing but words that open a sentence."""
        opens = self.store.neighbours(self.view, sentences, [schema.OPENS], "out")
        return {id for id, openings in opens.degree.items() if edges.degree.get(id) == openings}

    def expand(self, entities: Sequence[str], most: int, vectors: Sequence[FloatArray] = ()) -> None:
        """Take in the sentences of entities, of each the ``most`` that are nearest to the question.

        Or to a vector of the entity's own, if ``vectors`` has one for each; those that stand under the entity
        as their title come first.
        """
        edges = self.store.neighbours(
            self.view, entities, schema.ENTITY_EDGES, "in", degree_cap=constants.HUB
        )
        sentences = list(dict.fromkeys(edges.source))
        source = _rows({id: row for row, id in enumerate(sentences)}, edges.source)
        target = _rows({id: row for row, id in enumerate(entities)}, edges.target)
        target, source, titled = _merged(target, source, _are(edges, schema.TITLED))
        if vectors:
            near = np.zeros(len(source), dtype=np.float32)
            for row, vector in enumerate(vectors):
                own = np.flatnonzero(target == row)
                ids = [sentences[at] for at in source[own].tolist()]
                near[own] = self.store.cosines(self.view, ids, vector)
        else:
            near = self.store.cosines(self.view, sentences, self.vector)[source]
        weight = np.log1p(constants.DEFINITION) * titled + near / constants.TEMPERATURE
        best = _best_of_each(target, weight, [sentences[row] for row in source.tolist()], most)
        self.add(sentences[row] for row in source[best].tolist())

    def rows(self, entities: Iterable[str]) -> list[int]:
        """The rows of those entities that are here."""
        return [self.entity_row[id] for id in entities if id in self.entity_row]

    def idf(self, sentences_in_view: int) -> FloatArray:
        """Specificity of each entity, ln(1 + N / degree) (node specificity of HippoRAG, smoothed)."""
        idf = np.log1p(sentences_in_view / np.maximum(self.degree, 1)).astype(np.float32)
        idf[sorted(self.dates)] *= constants.DATE_WEIGHT
        return idf


def _number(ids: list[str], rows: dict[str, int], new: Iterable[str]) -> None:
    """Give new ids the next rows."""
    known = len(ids)
    ids.extend(new)
    rows.update(zip(ids[known:], range(known, len(ids)), strict=True))


def _rows(rows: Mapping[str, int], ids: Sequence[str]) -> IntArray:
    """The rows of ids, -1 for one that has none."""
    return np.fromiter(map(rows.get, ids, repeat(-1)), dtype=np.int64, count=len(ids))


def _are(edges: Adjacency, kind: str) -> BoolArray:
    """Mask of the edges of a kind."""
    return np.fromiter(map(kind.__eq__, edges.kind), dtype=bool, count=len(edges.kind))


def _merged(ends: IntArray, others: IntArray, titled: BoolArray) -> tuple[IntArray, IntArray, BoolArray]:
    """Parallel edges as one, titled if one of them is; by the first end, then by the other."""
    width = int(others.max(initial=0)) + 1
    pairs, place = np.unique(ends * width + others, return_inverse=True)
    return pairs // width, pairs % width, np.bincount(place, titled, minlength=len(pairs)) > 0


def _best_of_each(group: IntArray, weight: NDArray[np.float64], ids: Sequence[str], most: int) -> IntArray:
    """Positions of the ``most`` heaviest of each group, heaviest first, equal ones by id."""
    order = np.lexsort((-weight, group))
    equal = (np.diff(group[order]) == 0) & (np.diff(weight[order]) == 0)
    if equal.any():  # only then are ids compared: sorting them all would take longer than the rest
        tied = np.union1d(order[:-1][equal], order[1:][equal]).tolist()
        rank = np.zeros(len(order), dtype=np.int64)
        rank[sorted(tied, key=lambda position: ids[position])] = np.arange(len(tied))
        order = np.lexsort((rank, -weight, group))
    first = np.searchsorted(group[order], group[order])  # where each group begins
    return order[np.arange(len(order)) - first < most]
