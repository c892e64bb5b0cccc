"""Hits: the passages of a ranking with their document, best sentence, shares and path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from graphmem import schema
from graphmem.retrieval.candidates import Candidates
from graphmem.retrieval.path import Way, way_to
from graphmem.retrieval.ppr import Mass
from graphmem.retrieval.subgraph import Subgraph
from graphmem.stores.base import Store
from graphmem.types import Document, Entity, Hit, Passage, PassageKind, Query, Sentence, Step, View

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Explored:
    """What is known of a question once it has been walked; ``relevance`` is of the searched sentences."""

    graph: Subgraph
    mass: Mass
    linked: Mapping[str, Entity]
    found: Mapping[PassageKind, Candidates]
    relevance: Mapping[str, float]


def _values(store: Store, view: View, ids: Iterable[str], kind: type[T]) -> dict[str, T]:
    """The values of this type among the records of these ids."""
    values = {id: schema.from_record(record) for id, record in store.get(view, sorted(ids)).items()}
    return {id: value for id, value in values.items() if isinstance(value, kind)}


def _best_row(explored: Explored, rows: Sequence[int]) -> int:
    """Of a passage's sentences in the subgraph, the best evidence: most relevant, then most mass."""
    graph = explored.graph

    def fit(row: int) -> tuple[float, float]:
        id = graph.sentences[row]
        relevance = explored.relevance.get(id, float(graph.cosine[row]))
        return relevance + float(explored.mass.sentences[row]), -row

    return max(rows, key=fit)


def _parts(explored: Explored, row: int, rows: Sequence[int]) -> dict[str, float]:
    """What each retriever says: cosine and BM25 (best = 1) of the evidence, mass of the passage (of 1)."""
    id = explored.graph.sentences[row]
    bm25 = 0.0
    for found in explored.found.values():
        if id in found.bm25:
            bm25 = found.bm25[id] / max(found.bm25.values())
    mass = explored.mass.sentences
    return {
        "walk": float(mass[list(rows)].sum() / mass.sum()),
        "cosine": float(explored.graph.cosine[row]),
        "bm25": bm25,
    }


def _path(query: Query, way: Way, names: Mapping[str, str]) -> tuple[Step, ...]:
    """The way with what is written at each node, from the question on."""
    steps = (Step(kind, id, names[id], mass) for kind, id, mass in way if id in names)
    return (Step("question", "", query.text, 1.0), *steps)


def hits(store: Store, query: Query, explored: Explored, scores: Mapping[str, float]) -> tuple[Hit, ...]:
    """The hits of these passages, in the order of ``scores``."""
    graph = explored.graph
    passages = _values(store, query.view, scores, Passage)
    documents = _values(store, query.view, {p.document for p in passages.values()}, Document)
    rows = {
        id: np.flatnonzero(graph.sentence_passage == graph.passage_row[id]).tolist()
        for id, passage in passages.items()
        if id in graph.passage_row and passage.document in documents
    }
    evidence = {id: _best_row(explored, found) for id, found in rows.items()}
    ways = {id: way_to(graph, explored.mass, row, explored.linked) for id, row in evidence.items()}
    nodes = {node for way in ways.values() for _, node, _ in way}
    sentences = _values(store, query.view, nodes | {graph.sentences[r] for r in evidence.values()}, Sentence)
    entities = _values(store, query.view, nodes, Entity)
    names = {id: s.text for id, s in sentences.items()} | {id: e.name for id, e in entities.items()}
    return tuple(
        Hit(
            passage=passages[id],
            document=documents[passages[id].document],
            evidence=sentences[graph.sentences[evidence[id]]],
            score=score,
            parts=_parts(explored, evidence[id], rows[id]),
            path=_path(query, ways[id], names),
        )
        for id, score in scores.items()
        if id in evidence and graph.sentences[evidence[id]] in sentences
    )
