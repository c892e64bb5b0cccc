"""Turns and records: scored by what they say, what is said around them, and who says it.

Weights belong to what a passage is. A turn is short and leans on its neighbours; its session tells
what it is about; one that asks answers little.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from graphmem import schema
from graphmem.identity import words
from graphmem.stores.base import Store
from graphmem.types import Passage, View

AROUND: Final = 0.3  # of the scores of the turn before and the turn after
SESSION: Final = 0.6  # of the keyword score of the session (its ten best turns together)
OF_SESSION: Final = 10
SPEAKER: Final = 0.2  # for a turn of the one speaker whom the question names
ASKS: Final = 0.45  # against a turn that asks itself


def _share(values: Mapping[str, float]) -> dict[str, float]:
    """Values of the best, which is 1; none below 0."""
    best = max(max(values.values(), default=0.0), 1e-9)
    return {id: max(value, 0.0) / best for id, value in values.items()}


def _beside(store: Store, view: View, passages: Sequence[str]) -> dict[str, set[str]]:
    """The passages before and after each of these, and the other way round."""
    beside: dict[str, set[str]] = {id: set() for id in passages}
    for direction in ("out", "in"):
        edges = store.neighbours(view, passages, [schema.FOLLOWS], direction)
        for source, target in zip(edges.source, edges.target, strict=True):
            beside.setdefault(source, set()).add(target)
            beside.setdefault(target, set()).add(source)
    return beside


def _session(passage: Passage) -> tuple[str, str]:
    return passage.document, passage.heading


def _sessions(turns: Mapping[str, Passage], bm25: Mapping[str, float]) -> dict[str, float]:
    """Of each turn the keyword score of its session, best = 1."""
    scores: dict[tuple[str, str], list[float]] = {}
    for id, score in bm25.items():
        if id in turns:
            scores.setdefault(_session(turns[id]), []).append(score)
    total = {session: sum(sorted(found)[-OF_SESSION:]) for session, found in scores.items()}
    return _share({id: total.get(_session(turn), 0.0) for id, turn in turns.items()})


def _named_speaker(turns: Mapping[str, Passage], question: str) -> str | None:
    """The one speaker whose name, or a word of it, stands in the question."""
    asked = set(words(question))
    named = {turn.speaker for turn in turns.values() if asked & set(words(turn.speaker))}
    return named.pop() if len(named) == 1 else None


def turn_scores(
    store: Store, view: View, question: str, cosine: Mapping[str, float], bm25: Mapping[str, float]
) -> dict[str, float]:
    """Scores of turns or records in [0, 1], best = 1, from cosines and BM25 by passage.

    The passages beside a candidate are scored too: what answers "and when was that?" need not hold
    a word of the question.
    """
    near, said = _share(cosine), _share(bm25)
    own = {id: near.get(id, 0.0) + said.get(id, 0.0) for id in dict.fromkeys((*cosine, *bm25))}
    beside = _beside(store, view, list(own))
    values = map(schema.from_record, store.get(view, list(beside)).values())
    turns = {value.id: value for value in values if isinstance(value, Passage)}
    sessions = _sessions(turns, bm25)
    speaker = _named_speaker(turns, question)
    scores = {}
    for id, turn in turns.items():
        around = [o for o in beside[id] if o in turns and _session(turns[o]) == _session(turn)]
        scores[id] = (
            own.get(id, 0.0)
            + AROUND * sum(own.get(other, 0.0) for other in sorted(around))
            + SESSION * sessions[id]
            + SPEAKER * (turn.speaker == speaker)
            - ASKS * turn.text.rstrip().endswith("?")
        )
    return _share(scores)
