"""Times of day: 7:56 pm, half past seven, noon, 11ish, one thirty p.m., 20 past eight in the evening."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from graphmem.dates import counting
from graphmem.dates.scene import Clock, Node, Reading, Scene, first, rule
from graphmem.dates.words import AROUND, ONES, PARTS, UNITS

_NAMED: Final = {"noon": 12, "midday": 12, "noonish": 12, "midnight": 0}
_PART_WORDS: Final = ("morning", "afternoon", "evening", "night")
_OCLOCK: Final = frozenset({"o'clock", "oclock"})


def time_node(s: Scene, clocks: tuple[Clock, ...], stop: int, *, weak: bool = False) -> Node:
    """A time; its readings are on the reference's day."""
    readings = []
    for clock in clocks:
        begin = s.today + timedelta(seconds=clock.seconds)
        step = timedelta(seconds=(3600, 60, 1)[clock.depth - 1])
        end = begin + step if begin.year < 9999 else None
        readings.append(Reading(clock.timex, begin, end))
    unit = ("hour", "minute", "second")[clocks[0].depth - 1]
    return Node("time", stop, clocks[0].timex, tuple(readings), unit=unit, clocks=clocks, weak=weak)


def meridiem(s: Scene, i: int) -> tuple[str, int] | None:
    """Am, p.m., "p . m .", and a or p glued to figures: the half of the day, and the token after."""
    word = s.words[i]
    if word in ("am", "pm", "ampm"):
        return word, i + 1
    if word == "." and s.words[i + 1] in ("am", "pm") and s.glued(i) and s.glued(i + 1):
        return s.words[i + 1], i + 2
    if word not in ("a", "p"):
        return None
    if s.words[i + 1] == "." and s.words[i + 2] == "m":
        return word + "m", i + 3 + (s.words[i + 3] == ".")
    if s.words[i + 1] == "m" and s.spaced(i + 1):
        return word + "m", i + 2
    if s.glued(i) and s.words[i - 1][:1].isdigit() and not (s.glued(i + 1) and s.words[i + 1].isalnum()):
        return word + "m", i + 1
    return None


def _halves(hour: int, minute: int, second: int, depth: int, half: str) -> tuple[Clock, ...] | None:
    """The clocks that a time means with am, pm, both or nothing said."""
    if not (0 <= hour <= 24 and minute < 60 and second < 60) or hour == 24 and (minute or second):
        return None
    if half in ("am", "pm") and 1 <= hour <= 12:
        return (Clock(hour % 12 + 12 * (half == "pm"), minute, second, depth),)
    if hour == 0 or hour > 12:
        return (Clock(hour % 24, minute, second, depth),)
    both = (Clock(hour, minute, second, depth), Clock((hour + 12) % 24, minute, second, depth))
    return both


def _made(s: Scene, hour: int, minute: int, second: int, depth: int, k: int) -> Node | None:
    """A time with the am or pm behind it."""
    half = meridiem(s, k)
    clocks = _halves(hour, minute, second, depth, half[0] if half else "")
    return time_node(s, clocks, half[1] if half else k) if clocks else None


def _colon(s: Scene, i: int) -> Node | None:
    """7:56, 7:56:30."""
    if s.words[i + 1] != ":" or not (s.glued(i + 1) and s.glued(i + 2)) or len(s.words[i + 2]) != 2:
        return None
    hour, minute = counting.digits(s, i, 2), counting.digits(s, i + 2, 2)
    if hour is None or minute is None or s.at(i - 1) == ":" and s.glued(i):
        return None
    if s.words[i + 3] == ":" and s.glued(i + 3) and s.glued(i + 4) and len(s.words[i + 4]) == 2:
        second = counting.digits(s, i + 4, 2)
        if second is not None:
            return _made(s, hour, minute, second, 3, i + 5)
    if s.words[i + 3] == "z" and s.glued(i + 3):
        return _made(s, hour, minute, 0, 2, i + 4)
    return _made(s, hour, minute, 0, 2, i + 3)


def _dotted(s: Scene, i: int) -> Node | None:
    """8.30 pm; 6.45 only behind "at"."""
    if s.words[i + 1] != "." or not (s.glued(i + 1) and s.glued(i + 2)) or len(s.words[i + 2]) != 2:
        return None
    hour, minute = counting.digits(s, i, 2), counting.digits(s, i + 2, 2)
    if hour is None or minute is None:
        return None
    if meridiem(s, i + 3):
        return _made(s, hour, minute, 0, 2, i + 3)
    more = s.words[i + 3] in ("%", "percent", ".", "million", "billion", "per") and not (
        s.words[i + 3] == "." and not s.words[i + 4][:1].isdigit()
    )
    found = None if more else _made(s, hour, minute, 0, 2, i + 3)
    return replace(found, weak=True) if found else None


def _bare(s: Scene, i: int) -> Node | None:
    """7 pm, 1140 a.m., 7 o'clock, 11ish; 7 and 0730 are weak."""
    value = counting.digits(s, i)
    if value is None or s.at(i - 1) in ("$", "€", "£") or s.at(i - 1) in (".", ",") and s.glued(i):
        return None
    if len(s.words[i]) == 4:
        found = _made(s, value // 100, value % 100, 0, 2, i + 1)
        if s.words[i + 1] in ("hours", "hrs", "h") and s.words[i][0] in "012":
            # Military time tells the half of the day.
            return time_node(s, found.clocks[:1], i + 2) if found else None
        strong = meridiem(s, i + 1) is not None
        zero = s.words[i][0] == "0" or strong
        return replace(found, weak=not strong) if found and zero else None
    if len(s.words[i]) > 2:
        return None
    return _hour(s, value, i + 1)


def _hour(s: Scene, value: int, k: int) -> Node | None:
    if s.words[k] == "noon" and value == 12:
        return time_node(s, (Clock(12),), k + 1)
    if s.words[k] == "ish" and s.glued(k) and 1 <= value <= 24:
        return time_node(s, (Clock(value % 24),), k + 1)
    oclock = s.words[k] in _OCLOCK
    found = _made(s, value, 0, 0, 1, k + oclock)
    if found is None:
        return None
    return replace(found, weak=not oclock and found.stop == k)


def _spelled(s: Scene, i: int) -> Node | None:
    """Seven p.m., one thirty, five-thirty, seven twenty-seven, six forty-three minutes, seven o'clock."""
    if s.words[i] not in ONES or not 1 <= ONES[s.words[i]] <= 12:
        return None
    hour = ONES[s.words[i]]
    k = i + 1
    k += s.words[k] == "-" and s.glued(k)
    minutes = counting.below_hundred(s, k)
    if minutes and 10 <= minutes[0] <= 59 and s.words[minutes[1]] not in ("hundred", "thousand", "years"):
        stop = s.skip(minutes[1], "minutes")
        found = _made(s, hour, minutes[0], 0, 2, stop)
        return replace(found, weak=found.stop == stop) if found else None
    return _hour(s, hour, i + 1)


def _past(s: Scene, i: int) -> Node | None:
    """Half past seven, 20 min past eight, quarter to nine, ten past 9."""
    k = s.skip(i, "a")
    if s.words[k] in ("half", "quarter"):
        minutes, k = (30, k + 1) if s.words[k] == "half" else (15, k + 1)
        said = True
    else:
        found = counting.cardinal(s, i)
        if found is None or not 1 <= found[0] <= 59:
            return None
        minutes, k = found
        said = UNITS.get(s.words[k]) == "minute"
        k += said
    word = s.words[k]
    if word not in ("past", "to", "after", "before", "till") or word not in ("past", "to") and not said:
        return None
    hour = first(s, k + 1, _bare, _spelled)
    if hour is None or hour.clocks[0].depth != 1 or word == "to" and not said:
        return None
    sign = 1 if word in ("past", "after") else -1
    clocks = []
    for clock in hour.clocks:
        total = (clock.seconds // 60 + sign * minutes) % 1440
        clocks.append(Clock(total // 60, total % 60, 0, 2))
    return time_node(s, tuple(clocks), hour.stop)


def _iso(s: Scene, i: int) -> Node | None:
    """T14:30 behind a date."""
    if s.words[i] == "t" and s.glued(i) and s.glued(i + 1):
        return _colon(s, i + 1)
    return None


def _word_time(s: Scene, i: int) -> Node | None:
    if s.words[i] in _NAMED:
        return time_node(s, (Clock(_NAMED[s.words[i]]),), i + 1)
    k = i + 1 + (s.words[i + 1] == "-")
    if s.words[i] == "mid" and s.words[k] in ("night", "day"):
        return time_node(s, (Clock(0 if s.words[k] == "night" else 12),), k + 1)
    return None


@rule
def bare_clock(s: Scene, i: int) -> Node | None:
    """A time without words about the part of the day; weak where only a number is said."""
    return first(s, i, _word_time, _past, _colon, _dotted, _bare, _spelled, _iso)


def part_name(s: Scene, i: int) -> tuple[str, str, int] | None:
    """(In the) (early) morning: the word, the mode (start, end or nothing), the token after."""
    k = s.skip(i, "in", "at", "during") if s.words[i] != "" else i
    mode = {"early": "start", "earlier": "start", "late": "end", "later": "end"}.get(s.words[k], "")
    k += bool(mode)
    k = s.skip(k, "in") if mode else k
    k = s.skip(k, "the")
    if mode == "" and s.words[k] in ("early", "late"):
        mode = "start" if s.words[k] == "early" else "end"
        k += 1
    word, stop = s.words[k], k + 1
    if word == "night" and s.words[k + 1] == "-" and s.words[k + 2] == "time":
        word, stop = "nighttime", k + 3
    elif (
        word in ("night", "day", "evening", "dinner", "lunch")
        and s.words[stop] == "time"
        and s.glued(stop) is False
    ):
        word, stop = (word if word != "day" else "daytime"), stop + 1
    return (word, mode, stop) if word in PARTS else None


def in_part(clocks: tuple[Clock, ...], part: str) -> tuple[Clock, ...]:
    """Of the clocks that a time can be, the one in a part of the day."""
    if len(clocks) == 1 and clocks[0].hour > 12:
        return clocks
    clock = min(clocks, key=lambda one: one.hour % 12)
    hour = clock.hour % 12
    if part in ("AF", "EV", "MED", "MEL") or part == "NI" and hour >= 6:
        hour += 12
    return (replace(clock, hour=hour),)


def _with_part(s: Scene, found: Node) -> Node | None:
    """The part of the day behind a time: "8 in the evening", "8:00 early morning"."""
    named = part_name(s, found.stop)
    if named is None or named[0] not in _PART_WORDS or s.words[found.stop] == "during":
        return None
    word, mode, stop = named
    direct = s.words[found.stop] in _PART_WORDS
    if direct and found.weak or word == "night" and s.words[found.stop] == "in":
        return None
    return time_node(s, in_part(found.clocks, PARTS[word][0]), stop)


def _part_first(s: Scene, i: int) -> Node | None:
    """In the morning at 7, early morning at 8:00, in the morning 9 o'clock."""
    named = part_name(s, i)
    if named is None or named[0] not in _PART_WORDS:
        return None
    k = s.skip(named[2], "at", "around")
    found = bare_clock(s, k)
    if found is None or k == named[2] and found.weak:
        return None
    return time_node(s, in_part(found.clocks, PARTS[named[0]][0]), found.stop)


@rule
def clock(s: Scene, i: int) -> Node | None:
    """A time of day, with the part of the day before or behind it."""
    found = bare_clock(s, i)
    if found is None:
        return _part_first(s, i) or _at(s, i)
    return _with_part(s, found) or found


def _at(s: Scene, i: int) -> Node | None:
    """At 6.45, at 8.30pm: the dot reads as one of a time, and the word belongs to it."""
    if s.words[i] != "at" or s.words[i + 2] != ".":
        return None
    found = _dotted(s, i + 1)
    return replace(found, weak=False) if found else None


def about(s: Scene, i: int) -> int:
    """The token after "around" and its like."""
    return i + 1 if s.words[i] in AROUND else i
