"""Lessons of a namespace: what its uses teach, read anew whenever they change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graphmem import schema
from graphmem.learning.fitting import NEWEST, learned
from graphmem.learning.forms import Place
from graphmem.learning.lesson import JUDGED, Judged, Lesson, lessons
from graphmem.learning.weights import Weights
from graphmem.stores.base import Store
from graphmem.types import Change, Passage, View
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
    if not store.count(view, schema.USE):  # asks no server
        return Studied(0, Weights())
    head = store.head()
    if before is not None and (before.head == head or not _said(store, view, before.head)):
        return Studied(head, before.weights)
    return Studied(head, learned(read(store, view)))


def _said(store: Store, view: View, after: int) -> bool:
    """Whether a commit since has brought a word on a hit, or has taken away what was kept of a question."""
    changes = (change for commit in store.commits(view, after=after) for change in commit.changes)
    return any(_teaches(change) for change in changes if change.record.kind == schema.USE)


def _teaches(change: Change) -> bool:
    """Whether a change of a use changes lessons: that it was shown once more does not."""
    before, after = (record.body["touches"] if record else () for record in (change.before, change.after))
    judged = any(verdict in JUDGED and question for _, verdict, question, *_ in _more(after, before))
    return judged or any(question for _, _, question, *_ in _more(before, after))


def _more(rows: Sequence[list[Any]], others: Sequence[list[Any]]) -> list[list[Any]]:
    return [row for row in rows if row not in others]


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
    """Of each question of whose hits anything was said, the touch of each hit that tells most of it.

    What was shown with such a hit counts; what was recalled at other times does not.
    """
    shown: dict[tuple[str, datetime], list[tuple[str, Touch]]] = {}
    for record in store.scan(view, schema.USE):
        use = schema.from_record(record)
        assert isinstance(use, Use)
        for touch in use.touches:
            if touch.question:
                shown.setdefault((touch.question, touch.at), []).append((use.passage, touch))
    hits: dict[str, dict[str, Touch]] = {}
    for (question, _), touches in sorted(shown.items(), key=lambda one: one[0]):
        if any(touch.verdict in JUDGED for _, touch in touches):
            own = hits.setdefault(question, {})
            for passage, touch in touches:
                own[passage] = max(own.get(passage, touch), touch, key=_weight)
    yield from sorted(hits.items(), key=lambda one: one[0])


def _weight(touch: Touch) -> tuple[bool, datetime]:
    """What is said counts before what is not, then what is newer."""
    return touch.verdict in JUDGED, touch.at


def _judged(passage: Passage, touch: Touch) -> Judged:
    place = Place(passage.document, passage.heading, passage.position)
    return Judged(passage.id, passage.kind, passage.text, place, touch.shares, touch.rank, touch.verdict)
