"""Durations: "3 hours 30 minutes", "one and a half years", "2W", "all day", "more than 4 days"."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from graphmem.dates import counting
from graphmem.dates.almanac import length_timex
from graphmem.dates.scene import Node, Scene, rule
from graphmem.dates.words import CLOCK_UNITS, FEW, LETTERS, SECONDS, UNITS

_MOST_PARTS: Final = 6
_BOUNDS: Final = {
    ("more", "than"): "more",
    ("longer", "than"): "more",
    ("at", "least"): "more",
    ("over", ""): "",
    ("less", "than"): "less",
    ("shorter", "than"): "less",
    ("at", "most"): "less",
}
Amount = tuple[float, str]


def unit_name(s: Scene, i: int) -> tuple[str, int] | None:
    """The unit that a word is, singular or plural, and the token after it."""
    word = s.words[i]
    if word in UNITS:
        return UNITS[word], i + 1
    if word in ("business", "working", "work") and s.words[i + 1] in ("day", "days"):
        return "business day", i + 2
    if word in LETTERS and s.glued(i) and s.words[i - 1][:1].isdigit() and not s.glued(i + 1):
        return LETTERS[word], i + 1
    if word in LETTERS and s.glued(i) and s.words[i + 1] in (".", ",", "?", "!", ")"):
        return LETTERS[word], i + 1
    return None


def one_amount(s: Scene, i: int) -> tuple[Amount, int] | None:
    """A number and its unit: "two weeks", "one hour and a half", "15-minute"."""
    found = counting.amount(s, i)
    if found is None:
        return None
    count, k = found
    k += s.words[k] == "-" and s.glued(k) and s.glued(k + 1)
    named = unit_name(s, k)
    if named is None or s.words[i] in ("a", "an") and s.words[k] in ("second", "sec", "min"):
        return None
    if (
        s.words[k] == "night"
        and count > 1
        or s.words[i] in FEW
        and not s.words[k].endswith("s")
        and count > 2
    ):
        return None
    unit, stop = named
    more = counting.and_fraction(s, stop) if s.words[stop] == "and" else None
    if more and unit_name(s, more[1]) is None:
        return (count + more[0], unit), more[1]
    return (count, unit), stop


def amounts(s: Scene, i: int) -> tuple[tuple[Amount, ...], int] | None:
    """Amounts one after the other, each of a smaller unit: "2 years 1 month and 21 days"."""
    found = one_amount(s, i)
    if found is None:
        return None
    parts, stop = [found[0]], found[1]
    while len(parts) < _MOST_PARTS:
        k = stop + (s.words[stop] in (",", "and"))
        k = s.skip(k, "and")
        more = one_amount(s, k)
        if more is None or SECONDS.get(more[0][1], 0) >= SECONDS.get(parts[-1][1], 0):
            break
        parts.append(more[0])
        stop = more[1]
    return tuple(parts), stop


def of_amounts(parts: tuple[Amount, ...], stop: int) -> Node:
    """The node of a duration."""
    clocked = any(unit in CLOCK_UNITS for _, unit in parts)
    unit = parts[-1][1] if not clocked else next(unit for _, unit in reversed(parts) if unit in CLOCK_UNITS)
    return Node("duration", stop, length_timex(parts), unit=unit, amounts=parts)


@rule
def plain(s: Scene, i: int) -> Node | None:
    """A duration without a bound."""
    if s.words[i] == "all" and s.words[i + 1] in ("day", "week", "month", "year", "night"):
        return of_amounts(((1.0, UNITS[s.words[i + 1]]),), i + 2)
    if s.words[i] == "the" and s.words[i + 1] == "hour":
        return of_amounts(((1.0, "hour"),), i + 2)
    found = amounts(s, i)
    if found is None:
        return None
    if s.words[found[1]] == "-" and s.words[found[1] + 1] in ("old", "olds"):
        return None
    return of_amounts(*found)


@rule
def bounded(s: Scene, i: int) -> Node | None:
    """More than 4 days, at least an hour."""
    bound = _BOUNDS.get((s.words[i], s.words[i + 1]))
    if not bound:
        return None
    found = plain(s, i + 2)
    return replace(found, modifier=bound) if found else None


def clocked(node: Node) -> bool:
    """Whether a duration counts hours, minutes or seconds."""
    return any(unit in CLOCK_UNITS for _, unit in node.amounts)


def seconds(node: Node) -> float:
    """The length of a duration; a month counts 30 days, a year 365."""
    return sum(count * SECONDS.get(unit, SECONDS["day"]) for count, unit in node.amounts)
