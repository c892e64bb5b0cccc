"""What a namespace holds, passage by passage, as far as fading looks at it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

import numpy as np

from graphmem import schema
from graphmem.embedding import together
from graphmem.identity import correction_id
from graphmem.saying import is_said
from graphmem.statements import event_id, fact_id
from graphmem.stores.base import Store
from graphmem.types import Document, FloatArray, Passage, Sentence, View
from graphmem.uses import Touch, Use

_T = TypeVar("_T")
_BATCH: Final = 5000


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """A passage with its sentences, the unit vector of its meaning if it has one, and what was made of it.

    ``pinned`` says why it is never forgotten; empty if it may be.
    """

    passage: Passage
    document: Document
    sentences: tuple[Sentence, ...]
    vector: FloatArray | None
    touches: tuple[Touch, ...] = ()
    pinned: str = ""

    @property
    def met(self) -> datetime | None:
        """When it was told: its own moment, else its document's."""
        return self.passage.at or self.document.written_at


def held(store: Store, view: View) -> list[Held]:
    """All passages of a view, those asleep too, in the order in which they were told; undated ones first."""
    passages = _all(store, view, schema.PASSAGE, Passage)
    documents = _all(store, view, schema.DOCUMENT, Document)
    of: dict[str, list[Sentence]] = {id: list(one.asleep) for id, one in passages.items()}
    for kind in schema.SENTENCE_KINDS.values():
        for one in _all(store, view, kind, Sentence).values():
            of[one.passage].append(one)
    meant = _meant(store, view, of.items())
    uses = {one.passage: one.touches for one in _all(store, view, schema.USE, Use).values()}
    pins = _pins(store, view, passages.values(), documents, of)
    rows = [
        Held(
            one,
            documents[one.document],
            tuple(sorted(of[one.id], key=_place)),
            meant.get(one.id),
            uses.get(one.id, ()),
            pins.get(one.id, ""),
        )
        for one in passages.values()
    ]
    return sorted(rows, key=_order)


def _order(one: Held) -> tuple[float, str, int]:
    return (one.met.timestamp() if one.met else -np.inf, one.document.uri, one.passage.position)


def _all(store: Store, view: View, kind: str, type: type[_T]) -> dict[str, _T]:
    values = ((record.id, schema.from_record(record)) for record in store.scan(view, kind))
    return {id: value for id, value in values if isinstance(value, type)}


def _meant(store: Store, view: View, of: Iterable[tuple[str, Iterable[Sentence]]]) -> dict[str, FloatArray]:
    """The meaning of passages: the unit sum of their sentences' vectors, else their own."""
    parts = {passage: [one.id for one in sorted(own, key=_place)] for passage, own in of}
    ids = [id for passage, own in parts.items() for id in (passage, *own)]
    found: dict[str, FloatArray] = {}
    for first in range(0, len(ids), _BATCH):
        found.update(store.vectors(view, ids[first : first + _BATCH]))
    meant: dict[str, FloatArray] = {}
    for passage, own in parts.items():
        rows = [found[id] for id in own if id in found] or [found[id] for id in (passage,) if id in found]
        if rows and (total := together(rows)).any():
            meant[passage] = total
    return meant


def _place(sentence: Sentence) -> int:
    return sentence.position


def _pins(
    store: Store,
    view: View,
    passages: Iterable[Passage],
    documents: Mapping[str, Document],
    of: Mapping[str, Iterable[Sentence]],
) -> dict[str, str]:
    """Why passages are never forgotten: a person said them, said the same, or said something of them."""
    home = {one.id: documents[one.document] for one in passages}
    said = {id for id, document in home.items() if is_said(document.uri)}
    facts = {fact for id in said for one in of[id] for fact in _facts(one)}
    sentences = {one.id: id for id, own in of.items() for one in own}
    targets = {correction_id(one): one for one in sentences}
    touched = {sentences[targets[id]] for id in _there(store, view, targets)}
    told: dict[str, str] = {}
    for id, own in of.items():
        if id in said:
            told[id] = "a person said it"
        elif facts and any(not facts.isdisjoint(_facts(one)) for one in own):
            told[id] = "it states what a person pinned"
        elif id in touched:
            told[id] = "a person corrected it"
    return told


def _there(store: Store, view: View, ids: Iterable[str]) -> Iterable[str]:
    if not store.count(view, schema.CORRECTION):
        return ()
    return store.get(view, list(ids)).keys()


def _facts(sentence: Sentence) -> set[str]:
    of = sentence.namespace
    facts = {fact_id(of, one) for one in sentence.statements if one.is_fact}
    return facts | {event_id(of, one) for one in sentence.statements if one.is_event}
