"""Turns and records: scored by what they say, what is said around them, and who says it.

Weights belong to what a passage is. A turn is short and leans on its neighbours; its session tells
what it is about; one that asks answers little.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from graphmem import schema
from graphmem.identity import words
from graphmem.retrieval.context import (
    CENTRES,
    Said,
    Surroundings,
    asks,
    context_scores,
    said,
    session_scores,
)
from graphmem.retrieval.keyword import telling_words
from graphmem.retrieval.shares import Scores, added
from graphmem.stores.base import Store
from graphmem.types import Passage, PassageKind, View

AROUND: Final = 0.3  # of the cosines of the turn before and the turn after
CONTEXT: Final = 1.0  # of the keyword score with what is around it
SESSION: Final = 0.6  # of the keyword score of the session
SPEAKER: Final = 0.2  # for a turn of the one speaker whom the question names
ASKS: Final = 0.45  # against a turn that asks itself
LENGTH: Final = 0.3  # for a turn of twenty words or more: a short one says little


def turn_scores(
    store: Store, view: View, kind: PassageKind, question: str, cosine: Mapping[str, float]
) -> Scores:
    """Scores of turns or records in [0, 1], best = 1, from the cosines of the nearest, by passage.

    The passages around a candidate are scored too: what answers "and when was that?" need not hold
    a word of the question.
    """
    found = said(store, view, kind, telling_words(question))
    around = Surroundings.of(store, view, _centres(cosine, found))
    near = _share({id: value for id, value in cosine.items() if id in around.turns})
    context = _share(context_scores(around, found, store.count(view, schema.SENTENCE_KINDS[kind])))
    sessions = _share(session_scores(around, found))
    speaker = _named_speaker(around.turns, question)
    return added(
        {
            id: {
                "cosine": near.get(id, 0.0),
                "beside": AROUND * sum(near.get(other, 0.0) for other in around.beside(id)),
                "context": CONTEXT * context[id],
                "session": SESSION * sessions[id],
                "speaker": SPEAKER * (turn.speaker == speaker),
                "asks": -ASKS * asks(turn),
                "length": LENGTH * min(math.log1p(len(set(turn.text.split()))) / 3, 1.0),
            }
            for id, turn in around.turns.items()
        }
    )


def _centres(cosine: Mapping[str, float], found: Said) -> list[str]:
    """The turns that are nearest, and those that say most of the question, rare words first."""
    own: dict[str, float] = {}
    for of_word in found.values():
        for id, much in of_word.items():
            own[id] = own.get(id, 0.0) + much / math.log2(len(of_word) + 1)
    half = CENTRES // 2
    nearest = sorted(cosine, key=lambda id: (-cosine[id], id))[:half]
    return list(dict.fromkeys((*nearest, *sorted(own, key=lambda id: (-own[id], id))[:half])))


def _share(values: Mapping[str, float]) -> dict[str, float]:
    """Values of the best, which is 1; none below 0."""
    best = max(max(values.values(), default=0.0), 1e-9)
    return {id: max(value, 0.0) / best for id, value in values.items()}


def _named_speaker(turns: Mapping[str, Passage], question: str) -> str | None:
    """The one speaker whose name, or a word of it, stands in the question."""
    asked = set(words(question))
    named = {one for one in {turn.speaker for turn in turns.values()} if asked & set(words(one))}
    return named.pop() if len(named) == 1 else None
