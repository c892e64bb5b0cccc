"""Spans of hours: "from 5 to 6 pm", "in the morning", "between 9:30 and 4", "from 9 for 2.5 hours"."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from graphmem.dates.almanac import clock_length
from graphmem.dates.clocks import clock, in_part, meridiem, part_name
from graphmem.dates.lengths import amounts, clocked, of_amounts, seconds
from graphmem.dates.scene import Clock, Node, Reading, Scene, rule
from graphmem.dates.words import DASHES, MEALS, PARTS, TO

_DAY: Final = 86_400
Span = tuple[Clock, Clock]


def part_span(word: str, mode: str) -> Span:
    """The first and last hour of a part of the day, or of its early or late two hours."""
    _, begin, end = PARTS[word]
    if mode == "start":
        end = begin + 2
    elif mode == "end":
        begin = end - 2
    return Clock(begin), Clock(end)


def place(day: datetime, span: Span) -> tuple[datetime, datetime]:
    """A span of hours on a day; one that ends before it begins ends on the next."""
    begin, end = span
    later = _DAY if end.seconds <= begin.seconds and end.hour < 24 else 0
    return day + timedelta(seconds=begin.seconds), day + timedelta(seconds=end.seconds + later)


def length_of(span: Span) -> str:
    """The length of a span, such as PT2H30M."""
    return clock_length((span[1].seconds - span[0].seconds) % _DAY)


def span_timex(span: Span) -> str:
    """Such as (T17,T18,PT1H)."""
    return f"({span[0].timex},{span[1].timex},{length_of(span)})"


@rule
def part(s: Scene, i: int) -> Node | None:
    """In the morning, late afternoon, at lunchtime, the night-time."""
    named = part_name(s, i)
    if named is None:
        return None
    word, mode, stop = named
    code = PARTS[word][0]
    meal = code in MEALS and not word.endswith("time") and s.words[i] != "at" and s.words[stop - 1] != "time"
    if s.words[i] == "in" and s.words[i + 1] in ("early", "late"):
        return None
    if stop == i + 1 and (s.in_name(i) or s.capital(i) and s.words[i + 1] == "of"):
        return None
    if s.words[i] in ("the",) and not mode or s.at(i - 1) in ("good", "$"):
        return None
    span = part_span(word, mode)
    reading = Reading(f"T{code}", *place(s.today, span))
    return Node("timerange", stop, f"T{code}", (reading,), mode, "part", spans=(span,), part=code, weak=meal)


@rule
def plural_part(s: Scene, i: int) -> Node | None:
    """In the mornings, which the specification reads as one morning."""
    if s.words[i] != "in" or s.words[i + 1] != "the" or s.words[i + 2].removesuffix("s") not in PARTS:
        return None
    span = part_span(s.words[i + 2].removesuffix("s"), "")
    code = PARTS[s.words[i + 2].removesuffix("s")][0]
    return Node(
        "timerange",
        i + 3,
        f"T{code}",
        (Reading(f"T{code}", *place(s.today, span)),),
        "",
        "part",
        spans=(span,),
    )


def _next_after(begin: Clock, end: tuple[Clock, ...]) -> Clock:
    """Of the clocks that an end can be, the first one after the begin."""
    return min(end, key=lambda one: ((one.seconds - begin.seconds - 1) % _DAY, one.hour))


def pairs(begin: tuple[Clock, ...], end: tuple[Clock, ...], *, noon: bool = False) -> tuple[Span, ...]:
    """The spans that two times bound: "5 to 6 pm" is 17 to 18, "11 to 4" either 11 to 16 or 23 to 4."""
    if noon:
        # "10 am - 12 am" cannot end at midnight and mean it.
        return ((begin[0], replace(end[0], hour=12)),)
    if len(begin) == 1:
        return ((begin[0], _next_after(begin[0], end)),)
    if len(end) == 1:
        # The begin is the last of its two before the end, but on the same day.
        before = [one for one in begin if one.seconds < end[0].seconds]
        chosen = max(before or begin, key=lambda one: one.seconds)
        return ((chosen, end[0]),)
    early = sorted(begin, key=lambda one: one.hour)
    return tuple((one, _next_after(one, end)) for one in early)


def spans_node(s: Scene, spans: tuple[Span, ...], stop: int, *, weak: bool) -> Node:
    """A span of hours; its readings are on the reference's day."""
    readings = []
    for span in spans:
        try:
            readings.append(Reading(span_timex(span), *place(s.today, span)))
        except OverflowError:
            continue
    depth = max(spans[0][0].depth, spans[0][1].depth)
    unit = ("hour", "minute", "second")[depth - 1]
    return Node("timerange", stop, span_timex(spans[0]), tuple(readings), unit=unit, spans=spans, weak=weak)


def _opening(s: Scene, i: int) -> tuple[str, int]:
    """From, between, or neither; and the token of the first time."""
    if s.words[i] in ("from", "between", "in"):
        return s.words[i], i + 1
    return "", i


@rule
def hours(s: Scene, i: int) -> Node | None:
    """From 5 to 6 pm, between 4 and 5, 3-8, 9.30-4.30pm, 5 to seven in the morning."""
    word, k = _opening(s, i)
    begin = clock(s, k)
    if begin is None or word == "in":
        return None
    k = begin.stop
    joined = s.words[k] in TO or word == "between" and s.words[k] == "and"
    if not joined or s.words[k] == "until" and not word and begin.weak:
        return None
    dash = s.words[k] in DASHES
    end = clock(s, k + 1)
    if end is None or s.at(i - 1) == "-" and s.glued(i) and dash:
        return None
    clocks = begin.clocks
    if (
        end.stop - 2 > k
        and len(end.clocks) == 1
        and (code := _part_inside(s, k + 1, end.stop))
        and len(clocks) == 2
    ):
        clocks = in_part(clocks, code)
    noon = _noon(s, begin, end)
    found = pairs(clocks, end.clocks, noon=noon)
    weak = begin.weak and end.weak
    if weak and word and _both_minutes(begin, end):
        weak = False
    return spans_node(s, found, end.stop, weak=weak)


def _both_minutes(begin: Node, end: Node) -> bool:
    """0730-0930, three thirty to four thirty: two weak times that bound a span are sure."""
    return begin.clocks[0].depth == 2 and end.clocks[0].depth == 2


def _part_inside(s: Scene, i: int, stop: int) -> str:
    """The code of the part of the day that is named between two tokens."""
    for k in range(i, stop):
        if s.words[k] in ("morning", "afternoon", "evening", "night"):
            return PARTS[s.words[k]][0]
    return ""


def _noon(s: Scene, begin: Node, end: Node) -> bool:
    """Whether "12 am" ends a span that began in the morning."""
    half = meridiem(s, end.stop - 1) if end.stop else None
    am = half is not None and half[0] == "am"
    return am and end.clocks == (Clock(0, depth=end.clocks[0].depth),) and len(begin.clocks) == 1


@rule
def lasting(s: Scene, i: int) -> Node | None:
    """From 9 for 2.5 hours; for 3 hours from 10 am."""
    if s.words[i] == "from":
        begin = clock(s, i + 1)
        found = amounts(s, begin.stop + 1) if begin and s.words[begin.stop] == "for" else None
        stop = found[1] if found else i
    elif s.words[i] == "for":
        found = amounts(s, i + 1)
        begin = clock(s, found[1] + 1) if found and s.words[found[1]] == "from" else None
        stop = begin.stop if begin else i
    else:
        return None
    if begin is None or found is None:
        return None
    length = of_amounts(*found)
    if not clocked(length) or seconds(length) > _DAY:
        return None
    start = min(begin.clocks, key=lambda one: one.hour)
    total = int(start.seconds + seconds(length)) % _DAY
    end = Clock(total // 3600, total // 60 % 60, total % 60, 3)
    return spans_node(s, ((start, end),), stop, weak=False)
