"""Hits: the passages of a ranking with their document, best sentence, shares and path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from graphmem import schema
from graphmem.ranking import Hit, Path, Query, Step
from graphmem.retrieval.bridges import Bridge
from graphmem.retrieval.candidates import Candidates
from graphmem.retrieval.linking import Link
from graphmem.retrieval.path import Way, way_to
from graphmem.retrieval.ppr import Mass
from graphmem.retrieval.shares import Parts
from graphmem.retrieval.subgraph import Subgraph
from graphmem.stores.base import Store
from graphmem.types import Document, Entity, FloatArray, Passage, PassageKind, Sentence, View

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Explored:
    """What is known of a question once it has been walked.

    ``relevance`` is of the searched sentences; ``answers`` of all in the graph, how well each answers what is
    asked of a bridge, shape (sentences,). ``over`` are the bridges; ``edge_cosine`` is of each edge's
    sentence to what is asked there, shape (edges,).
    """

    graph: Subgraph
    mass: Mass
    linked: Mapping[str, Link]
    found: Mapping[PassageKind, Candidates]
    relevance: Mapping[str, float]
    answers: FloatArray
    over: Sequence[Bridge]
    edge_cosine: FloatArray


def _values(store: Store, view: View, ids: Iterable[str], kind: type[T]) -> dict[str, T]:
    """The values of this type among the records of these ids."""
    values = {id: schema.from_record(record) for id, record in store.get(view, sorted(ids)).items()}
    return {id: value for id, value in values.items() if isinstance(value, kind)}


def _documents(store: Store, view: View, passages: Sequence[str]) -> tuple[Document, ...]:
    """The documents of passages, by URI."""
    found = _values(store, view, passages, Passage).values()
    documents = _values(store, view, {one.document for one in found}, Document).values()
    return tuple(sorted(documents, key=lambda one: (one.uri, one.id)))


def _best_row(explored: Explored, rows: Sequence[int]) -> int:
    """Of a passage's sentences in the subgraph, the best evidence: most relevant, then most mass."""
    graph = explored.graph

    def fit(row: int) -> tuple[float, float]:
        id = graph.sentences[row]
        relevance = explored.relevance.get(id, float(graph.cosine[row]))
        return relevance + float(explored.mass.sentences[row]), -row

    return max(rows, key=fit)


def _parts(explored: Explored, sentence: str, rows: Sequence[int], cosine: float) -> dict[str, float]:
    """What each retriever says: cosine and BM25 (best = 1) of the evidence, mass of the passage (of 1)."""
    bm25 = 0.0
    for found in explored.found.values():
        if sentence in found.bm25:
            bm25 = found.bm25[sentence] / max(found.bm25.values())
    mass = explored.mass.sentences
    return {"walk": float(mass[list(rows)].sum() / mass.sum()), "cosine": cosine, "bm25": bm25}


def _beyond(
    store: Store, query: Query, explored: Explored, passages: Sequence[str]
) -> dict[str, tuple[str, float]]:
    """The sentence nearest to the question, and its cosine, of passages that the walk did not see.

    A turn beside one that was found is a hit for what stands around it.
    """
    if not passages:
        return {}
    edges = store.neighbours(query.view, passages, [schema.PART_OF], "in")
    cosines = store.cosines(query.view, edges.source, explored.graph.vector).tolist()
    best: dict[str, tuple[str, float]] = {}
    for sentence, passage, cosine in sorted(zip(edges.source, edges.target, cosines, strict=True)):
        if passage not in best or cosine > best[passage][1]:
            best[passage] = (sentence, cosine)
    return best


def _path(query: Query, way: Way, names: Mapping[str, str]) -> Path:
    """The way with what is written at each node, from the question on."""
    steps = (Step(kind, id, names[id], mass) for kind, id, mass in way if id in names)
    return Path((Step("question", "", query.text, 1.0), *steps))


def hits(
    store: Store,
    query: Query,
    explored: Explored,
    scores: Mapping[str, float],
    shares: Parts,
    equals: Mapping[str, Sequence[str]],
) -> tuple[Hit, ...]:
    """The hits of these passages, in the order of ``scores``; ``equals`` are passages of the same text."""
    graph = explored.graph
    passages = _values(store, query.view, scores, Passage)
    documents = _values(store, query.view, {p.document for p in passages.values()}, Document)
    rows = {
        id: np.flatnonzero(graph.sentence_passage == graph.passage_row[id]).tolist()
        for id in passages
        if id in graph.passage_row
    }
    best = {id: _best_row(explored, found) for id, found in rows.items()}
    ways = {id: way_to(graph, explored.mass, row, explored.linked) for id, row in best.items()}
    evidence = {id: (graph.sentences[row], float(graph.cosine[row])) for id, row in best.items()}
    evidence |= _beyond(store, query, explored, [id for id in passages if id not in rows])
    nodes = {node for way in ways.values() for _, node, _ in way} | {id for id, _ in evidence.values()}
    sentences = _values(store, query.view, nodes, Sentence)
    entities = _values(store, query.view, nodes, Entity)
    names = {id: s.text for id, s in sentences.items()} | {id: e.name for id, e in entities.items()}
    also = {id: _documents(store, query.view, others) for id, others in equals.items()}
    found = []
    for id, score in scores.items():
        # A record that was removed since it was searched is no hit.
        sentence, cosine = evidence.get(id, ("", 0.0))
        if id not in passages or passages[id].document not in documents or sentence not in sentences:
            continue
        way = ways.get(id, [("sentence", sentence, 0.0)])
        hit = Hit(
            passage=passages[id],
            document=documents[passages[id].document],
            evidence=sentences[sentence],
            score=score,
            parts=_parts(explored, sentence, rows.get(id, []), cosine),
            path=_path(query, way, names),
            shares=shares[id],
            also=also.get(id, ()),
        )
        found.append(hit)
    return tuple(found)
