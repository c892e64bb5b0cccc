"""What recurs among occasions: by what they say themselves, and by coming again and again.

An occasion that says how often it comes is a routine, of which those that are like it are days too, those
that are less like it if they are at its time of day. Where none says so, it takes four days over four weeks
that are nearly the same thing. What only prepares or plans a thing is not a day of it.

The likenesses at which this is so were chosen on one person's calendar (see benchmarks/routines.py):
another's may ask for others.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal, TypeAlias

import numpy as np

from graphmem.reflection.alike import Matrix, components, likeness, linked
from graphmem.reflection.occasions import CLOSE, MOST, Occasion, rules
from graphmem.reflection.often import often
from graphmem.reflection.rhythm import KEPT, Rhythm, kept, mostly, rhythm
from graphmem.reflection.rule import Rule

JOINED: Final = 0.52
"""Likeness of the nearest two of what may be one."""
GROUPED: Final = 0.44
"""Mean likeness in a group in which one says that it recurs."""
SAME: Final = 0.54
"""Mean likeness in a group of which none says so."""
NEAR, NEAR_IN_TIME = 0.55, 0.45
"""Likeness to one that says so from which on another is a day of it; at its time of day."""
TIME: Final = timedelta(hours=2)
DAYS: Final = 4
SPREAD: Final = timedelta(days=28)
"""So many days over so long a time make a habit without words: a job or a journey is over sooner."""
_MISSED: Final = 60  # dates that were missed, at most, of a rule that is kept
_PLANNED: Final = re.compile(
    r"\b(?:plans?|prepar\w*|inquir\w*|develop|purchas\w*|procur\w*)\b", re.IGNORECASE
)
_OFF: Final = re.compile(
    r"\b(?:cancell?ed|called off|postponed|suspended|put off|rescheduled|skipped"
    r"|has been (?:changed|moved))\b",
    re.IGNORECASE,
)
What: TypeAlias = Literal["called off", "on another day", "missed"]


@dataclass(frozen=True, slots=True)
class Departure:
    """A day on which a routine was not as its rule has it; ``occasion`` tells it, unless it was missed."""

    day: date
    what: What
    occasion: Occasion | None = None


@dataclass(frozen=True, slots=True)
class Routine:
    """Something that recurs.

    Attributes:
        title: what it is: the title of the first that says how often, or of the first.
        occasions: its days, in order of time; several of a day where several records tell of it.
        said: those that say themselves that it recurs.
        rule: how often; None where that is neither said nor seen.
        strength: how strictly the rule was kept, from 0 to 1; 0 where it is only said.
        departures: in order of time.
    """

    title: str
    occasions: tuple[Occasion, ...]
    said: tuple[Occasion, ...]
    rule: Rule | None
    strength: float
    departures: tuple[Departure, ...]

    @property
    def days(self) -> list[date]:
        """The days on which it was done or planned, in order; else those on which it was said."""
        off = {one.occasion for one in self.departures if one.what == "called off"}
        dated = [one for one in self.occasions if one.dated and one not in off] or self.occasions
        return sorted({one.at.date() for one in dated})

    @property
    def start(self) -> date:
        """A day that keeps the rule, from which it is counted; the first where none does."""
        own = self.days
        return next((one for one in own if self.rule and self.rule.fits(one, one)), own[0])

    def next(self, now: datetime) -> date | None:
        """The first day after a moment on which it is expected; None where nothing tells."""
        if self.rule is None:
            return None
        return expected(self.rule, self.start, self.days[-1], now)


def expected(rule: Rule, start: date, last: date, now: datetime) -> date | None:
    """The first day after now on which a rule falls; what is about so often is counted from the last."""
    return rule.next(last if rule.about else start, now.date())


def recurring(occasions: Sequence[Occasion]) -> list[Routine]:
    """The routines of occasions of one stream, by title and first day.

    The same for any order of them; of more than ``MOST`` the latest count.
    """
    known = sorted(occasions, key=lambda one: (one.at, one.passage, one.start))[-MOST:]
    if not known:
        return []
    vectors = np.array([one.vector for one in known], dtype=np.float64)
    found: list[Routine] = []
    for close in components(vectors @ vectors.T, CLOSE):
        found += _among([known[one] for one in close])
    return sorted(found, key=lambda one: (one.title, one.days[0], one.occasions[0].passage))


def _among(known: Sequence[Occasion]) -> list[Routine]:
    """The routines of occasions that steps of close vectors join: nothing else has a part in them."""
    like = likeness(known)
    said = [_said(one) for one in known]
    found = []
    for joined in components(like, JOINED):
        for group in linked(like, joined, GROUPED):
            telling = [one for one in group if said[one] is not None]
            if telling:
                own = [_days_of(known, like, group, telling)]
            else:
                own = [one for one in linked(like, group, SAME) if _habit([known[n] for n in one])]
            told = {known[n]: said[n] or [] for n in telling}
            found += [_routine([known[n] for n in one], told) for one in own]
    return found


def _said(one: Occasion) -> list[Rule] | None:
    """The rules that an occasion says that it follows; None if it says nothing of the kind.

    Of a doing at a time that a text tells, what it says of others' times is not its own.
    """
    if one.titled:
        found = often(one.text.casefold(), one.at)
        return [each.rule for each in found if each.rule] if found else None
    return None if one.dated else rules(one.text, one.at)


def _days_of(
    known: Sequence[Occasion], like: Matrix, group: Sequence[int], telling: Sequence[int]
) -> list[int]:
    """Those of a group that are days of what some of it say that recurs."""

    def is_one(one: int) -> bool:
        if one in telling:
            return True
        if _PLANNED.search(known[one].title):
            return False
        return any(
            like[one, other] >= NEAR
            or (like[one, other] >= NEAR_IN_TIME and _apart(known[one].at, known[other].at) <= TIME)
            for other in telling
        )

    return [one for one in group if is_one(one)]


def _apart(a: datetime, b: datetime) -> timedelta:
    """How far apart two times of day are."""
    minutes = abs(60 * a.hour + a.minute - 60 * b.hour - b.minute)
    return timedelta(minutes=min(minutes, 1440 - minutes))


def _habit(occasions: Sequence[Occasion]) -> bool:
    days = sorted({one.at.date() for one in occasions})
    return len(days) >= DAYS and days[-1] - days[0] >= SPREAD


def _routine(occasions: Sequence[Occasion], said: dict[Occasion, list[Rule]]) -> Routine:
    days = sorted({one.at.date() for one in occasions if one.dated and not _OFF.search(one.text)})
    seen = rhythm(days)
    rule, strength = _settled(days, [rule for rules in said.values() for rule in rules], seen)
    first = next((one for one in occasions if one in said), occasions[0])
    return Routine(
        first.title,
        tuple(occasions),
        tuple(one for one in occasions if one in said),
        rule,
        strength,
        tuple(_departures(occasions, rule, days)),
    )


def _settled(days: Sequence[date], said: Sequence[Rule], seen: Rhythm | None) -> tuple[Rule | None, float]:
    """The rule that is said most often, the finer of equals, and on which weekday mostly; else that seen."""
    if not said:
        return (seen.rule, seen.strength) if seen else (None, 0.0)
    counted = Counter(said)
    rule = max(counted, key=lambda one: (counted[one], one.exact, len(one.weekdays), one.written))
    if rule.unit == "week" and not rule.weekdays:
        finer = [one for one in counted if one.unit == "week" and one.weekdays]
        own = max(finer, key=lambda one: (counted[one], one.written)).weekdays if finer else mostly(days)
        rule = Rule("week", rule.every, own)
    return rule, kept(rule, days) if days and rule.exact else 0.0


def _departures(
    occasions: Sequence[Occasion], rule: Rule | None, days: Sequence[date]
) -> Iterator[Departure]:
    """What was called off or moved; what was missed, if the rule was mostly kept: a calendar has gaps."""
    dated = [one for one in occasions if one.dated]
    found = [Departure(one.at.date(), "called off", one) for one in dated if _OFF.search(one.text)]
    if rule is not None and rule.exact and rule.unit == "week" and days:
        off = [one for one in dated if not (rule.fits(one.at.date(), days[0]) or _OFF.search(one.text))]
        found += [Departure(one.at.date(), "on another day", one) for one in off]
    if rule is not None and rule.exact and kept(rule, days) >= KEPT:
        start = next((one for one in days if rule.fits(one, one)), days[0])
        there = {one.at.date() for one in occasions}
        missed = [day for day in rule.between(start, days[-1], 20 * _MISSED) if day not in there]
        found += [Departure(day, "missed") for day in missed[-_MISSED:]]
    return iter(sorted(found, key=lambda one: (one.day, one.what)))
