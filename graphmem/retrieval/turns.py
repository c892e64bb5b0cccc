"""Turns and records: scored by what they say, what is said around them, when, and who says it.

Weights belong to what a passage is. A turn is short and leans on its neighbours; its session tells
what it is about; one that asks answers little.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

import numpy as np
from numpy.typing import NDArray

from graphmem import schema
from graphmem.embedding import Embedder
from graphmem.identity import words
from graphmem.ranking import Query
from graphmem.retrieval import constants
from graphmem.retrieval.addressed import addressed
from graphmem.retrieval.context import Said, context_scores, said, session_scores
from graphmem.retrieval.keys import by_keys, lent_by_notes
from graphmem.retrieval.keyword import telling_words
from graphmem.retrieval.likeness import Asked, likeness_scores, turn_tokens
from graphmem.retrieval.shares import Columns, Scores, added
from graphmem.retrieval.spans import days, nearness, spans
from graphmem.retrieval.surroundings import Doubles, Surroundings, on_days, surroundings
from graphmem.stores.base import Store
from graphmem.types import FloatArray, PassageKind, View


def turn_scores(
    store: Store,
    query: Query,
    kind: PassageKind,
    vector: FloatArray,
    cosine: Mapping[str, float],
    told: Asked | None = None,
    texts: Collection[str] = (),
    embedder: Embedder | None = None,
) -> Scores:
    """Scores of turns or records in [0, 1], best = 1.

    The passages around a candidate are scored too: what answers "and when was that?" need not hold
    a word of the question.

    Args:
        store: where they are.
        query: what is asked, of what, and when.
        kind: turns or records.
        vector: of the question, shape (d,).
        cosine: of the nearest, by passage.
        told: the tokens of the question; without them only equal words count.
        texts: documents in which to look; in all if there are none.
        embedder: by which a question is put to who is named in it; without it turns have no keys.
    """
    view, question = query.view, query.text
    found = said(store, view, kind, telling_words(question))
    centres = _centres(cosine, _within(store, view, found, texts) if texts else found)
    years = {at.year for at in _moments(store, view, centres)}
    asked = spans(question, query.now, sorted(years)) if query.now else ()
    dated, cosine = _in_time(store, view, kind, days(asked), vector, cosine)
    around = surroundings(store, view, kind, list(dict.fromkeys((*centres, *dated))))
    near = _share(np.array([cosine.get(turn.id, 0.0) for turn in around.turns]))
    context = _share(context_scores(around, found, store.count(view, schema.SENTENCE_KINDS[kind])))
    sessions = _share(session_scores(around, found))
    when = nearness(asked, [turn.at for turn in around.turns])
    cheap = near + constants.CONTEXT * context + constants.SESSION * sessions
    cheap = cheap + constants.TIME * when - constants.ASKS * around.asks
    own, with_context = likeness_scores(around, told, cheap, partial(turn_tokens, store, view, kind))
    beside = around.beside(near) + constants.LIKE * around.beside(own)
    speaker = _named_speaker(around, question)
    said_by = np.array([speaker is not None and turn.speaker == speaker for turn in around.turns], dtype=bool)
    columns = {
        "cosine": near,
        "words": constants.LIKE * own,
        "beside": constants.BESIDE * beside,
        "context": constants.CONTEXT * context,
        "like": constants.LIKE_CONTEXT * with_context,
        "session": constants.SESSION * sessions,
        "time": constants.TIME * when,
        "speaker": constants.SPEAKER * said_by.astype(np.float64),
        "asks": -constants.ASKS * around.asks.astype(np.float64),
        "length": constants.LENGTH * _lengths(around),
    }
    put = partial(_to_speaker, around, question, vector, embedder) if embedder else None
    columns |= _by_notes(store, view, kind, around, columns, put)
    parts = Columns(around.row, columns)
    scores = added(parts)
    return replace(scores, margin=_margin((parts.sums - parts.columns["speaker"]) / scores.scale, said_by))


def _centres(cosine: Mapping[str, float], found: Said) -> list[str]:
    """The turns that are nearest, and those that say most of the question, rare words first."""
    own: dict[str, float] = {}
    for of_word in found.values():
        for id, much in of_word.items():
            own[id] = own.get(id, 0.0) + much / math.log2(len(of_word) + 1)
    half = constants.CENTRES // 2
    nearest = sorted(cosine, key=lambda id: (-cosine[id], id))[:half]
    return list(dict.fromkeys((*nearest, *sorted(own, key=lambda id: (-own[id], id))[:half])))


def _within(store: Store, view: View, found: Said, texts: Collection[str]) -> Said:
    """Who says the words in these documents."""
    ids = sorted({id for own in found.values() for id in own})
    part = store.neighbours(view, ids, [schema.PART_OF], "out")
    there = {id for id, text in zip(part.source, part.target, strict=True) if text in texts}
    return {word: {id: own[id] for id in own if id in there} for word, own in found.items()}


def _moments(store: Store, view: View, ids: Sequence[str]) -> list[datetime]:
    moments = (record.body.get("at") for record in store.get(view, ids).values())
    return [datetime.fromisoformat(at) for at in moments if at]


def _in_time(
    store: Store,
    view: View,
    kind: PassageKind,
    named: Sequence[str],
    vector: FloatArray,
    cosine: Mapping[str, float],
) -> tuple[list[str], dict[str, float]]:
    """Of the turns on these days those nearest to the question, and all cosines with theirs."""
    sentences = on_days(store, view, kind, [(of, name) for of in sorted(view.namespaces) for name in named])
    if not sentences:
        return [], dict(cosine)
    values = store.cosines(view, sentences, vector).tolist()
    value_of = dict(zip(sentences, values, strict=True))
    parts = store.neighbours(view, sentences, [schema.PART_OF], "out")
    best: dict[str, float] = {}
    for sentence, passage in zip(parts.source, parts.target, strict=True):
        best[passage] = max(value_of[sentence], best.get(passage, -1.0))
    kinds = store.get(view, list(best))
    best = {id: value for id, value in best.items() if id in kinds and kinds[id].body["kind"] == kind}
    nearest = sorted(best, key=lambda id: (-best[id], id))[: constants.IN_TIME]
    return nearest, {**best, **cosine}


def _share(values: Doubles) -> Doubles:
    """Values of the best, which is 1; none below 0."""
    return np.maximum(values, 0.0) / max(float(values.max(initial=0.0)), 1e-9)


def _lengths(around: Surroundings) -> Doubles:
    """How long each turn is, in [0, 1]: 1 from twenty different words on."""
    many = np.array([len(set(turn.text.split())) for turn in around.turns])
    return np.asarray(np.minimum(np.log1p(many) / constants.LENGTHY, 1.0), dtype=np.float64)


def _margin(values: Doubles, said_by: NDArray[np.bool_]) -> float:
    """The best score of a speaker's turns less the best of others; 0 if the speaker has none here."""
    best = [float(values[side].max(initial=0.0)) for side in (said_by, ~said_by)]
    return best[0] - best[1] if said_by.any() else 0.0


def _by_notes(
    store: Store,
    view: View,
    kind: PassageKind,
    around: Surroundings,
    columns: Mapping[str, Doubles],
    asked: Callable[[], FloatArray] | None,
) -> dict[str, Doubles]:
    """The columns that notes add to those of what is said: none, where nothing was reflected on."""
    if kind == "record" and around.turns:
        sums = np.sum(list(columns.values()), axis=0)
        lent = lent_by_notes(store, view, around.turns, around.row, sums)
        return {} if lent is None else {"related": constants.RELATED * lent}
    fits = by_keys(store, view, around.turns, asked) if kind == "turn" and asked else None
    return {} if fits is None else {"keys": constants.KEYS * _share(fits)}


def _to_speaker(around: Surroundings, question: str, vector: FloatArray, embedder: Embedder) -> FloatArray:
    """The vector of the question put to the speakers whom it names; its own if it names none."""
    asked = addressed(question, {turn.speaker for turn in around.turns})
    return vector if asked == question else embedder.encode([asked])[0]


def _named_speaker(around: Surroundings, question: str) -> str | None:
    """The one speaker whose name, or a word of it, stands in the question."""
    asked = set(words(question))
    named = {one for one in {turn.speaker for turn in around.turns} if asked & set(words(one))}
    return named.pop() if len(named) == 1 else None
