"""Chains: what answers the question asked of a bridge may name the next one, and the question goes on.

"Where was the mother of the director of Shiver born?" asks of Isidro Ortiz "Where was the mother of Isidro
Ortiz born?"; the sentence that fits this best names Luisa Garza, and what is left to ask is "Where was Luisa
Garza born?". Where nothing is left, there is no third hop.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from graphmem import schema
from graphmem.embedding import Embedder
from graphmem.identity import words
from graphmem.retrieval import constants
from graphmem.retrieval.bridges import Bridge, rewrite, said_in, tells, values
from graphmem.retrieval.coverage import stems, telling
from graphmem.retrieval.linking import written
from graphmem.retrieval.subgraph import Subgraph
from graphmem.types import Entity, FloatArray


@dataclass(frozen=True, slots=True)
class _Step:
    """From a bridge over its best sentence (a row) to an entity (a row); ``value`` of that answer."""

    bridge: Bridge
    sentence: int
    entity: int
    value: float


def chains(
    graph: Subgraph,
    over: Sequence[Bridge],
    cosine: FloatArray,
    asked_of: Collection[int],
    question: str,
    idf: FloatArray,
    embedder: Embedder,
) -> list[Bridge]:
    """At most CHAINS bridges of a third hop, best first.

    Args:
        graph: with the sentences of the bridges.
        over: the bridges of the second hop.
        cosine: of each edge's sentence to what is asked there, shape (edges,).
        asked_of: the rows of the entities that the question names.
        question: as it was asked.
        idf: of each entity, shape (entities,).
        embedder: of what is asked next, in one batch.
    """
    steps = _steps(graph, over, cosine, {*asked_of, *graph.dates, *(bridge.row for bridge in over)})
    if not steps:
        return []
    specific = np.sqrt(idf / float(idf.max()))
    weight = {row: step.value * float(specific[row]) for row, step in steps.items()}
    best = sorted(weight, key=lambda row: (-round(weight[row], constants.TIE), graph.entities[row]))
    best = best[: constants.CHAINS_AMONG]
    texts = said_in(graph, sorted({steps[row].sentence for row in best}))
    names = _names(graph, best)
    asked = set(words(question))
    found: dict[int, str] = {}
    for row in best:
        if len(found) == constants.CHAINS:
            break
        step = steps[row]
        if row in names and tells(names[row], asked.union(words(step.bridge.question))):
            text = _next(step.bridge, names[row].name, texts[step.sentence])
            if text:
                found[row] = text
    if not found:
        return []
    top = max(float(values(graph, bridge, cosine)[1].max(initial=0.0)) for bridge in over)
    vectors = embedder.encode(list(found.values()))
    return [
        Bridge(
            id=names[row].id,
            name=names[row].name,
            row=row,
            question=text,
            vector=vector,
            share=steps[row].value / top,
            weight=constants.CHAIN * weight[row] / top,
        )
        for (row, text), vector in zip(found.items(), vectors, strict=True)
    ]


def _steps(
    graph: Subgraph, over: Sequence[Bridge], cosine: FloatArray, known: Collection[int]
) -> dict[int, _Step]:
    """The best way to each entity that the best sentence of a bridge names, by the entity's row."""
    best: dict[int, _Step] = {}
    for bridge in over:
        rows, value = values(graph, bridge, cosine)
        if not len(rows) or not value.max() > 0:
            continue
        ids = [graph.sentences[row] for row in rows.tolist()]
        at = min(range(len(ids)), key=lambda place: (-round(float(value[place]), constants.TIE), ids[place]))
        for entity in graph.edge_entity[graph.edge_sentence == rows[at]].tolist():
            step = _Step(bridge, int(rows[at]), entity, float(value[at]))
            new = entity not in known and graph.degree[entity] >= constants.BRIDGE_NAMED
            if new and (entity not in best or step.value > best[entity].value):
                best[entity] = step
    return best


def _names(graph: Subgraph, rows: Sequence[int]) -> Mapping[int, Entity]:
    """The entities of these rows that are there."""
    records = graph.store.get(graph.view, [graph.entities[row] for row in rows])
    found = {row: schema.from_record(records[id]) for row in rows if (id := graph.entities[row]) in records}
    return {row: one for row, one in found.items() if isinstance(one, Entity)}


def _next(bridge: Bridge, name: str, sentence: str) -> str:
    """What is asked of a name that a bridge's best sentence says; nothing if the sentence says all of it."""
    asked, of = written(bridge.question), written(bridge.name)
    place = next((at for at in range(len(asked)) if asked[at : at + len(of)] == of), len(asked))
    inside = range(place, min(place + len(of), len(asked)))
    left = " ".join(word for at, word in enumerate(asked) if at not in inside)
    if telling(left) <= stems(sentence):
        return ""
    return rewrite(asked, [inside], name, sentence)
