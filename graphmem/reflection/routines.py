"""Routines: notes of what recurs, how often, when it was otherwise, and what says so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime, timezone
from statistics import median
from typing import Final

from graphmem import schema
from graphmem.identity import digest, fold
from graphmem.notes import Note, Part, Source, note_id
from graphmem.reflection.occasions import Occasion, around, occasions
from graphmem.reflection.recurrence import Departure, Routine, expected, recurring
from graphmem.reflection.rule import Rule, read_rule
from graphmem.stores.base import Store
from graphmem.types import View

KIND: Final = "routine"
MOST_LINES: Final = 40
"""Days, and departures, that a note lists: the latest; all of them are counted."""
_AT_ONCE: Final = 200  # passages that the first line of a note rests on, at most


def routines(
    store: Store, view: View, namespace: str, touched: Collection[str], now: datetime
) -> Iterator[Note]:
    """The routines of the groups that passages touch; without parts those that are none any more.

    Args:
        store: what is read.
        view: what may be seen of it; only ``namespace`` is read, since notes rest on what is its own.
        namespace: whose memory it is.
        touched: ids of passages that are new or changed since the last time, or all.
        now: plays no part here: what is expected next is asked of a note (``due``).
    """
    own = View.of(namespace, as_of=view.as_of)
    known = around(store, own, occasions(store, own, touched))
    streams = defaultdict(list)
    for one in known:
        streams[one.stream].append(one)
    made = {
        note.id: note for stream in sorted(streams) for note in _notes(namespace, recurring(streams[stream]))
    }
    yield from (made[id] for id in sorted(made))
    for old in resting(store, own, {*touched, *(one.passage for one in known)}, KIND):
        if old.id not in made:
            yield Note(id=old.id, namespace=namespace, kind=KIND, about=old.about, title=old.title, parts=())


def resting(store: Store, view: View, passages: Iterable[str], kind: str) -> list[Note]:
    """The notes of a kind that rest on any of these passages, by id."""
    ids = store.neighbours(view, sorted(set(passages)), [schema.MADE_OF], "in").source
    found = map(schema.from_record, store.get(view, sorted(set(ids))).values())
    return sorted((one for one in found if isinstance(one, Note) and one.kind == kind), key=lambda n: n.id)


def _notes(namespace: str, found: Iterable[Routine]) -> Iterator[Note]:
    for one in found:
        first = (one.said or one.occasions)[0]
        about = f"{fold(one.title) or one.title} {digest(first.stream, first.passage)[:6]}"
        dated = [each.at for each in one.occasions if each.dated]
        yield Note(
            id=note_id(namespace, KIND, about),
            namespace=namespace,
            kind=KIND,
            about=about,
            title=one.title,
            parts=tuple(_parts(one)),
            at=min(dated, default=first.at),
            until=max(each.at for each in one.occasions),
            tags=(("said",) if one.said else ()) + (("seen",) if len(dated) > 1 else ()),
            data=_data(one, first),
        )


def _data(one: Routine, first: Occasion) -> dict[str, object]:
    """The rule with what it is counted from."""
    days = one.days
    rule = one.rule
    return {
        "often": rule.text if rule else "again and again",
        "rule": rule.written if rule else "",
        "about_days": rule.every if rule and rule.about else 0,
        "start": one.start.isoformat(),
        "last": days[-1].isoformat(),
        "time": _time(one.occasions),
        "days": len(days) if any(each.dated for each in one.occasions) else 0,
        "strength": round(one.strength, 3),
        "who": first.stream[1:] if first.stream.startswith("=") else "",
        "departures": [[each.day.isoformat(), each.what] for each in one.departures[-MOST_LINES:]],
    }


def _time(known: Iterable[Occasion]) -> str:
    """The middle of the times of day; empty where none is told: what has a day alone is at midnight."""
    minutes = [60 * one.at.hour + one.at.minute for one in known if one.dated and one.at.hour]
    middle = int(median(minutes)) if minutes else 0
    return f"{middle // 60:02}:{middle % 60:02}" if middle else ""


def _parts(one: Routine) -> Iterator[Part]:
    """How often, with all that shows it; each day, as planned or otherwise, with its own source."""
    often = one.rule.text if one.rule else "again and again"
    time = _time(one.occasions)
    said = "said" if one.said else ""
    dated = [each for each in one.occasions if each.dated]
    days = one.days
    seen = f"{len(days)} days from {days[0]} to {days[-1]}" if len(dated) > 1 else ""
    how = f" ({'; '.join(filter(None, (said, seen)))})"
    clock = f", about {time}" if time else ""
    rests = dict.fromkeys(map(_source, (*one.said, *one.occasions[-_AT_ONCE:])))
    yield Part(f"{one.title}: {often}{clock}{how}", tuple(rests))
    told = {each.occasion: each for each in one.departures if each.occasion}
    for each in dated[-MOST_LINES:]:
        yield Part(_line(each, told.get(each)), (_source(each),))


def _line(one: Occasion, departure: Departure | None) -> str:
    otherwise = f" ({departure.what})" if departure else ""
    return f"{one.at:%Y-%m-%d}{otherwise}: {one.title}"


def _source(one: Occasion) -> Source:
    return Source(one.passage, one.start, one.end)


def due(note: Note, now: datetime) -> date | None:
    """The day on which a routine is expected next; None where nothing tells, or parts of it were forgotten.

    Raises:
        ValueError: the note is no routine.
    """
    if note.kind != KIND:
        raise ValueError(f"{note.id} is a note of kind {note.kind!r}, no routine")
    if not note.data:
        return None
    written, step = note.data["rule"], int(note.data["about_days"])
    if not written and not step:
        return None
    rule = read_rule(written) if written else Rule("day", step, about=True)
    start, last = (date.fromisoformat(note.data[name]) for name in ("start", "last"))
    return expected(rule, start, last, now.astimezone(timezone.utc))
