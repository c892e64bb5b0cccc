"""Recall: search, link the question, walk, score each kind of passage, and tell why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from graphmem import schema
from graphmem.embedding import Embedder
from graphmem.retrieval.candidates import Candidates, candidates
from graphmem.retrieval.coverage import AMONG, covering
from graphmem.retrieval.fusion import gate, paragraph_scores
from graphmem.retrieval.hits import Explored, hits
from graphmem.retrieval.linking import link
from graphmem.retrieval.ppr import Mass, walk
from graphmem.retrieval.subgraph import HUB, Subgraph
from graphmem.retrieval.turns import turn_scores
from graphmem.stores.base import Store
from graphmem.types import (
    Entity,
    FloatArray,
    PassageKind,
    Query,
    Ranking,
    Step,
    View,
)

OF_SEED: Final = 300  # sentences of each linked entity
EXPANDED: Final = 100  # entities that two steps make heaviest, and of each so many sentences
OF_EXPANDED: Final = 100
LOOK: Final = 2  # steps before the expansion, and after it
STEPS: Final = 6
SEED_SHARE: Final = 0.8  # of the restart goes to linked entities, the rest to the best sentences
BEST_SENTENCES: Final = 10
SOFTNESS: Final = 0.05  # temperature of the best sentences' shares
BY_MASS: Final = 50  # passages that are scored because the walk reached them
REACHED: Final = 500  # passages of any kind among which the paragraphs are looked for
BY_RELEVANCE: Final = 10  # and because a sentence of theirs fits the question
TIE: Final = 6  # decimals that tell scores apart; equal ones are ordered by id


def recall(store: Store, embedder: Embedder, query: Query) -> Ranking:
    """The passages that answer a query, best first."""
    vector = embedder.encode([query.text])[0]
    found = candidates(store, query.view, query.text, vector)
    if not found:
        return Ranking(query, ())
    explored = _explore(store, query, vector, found)
    scored = _scores(store, query, explored)
    best = {id: scored[id] for id in _top(scored, query.k)}
    seeds = tuple(Step("entity", e.id, e.name, float(e.mentions)) for e in explored.linked.values())
    return Ranking(query, hits(store, query, explored, best), seeds)


def _explore(
    store: Store, query: Query, vector: FloatArray, found: Mapping[PassageKind, Candidates]
) -> Explored:
    """Walk the part of the graph that the question touches, growing it once by what two steps reach."""
    graph = Subgraph(store, query.view, vector)
    for kind in found.values():
        graph.add(kind.ids)
    relevance: dict[str, float] = {}
    for kind in found.values():
        relevance |= kind.relevance({id: float(graph.cosine[graph.sentence_row[id]]) for id in kind.ids})
    start = softmax_best(relevance)
    linked = link(store, query.view, query.text)
    graph.expand([id for id, entity in linked.items() if entity.mentions <= HUB], OF_SEED)
    sentences = sum(store.count(query.view, name) for name in schema.SENTENCE_KINDS.values())
    mass = _walk(graph, linked, start, LOOK, sentences)
    heavy = (graph.entities[row] for row in np.argsort(-mass.entities, kind="stable")[: 2 * EXPANDED])
    graph.expand([id for id in heavy if id not in linked][:EXPANDED], OF_EXPANDED)
    mass = _walk(graph, linked, start, STEPS, sentences)
    return Explored(graph, mass, linked, found, relevance)


def softmax_best(relevance: Mapping[str, float]) -> dict[str, float]:
    """Shares of the sentences that fit the question best; they sum to 1."""
    best = sorted(relevance, key=lambda id: (-relevance[id], id))[:BEST_SENTENCES]
    weights = np.exp(np.array([relevance[id] - relevance[best[0]] for id in best]) / SOFTNESS)
    return dict(zip(best, (weights / weights.sum()).tolist(), strict=True))


def _walk(
    graph: Subgraph, linked: Mapping[str, Entity], start: Mapping[str, float], steps: int, sentences: int
) -> Mass:
    """Walk from linked entities by idf and from the best sentences."""
    idf = graph.idf(sentences)
    entities = np.zeros(len(graph.entities), dtype=np.float32)
    rows = [graph.entity_row[id] for id in linked if id in graph.entity_row]
    if rows:
        entities[rows] = SEED_SHARE * idf[rows] / idf[rows].sum()
    restart = np.zeros(len(graph.sentences), dtype=np.float32)
    for id, share in start.items():
        restart[graph.sentence_row[id]] = share * (1 - entities.sum())
    return walk(graph, idf, entities, restart, steps)


def _by_passage(graph: Subgraph, of_sentence: Mapping[str, float]) -> dict[str, float]:
    """The greatest value of a passage's sentences."""
    best: dict[str, float] = {}
    for id, value in of_sentence.items():
        passage = graph.passage_of[id]
        best[passage] = max(value, best.get(passage, -np.inf))
    return best


def _scores(store: Store, query: Query, explored: Explored) -> dict[str, float]:
    """The score of each passage that may be a hit."""
    fits = {kind: max(explored.relevance[id] for id in found.ids) for kind, found in explored.found.items()}
    best = max(fits.values())
    scores: dict[str, float] = {}
    for kind, found in explored.found.items():
        own = (
            _paragraphs(store, query.view, explored, query.text)
            if kind == "paragraph"
            else _turns(store, query, explored, found)
        )
        share = gate(fits[kind], best)
        scores |= {id: share * score for id, score in own.items()}
    return scores


def _paragraphs(store: Store, view: View, explored: Explored, question: str) -> dict[str, float]:
    """Scores of paragraphs: the mass that the walk brought to their sentences, and the best sentence."""
    graph = explored.graph
    mass: dict[str, float] = {}
    relevance: dict[str, float] = {}
    for id, value, cosine in zip(graph.sentences, explored.mass.sentences, graph.cosine, strict=True):
        passage = graph.passage_of[id]
        mass[passage] = mass.get(passage, 0.0) + float(value)
        fit = explored.relevance.get(id, float(cosine))
        relevance[passage] = max(fit, relevance.get(passage, -np.inf))
    if len(explored.found) > 1:
        reached = store.get(view, _top(mass, REACHED) + _top(relevance, REACHED))
        paragraphs = {id for id, record in reached.items() if record.body["kind"] == "paragraph"}
        mass = {id: mass[id] for id in paragraphs}
        relevance = {id: relevance[id] for id in paragraphs}
    chosen = dict.fromkeys(_top(mass, BY_MASS) + _top(relevance, BY_RELEVANCE))
    scores = paragraph_scores(mass, {id: relevance[id] for id in chosen})
    return covering(question, scores, _texts(store, view, _top(scores, AMONG)))


def _texts(store: Store, view: View, passages: Sequence[str]) -> dict[str, str]:
    """What passages say, their titles and headings included."""
    records = store.get(view, passages)
    documents = store.get(view, sorted({record.body["document"] for record in records.values()}))
    return {
        id: " ".join(
            (
                documents[record.body["document"]].body.get("title", ""),
                record.body.get("heading", ""),
                record.body["text"],
            )
        )
        for id, record in records.items()
    }


def _turns(store: Store, query: Query, explored: Explored, found: Candidates) -> dict[str, float]:
    """Scores of turns or records: what they say, what is said beside them, and who says it."""
    graph = explored.graph
    cosine = {id: float(graph.cosine[graph.sentence_row[id]]) for id in found.ids}
    best_cosine, best_bm25 = _by_passage(graph, cosine), _by_passage(graph, found.bm25)
    return turn_scores(store, query.view, query.text, best_cosine, best_bm25)


def _top(values: Mapping[str, float], k: int) -> list[str]:
    return sorted(values, key=lambda id: (-round(values[id], TIE), id))[:k]
