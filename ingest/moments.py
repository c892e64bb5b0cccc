"""Moments as people and programs write them down: the date of a turn, of a record, of a header.

``parse`` reads a whole string and nothing else: prose with a date in it is no moment. What a
source writes without a time zone is UTC, and a date without a time is its midnight.

``8/5/2023`` is ambiguous: it is 8 May, day first, as most of the world writes it, unless another
date of the same log or column (``order_of``) can only be month first, such as ``5/13/2023``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from typing import Final, Literal

Order = Literal["day-first", "month-first"]

_MONTHS: Final = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH = (
    r"(?P<month_name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_WEEKDAY = r"(?:(?:mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?\.?,?\s+)?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_DATES: Final = (
    r"(?P<year>\d{4})(?P<sep>[-/.])(?P<month>\d{1,2})(?P=sep)(?P<day>\d{1,2})",
    r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})",
    r"(?P<first>\d{1,2})(?P<sep>[-/.])(?P<second>\d{1,2})(?P=sep)(?P<year>\d{4}|\d{2})",
    rf"{_WEEKDAY}{_DAY}(?:\s+of)?[\s-]+{_MONTH}[\s,-]+(?P<year>\d{{4}})",
    rf"{_WEEKDAY}{_MONTH}\s+{_DAY},?\s+(?P<year>\d{{4}})",
    r"(?P<year>\d{4})\s*年\s*(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*日",
)
_TIME = (
    r"(?:(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second_of>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"(?:\s*(?P<half>[ap])\.?m\.?)?"
    r"|(?P<hour12>\d{1,2})\s*(?P<half12>[ap])\.?m\.?"
    r"|(?P<compact>\d{6}))"
)
_ZONE = r"(?:\s*(?P<zone>z|utc|gmt|[+-]\d{2}:?\d{2}))?"
_FORMS: Final = tuple(
    re.compile(form, re.IGNORECASE)
    for date in _DATES
    for form in (rf"{date}(?:(?:t|,?\s+(?:at\s+)?){_TIME}{_ZONE})?", rf"{_TIME}(?:\s+on)?,?\s+{date}{_ZONE}")
)
_LONGEST: Final = 64

# Which field of a record says when, the best first: an appointment is when it starts, not when it
# was typed in.
_TIME_WORDS: Final = (
    *("start", "begin", "dtstart", "datetime", "timestamp", "date", "time", "ts", "when", "日期", "时间"),
    *("sent", "received", "posted", "published", "occurred", "day", "created", "at", "updated", "modified"),
)
_RANK: Final = {word: rank for rank, word in enumerate(_TIME_WORDS)}
_END_WORDS: Final = frozenset(
    {"end", "ends", "until", "due", "expires", "expiry", "birth", "zone", "duration"}
)
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_A-Za-z]+")

# Unix time is believed from 1973 to 2100; below, a number in a field such as "time" is a duration.
_UNIX_SECONDS: Final = (1e8, 4.2e9)


def _order(first: int, second: int, order: Order) -> tuple[int, int]:
    """(day, month) of two numbers; what only one order allows is read in that order."""
    if second > 12 or (order == "month-first" and first <= 12):
        return second, first
    return first, second


def _zone(text: str | None) -> timezone:
    if text is None or text[0] not in "+-":
        return timezone.utc
    offset = timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    return timezone(-offset if text[0] == "-" else offset)


def _clock(parts: dict[str, str | None]) -> tuple[int, int, int, int]:
    """Hour, minute, second, microsecond; zeros where no time is given."""
    if compact := parts["compact"]:
        return int(compact[:2]), int(compact[2:4]), int(compact[4:]), 0
    hour = int(parts["hour"] or parts["hour12"] or 0)
    if half := (parts["half"] or parts["half12"] or "").lower():
        if not 1 <= hour <= 12:
            raise ValueError("no such hour of half a day")
        hour = hour % 12 + (12 if half == "p" else 0)
    fraction = (parts["fraction"] or "").ljust(6, "0")[:6]
    return hour, int(parts["minute"] or 0), int(parts["second_of"] or 0), int(fraction)


def _moment(parts: dict[str, str | None], order: Order) -> datetime:
    """Raises ValueError or OverflowError for a day that no calendar has."""
    year = int(parts["year"] or 0)
    year += 2000 if year < 100 else 0
    if parts.get("first"):
        day, month = _order(int(parts["first"] or 0), int(parts["second"] or 0), order)
    else:
        name = (parts.get("month_name") or "")[:3].lower()
        month = _MONTHS.index(name) + 1 if name else int(parts["month"] or 0)
        day = int(parts["day"] or 0)
    return datetime(year, month, day, *_clock(parts), tzinfo=_zone(parts["zone"]))


def parse(text: str, order: Order = "day-first") -> datetime | None:
    """The moment that the whole text is, with a time zone; None if it is none.

    >>> parse("1:56 pm on 8 May, 2023")
    datetime.datetime(2023, 5, 8, 13, 56, tzinfo=datetime.timezone.utc)
    """
    text = text.strip()
    if not 6 <= len(text) <= _LONGEST or not any(c.isdigit() for c in text):
        return None
    for form in _FORMS:
        if match := form.fullmatch(text):
            try:
                return _moment(match.groupdict(), order)
            except (ValueError, OverflowError):
                continue
    return None


def order_of(texts: Iterable[str]) -> Order:
    """Month first if some text can be read only so and none only day first; day first otherwise."""
    day_first = month_first = 0
    for text in texts:
        if match := re.search(r"(?<!\d)(\d{1,2})[-/.](\d{1,2})[-/.]\d{2}", text):
            day_first += int(match[1]) > 12
            month_first += int(match[2]) > 12
    return "month-first" if month_first > day_first else "day-first"


def field_rank(name: str) -> int | None:
    """How well a field's name says "this is when": 0 is best; None if it does not say so.

    >>> field_rank("start_time") < field_rank("createdAt"), field_rank("end_time"), field_rank("format")
    (True, None, None)
    """
    words = [word.lower() for word in _WORD.findall(name)]
    if _END_WORDS.intersection(words):
        return None
    return min((_RANK[word] for word in words if word in _RANK), default=None)


def of_field(name: str, value: object, order: Order = "day-first") -> datetime | None:
    """The moment in a field of a record; Unix seconds or milliseconds count if the name says time."""
    if isinstance(value, datetime):
        return aware(value)
    if field_rank(name) is None or isinstance(value, bool):
        return None
    if isinstance(value, (str, int)) and (moment := parse(str(value), order)):
        return moment
    try:
        number = float(value) if isinstance(value, (str, int, float)) else 0.0
    except (ValueError, OverflowError):
        return None
    low, high = _UNIX_SECONDS
    for seconds in (number, number / 1000):
        if low <= seconds <= high:
            return datetime.fromtimestamp(seconds, timezone.utc)
    return None


def aware(moment: datetime) -> datetime:
    """The same moment, in UTC if it has no time zone."""
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
