"""Days with times: "tomorrow at 8", "Oct 14 for 8:00:31am", "2020-05-05T14:30Z"; and "now"."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Final

from graphmem.dates.almanac import day_timex
from graphmem.dates.clocks import clock
from graphmem.dates.days import day
from graphmem.dates.figures import whole_day
from graphmem.dates.hours import Span, length_of, place
from graphmem.dates.months import year_after
from graphmem.dates.offsets import offset
from graphmem.dates.scene import Clock, Node, Reading, Scene, longest, rule
from graphmem.dates.words import AROUND

_JOINTS: Final = frozenset({"at", "for", "@", "on", ",", "-", "around", "of", "about"})
_PRESENT: Final = (
    ("right", "now"),
    ("just", "now"),
    ("at", "the", "moment"),
    ("at", "the", "minute"),
    ("at", "present"),
    ("at", "the", "present", "time"),
    ("at", "this", "time"),
    ("at", "this", "moment"),
    ("now",),
)
ZONES: Final = frozenset("est edt cst cdt mst mdt pst pdt gmt utc bst cet cest eet ist jst et pt ct".split())


@rule
def dated(s: Scene, i: int) -> Node | None:
    """A day that a time can be joined to: all but holidays, which the specification keeps apart."""
    found = longest(s, i, day, _offset_day)
    return (
        None
        if found is None or found.weak or found.part == "feast" or not found.readings and not found.timex
        else found
    )


def _offset_day(s: Scene, i: int) -> Node | None:
    found = offset(s, i)
    return found if found and found.kind == "date" else None


@rule
def present(s: Scene, i: int) -> Node | None:
    """Now, right now, at the moment."""
    for words in _PRESENT:
        if tuple(s.words[i : i + len(words)]) == words:
            stop = i + len(words)
            reading = Reading("PRESENT_REF", s.now, s.now + timedelta(seconds=1))
            return Node("datetime", stop, "PRESENT_REF", (reading,), unit="second")
    return None


def at_clocks(found: Node, clocks: tuple[Clock, ...], stop: int) -> Node:
    """The day's readings at each of the clocks."""
    readings = []
    for time in clocks:
        for one in found.readings:
            if one.begin is None:
                continue
            begin = one.begin + timedelta(seconds=time.seconds)
            end = begin + timedelta(seconds=(3600, 60, 1)[time.depth - 1])
            readings.append(Reading(one.timex + time.timex, begin, end))
    unit_said = ("hour", "minute", "second")[clocks[0].depth - 1]
    timex = found.timex + clocks[0].timex
    return Node("datetime", stop, timex, tuple(readings), unit=unit_said, clocks=clocks)


def in_spans(found: Node, spans: tuple[Span, ...], stop: int) -> Node:
    """The day's readings in each of the spans of hours."""
    readings = []
    for span in spans:
        for one in found.readings:
            if one.begin is None:
                continue
            begin, end = place(one.begin, span)
            late = one.timex if begin.date() == end.date() else _next_timex(found, one)
            timex = f"({one.timex}{span[0].timex},{late}{span[1].timex},{length_of(span)})"
            readings.append(Reading(timex, begin, end))
    unit_said = "minute" if max(spans[0][0].depth, spans[0][1].depth) > 1 else "hour"
    timex = readings[0].timex if readings else found.timex
    return Node("datetimerange", stop, timex, tuple(readings), unit=unit_said, spans=spans)


def _next_timex(found: Node, one: Reading) -> str:
    if found.weekday is not None and one.timex.startswith("XXXX-WXX"):
        return f"XXXX-WXX-{(found.weekday + 1) % 7 + 1}"
    return day_timex(one.begin + timedelta(days=1)) if one.begin else one.timex


def joint(s: Scene, i: int) -> int:
    """The token after what joins a day and a time: ", at", "for", "@", "-"."""
    k = s.skip(i, ",", "-", "(")
    k += s.words[k] in _JOINTS
    return k + 1 if s.words[k] in AROUND and s.words[k - 1] == "at" else k


@rule
def day_clock(s: Scene, i: int) -> Node | None:
    """Tomorrow at 8, Oct 14 for 8:00:31am, Sat at 5; 30.04.2022 12:04."""
    found = dated(s, i)
    if found is None:
        return None
    k = joint(s, found.stop)
    if k == found.stop and s.glued(k) and s.words[k] != "t":
        return None
    time = _strong_at(s, k) or (clock(s, k - 1) if k > found.stop and s.words[k - 1] == "at" else None)
    time = time or clock(s, k)
    if (
        time is None
        or time.weak
        and s.words[k - 1] not in ("at", "around", "about", "@")
        and not _spelled_minutes(time)
    ):
        return None
    if s.words[k - 1] in ("on", "of") and k > found.stop:
        return None
    year = year_after(s, time.stop) if found.year is None and found.month and found.day else None
    if year and time.clocks[0].depth == 3:
        # Wed Oct 26 15:50:06 2016
        whole = whole_day(datetime(year[0], found.month or 1, found.day or 1), year[1])
        return at_clocks(whole, time.clocks, year[1])
    return _zoned(s, at_clocks(found, time.clocks, time.stop))


def _zone(s: Scene, i: int) -> tuple[timezone, int] | None:
    """Z, +02:00 or -0500 glued to a time."""
    if not s.glued(i):
        return None
    if s.words[i] == "z":
        return timezone.utc, i + 1
    hours = s.words[i + 1]
    if s.words[i] not in ("+", "-") or not s.glued(i + 1) or not hours.isdigit() or len(hours) not in (2, 4):
        return None
    minutes, stop = int(hours[2:] or 0), i + 2
    if len(hours) == 2:
        if s.words[i + 2] != ":" or not s.words[i + 3].isdigit() or len(s.words[i + 3]) != 2:
            return None
        minutes, stop = int(s.words[i + 3]), i + 4
    ahead = timedelta(hours=int(hours[:2]), minutes=minutes)
    if ahead >= timedelta(hours=24):
        return None
    return timezone(-ahead if s.words[i] == "-" else ahead), stop


def _zoned(s: Scene, found: Node) -> Node:
    """A moment that says its zone, told in the reference's; a naive reference ignores it."""
    zone = _zone(s, found.stop)
    if zone is None:
        return found
    if s.zone is None:
        return found.until(zone[1])
    readings = []
    for one in found.readings:
        begin, end = (
            edge.replace(tzinfo=zone[0]).astimezone(s.zone).replace(tzinfo=None) if edge else None
            for edge in (one.begin, one.end)
        )
        readings.append(Reading(one.timex, begin, end))
    return replace(found, stop=zone[1], readings=tuple(readings))


def _spelled_minutes(time: Node) -> bool:
    return time.clocks[0].depth == 2


def _strong_at(s: Scene, k: int) -> Node | None:
    found = clock(s, k)
    return found if found and not found.weak else None
