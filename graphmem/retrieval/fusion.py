"""Fusion: from what the retrievers say of sentences to one score of a passage in [0, 1].

What a passage is decides how its parts are weighed: a paragraph by the walk (here), a turn or a record
by what it says and what is said around it (``turns``). Kinds are then set against each other by how
well the best of each fits the question. Constants are of the kind, never of a collection.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from graphmem.retrieval import constants
from graphmem.retrieval.shares import Scores, multiplied


def paragraph_scores(
    mass: Mapping[str, float], relevance: Mapping[str, float], answers: Mapping[str, float] | None = None
) -> Scores:
    """(mass / best + FLOOR) e^(EVIDENCE (relevance - best) + ANSWER (answer - best)), by passage; in (0, 1].

    Args:
        mass: of the walk.
        relevance: of the best sentence to the question.
        answers: of a sentence to what is asked of a bridge that it names; 0 where it names none.
    """
    answers = answers or {}
    heaviest = max(mass.values(), default=0.0) or 1.0
    best = max(relevance.values(), default=0.0)
    top = max(answers.values(), default=0.0)
    parts = {
        id: {
            "walk": (mass.get(id, 0.0) / heaviest + constants.FLOOR) / (1 + constants.FLOOR),
            "sentence": math.exp(constants.EVIDENCE * (fit - best)),
            "bridge": math.exp(constants.ANSWER * (answers.get(id, 0.0) - top)),
        }
        for id, fit in relevance.items()
    }
    return multiplied(parts)


def text_scores(alone: Scores, around: Mapping[str, float], text: Mapping[str, str]) -> Scores:
    """Paragraphs of a long text in the order of what they say and what is around them, half each.

    The scores that a text's paragraphs had are given to them anew, the best to the first: what stands around
    a paragraph says which part of a text answers, not that the text does.

    Args:
        alone: scores of paragraphs as they stand.
        around: scores of paragraphs with what is around them, best = 1.
        text: the document of those in long texts; all others stay as they are.
    """
    before = alone.final
    texts: dict[str, list[str]] = {}
    for id in sorted(text.keys() & {*before, *around}):
        texts.setdefault(text[id], []).append(id)
    after = dict(before)
    for ids in texts.values():
        had = sorted((before[id] for id in ids if id in before), reverse=True) or [constants.FLOOR]
        own = {id: before.get(id, 0.0) / had[0] for id in ids}
        mixed = sorted(
            (-(constants.AROUND * around.get(id, 0.0) + (1 - constants.AROUND) * own[id]), id) for id in ids
        )
        for rank, (value, id) in enumerate(mixed):
            after[id] = had[rank] if rank < len(had) else had[-1] * -value
    wider = alone.wider({id: {"walk": constants.FLOOR} for id in after if id not in before})
    return wider.then("text", after)


def gate(fit: float, best: float) -> float:
    """The share that a kind keeps whose best relevance is ``fit``, if the best of all kinds is ``best``."""
    return math.exp(constants.GATE * (fit - best))
