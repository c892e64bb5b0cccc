"""How to call what a memory that lives reads: notes, uses, lessons, retention."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import numpy as np
from leaks import AT, QUESTION, Given

import graphmem
from graphmem import Memory, Query
from graphmem.answering.thoughts import answered
from graphmem.learning.weights import Weights
from graphmem.notes import Note, Part, Source
from graphmem.ranking import Ranking
from graphmem.reflection.occasions import Occasion, around
from graphmem.retrieval.keys import lent_by_notes
from graphmem.retrieval.shares import Scores
from graphmem.retrieval.taught import taught

Probe = Callable[[Memory, Given], Any]


def retention(memory: Memory, given: Given) -> object:
    """How passages of mine stand; one of theirs is none of mine."""
    for id in given.theirs:
        try:
            raise AssertionError(memory.retention(id))
        except graphmem.errors.NotFound:
            continue
    return [memory.retention(one.passage, at=AT) for one in memory.retentions(at=AT)]


def _around(memory: Memory, given: Given) -> object:
    """What stands around occasions that all passages of theirs and mine are said to tell."""
    vectors = memory.embedder.encode([QUESTION, "The heron sleeps."])
    return [
        around(
            memory.store,
            memory.view,
            [Occasion(passage=id, stream="=Zelda", title="heron", text="heron", at=AT, vector=vector)],
        )
        for id in (*given.theirs, *given.mine)
        for vector in vectors
    ]


def _lent(memory: Memory, given: Given) -> object:
    """What notes of passages of theirs and mine lend to these."""
    passages = given.values("Passage")
    row = {one.id: at for at, one in enumerate(passages)}
    return [
        lent_by_notes(memory.store, memory.view, passages, row, np.ones(len(passages)))
        for passages in (passages, passages[::-1])
    ]


def _thought(memory: Memory, given: Given) -> object:
    """What a thought answers that claims to rest on all passages of theirs and mine."""
    ids = [*given.theirs, *given.mine]
    sources = tuple(Source(id, 0, 3) for id in ids)
    note = Note(
        id="n0", namespace="mine", kind="thought", about="", title="", parts=(Part("Zelda.", sources),),
        data={"asked": [QUESTION, "heron"], "seen": ids, "at": "2024"},
    )  # fmt: skip
    each = [replace(note, parts=(Part("Zelda.", (one,)),)) for one in sources]

    def found(text: str) -> Ranking:
        return memory.recall(text, 9)

    return [answered(memory.store, memory.view, one, found, QUESTION) for one in (note, *each)]


def _taught(memory: Memory, given: Given) -> object:
    """What was learned, of passages of theirs that a view of mine is given scores of."""
    values = dict.fromkeys((*given.theirs, *given.mine), 0.5)
    scores = Scores("sum", {id: {"cosine": 0.5} for id in values}, 1.0, (("floor", values),))
    weights = Weights({"one": 1}, {"cosine": 0.5, "name": 0.5})
    final = taught(memory.store, Query(QUESTION, memory.view, 100), scores, weights).final
    return {id: score for id, score in final.items() if id in given.mine}


LIVING: Final[dict[str, Probe]] = {
    "answering.thoughts.answered": _thought,
    "retrieval.taught.taught": _taught,
    "retrieval.keys.lent_by_notes": _lent,
    "reflection.occasions.around": _around,
}
