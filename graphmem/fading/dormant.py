"""Searching among the dormant: what a question or a new passage touches of what sleeps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

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
"""Mentions of a name that is rare all the same: who is named again after long is remembered."""
SHARED: Final = 0.45
"""Cosine that a passage asleep must have besides a rare name: many are called alike."""
AMONG: Final = 20
"""Passages asleep that are looked at for each new one."""
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
    store: Store, view: View, new: Iterable[tuple[Passage, Sequence[Sentence], FloatArray]]
) -> dict[str, str]:
    """The passages asleep that new ones touch, by id, and why: they are near, or share a rare name.

    Each new passage comes with its sentences and the unit vector of its meaning. Where nothing sleeps this is
    one search.
    """
    among = replace(view, kinds=frozenset({schema.PASSAGE}))
    why: dict[str, str] = {}
    for passage, sentences, vector in new:
        near = {id: cosine for id, cosine in store.search_vector(among, vector, AMONG) if cosine >= SHARED}
        if not near and not store.search_vector(among, vector, 1):
            return {}
        rare = _rare(store, view, _names(sentences)) if near else set()
        sleeping = {one.id: one for one in _passages(store, view, sorted(near)) if one.asleep}
        found = 0
        for id in sorted(sleeping, key=lambda id: (-near[id], id)):
            shared = _names(sleeping[id].asleep) & rare
            if found < TOUCHED and (near[id] >= NEAR or shared):
                what = f"{max(shared, key=len)} again" if shared else "the same"
                why.setdefault(id, f"{passage.speaker or 'a new passage'} tells of {what}")
                found += 1
    return why


def _rare(store: Store, view: View, names: Iterable[str]) -> set[str]:
    """Those of some names that are seldom mentioned by what is awake."""
    ids = {entity_id(of, name): name for of in view.namespaces for name in names}
    met = {id: sum(one.body.get("surfaces", {}).values()) for id, one in store.get(view, list(ids)).items()}
    return {name for id, name in ids.items() if met.get(id, 0) <= RARE}


def _names(sentences: Iterable[Sentence]) -> set[str]:
    """The names in the texts of sentences, folded: dates are none."""
    mentions = [one for sentence in sentences for one in sentence.mentions]
    spoken = (one for one in mentions if one.role in ("text", "read", "moved") and one.label not in _LABELS)
    return {fold(one.of or one.name) for one in spoken} - {""}


def _passages(store: Store, view: View, ids: Sequence[str]) -> list[Passage]:
    values = map(schema.from_record, store.get(view, ids).values())
    return [one for one in values if isinstance(one, Passage)]
