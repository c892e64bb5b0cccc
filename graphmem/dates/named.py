"""Days of a month: "4th of July 1995", "May twenty-nine", "Oct/2", "this 5/12"."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from graphmem.dates import counting
from graphmem.dates.figures import day_of, day_readings, figures
from graphmem.dates.months import month_name, year_after
from graphmem.dates.scene import Node, Scene, longest, rule
from graphmem.dates.words import ORDINALS, SHIFTS, WEEKDAYS


def day_number(s: Scene, i: int) -> tuple[int, int] | None:
    """A number of a day in a month: 4, 4th, fourth, twenty nine."""
    found = counting.ordinal(s, i)
    if found is None:
        value = counting.digits(s, i, 2)
        found = counting.below_hundred(s, i) if value is None else (value, i + 1)
        if found and s.words[found[1]] == "," and s.glued(found[1] + 1) and s.words[found[1] + 1].isdigit():
            return None
    if found is None or not 1 <= found[0] <= 31 or s.at(i - 1) == "$":
        return None
    return found


def not_clock(s: Scene, stop: int) -> bool:
    """Whether the number before a token is not the hour of a time."""
    word = s.words[stop]
    if word == ":" and s.words[stop + 1][:1].isdigit():
        return False
    return word not in ("am", "pm", "a.m", "p.m", "o'clock", "oclock", "%") and not (
        word in ("a", "p") and s.words[stop + 1] in (".", "m")
    )


def _with_year(s: Scene, month_number: int, day: int, stop: int, ordinal_word: bool) -> Node | None:
    if year := year_after(s, stop):
        return day_of(s, year[0], month_number, day, year[1])
    if ordinal_word and len(s.words[stop]) == 2 and not_clock(s, stop + 1):
        # "January first 12" is of the year 2012.
        value = counting.digits(s, stop, 2)
        if value is not None and s.words[stop + 1] not in ("-", "to", "/", "."):
            return day_of(s, 2000 + value, month_number, day, stop + 1)
    return day_of(s, None, month_number, day, stop)


def _month_first(s: Scene, i: int) -> Node | None:
    """May 29, Oct/2, Dec31, june the 28th 2020, October, 1st."""
    named = month_name(s, i)
    if named is None:
        return None
    k = named[1]
    k += s.words[k] in ("-", "/", ",")
    k = s.skip(k, "the") if s.words[k - 1] != "," else k
    found = day_number(s, k)
    if found is None or not not_clock(s, found[1]):
        return None
    spelled = s.words[k] in ORDINALS or s.words[k].isalpha()
    return _with_year(s, named[0], found[0], found[1], spelled)


def _day_first(s: Scene, i: int) -> Node | None:
    """4 July, the 4th of July, 23rd day of September, 22/Jan/2019."""
    k = s.skip(i, "the")
    found = day_number(s, k)
    if found is None:
        return None
    stop = found[1]
    ordinal = counting.ordinal(s, k) is not None
    stop = s.skip(stop, "day") if ordinal and s.words[stop + 1] in ("of", "in") else stop
    stop = s.skip(stop, "of", "-", "/", "in" if ordinal and s.words[stop - 1] == "day" else "of")
    stop = s.skip(stop, "the")
    named = month_name(s, stop)
    if named is None or (
        s.words[stop] == "may" and not (s.at(stop - 1) == "of" or ordinal or s.capital(stop))
    ):
        return None
    return _with_year(s, named[0], found[0], named[1], False)


def _next_day_of(s: Scene, i: int) -> Node | None:
    """This 5/12, next 6th of April: in this year, the next, the last."""
    shift = SHIFTS.get(s.words[i])
    if shift is None:
        return None
    found = longest(s, i + 1, figures, _day_first, _month_first)
    if found is None or found.year is not None or not found.month or not found.day:
        return None
    day = datetime(s.now.year + shift, found.month, found.day)
    timex = found.timex
    return replace(found, readings=day_readings(timex, day))


@rule
def named(s: Scene, i: int) -> Node | None:
    """A day of a month, in figures or by the month's name, without a weekday."""
    found = longest(s, i, figures, _month_first, _day_first, _next_day_of)
    if (
        found
        and s.words[found.stop] == "("
        and s.words[found.stop + 1] in WEEKDAYS
        and s.words[found.stop + 2] == ")"
    ):
        return found.until(found.stop + 3)
    return found
