"""Days by weekday: "Tuesday", "next Friday", "Monday 21", "Tuesday, Jan 15", "Monday of next week"."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from graphmem.dates import counting
from graphmem.dates.almanac import (
    add_months,
    first_of,
    month_days,
)
from graphmem.dates.figures import day_readings, two, whole_day
from graphmem.dates.months import sure, unit
from graphmem.dates.named import named, not_clock
from graphmem.dates.scene import Node, Scene, rule
from graphmem.dates.words import LAST, SHIFTS, THIS, WEEKDAYS

_JOINTS: Final = frozenset({",", "-", "("})


def weekly(s: Scene, weekday: int, stop: int) -> Node:
    """The last and the coming Monday …; today's weekday is the coming one."""
    ahead = timedelta(days=(weekday - s.now.weekday()) % 7)
    days = []
    for weeks in (-7, 0):
        try:
            day = s.today + ahead + timedelta(days=weeks)
        except OverflowError:
            continue
        days.append(day)
    timex = f"XXXX-WXX-{weekday + 1}"
    return Node("date", stop, timex, day_readings(timex, *days), unit="day", weekday=weekday)


def _shifted(s: Scene, i: int) -> tuple[datetime, int, int] | None:
    """This upcoming Friday, last Wednesday: the day, its weekday, the token after."""
    word = s.words[i]
    if word not in SHIFTS:
        return None
    k = i + 1
    if word in THIS and s.words[k] in SHIFTS:
        word, k = s.words[k], k + 1
    weekday = WEEKDAYS.get(s.words[k])
    if weekday is None:
        return None
    ahead = (weekday - s.now.weekday()) % 7
    if word in ("coming", "upcoming"):
        return s.today + timedelta(days=ahead or 7), weekday, k + 1
    if word == "past":
        return s.today + timedelta(days=ahead - 7), weekday, k + 1
    return first_of(s.today, "week") + timedelta(days=weekday + 7 * SHIFTS[word]), weekday, k + 1


def _of_week(s: Scene, i: int) -> Node | None:
    """Next week Mon, previous week - Monday, (on) Monday of the following week."""
    k = s.skip(i, "on")
    weekday = WEEKDAYS.get(s.words[k])
    if weekday is None:
        week = unit(s, i)
        if week is None or week.unit != "week" or not week.past.begin or s.words[i] == "the":
            return None
        k = week.stop + (s.words[week.stop] in ("on", "-", ","))
        weekday, stop = WEEKDAYS.get(s.words[k]), k + 1
    else:
        dash = s.skip(k + 1, "of", "in", ",")
        week = unit(s, dash)
        if week is None or week.unit != "week" or not week.past.begin:
            return None
        if dash == k + 1 and s.words[dash] == "the":
            return None
        stop = week.stop
        if k > i and s.words[dash + (s.words[dash] == "the")] in LAST:
            return None
    if weekday is None or week.past.begin is None:
        return None
    return whole_day(week.past.begin + timedelta(days=weekday), stop, weekday=weekday)


def same_number(s: Scene, weekday: int, day: int, stop: int, *, near: bool) -> Node | None:
    """Monday 21: the months in which the 21st is one; ``near``: this month, if it is one."""
    if near and day <= month_days(s.now.year, s.now.month):
        here = s.today.replace(day=day)
        if here.weekday() == weekday:
            return whole_day(here, stop, weekday=weekday)
    found: list[datetime | None] = [None, None]
    start = s.today.replace(day=1)
    for months in range(-30, 31):
        try:
            first = add_months(start, months)
        except OverflowError:
            continue
        if day > month_days(first.year, first.month) or first.replace(day=day).weekday() != weekday:
            continue
        if first.replace(day=day) < s.today:
            found[0] = first.replace(day=day)
        elif found[1] is None:
            found[1] = first.replace(day=day)
    if found[1] == s.today:
        return whole_day(s.today, stop, weekday=weekday)
    timex = f"XXXX-WXX-{weekday + 1}"
    return Node("date", stop, timex, day_readings(timex, *found), unit="day", weekday=weekday)


def _weekday_number(s: Scene, weekday: int, i: int) -> Node | None:
    """Monday 21, Friday the 26th, Mon 13th."""
    k = s.skip(i, "the")
    value = counting.ordinal(s, k)
    if value is None and k == i and (number := counting.digits(s, k, 2)) is not None:
        after = s.words[k + 1]
        if after in ("-", ":", "/", ".", "to", "–") and s.glued(k + 2) or not not_clock(s, k + 1):
            return None
        value = (number, k + 1) if number > 12 or after in ("at", "from", "between") and number > 12 else None
    if value is None or not 1 <= value[0] <= 31:
        return None
    return same_number(s, weekday, value[0], value[1], near=k > i)


def _beside_date(s: Scene, i: int) -> Node | None:
    """The date behind a weekday: "Tuesday, Jan 15", "Friday-Jun-15", "this friday (jun-15)", "friday 7.6"."""
    k = i + (s.words[i] in _JOINTS)
    k = s.skip(k, "the") if s.words[k + 1][:1].isdigit() else k
    found = named(s, k) or two(s, k, frozenset({"."})) or _dashed(s, i, k) or named(s, i)
    if found is None or s.words[k] in ("next", "last"):
        return None
    return found.until(s.skip(found.stop, ")")) if s.words[i] == "(" else found


def _dashed(s: Scene, i: int, k: int) -> Node | None:
    """Friday 7-6, where the sixth of July is a Friday; else these are hours."""
    found = two(s, k, frozenset({"-"}))
    number = WEEKDAYS.get(s.words[i - 1])
    if found is None or number is None or s.words[found.stop] in ("am", "pm", ":"):
        return None
    this_year = datetime(s.now.year, found.month or 1, found.day or 1)
    return found if this_year.weekday() == number else None


@rule
def weekday(s: Scene, i: int) -> Node | None:
    """Friday, this Friday, next Friday 5/12, Tuesday May 9, Monday 21, Monday of next week."""
    if found := _of_week(s, i):
        return found
    shifted = _shifted(s, i)
    if shifted:
        day, number, stop = shifted
        if dated := _beside_date(s, stop):
            if dated.year is None and dated.month and dated.day:
                known = datetime(s.now.year, dated.month, dated.day)
                return replace(dated, readings=day_readings(dated.timex, known))
            return dated
        return whole_day(day, stop, weekday=number)
    number_of = WEEKDAYS.get(s.words[i])
    if number_of is None or s.at(i - 1) == "$":
        return None
    stop = i + 1
    if s.words[stop] == "." and s.glued(stop) and len(s.words[i]) <= 4 and s.words[stop + 1]:
        stop += s.words[stop + 1][:1].isdigit()
    if dated := _beside_date(s, stop):
        return replace(dated, weekday=number_of)
    if numbered := _weekday_number(s, number_of, stop):
        return numbered
    return (
        weekly(s, number_of, stop) if sure(s, i) or s.at(i - 1) in ("on", "every", "each", "next") else None
    )
