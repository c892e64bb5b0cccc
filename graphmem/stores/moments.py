"""Moments as stores compare them: whole microseconds since 1970 UTC."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Final

BEGINNING: Final = -(2**63)  # of what has always been true
END: Final = 2**63 - 1  # of what stays true

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=timezone.utc)


def microseconds(moment: datetime) -> int:
    """Since 1970 UTC, exactly; a moment without a zone is read as UTC."""
    return (_aware(moment) - _EPOCH) // timedelta(microseconds=1)


def in_utc(moment: datetime) -> datetime:
    """The same moment in UTC, or the nearest one that the years 1 to 9999 hold."""
    try:
        return _aware(moment).astimezone(timezone.utc)
    except OverflowError:
        return (datetime.min if moment.year == 1 else datetime.max).replace(tzinfo=timezone.utc)


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
