"""Days by other names: "tomorrow", "the 18th", holidays, "the first Monday of May"; and any of all."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from graphmem.dates import counting
from graphmem.dates.almanac import (
    add,
    add_months,
    around,
    month_days,
    nth_weekday,
    weeks_of_month,
)
from graphmem.dates.feasts import feast
from graphmem.dates.figures import day_of, day_readings, figures, whole_day
from graphmem.dates.months import month, short_year, told, unit, year_after
from graphmem.dates.named import named
from graphmem.dates.scene import Node, Scene, first, longest, rule
from graphmem.dates.weekdays import weekday
from graphmem.dates.words import SHIFTS, WEEKDAYS

_RELATIVE: Final = {
    "today": 0,
    "tomorrow": 1,
    "tmrw": 1,
    "tmr": 1,
    "tomorow": 1,
    "yesterday": -1,
    "otd": 0,
}


@rule
def relative(s: Scene, i: int) -> Node | None:
    """Today, the day after tomorrow, the next day, the day before, tomorrow, 13/04/21."""
    word = s.words[i]
    if word in _RELATIVE and not s.in_name(i):
        k = s.skip(i + 1, ",")
        if k > i + 1 and (dated := figures(s, k)):
            return dated
        return whole_day(add(s.today, _RELATIVE[word], "day"), i + 1)
    k = s.skip(i, "the")
    if s.words[k] == "day" and s.words[k + 1] in ("after", "before"):
        sign = 1 if s.words[k + 1] == "after" else -1
        base = _RELATIVE.get(s.words[k + 2])
        if base is not None:
            return whole_day(add(s.today, base + sign, "day"), k + 3)
        if k > i and not _has_object(s, k + 2):
            return whole_day(add(s.today, sign, "day"), k + 2)
        return None
    if s.words[k] in SHIFTS and s.words[k + 1] == "day" and s.words[k + 2] not in ("and", "after"):
        return whole_day(add(s.today, SHIFTS[s.words[k]], "day"), k + 2)
    if s.words[k] == "current" and s.words[k + 1] == "date":
        return whole_day(s.today, k + 2)
    if k > i and s.words[k] == "day" and not told(s, k + 1):
        return whole_day(s.today, k + 1)
    return None


def _has_object(s: Scene, i: int) -> bool:
    """Whether something follows that a day can be before or after."""
    return s.words[i][:1].isalnum() and s.words[i] not in ("and", "or", "but", "he", "she", "we", "i", "they")


def monthly(s: Scene, day: int, stop: int) -> Node:
    """The 18th: of this month and the one before or after it."""
    days: list[datetime] = []
    for months in range(-3, 4):
        try:
            first = add_months(s.today.replace(day=1), months)
        except OverflowError:
            continue
        if day <= month_days(first.year, first.month):
            days.append(first.replace(day=day))
    past = [one for one in days if one < s.now][-1:]
    future = [one for one in days if one >= s.now][:1]
    if future and future[0].month == s.now.month and future[0].day == s.now.day:
        past = []
    timex = f"XXXX-XX-{day:02}"
    return Node("date", stop, timex, day_readings(timex, *past, *future), unit="day", day=day)


@rule
def numbered(s: Scene, i: int) -> Node | None:
    """The 18th, the 21st this month, the 15th day of next month, on (the) 29th, the 17."""
    k = s.skip(i, "the")
    value = counting.ordinal(s, k)
    if value is None:
        number = counting.digits(s, k, 2)
        hours = s.words[k + 1] in ("from", "between") and s.words[i - 1 if i else 0] == "on"
        value = (number, k + 1) if number is not None and k > i and hours else None
    if value is None or not 1 <= value[0] <= 31:
        return None
    day, stop = value
    named_day = s.words[stop] == "day"
    after = s.skip(stop + 1 if named_day else stop, "of", "in")
    here = unit(s, after) or (month(s, after) if named_day else None)
    if here and here.unit == "month" and here.month:
        year = here.year
        return day_of(s, year, here.month, day, here.stop)
    if named_day or s.words[stop] in ("century", "week", "month", "year", "quarter", "of", "day"):
        return None
    if (
        s.words[stop] == "-"
        and s.glued(stop)
        or k == i
        and s.at(i - 1) != "on"
        or s.words[k] in ("second", "first")
    ):
        return None
    if k == i or _ends_there(s, stop):
        return replace(monthly(s, day, stop), weak=s.at(i - 1) != "on")
    return None


def _ends_there(s: Scene, i: int) -> bool:
    """Whether no noun follows: "the 18th" alone, not "the 18th hole"."""
    word = s.words[i]
    return not word[:1].isalpha() or word in (
        "at",
        "from",
        "to",
        "and",
        "or",
        "between",
        "for",
        "around",
        "in",
        "before",
    )


def _feast_day(s: Scene, i: int) -> Node | None:
    k = s.skip(i, "the") if not feast(s, i) else i
    shift = SHIFTS.get(s.words[k])
    found = feast(s, k + (shift is not None))
    if found is None:
        return None
    (timex, of), stop = found
    if s.words[stop] == "of" and (year := unit(s, stop + 1)) and year.unit == "year" and year.year:
        day = of(year.year)
        return replace(whole_day(day, year.stop), part="feast") if day else None
    if known := year_after(s, stop) or short_year(s, stop):
        day = of(known[0])
        return replace(whole_day(day, known[1]), part="feast") if day else None
    years = range(max(1, s.now.year - 2), min(9999, s.now.year + 2) + 1)
    past, future = around(s.now, years, of)
    if shift is not None:
        one = future if shift > 0 else past if shift < 0 else of(s.now.year)
        return replace(whole_day(one, stop), part="feast") if one else None
    known_day = past or future
    if not timex and known_day:
        timex = f"XXXX-{known_day.month:02}-{known_day.day:02}"
    month_number = known_day.month if known_day else None
    return Node(
        "date", stop, timex, day_readings(timex, past, future), unit="day", month=month_number, part="feast"
    )


@rule
def holiday(s: Scene, i: int) -> Node | None:
    """Christmas, Labor Day 2021, independence day of this year, next Easter."""
    return _feast_day(s, i)


@rule
def nth(s: Scene, i: int) -> Node | None:
    """The first Monday of next month, last Friday in May 2019, 1st week of Oct. on Friday."""
    k = s.skip(i, "the")
    value = (-1, k + 1) if s.words[k] == "last" else counting.ordinal(s, k)
    if value is None or not -1 <= value[0] <= 5:
        return None
    count, stop = value
    week = s.words[stop] == "week"
    number = WEEKDAYS.get(s.words[stop])
    if s.words[stop + 1] not in ("of", "in") or not (week or number is not None):
        return None
    of = month(s, stop + 2) or unit(s, stop + 2)
    if of is None or of.unit != "month" or of.month is None:
        return None
    stop = of.stop
    if week:
        stop = s.skip(stop, "on", ",")
        number = WEEKDAYS.get(s.words[stop])
        if stop == of.stop or number is None:
            return None
        stop += 1
    assert number is not None
    return nth_readings(of, count, number, stop, week=week)


def nth_readings(of: Node, count: int, weekday: int, stop: int, *, week: bool) -> Node:
    """The n-th weekday of a month, or the weekday of its n-th week."""
    days = []
    for reading in of.readings:
        begin = reading.begin
        if begin is None:
            continue
        if week:
            days.append(weeks_of_month(begin.year, begin.month)[count - 1] + timedelta(days=weekday))
        else:
            days.append(nth_weekday(begin.year, begin.month, weekday, count))
    timex = f"XXXX-{of.month:02}-WXX-{weekday + 1}-#{count if count > 0 else 5}"
    return Node("date", stop, timex, day_readings(timex, *days), unit="day", weekday=weekday)


@rule
def day(s: Scene, i: int) -> Node | None:
    """Any date that stands by itself."""
    found = longest(s, i, named, weekday, relative, holiday, nth)
    return found or first(s, i, numbered)
