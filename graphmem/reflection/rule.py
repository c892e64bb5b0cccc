"""A rule of recurrence: every day, on Mondays, on the last day of the month, every nine days or so.

Its written form is the recurrence rule of iCalendar (RFC 5545, section 3.3.10), of which it has the parts
that people's routines need. What is only about so often has no such form and says so.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice, takewhile
from typing import Final, Literal, TypeAlias

Unit: TypeAlias = Literal["day", "week", "month", "year"]
CODES: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WORKDAYS: Final = (0, 1, 2, 3, 4)
WEEKEND: Final = (5, 6)
_FREQUENCIES: Final[dict[Unit, str]] = {
    "day": "DAILY",
    "week": "WEEKLY",
    "month": "MONTHLY",
    "year": "YEARLY",
}
_FARTHEST: Final = 366 * 9
"""Days after which the next date is looked for no more: 29 February comes within eight years."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How often something comes: every ``every`` units.

    Attributes:
        unit: what is counted.
        every: how many of them lie between two.
        weekdays: in a week, the days from 0 (Monday); empty where it is not told which.
        day: in a month or year, the day of the month, -1 the last; 0 where it is not told which.
        nth: in a month, which of that weekday, -1 the last; 0 if it is not by weekday.
        month: in a year, the month; 0 where it is not told which.
        about: whether it is only about so often.
    """

    unit: Unit
    every: int = 1
    weekdays: tuple[int, ...] = ()
    day: int = 0
    nth: int = 0
    month: int = 0
    about: bool = False

    @property
    def written(self) -> str:
        """It as RFC 5545 writes it; empty if it is only about so often.

        >>> Rule("week", weekdays=(0, 3)).written
        'FREQ=WEEKLY;BYDAY=MO,TH'
        """
        if self.about:
            return ""
        parts = [f"FREQ={_FREQUENCIES[self.unit]}"]
        if self.every > 1:
            parts.append(f"INTERVAL={self.every}")
        if self.month:
            parts.append(f"BYMONTH={self.month}")
        if self.weekdays:
            nth = str(self.nth) if self.nth else ""
            parts.append("BYDAY=" + ",".join(nth + CODES[one] for one in self.weekdays))
        if self.day:
            parts.append(f"BYMONTHDAY={self.day}")
        return ";".join(parts)

    @property
    def text(self) -> str:
        """It for people.

        >>> Rule("week", 2, (4,)).text, Rule("day", 9, about=True).text, Rule("month", day=-1).text
        ('every two weeks on Friday', 'about every 9 days', 'every month on the last day')
        """
        if self.about:
            often = f"about every {self.every} {self.unit}s" if self.every > 1 else f"about every {self.unit}"
            return often + (f", mostly on {_named(self.weekdays)}" if self.weekdays else "")
        if self.unit == "week" and self.every == 1 and self.weekdays:
            known = {WORKDAYS: "every weekday", WEEKEND: "every weekend"}
            return known.get(self.weekdays) or f"every {_named(self.weekdays)}"
        number = {1: "", 2: "two "}.get(self.every, f"{self.every} ")
        often = f"every {number}{self.unit}{'s' if self.every > 1 else ''}"
        return often + self._which()

    def _which(self) -> str:
        if self.weekdays and self.nth:
            return f" on the {_ordinal(self.nth)} {_named(self.weekdays)}"
        if self.weekdays:
            return f" on {_named(self.weekdays)}"
        if self.unit == "year" and self.month:
            named = calendar.month_name[self.month]
            return f" on {self.day} {named}" if self.day else f" in {named}"
        return f" on the {_ordinal(self.day)}{' day' if self.day < 0 else ''}" if self.day else ""

    @property
    def exact(self) -> bool:
        """Whether it says which days it falls on, given one of them."""
        return not self.about and (self.unit == "day" or bool(self.weekdays or self.day or self.month))

    def fits(self, one: date, start: date) -> bool:
        """Whether it falls on a day, ``start`` being one that it falls on."""
        if self.unit == "day":
            return (one - start).days % self.every == 0
        if self.unit == "week":
            apart = (one - timedelta(one.weekday()) - start + timedelta(start.weekday())).days // 7
            return apart % self.every == 0 and one.weekday() in (self.weekdays or (start.weekday(),))
        months = 12 * (one.year - start.year) + one.month - start.month
        if self.unit == "year":
            return one.year % self.every == start.year % self.every and self._fits_year(one, start)
        return months % self.every == 0 and self._fits_month(one, start)

    def _fits_year(self, one: date, start: date) -> bool:
        return one.month == (self.month or start.month) and one.day == (self.day or start.day)

    def _fits_month(self, one: date, start: date) -> bool:
        last = calendar.monthrange(one.year, one.month)[1]
        if self.nth:
            place = -((last - one.day) // 7 + 1) if self.nth < 0 else (one.day - 1) // 7 + 1
            return one.weekday() in self.weekdays and place == self.nth
        wanted = self.day or start.day
        return one.day == (last if wanted < 0 else min(wanted, last))

    def dates(self, start: date, after: date) -> Iterator[date]:
        """The days after a day on which it falls, in order; of what is only about so often, by even steps."""
        if self.about:
            step = timedelta(self.every * {"day": 1, "week": 7, "month": 30, "year": 365}[self.unit])
            one = start + step * max((after - start) // step + 1, 1)
            while one <= date.max - step:
                yield one
                one += step
            return
        for ahead in range(1, min(_FARTHEST, (date.max - after).days)):
            if self.fits(one := after + timedelta(ahead), start):
                yield one

    def next(self, start: date, after: date) -> date | None:
        """The first day after a day on which it falls."""
        return next(self.dates(start, after), None)

    def between(self, start: date, end: date, most: int) -> list[date]:
        """The days from ``start`` to ``end``, both included, on which it falls; at most so many."""
        days = self.dates(start, start - timedelta(1)) if start > date.min else self.dates(start, start)
        return list(takewhile(lambda one: one <= end, islice(days, most)))


def _named(weekdays: tuple[int, ...]) -> str:
    names = [calendar.day_name[one] for one in weekdays]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _ordinal(number: int) -> str:
    if number < 0:
        return "last"
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def read_rule(written: str) -> Rule:
    """A rule from its written form.

    >>> read_rule("FREQ=MONTHLY;BYDAY=-1FR") == Rule("month", weekdays=(4,), nth=-1)
    True

    Raises:
        ValueError: it is not written as ``Rule.written`` writes it.
    """
    parts = {name: value for name, _, value in (part.partition("=") for part in written.split(";"))}
    units = {code: unit for unit, code in _FREQUENCIES.items()}
    if parts.get("FREQ") not in units:
        raise ValueError(f"{written!r} is no rule: it begins with FREQ=DAILY, WEEKLY, MONTHLY or YEARLY")
    days = parts["BYDAY"].split(",") if "BYDAY" in parts else []
    return Rule(
        units[parts["FREQ"]],
        int(parts.get("INTERVAL", 1)),
        tuple(CODES.index(one[-2:]) for one in days),
        int(parts.get("BYMONTHDAY", 0)),
        int(days[0][:-2] or 0) if days else 0,
        int(parts.get("BYMONTH", 0)),
    )
