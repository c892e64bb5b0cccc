"""Holidays by name: their day in a year, fixed, by weekday, by Easter or by the moon.

Written out rather than taken from a library: the packages of holidays answer which days are off in a
country, with 14 MB of tables, and not which day a name in a text means.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final, TypeAlias

from graphmem.dates.almanac import nth_weekday
from graphmem.dates.scene import Scene

Feast: TypeAlias = "tuple[str, Callable[[int], datetime | None]]"

# Month and day; names joined by bars; a final "day" and possessive 's are optional in the text.
_FIXED: Final = """
1/1 new year|new years
12/31 new year eve|new years eve|nye
1/6 epiphany
2/2 groundhog|groundhogs
2/14 valentine|valentines|st valentine|saint valentine
3/8 international women|womens|women
3/14 pi
3/17 saint patrick|st patrick|st. patrick
4/1 april fools|april fool|all fools
4/22 earth
4/23 st george|saint george
4/25 anzac
5/1 international workers|international worker|may
5/4 star wars
5/5 cinco de mayo
6/14 flag
6/19 juneteenth|freedom|jubilee
7/1 canada
7/4 independence|us independence
7/14 bastille
10/31 halloween|all hallows eve
11/1 all saints|all hallows
11/2 all souls
11/5 guy fawkes|guy fawkes night|bonfire night
11/11 veterans|veteran|armistice|remembrance|singles
11/30 st andrew|saint andrew
12/24 christmas eve|xmas eve
12/25 christmas|xmas
12/26 boxing
1/26 australia
"""
# Month, weekday from 0, which one (-1 the last), days after it.
_WEEKLY: Final = """
1 0 3 0 martin luther king|martin luther king jr|mlk
2 0 3 0 presidents|president|washington birthday
5 6 2 0 mothers|mother
5 0 -1 0 memorial
6 6 3 0 fathers|father
9 0 1 0 labor|labour
10 0 2 0 columbus|indigenous peoples|indigenous people
11 3 4 0 thanksgiving|thanks giving
11 3 4 1 black friday
11 3 4 4 cyber monday
11 0 1 1 election
"""
# Days from Easter Sunday.
_EASTER: Final = """
0 easter|easter sunday
1 easter monday
-2 good friday
-1 holy saturday|easter saturday
-3 maundy thursday|holy thursday
-7 palm sunday
-46 ash wednesday
-47 mardi gras|shrove tuesday|fat tuesday|pancake
39 ascension
49 pentecost|whit sunday|whitsun
50 whit monday
56 trinity sunday
60 corpus christi
"""
# Month and day of the Islamic year.
_ISLAMIC: Final = """
10/1 eid al fitr|eid ul fitr
12/10 eid al adha|eid ul adha
1/1 islamic new year
"""
# Names that are other things without "day": mothers, labor, freedom …
NEEDS_DAY: Final = frozenset(
    "may|freedom|jubilee|independence|flag|pi|earth|canada|bastille|veterans|veteran|remembrance|armistice"
    "|singles|women|womens|father|fathers|mother|mothers|memorial|labor|labour|columbus|election|president"
    "|presidents|boxing|australia|groundhog|groundhogs|valentine|star wars|pancake|ascension|anzac|mlk"
    "|international women|international workers|international worker|us independence|st george|saint george"
    "|st andrew|saint andrew|indigenous peoples|indigenous people|all saints|all souls|martin luther king"
    "|martin luther king jr|all fools".split("|")
)
# The first day of the Chinese year from 1901 to 2099: days after 20 January, in base 36.
_CHINESE: Final = (
    "uj9rf5od2lath6pf3mcvj8rg4od3lash6pf4mbuj7qg5od2l9sh7pe4nbtj8qg5od1kash7qe3mbti8rg5odvk9sh7qf3lbui8rg4"
    "nc2k9ti6pe3lbuj8rg5nc2l9sh6oe3mbuj8qf4nc2lash6pd3mcuj8qf4nd1k9sg6pe3mbui7qg4nd2k9sh6pe4lati7qg5nc1"
)


def easter(year: int) -> datetime:
    """Easter Sunday by the Gregorian rule (Meeus, Jones, Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    m = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return datetime(year, month, day + 1)


def chinese_new_year(year: int) -> datetime | None:
    """None before 1901 and after 2099."""
    if not 1901 <= year <= 2099:
        return None
    return datetime(year, 1, 20) + timedelta(days=int(_CHINESE[year - 1901], 36))


def islamic(year: int, month: int, day: int) -> datetime | None:
    """The day of a month of the tabular Islamic calendar in a year of ours, give or take a day."""
    for hijri in (round((year - 622) * 33 / 32) + k for k in (-1, 0, 1)):
        if hijri < 1:
            continue
        ordinal = day - (-59 * (month - 1) // 2) + (hijri - 1) * 354 + (3 + 11 * hijri) // 30 + 227_013
        found = date.fromordinal(ordinal)
        if found.year == year:
            return datetime(found.year, found.month, found.day)
    return None


def _fixed(month: int, day: int) -> Feast:
    return f"XXXX-{month:02}-{day:02}", lambda year: datetime(year, month, day)


def _weekly(month: int, weekday: int, n: int, days: int) -> Feast:
    timex = f"XXXX-{month:02}-WXX-{weekday + 1}-{n}" if not days else ""
    return timex, lambda year: nth_weekday(year, month, weekday, n) + timedelta(days=days)


def _by_easter(days: int) -> Feast:
    return "", lambda year: easter(year) + timedelta(days=days)


def _by_moon(month: int, day: int) -> Feast:
    return "", lambda year: islamic(year, month, day)


def _table() -> dict[str, Feast]:
    found: dict[str, Feast] = {"chinese new year": ("", chinese_new_year)}
    found["lunar new year"] = found["chinese new year"]
    for rows, make, width in (
        (_FIXED, _fixed, 1),
        (_WEEKLY, _weekly, 4),
        (_EASTER, _by_easter, 1),
        (_ISLAMIC, _by_moon, 1),
    ):
        for row in rows.strip().splitlines():
            *numbers, names = row.split(" ", width)
            feast = make(*(int(n) for part in numbers for n in part.split("/")))
            found.update(dict.fromkeys(names.split("|"), feast))
    return found


FEASTS: Final = _table()
_FIRST_WORDS: Final = frozenset(name.split()[0] for name in FEASTS)
_LONGEST: Final = max(len(name.split()) for name in FEASTS)


def _plain(s: Scene, i: int) -> tuple[list[str], list[int]]:
    """The next words without possessives and hyphens, and the token after each."""
    words: list[str] = []
    stops: list[int] = []
    while len(words) <= _LONGEST and i < s.count:
        word = s.words[i]
        i += 1
        if word in ("-", ".") and words:
            continue
        words.append(word)
        stops.append(i)
        i += s.words[i] in ("'", "'s") and s.glued(i)
    return words, stops


def feast(s: Scene, i: int) -> tuple[Feast, int] | None:
    """The holiday whose name begins at a token, and the token after it."""
    if s.words[i] not in _FIRST_WORDS:
        return None
    words, stops = _plain(s, i)
    for size in range(min(_LONGEST, len(words)), 0, -1):
        name = " ".join(words[:size])
        found = FEASTS.get(name)
        if found is None:
            continue
        if len(words) > size and words[size] == "day":
            return found, stops[size]
        if name not in NEEDS_DAY:
            return found, stops[size - 1]
    return None
