"""What comes again: every Monday at 4 pm, each two days, weekly, Tuesdays, the 19th of every month."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from graphmem.dates import counting
from graphmem.dates.almanac import length_timex
from graphmem.dates.clocks import bare_clock, clock
from graphmem.dates.feasts import feast
from graphmem.dates.lengths import unit_name
from graphmem.dates.months import month_name
from graphmem.dates.scene import Node, Scene, first, longest, rule
from graphmem.dates.words import EVERY, FREQUENCIES, ONES, PARTS, WEEKDAYS

_PREFIXES: Final = frozenset({"bi", "semi"})
# Behind one of these, plural nights are some that were, not every one.
_MODIFIED: Final = frozenset(
    "few many some several those these all long late of sleepless cold hot warm my our busy great good fun"
    " other".split()
)
_TIMES: Final = frozenset({"once", "twice", "one", "thrice"})


def _set(stop: int, timex: str, unit: str = "") -> Node:
    return Node("set", stop, timex, unit=unit)


def _frequency(s: Scene, i: int) -> Node | None:
    """Weekly, bi-monthly, semi-annually, annual."""
    word, k = s.words[i], i + 1
    if word in _PREFIXES and s.words[k] == "-":
        word, k = word + s.words[k + 1], k + 2
    timex = FREQUENCIES.get(word)
    if timex is None or s.in_name(i) or word == "biannual":
        return None
    return _set(k, timex)


def _plural(s: Scene, i: int) -> Node | None:
    """Thursdays, tuesday afternoons, mornings."""
    word = s.words[i]
    if word.endswith("days") and (number := WEEKDAYS.get(word[:-1])) is not None:
        return _set(i + 1, f"XXXX-WXX-{number + 1}", "day")
    if word in WEEKDAYS and s.words[i + 1].endswith("s") and (part := PARTS.get(s.words[i + 1][:-1])):
        return _set(i + 2, f"XXXX-WXX-{WEEKDAYS[word] + 1}T{part[0]}", "part")
    if word in ("mornings", "afternoons", "evenings", "nights") and s.at(i - 1) != "the":
        counted = i and (s.words[i - 1].isdigit() or s.words[i - 1] in ONES)
        return (
            None
            if counted or s.at(i - 1) in _MODIFIED or s.in_name(i)
            else _set(i + 1, f"T{PARTS[word[:-1]][0]}", "part")
        )
    return None


def _each(s: Scene, i: int) -> Node | None:
    """Every day, each two days, every other Friday, every weekend, any year."""
    if s.words[i] not in EVERY:
        return None
    k = i + 1
    count = 1.0
    if s.words[k] == "other":
        count, k = 2.0, k + 1
    elif s.words[i] != "any" and (number := counting.cardinal(s, k)):
        count, k = float(number[0]), number[1]
    return _each_named(s, i, k, count)


def _each_named(s: Scene, i: int, k: int, count: float) -> Node | None:
    word = s.words[k]
    if word in WEEKDAYS and (s.words[i] != "any" or len(word) > 3):
        part = PARTS.get(s.words[k + 1])
        code = f"T{part[0]}" if part else ""
        return _set(k + 1 + bool(part), f"XXXX-WXX-{WEEKDAYS[word] + 1}{code}", "day")
    if word in ("weekday", "weekdays"):
        return _set(k + 1, "P1WD", "day")
    if word in ("morning", "afternoon", "evening", "night") and s.words[i] != "any":
        return _set(k + 1, f"T{PARTS[word][0]}", "part")
    named = unit_name(s, k)
    if named is None or s.words[i] == "any" and named[0] in ("second", "minute", "hour", "day"):
        return _feast_or_month(s, i, k)
    return _set(named[1], length_timex([(count, named[0])]), named[0])


def _feast_or_month(s: Scene, i: int, k: int) -> Node | None:
    if s.words[i] != "every":
        return None
    if found := feast(s, k):
        return _set(found[1], found[0][0] or "P1Y", "day")
    if found_month := month_name(s, k):
        return _set(found_month[1], f"XXXX-{found_month[0]:02}", "month")
    return None


def _times(s: Scene, i: int) -> Node | None:
    """Once a week, one a day, twice a month, 3 times per year."""
    if s.words[i] in _TIMES:
        k = i + 1
    else:
        number = counting.cardinal(s, i)
        if number is None or s.words[number[1]] != "times":
            return None
        k = number[1] + 1
    k = s.skip(k, "every") if s.words[i] != "one" else k
    k = s.skip(k, "a", "an", "per", "each")
    named = unit_name(s, k)
    if k == i + 1 or named is None or s.words[k].endswith("s"):
        return None
    return _set(named[1], length_timex([(1.0, named[0])]), named[0])


def _day_of_month(s: Scene, i: int) -> Node | None:
    """The 19th of every month."""
    k = s.skip(i, "the")
    number = counting.ordinal(s, k)
    if number is None or not 1 <= number[0] <= 31 or s.words[number[1]] not in ("of", "in"):
        return None
    k = number[1] + 1
    if s.words[k] not in ("every", "each") or s.words[k + 1] != "month":
        return None
    return _set(k + 2, f"XXXX-XX-{number[0]:02}", "day")


def _core(s: Scene, i: int) -> Node | None:
    return longest(s, i, _frequency, _plural, _each, _times, _day_of_month)


def _with_clock(node: Node, timex: str, stop: int) -> Node:
    """Every day at 4 is T16; a weekday keeps its name before it."""
    base = node.timex.partition("T")[0] if node.timex.startswith("XXXX-W") else ""
    if base or node.timex in ("P1D", "TMO", "TAF", "TEV", "TNI"):
        return replace(node, timex=base + timex, stop=stop)
    return replace(node, timex=node.timex, stop=node.stop)


@rule
def recurring(s: Scene, i: int) -> Node | None:
    """A period or pattern that comes again, with its time of day."""
    found = _core(s, i)
    if found is None:
        time = bare_clock(s, i)
        if time is None or time.weak:
            return None
        found = first(s, s.skip(time.stop, "on"), _core)
        if found is None or not (found.timex.startswith("XXXX-W") or found.timex in ("P1D", "P1WD")):
            return None
        return _with_clock(found, time.clocks[0].timex, found.stop)
    k = s.skip(found.stop, "at", "around")
    time = clock(s, k - 1) if k > found.stop and s.words[k + 1] == "." else None
    time = time or clock(s, k)
    if time is None or time.weak and k == found.stop:
        return found
    return _with_clock(found, time.clocks[0].timex, time.stop)
