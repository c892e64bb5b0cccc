"""Lessons of a namespace: what its uses teach, read anew whenever they change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from graphmem import schema
from graphmem.learning.fitting import NEWEST, learned
from graphmem.learning.forms import Place
from graphmem.learning.lesson import JUDGED, Judged, Lesson, lessons
from graphmem.learning.weights import Weights
from graphmem.stores.base import Store
from graphmem.types import Passage, Record, View
from graphmem.uses import Touch, Use


@dataclass(frozen=True, slots=True)
class Studied:
    """What was learned of a namespace up to a commit, by its number in the store."""

    head: int
    weights: Weights


def studied(store: Store, view: View, before: Studied | None = None) -> Studied:
    """The weights that the uses in view give; those of ``before`` if nothing was said of a hit since.

    Nothing of it is written: feedback that is undone, or was of a source that is forgotten, was never given.
    """
    head = store.head()
    if before is not None and (before.head == head or not _said(store, view, before.head)):
        return Studied(head, before.weights)
    return Studied(head, learned(read(store, view)))


def _said(store: Store, view: View, after: int) -> bool:
    """Whether a commit since has changed a use of which anything was said."""
    changes = (change for commit in store.commits(view, after=after) for change in commit.changes)
    return any(
        record is not None and record.kind == schema.USE and _teaches(record)
        for change in changes
        for record in (change.before, change.after)
    )


def _teaches(record: Record) -> bool:
    return any(verdict in JUDGED and question for _, verdict, question, *_ in record.body["touches"])


def read(store: Store, view: View) -> list[Lesson]:
    """The lessons of the uses in view, a question after the other as they were last asked.

    What is said of the same question again takes the place of what was said before, hit by hit.
    """
    asked = dict(_asked(store, view))
    last = sorted((max(touch.at for touch in hits.values()), text) for text, hits in asked.items())[-NEWEST:]
    ids = sorted({id for _, text in last for id in asked[text]})
    values = map(schema.from_record, store.get(view, ids).values()) if ids else ()
    passages = {one.id: one for one in values if isinstance(one, Passage)}
    return [
        lesson
        for _, text in last
        for lesson in lessons(text, [_judged(passages[id], t) for id, t in asked[text].items()])
    ]


def _asked(store: Store, view: View) -> Iterator[tuple[str, dict[str, Touch]]]:
    """Of each question of whose hits anything was said, the touch of each hit that tells most of it."""
    if not store.count(view, schema.USE):
        return
    hits: dict[str, dict[str, Touch]] = {}
    for record in store.scan(view, schema.USE):
        use = schema.from_record(record)
        assert isinstance(use, Use)
        for touch in use.touches:
            if touch.question:
                own = hits.setdefault(touch.question, {})
                own[use.passage] = max(own.get(use.passage, touch), touch, key=_weight)
    for text, own in sorted(hits.items()):
        if any(touch.verdict in JUDGED for touch in own.values()):
            yield text, own


def _weight(touch: Touch) -> tuple[bool, datetime]:
    """What is said counts before what is not, then what is newer."""
    return touch.verdict in JUDGED, touch.at


def _judged(passage: Passage, touch: Touch) -> Judged:
    place = Place(passage.document, passage.heading, passage.position)
    return Judged(passage.id, passage.kind, passage.text, place, touch.shares, touch.rank, touch.verdict)
