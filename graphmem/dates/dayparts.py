"""Parts and spans of days: "last night", "Monday afternoon", "Tuesday from 2 to 2:30 pm", "tonight at 7"."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from graphmem.dates import counting
from graphmem.dates.almanac import add
from graphmem.dates.clocks import bare_clock, clock, in_part, part_name
from graphmem.dates.days import day, nth_readings
from graphmem.dates.daytimes import ZONES, at_clocks, dated, day_clock, in_spans, joint, present
from graphmem.dates.figures import whole_day
from graphmem.dates.hours import Span, hours, lasting, part_span, place
from graphmem.dates.months import month, unit
from graphmem.dates.scene import Clock, Node, Reading, Scene, first, longest, rule
from graphmem.dates.words import PARTS, SHIFTS, WEEKDAYS

_PART_WORDS: Final = frozenset({"morning", "afternoon", "evening", "night"})


@rule
def clock_day(s: Scene, i: int) -> Node | None:
    """3pm today, 9am on Tuesday, 13:00 February 28, 2013; not a bare number before a day."""
    time = clock(s, i)
    if time is None or time.weak and s.words[time.stop] not in ("tomorrow", "today", "tonight"):
        return None
    if time.weak and s.at(i - 1) != "at":
        return None
    k = time.stop + (s.words[time.stop] in ZONES and s.words[time.stop + 1] in ("on", ","))
    k = s.skip(k, ",")
    k = s.skip(k, "on", "of", "in")
    found = dated(s, k)
    if found is None or s.words[k] == "the" and s.words[k + 1] == "day":
        return None
    stop = found.stop
    clocks = time.clocks
    inner = day_part(s, k)
    if inner and inner.part and inner.stop > stop:
        clocks, stop = in_part(clocks, inner.part), inner.stop
    return at_clocks(found, clocks, stop)


def _part_on(found: Node, code: str, span: Span, mode: str, stop: int) -> Node:
    readings = []
    for one in found.readings:
        if one.begin is not None:
            begin, end = place(one.begin, span)
            readings.append(Reading(f"{one.timex}T{code}", begin, end))
    timex = f"{found.timex}T{code}"
    return Node(
        "datetimerange",
        stop,
        timex,
        tuple(readings),
        mode,
        "part",
        spans=(span,),
        part=code,
        weekday=found.weekday,
    )


def _shifted_part(s: Scene, i: int) -> tuple[Node, str, str, int] | None:
    """This evening, last night, tonight, late this morning: day, part, mode, token after."""
    mode = {"early": "start", "earlier": "start", "late": "end", "later": "end"}.get(s.words[i], "")
    k = i + bool(mode)
    if s.words[k] in ("tonight", "tonite"):
        return whole_day(s.today, k + 1), "night", mode, k + 1
    shift = SHIFTS.get(s.words[k])
    if shift is None or s.words[k + 1] not in _PART_WORDS:
        return None
    return whole_day(add(s.today, shift, "day"), k + 2), s.words[k + 1], mode, k + 2


def _day_then_part(s: Scene, i: int) -> tuple[Node, str, str, int] | None:
    """Tomorrow night, Tuesday in the morning, today pm, mar4 night."""
    found = dated(s, i)
    if found is None:
        return None
    k = s.skip(found.stop, ",")
    if s.words[k] in ("am", "pm") and s.spaced(k):
        return found, "morning" if s.words[k] == "am" else "afternoon", "", k + 1
    named = part_name(s, k)
    if named is None or named[0] not in PARTS or PARTS[named[0]][0].startswith("ME"):
        return None
    return found, named[0], named[1], named[2]


@rule
def day_part(s: Scene, i: int) -> Node | None:
    """A part of a day: this evening, last night, Monday afternoon, Wednesday evening next week."""
    found = _shifted_part(s, i) or _day_then_part(s, i)
    if found is None:
        return None
    of, word, mode, stop = found
    code = PARTS[word][0]
    week = unit(s, stop) if of.weekday is not None and of.readings and len(of.readings) > 1 else None
    if week and week.unit == "week" and week.past.begin:
        of = whole_day(week.past.begin + timedelta(days=of.weekday or 0), week.stop)
        stop = week.stop
    return _part_on(of, code, part_span(word, mode), mode, stop)


@rule
def part_clock(s: Scene, i: int) -> Node | None:
    """Tonight at 7, last night at 8, Sunday early morning at 8:00; 10, tonight; 8am this morning."""
    found = day_part(s, i)
    if found and found.past.begin:
        k = joint(s, found.stop)
        time = bare_clock(s, k)
        if time is None or time.weak and k == found.stop:
            return None
        days = _days_of(found)
        return at_clocks(days, in_part(time.clocks, found.part), time.stop)
    time = bare_clock(s, i)
    if time is None:
        return None
    k = s.skip(time.stop, ",")
    found = day_part(s, s.skip(k, "on"))
    if found is None or not found.part or time.weak and not (k > time.stop or s.at(i - 1) == "at"):
        return None
    return at_clocks(_days_of(found), in_part(time.clocks, found.part), found.stop)


def _days_of(found: Node) -> Node:
    """The days whose parts a node is."""
    suffix = f"T{found.part}"
    readings = tuple(
        Reading(one.timex.removesuffix(suffix), one.begin.replace(hour=0, minute=0, second=0), None)
        for one in found.readings
        if one.begin is not None
    )
    return replace(found, kind="date", timex=found.timex.removesuffix(suffix), readings=readings, modifier="")


def _narrowed(spans: tuple[Span, ...], part: str) -> tuple[Span, ...]:
    """Of spans of hours, those in a part of the day."""
    if not part:
        return spans
    begins = tuple({one[0] for one in spans})
    if len(begins) == 1:
        return spans
    begin, end = in_part(begins, part)[0], tuple({one[1] for one in spans})
    close = min(end, key=lambda one: (one.seconds - begin.seconds - 1) % 86_400)
    return ((begin, close),)


@rule
def day_hours(s: Scene, i: int) -> Node | None:
    """Tuesday from 2 to 2:30 pm, Monday 12-4, yesterday afternoon from 3-8pm, tonight from 7 to 7:30."""
    for of in (day_part(s, i), dated(s, i)):
        if of is None:
            continue
        k = s.skip(of.stop, ",")
        k = s.skip(k, "at", "on")
        span = longest(s, k, lasting, hours)
        if (
            span is None
            or not span.spans
            or s.glued(k)
            and k == of.stop
            or span.weak
            and s.words[of.stop] == ","
        ):
            continue
        if of.kind == "date":
            return in_spans(of, span.spans, span.stop)
        return in_spans(_days_of(of), _narrowed(span.spans, of.part), span.stop)
    return None


@rule
def hours_day(s: Scene, i: int) -> Node | None:
    """From 5 to 6 pm of April 22, 10am to 12pm Monday morning, 6-8 next Monday."""
    span = longest(s, i, lasting, hours)
    if span is None:
        return None
    k = s.skip(span.stop, ",")
    k = s.skip(k, "on", "of", "in")
    if part := day_part(s, k):
        return in_spans(_days_of(part), _narrowed(span.spans, part.part), part.stop)
    of = dated(s, k)
    if of is None or s.words[k] == "the" and s.words[k + 1] == "day" or not of.readings:
        return None
    return in_spans(of, span.spans, of.stop)


@rule
def nth_part(s: Scene, i: int) -> Node | None:
    """First Monday evening of next month; first Monday 1pm to 3pm of May."""
    ranked = counting.ordinal(s, i)
    number = WEEKDAYS.get(s.words[ranked[1]]) if ranked else None
    inner = longest(s, ranked[1], day_hours, day_part, day_clock) if ranked and number is not None else None
    if ranked is None or inner is None or s.words[inner.stop] not in ("of", "in") or not 1 <= ranked[0] <= 5:
        return None
    of = month(s, inner.stop + 1) or unit(s, inner.stop + 1)
    if of is None or of.unit != "month" or of.month is None:
        return None
    days = nth_readings(of, ranked[0], number or 0, of.stop, week=False)
    if inner.kind == "datetime":
        return at_clocks(days, inner.clocks, of.stop)
    if inner.part:
        return _part_on(days, inner.part, inner.spans[0], inner.modifier, of.stop)
    return in_spans(days, inner.spans, of.stop)


@rule
def end_of_day(s: Scene, i: int) -> Node | None:
    """End of tomorrow, the end of the day, EOD."""
    k = s.skip(i, "the")
    if s.words[k] in ("eod", "cob"):
        found: Node | None = whole_day(s.today, k + 1)
    elif s.words[k] == "end" and s.words[k + 1] == "of":
        j = s.skip(k + 2, "the") if s.words[k + 3] in WEEKDAYS else k + 2
        found = first(s, j, day)
        if s.words[k + 2] == "day" or s.words[k + 2] == "the" and s.words[k + 3] == "day":
            found = whole_day(s.today, k + 3 + (s.words[k + 2] == "the"))
    else:
        return None
    return at_clocks(found, (Clock(23, 59, 59, 3),), found.stop) if found and found.readings else None


@rule
def part_of_day(s: Scene, i: int) -> Node | None:
    """Early in the day Wednesday, mid today, later in today."""
    modes = {"early": "start", "earlier": "start", "mid": "mid", "late": "end", "later": "end"}
    mode = modes.get(s.words[i])
    if mode is None:
        return None
    k = s.skip(i + 1, "in")
    if s.words[k] == "the" and s.words[k + 1] == "day" and k > i + 1:
        k += 2
    elif s.words[k] != "today":
        return None
    of = first(s, k, dated)
    if of is None or of.future.begin is None:
        of = whole_day(s.today, k)
    begin, end = {"start": (0, 12), "mid": (10, 14), "end": (12, 24)}[mode]
    day_begin = of.future.begin or s.today
    reading = Reading(of.timex, day_begin + timedelta(hours=begin), day_begin + timedelta(hours=end))
    return Node("datetimerange", of.stop, of.timex, (reading,), mode, "part")


@rule
def moment(s: Scene, i: int) -> Node | None:
    """A day with a time of day."""
    return longest(s, i, day_clock, clock_day, part_clock, end_of_day, present)


@rule
def stretch(s: Scene, i: int) -> Node | None:
    """A day with a span of hours, or a part of it."""
    return longest(s, i, day_hours, hours_day, day_part, part_of_day, nth_part)
