"""Why a sentence was reached: the heaviest way of the walk from the question to it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

import numpy as np

from graphmem.retrieval import constants
from graphmem.retrieval.ppr import Mass
from graphmem.retrieval.subgraph import Subgraph

Node = Literal["entity", "sentence"]
Way = list[tuple[Node, str, float]]  # kind, id and mass, from the question on


def way_to(graph: Subgraph, mass: Mass, sentence: int, linked: Collection[str]) -> Way:
    """Nodes from a seed of the walk to the sentence in this row, each with the mass that it then held.

    Backwards from the step that brought the sentence most: at each node the edge that carried most
    into it, until an entity that the question names, or until what it held came from the restart.
    """
    arrivals = [step[sentence] for step in mass.sentence_steps]
    step = int(np.argmax(arrivals))
    way: Way = []
    kind: Node = "sentence"
    row = sentence
    seen: set[tuple[Node, int]] = set()
    for _ in range(constants.LONGEST_WAY):
        held = (mass.sentence_steps if kind == "sentence" else mass.entity_steps)[step][row]
        ids = graph.sentences if kind == "sentence" else graph.entities
        way.append((kind, ids[row], float(held)))
        seen.add((kind, row))
        if step == 0 or ids[row] in linked:
            break
        edge, carried = _heaviest_edge(graph, mass, kind, row, step)
        if edge < 0 or carried < constants.CARRIED * held:
            break
        row = int((graph.edge_entity if kind == "sentence" else graph.edge_sentence)[edge])
        kind = "entity" if kind == "sentence" else "sentence"
        if (kind, row) in seen:
            break
        step -= 1
    return way[::-1]


def _heaviest_edge(graph: Subgraph, mass: Mass, kind: Node, row: int, step: int) -> tuple[int, float]:
    """The edge that carried most into a node at a step, and how much; (-1, 0) if there is none."""
    into, source, share, held = (
        (graph.edge_sentence, graph.edge_entity, mass.down, mass.entity_steps[step - 1])
        if kind == "sentence"
        else (graph.edge_entity, graph.edge_sentence, mass.up, mass.sentence_steps[step - 1])
    )
    edges = np.flatnonzero(into == row)
    if not len(edges):
        return -1, 0.0
    carried = constants.DAMPING * share[edges] * held[source[edges]]
    best = int(np.argmax(carried))
    return int(edges[best]), float(carried[best])
