"""The second hop: the question again, with the names that the first hop found in place of what it explained.

"Who is the mother of the director of Shiver?" finds the director by "Shiver"; what is then asked is "Who is
the mother of Isidro Ortiz?". Names that carry most of the walk's mass (bridges) are put into the question,
what their best sentence has explained is taken out, and the sentences that name them are measured against
that. As in iterative retrieval (IRCoT, Trivedi et al. 2023), without a language model that writes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from graphmem import schema
from graphmem.embedding import Embedder
from graphmem.identity import words
from graphmem.retrieval import constants
from graphmem.retrieval.coverage import stems
from graphmem.retrieval.keyword import QUESTION_WORDS
from graphmem.retrieval.linking import COMMON_NOUNS, FUNCTION_WORDS, Link, written
from graphmem.retrieval.ppr import Mass
from graphmem.retrieval.subgraph import IntArray, Subgraph
from graphmem.stores.bm25 import best as greatest
from graphmem.types import Entity, FloatArray


@dataclass(frozen=True, slots=True)
class Bridge:
    """A name between two hops: its row, the question rewritten for it and its vector.

    ``share`` is of the heaviest bridge's mass, or of the best answer's value where it came from an answer
    (``chains``); ``weight`` is what an answer to the question counts, times its cosine.
    """

    id: str
    name: str
    row: int
    question: str
    vector: FloatArray
    share: float
    weight: float


def bridges(
    graph: Subgraph, mass: Mass, linked: Mapping[str, Link], question: str, embedder: Embedder
) -> list[Bridge]:
    """At most BRIDGES of them, heaviest first."""
    chosen = _chosen(graph, mass, linked, question)
    if not chosen:
        return []
    texts = said_in(graph, [sentence for _, _, sentence in chosen])
    seeds = _seeds(graph, linked)
    asked = written(question)
    rewritten = [
        rewrite(asked, [linked[id].words for id in seeds.get(sentence, ())], entity.name, texts[sentence])
        for _, entity, sentence in chosen
    ]
    vectors = embedder.encode(rewritten)
    top = float(mass.entities[chosen[0][0]])
    shares = [float(mass.entities[row]) / top for row, _, _ in chosen]
    return [
        Bridge(entity.id, entity.name, row, text, vector, share, share**constants.BRIDGE_POWER)
        for (row, entity, _), text, vector, share in zip(chosen, rewritten, vectors, shares, strict=True)
    ]


def rewrite(asked: Sequence[str], explained: Sequence[range], name: str, sentence: str) -> str:
    """The question's words with a name in the place of the mentions that its sentence explains.

    Words of the question that the sentence says go; without such a mention the name is added at the end.
    """
    said = stems(sentence)
    inside = {at for mention in explained for at in mention}
    place = min((mention.start for mention in explained), default=len(asked))
    kept: list[str] = []
    for at, word in enumerate((*asked, "")):
        if at == place:
            kept.append(name)
        if not word or at in inside:
            continue
        if word.lower() in QUESTION_WORDS or not stems(word) & said:
            kept.append(word)
    return " ".join(kept)


def _chosen(
    graph: Subgraph, mass: Mass, linked: Mapping[str, Link], question: str
) -> list[tuple[int, Entity, int]]:
    """Row, entity and heaviest sentence's row of each bridge."""
    asked = set(words(question))
    heavy = np.where(
        graph.degree >= constants.BRIDGE_NAMED, np.round(mass.entities.astype(np.float64), constants.TIE), 0.0
    )
    heavy[[*graph.dates, *graph.rows(linked)]] = 0.0
    best = [row for row in greatest(heavy, constants.BRIDGES_AMONG).tolist() if heavy[row]]
    rows = sorted(best, key=lambda row: (-heavy[row], graph.entities[row]))[: constants.BRIDGES_AMONG]
    records = graph.store.get(graph.view, [graph.entities[row] for row in rows])
    found: list[tuple[int, Entity, int]] = []
    for row in rows:
        record = records.get(graph.entities[row])
        entity = schema.from_record(record) if record else None
        if not isinstance(entity, Entity) or not tells(entity, asked):
            continue
        found.append((row, entity, _heaviest(graph, mass, row)))
        if len(found) == constants.BRIDGES:
            break
    return found


def _heaviest(graph: Subgraph, mass: Mass, entity: int) -> int:
    """The row of the sentence with most mass among those that name an entity, equal ones by id."""
    rows: list[int] = graph.edge_sentence[graph.edge_entity == entity].tolist()
    return min(
        rows, key=lambda row: (-round(float(mass.sentences[row]), constants.TIE), graph.sentences[row])
    )


def tells(entity: Entity, asked: set[str]) -> bool:
    """Whether a name says something that the question does not."""
    new = [word for word in words(entity.name) if word not in asked]
    return any(not word.isdigit() and word not in COMMON_NOUNS and word not in FUNCTION_WORDS for word in new)


def said_in(graph: Subgraph, rows: Sequence[int]) -> dict[int, str]:
    """What sentences say, with their titles."""
    view, store = graph.view, graph.store
    sentences = store.get(view, [graph.sentences[row] for row in rows])
    passages = store.get(view, [graph.passages[graph.sentence_passage[row]] for row in rows])
    documents = store.get(view, sorted({one.body["document"] for one in passages.values()}))
    found = {}
    for row in rows:
        passage = passages.get(graph.passages[graph.sentence_passage[row]])
        document = documents.get(passage.body["document"]) if passage else None
        sentence = sentences.get(graph.sentences[row])
        found[row] = " ".join(
            (
                document.body.get("title", "") if document else "",
                sentence.body["text"] if sentence else "",
            )
        )
    return found


def _seeds(graph: Subgraph, linked: Mapping[str, Link]) -> dict[int, list[str]]:
    """Which linked entities each sentence names."""
    found: dict[int, list[str]] = {}
    for id in linked:
        if (row := graph.entity_row.get(id)) is not None:
            for sentence in graph.edge_sentence[graph.edge_entity == row].tolist():
                found.setdefault(sentence, []).append(id)
    return found


def edge_cosines(graph: Subgraph, found: Sequence[Bridge]) -> FloatArray:
    """The cosine of each edge's sentence to what is asked there: of a bridge's edges, to its rewrite."""
    cosine: FloatArray = graph.cosine[graph.edge_sentence].copy()
    for bridge in found:
        edges = np.flatnonzero(graph.edge_entity == bridge.row)
        ids = [graph.sentences[row] for row in graph.edge_sentence[edges].tolist()]
        cosine[edges] = graph.store.cosines(graph.view, ids, bridge.vector)
    return cosine


def answering(
    graph: Subgraph, found: Sequence[Bridge], cosine: FloatArray, linked: Iterable[str]
) -> FloatArray:
    """By sentence, how well it answers what is asked of a name in it, shape (sentences,); 0 without one.

    That is weight x cosine of a bridge. Of what the question names the question itself is asked,
    BRIDGE_OWN x cosine: not all questions need a second hop. Without bridges nothing is asked.
    """
    best = np.zeros(len(graph.sentences), dtype=np.float32)
    if not found:
        return best
    rows = graph.rows(linked)
    own = graph.edge_sentence[np.isin(graph.edge_entity, rows)]
    best[own] = constants.BRIDGE_OWN * np.maximum(graph.cosine[own], 0.0)
    for bridge in found:
        sentences, value = values(graph, bridge, cosine)
        np.maximum.at(best, sentences, value)
    return best


def values(graph: Subgraph, bridge: Bridge, cosine: FloatArray) -> tuple[IntArray, FloatArray]:
    """The rows of the sentences that name a bridge, and how well each answers what is asked of it."""
    edges = np.flatnonzero(graph.edge_entity == bridge.row)
    value = np.asarray(bridge.weight * np.maximum(cosine[edges], 0.0), dtype=np.float32)
    return graph.edge_sentence[edges], value
