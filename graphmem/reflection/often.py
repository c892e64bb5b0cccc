"""How often a text says that something comes: "every Monday", "daily", "on the last day of each month"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from graphmem.dates import TimeExpression, find_dates
from graphmem.dates.words import WEEKDAYS
from graphmem.reflection.rule import WEEKEND, WORKDAYS, Rule, Unit

# What comes again is an amount or a way of life, not something that is done at a time.
_AMOUNT: Final = re.compile(
    r"[\s-]*(?:\w+ )?(?:expens|income|premium|budget|salar|fee|cost|rent|wage|need|diet|consum"
    r"|life|basis|practice)"
)
_REGULAR: Final = re.compile(
    r"\bregularly\b|\bregular (?:run|activit|event|exercise|home|meeting|session|class|workout|training"
    r"|walk)\w*|\bfixed (?:schedule|exercise|activit|reminder|time|appointment)\w*"
    r"|\bkeep up the habit|\bmaintain the habit"
    r"|\bas usual\b|\bas always\b"
)
_LAST: Final = re.compile(r"\b(?:the )?(?:last day|end) of (?:each|every|the) month")
_NTH: Final = re.compile(r"\b(first|second|third|fourth|last)\s+$")
_NTHS: Final = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
_JOINED: Final = re.compile(r"[\s,]*(?:and|or|&)?\s*")
_UNITS: Final[dict[str, Unit]] = {"D": "day", "W": "week", "M": "month", "Y": "year"}


@dataclass(frozen=True, slots=True)
class Often:
    """That ``text[start:end]`` says how often something comes; no rule where it only says that it does."""

    start: int
    end: int
    rule: Rule | None


def often(text: str, at: datetime) -> list[Often]:
    """Where a text says that something comes again and again, in order.

    "Monthly expenses" say nothing of what is done each month. Titles are to be given in lower case, as a
    capital letter may be that of a name ("Daily Mail").
    """
    dates = find_dates(text, at)
    found = [
        _often(text, dates, number)
        for number, one in enumerate(dates)
        if one.kind == "set" and not _AMOUNT.match(text[one.end :].casefold())
    ]
    found += [Often(m.start(), m.end(), None) for m in _REGULAR.finditer(text.casefold())]
    return sorted(found, key=lambda one: (one.start, one.end))


def _often(text: str, dates: list[TimeExpression], number: int) -> Often:
    one = dates[number]
    rule, end = of_timex(one.timex), one.end
    if rule and rule.unit == "week" and rule.weekdays:
        days, end = _further(text, dates, number)
        rule = Rule("week", rule.every, tuple(sorted({*rule.weekdays, *days})))
        if "other" in one.text.split():
            rule = Rule("week", 2, rule.weekdays)
    elif rule == Rule("month"):
        rule = _in_month(text, dates, number)
    elif rule == Rule("day") and (days := _further(text, dates, number)[0]):
        rule = Rule("week", weekdays=tuple(sorted(days)))
    return Often(one.start, end, rule)


def _further(text: str, dates: list[TimeExpression], number: int) -> tuple[set[int], int]:
    """The weekdays that follow: "every Monday, Wednesday and Friday", "daily on Monday and Friday"."""
    days: set[int] = set()
    end = dates[number].end
    for one in dates[number + 1 :]:
        between = text[end : one.start].replace(" on ", " ").casefold()
        weekday = WEEKDAYS.get(one.text.split()[0].casefold().rstrip("s"))
        if weekday is None or not _JOINED.fullmatch(between):
            break
        days.add(weekday)
        end = one.end
    return days, end


def _in_month(text: str, dates: list[TimeExpression], number: int) -> Rule:
    """Which day of each month."""
    if _LAST.search(text.casefold()):
        return Rule("month", day=-1)
    before = dates[number - 1] if number else None
    if before is not None and text[before.end : dates[number].start].strip().casefold() in ("of", "in"):
        weekday = WEEKDAYS.get(before.text.split()[-1].casefold())
        nth = _NTH.search(text[: before.start].casefold()) or _NTH.search(before.text.casefold() + " ")
        if weekday is not None and nth:
            return Rule("month", weekdays=(weekday,), nth=_NTHS[nth[1]])
    return Rule("month")


def of_timex(timex: str) -> Rule | None:
    """The rule that a TIMEX3 value of a set says; None for what is more often than daily, or not known.

    >>> of_timex("XXXX-WXX-1TEV") == Rule("week", weekdays=(0,)), of_timex("P2W") == Rule("week", 2)
    (True, True)
    """
    if match := re.match(r"XXXX-WXX-([1-7])", timex):
        return Rule("week", weekdays=(int(match[1]) - 1,))
    if match := re.fullmatch(r"XXXX-XX-(\d\d)", timex):
        return Rule("month", day=int(match[1]))
    if match := re.fullmatch(r"XXXX-(\d\d)(?:-(\d\d))?", timex):
        return Rule("year", month=int(match[1]), day=int(match[2] or 0))
    if timex in ("P1WD", "P1WE"):
        return Rule("week", weekdays=WORKDAYS if timex == "P1WD" else WEEKEND)
    if match := re.fullmatch(r"P(\d+)([DWMY])", timex):
        return Rule(_UNITS[match[2]], max(int(match[1]), 1))
    return Rule("day") if timex.startswith("T") else None
