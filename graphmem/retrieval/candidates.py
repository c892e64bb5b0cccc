"""Candidates: what vector and keyword search find, each kind of sentence among its like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from graphmem import schema
from graphmem.retrieval import constants
from graphmem.retrieval.keyword import keyword_search
from graphmem.stores.base import Grouping, Store
from graphmem.types import FloatArray, PassageKind, View


@dataclass(frozen=True, slots=True)
class Candidates:
    """Scores by sentence id: ``cosine`` and ``bm25`` among one kind, ``joint`` BM25 among all kinds."""

    cosine: Mapping[str, float]
    bm25: Mapping[str, float]
    joint: Mapping[str, float]

    @property
    def ids(self) -> list[str]:
        """All candidates, those found by vector first."""
        return list(dict.fromkeys((*self.cosine, *self.bm25)))

    def relevance(self, cosines: Mapping[str, float]) -> dict[str, float]:
        """Cosine + KEYWORD_WEIGHT x BM25 / best BM25 of every id in ``cosines``, comparable across kinds."""
        top = max(self.joint.values(), default=1.0)
        return {
            id: cos + constants.KEYWORD_WEIGHT * self.joint.get(id, 0.0) / top for id, cos in cosines.items()
        }


BY_TOPIC: Final = Grouping(schema.GATHERS, schema.PART_OF)
"""Topics first, then the sentences of the passages that the best of them gather, and of those in no topic."""


def candidates(
    store: Store, view: View, question: str, vector: FloatArray, *, coarse: bool = False
) -> dict[PassageKind, Candidates]:
    """What searches find, by kind of passage; kinds of which there is nothing are left out.

    With ``coarse`` the question is compared with topics first (HCAM, Lampinen et al. 2021): see ``BY_TOPIC``.
    """
    present = [kind for kind, name in schema.SENTENCE_KINDS.items() if store.count(view, name)]
    joint: Mapping[str, float] = {}
    if len(present) > 1:
        among = replace(view, kinds=frozenset(schema.SENTENCE_KINDS[kind] for kind in present))
        joint = keyword_search(store, among, question, len(present) * constants.BY_KEYWORD)
    found: dict[PassageKind, Candidates] = {}
    for kind in present:
        among = replace(view, kinds=frozenset({schema.SENTENCE_KINDS[kind]}))
        bm25 = keyword_search(store, among, question, constants.BY_KEYWORD)
        by = BY_TOPIC if coarse else None
        cosine = dict(store.search_vector(among, np.asarray(vector), constants.BY_VECTOR, by))
        found[kind] = Candidates(cosine, bm25, joint or bm25)
    return found
