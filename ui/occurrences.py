"""The days of a routine, for the timeline: when it was done, when its rule has it, when it was otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import takewhile
from typing import Any, Final

from graphmem.notes import Note
from graphmem.reflection.routines import MOST_LINES
from graphmem.reflection.rule import Rule, read_rule

_AHEAD: Final = timedelta(days=366)
"""How long after the last day further ones are expected: what is yearly has one more."""
_MOST: Final = 1500
"""Days of a rule that are drawn of one routine: four years of every day."""
DONE: Final = "done"
EXPECTED: Final = "by the rule"


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a routine, and what is known of it.

    ``what`` is "done", "by the rule" where no source is at hand that tells whether, or how it was otherwise.
    """

    on: date
    what: str


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A routine as a row of days, in order: ``often`` is its rule in words, ``time`` the time of day."""

    id: str
    title: str
    often: str
    time: str
    days: tuple[Day, ...]

    @property
    def told(self) -> str:
        """Its rule in words, with the time of day: "every Monday, about 08:00"."""
        return f"{self.often}, about {self.time}" if self.time else self.often


def rhythm(note: Note) -> Rhythm:
    """The days of a routine: those that were seen, those that its rule has, and what was otherwise.

    A note lists the last days that were seen; before these its rule alone tells when it was, and after them
    when it is to be: of what is only about so often, the next time alone. Between them what is not listed was
    not seen, and is not drawn.
    """
    data = note.data
    seen = sorted(set(_seen(note)))
    known = {day: DONE for day in seen}
    start, last = (date.fromisoformat(data[name]) for name in ("start", "last"))
    rule = _rule(data)
    if rule is not None:
        cut = len(seen) >= MOST_LINES and rule.exact
        early = rule.between(start, seen[0], _MOST) if cut else []
        late = [next(rule.dates(last, last))] if rule.about else rule.dates(start, last)
        for one in (*early, *takewhile(lambda one: one <= last + _AHEAD, late)):
            known.setdefault(one, EXPECTED)
    for day, what in data["departures"]:
        known[date.fromisoformat(day)] = what
    return Rhythm(
        id=note.id,
        title=note.title,
        often=data["often"],
        time=data["time"],
        days=tuple(Day(one, known[one]) for one in sorted(known)),
    )


def rhythms(notes: Iterable[Note], most: int) -> list[Rhythm]:
    """Those that most is known of, at most so many; routines without data lost a part, and are left out."""
    found = (rhythm(one) for one in notes if one.data)
    whole = [one for one in found if one.days]
    return sorted(whole, key=lambda one: (-_known(one), one.title, one.id))[:most]


def _known(one: Rhythm) -> int:
    return sum(day.what != EXPECTED for day in one.days)


def _seen(note: Note) -> Iterator[date]:
    """The days of its lines behind the first, each of which begins with its day."""
    for part in note.parts[1:]:
        yield date.fromisoformat(part.text[:10])


def _rule(data: Mapping[str, Any]) -> Rule | None:
    """Its rule; None where it only recurs again and again."""
    if data["rule"]:
        return read_rule(data["rule"])
    return Rule("day", int(data["about_days"]), about=True) if data["about_days"] else None
