"""Periods around now and inside others: next 3 days, within 9 months, early May, the end of the year."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from graphmem.dates import counting
from graphmem.dates.almanac import (
    add,
    add_all,
    business_days,
    day_timex,
    first_of,
    moment_timex,
    week_timex,
)
from graphmem.dates.lengths import Amount, amounts, clocked, of_amounts, unit_name
from graphmem.dates.months import month, unit, unit_at
from graphmem.dates.scene import Node, Reading, Scene, longest, rule
from graphmem.dates.words import SHIFTS, THIS, UNITS
from graphmem.dates.years import century, decade, lone_year, marked_year, quarter

_ALIGNED: Final = frozenset({"quarter", "decade", "century"})
_MODES: Final = {
    "early": "start",
    "beginning": "start",
    "start": "start",
    "mid": "mid",
    "middle": "mid",
    "late": "end",
    "end": "end",
    "earlier": "start",
    "later": "end",
}
_WITH_OF: Final = frozenset({"beginning", "start", "middle", "end"})
_ENDS: Final = {"eoy": "year", "eom": "month", "eow": "week"}
_UNKNOWN: Final = {"week": "XXXX-WXX", "weekend": "XXXX-WXX-WE", "month": "XXXX-XX", "year": "XXXX"}
# Behind one of these "last" is a verb.
_AUXILIARIES: Final = frozenset(
    "will would to can could may might must shall should shouldn't won't wouldn't can't couldn't not does did"
    " doesn't didn't ll".split()
)
_WORKING: Final = frozenset({"work", "working", "business"})


def between(begin: datetime, end: datetime, length: str, stop: int, unit_said: str, *, moments: bool) -> Node:
    """A range that is known, of days or of moments."""
    write = moment_timex if moments else day_timex
    timex = f"({write(begin)},{write(end)},{length})"
    kind = "datetimerange" if moments else "daterange"
    return Node(kind, stop, timex, (Reading(timex, begin, end),), unit=unit_said)  # type: ignore[arg-type]


def _several(s: Scene, i: int) -> tuple[tuple[Amount, ...], int] | None:
    """Amounts, of which the first may lack its number: "3 months and 2 weeks", "day and 5 hours"."""
    found = amounts(s, i)
    if found is not None:
        parts, stop = found
        if len(parts) > 1 and s.words[stop] in ("ago", "later", "earlier"):
            one = counting.amount(s, i)
            named = unit_name(s, one[1]) if one else None
            return (parts[:1], named[1]) if named else None
        return found
    named = unit_name(s, i)
    if named is None or s.words[i].endswith("s"):
        return None
    more = amounts(s, named[1] + 1) if s.words[named[1]] == "and" else None
    if more and s.words[more[1]] not in ("ago", "later"):
        return ((1.0, named[0]), *more[0]), more[1]
    return ((1.0, named[0]),), named[1]


def _ahead(s: Scene, parts: tuple[Amount, ...], shift: int, stop: int) -> Node | None:
    """The next or the last so many units."""
    length = of_amounts(parts, stop)
    count, name = parts[0]
    if clocked(length):
        other = add_all(s.now, parts, shift)
        begin, end = (s.now, other) if shift > 0 else (other, s.now)
        return between(begin, end, length.timex, stop, length.unit, moments=True)
    if name in _ALIGNED:
        here = first_of(s.today, name)
        near = add(here, 1, name) if shift > 0 else here
        # The next decades begin where this one does: ten years from 2018 are those from 2020.
        far = add(near, shift * count, name)
        begin, end = sorted((near, far))
        return between(begin, end, length.timex, stop, name, moments=False)
    if name == "business day":
        days = business_days(s.today, shift * int(count))
        begin, end = (days[0], add(days[-1], 1, "day")) if shift > 0 else (days[-1], s.today)
        return between(begin, end, length.timex, stop, "day", moments=False)
    if shift > 0:
        begin = add(s.today, 1, "day")
        return between(begin, add_all(begin, parts, 1), length.timex, stop, name, moments=False)
    return between(add_all(s.today, parts, -1), s.today, length.timex, stop, name, moments=False)


@rule
def counted(s: Scene, i: int) -> Node | None:
    """Next 3 days, the last two quarters, 5 upcoming years, last minute, the next decade."""
    k = s.skip(i, "the")
    shift = SHIFTS.get(s.words[k])
    if s.words[k] == "last" and s.at(k - 1) in _AUXILIARIES:
        return None
    if shift:
        found = _several(s, k + 1)
        if found is None or k > i and found[0][0][1] not in ("decade", "century"):
            return None
        bare = s.words[k + 1] == s.words[found[1] - 1]
        name = found[0][0][1]
        if bare and name not in ("hour", "minute", "second", "decade", "century"):
            return None
        return _ahead(s, found[0], shift, found[1])
    number = counting.amount(s, i)
    if number is None or s.words[i] in ("a", "an"):
        return None
    shift = SHIFTS.get(s.words[number[1]])
    named = unit_name(s, number[1] + 1)
    if not shift or named is None or not s.words[named[1] - 1].endswith("s"):
        return None
    return _ahead(s, ((number[0], named[0]),), shift, named[1])


@rule
def within(s: Scene, i: int) -> Node | None:
    """Within 9 months, within the next day and 5 hours."""
    if s.words[i] != "within":
        return None
    k = s.skip(i + 1, "the", "a") if s.words[i + 2] in SHIFTS else i + 1
    shift = SHIFTS.get(s.words[k])
    found = _several(s, k + (shift is not None))
    if found is None or shift is None and amounts(s, k) is None:
        return None
    length = of_amounts(*found)
    moments = clocked(length)
    begin = s.now if moments else s.today
    end = add_all(begin, length.amounts, -1 if shift == -1 else 1)
    begin, end = sorted((begin, end))
    return between(begin, end, length.timex, found[1], length.unit, moments=moments)


@rule
def whole(s: Scene, i: int) -> Node | None:
    """A month, year, decade … that parts are taken of, and ranges are made from."""
    return longest(s, i, month, unit, quarter, decade, century, _working_week, lone_year, marked_year)


@rule
def _working_week(s: Scene, i: int) -> Node | None:
    """This working week: Monday to Friday."""
    k = s.skip(i, "the")
    shift = SHIFTS.get(s.words[k])
    k += shift is not None
    if s.words[k] == "workweek":
        stop = k + 1
    elif s.words[k] in _WORKING and s.words[k + 1] == "week":
        stop = k + 2
    else:
        return None
    if k == i:
        return None
    begin = add(first_of(s.today, "week"), shift or 0, "week")
    timex = week_timex(begin)
    return Node("daterange", stop, timex, (Reading(timex, begin, begin + timedelta(days=5)),), unit="week")


def _part_bounds(
    begin: datetime, end: datetime, mode: str, of: Node, *, halves: bool
) -> tuple[datetime, datetime]:
    """The first, middle or last part of a period."""
    if of.unit == "month":
        days = {"start": (0, 15), "mid": (9, 20), "end": (15, 99)}[mode]
        return begin + timedelta(days=days[0]), min(end, begin + timedelta(days=days[1]))
    if of.unit == "year":
        steps = {"start": (0, 4), "mid": (4, 8), "end": (8, 12)}[mode]
        if halves and mode != "mid":
            steps = (0, 6) if mode == "start" else (6, 12)
        return add(begin, steps[0], "month"), add(begin, steps[1], "month")
    if of.unit == "week":
        days = {"start": (0, 3), "mid": (1, 4), "end": (3, 7)}[mode]
        return begin + timedelta(days=days[0]), begin + timedelta(days=days[1])
    third = (end - begin).days // 3
    thirds = {"start": (0, third), "mid": (third, 2 * third), "end": (2 * third, (end - begin).days)}[mode]
    return begin + timedelta(days=thirds[0]), begin + timedelta(days=thirds[1])


def _mode(s: Scene, i: int) -> tuple[str, int, bool] | None:
    """Which part is meant, the token after, and whether it is relative to now (earlier, later)."""
    k = s.skip(i, "the") if s.words[i + 1] in _MODES else i
    word = s.words[k]
    mode = _MODES.get(word)
    if mode is None:
        return None
    relative = word in ("earlier", "later")
    if word in _WITH_OF:
        if s.words[k + 1] != "of":
            return None
        return mode, k + 2, False
    k += 1
    k += s.words[k] == "-" and s.glued(k)
    k = s.skip(k, "in") if word in ("earlier", "later", "early", "late") else k
    k = s.skip(k, "the") if s.words[k + 1].isdigit() else k
    return mode, k, relative


def _bare_unit(s: Scene, i: int) -> Node | None:
    """The unit without "the" in "end of month"."""
    name = unit_name(s, i)
    if name is None or name[0] not in ("week", "month", "year"):
        return None
    return unit_at(s, name[0], 0, name[1])


def part_of(s: Scene, of: Node, mode: str, *, relative: bool, halves: bool, anchored: bool) -> Node:
    """A part of a period, clipped at today where it is relative to now."""
    readings = []
    for reading in of.readings:
        if reading.begin is None or reading.end is None:
            continue
        begin, end = _part_bounds(reading.begin, reading.end, mode, of, halves=halves or relative)
        if relative and anchored and reading.begin <= s.today < reading.end:
            begin, end = (begin, min(end, s.today)) if mode == "start" else (max(begin, s.today), end)
        readings.append(Reading(reading.timex, begin, max(begin, end)))
    modifier = "" if relative and anchored else mode
    return replace(of, readings=tuple(readings), modifier=modifier)


@rule
def portion(s: Scene, i: int) -> Node | None:
    """Mid-November, early this year, later in the week, the end of 1989, end of month, EOY."""
    if (name := _ENDS.get(s.words[i])) is not None:
        return part_of(s, unit_at(s, name, 0, i + 1), "end", relative=False, halves=True, anchored=False)
    found = _mode(s, i)
    if found is None:
        return None
    mode, k, relative = found
    bare = s.words[k - 1] == "of" or relative
    of = longest(s, k, month, unit, decade, century, quarter) or lone_year(s, k)
    of = of or (_bare_unit(s, k) if bare and s.words[k - 1] == "of" else None)
    if of is None or of.modifier or not of.readings:
        return None
    anchored = s.words[k] in THIS or s.words[k] == "the" or s.words[k] in ("week", "month", "year")
    halves = anchored and of.unit == "year" or s.words[k] in SHIFTS
    return part_of(s, of, mode, relative=relative, halves=halves, anchored=anchored)


@rule
def half(s: Scene, i: int) -> Node | None:
    """The second half of the 19th century, the first half of May."""
    k = s.skip(i, "the")
    number = {"first": 0, "second": 1, "latter": 1}.get(s.words[k])
    if number is None or s.words[k + 1] != "half" or s.words[k + 2] != "of":
        return None
    k = s.skip(k + 3, "the") if s.words[k + 3] == "the" and s.words[k + 4] not in UNITS else k + 3
    of = longest(s, k, month, unit, decade, century)
    if of is None or not of.readings or of.unit in ("year", "week"):
        return None
    readings = []
    for one in of.readings:
        if one.begin is None or one.end is None:
            continue
        middle = one.begin + timedelta(days=(one.end - one.begin).days // 2)
        readings.append(Reading(one.timex, *((middle, one.end) if number else (one.begin, middle))))
    return replace(of, readings=tuple(readings), modifier="end" if number else "start")


@rule
def rest(s: Scene, i: int) -> Node | None:
    """The rest of the week: from today to its last day."""
    if s.words[i] not in ("rest", "remaining", "remainder") or s.words[i + 1] != "of":
        return None
    k = s.skip(i + 2, "the", "this", "my")
    name = unit_name(s, k)
    if name is None or name[0] not in ("week", "month", "year") or k == i + 2:
        return None
    end = add(first_of(s.today, name[0]), 1, name[0]) - timedelta(days=1)
    length = f"P{(end - s.today).days}D"
    return between(s.today, end, length, name[1], name[0], moments=False)


@rule
def to_date(s: Scene, i: int) -> Node | None:
    """Year to date."""
    name = unit_name(s, i)
    if name is None or s.words[name[1]] != "to" or s.words[name[1] + 1] != "date":
        return None
    begin = first_of(s.today, name[0])
    timex = f"{begin.year:04}" if name[0] == "year" else f"{begin.year:04}-{begin.month:02}"
    return Node("daterange", name[1] + 2, timex, (Reading(timex, begin, s.today),), unit=name[0])


@rule
def same(s: Scene, i: int) -> Node | None:
    """The same week, that weekend: of a time that the sentence does not tell."""
    if s.words[i] not in ("same", "that"):
        return None
    name = unit_name(s, i + 1)
    if name is None or name[0] not in _UNKNOWN or s.words[i + 1].endswith("s"):
        return None
    begin = first_of(s.today, name[0])
    timex = _UNKNOWN[name[0]]
    reading = Reading(timex, begin, add(begin, 1, name[0]))
    return Node("daterange", name[1], timex, (reading,), "ref_undef", name[0])


@rule
def around_now(s: Scene, i: int) -> Node | None:
    """What is told from now, or as a part of another period."""
    return longest(s, i, portion, half, counted, within, rest, to_date, same)
