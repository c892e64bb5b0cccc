"""Months, years and the units around now: "May", "April 2017", "'87", "next week", "the year"."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from graphmem.dates import counting
from graphmem.dates.almanac import add, around, day_timex, first_of, length_timex, week_timex
from graphmem.dates.scene import Node, Reading, Scene, rule
from graphmem.dates.words import (
    DASHES,
    MONTHS,
    ORDINALS,
    SHIFTS,
    THIS,
    UNITS,
    UNSURE,
    WEEKDAYS,
)

# "may" and "march" are months behind one of these.
_BEFORE_MONTH: Final = frozenset(
    "in of since until till this next last before after mid early late by from to during through between past"
    " previous coming following every each on for late".split()
)
_BEFORE_MAY: Final = _BEFORE_MONTH - {"this", "next", "last", "past", "following", "every", "each", "to"}
# Short names that are words or names as well need a time beside them.
_SHORT: Final = frozenset({"sat", "sun", "wed", "mon", "mar"})
_AFTER_SHORT: Final = frozenset(
    {"at", "from", "between", "or", "morning", "afternoon", "evening", "night", "noon"}
)
_CLAUSES: Final = frozenset("that when which he she it they we you i who".split())
_GIVEN_NAMES: Final = frozenset({"jan", "mar", "april", "may", "june", "august", "dec"})
_SEPARATORS: Final = frozenset({",", "/", "of", "in", "-"})


def period(stop: int, unit: str, timex: str, begins: list[datetime], **fields: int | None) -> Node:
    """A whole unit (or several readings of it) as a node."""
    readings = tuple(Reading(timex, begin, add(begin, 1, unit)) for begin in begins)
    return Node("daterange", stop, timex, readings, unit=unit, **fields)  # type: ignore[arg-type]


def month_name(s: Scene, i: int) -> tuple[int, int] | None:
    """The number of a month that is named, and the token after it with the dot of "Dec."."""
    word = s.words[i]
    if word not in MONTHS or s.at(i - 1) == "$" and s.glued(i):
        return None
    short = len(word) <= 4 and word not in ("may", "june", "july")
    dot = short and s.words[i + 1] == "." and s.glued(i + 1) and _goes_on(s, i + 2)
    return MONTHS[word], i + 1 + dot


def _goes_on(s: Scene, i: int) -> bool:
    """Whether a dot before this token is that of an abbreviation: a number or a small letter follows."""
    word = s.words[i]
    return bool(word) and (word[0].isdigit() or word in ("of", ",", "on", "to", "-") or word in ORDINALS)


def sure(s: Scene, i: int) -> bool:
    """Whether a month's or weekday's name is not the plain word: may, march, sat, sun."""
    if s.words[i] in _GIVEN_NAMES and _is_name(s, i):
        return False
    if s.words[i] not in UNSURE:
        return True
    if s.at(i - 1) in _BEFORE_MONTH:
        return s.words[i] != "may" or s.at(i - 1) in _BEFORE_MAY or s.capital(i)
    if s.words[i] in _SHORT:
        after = s.words[i + 1]
        if after in DASHES and s.words[i + 2] in WEEKDAYS:
            return True
        return s.at(i - 1) in ("or", "and", ",", "(") or after[:1].isdigit() or after in _AFTER_SHORT
    return s.capital(i) and i > 0 and s.at(i - 1) not in (".", "!", "?", ":", '"') and s.words[i] != "may"


def _is_name(s: Scene, i: int) -> bool:
    """Whether a month's name is a person's: August Strindberg, Friedrich August."""
    if s.words[i + 1] in MONTHS or s.words[i + 1] == "and" or not s.capital(i):
        return False
    before = s.at(i - 1)
    named = before.isalpha() and s.capital(i - 1) and before not in _BEFORE_MONTH and before not in WEEKDAYS
    return named or s.in_name(i)


def short_year(s: Scene, i: int) -> tuple[int, int] | None:
    """'87, and 87 behind "of"."""
    k = s.skip(i, "'")
    value = counting.digits(s, k, 2)
    if value is None or len(s.words[k]) != 2 or (k == i and s.at(i - 1) != "of"):
        return None
    return full_year(value), k + 1


def full_year(value: int) -> int:
    """The year that two figures most likely mean: below 40 in this century."""
    return value if value >= 100 else value + (2000 if value < 40 else 1900)


def year_after(s: Scene, i: int) -> tuple[int, int] | None:
    """The year behind a month or a day: "2017", ", 2017", "of 2017", "/2017", "of '87"."""
    k = i
    if s.words[k] in ("-", "/") and not s.glued(k):
        return None
    if s.words[k] in _SEPARATORS:
        k += 1
        k = s.skip(k, "the") if s.words[k + 1] == "year" else k
        k = s.skip(k, "year")
    if s.words[k] in SHIFTS and s.words[k + 1] == "year" and (k == i or s.words[i] in (",", "of", "in")):
        return s.now.year + SHIFTS[s.words[k]], k + 2
    found = counting.year(s, k) or short_year(s, k) or (_early_year(s, k) if k == i else None)
    if found is None or not 100 <= found[0] <= 2999:
        return None
    # "May 2017-2018" is no date, "at 1500 hours" no year.
    return None if s.words[found[1]] in ("hours", "hrs", "people") else found


def _early_year(s: Scene, i: int) -> tuple[int, int] | None:
    """A year of three figures behind a month: 11 November 875."""
    value = counting.digits(s, i, 3)
    if (
        value is None
        or value < 100
        or s.words[i][0] == "0"
        or s.glued(i + 1)
        and s.words[i + 1] in (".", ":", "%")
    ):
        return None
    return None if s.words[i + 1].endswith("s") or s.words[i + 1] == "people" else (value, i + 1)


def month_of(s: Scene, month: int, year: int | None, stop: int) -> Node:
    """A month of a year, or of the past and the coming one."""
    if year is not None:
        return period(
            stop, "month", f"{year:04}-{month:02}", [datetime(year, month, 1)], year=year, month=month
        )
    now = s.now
    years = [now.year - (month >= now.month), now.year + (month < now.month)]
    begins = [datetime(y, month, 1) for y in years if 1 <= y <= 9999]
    return period(stop, "month", f"XXXX-{month:02}", begins, month=month)


@rule
def month(s: Scene, i: int) -> Node | None:
    """May, April 2017, 2017 April, Dec/2018, 12-2015, 2015-3, this September."""
    if s.words[i][:1].isdigit():
        return _figures(s, i) or _year_first(s, i)
    k = s.skip(i, "the") if s.words[i + 1] in MONTHS else i
    shift = SHIFTS.get(s.words[k])
    if shift is not None:
        return _shifted_month(s, k + 1, shift)
    found = month_name(s, i)
    if found is None:
        return None
    number, stop = found
    if year := year_after(s, stop):
        return month_of(s, number, *year)
    return month_of(s, number, None, stop) if sure(s, i) or _beside(s, stop) else None


def _beside(s: Scene, i: int) -> bool:
    """Whether a range goes on with another month: "May to March"."""
    return (s.words[i] in DASHES or s.words[i] in ("to", "through", "until", "till")) and s.words[
        i + 1
    ] in MONTHS


def _shifted_month(s: Scene, i: int, shift: int) -> Node | None:
    found = month_name(s, i)
    if found is None or s.words[i] == "may" and not s.capital(i):
        return None
    number, stop = found
    if year := year_after(s, stop):
        return month_of(s, number, *year)
    year_of = s.now.year
    if shift:
        day = around(
            s.today.replace(day=1), range(year_of - 1, year_of + 3), lambda y: datetime(y, number, 1)
        )
        if day[shift > 0] is None:
            return None
        year_of = day[shift > 0].year  # type: ignore[union-attr]
        year_of += shift > 0 and year_of == s.now.year and number == s.now.month
    return month_of(s, number, year_of, stop)


def _figures(s: Scene, i: int) -> Node | None:
    """12-2015, 2015-3, 12/2015."""
    if s.words[i + 1] not in ("-", "/") or not (s.glued(i + 1) and s.glued(i + 2)):
        return None
    if s.glued(i + 4) and s.words[i + 3] in ("-", "/") and s.words[i + 4][:1].isdigit():
        return None
    left, right = counting.digits(s, i), counting.digits(s, i + 2)
    if left is None or right is None or s.glued(i + 3) and s.words[i + 3][:1].isalpha():
        return None
    if len(s.words[i]) != 4:
        left, right = right, left
        if len(s.words[i + 2]) != 4 or len(s.words[i]) > 2:
            return None
    elif len(s.words[i + 2]) > 2:
        return None
    return month_of(s, right, left, i + 3) if 1 <= right <= 12 and left >= 1000 else None


def _year_first(s: Scene, i: int) -> Node | None:
    """2017 April."""
    year = counting.year(s, i)
    if year is None or not 1000 <= year[0] <= 2999:
        return None
    k = s.skip(year[1], ",", "-", "/")
    found = month_name(s, k)
    if found is None or s.words[found[1]][:1].isdigit() or s.words[found[1]] in ("-", "/"):
        return None
    return month_of(s, found[0], year[0], found[1])


def unit_timex(begin: datetime, unit: str) -> str:
    """The timex of a whole unit that begins on a day."""
    if unit in ("week", "weekend"):
        return week_timex(begin) + ("-WE" if unit == "weekend" else "")
    if unit == "month":
        return f"{begin.year:04}-{begin.month:02}"
    if unit == "year":
        return f"{begin.year:04}"
    end = add(begin, 1, unit)
    return f"({day_timex(begin)},{day_timex(end)},{length_timex([(1, unit)])})"


def unit_at(s: Scene, unit: str, shift: int, stop: int) -> Node:
    """This, the next or the last week, month … of the reference."""
    begin = first_of(s.today, unit)
    if unit in ("month", "quarter", "year", "decade", "century"):
        begin = add(begin, shift, unit)
    elif unit == "weekend":
        begin = add(begin, shift, "week")
    elif shift:
        begin = add(begin, shift, unit)
    return period(
        stop,
        unit,
        unit_timex(begin, unit),
        [begin],
        year=begin.year if unit in ("year", "month") else None,
        month=begin.month if unit == "month" else None,
    )


@rule
def unit(s: Scene, i: int) -> Node | None:
    """Next week, the year, last quarter, this calendar year, the week after next."""
    k = s.skip(i, "the")
    shift = SHIFTS.get(s.words[k])
    if shift is None:
        if k == i:
            return None
        name = UNITS.get(s.words[k])
        if name is None or name in ("day", "second", "minute", "hour", "quarter", "decade", "century"):
            return None
        if s.words[k + 1] == "after" and s.words[k + 2] == "next":
            return unit_at(s, name, 2, k + 3)
        whole = _singular(s, k) and not _numbered(s, k + 1) and not told(s, k + 1)
        return unit_at(s, name, 0, k + 1) if whole else None
    k = s.skip(k + 1, "calendar")
    if s.words[k - 1] in THIS and s.words[k] in SHIFTS:
        shift, k = SHIFTS[s.words[k]], k + 1
    name = UNITS.get(s.words[k])
    if name in (None, "day", "second", "minute", "hour") or not _singular(s, k):
        return None
    assert name is not None
    found = unit_at(s, name, shift, k + 1)
    return found


def _numbered(s: Scene, i: int) -> bool:
    """Whether it is another period that is named: the year 2008, the week 31, the year to date."""
    if s.words[i] == "to":
        return s.words[i + 1] == "date"
    return s.words[i + (s.words[i] == "of")][:1].isdigit() or s.words[i] in (
        "beginning",
        "starting",
        "commencing",
    )


def told(s: Scene, i: int) -> bool:
    """Whether a clause says which one: the year that, the day he died, the week of the strike."""
    return (
        s.words[i] in _CLAUSES
        or s.words[i] == "of"
        and s.words[i + 1] in ("the", "his", "her", "its", "their")
    )


def _singular(s: Scene, i: int) -> bool:
    word = s.words[i]
    return not word.endswith("s")
