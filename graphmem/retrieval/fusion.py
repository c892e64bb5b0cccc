"""Fusion: from what the retrievers say of sentences to one score of a passage in [0, 1].

What a passage is decides how its parts are weighed: a paragraph by the walk, a turn or a record by
what it says and what is said around it. Kinds are then set against each other by how well the best
of each fits the question. Constants are of the kind of passage, never of a collection.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

FLOOR: Final = 0.001  # of a passage that the walk does not reach
EVIDENCE: Final = 0.5  # how much the best sentence counts beside the mass of the walk
AROUND: Final = 0.3  # how much the turn before and the turn after count
GATE: Final = 10.0  # how fast a kind falls behind that fits the question less


def paragraph_scores(mass: Mapping[str, float], relevance: Mapping[str, float]) -> dict[str, float]:
    """(mass / best + FLOOR) e^(EVIDENCE (relevance - best)), by passage; in (0, 1]."""
    heaviest = max(mass.values(), default=0.0) or 1.0
    best = max(relevance.values(), default=0.0)
    return {
        id: (mass.get(id, 0.0) / heaviest + FLOOR) / (1 + FLOOR) * math.exp(EVIDENCE * (fit - best))
        for id, fit in relevance.items()
    }


def own_scores(cosine: Mapping[str, float], bm25: Mapping[str, float]) -> dict[str, float]:
    """What a turn or record says by itself: cosine / best + BM25 / best, by passage."""
    best_cosine = max(max(cosine.values(), default=0.0), 1e-9)
    best_bm25 = max(max(bm25.values(), default=0.0), 1e-9)
    return {
        id: max(cosine.get(id, 0.0), 0.0) / best_cosine + bm25.get(id, 0.0) / best_bm25
        for id in dict.fromkeys((*cosine, *bm25))
    }


def turn_scores(own: Mapping[str, float], around: Mapping[str, tuple[str, ...]]) -> dict[str, float]:
    """Own score + AROUND x those of the passages beside it (``around``), by passage; best = 1."""
    scores = {
        id: own.get(id, 0.0) + AROUND * sum(own.get(other, 0.0) for other in beside)
        for id, beside in around.items()
    }
    best = max(scores.values(), default=0.0) or 1.0
    return {id: score / best for id, score in scores.items()}


def gate(fit: float, best: float) -> float:
    """The share that a kind keeps whose best relevance is ``fit``, if the best of all kinds is ``best``."""
    return math.exp(GATE * (fit - best))
