"""Summaries of sessions, sections, days and weeks: the sentences that stand for the rest.

What stands for the rest is told by ``salience``; a sentence that repeats a chosen one is passed over, as in
maximal marginal relevance (Carbonell & Goldstein 1998); and what is chosen stands in the order of its source.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np

from graphmem import schema
from graphmem.dates.written import day
from graphmem.identity import entity_id, fold
from graphmem.notes import Note, Part, note_id
from graphmem.reflection.gathered import (
    Read,
    in_time,
    keywords,
    line,
    names,
    of_namespace,
    passages,
    read,
    terms,
)
from graphmem.reflection.salience import salience, word_vectors
from graphmem.reflection.wording import Line, sentence_lines
from graphmem.stores.base import Store
from graphmem.types import Passage, Sentence, View

SESSION: Final = "session"
DAY: Final = "day"
WEEK: Final = "week"

LINES: Final = 7
"""Lines of a summary; of a week one a day on the average."""
TAGS: Final = 8
"""Keywords of a summary."""
LEAST: Final = 3
"""Sentences that are worth a summary: fewer are shorter than it."""
CONSIDERED: Final = 400
"""Sentences of a group that are ranked, evenly spread: a bound on what one group costs."""
STEPS: Final = 200
"""Passages before and after a new one that are looked at for its session: a longer one is cut there."""
_REPEATS: Final = 0.5  # cosine of words to a chosen sentence from which a line says nothing new


def sessions(
    store: Store, view: View, namespace: str, touched: Collection[str], now: datetime
) -> Iterator[Note]:
    """A summary of each session of a chat, or section of a text, that a new passage stands in.

    Records have no sessions. ``now`` plays no part: the same passages give the same notes.
    """
    view = of_namespace(view, namespace)
    new = {id: one for id, one in passages(store, view, touched).items() if one.kind != "record"}
    done: set[str] = set()
    for id, passage in new.items():
        if id in done:
            continue
        group = _session(store, view, passage)
        done.update(group)
        about = f"{passage.document} {passage.heading}".strip()
        named = passage.heading or _titled(store, view, passage.document)
        title = " · ".join(filter(None, (named, day(passage.at) if passage.at else "")))
        yield _note(store, view, namespace, SESSION, about, title, list(group))


def days(store: Store, view: View, namespace: str, touched: Collection[str], now: datetime) -> Iterator[Note]:
    """A summary of each day of which a new passage is."""
    view = of_namespace(view, namespace)
    for one in _dates(store, view, touched):
        yield _note(
            store, view, namespace, DAY, one.isoformat(), day(one), _of_day(store, view, namespace, one)
        )


def weeks(
    store: Store, view: View, namespace: str, touched: Collection[str], now: datetime
) -> Iterator[Note]:
    """A summary of each week, from Monday on, of which a new passage is: of the central lines of its days."""
    view = of_namespace(view, namespace)
    mondays = sorted({one - timedelta(days=one.weekday()) for one in _dates(store, view, touched)})
    for monday in mondays:
        title = f"{day(monday)} to {day(monday + timedelta(days=6))}"
        both = _of_week(store, view, namespace, monday)
        yield _made(store, view, namespace, WEEK, _week(monday), title, both)


def of_session(store: Store, view: View, note: Note) -> list[Line]:
    """The sentences of the session that a note sums up."""
    first = passages(store, view, note.passages[:1])
    group = [id for one in first.values() for id in _session(store, view, one)]
    return sentence_lines(read(store, view, group), note.parts)


def of_day(store: Store, view: View, note: Note) -> list[Line]:
    """The sentences of the day that a note sums up."""
    ids = _of_day(store, view, note.namespace, date.fromisoformat(note.about))
    return sentence_lines(read(store, view, ids), note.parts)


def of_week(store: Store, view: View, note: Note) -> list[Line]:
    """The central sentences of the days of the week that a note sums up."""
    year, _, week = note.about.partition("-W")
    monday = date.fromisocalendar(int(year), int(week), 1)
    return sentence_lines(_of_week(store, view, note.namespace, monday), note.parts)


def _week(monday: date) -> str:
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02}"


def _of_week(store: Store, view: View, namespace: str, monday: date) -> Read:
    """The central lines of the days of a week, one a passage."""
    chosen: list[tuple[Passage, Sentence]] = []
    found: list[Read] = []
    for place in range(7):
        of_day = read(store, view, _of_day(store, view, namespace, monday + timedelta(days=place)))
        found.append(of_day)
        chosen += _central(store, view, of_day)
    return Read(
        {id: one for of in found for id, one in of.passages.items()},
        {id: (sentence,) for id, sentence in _first(chosen).items()},
    )


def _first(chosen: Sequence[tuple[Passage, Sentence]]) -> dict[str, Sentence]:
    """The first sentence that was chosen of each passage."""
    first: dict[str, Sentence] = {}
    for passage, sentence in chosen:
        first.setdefault(passage.id, sentence)
    return first


def _session(store: Store, view: View, passage: Passage) -> dict[str, Passage]:
    """The passages of the same document and heading that follow each other, around this one."""
    found = {passage.id: passage}
    for direction in ("in", "out"):
        edge = [passage.id]
        for _ in range(STEPS):
            follows = store.neighbours(view, edge, [schema.FOLLOWS], direction)
            ends = passages(store, view, follows.source if direction == "in" else follows.target)
            inside = {
                id: one
                for id, one in ends.items()
                if (one.document, one.heading) == (passage.document, passage.heading) and id not in found
            }
            if not inside:
                break
            found |= inside
            edge = list(inside)
    return found


def _titled(store: Store, view: View, document: str) -> str:
    """The title of a document, or where it is from."""
    body = store.get(view, [document])[document].body
    return str(body.get("title") or body["uri"])


def _dates(store: Store, view: View, touched: Collection[str]) -> list[date]:
    """The days of these passages, in order."""
    return sorted({one.at.date() for one in passages(store, view, touched).values() if one.at})


def _of_day(store: Store, view: View, namespace: str, one: date) -> list[str]:
    """The passages of a day: those whose sentences bear its name, and that are of it."""
    entity = entity_id(namespace, fold(day(one)))
    dated = store.neighbours(view, [entity], [schema.DATED], "in")
    parts = store.neighbours(view, dated.source, [schema.PART_OF], "out")
    found = passages(store, view, parts.target)
    return [id for id, passage in found.items() if passage.at and passage.at.date() == one]


def _note(
    store: Store, view: View, namespace: str, kind: str, about: str, title: str, ids: Sequence[str]
) -> Note:
    return _made(store, view, namespace, kind, about, title, read(store, view, ids))


def _made(store: Store, view: View, namespace: str, kind: str, about: str, title: str, found: Read) -> Note:
    """The summary of what was read; without parts where that is too little."""
    chosen = _central(store, view, found)
    if sum(map(len, found.sentences.values())) < LEAST:
        chosen = []
    parts = []
    for passage, sentence in chosen:
        text, source = line(passage, sentence)
        parts.append(Part(text, (source,)))
    moments = sorted(passage.at for passage, _ in chosen if passage.at)
    named = names(store, view, [one.id for _, one in chosen]) if chosen else []
    tags = keywords([one.text for _, one in chosen], named, TAGS)
    return Note(
        id=note_id(namespace, kind, about),
        namespace=namespace,
        kind=kind,
        about=about,
        title=title,
        parts=tuple(parts),
        at=moments[0] if moments else None,
        until=moments[-1] if moments else None,
        tags=tags,
    )


def _central(store: Store, view: View, found: Read) -> list[tuple[Passage, Sentence]]:
    """The central sentences that repeat none before them, in the order of their source."""
    order = sorted(found.passages.values(), key=in_time)
    pairs = [(passage, one) for passage in order for one in found.sentences.get(passage.id, ())]
    if len(pairs) > CONSIDERED:
        pairs = [pairs[place * len(pairs) // CONSIDERED] for place in range(CONSIDERED)]
    naming = _naming(store, view, [one.id for _, one in pairs])
    rows = word_vectors([(terms(one.text), naming.get(one.id, [])) for _, one in pairs])
    alike = rows @ rows.T
    chosen: list[int] = []
    weight = salience([(passage.kind, one.text) for passage, one in pairs], rows, alike)
    for place in np.argsort(-np.round(weight, 9), kind="stable").tolist():
        if len(chosen) == LINES:
            break
        if rows[place].any() and all(alike[place, other] < _REPEATS for other in chosen):
            chosen.append(place)
    return [pairs[place] for place in sorted(chosen)]


def _naming(store: Store, view: View, sentences: Sequence[str]) -> dict[str, list[str]]:
    """The entities that each sentence names, by id."""
    edges = store.neighbours(view, sentences, [schema.MENTIONS, schema.OPENS], "out")
    told: dict[str, list[str]] = {}
    for sentence, entity in zip(edges.source, edges.target, strict=True):
        told.setdefault(sentence, []).append(entity)
    return told
