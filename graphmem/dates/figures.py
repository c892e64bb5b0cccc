"""Dates in figures: 2016-11-07, 11/7/2016, 22/04, 20161016, 7.6 behind a weekday."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from graphmem.dates import counting
from graphmem.dates.almanac import around, day_after, day_timex, month_days
from graphmem.dates.months import full_year, month_name
from graphmem.dates.scene import Node, Reading, Scene, rule

_SEPARATORS: Final = frozenset({"-", "/", "."})
# Fractions and ratios rather than days, unless something says that a day is meant.
_FRACTIONS: Final = frozenset({(1, 2), (1, 3), (2, 3), (1, 4), (3, 4), (24, 7)})
_SAYS_DAY: Final = frozenset("on by before after since until till from to between for".split())


def whole_day(day: datetime, stop: int, **fields: int | None) -> Node:
    """A day that is known."""
    timex = day_timex(day)
    reading = Reading(timex, day, day_after(day))
    fields = {"year": day.year, "month": day.month, "day": day.day, **fields}
    return Node("date", stop, timex, (reading,), unit="day", **fields)  # type: ignore[arg-type]


def day_readings(timex: str, *days: datetime | None) -> tuple[Reading, ...]:
    """Readings of days, without those that no calendar has."""
    return tuple(Reading(timex, day, day_after(day)) for day in days if day is not None)


def day_of(s: Scene, year: int | None, month: int, day: int, stop: int) -> Node | None:
    """A day of a month, of a year or of the past and the coming one; 30 February has no readings."""
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    if year is not None:
        if day <= month_days(year, month):
            return whole_day(datetime(year, month, day), stop)
        return Node(
            "date", stop, f"{year:04}-{month:02}-{day:02}", unit="day", year=year, month=month, day=day
        )
    timex = f"XXXX-{month:02}-{day:02}"
    # A leap day is at most eight years away.
    years = range(max(1, s.now.year - 8), min(9999, s.now.year + 8) + 1)
    readings = day_readings(timex, *around(s.now, years, lambda y: datetime(y, month, day)))
    return Node("date", stop, timex, readings, unit="day", month=month, day=day)


def _two_figure_year(value: int, month: int, day: int, stop: int) -> Node | None:
    """Below 30 in this century, from 40 in the last, between them either."""
    if not 30 <= value < 40:
        return (
            None
            if day > month_days(full_year(value), month)
            else whole_day(datetime(full_year(value), month, day), stop)
        )
    timex = f"XX{value:02}-{month:02}-{day:02}"
    days = [datetime(century + value, month, day) for century in (1900, 2000)]
    return Node("date", stop, timex, day_readings(timex, *days), unit="day", month=month, day=day)


def month_and_day(left: int, right: int) -> tuple[int, int] | None:
    """Month first, if it can be one."""
    if 1 <= left <= 12 and 1 <= right <= 31:
        return left, right
    if 1 <= right <= 12 and 1 <= left <= 31:
        return right, left
    return None


def _three(s: Scene, i: int) -> Node | None:
    """Three numbers with the same separator."""
    separator = s.words[i + 1]
    if separator not in _SEPARATORS or s.words[i + 3] != separator:
        return None
    if not all(s.glued(k) for k in range(i + 1, i + 5)):
        return None
    parts = [counting.digits(s, i + k) for k in (0, 2, 4)]
    sizes = [len(s.words[i + k]) for k in (0, 2, 4)]
    first, second, third = parts
    if first is None or second is None or third is None:
        return None
    if sizes[0] == 4 and sizes[1] <= 2 and sizes[2] <= 2:
        return day_of(s, first, second, third, i + 5) if first else None
    if sizes[0] > 2 or sizes[1] > 2 or sizes[2] not in (2, 4):
        return None
    found = month_and_day(first, second)
    if found is None:
        return None
    if sizes[2] == 2:
        return _two_figure_year(third, *found, i + 5)
    return day_of(s, third, *found, i + 5) if third else None


def _compact(s: Scene, i: int) -> Node | None:
    """20161016, and 2016 10 16."""
    word = s.words[i]
    if len(word) == 8 and word[:2] in ("19", "20") and not s.glued(i + 1):
        return _known(int(word[:4]), int(word[4:6]), int(word[6:]), i + 1)
    if len(word) == 8 and word[:2] in ("19", "20") and s.words[i + 1] in ("-", ".", ",", ")", "t"):
        return _known(int(word[:4]), int(word[4:6]), int(word[6:]), i + 1)
    if len(word) == 4 and len(s.words[i + 1]) == 2 and len(s.words[i + 2]) == 2:
        parts = [counting.digits(s, i + k) for k in range(3)]
        first, second, third = parts
        if first is not None and second is not None and third is not None and 1500 <= first <= 2100:
            return _known(first, second, third, i + 3)
    return None


def _known(year: int, month: int, day: int, stop: int) -> Node | None:
    if not (year and 1 <= month <= 12 and 1 <= day <= month_days(year, month)):
        return None
    return whole_day(datetime(year, month, day), stop)


def two(s: Scene, i: int, separators: frozenset[str]) -> Node | None:
    """Month and day with one of some separators; the context must say that it is a date."""
    if s.words[i + 1] not in separators or not (s.glued(i + 1) and s.glued(i + 2)):
        return None
    left, right = counting.digits(s, i, 2), counting.digits(s, i + 2, 2)
    if left is None or right is None:
        return None
    if s.glued(i + 3) and (s.words[i + 3].isalpha() or s.words[i + 3] in ("%", ":")):
        return None
    if s.words[i + 3] in (".", "/") and s.glued(i + 3) and s.glued(i + 4) and s.words[i + 4][:1].isdigit():
        return None
    found = month_and_day(left, right)
    return day_of(s, None, *found, i + 3) if found else None


def _with_slash(s: Scene, i: int) -> Node | None:
    found = two(s, i, frozenset({"/"}))
    if found is None:
        return None
    if s.at(i - 1) in (".", "/") and s.glued(i):
        return None
    pair = (counting.digits(s, i), counting.digits(s, i + 2))
    padded = s.words[i][0] == "0" or s.words[i + 2][0] == "0"
    if pair in _FRACTIONS and not padded and s.at(i - 1) not in _SAYS_DAY:
        return None
    if s.words[i + 3] == "," and len(s.words[i + 4]) == 4 and (year := counting.digits(s, i + 4)):
        return day_of(s, year, found.month or 1, found.day or 1, i + 5)
    return found


def _with_name(s: Scene, i: int) -> Node | None:
    """2019/aug/01, 05-Aug-2016, 2020/23/Sep, 23-2020-September, Sep-23-2020, September-2020-23."""
    separator = s.words[i + 1]
    if separator not in ("-", "/") or s.words[i + 3] != separator or not s.glued(i + 1):
        return None
    month, rest = 0, []
    for k in (i, i + 2, i + 4):
        if (found := month_name(s, k)) and found[1] == k + 1:
            month = found[0]
        elif (value := counting.digits(s, k)) is not None:
            rest.append((len(s.words[k]), value))
    if not month or len(rest) != 2:
        return None
    (_, small), (size, large) = sorted(rest)
    if size == 4:
        return day_of(s, large, month, small, i + 5) if large else None
    if size == 2 and month_name(s, i + 2):
        return day_of(s, full_year(rest[1][1]), month, rest[0][1], i + 5)
    return None


@rule
def figures(s: Scene, i: int) -> Node | None:
    """A date in figures, or with a month's name between separators."""
    if s.at(i - 1) == "$":
        return None
    if not s.words[i][:1].isdigit():
        return _with_name(s, i)
    found = _three(s, i) or _with_name(s, i) or _compact(s, i) or _with_slash(s, i)
    return found or (two(s, i, frozenset({"."})) if s.at(i - 1) == "on" else None)
