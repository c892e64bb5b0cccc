"""Recall: search, link the question, walk, score each kind of passage, and tell why."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from graphmem import schema, trust
from graphmem.embedding import Embedder, encode_tokens
from graphmem.learning.weights import Weights
from graphmem.ranking import Query, Ranking, Step
from graphmem.retrieval import constants
from graphmem.retrieval.asked import asked
from graphmem.retrieval.bridges import Bridge, answering, bridges, edge_cosines
from graphmem.retrieval.candidates import Candidates, candidates
from graphmem.retrieval.chains import chains
from graphmem.retrieval.confidence import confidence, said_of
from graphmem.retrieval.coverage import covering, stems, telling
from graphmem.retrieval.doubt import marked, weighed
from graphmem.retrieval.duplicates import distinct
from graphmem.retrieval.explain import explain
from graphmem.retrieval.fusion import gate, paragraph_scores, text_scores
from graphmem.retrieval.hits import Explored, hits
from graphmem.retrieval.likeness import Asked
from graphmem.retrieval.linking import Link, link
from graphmem.retrieval.named import named
from graphmem.retrieval.ppr import NOTHING, Mass, walk
from graphmem.retrieval.shares import Scores
from graphmem.retrieval.subgraph import Subgraph
from graphmem.retrieval.taught import taught
from graphmem.retrieval.turns import turn_scores
from graphmem.stores.base import Store
from graphmem.stores.bm25 import best as greatest
from graphmem.types import FloatArray, PassageKind, Tokens, View


def recall(
    store: Store,
    embedder: Embedder,
    query: Query,
    *,
    reader: str | None = None,
    trusted_only: bool = False,
    why: bool = False,
    weights: Weights | None = None,
) -> Ranking:
    """The passages that answer a query, best first.

    Those of sources that are not trusted weigh less, by the words of ``reader`` for all sources (see
    ``graphmem.trust``); ``trusted_only`` leaves out untrusted ones and counts them in ``withheld``.
    With ``why`` the ranking has an explanation. ``weights`` are what was learned from use; without lessons
    they change nothing.
    """
    about = replace(query, text=asked(query.text))
    vectors, tokens = encode_tokens(embedder, [about.text])
    with store.steady():
        found = _recall(store, about, vectors[0], tokens[0], reader, trusted_only, embedder, why, weights)
        return replace(found, query=query)


def _recall(
    store: Store,
    query: Query,
    vector: FloatArray,
    tokens: Tokens,
    reader: str | None,
    trusted_only: bool,
    embedder: Embedder,
    why: bool,
    weights: Weights | None,
) -> Ranking:
    found = candidates(store, query.view, query.text, vector, coarse=query.coarse)
    if not found:
        return Ranking(query, ())
    explored = _explore(store, query, vector, found, embedder)
    if not explored.relevance:
        return Ranking(query, ())
    words = Asked.of(embedder, tokens) if found.keys() - {"paragraph"} else None
    of_kinds = _scores(store, query, explored, words, weights, embedder)
    fitting = {id: score for of_kind in of_kinds for id, score in of_kind.final.items()}
    doubted = trust.doubted(store, query.view, fitting, reader)
    scored = weighed(fitting, doubted)
    first = _top(scored, query.k)
    barred = {id for id, level in doubted.items() if level == "untrusted"} if trusted_only else set()
    allowed = {id: scored[id] for id in scored.keys() - barred}
    ids, equals = distinct(store, query.view, _top(allowed, len(allowed)), query.k)
    best = {id: scored[id] for id in ids}
    entities = (link.entity for link in explored.linked.values())
    seeds = tuple(Step("entity", one.id, one.name, float(one.mentions)) for one in entities)
    told = [(of_kind.then("trust", scored), best.keys() & of_kind.final.keys()) for of_kind in of_kinds]
    shares = {id: of_kind.shares(id) for of_kind, ids in told for id in ids}
    shown = marked(hits(store, query, explored, best, shares, equals), doubted)
    withheld = len(barred.intersection(first))
    reasons = explain(query, explored, shown, len(scored), {"untrusted": withheld}, weights) if why else None
    sure = _confidence(store, query, explored, of_kinds, allowed, barred)
    return Ranking(query, shown, seeds, withheld, reasons, sure)


def _confidence(
    store: Store,
    query: Query,
    explored: Explored,
    of_kinds: Sequence[Scores],
    allowed: Mapping[str, float],
    barred: Collection[str],
) -> float:
    """How likely what may be shown tells what is asked, however many hits are; what is barred has no say."""
    best = _top(allowed, constants.CONFIDENT_AMONG)
    cosines = _cosines(explored, explored.relevance)
    nearest = max((value for id, value in cosines.items() if id not in barred), default=0.0)
    margin = next((of_kind.margin for of_kind in of_kinds if of_kind.final.keys() & best[:1]), 0.0)
    return confidence(nearest, said_of(query.text, _texts(store, query.view, best).values()), margin)


def _explore(
    store: Store,
    query: Query,
    vector: FloatArray,
    found: Mapping[PassageKind, Candidates],
    embedder: Embedder,
) -> Explored:
    """Walk the part of the graph that the question touches, growing it once by what two steps reach.

    Names that these steps made heavy are bridges to a second hop. Turns and records are not scored by the
    walk, and have none.
    """
    graph = Subgraph(store, query.view, vector)
    for kind in found.values():
        graph.add(kind.ids)
    relevance: dict[str, float] = {}
    for kind in found.values():
        rows = {id: graph.sentence_row[id] for id in kind.ids if id in graph.sentence_row}
        relevance |= kind.relevance({id: float(graph.cosine[row]) for id, row in rows.items()})
    if not relevance:  # nothing is like the question, or what was is gone meanwhile
        return Explored(graph, NOTHING, {}, found, {}, graph.cosine, (), graph.cosine)
    start = softmax_best(relevance)
    linked = link(store, query.view, query.text)
    graph.expand(
        [id for id, one in linked.items() if one.entity.mentions <= constants.HUB], constants.OF_SEED
    )
    sentences = _sentences(store, query.view)
    mass = _walk(graph, linked, start, constants.LOOK, sentences)
    brought = mass.entities.astype(np.float64)
    heavy = [
        graph.entities[row] for row in _best_rows(graph.entities, brought, constants.EXPANDED + len(linked))
    ]
    over = []
    if "paragraph" in found and not _suffices(store, query, graph, relevance):
        over = bridges(graph, mass, linked, query.text, embedder)
    _expand(graph, over)
    graph.expand([id for id in heavy if id not in linked][: constants.EXPANDED], constants.OF_EXPANDED)
    cosine = edge_cosines(graph, over)
    idf = graph.idf(sentences)
    if further := chains(graph, over, cosine, graph.rows(linked), query.text, idf, embedder):
        _expand(graph, further)
        over = [*over, *further]
        cosine = edge_cosines(graph, over)
    mass = _walk(graph, linked, start, constants.STEPS, sentences, cosine)
    return Explored(
        graph,
        mass,
        linked,
        found,
        relevance,
        answering(graph, over, cosine, linked),
        over,
        cosine,
    )


def _expand(graph: Subgraph, over: Sequence[Bridge]) -> None:
    """Take in the sentences of bridges, of each those that are nearest to what is asked of it."""
    graph.expand([one.id for one in over], constants.OF_EXPANDED, [one.vector for one in over])


def _sentences(store: Store, view: View) -> int:
    """How many sentences are in view."""
    return sum(store.count(view, name) for name in schema.SENTENCE_KINDS.values())


def _suffices(store: Store, query: Query, graph: Subgraph, relevance: Mapping[str, float]) -> bool:
    """Whether one of the passages that fit best has all words of the question, and needs no second hop."""
    asked = telling(query.text)
    best = _top(_by_passage(graph, relevance), constants.SUFFICIENT)
    return any(asked <= stems(text) for text in _texts(store, query.view, best).values())


def softmax_best(relevance: Mapping[str, float]) -> dict[str, float]:
    """Shares of the sentences that fit the question best; they sum to 1."""
    best = sorted(relevance, key=lambda id: (-relevance[id], id))[: constants.BEST_SENTENCES]
    weights = np.exp(np.array([relevance[id] - relevance[best[0]] for id in best]) / constants.SOFTNESS)
    return dict(zip(best, (weights / weights.sum()).tolist(), strict=True))


def _walk(
    graph: Subgraph,
    linked: Mapping[str, Link],
    start: Mapping[str, float],
    steps: int,
    sentences: int,
    cosine: FloatArray | None = None,
) -> Mass:
    """Walk from linked entities by idf and from the best sentences."""
    idf = graph.idf(sentences)
    entities = np.zeros(len(graph.entities), dtype=np.float32)
    rows = graph.rows(linked)
    if rows:
        entities[rows] = constants.SEED_SHARE * idf[rows] / idf[rows].sum()
    restart = np.zeros(len(graph.sentences), dtype=np.float32)
    for id, share in start.items():
        restart[graph.sentence_row[id]] = share * (1 - entities.sum())
    return walk(graph, idf, entities, restart, steps, cosine)


def _by_passage(graph: Subgraph, of_sentence: Mapping[str, float]) -> dict[str, float]:
    """The greatest value of a passage's sentences."""
    best: dict[str, float] = {}
    for id, value in of_sentence.items():
        passage = graph.passages[graph.sentence_passage[graph.sentence_row[id]]]
        best[passage] = max(value, best.get(passage, -np.inf))
    return best


def _scores(
    store: Store,
    query: Query,
    explored: Explored,
    words: Asked | None,
    weights: Weights | None,
    embedder: Embedder,
) -> list[Scores]:
    """The scores of the passages that may be hits, one for each kind."""
    own = {
        kind: {id: explored.relevance[id] for id in found.ids if id in explored.relevance}
        for kind, found in explored.found.items()
    }
    fits = {kind: max(relevance.values()) for kind, relevance in own.items() if relevance}
    best = max(fits.values())
    scores = []
    for kind, fit in fits.items():
        of_kind = (
            _paragraphs(store, query, explored, words)
            if kind == "paragraph"
            else turn_scores(
                store,
                query,
                kind,
                explored.graph.vector,
                _cosines(explored, own[kind]),
                words,
                embedder=embedder,
            )
        )
        of_kind = taught(store, query, of_kind, weights)
        share = gate(fit, best)
        scores.append(of_kind.then("kind", {id: share * score for id, score in of_kind.final.items()}))
    return scores


def _paragraphs(store: Store, query: Query, explored: Explored, words: Asked | None) -> Scores:
    """Scores of paragraphs: the mass that the walk brought to their sentences, and the best sentence."""
    graph = explored.graph
    reached = np.bincount(graph.sentence_passage, explored.mass.sentences, minlength=len(graph.passages))
    mass = np.asarray(np.round(reached.astype(np.float64), constants.TIE), dtype=np.float64)
    fit = graph.cosine.astype(np.float64)
    fit[[graph.sentence_row[id] for id in explored.relevance]] = list(explored.relevance.values())
    relevance = np.full(len(graph.passages), -np.inf)
    np.maximum.at(relevance, graph.sentence_passage, np.round(fit, constants.TIE))
    if len(explored.found) > 1:
        among = replace(query.view, kinds=frozenset({schema.SENTENCE, schema.PASSAGE}))
        edges = store.neighbours(among, graph.sentences, [schema.PART_OF], "out")
        other = np.ones(len(graph.passages), dtype=bool)
        other[[graph.passage_row[id] for id in edges.target]] = False
        mass[other], relevance[other] = -np.inf, -np.inf
    chosen = {
        *_best_rows(graph.passages, mass, max(constants.BY_MASS, query.k)),
        *_best_rows(graph.passages, relevance, constants.BY_RELEVANCE),
    }
    answers = np.zeros(len(graph.passages))
    np.maximum.at(
        answers, graph.sentence_passage, np.round(explored.answers.astype(np.float64), constants.TIE)
    )
    scores = paragraph_scores(
        {graph.passages[row]: float(mass[row]) for row in chosen if np.isfinite(mass[row])},
        {graph.passages[row]: float(relevance[row]) for row in chosen if np.isfinite(relevance[row])},
        {graph.passages[row]: float(answers[row]) for row in chosen},
    )
    first = _top(scores.final, constants.COVERING_AMONG)
    names = named(graph, first, graph.idf(_sentences(store, query.view)))
    texts = _texts(store, query.view, first)
    scores = scores.then(
        "coverage", covering(query.text, scores.final, texts, names, graph.rows(explored.linked))
    )
    return _in_texts(store, query, explored, scores, words)


def _in_texts(store: Store, query: Query, explored: Explored, alone: Scores, words: Asked | None) -> Scores:
    """The scores of paragraphs with what stands around them, of the long texts that come first.

    The scores of a text are given to its paragraphs anew, so that none comes before where its best was.
    """
    ids = [id for id in explored.found["paragraph"].ids if id in explored.relevance]
    cosines = _cosines(explored, ids)
    text = _long_texts(store, query.view, {*cosines, *alone.final})
    first = {text[id] for id in _top(alone.final, max(constants.TEXTS_AMONG, query.k)) if id in text}
    if not first:
        return alone
    near = {id: value for id, value in cosines.items() if text.get(id) in first}
    around = turn_scores(store, query, "paragraph", explored.graph.vector, near, words, first).final
    own = _long_texts(store, query.view, {*alone.final, *around})
    return text_scores(alone, around, {id: of for id, of in own.items() if of in first})


def _long_texts(store: Store, view: View, passages: Collection[str]) -> dict[str, str]:
    """The documents of those passages that stand in a long text."""
    part = store.neighbours(view, sorted(passages), [schema.PART_OF], "out")
    return {
        id: document
        for id, document in zip(part.source, part.target, strict=True)
        if part.degree[document] >= constants.LONG_TEXT
    }


def _best_rows(ids: Sequence[str], values: NDArray[np.float64], k: int) -> list[int]:
    """The rows of the k greatest values, equal ones by id."""
    return sorted(greatest(values, k).tolist(), key=lambda row: (-values[row], ids[row]))[:k]


def _texts(store: Store, view: View, passages: Sequence[str]) -> dict[str, str]:
    """What passages say, and their titles, headings and speakers."""
    records = store.get(view, passages)
    documents = store.get(view, sorted({record.body["document"] for record in records.values()}))
    return {
        id: " ".join(
            (
                documents[record.body["document"]].body.get("title", ""),
                record.body.get("heading", ""),
                record.body.get("speaker", ""),
                record.body["text"],
            )
        )
        for id, record in records.items()
        if record.body["document"] in documents
    }


def _cosines(explored: Explored, sentences: Iterable[str]) -> dict[str, float]:
    """The greatest cosine of the sentences of each passage."""
    graph = explored.graph
    return _by_passage(graph, {id: float(graph.cosine[graph.sentence_row[id]]) for id in sentences})


def _top(values: Mapping[str, float], k: int) -> list[str]:
    return sorted(values, key=lambda id: (-round(values[id], constants.TIE), id))[:k]
