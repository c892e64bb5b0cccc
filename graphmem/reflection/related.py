"""Related records: what a phone or a sensor notes of one event in several places.

A plan in the calendar, the message on the way, the photo and the note in the evening tell of one event, and
what asks for it asks for all of them. As in A-MEM (Xu et al. 2025, "A-MEM: Agentic Memory for LLM Agents") a
memory is linked to those nearest to it when it comes. There a language model decides on the links; here the
vectors do, and nearness in time, so that a memory of what happened needs none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import numpy as np

from graphmem import schema
from graphmem.dates.written import day
from graphmem.notes import Note, Part, Source, note_id
from graphmem.retrieval.keys import NEAR, RELATED
from graphmem.retrieval.surroundings import on_days
from graphmem.stores.base import Store
from graphmem.types import FloatArray, Passage, Record, View

DAYS: Final = 10  # before and after a record in which what belongs to it is looked for; 7 and 14 do as well
AWAY: Final = 5.0  # days by which nearness falls to 1/e: a plan is made days before, a bill comes days after
LEAST: Final = 0.1  # of a cosine, where what records of one source have in common is taken away
LINKS: Final = 5  # records that a note holds at most; 4 to 8 do as well
FORM: Final = 3  # empty records counted to a source's own, as a few have little in common; 1 to 5 do
SHOWN: Final = 60  # characters of a record that its line shows
_SECONDS: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class _Day:
    """The records of a day that have a vector, and their vectors, shape (records, d)."""

    records: tuple[Passage, ...]
    vectors: FloatArray


def related(
    store: Store, view: View, namespace: str, touched: Collection[str], now: datetime
) -> Iterator[Note]:
    """Of each record a note of those that belong to it: alike, and near in time.

    A note depends on the records of ``DAYS`` around its own alone, so new ones make those notes anew. One
    whose record has nothing near has no parts.
    """
    new = {one.at.toordinal() for one in _records(store, view, sorted(touched)) if one.at}
    wanted = sorted({number for of in new for number in range(of - DAYS, of + DAYS + 1)})
    held: dict[int, _Day] = {}
    for number in wanted:
        around = range(number - DAYS, number + DAYS + 1)
        for passed in [old for old in held if old not in around]:
            del held[passed]
        for other in around:
            if other not in held:
                held[other] = _of_day(store, view, namespace, other)
        if held[number].records:
            yield from _notes(namespace, [held[other] for other in around])


def around(store: Store, view: View, gone: Collection[Record]) -> set[str]:
    """The records of ``DAYS`` around those that are gone: what they had in common was told with these.

    Given to ``related``, they make all notes anew that a record which is gone had a part in.
    """
    days = {
        (one.namespace, number)
        for one in map(schema.from_record, gone)
        if isinstance(one, Passage) and one.kind == "record" and one.at
        for number in range(one.at.toordinal() - DAYS, one.at.toordinal() + DAYS + 1)
    }
    # One of each day is enough: it makes the notes of all that are near it anew.
    found = (_of_day(store, view, *one).records[:1] for one in sorted(days))
    return {one.id for records in found for one in records}


def _of_day(store: Store, view: View, namespace: str, number: int) -> _Day:
    """The records of a day, by its number, in order."""
    if not 1 <= number <= date.max.toordinal():
        return _Day((), np.zeros((0, 0), dtype=np.float32))
    sentences = on_days(store, view, "record", [(namespace, day(date.fromordinal(number)))])
    parts = store.neighbours(view, sentences, [schema.PART_OF], "out")
    of = dict(zip(parts.source, parts.target, strict=True))
    there = [
        one
        for one in _records(store, view, sorted({*of.values()}))
        if one.at and one.at.toordinal() == number
    ]
    vectors = store.vectors(view, sentences)
    sums: dict[str, FloatArray] = {}
    for sentence, vector in sorted(vectors.items()):
        if sentence in of:
            sums[of[sentence]] = sums.get(of[sentence], np.zeros_like(vector)) + vector
    kept = sorted((one for one in there if one.id in sums), key=lambda one: (_days(one), one.id))
    rows = [sums[one.id] for one in kept]
    return _Day(tuple(kept), _unit(np.stack(rows)) if rows else np.zeros((0, 0), dtype=np.float32))


def _notes(namespace: str, around: Sequence[_Day]) -> Iterator[Note]:
    """The notes of the records of the day in the middle, among those of ``DAYS`` before and after it."""
    records = [one for of_day in around for one in of_day.records]
    vectors = np.concatenate([of_day.vectors for of_day in around if of_day.records])
    apart = _unit(_formless(vectors, [one.document for one in records]))
    times = np.array([_days(one) for one in records])
    begin = sum(len(of_day.records) for of_day in around[:DAYS])
    for row in range(begin, begin + len(around[DAYS].records)):
        alike = np.clip((apart @ apart[row] - LEAST) / (1 - LEAST), 0, 1)
        near = np.round(alike * np.exp(-np.abs(times - times[row]) / AWAY), 4)
        near[row] = 0.0
        best = sorted(np.flatnonzero(near).tolist(), key=lambda at: (-near[at], records[at].id))[:LINKS]
        linked = {records[at].id: float(near[at]) for at in best}
        yield _note(namespace, records[row], [records[at] for at in best], linked)


def _note(namespace: str, record: Passage, others: Sequence[Passage], near: Mapping[str, float]) -> Note:
    """What belongs to a record: a line of each, which rests on both."""
    moments = [one.at for one in (record, *others) if one.at]
    here = Source(record.id, 0, len(_line(record.text)))
    parts = (Part(_line(one.text), (Source(one.id, 0, len(_line(one.text))), here)) for one in others)
    return Note(
        id=note_id(namespace, RELATED, record.id),
        namespace=namespace,
        kind=RELATED,
        about=record.id,
        title=_line(record.text),
        parts=tuple(parts),
        at=min(moments),
        until=max(moments),
        data={NEAR: dict(near)},
    )


def _line(text: str) -> str:
    """The beginning of a text, up to the end of its first line."""
    return text[:SHOWN].split("\n", 1)[0]


def _formless(vectors: FloatArray, sources: Sequence[str]) -> FloatArray:
    """Vectors less the mean of their source: how its records are written is not what they say."""
    left = vectors.copy()
    numbers = {source: number for number, source in enumerate(dict.fromkeys(sources))}
    of = np.array([numbers[source] for source in sources])
    for number in numbers.values():
        own = of == number
        left[own] -= vectors[own].sum(axis=0) / (own.sum() + FORM)
    return np.asarray(left, dtype=np.float32)


def _unit(rows: FloatArray) -> FloatArray:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9))


def _records(store: Store, view: View, ids: Sequence[str]) -> list[Passage]:
    """Those of these passages that are records with a moment."""
    values = map(schema.from_record, store.get(view, ids).values())
    return [one for one in values if isinstance(one, Passage) and one.kind == "record" and one.at]


def _days(record: Passage) -> float:
    """The moment of a record in days."""
    return record.at.timestamp() / _SECONDS if record.at else 0.0
