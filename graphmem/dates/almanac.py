"""Arithmetic on calendar days: steps of units, weeks, the n-th Monday. Raises at years 0 and 10000."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

from graphmem.dates.words import SECONDS

_MONTHS_OF: Final = {"month": 1, "quarter": 3, "year": 12, "decade": 120, "century": 1200}
_LETTERS: Final = {
    "second": "S",
    "minute": "M",
    "hour": "H",
    "day": "D",
    "week": "W",
    "weekend": "WE",
    "month": "M",
    "year": "Y",
}
# The same length in a smaller unit, where ISO 8601 has no letter for it.
_SAME: Final = {
    "fortnight": (2, "week"),
    "quarter": (3, "month"),
    "decade": (10, "year"),
    "century": (100, "year"),
}
_LATEST: Final = datetime(9999, 12, 31)


def add_months(day: datetime, months: int) -> datetime:
    """So many months later; 31 January and a month is the last of February."""
    whole = day.year * 12 + day.month - 1 + months
    year, month = divmod(whole, 12)
    if not 1 <= year <= 9999:
        raise OverflowError("no such year")
    return day.replace(year=year, month=month + 1, day=min(day.day, month_days(year, month + 1)))


def month_days(year: int, month: int) -> int:
    """How many days a month has."""
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def add(moment: datetime, count: float, unit: str) -> datetime:
    """So many units later (earlier if negative); parts of a month count as parts of 30 days."""
    if abs(count) > 1e6 * (1000 if unit in ("second", "minute") else 1):
        raise OverflowError("too far")
    if unit in _MONTHS_OF and count == int(count):
        return add_months(moment, int(count) * _MONTHS_OF[unit])
    if unit == "business day":
        return business_days(moment, int(count))[-1] if count else moment
    return moment + timedelta(seconds=count * SECONDS[unit])


def add_all(moment: datetime, amounts: Iterable[tuple[float, str]], sign: int) -> datetime:
    """Each of the amounts in turn."""
    for count, unit in amounts:
        moment = add(moment, sign * count, unit)
    return moment


def business_days(day: datetime, count: int) -> list[datetime]:
    """The next (or, if negative, past) so many days from Monday to Friday, in order."""
    step = timedelta(days=1 if count > 0 else -1)
    found: list[datetime] = []
    if abs(count) > 4000:
        raise OverflowError("too far")
    while len(found) < abs(count):
        day += step
        if day.weekday() < 5:
            found.append(day)
    return found


def first_of(day: datetime, unit: str) -> datetime:
    """The first day of the week, month, quarter, year, decade or century of a day."""
    if unit in ("week", "fortnight"):
        return day - timedelta(days=day.weekday())
    if unit == "weekend":
        return day - timedelta(days=day.weekday()) + timedelta(days=5)
    if unit == "month":
        return day.replace(day=1)
    if unit == "quarter":
        return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    if unit == "year":
        return day.replace(month=1, day=1)
    if unit in ("decade", "century"):
        size = 10 if unit == "decade" else 100
        return day.replace(year=max(1, day.year // size * size), month=1, day=1)
    return day


def week_one(year: int) -> datetime:
    """The Monday of the first week of a year (ISO 8601)."""
    return first_of(datetime(year, 1, 4), "week")


def weeks_of_month(year: int, month: int) -> list[datetime]:
    """The Mondays of the weeks whose Thursday is in a month."""
    first = datetime(year, month, 1)
    thursday = first + timedelta(days=(3 - first.weekday()) % 7)
    mondays = []
    while thursday.month == month:
        mondays.append(thursday - timedelta(days=3))
        thursday += timedelta(days=7)
    return mondays


def nth_weekday(year: int, month: int, weekday: int, n: int) -> datetime:
    """The n-th Monday (weekday 0) … of a month, the last one for -1. ValueError if there is none."""
    if n > 0:
        first = datetime(year, month, 1)
        day = 1 + (weekday - first.weekday()) % 7 + 7 * (n - 1)
        return datetime(year, month, day)
    last = datetime(year, month, month_days(year, month))
    return last - timedelta(days=(last.weekday() - weekday) % 7)


def week_timex(monday: datetime) -> str:
    """Such as 2016-W45."""
    year, week, _ = monday.isocalendar()
    return f"{year:04}-W{week:02}"


def day_timex(day: datetime) -> str:
    """Such as 2016-11-07."""
    return f"{day.year:04}-{day.month:02}-{day.day:02}"


def moment_timex(moment: datetime) -> str:
    """Such as 2016-11-07T16:12:00."""
    return f"{day_timex(moment)}T{moment:%H:%M:%S}"


def number(value: float) -> str:
    """Without a trailing .0."""
    return f"{value:.10g}"


def length_timex(amounts: Iterable[tuple[float, str]]) -> str:
    """The ISO 8601 duration, such as P1DT5H."""
    days, hours = "", ""
    for count, unit in amounts:
        if unit == "business day":
            days += f"{number(count)}BD"
            continue
        times, same = _SAME.get(unit, (1, unit))
        part = f"{number(count * times)}{_LETTERS[same]}"
        if same in ("second", "minute", "hour"):
            hours += part
        else:
            days += part
    return f"P{days}{'T' + hours if hours else ''}"


def clock_length(seconds: int) -> str:
    """A length in hours, minutes and seconds, such as PT1H30M."""
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    text = "".join(f"{n}{letter}" for n, letter in ((hours, "H"), (minutes, "M"), (seconds, "S")) if n)
    return f"PT{text or '0S'}"


def around(
    now: datetime, years: Iterable[int], of: Callable[[int], datetime | None]
) -> tuple[datetime | None, datetime | None]:
    """The last of some days before a moment, and the first that is not before it.

    ``years`` ascend; ``of`` gives the day of a year, None (or ValueError) if there is none.
    """
    past: datetime | None = None
    for year in years:
        try:
            day = of(year)
        except (ValueError, OverflowError):
            continue
        if day is None:
            continue
        if day >= now:
            return past, day
        past = day
    return past, None


def day_after(day: datetime) -> datetime | None:
    """The next midnight; None after the last day of the year 9999."""
    return day + timedelta(days=1) if day < _LATEST else None
