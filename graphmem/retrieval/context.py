"""Context: what is said around a turn counts as said by it, and what its session is about.

BM25 (Robertson & Zaragoza 2009) over the words of a turn and of those before and after it, each weighed by a
kernel: an answer leans on the question before it, and on what led to that.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from graphmem import schema
from graphmem.retrieval import constants
from graphmem.retrieval.surroundings import Doubles, Kernel, Surroundings
from graphmem.stores.base import Store
from graphmem.types import PassageKind, View

Said = Mapping[str, Mapping[str, float]]
"""By word the turns that say it, and how much, against the one that says it most."""


def said(store: Store, view: View, kind: PassageKind, words: Iterable[str]) -> Said:
    """Who says the words of a question, of the turns or records in view."""
    among = replace(view, kinds=frozenset({schema.SENTENCE_KINDS[kind]}))
    scores = {word: dict(store.search_text(among, word, constants.OF_WORD)) for word in dict.fromkeys(words)}
    ids = list(dict.fromkeys(id for found in scores.values() for id in found))
    parts = store.neighbours(view, ids, [schema.PART_OF], "out")
    passage_of = dict(zip(parts.source, parts.target, strict=True))
    found: dict[str, dict[str, float]] = {}
    for word, of_word in scores.items():
        own = found[word] = {}
        top = max(of_word.values(), default=1.0)
        for id, score in of_word.items():
            if id in passage_of:
                passage = passage_of[id]
                own[passage] = max(own.get(passage, 0.0), score / top)
    return {word: own for word, own in found.items() if own}


def times(around: Surroundings, found: Said) -> Doubles:
    """How much each turn says each word, shape (turns, words)."""
    values = np.zeros((len(around.turns), len(found)))
    for column, own in enumerate(found.values()):
        for id, much in own.items():
            if id in around.row:
                values[around.row[id], column] = much
    return values


def context_scores(around: Surroundings, found: Said, total: int) -> Doubles:
    """BM25 of each turn with what is around it, of ``total`` turns; shape (turns,)."""
    idf = np.array([_idf(len(own), total) for own in found.values()])
    lends = Kernel(
        back=constants.CONTEXT_BACK,
        forward=constants.CONTEXT_FORWARD,
        asked=constants.CONTEXT_ASKED,
        reach=constants.REACH,
    )
    much = around.lent(times(around, found), lends)
    return np.asarray((much * (constants.K_TURN + 1) / (much + constants.K_TURN)) @ idf, dtype=np.float64)


def session_scores(around: Surroundings, found: Said) -> Doubles:
    """BM25 of the session of each turn, as far as its turns are here; shape (turns,)."""
    if not len(around.turns):
        return np.zeros(0)
    size = np.bincount(around.session)
    much = np.zeros((len(size), len(found)))
    np.add.at(much, around.session, times(around, found))
    idf = np.array([_idf(int(n), len(size)) for n in (much > 0).sum(axis=0)])
    norm = constants.K_SESSION * (1 - constants.B_SESSION + constants.B_SESSION * size / size.mean())
    of_session = (much * (constants.K_SESSION + 1) / (much + norm[:, None])) @ idf
    return np.asarray(of_session[around.session], dtype=np.float64)


def _idf(df: int, total: int) -> float:
    return math.log1p((max(total - df, 0) + 0.5) / (df + 0.5))
