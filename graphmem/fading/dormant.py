"""Searching among the dormant: what a question or a new passage touches of what sleeps."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from graphmem import schema
from graphmem.identity import entity_id, fold
from graphmem.retrieval import constants
from graphmem.retrieval.asked import asked
from graphmem.retrieval.keyword import keyword_search
from graphmem.stores.base import Store
from graphmem.types import Document, FloatArray, Passage, Sentence, View

NEAR: Final = 0.7
"""Cosine from which a new passage touches one asleep: it says nearly the same, or answers it."""
LIKELY: Final = 0.8
"""Score from which a passage asleep looks like an answer: the best by words at a cosine of .2 or more."""
RARE: Final = 3
"""Passages in which a name may stand and still be rare: who is named again after long is remembered."""
SHARED: Final = 0.45
"""Cosine that a passage asleep must have besides a rare name: many are called alike."""
TOUCHED: Final = 5
"""Passages asleep that a new one wakes at most."""
_LABELS: Final = frozenset({schema.DATE_LABEL})


@dataclass(frozen=True, slots=True)
class Dormant:
    """A passage asleep that looks like an answer: cosine + .6 x BM25 (best = 1), as candidates are scored."""

    passage: Passage
    document: Document
    score: float
    cosine: float

    @property
    def near(self) -> bool:
        """Whether it looks like an answer, by meaning and words together."""
        return self.score >= LIKELY


def asleep(store: Store, view: View) -> list[Passage]:
    """All passages of a view that sleep, by id."""
    values = map(schema.from_record, store.scan(view, schema.PASSAGE))
    return [one for one in values if isinstance(one, Passage) and one.asleep]


def search(store: Store, view: View, question: str, vector: FloatArray, k: int) -> list[Dormant]:
    """The passages asleep that fit a question best; the vector is the question's, of unit length."""
    among = replace(view, kinds=frozenset({schema.PASSAGE}))
    bm25 = keyword_search(store, among, asked(question), constants.BY_KEYWORD)
    ids = list(dict.fromkeys((*bm25, *dict(store.search_vector(among, vector, constants.BY_VECTOR)))))
    cosines = dict(zip(ids, store.cosines(among, ids, vector).tolist(), strict=True))
    top = max(bm25.values(), default=1.0)
    scores = {id: cosines[id] + constants.KEYWORD_WEIGHT * bm25.get(id, 0.0) / top for id in ids}
    best = sorted(ids, key=lambda id: (-round(scores[id], constants.TIE), id))[:k]
    passages = {one.id: one for one in _passages(store, view, best) if one.asleep}
    documents = store.get(view, sorted({one.document for one in passages.values()}))
    found = []
    for id in best:
        document = schema.from_record(documents[passages[id].document]) if id in passages else None
        if isinstance(document, Document):
            found.append(Dormant(passages[id], document, scores[id], cosines[id]))
    return found


def touched(
    store: Store, view: View, new: Sequence[tuple[Passage, Sequence[Sentence], FloatArray | None]]
) -> dict[str, str]:
    """The passages asleep that new ones touch, by id, and why: they are near, or share a rare name.

    Each new passage comes with its sentences and the unit vector of its meaning.
    """
    sleeping = {one.id: one for one in asleep(store, view)}
    if not sleeping or not new:
        return {}
    among = replace(view, kinds=frozenset({schema.PASSAGE}))
    names = {id: _names(one.asleep) for id, one in sleeping.items()}
    held = Counter(name for own in names.values() for name in own)
    why: dict[str, str] = {}
    for passage, sentences, vector in new:
        if vector is None:
            continue
        own = _names(sentences)
        rare = _rare(store, view, own, held)
        near = dict(store.search_vector(among, np.asarray(vector), constants.BY_VECTOR))
        rows = sorted(near.items(), key=lambda row: (-row[1], row[0]))
        found = 0
        for id, cosine in rows:
            if found == TOUCHED or cosine < SHARED:
                break
            shared = names.get(id, set()) & rare
            if id in sleeping and (cosine >= NEAR or shared):
                what = f"of {min(shared)} again" if shared else "nearly the same"
                why.setdefault(id, f"{passage.speaker or 'a new passage'} tells {what}")
                found += 1
    return why


def _rare(store: Store, view: View, names: Iterable[str], held: Mapping[str, int]) -> set[str]:
    """Those of some names that stand in few passages, asleep or awake."""
    ids = {entity_id(of, name): name for of in view.namespaces for name in names if 0 < held[name] <= RARE}
    records = store.get(view, list(ids))
    met = {ids[id]: sum(record.body.get("surfaces", {}).values()) for id, record in records.items()}
    return {name for name in ids.values() if met.get(name, 0) + held[name] <= math.ceil(2 * RARE)}


def _names(sentences: Iterable[Sentence]) -> set[str]:
    """The names in the texts of sentences, folded: dates are none."""
    mentions = [one for sentence in sentences for one in sentence.mentions]
    spoken = (one for one in mentions if one.role in ("text", "read", "moved") and one.label not in _LABELS)
    return {fold(one.of or one.name) for one in spoken} - {""}


def _passages(store: Store, view: View, ids: Sequence[str]) -> list[Passage]:
    values = map(schema.from_record, store.get(view, ids).values())
    return [one for one in values if isinstance(one, Passage)]
