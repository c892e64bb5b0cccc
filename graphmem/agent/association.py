"""Association: what a line of reasoning brings to mind, and what of that is new.

CoAT (Pan et al. 2025, "CoAT: Chain-of-Associated-Thoughts Framework for Enhancing Large Language Models
Reasoning") has a model name what it associates at each step, and looks that up. Ours walks the graph from
what the reasoning names and from the sentences that it is most like, so that evidence for a second hop is
found before anybody asks for it; what was seen is left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from graphmem import schema, trust
from graphmem.errors import QueryError
from graphmem.memory import Memory
from graphmem.ranking import Step
from graphmem.retrieval import constants
from graphmem.retrieval.familiarity import shingles
from graphmem.retrieval.linking import Link, link
from graphmem.retrieval.ppr import Mass, walk
from graphmem.retrieval.subgraph import Subgraph
from graphmem.types import Document, FloatArray, Passage, Sentence, View

WORDS: Final = 300
"""Of the context that count, the last ones: what reasoning has just come to leads on."""
NEAREST: Final = 20
"""Sentences most like the context, from which the walk begins besides its names."""
STEPS: Final = 4
"""Of the walk: from a name to what is said of it, and to a name that this brings and what is said of that."""
NAMES: Final = 0.8
"""Of the restart goes to names, the rest to like sentences."""
LIKE: Final = 6.0
"""How much likeness to the context counts beside the logarithm of what the walk brings."""
KNOWN: Final = 0.8
"""Of a passage's shingles in the context from which on it is nothing new."""


@dataclass(frozen=True, slots=True)
class Association:
    """A passage that comes to mind: ``score`` in [0, 1]; ``over`` are the names that led there, by weight."""

    passage: Passage
    document: Document
    evidence: Sentence
    score: float
    over: tuple[Step, ...]


def associate(memory: Memory, context: str, seen: Iterable[str] = (), k: int = 5) -> tuple[Association, ...]:
    """The k passages that a text brings to mind and that are new, best first.

    Args:
        memory: where; what is read along with it counts too.
        context: the reasoning so far. No question is needed.
        seen: passages that are known already, by id; so are those that stand in the context word for word.
        k: how many.

    Raises:
        QueryError: there is no text, or not even one passage is asked for.
        EncoderMismatch: the store's vectors come from another encoder.
    """
    text = " ".join(context.encode("utf-8", "replace").decode("utf-8").split()[-WORDS:])
    if not text:
        raise QueryError("the context is empty: give the reasoning so far, or what was found last")
    if k < 1:
        raise QueryError(f"k is {k}: ask for at least one passage")
    memory._check_encoder()
    vector = memory.embedder.encode([text])[0]
    with memory.store.steady():
        return _Associating(memory, memory.view, text, vector).found(frozenset(seen), k)


class _Associating:
    """One text and the part of the graph that it touches."""

    def __init__(self, memory: Memory, view: View, text: str, vector: FloatArray) -> None:
        self.store, self.reader = memory.store, memory.namespace
        self.view = view
        self.text = text
        self.graph = Subgraph(self.store, view, vector)
        self.linked: Mapping[str, Link] = link(self.store, view, text)

    def found(self, seen: Collection[str], k: int) -> tuple[Association, ...]:
        mass = self._walked()
        if mass is None:
            return ()
        graph = self.graph
        reached = np.bincount(graph.sentence_passage, mass.sentences, minlength=len(graph.passages))
        like = np.full(len(graph.passages), -1.0)
        np.maximum.at(like, graph.sentence_passage, graph.cosine.astype(np.float64))
        with np.errstate(divide="ignore"):
            worth = np.log(np.round(reached, constants.TIE)) + LIKE * np.round(like, constants.TIE)
        scored = {id: float(worth[row]) for id, row in graph.passage_row.items() if np.isfinite(worth[row])}
        doubted = trust.doubted(self.store, self.view, scored, self.reader)
        scored = {id: value for id, value in scored.items() if doubted.get(id) != "untrusted"}
        order = sorted(scored.keys() - set(seen), key=lambda id: (-scored[id], id))
        return tuple(self._first(order, scored, mass, k))

    def _walked(self) -> Mass | None:
        """What a walk from the names and the likest sentences leaves; None if nothing is there."""
        graph = self.graph
        among = replace(self.view, kinds=frozenset(schema.SENTENCE_KINDS.values()))
        near = self.store.search_vector(among, graph.vector, NEAREST)
        graph.add(id for id, _ in near)
        names = [id for id, one in self.linked.items() if one.entity.mentions <= constants.HUB]
        graph.expand(names, constants.OF_SEED)
        if not graph.sentences:
            return None
        sentences = sum(self.store.count(self.view, name) for name in schema.SENTENCE_KINDS.values())
        idf = graph.idf(sentences)
        rows = graph.rows(names)
        entities = np.zeros(len(graph.entities), dtype=np.float32)
        if rows and idf[rows].sum() > 0:
            entities[rows] = NAMES * idf[rows] / idf[rows].sum()
        restart = np.zeros(len(graph.sentences), dtype=np.float32)
        start = [
            (graph.sentence_row[id], max(cosine, 0.0)) for id, cosine in near if id in graph.sentence_row
        ]
        total = sum(value for _, value in start)
        for row, value in start:
            restart[row] = (1 - entities.sum()) * (value / total if total else 1 / len(start))
        return walk(graph, idf, entities, restart, STEPS)

    def _first(
        self, order: list[str], scored: Mapping[str, float], mass: Mass, k: int
    ) -> Iterable[Association]:
        """The first k that say anything that the text does not."""
        own = shingles(self.text)
        taken = 0
        for id in order:
            passage = schema.from_record(self.store.get(self.view, [id])[id])
            assert isinstance(passage, Passage)
            theirs = shingles(passage.text)
            if len(theirs & own) >= KNOWN * len(theirs):
                continue
            document = schema.from_record(self.store.get(self.view, [passage.document])[passage.document])
            rows = np.flatnonzero(self.graph.sentence_passage == self.graph.passage_row[id])
            best = max(rows.tolist(), key=lambda row: (float(mass.sentences[row]), -row))
            sentence = schema.from_record(
                self.store.get(self.view, [self.graph.sentences[best]])[self.graph.sentences[best]]
            )
            assert isinstance(document, Document) and isinstance(sentence, Sentence)
            score = float(np.exp(scored[id] - scored[order[0]]))
            yield Association(passage, document, sentence, score, self._over(rows, mass))
            taken += 1
            if taken == k:
                return

    def _over(self, rows: np.ndarray[tuple[int], np.dtype[np.int64]], mass: Mass) -> tuple[Step, ...]:
        """The names of a passage that brought most of its mass, three at most."""
        graph = self.graph
        edges = np.flatnonzero(np.isin(graph.edge_sentence, rows))
        brought: dict[str, float] = {}
        for edge in edges.tolist():
            entity = int(graph.edge_entity[edge])
            id = graph.entities[entity]
            brought[id] = brought.get(id, 0.0) + float(mass.entities[entity] * mass.down[edge])
        best = sorted((id for id in brought if brought[id] > 0), key=lambda id: (-brought[id], id))[:3]
        records = self.store.get(self.view, best)
        values = {id: schema.from_record(records[id]) for id in best if id in records}
        return tuple(Step("entity", id, getattr(values[id], "name", ""), brought[id]) for id in values)
