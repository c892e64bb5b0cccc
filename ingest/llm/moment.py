"""When a claim holds: the time expression of the sentence that its words point at, as an interval."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from graphmem.dates import Tense, TimeExpression
from graphmem.ingest.findings import dates_of
from graphmem.ingest.moments import aware
from graphmem.llm.spans import Place
from graphmem.statements import Interval

_LENGTH: Final = "duration"
_LEAST_SHARE: Final = 0.5
"""Share of a phrase's characters that an expression covers, for the phrase to be a time."""


def expressions(sentence: str, reference: datetime | None) -> list[TimeExpression]:
    """The time expressions of a sentence, but for mere lengths and those that need a reference not there."""
    found = dates_of(sentence, aware(reference) if reference else None)
    return [one for one in found if one.kind != _LENGTH]


def at(place: Place, found: Sequence[TimeExpression]) -> TimeExpression | None:
    """The longest time expression that shares characters with a place."""
    beside = [one for one in found if one.start < place.end and place.start < one.end]
    return max(beside, key=lambda one: one.end - one.start, default=None)


def is_time(place: Place, found: Iterable[TimeExpression]) -> bool:
    """Whether a place says little but when."""
    length = max(1, place.end - place.start)
    return any(
        (min(one.end, place.end) - max(one.start, place.start)) / length >= _LEAST_SHARE for one in found
    )


def interval(expression: TimeExpression, reference: datetime | None, tense: Tense) -> Interval | None:
    """What a time expression most likely means; None where no calendar can tell."""
    if expression.kind == "set":
        return Interval(precision=expression.precision, timex=expression.timex)
    best = expression.best(tense, aware(reference) if reference else None)
    if best is None or (best.begin is None and best.end is None):
        return None
    return Interval(begin=best.begin, end=best.end, precision=expression.precision, timex=best.timex)
