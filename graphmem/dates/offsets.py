"""At a distance: "three weeks ago", "in 5 minutes", "2 days after Easter", "Monday two weeks from now"."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from graphmem.dates import counting
from graphmem.dates.almanac import add_all, day_timex, moment_timex
from graphmem.dates.days import day
from graphmem.dates.figures import whole_day
from graphmem.dates.lengths import amounts, clocked, of_amounts
from graphmem.dates.months import month, unit_at
from graphmem.dates.scene import Node, Reading, Scene, first, rule
from graphmem.dates.words import SECONDS, WEEKDAYS
from graphmem.dates.years import lone_year

_BACK: Final = frozenset({"ago", "earlier", "back", "prior"})
_ON: Final = frozenset({"later", "hence"})
_NOW: Final = frozenset({"now", "today"})
_FROM: Final = {"after": 1, "from": 1, "since": 1, "following": 1, "before": -1}


def _moved(s: Scene, length: Node, sign: int, stop: int) -> Node:
    """The reference, moved."""
    if clocked(length):
        moment = add_all(s.now, length.amounts, sign)
        step = timedelta(seconds=SECONDS.get(length.unit, 1))
        reading = Reading(moment_timex(moment), moment, moment + step)
        return Node("datetime", stop, reading.timex, (reading,), unit=length.unit)
    if length.unit == "weekend" and len(length.amounts) == 1:
        return unit_at(s, "weekend", sign * int(length.amounts[0][0]), stop)
    # "Three years ago" is a day by its resolution, but a year by what is meant.
    return replace(whole_day(add_all(s.today, length.amounts, sign), stop), unit=length.unit)


def _based(s: Scene, length: Node, k: int) -> Node | None:
    """After, before or from some day: the coming one, if it is not known."""
    sign = _FROM.get(s.words[k])
    if sign is None:
        return None
    if s.words[k] == "from" and s.words[k + 1] == "now":
        return _moved(s, length, 1, k + 2)
    if clocked(length):
        return None
    base = first(s, k + 1, offset, day)
    if base is None and s.words[k] in ("since", "after", "before"):
        base = first(s, k + 1, month, lone_year)
    if (
        base is None
        or not base.readings
        or base.future.begin is None
        or base.kind not in ("date", "daterange")
    ):
        return None
    return whole_day(add_all(base.future.begin, length.amounts, sign), base.stop)


def _measured(s: Scene, i: int) -> Node | None:
    found = amounts(s, i)
    if found is None:
        return None
    length, k = of_amounts(*found), found[1]
    if s.words[k + 1] in ("this", "that", "in") and s.words[k] in ("later", "earlier"):
        return None
    if s.words[k] in _BACK and not (s.words[k] == "prior" and s.words[k + 1] == "to"):
        # "Three weeks ago today" is the day that "three weeks ago" is.
        return _moved(s, length, -1, s.skip(k + 1, "today"))
    if s.words[k] in _ON:
        return _moved(s, length, 1, k + 1)
    return _based(s, length, k)


def _in(s: Scene, i: int) -> Node | None:
    """In two weeks; "in two years since 2011"."""
    if s.words[i] != "in":
        return None
    found = amounts(s, i + 1)
    if found is None or s.words[i + 1] in ("all", "another"):
        return None
    length, k = of_amounts(*found), found[1]
    if s.words[k] == "since" and (based := _based(s, length, k)):
        return based
    if s.words[k] in ("from", "of", "after", "before", "ago") or s.words[k] == "-":
        return None
    return _moved(s, length, 1, k)


def _on_weekday(s: Scene, found: Node, weekday: int, stop: int, *, weeks: bool) -> Node | None:
    """The weekday of that week (from Sunday), or, at months' distance, the next one."""
    begin = found.past.begin
    if begin is None or found.kind != "date":
        return None
    if weeks:
        sunday = begin - timedelta(days=(begin.weekday() + 1) % 7)
        return whole_day(sunday + timedelta(days=(weekday + 1) % 7), stop, weekday=weekday)
    return whole_day(begin + timedelta(days=(weekday - begin.weekday()) % 7), stop, weekday=weekday)


def _by_weeks(s: Scene, start: int, stop: int) -> bool:
    return any(s.words[k].startswith(("week", "day", "fortnight")) for k in range(start, stop))


def _weekdays(s: Scene, i: int) -> Node | None:
    """Two Mondays from now, three Sundays ago."""
    found = counting.cardinal(s, i)
    if found is None or not 1 <= found[0] <= 60:
        return None
    count, k = found
    number = WEEKDAYS.get(s.words[k].removesuffix("s"))
    if number is None or s.words[k + 1] not in ("ago", "from"):
        return None
    if s.words[k + 1] == "ago":
        back = (s.now.weekday() - number) % 7 or 7
        return whole_day(s.today - timedelta(days=back + 7 * (count - 1)), k + 2, weekday=number)
    if s.words[k + 2] not in _NOW:
        return None
    ahead = (number - s.now.weekday()) % 7 or 7
    return whole_day(s.today + timedelta(days=ahead + 7 * (count - 1)), k + 3, weekday=number)


@rule
def offset(s: Scene, i: int) -> Node | None:
    """A day or a moment at a distance from now or from a day."""
    weekday = WEEKDAYS.get(s.words[i])
    if weekday is not None:
        k = s.skip(i + 1, ",")
        found = _measured(s, k)
        return (
            _on_weekday(s, found, weekday, found.stop, weeks=_by_weeks(s, k, found.stop)) if found else None
        )
    found = _weekdays(s, i) or _measured(s, i) or _in(s, i)
    if found is None or found.kind != "date":
        return found
    k = s.skip(found.stop, "on", ",")
    weekday = WEEKDAYS.get(s.words[k])
    if k > found.stop and weekday is not None and s.words[k - 1] == "on":
        return _on_weekday(s, found, weekday, k + 1, weeks=_by_weeks(s, i, found.stop))
    return found


def _bounded_sign(s: Scene, i: int) -> str:
    words = (s.words[i], s.words[i + 1])
    return {("more", "than"): "more", ("less", "than"): "less"}.get(words, "")


@rule
def bounded_offset(s: Scene, i: int) -> Node | None:
    """More than 2 weeks before today; less than 3 days after tomorrow."""
    bound = _bounded_sign(s, i)
    if not bound:
        return None
    found = offset(s, i + 2)
    length = amounts(s, i + 2)
    if found is None or length is None or found.kind != "date" or found.past.begin is None:
        return None
    moved, back = found.past.begin, _goes_back(s, length[1])
    base = add_all(moved, length[0], 1 if back else -1)
    if bound == "more":
        reading = Reading(found.timex, None if back else moved, moved if back else None)
        return Node("daterange", found.stop, found.timex, (reading,), "before" if back else "after", "day")
    begin, end = (moved, base) if back else (base, moved)
    return _range_node(begin, end, of_amounts(*length).timex, found.stop)


def _goes_back(s: Scene, k: int) -> bool:
    return s.words[k] in _BACK or s.words[k] == "before"


def _range_node(begin: datetime, end: datetime, length: str, stop: int) -> Node:
    timex = f"({day_timex(begin)},{day_timex(end)},{length})"
    return Node("daterange", stop, timex, (Reading(timex, begin, end),), unit="day")
