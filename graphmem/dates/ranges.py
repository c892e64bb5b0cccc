"""Between two points: "from May to Oct 2020", "2014-2018", "April 9th through 17th", "between now and 8"."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from graphmem.dates import counting
from graphmem.dates.almanac import clock_length, day_after, day_timex, moment_timex
from graphmem.dates.clocks import clock
from graphmem.dates.dayparts import moment
from graphmem.dates.days import day
from graphmem.dates.daytimes import present
from graphmem.dates.figures import day_of
from graphmem.dates.months import month, month_name, month_of, unit, year_after
from graphmem.dates.named import day_number
from graphmem.dates.offsets import offset
from graphmem.dates.periods import portion, whole
from graphmem.dates.scene import Node, Reading, Scene, first, longest, rule
from graphmem.dates.weeks import weekly_period
from graphmem.dates.words import DASHES, TO
from graphmem.dates.years import lone_year, year_of

_OPENERS: Final = frozenset({"from", "between"})
_MONTHLY: Final = frozenset({"month", "quarter", "half", "year", "decade", "century"})


def _edge(node: Node) -> Node:
    """A portion as a point: the end of 2008 is the end, the middle of March its 16th day."""
    if not node.modifier or node.modifier not in ("start", "mid", "end"):
        return node
    readings = []
    for one in node.readings:
        if one.begin is None or one.end is None:
            continue
        begin, end = _whole_bounds(node, one)
        point = {"start": begin, "mid": begin + timedelta(days=(end - begin).days // 2), "end": end}[
            node.modifier
        ]
        readings.append(Reading(one.timex, point, point))
    return replace(node, readings=tuple(readings), unit="month", modifier="")


def _whole_bounds(node: Node, one: Reading) -> tuple[datetime, datetime]:
    """The bounds of the whole year or month that a portion is of."""
    assert one.begin is not None
    assert one.end is not None
    last = one.end - timedelta(days=1) if node.modifier == "end" else one.begin
    if node.unit == "year":
        return datetime(last.year, 1, 1), datetime(last.year + 1, 1, 1)
    if node.unit == "month":
        begin = last.replace(day=1)
        return begin, (begin + timedelta(days=32)).replace(day=1)
    return one.begin, one.end


def _today(s: Scene, i: int) -> Node | None:
    """Now as a day, and "date" in "to date"."""
    found = present(s, i)
    stop = (
        found.stop
        if found
        else i + 1
        if s.words[i] == "date" and s.at(i - 1) in ("to", "till", "until")
        else 0
    )
    if not stop:
        return None
    timex = day_timex(s.today)
    return Node("date", stop, timex, (Reading(timex, s.today, s.today),), unit="day", year=s.now.year)


@rule
def point(s: Scene, i: int) -> Node | None:
    """A day or a period that a range begins or ends with."""
    found = longest(s, i, day, _offset_day, portion, weekly_period, whole)
    if found is not None and found.modifier in ("start", "mid", "end"):
        return _edge(found)
    return found or _today(s, i)


def _offset_day(s: Scene, i: int) -> Node | None:
    found = offset(s, i)
    return found if found and found.kind == "date" else None


def _written(node: Node, reading: Reading) -> str:
    """The timex of a range's end."""
    if reading.begin is None:
        return reading.timex
    if reading.timex.startswith("XXXX-WXX"):
        return reading.timex
    known = day_timex(reading.begin)
    return "XXXX" + known[4:] if reading.timex.startswith("XXXX") else known


def _length(begin: datetime, end: datetime, first_unit: str, second_unit: str) -> str:
    if first_unit == second_unit == "year":
        return f"P{end.year - begin.year}Y"
    if first_unit in _MONTHLY and second_unit in _MONTHLY:
        return f"P{12 * (end.year - begin.year) + end.month - begin.month}M"
    if first_unit == second_unit == "week":
        return f"P{(end - begin).days // 7}W"
    return f"P{(end - begin).days}D"


def _with_year(s: Scene, node: Node, year: int) -> Node:
    """A month or a day of a month in a year."""
    if node.month and node.day:
        return day_of(s, year, node.month, node.day, node.stop) or node
    if node.month and node.unit == "month" and node.day is None:
        return month_of(s, node.month, year, node.stop)
    return node


def _share_year(s: Scene, left: Node, right: Node) -> tuple[Node, Node]:
    """The year that only one end has: "Nov-Feb 2017" begins in 2016."""
    if right.year and left.month and not left.year and _movable(left):
        later = (left.month, left.day or 0) > (right.month or 12, right.day or (0 if not left.day else 31))
        return _with_year(s, left, right.year - later), right
    if (
        left.year
        and right.month
        and not right.year
        and _movable(right)
        and left.month
        and not _is_now(s, left)
    ):
        earlier = (right.month, right.day or 31) < (left.month, left.day or 0)
        return left, _with_year(s, right, left.year + earlier)
    return left, right


def _movable(node: Node) -> bool:
    """Whether a node is of no year yet: its readings differ, or there are none."""
    return len({one.begin for one in node.readings}) != 1 and node.weekday is None


def _is_now(s: Scene, node: Node) -> bool:
    return bool(node.readings) and node.past.begin == s.today


def _weekday_after(s: Scene, left: Node, right: Node) -> Node:
    """From next Monday to Friday: the Friday behind it."""
    begin = left.past.begin
    if right.weekday is None or len(right.readings) < 2 or len(left.readings) != 1 or begin is None:
        return right
    end = begin + timedelta(days=(right.weekday - begin.weekday() - 1) % 7 + 1)
    return replace(right, readings=(Reading(day_timex(end), end, day_after(end)),))


def _pairs(left: Node, right: Node) -> list[tuple[Reading, Reading]]:
    """The readings of a range: an end before its begin belongs to the next one, or the last."""
    past_begin, future_begin = left.past, left.future
    past_end, future_end = right.past, right.future
    if _after(future_begin, future_end):
        future_begin = past_begin
    if _after(past_begin, past_end):
        past_end = future_end
    found = [(past_begin, past_end)]
    if (future_begin.begin, future_end.begin) != (past_begin.begin, past_end.begin):
        found.append((future_begin, future_end))
    return found


def _after(begin: Reading, end: Reading) -> bool:
    return begin.begin is not None and end.begin is not None and begin.begin > end.begin


def _leap(s: Scene, left: Node, right: Node) -> list[tuple[Reading, Reading]]:
    """A range from 29 February ends in the same year."""
    if (
        (left.month, left.day, left.year, right.year) != (2, 29, None, None)
        or not right.month
        or not right.day
    ):
        return []
    found = []
    for one in left.readings:
        end = day_of(s, one.begin.year, right.month, right.day, right.stop) if one.begin else None
        if end:
            found.append((one, replace(end.past, timex=right.timex)))
    return found


def merged(s: Scene, left: Node, right: Node, stop: int) -> Node | None:
    """The range between two points."""
    left, right = _share_year(s, left, right)
    right = _weekday_after(s, left, right)
    if not left.readings or not right.readings:
        timex = f"({left.timex},{right.timex},PXD)"
        return Node("daterange", stop, timex, unit="day") if left.kind == right.kind == "date" else None
    readings = []
    for one, two in _leap(s, left, right) or _pairs(left, right):
        if one.begin is None or two.begin is None or one.begin > two.begin:
            continue
        if s.inclusive and two.end is not None:
            two = replace(two, begin=two.end)
        end = two.begin
        assert end is not None
        length = _length(one.begin, end, left.unit, right.unit)
        timex = f"({_written(left, one)},{_written(right, two)},{length})"
        readings.append(Reading(timex, one.begin, end))
    if not readings:
        return None
    finer = right.unit if left.unit in _MONTHLY else left.unit
    return Node("daterange", stop, readings[0].timex, tuple(readings), unit=finer)


def _joins(s: Scene, i: int, opener: str) -> bool:
    """Whether a token leads to the end of a range."""
    word = s.words[i]
    if word == "and":
        return opener == "between"
    if word in DASHES:
        return s.glued(i) == s.glued(i + 1)
    return word in TO


@rule
def days(s: Scene, i: int) -> Node | None:
    """From one day or period to another."""
    opener = s.words[i] if s.words[i] in _OPENERS else ""
    k = i + bool(opener)
    if not opener and s.words[i] == "in" and counting.digits(s, i + 1):
        left = lone_year(s, i + 1)
        joined = left is not None and s.words[left.stop] in TO - DASHES
        right = lone_year(s, left.stop + 1) if left and joined else None
        return merged(s, left, right, right.stop) if left and right else None
    for left in (point(s, k), longest(s, k, whole, day)):
        if left is None or left.modifier or not _joins(s, left.stop, opener):
            continue
        if s.words[left.stop] in ("until", "till") and not opener:
            continue
        right = point(s, left.stop + 1)
        if right is None or right.modifier or right.kind not in ("date", "daterange"):
            continue
        return merged(s, left, right, right.stop)
    return None


def _number_only(s: Scene, i: int) -> tuple[int, int] | None:
    """A bare number of a day, or an ordinal, with or without "the"."""
    return day_number(s, s.skip(i, "the"))


@rule
def numbers(s: Scene, i: int) -> Node | None:
    """Between 3 and 12 of Sept, from 4-23 in next month, 9 to 12 of June."""
    opener = s.words[i] if s.words[i] in _OPENERS else ""
    left = _number_only(s, i + bool(opener))
    if left is None or not _joins(s, left[1], opener):
        return None
    right = _number_only(s, left[1] + 1)
    if right is None:
        return None
    k = s.skip(right[1], "of", "in")
    plain = k == right[1]
    named = month_name(s, k)
    if named:
        year = year_after(s, named[1])
        return _number_range(
            s, left[0], right[0], named[0], year[0] if year else None, year[1] if year else named[1]
        )
    of = first(s, k, month, unit) if not plain else None
    if of is None or of.unit != "month" or of.month is None:
        return None
    return _number_range(s, left[0], right[0], of.month, of.year, of.stop)


def _number_range(
    s: Scene, begin: int, end: int, month_number: int, year: int | None, stop: int
) -> Node | None:
    left = day_of(s, year, month_number, begin, stop)
    right = day_of(s, year, month_number, end, stop)
    if left is None or right is None or begin > end:
        return None
    return merged(s, left, right, stop)


@rule
def month_numbers(s: Scene, i: int) -> Node | None:
    """November 18-19, April ninth through seventeenth, from April the ninth till the seventeenth."""
    k = i + (s.words[i] in _OPENERS or s.words[i] == "on")
    named = month_name(s, k)
    if named is None:
        return None
    left = _number_only(s, named[1])
    if left is None or not _joins(s, left[1], s.words[i]):
        return None
    right = _number_only(s, left[1] + 1)
    if right is None or month_name(s, s.skip(right[1], "of")) or s.words[right[1]] in (":", "am", "pm", "/"):
        return None
    if s.glued(right[1]) and s.words[right[1]].isalnum():
        return None
    year = year_after(s, right[1])
    return _number_range(
        s, left[0], right[0], named[0], year[0] if year else None, year[1] if year else right[1]
    )


def _moments(s: Scene, left: Node, right: Node) -> Node | None:
    """The range between two moments."""
    readings = []
    for one, two in _pairs(left, right):
        if one.begin is None or two.begin is None or one.begin >= two.begin:
            continue
        length = clock_length(int((two.begin - one.begin).total_seconds()))
        readings.append(Reading(f"({one.timex},{two.timex},{length})", one.begin, two.begin))
    if not readings:
        return None
    return Node("datetimerange", right.stop, readings[0].timex, tuple(readings), unit=right.unit)


def _beside_now(s: Scene, clocks: Node, *, after: bool) -> Node:
    """A time of today after now, or before it."""
    found = [s.today + timedelta(seconds=one.seconds) for one in clocks.clocks]
    fitting = [one for one in found if (one > s.now) == after] or found
    begin = min(fitting) if after else max(fitting)
    depth = clocks.clocks[0].depth
    timex = moment_timex(begin)[: 10 + 3 * depth]
    return Node("datetime", clocks.stop, timex, (Reading(timex, begin, begin),), unit=clocks.unit)


def _like(s: Scene, left: Node, clocks: Node) -> Node | None:
    """The end of a span on the day of its begin: "between 2:00 tomorrow and 4:00"."""
    readings = []
    for one in left.readings:
        if one.begin is None:
            continue
        midnight = one.begin.replace(hour=0, minute=0, second=0)
        ends = [midnight + timedelta(seconds=time.seconds) for time in clocks.clocks]
        later = [end for end in ends if end > one.begin]
        if not later:
            return None
        depth = clocks.clocks[0].depth
        readings.append(Reading(moment_timex(min(later))[: 10 + 3 * depth], min(later), min(later)))
    return Node("datetime", clocks.stop, "", tuple(readings), unit=clocks.unit)


@rule
def moments(s: Scene, i: int) -> Node | None:
    """From 2 pm till tomorrow 4:30 pm, between now and eight o'clock, from now until 3 min later."""
    opener = s.words[i] if s.words[i] in _OPENERS else ""
    k = i + bool(opener)
    left = longest(s, k, moment, _offset_moment, clock)
    if left is None or not _joins(s, left.stop, opener) or not opener and left.kind == "time":
        return None
    right = longest(s, left.stop + 1, moment, _offset_moment, clock)
    if right is None or left.kind == right.kind == "time":
        return None
    if right.kind == "time":
        if left.timex == "PRESENT_REF":
            return _moments(s, left, _beside_now(s, right, after=True))
        pairs = [(one, _like(s, replace(left, readings=(one,)), right)) for one in left.readings]
        parts = [_moments(s, replace(left, readings=(one,)), end) for one, end in pairs if end]
        readings = tuple(part.past for part in parts if part)
        return (
            Node("datetimerange", right.stop, readings[0].timex, readings, unit=right.unit)
            if readings
            else None
        )
    if left.kind == "time":
        left = _beside_now(s, left, after=right.timex != "PRESENT_REF").until(left.stop)
    return _moments(s, left, right)


def _offset_moment(s: Scene, i: int) -> Node | None:
    found = offset(s, i)
    return found if found and found.kind == "datetime" else None


@rule
def short_years(s: Scene, i: int) -> Node | None:
    """1914-18, 2009–10 (with a hyphen, 2009-10 is October)."""
    k = i + (s.words[i] in _OPENERS)
    left, right = counting.digits(s, k), counting.digits(s, k + 2, 2)
    if left is None or right is None or not 1000 <= left <= 2100 or len(s.words[k + 2]) != 2:
        return None
    dash = s.words[k + 1]
    if dash not in DASHES or not (s.glued(k + 1) and s.glued(k + 2)) or dash == "-" and right <= 12:
        return None
    year = left // 100 * 100 + right
    if not left < year <= left + 15 or s.glued(k + 3) and s.words[k + 3] in ("-", "–", "/", "."):
        return None
    return merged(s, year_of(left, k + 1), year_of(year, k + 3), k + 3)


@rule
def ranged(s: Scene, i: int) -> Node | None:
    """Any range between two points."""
    return longest(s, i, numbers, month_numbers, days, moments, short_years)
