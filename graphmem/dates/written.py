"""Days and times as a person writes them, whatever the locale: the name that a day has in the graph."""

from __future__ import annotations

import calendar
import re
from datetime import date
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from graphmem.types import Sentence

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAY: Final = re.compile(r"(\d{4})-(\d\d)(?:-(\d\d))?")


def day(moment: date) -> str:
    """The day of a moment, in the moment's own zone.

    >>> from datetime import datetime
    >>> day(datetime(2023, 5, 8, 13, 56))
    '8 May 2023'
    """
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def worded(day: str) -> str:
    """A date or a month as people write it, beside its own form; any other time as it is.

    >>> worded("2022-05-22")
    '22 May 2022 (2022-05-22)'
    """
    match = _DAY.fullmatch(day)
    if match is None or not 1 <= int(match[2]) <= 12:
        return day
    name = f"{calendar.month_name[int(match[2])]} {match[1]}"
    return f"{int(match[3])} {name} ({day})" if match[3] else f"{name} ({day})"


def times(sentence: Sentence) -> tuple[str, ...]:
    """The times of what a sentence states that do not stand in it: what "yesterday" was."""
    told = (one.when.text for one in sentence.statements if one.when and not one.when.recurring)
    return tuple(worded(time) for time in dict.fromkeys(told) if time not in sentence.text)
