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
from graphmem.reflection.portraits import of_portrait
from graphmem.reflection.summaries import of_day, of_session, of_week
from graphmem.reflection.topics import of_topic
from graphmem.reflection.wording import Lines
from graphmem.retrieval.keys import by_keys, lent_by_notes
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


def _keyed(memory: Memory, given: Given) -> object:
    """How near the keys of passages of theirs and mine are."""
    vector = memory.embedder.encode([QUESTION])[0]
    passages = given.values("Passage")
    return [by_keys(memory.store, memory.view, turns, lambda: vector) for turns in (passages, passages[::-1])]


def _lent(memory: Memory, given: Given) -> object:
    """What notes of passages of theirs and mine lend to these."""
    passages = given.values("Passage")
    row = {one.id: at for at, one in enumerate(passages)}
    return [
        lent_by_notes(memory.store, memory.view, passages, row, np.ones(len(passages)))
        for passages in (passages, passages[::-1])
    ]


def _worded(read: Lines, *about: str) -> Probe:
    """What a model would be shown of notes that claim to be made of passages of theirs and mine."""

    def shown(memory: Memory, given: Given) -> object:
        ids = [*given.theirs, *given.mine]
        parts = tuple(Part("Zelda.", (Source(id, 0, 3),)) for id in ids)
        notes = [
            Note(id="n0", namespace=namespace, kind="", about=one, title="", parts=some)
            for some in (parts, *((part,) for part in parts))
            for namespace in ("mine", "theirs")
            for one in about
        ]
        return [read(memory.store, memory.view, note) for note in notes]

    return shown


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
    "retrieval.keys.by_keys": _keyed,
    "retrieval.keys.lent_by_notes": _lent,
    "reflection.occasions.around": _around,
    "reflection.portraits.of_portrait": _worded(of_portrait, "zelda"),
    "reflection.summaries.of_day": _worded(of_day, "2023-05-08", "2023-05-09", "2023-06-01"),
    "reflection.summaries.of_session": _worded(of_session, "chat.txt"),
    "reflection.summaries.of_week": _worded(of_week, "2023-W19", "2023-W22"),
    "reflection.topics.of_topic": _worded(of_topic, "zelda"),
}
