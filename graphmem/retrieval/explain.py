"""Explain: the seeds of a recall, the questions of its second hop, and what was left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from graphmem.explanation import Explanation, Hop, Seed
from graphmem.learning.kinds import kind_of
from graphmem.learning.weights import Weights
from graphmem.ranking import Hit, Query
from graphmem.retrieval import constants
from graphmem.retrieval.bridges import values
from graphmem.retrieval.hits import Explored
from graphmem.retrieval.linking import written


def explain(
    query: Query,
    explored: Explored,
    hits: Sequence[Hit],
    scored: int,
    left_out: Mapping[str, int],
    weights: Weights | None = None,
) -> Explanation:
    """The explanation of these hits."""
    kind = kind_of(query.text)
    return Explanation(
        seeds=(*_entities(query, explored), *_sentences(explored)),
        hops=_hops(explored, hits),
        looked_at=len(explored.graph.sentences),
        scored=scored,
        left_out={name: count for name, count in left_out.items() if count},
        kind=kind,
        learned=weights.of(kind) if weights is not None and weights.count else {},
    )


def _entities(query: Query, explored: Explored) -> list[Seed]:
    """The entities that the question names, heaviest first."""
    graph, restart, asked = explored.graph, explored.mass.entity_steps[0], written(query.text)
    seeds = []
    for id, link in explored.linked.items():
        row = graph.entity_row.get(id)
        mass = 0.0 if row is None else float(restart[row])
        said = " ".join(asked[link.first : link.first + link.size])
        seeds.append(Seed("entity", id, link.entity.name, said, mass, link.entity.mentions <= constants.HUB))
    return sorted(seeds, key=lambda seed: (-round(seed.mass, constants.TIE), seed.id))


def _sentences(explored: Explored) -> list[Seed]:
    """The sentences that fit the question best, heaviest first."""
    graph, restart = explored.graph, explored.mass.sentence_steps[0]
    shown = np.flatnonzero(restart > 10.0**-constants.TIE)  # a lighter share is none
    masses = {graph.sentences[row]: float(restart[row]) for row in shown}
    records = graph.store.get(graph.view, sorted(masses))
    best = sorted(records, key=lambda id: (-round(masses[id], constants.TIE), id))
    return [Seed("sentence", id, records[id].body["text"], "", masses[id]) for id in best]


def _hops(explored: Explored, hits: Sequence[Hit]) -> tuple[Hop, ...]:
    """The bridges, each with the hits whose best answer is one to its question."""
    graph = explored.graph
    answered: dict[int, list[str]] = {}
    asked = np.full(len(graph.sentences), -1, dtype=np.int64)
    for place, bridge in enumerate(explored.over):
        rows, value = values(graph, bridge, explored.edge_cosine)
        asked[rows[(value > 0) & (value >= explored.answers[rows])]] = place
    for hit in hits:
        if hit.passage.kind != "paragraph":  # of others no bridge is asked
            continue
        rows = np.flatnonzero(graph.sentence_passage == graph.passage_row.get(hit.passage.id, -1))
        if len(rows) and (place := int(asked[rows[np.argmax(explored.answers[rows])]])) >= 0:
            answered.setdefault(place, []).append(hit.passage.id)
    return tuple(
        Hop(bridge.id, bridge.name, bridge.question, bridge.share, tuple(answered.get(place, ())))
        for place, bridge in enumerate(explored.over)
    )
