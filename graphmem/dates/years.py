"""Years and what is counted in them: 2008, the year 2008, FY18, the 1990s, the 21st century, Q3 2017."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from graphmem.dates import counting
from graphmem.dates.almanac import add, day_timex, length_timex
from graphmem.dates.months import full_year, period, unit
from graphmem.dates.scene import Node, Reading, Scene, rule
from graphmem.dates.words import DECADES, ONES, SEASONS, SHIFTS

_EARLIEST, _LATEST = 1500, 2100
# A bare number of four figures counts things before a plural.
_BEFORE_YEAR: Final = frozenset(
    "in of since by until till before after from to through between during around about year circa"
    " early mid late the through = - – ~ ( >".split()
)
_SAYS_YEAR: Final = frozenset("in since until by till before after from between circa".split())
_BEFORE_CHRIST: Final = frozenset({"bc", "bce"})
_OTHER_YEARS: Final = {"fiscal": "FY", "financial": "FY", "school": "SY", "academic": "SY"}
_SHORT_YEARS: Final = {"fy": "FY", "sy": "SY", "cy": ""}
_PLURALS: Final = frozenset(
    {"people", "men", "women", "children", "percent", "feet", "mm", "km", "kg", "m", "usd"}
)
_NO_PLURALS: Final = frozenset(
    {"was", "is", "has", "this", "as", "his", "its", "us", "s", "olympics", "elections"}
)


def year_of(value: int, stop: int) -> Node:
    """A whole year."""
    return period(stop, "year", f"{value:04}", [datetime(value, 1, 1)], year=value)


def _counts_things(s: Scene, i: int) -> bool:
    word = s.words[i]
    if word in _PLURALS or word in ("%", "$", "€", "£"):
        return True
    plural = len(word) > 2 and word.endswith("s") and word.isalpha() and not s.capital(i)
    return plural and word not in _NO_PLURALS and not word.endswith("ss")


def before_christ(s: Scene, value: int, stop: int) -> Node | None:
    """500 BC: a year that has a name, but no place in the calendar here, which begins with the year 1."""
    if s.words[stop] not in _BEFORE_CHRIST:
        return None
    return Node("daterange", stop + 1, f"BC{value:04}", unit="year")


@rule
def marked_year(s: Scene, i: int) -> Node | None:
    """AD 79, 79 AD, 300 CE, 44 BC."""
    k = s.skip(i, "ad")
    value = counting.digits(s, k)
    if value is None or value == 0:
        return None
    if k > i:
        return year_of(value, k + 1)
    if s.words[k + 1] in ("ad", "ce"):
        return year_of(value, k + 2)
    return before_christ(s, value, k + 1)


@rule
def lone_year(s: Scene, i: int) -> Node | None:
    """A year by itself, "year 2008", "the year 2008"."""
    k = i
    if s.words[k] == "the" and s.words[k + 1] in ("year", "calendar"):
        k += 1
    if s.words[k] in ("year", "calendar"):
        k = s.skip(s.skip(k, "calendar"), "year")
    found = counting.year(s, k)
    if found is None:
        return None
    value, stop = found
    if (bc := before_christ(s, value, stop)) is not None:
        return bc
    if k > i:
        return year_of(value, stop) if 1000 <= value <= 2999 else None
    figures = s.words[k].isdigit()
    earliest = 1000 if s.at(i - 1) in _SAYS_YEAR else _EARLIEST
    if s.at(i - 1) in ("$", "€", "£", "#") or not earliest <= value <= _LATEST:
        return None
    if figures and (
        _beside_number(s, i, stop)
        or _is_part_of_number(s, i)
        or _counts_things(s, stop)
        and s.at(i - 1) not in _BEFORE_YEAR
    ):
        return None
    if (
        not figures
        and s.words[stop] in ("hundred", "thousand", "million")
        or _counts_things(s, stop)
        and not figures
    ):
        return None
    return year_of(value, stop)


def _beside_number(s: Scene, i: int, stop: int) -> bool:
    """Whether dashes join other parts of a code: 32 - 2015, 2015 - 32, A-2020-B."""
    if s.at(i - 1) == s.words[stop] == "-" and s.glued(i) and s.glued(stop) and s.glued(stop + 1):
        return True
    after = s.words[stop] == "-" and s.words[stop + 1].isdigit() and len(s.words[stop + 1]) < 4
    return after or s.at(i - 1) == "-" and s.at(i - 2).isdigit() and len(s.at(i - 2)) < 4


def _is_part_of_number(s: Scene, i: int) -> bool:
    """Whether figures stand glued around: 1,990 or 3.2010 or a2010."""
    if s.glued(i) and (s.words[i - 1].isalnum() or s.words[i - 1] in (".", ",", ":") and _digit(s, i - 2)):
        return True
    return s.glued(i + 1) and s.glued(i + 2) and s.words[i + 1] in (".", ",", ":") and _digit(s, i + 2)


def _digit(s: Scene, i: int) -> bool:
    return s.at(i)[:1].isdigit()


@rule
def other_year(s: Scene, i: int) -> Node | None:
    """Fiscal year 2008, this school year, FY18, cy 2008: years that no calendar bounds, but for cy."""
    shift = SHIFTS.get(s.words[i])
    k = i + (shift is not None)
    code = _OTHER_YEARS.get(s.words[k])
    if code and s.words[k + 1] == "year":
        found = counting.year(s, k + 2)
        if found and shift is None:
            return Node("daterange", found[1], f"{code}{found[0]:04}", unit="year")
        timex = f"{code}XXXX" if shift is None else f"{code}{s.now.year + shift:04}"
        return Node("daterange", k + 2, timex, unit="year")
    short = _SHORT_YEARS.get(s.words[i])
    if short is None or shift is not None:
        return None
    value = counting.digits(s, i + 1)
    if value is None or len(s.words[i + 1]) not in (2, 4) or s.glued(i + 1) and len(s.words[i + 1]) == 3:
        return None
    year = full_year(value)
    return Node("daterange", i + 2, f"{short}{year:04}", unit="year") if short else year_of(year, i + 2)


def _ten_years(begins: list[int], timex: str, stop: int) -> Node:
    days = [datetime(begin, 1, 1) for begin in begins]
    if len(days) == 1:
        end = add(days[0], 10, "year")
        timex = f"({day_timex(days[0])},{day_timex(end)},P10Y)"
    return period(stop, "decade", timex, days)


@rule
def decade(s: Scene, i: int) -> Node | None:
    """The 1990s, 1990 s, '90s, nineties."""
    word = s.words[i]
    if word in DECADES:
        return _short_decade(10 * DECADES[word], i + 1)
    if word in ("nineteen", "eighteen") and s.words[i + 1] in DECADES:
        return _ten_years([ONES[word] * 100 + 10 * DECADES[s.words[i + 1]]], "", i + 2)
    k = s.skip(i, "'")
    value = counting.digits(s, k)
    stop = s.skip(k + 1, "'")
    if value is None or value % 10 or s.words[stop] not in ("s", "'s"):
        return None
    if s.spaced(stop) and s.words[stop - 1] == "'":
        return None
    if len(s.words[k]) == 4 and value >= 1000:
        return _ten_years([value], "", stop + 1)
    return _short_decade(value, stop + 1) if len(s.words[k]) == 2 else None


def _short_decade(value: int, stop: int) -> Node:
    timex = f"(XX{value:02}-01-01,XX{(value + 10) % 100:02}-01-01,P10Y)"
    return _ten_years([1900 + value, 2000 + value], timex, stop)


@rule
def century(s: Scene, i: int) -> Node | None:
    """15th century."""
    found = counting.ordinal(s, i)
    if found and s.words[found[1]] == "century" and s.words[found[1] + 1] in _BEFORE_CHRIST:
        return Node("daterange", found[1] + 2, f"BC{found[0] - 1:02}", unit="century")
    if found is None or s.words[found[1]] not in ("century", "centuries") or not 1 <= found[0] <= 98:
        return None
    # The first century begins with the year 1: no calendar of ours has a year 0.
    begin, end = datetime(max(1, 100 * (found[0] - 1)), 1, 1), datetime(100 * found[0], 1, 1)
    timex = f"({day_timex(begin)},{day_timex(end)},P100Y)"
    return Node("daterange", found[1] + 1, timex, (Reading(timex, begin, end),), unit="century")


def part_of_year(years: list[int], number: int, months: int, stop: int, *, known: bool) -> Node:
    """A quarter (3 months) or half (6) of a year, or of two candidate years."""
    begins = [datetime(year, 1 + months * (number - 1), 1) for year in years]
    length = length_timex([(months, "month")])
    readings = []
    for begin in begins:
        end = add(begin, months, "month")
        timex = f"({day_timex(begin)},{day_timex(end)},{length})"
        readings.append(
            Reading(timex if known else f"(XXXX{timex[5:].replace(timex[12:16], 'XXXX', 1)}", begin, end)
        )
    if not readings:
        raise ValueError("no such year")
    name = "quarter" if months == 3 else "half"
    year = years[0] if known else None
    return Node("daterange", stop, readings[0].timex, tuple(readings), unit=name, year=year)


def _candidate_years(s: Scene, number: int, months: int) -> list[int]:
    begin = datetime(s.now.year, 1 + months * (number - 1), 1)
    years = [s.now.year, s.now.year + 1] if begin < s.now else [s.now.year - 1, s.now.year]
    return [year for year in years if 1 <= year <= 9998]


def _letter(s: Scene, i: int) -> tuple[int, int, int] | None:
    """Q1, H2: number, months, token after."""
    word, number = s.words[i], counting.digits(s, i + 1, 1)
    if number is None or not s.glued(i + 1) or s.glued(i + 2) and s.words[i + 2].isalnum():
        return None
    if word == "q" and 1 <= number <= 4:
        return number, 3, i + 2
    if word == "h" and 1 <= number <= 2:
        return number, 6, i + 2
    return None


def _ordinal_part(s: Scene, i: int) -> tuple[int, int, int] | None:
    """First quarter, second half."""
    found = counting.ordinal(s, i)
    last = s.words[i] == "last"
    if found is None and not last:
        return None
    number, k = found or (0, i + 1)
    months = {"quarter": 3, "half": 6}.get(s.words[k])
    if months is None:
        return None
    number = 12 // months if last else number
    return (number, months, k + 1) if 1 <= number <= 12 // months else None


def _year_before(s: Scene, i: int) -> tuple[int, int] | None:
    """2017- or "next year's" before a quarter."""
    if s.words[i][:1].isdigit():
        found = counting.digits(s, i)
        if found is None or len(s.words[i]) != 4 or found < 1000:
            return None
        return found, s.skip(i + 1, "-", "/")
    of = unit(s, i)
    if of and of.unit == "year" and of.year and s.words[of.stop] == "'s":
        return of.year, of.stop + 1
    return None


@rule
def quarter(s: Scene, i: int) -> Node | None:
    """Q3 2017, 2017-Q1, first quarter of 2013, second half of last year, next year's first quarter."""
    before = _year_before(s, i)
    if before:
        found = _letter(s, before[1]) or _ordinal_part(s, before[1])
        return part_of_year([before[0]], *found, known=True) if found else None
    k = s.skip(i, "the")
    found = _ordinal_part(s, k) or (_letter(s, k) if k == i else None)
    if found is None:
        return None
    number, months, stop = found
    after = s.skip(stop, "of", "in", "-", "/", ",")
    if s.words[after] == "the" and s.words[after + 1] == "year" and counting.year(s, after + 2) is None:
        return part_of_year([s.now.year, s.now.year + 1], number, months, after + 2, known=False)
    year = counting.year(s, s.skip(s.skip(after, "the"), "year"))
    if year:
        return part_of_year([year[0]], number, months, year[1], known=True)
    of = unit(s, after)
    if of and of.unit == "year" and of.year and after > stop:
        return part_of_year([of.year], number, months, of.stop, known=True)
    if k > i and months == 6 or s.words[stop] in ("of", "in") and s.words[i] not in ("q", "h"):
        return None
    return part_of_year(_candidate_years(s, number, months), number, months, stop, known=False)


@rule
def season(s: Scene, i: int) -> Node | None:
    """Summer, this winter, summer of 2015: what no calendar bounds."""
    shift = SHIFTS.get(s.words[i])
    k = i + (shift is not None)
    code = SEASONS.get(s.words[k])
    if code is None:
        return None
    if shift is None and s.in_name(k):
        return None
    stop = k + 1
    year = counting.year(s, s.skip(stop, "of", ",", "in"))
    if shift is not None:
        return Node("daterange", stop, f"{s.now.year + shift:04}-{code}", unit="season")
    if year and 1000 <= year[0] <= 2999:
        return Node("daterange", year[1], f"{year[0]:04}-{code}", unit="season")
    if s.words[k] in ("fall", "spring") and s.at(i - 1) not in (
        "in",
        "the",
        "during",
        "since",
        "until",
        "this",
        "last",
    ):
        return None
    if s.words[k] in ("fall", "spring") and (s.words[stop] == "of" or s.at(i - 2) in ("to", "will", "would")):
        return None
    return Node("daterange", stop, code, unit="season")
