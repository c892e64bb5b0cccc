"""What is found: a time expression with its span, its kind and the intervals that it can mean."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal[
    "date", "time", "datetime", "daterange", "timerange", "datetimerange", "duration", "set"
]
Tense: TypeAlias = Literal["past", "future"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One thing that an expression can mean.

    ``begin`` and ``end`` bound the interval [begin, end); None is an open end ("before May" has no
    begin). A time without a day is that time of the reference's day. A duration has no interval but
    a length in ``seconds`` (a month counts 30 days, a year 365). ``timex`` is this meaning in the
    manner of TIMEX3.
    """

    timex: str
    begin: datetime | None
    end: datetime | None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class TimeExpression:
    """A span of a text that says when, how long or how often: ``text == whole[start:end]``.

    ``candidates`` are in order of time: for "Monday" the last one and the coming one, for "at 5" the
    morning and the afternoon; one if there is no doubt, none if no calendar can tell (a recurring
    ``set``, whose ``timex`` is the period or pattern; "summer"; "30 February"). ``modifier`` says what
    the words around the core add: before, after, since, until, approx, start, mid, end, more, less, or
    two of them ("before-end"). ``precision`` is the smallest unit that is named: second, minute, hour,
    part (of a day), day, weekend, week, month, quarter, half, season, year, decade, century.
    """

    start: int
    end: int
    text: str
    kind: Kind
    timex: str
    candidates: tuple[Candidate, ...] = ()
    modifier: str = ""
    precision: str = ""

    def best(self, tense: Tense = "past", reference: datetime | None = None) -> Candidate | None:
        """The candidate to believe: the latest that is not after the reference, or the other way round.

        Documents tell of what has been, so the past is the default; a sentence in the future tense asks
        for "future". Where no candidate lies on that side, the nearest one on the other is taken.

        Args:
            tense: which side of the reference the sentence speaks of.
            reference: the moment that the expression was resolved against; without it the first
                candidate counts as past and the last one as future.

        Returns:
            The candidate, or None where there is none.
        """
        if not self.candidates:
            return None
        if reference is None:
            return self.candidates[0 if tense == "past" else -1]
        ordered = sorted(self.candidates, key=lambda one: one.begin or one.end or reference)
        if tense == "past":
            gone = [one for one in ordered if (one.begin or one.end or reference) <= reference]
            return gone[-1] if gone else ordered[0]
        coming = [one for one in ordered if (one.end or one.begin or reference) > reference]
        return coming[0] if coming else ordered[-1]
