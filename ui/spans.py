"""Stretches of time as people write them: "2013", "2021-03", "2001 to 2008", "2022-05-18 09:12".

A text names a whole unit, so what is written as the last one ("2008") belongs to the stretch. All moments
are in UTC, ``begin`` inclusive and ``end`` exclusive, as everywhere.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Final, Literal, TypeAlias

from graphmem.errors import InputError
from graphmem.statements import Interval
from graphmem.stores.moments import in_utc

Grain: TypeAlias = Literal["year", "month", "day", "minute"]
GRAINS: Final[tuple[Grain, ...]] = ("year", "month", "day", "minute")
_FORM: Final[dict[Grain, str]] = {"year": "", "month": "-%m", "day": "-%m-%d", "minute": "-%m-%d %H:%M"}
_TEXT: Final = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::\d{2})?Z?)?)?)?")
_FINE: Final = frozenset({"day", "hour", "minute", "second", "part", ""})
_LAST: Final = datetime.max.replace(tzinfo=timezone.utc)
_HALF: Final[dict[Grain, timedelta]] = {
    "year": timedelta(days=183),
    "month": timedelta(days=15),
    "day": timedelta(hours=12),
    "minute": timedelta(seconds=30),
}


def start(moment: datetime, grain: Grain) -> datetime:
    """The first moment of the unit that a moment is in."""
    moment = in_utc(moment).replace(second=0, microsecond=0)
    if grain == "minute":
        return moment
    moment = moment.replace(hour=0, minute=0)
    if grain == "day":
        return moment
    return moment.replace(day=1) if grain == "month" else moment.replace(month=1, day=1)


def after(moment: datetime, grain: Grain, units: int = 1) -> datetime:
    """So many units later, or before if negative; the last moment there is, where the calendar ends."""
    try:
        if grain == "year":
            return moment.replace(year=moment.year + units)
        if grain == "month":
            years, month = divmod(moment.month - 1 + units, 12)
            return moment.replace(year=moment.year + years, month=month + 1)
        return moment + timedelta(**{f"{grain}s": units})
    except (OverflowError, ValueError):
        return _LAST


def grain(when: Interval) -> Grain:
    """The coarsest unit that a stretch is whole in; of one with an open end no coarser than it is told."""
    ends = [moment for moment in (when.begin, when.end) if moment is not None]
    open_ended = len(ends) < len(("begin", "end"))
    for unit in GRAINS:
        coarser = unit in ("year", "month") and when.precision != unit
        if not (open_ended and coarser) and all(start(one, unit) == in_utc(one) for one in ends):
            return unit
    return "minute"


def vague(when: Interval) -> bool:
    """Whether it is told less exactly than to the day."""
    if when.precision not in _FINE:
        return True
    unit = grain(when)
    one = when.begin is not None and when.end is not None and after(in_utc(when.begin), unit) == when.end
    return unit in ("year", "month") and one


def _write(moment: datetime, unit: Grain) -> str:
    # strftime writes the year 44 as 44 or 0044, as the machine's library likes.
    moment = in_utc(moment)
    return f"{moment.year:04d}{moment.strftime(_FORM[unit])}"


def written(begin: datetime | None, end: datetime | None, unit: Grain) -> tuple[str, str]:
    """First and last unit of a stretch as texts; empty where it is open. ``read`` is the inverse."""
    last = end and in_utc(end) - timedelta(microseconds=1)
    return (_write(begin, unit) if begin else ""), (_write(last, unit) if last else "")


def told(when: Interval) -> str:
    """A stretch for people: "2013", "2001 to 2008", "since 2021-03", "before 2016"."""
    if when.recurring:
        return when.timex
    unit = grain(when)
    first, last = written(when.begin, when.end, unit)
    if not first:
        return f"before {_write(when.end, unit)}" if when.end else "at no known time"
    if not last:
        return f"since {first}"
    if first == last:
        return first
    day = len("2022-05-18 ")
    return f"{first} to {last[day:] if unit == 'minute' and first[:day] == last[:day] else last}"


def unit(text: str) -> tuple[datetime, datetime]:
    """The year, month, day or minute that a text names.

    Raises:
        InputError: it names none.
    """
    match = _TEXT.fullmatch(text.strip())
    if match is None:
        raise InputError(f"{text!r} is no date: write 2013, 2013-05, 2013-05-03 or 2013-05-03 14:00")
    parts = [int(part) for part in match.groups() if part is not None]
    year, month, day, hour, minute = (*parts, *(1, 1, 0, 0)[len(parts) - 1 :])
    fine: Grain = GRAINS[min(len(parts), len(GRAINS)) - 1]
    try:
        begin = datetime(year, month, day, hour, minute, tzinfo=timezone.utc)
    except ValueError as error:
        raise InputError(f"no calendar has {text!r}: write 2013, 2013-05 or 2013-05-03 14:00") from error
    return begin, after(begin, fine)


def read(first: str, last: str) -> tuple[datetime | None, datetime | None]:
    """The stretch from the first unit to the last; an empty text leaves that end open.

    Raises:
        InputError: a text is no date, or the last comes before the first.
    """
    begin = unit(first)[0] if first.strip() else None
    end = unit(last)[1] if last.strip() else None
    if begin and end and end <= begin:
        raise InputError(f"{last.strip()} is before {first.strip()}: write the earlier date first")
    return begin, end


def _later(moment: datetime, by: timedelta) -> datetime:
    """So much later, or the first or last moment that there is."""
    try:
        return in_utc(moment) + by
    except OverflowError:
        return _LAST if by > timedelta() else datetime.min.replace(tzinfo=timezone.utc)


def _nearest(moment: datetime, unit: Grain) -> datetime:
    return start(_later(moment, _HALF[unit]), unit)


def shifted(when: Interval, by: timedelta) -> tuple[datetime | None, datetime | None]:
    """A stretch moved in time, and still as exact as it was: a year becomes another year."""
    unit = grain(when)
    if when.begin is None:
        return None, when.end and _nearest(_later(when.end, by), unit)
    begin = _nearest(_later(when.begin, by), unit)
    if when.end is None:
        return begin, None
    months = 12 * (when.end.year - when.begin.year) + when.end.month - when.begin.month
    if unit in ("year", "month"):
        return begin, after(begin, "month", months)
    return begin, _later(begin, when.end - when.begin)


def resized(
    when: Interval, begin: datetime | None, end: datetime | None
) -> tuple[datetime | None, datetime | None]:
    """A stretch with ends drawn elsewhere: to the day, or to the minute if it was told so."""
    unit: Grain = "minute" if grain(when) == "minute" else "day"
    return begin and _nearest(begin, unit), end and _nearest(end, unit)


def window_grain(begin: datetime, end: datetime) -> Grain:
    """How exactly the edges of a window are worth writing."""
    days = (end - begin).days
    return "year" if days > 20 * 366 else "month" if days > 2 * 366 else "day" if days > 20 else "minute"
