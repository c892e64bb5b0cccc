"""The words of time in English, and what each of them stands for."""

from __future__ import annotations

from typing import Final


def _numbered(text: str, first: int) -> dict[str, int]:
    """Words by number; alternatives of one number are joined by a bar."""
    return {word: k for k, group in enumerate(text.split(), first) for word in group.split("|")}


MONTHS: Final = _numbered(
    "january|jan february|feb march|mar april|apr may june|jun july|jul august|aug"
    " september|sept|sep october|oct november|nov december|dec",
    1,
)
WEEKDAYS: Final = _numbered(
    "monday|mon tuesday|tue|tues wednesday|wed|weds thursday|thu|thur|thurs friday|fri saturday|sat"
    " sunday|sun",
    0,
)
# Plain words as well: they count only beside something else that is of time.
UNSURE: Final = frozenset({"may", "march", "mar", "sat", "sun", "wed", "mon", "second", "fall", "spring"})

ONES: Final = _numbered(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen",
    0,
)
TENS: Final = {
    word: 10 * k
    for word, k in _numbered("twenty thirty forty|fourty fifty sixty seventy eighty ninety", 2).items()
}
ORDINALS: Final = _numbered(
    "first second third fourth fifth sixth seventh eighth ninth|nineth tenth eleventh twelfth thirteenth"
    " fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth",
    1,
) | {"thirtieth": 30}

# Names of units, by the letter of an ISO 8601 duration; capitals below the day (PT3H).
UNITS: Final = {
    word: unit
    for unit, words in {
        "second": "second seconds sec secs",
        "minute": "minute minutes min mins",
        "hour": "hour hours hr hrs",
        "day": "day days night nights",
        "week": "week weeks wk wks",
        "fortnight": "fortnight fortnights",
        "weekend": "weekend weekends",
        "month": "month months mth mths",
        "quarter": "quarter quarters",
        "year": "year years yr yrs",
        "decade": "decade decades",
        "century": "century centuries",
    }.items()
    for word in words.split()
}
LETTERS: Final = {"h": "hour", "d": "day", "w": "week", "y": "year"}
SECONDS: Final = {
    "second": 1,
    "minute": 60,
    "hour": 3600,
    "day": 86_400,
    "week": 604_800,
    "fortnight": 1_209_600,
    "weekend": 172_800,
    "month": 2_592_000,
    "quarter": 7_776_000,
    "year": 31_536_000,
    "decade": 315_360_000,
    "century": 3_153_600_000,
}
CLOCK_UNITS: Final = frozenset({"second", "minute", "hour"})

NEXT: Final = frozenset({"next", "following", "coming", "upcoming"})
LAST: Final = frozenset({"last", "past", "previous", "prior"})
THIS: Final = frozenset({"this", "current"})
SHIFTS: Final = dict.fromkeys(NEXT, 1) | dict.fromkeys(LAST, -1) | dict.fromkeys(THIS, 0)

FEW: Final = {"few": 3, "some": 3, "several": 3, "couple": 2}

# Parts of a day: code, first and last hour.
PARTS: Final = {
    "morning": ("MO", 8, 12),
    "afternoon": ("AF", 12, 16),
    "evening": ("EV", 16, 20),
    "night": ("NI", 20, 24),
    "daytime": ("DT", 8, 18),
    "nighttime": ("NT", 0, 8),
    "breakfast": ("MEB", 8, 12),
    "brunch": ("MER", 8, 12),
    "lunch": ("MEL", 11, 13),
    "lunchtime": ("MEL", 11, 13),
    "dinner": ("MED", 16, 20),
    "dinnertime": ("MED", 16, 20),
    "supper": ("MED", 16, 20),
}
MEALS: Final = frozenset({"MEB", "MER", "MEL", "MED"})

SEASONS: Final = {"spring": "SP", "summer": "SU", "autumn": "FA", "fall": "FA", "winter": "WI"}
DECADES: Final = _numbered("twenties thirties forties fifties sixties seventies eighties nineties", 2) | {
    "noughties": 0
}

AROUND: Final = frozenset({"around", "circa", "about", "approximately", "roughly"})
TO: Final = frozenset({"to", "till", "til", "until", "through", "thru", "-", "–", "—", "~"})
DASHES: Final = frozenset({"-", "–", "—", "~"})

EVERY: Final = frozenset({"every", "each", "any"})
FREQUENCIES: Final = {
    "hourly": "PT1H",
    "daily": "P1D",
    "nightly": "P1D",
    "everyday": "P1D",
    "weekly": "P1W",
    "biweekly": "P2W",
    "fortnightly": "P2W",
    "monthly": "P1M",
    "bimonthly": "P2M",
    "quarterly": "P3M",
    "semiannual": "P0.5Y",
    "semiannually": "P0.5Y",
    "biannual": "P0.5Y",
    "biannually": "P0.5Y",
    "annual": "P1Y",
    "annually": "P1Y",
    "yearly": "P1Y",
    "biennial": "P2Y",
    "biennially": "P2Y",
    "weekends": "P1WE",
    "weekdays": "P1WD",
}
