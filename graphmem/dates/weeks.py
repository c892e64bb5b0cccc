"""Weeks and weekends: week 31, the last week of July, Labor Day weekend, the first 2 weeks of 2021."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from graphmem.dates import counting
from graphmem.dates.almanac import (
    add_all,
    first_of,
    length_timex,
    week_one,
    week_timex,
    weeks_of_month,
)
from graphmem.dates.days import day, holiday
from graphmem.dates.daytimes import day_clock
from graphmem.dates.lengths import amounts, of_amounts, unit_name
from graphmem.dates.months import month, period, unit, unit_at, year_after
from graphmem.dates.periods import between
from graphmem.dates.scene import Node, Reading, Scene, first, longest, rule
from graphmem.dates.years import lone_year

_STARTING: Final = frozenset({"starting", "beginning", "commencing"})


def _year_of(s: Scene, i: int) -> tuple[int, int] | None:
    """Of 2027, of last year."""
    if s.words[i] not in ("of", "in"):
        return None
    of = unit(s, i + 1) or lone_year(s, i + 1)
    return (of.year, of.stop) if of and of.unit == "year" and of.year else None


@rule
def numbered_week(s: Scene, i: int) -> Node | None:
    """Week 31, week 3 of 2027."""
    if s.words[i] != "week":
        return None
    k = s.skip(i + 1, "no", "number")
    number = counting.digits(s, k, 2)
    if number is None or not 1 <= number <= 53 or s.words[k + 1] in (":", "/") and s.glued(k + 2):
        return None
    year, stop = _year_of(s, k + 1) or (s.now.year, k + 1)
    begin = week_one(year) + timedelta(weeks=number - 1)
    if number == 53 and begin.isocalendar()[1] != 53:
        return None
    return period(stop, "week", f"{year:04}-W{number:02}", [begin])


@rule
def week_of(s: Scene, i: int) -> Node | None:
    """The week of April 10th, the week commencing 4 February, w/c Feb 4."""
    k = s.skip(i, "the")
    if s.words[i] == "w" and s.words[i + 1] == "/" and s.words[i + 2] in ("c", "b"):
        k = i + 3
    elif s.words[k] == "week" and (s.words[k + 1] == "of" or s.words[k + 1] in _STARTING):
        k = s.skip(k + 2, "on")
    else:
        return None
    found = day(s, k)
    if found is None or not found.readings:
        return None
    begins = [first_of(one.begin, "week") for one in found.readings if one.begin]
    return period(found.stop, "week", found.timex, begins)


def _rank(s: Scene, i: int) -> tuple[int, int] | None:
    """Which one: first …, last (-1)."""
    if s.words[i] == "last":
        return -1, i + 1
    return counting.ordinal(s, i)


def _outer(s: Scene, i: int) -> Node | None:
    """The month or year behind "of"."""
    if s.words[i] not in ("of", "in"):
        return None
    return longest(s, i + 1, month, unit) or lone_year(s, i + 1)


def _week_begin(begin: datetime, of: str, rank: int) -> tuple[datetime, int]:
    if of == "month":
        mondays = weeks_of_month(begin.year, begin.month)
        return (mondays[-1], 5) if rank < 0 else (mondays[rank - 1], rank)
    if rank < 0:
        monday = week_one(begin.year + 1) - timedelta(weeks=1)
        return monday, monday.isocalendar()[1]
    return week_one(begin.year) + timedelta(weeks=rank - 1), rank


@rule
def nth_unit(s: Scene, i: int) -> Node | None:
    """The last week of July, first week of 2015, the third month of 2021."""
    ranked = _rank(s, s.skip(i, "the"))
    if ranked is None:
        return None
    rank, k = ranked
    of = _outer(s, k + 1) if s.words[k] in ("week", "month") else None
    if (
        of is None
        or of.unit not in ("month", "year")
        or rank == 0
        or rank > (5 if of.unit == "month" else 53)
    ):
        return None
    begins = [one.begin for one in of.readings if one.begin]
    if s.words[k] == "month":
        if of.unit != "year" or rank > 12 or not begins:
            return None
        begin = begins[0].replace(month=rank if rank > 0 else 12)
        return period(
            of.stop, "month", f"{begin.year:04}-{begin.month:02}", [begin], month=begin.month, year=begin.year
        )
    weeks = [_week_begin(begin, of.unit, rank) for begin in begins]
    return period(of.stop, "week", f"{of.timex}-W{weeks[0][1]:02}", [week for week, _ in weeks])


@rule
def some_of(s: Scene, i: int) -> Node | None:
    """The first 2 weeks of 2021, the last four months of 2021, first ten days of last year."""
    k = s.skip(i, "the")
    if s.words[k] not in ("first", "last"):
        return None
    number = counting.cardinal(s, k + 1)
    named = unit_name(s, number[1]) if number else None
    of = _outer(s, named[1]) if named else None
    if (
        number is None
        or named is None
        or of is None
        or not of.readings
        or of.past.begin is None
        or of.past.end is None
    ):
        return None
    parts = ((float(number[0]), named[0]),)
    begin, end = of.past.begin, of.past.end
    if named[0] == "week" and of.unit == "year":
        begin, end = week_one(begin.year), week_one(begin.year + 1)
    if s.words[k] == "first":
        end = add_all(begin, parts, 1)
    else:
        begin = add_all(end, parts, -1)
    return between(begin, end, length_timex(parts), of.stop, named[0], moments=False)


def _holiday_weekend(day_of: datetime) -> tuple[datetime, datetime]:
    """Saturday and Sunday with the holiday beside them, from Thursday to Tuesday."""
    number = day_of.weekday()
    saturday = day_of + timedelta(days=5 - number if number >= 2 else -2 - number)
    begin = min(saturday, day_of) if number >= 3 else saturday
    return begin, max(saturday + timedelta(days=2), day_of + timedelta(days=1))


def _weekends(found: Node, stop: int, year: int | None) -> Node:
    readings = []
    for one in found.readings:
        if one.begin is None or year is not None and one.begin.year != year:
            continue
        begin, end = _holiday_weekend(one.begin)
        saturday = end - timedelta(days=2) if end.weekday() == 0 else begin
        timex = f"{week_timex(saturday)}-WE"
        readings.append(Reading(timex, begin, end))
    return Node("daterange", stop, readings[0].timex if readings else "", tuple(readings), unit="weekend")


@rule
def weekend(s: Scene, i: int) -> Node | None:
    """The weekend, weekend of Thanksgiving 2023, Labor Day weekend, Halloween weekend 2021."""
    found = holiday(s, i)
    if found and s.words[found.stop] == "weekend":
        year = year_after(s, found.stop + 1)
        if year is None:
            return _weekends(found, found.stop + 1, None)
        known = [one for one in found.readings if one.begin and one.begin.year == year[0]]
        return _weekends(found, year[1], year[0]) if known else None
    k = s.skip(i, "the")
    if s.words[k] != "weekend":
        return None
    if s.words[k + 1] == "of" and (found := first(s, k + 2, holiday, day)) and found.readings:
        return _weekends(found, found.stop, None)
    return unit_at(s, "weekend", 0, k + 1)


@rule
def from_day(s: Scene, i: int) -> Node | None:
    """A week starting tomorrow, 3 days starting from next Monday, for 3 days from today."""
    k = s.skip(i, "for")
    found = amounts(s, k)
    if found is None:
        return None
    length, stop = of_amounts(*found), found[1]
    after = s.skip(stop, ",")
    if s.words[after] in _STARTING:
        after = s.skip(after + 1, "on", "from")
        if k > i:
            return None
    elif k > i and s.words[after] == "from" and s.words[after + 1] != "now":
        after += 1
    else:
        return None
    if (at := day_clock(s, after)) and at.past.begin:
        end = add_all(at.past.begin, length.amounts, 1)
        return between(at.past.begin, end, length.timex, at.stop, length.unit, moments=True)
    base = day(s, after)
    if base is None or not base.readings:
        return None
    this_year = [one.begin for one in base.readings if one.begin and one.begin.year == s.now.year]
    begin = this_year[-1] if this_year else base.future.begin
    if begin is None or any(name in ("hour", "minute", "second") for _, name in length.amounts):
        return None
    end = add_all(begin, length.amounts, 1)
    return between(begin, end, length.timex, base.stop, length.unit, moments=False)


@rule
def weekly_period(s: Scene, i: int) -> Node | None:
    """Any of the periods here."""
    return longest(s, i, week_of, nth_unit, some_of, weekend, numbered_week, from_day)
