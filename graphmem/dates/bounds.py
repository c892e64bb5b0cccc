"""Open ends: before May, since 2010, no later than 6 pm, 2012 or later; and around: about noon."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from graphmem.dates.almanac import day_timex
from graphmem.dates.clocks import clock
from graphmem.dates.dayparts import moment, stretch
from graphmem.dates.days import day
from graphmem.dates.daytimes import at_clocks, dated, present
from graphmem.dates.expression import Kind
from graphmem.dates.hours import part
from graphmem.dates.lengths import plain
from graphmem.dates.offsets import offset
from graphmem.dates.periods import portion, whole
from graphmem.dates.scene import Node, Reading, Scene, longest, rule
from graphmem.dates.weeks import weekly_period
from graphmem.dates.words import AROUND

# Words that bound, longest first; the modifier that they make.
_PREFIXES: Final = (
    (("no", "later", "than"), "before"),
    (("not", "later", "than"), "before"),
    (("any", "time", "from"), "since"),
    (("as", "early", "as"), "since"),
    (("as", "late", "as"), "until"),
    (("later", "than"), "after"),
    (("greater", "than"), "after"),
    (("earlier", "than"), "before"),
    (("prior", "to"), "before"),
    (("on", "or", "before"), "until"),
    (("on", "or", "after"), "since"),
    (("starting", "on"), "since"),
    (("starting", "from"), "since"),
    (("starting",), "since"),
    (("beginning", "on"), "since"),
    (("beginning",), "since"),
    ((">", "="), "since"),
    (("<", "="), "until"),
    (("before",), "before"),
    (("until",), "before"),
    (("till",), "before"),
    (("by",), "before"),
    (("after",), "after"),
    (("since",), "since"),
)
_SUFFIXES: Final = {
    ("or", "later"): "since",
    ("and", "later"): "since",
    ("and", "after"): "since",
    ("or", "after"): "since",
    ("and", "greater"): "since",
    ("or", "earlier"): "until",
    ("or", "before"): "until",
}
_RANGES: Final[dict[str, Kind]] = {
    "date": "daterange",
    "daterange": "daterange",
    "time": "timerange",
    "timerange": "timerange",
    "datetime": "datetimerange",
    "datetimerange": "datetimerange",
}


def prefix(s: Scene, i: int) -> tuple[str, int] | None:
    """The modifier of the words at a token, and the token after them."""
    for words, modifier in _PREFIXES:
        if s.words[i] == words[0] and tuple(s.words[i : i + len(words)]) == words:
            return modifier, i + len(words)
    return None


def _cut(modifier: str, of: Node, one: Reading) -> tuple[datetime | None, datetime | None]:
    """The interval of a reading behind a bounding word."""
    point = of.kind in ("date", "time", "datetime")
    if modifier == "since":
        return one.begin, None
    if modifier == "after":
        return (one.begin if point or of.modifier == "start" else one.end), None
    if modifier == "until" and not point:
        return None, one.end
    return None, (one.end if of.modifier == "end" else one.begin)


def bound(of: Node, modifier: str, stop: int) -> Node | None:
    """A node with an open end."""
    if of.kind not in _RANGES or of.modifier in ("before", "after", "since", "until", "ref_undef"):
        return None
    readings = []
    for one in of.readings:
        begin, end = _cut(modifier, of, one)
        readings.append(Reading(one.timex, begin, end))
    both = "-".join(filter(None, (modifier, of.modifier)))
    return replace(of, kind=_RANGES[of.kind], stop=stop, readings=tuple(readings), modifier=both, weak=False)


@rule
def about(s: Scene, i: int) -> Node | None:
    """Around the 21st this month, circa 5 in the morning, around dinner."""
    if s.words[i] not in AROUND or s.words[i] == "about" and s.at(i - 1) in ("how", "what"):
        return None
    found = longest(s, i + 1, moment, stretch, day, clock, part, whole, plain)
    away = offset(s, i + 1)
    if away and (found is None or away.stop >= found.stop):
        return replace(away, modifier="approx")
    if found is None or found.weak and found.kind in ("time", "date") or found.modifier:
        return None
    if s.words[i] == "about" and (
        found.kind not in ("time", "datetime", "duration") or s.at(i - 1) in ("how", "what")
    ):
        return None
    if found.kind == "date" and s.words[i + 1] == "the" and found.timex.startswith("XXXX-XX"):
        return None
    return replace(found, modifier="approx", weak=False)


@rule
def bounded_target(s: Scene, i: int) -> Node | None:
    """What can be bounded."""
    return longest(s, i, moment, about, stretch, day, _offset_day, portion, weekly_period, whole, clock, part)


def _offset_day(s: Scene, i: int) -> Node | None:
    found = offset(s, i)
    return found if found and found.kind == "date" else None


@rule
def before_after(s: Scene, i: int) -> Node | None:
    """A bounding word and what it bounds."""
    k = i + 1 if s.words[i] == "year" and s.words[i + 1] == "greater" else i
    found = prefix(s, k)
    if found is None:
        return None
    modifier, k = found
    if s.words[i] in ("till", "to", "until") and s.words[k] == "date":
        return None
    of = bounded_target(s, k)
    if of is None or of.weak and of.kind == "time" or present(s, k):
        return None
    if (
        s.words[i] == "by"
        and of.kind in ("timerange",)
        or of.timex.startswith("XXXX-XX")
        and s.words[i] == "by"
    ):
        return None
    if s.words[i] == "beginning" and s.at(i - 1) == "the":
        return None
    return bound(of, modifier, of.stop)


@rule
def or_later(s: Scene, i: int) -> Node | None:
    """2012 or later, 1/1/2016 and after, 3 pm or later on Monday."""
    of = longest(s, i, moment, day, whole, clock)
    if of is None or of.modifier:
        return None
    modifier = _SUFFIXES.get((s.words[of.stop], s.words[of.stop + 1]))
    stop = of.stop + 2
    if modifier is None or s.words[stop - 1] in ("after", "before") and s.words[stop][:1].isalnum():
        return None
    if of.kind == "time":
        k = s.skip(stop, "on")
        if k > stop and (day_of := dated(s, k)):
            of, stop = at_clocks(day_of, of.clocks, day_of.stop), day_of.stop
    return bound(of, modifier, stop)


@rule
def day_bound(s: Scene, i: int) -> Node | None:
    """1/1/2015 after 2:00, next Wednesday later than 10 in the morning, Thursday before 5pm."""
    of = dated(s, i)
    if of is None:
        return None
    found = prefix(s, of.stop)
    if found is None:
        return None
    time = clock(s, found[1])
    if time is None or time.weak or not of.readings:
        return None
    return bound(at_clocks(of, time.clocks, time.stop), found[0], time.stop)


@rule
def to_date(s: Scene, i: int) -> Node | None:
    """To date, till date: until now."""
    if s.words[i] not in ("to", "till", "until") or s.words[i + 1] != "date" or s.at(i - 1) in ("-", "up"):
        return None
    timex = "PRESENT_REF"
    if s.words[i + 2][:1].isdigit() or s.words[i + 2] in ("from", "equipment") or day_timex(s.today) == "":
        return None
    return Node("daterange", i + 2, timex, (Reading(timex, None, s.today),), "before", "day")


@rule
def bounded(s: Scene, i: int) -> Node | None:
    """Any open-ended or approximate node."""
    return longest(s, i, before_after, about, or_later, day_bound, to_date)
