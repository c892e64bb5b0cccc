"""Days as a person writes them, whatever the locale: the name that a day has in the graph."""

from __future__ import annotations

from datetime import date
from typing import Final

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day(moment: date) -> str:
    """The day of a moment, in the moment's own zone.

    >>> from datetime import datetime
    >>> day(datetime(2023, 5, 8, 13, 56))
    '8 May 2023'
    """
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"
