"""Names in passages, and how they link one passage to another."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from graphmem.retrieval import constants
from graphmem.retrieval.subgraph import Subgraph
from graphmem.types import FloatArray


@dataclass(frozen=True, slots=True)
class Named:
    """What a passage names, by the rows of entities: how specific each is, and those that are its title.

    Specific is what few sentences name: idf, against the greatest, in [0, 1].
    """

    specific: Mapping[int, float]
    titles: frozenset[int]

    def linked(self, other: Named, asked: Collection[int]) -> float:
        """How well two passages are linked by a name that the question does not say, in [0, 1].

        The best one counts: the title of either leads to it, another that both name says less.
        """
        both = (self.specific.keys() & other.specific.keys()).difference(asked)
        titles = self.titles | other.titles
        weight = (
            math.sqrt(self.specific[one]) * (1.0 if one in titles else constants.LINK_NAMED) for one in both
        )
        return max(weight, default=0.0)


NOBODY: Final = Named({}, frozenset())


def named(graph: Subgraph, passages: Sequence[str], idf: FloatArray) -> dict[str, Named]:
    """What these passages name; ``idf`` of each entity, shape (entities,)."""
    rows = [graph.passage_row[id] for id in passages]
    of = graph.sentence_passage[graph.edge_sentence]
    edges = np.flatnonzero(np.isin(of, rows))
    greatest = float(idf[graph.edge_entity[edges]].max(initial=0.0)) or 1.0
    found = {}
    for id, row in zip(passages, rows, strict=True):
        own = edges[of[edges] == row]
        entities = graph.edge_entity[own]
        specific = dict(zip(entities.tolist(), (idf[entities] / greatest).tolist(), strict=True))
        found[id] = Named(specific, frozenset(entities[graph.affinity[own] > 1].tolist()))
    return found
