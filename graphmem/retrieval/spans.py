"""Spans: the time that a question asks about, and how near to it something happened."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from graphmem.dates import find_dates
from graphmem.dates.written import day
from graphmem.retrieval import constants
from graphmem.retrieval.surroundings import Doubles

_COARSE: Final = frozenset({"year", "decade", "century"})
_LONG: Final = frozenset({"month", "quarter", "half", "season"}) | _COARSE
_WHEN: Final = frozenset({"date", "daterange", "datetime", "datetimerange"})


@dataclass(frozen=True, slots=True)
class Span:
    """The days from ``first`` to ``last``, counted from 1 January 1; ``away`` is how fast nearness falls."""

    first: int
    last: int
    away: float


def spans(question: str, now: datetime, years: Collection[int] = ()) -> tuple[Span, ...]:
    """The times that a question asks about: "in May 2023", "last week", "June 9th".

    Those of a year or more only if nothing finer is said: "in 2023" tells little where "on 3 May" is
    said too. What ends or begins open ("before she moved", "since May") is none.

    Args:
        question: in English.
        now: what "last week" is told from.
        years: those in which a date without a year may be, besides the last and the coming one.
    """
    found: list[tuple[bool, Span]] = []
    for one in find_dates(question, now, inclusive=True):
        if one.kind not in _WHEN:
            continue
        away = constants.MONTHS_AWAY if one.precision in _LONG else constants.DAYS_AWAY
        for candidate in one.candidates:
            if candidate.begin is None or candidate.end is None:
                continue
            # "June 9th" says no year; a weekday, "XXXX-WXX-5", is told from now.
            timex = candidate.timex.lstrip("(")
            any_year = timex.startswith("XXXX-") and not timex.startswith("XXXX-W")
            for begin, end in _in_years(candidate.begin, candidate.end, years if any_year else ()):
                last = (end - timedelta(microseconds=1)).toordinal()
                found.append((one.precision in _COARSE, Span(begin.toordinal(), last, away)))
    fine = [span for coarse, span in found if not coarse]
    return tuple(dict.fromkeys(fine or [span for _, span in found]))


def _in_years(begin: datetime, end: datetime, years: Collection[int]) -> Iterator[tuple[datetime, datetime]]:
    """An interval where it is, and in each of these years."""
    yield begin, end
    months = begin.day == end.day == 1  # February is as long as it is in that year
    for year in years:
        try:
            moved = begin.replace(year=year)
            last = end.replace(year=year + end.year - begin.year) if months else moved + (end - begin)
        except (ValueError, OverflowError):  # 29 February, and the end of time
            continue
        yield moved, last


def days(asked: Sequence[Span]) -> list[str]:
    """The days of spans that are not too long, as ``written.day`` writes them."""
    found = [
        day(datetime.fromordinal(number))
        for span in asked
        if span.last - span.first < constants.MOST_DAYS and span.first > 0
        for number in range(span.first, span.last + 1)
    ]
    return list(dict.fromkeys(found))


def nearness(asked: Sequence[Span], moments: Sequence[datetime | None]) -> Doubles:
    """How near each moment is to what is asked, in [0, 1], 1 inside; 0 for none; shape (len(moments),)."""
    day_of = np.array([np.nan if one is None else one.toordinal() for one in moments], dtype=np.float64)
    found = np.zeros(len(moments))
    for span in asked:
        outside = np.maximum(np.maximum(span.first - day_of, day_of - span.last), 0)
        found = np.maximum(found, np.nan_to_num(np.exp(-outside / span.away)))
    return found
