"""The rhythm of days on which something was done: the rule that they fit best, and how well.

A rule is judged by both its sides, as a found set is: the share of the days that it tells (precision has
the same form) and the share of the days that it tells of on which something was done. What fits no rule
well has at most a pace: the median of the days between two, and the weekdays that most of them fall on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from statistics import median
from typing import Final

from graphmem.reflection.rule import WEEKEND, WORKDAYS, Rule

TOLD: Final = 0.7
"""Share of the days that a rule must tell: three of four, as people move one now and then."""
KEPT: Final = 0.5
"""Share of a rule's own days on which it must have been done: less than half is not that rule."""
_OWN: Final = 0.7  # share of the days that fall on weekdays of which is said "mostly"
_EACH: Final = 2  # days that each of them takes at least
_MOST_DAYS: Final = 2  # weekdays that are named for a pace
_SPAN: Final = 20_000  # days of a rule that are looked at: fifty years of every day


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A rule, and how strictly it was kept: from 0 to 1."""

    rule: Rule
    strength: float


def rhythm(days: Collection[date]) -> Rhythm | None:
    """The rhythm of days; None for less than three, which have none.

    >>> rhythm([date(2025, 1, 6), date(2025, 1, 13), date(2025, 1, 20)]).rule.text
    'every Monday'
    """
    known = sorted(set(days))
    if len(known) < 3:
        return None
    best = max(
        (Rhythm(rule, kept(rule, known)) for rule in _candidates(known)),
        key=lambda one: (one.strength, -len(one.rule.weekdays), one.rule.written),
        default=None,
    )
    return best if best and best.strength else _pace(known)


def kept(rule: Rule, days: Sequence[date]) -> float:
    """How strictly days keep a rule: the harmonic mean of both shares, 0 if either is too small."""
    if not days:
        return 0.0
    start = next((one for one in days if rule.fits(one, one) and rule.fits(one, days[0])), days[0])
    expected = set(rule.between(start, days[-1], _SPAN))
    done = expected.intersection(days)
    if not done:
        return 0.0
    told, full = len(done) / len(days), len(done) / len(expected)
    return 2 * told * full / (told + full) if told >= TOLD and full >= KEPT else 0.0


def _candidates(days: Sequence[date]) -> Iterator[Rule]:
    """Rules that these days may keep: those of their own weekdays, dates and steps."""
    yield Rule("day")
    yield Rule("week", weekdays=WORKDAYS)
    yield Rule("week", weekdays=WEEKEND)
    common = [one for one, _ in Counter(one.weekday() for one in days).most_common()]
    for many in range(1, min(len(common), 3) + 1):
        yield Rule("week", weekdays=tuple(sorted(common[:many])))
    for every in (2, 3, 4):
        yield Rule("week", every, (common[0],))
    step = int(median((b - a).days for a, b in pairwise(days)))
    if 1 < step < 7:
        yield Rule("day", step)
    number = Counter(one.day for one in days).most_common(1)[0][0]
    for every in (1, 2, 3, 6):
        yield Rule("month", every, day=number)
        yield Rule("month", every, day=-1)
    for nth in ((days[0].day - 1) // 7 + 1, -1):
        yield Rule("month", weekdays=(common[0],), nth=nth)
    yield Rule("year", month=days[0].month, day=days[0].day)


def _pace(days: Sequence[date]) -> Rhythm:
    """Every so many days or so, the evener the stronger, at most half of what a rule has."""
    gaps = [(b - a).days for a, b in pairwise(days)]
    step = max(round(median(gaps)), 1)
    off = sum(abs(gap - step) for gap in gaps) / sum(gaps)
    return Rhythm(Rule("day", step, mostly(days), about=True), max(0.5 * (1 - off), 0.0))


def mostly(days: Sequence[date]) -> tuple[int, ...]:
    """The one or two weekdays that most of the days fall on; none if there are no such."""
    common = Counter(one.weekday() for one in days).most_common(_MOST_DAYS)
    for many in range(1, len(common) + 1):
        if len(days) >= _EACH * many and sum(count for _, count in common[:many]) >= _OWN * len(days):
            return tuple(sorted(one for one, _ in common[:many]))
    return ()
