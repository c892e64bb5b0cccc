"""Finding time expressions: at each word that can begin one, the longest that a rule reads there."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from graphmem.dates.bounds import bounded
from graphmem.dates.clocks import clock
from graphmem.dates.counting import year as year_number
from graphmem.dates.dayparts import moment, stretch
from graphmem.dates.days import day
from graphmem.dates.expression import Candidate, TimeExpression
from graphmem.dates.feasts import FEASTS, NEEDS_DAY
from graphmem.dates.hours import hours, lasting, part, plural_part
from graphmem.dates.lengths import bounded as bounded_length
from graphmem.dates.lengths import plain, seconds
from graphmem.dates.months import month, unit
from graphmem.dates.offsets import bounded_offset, offset
from graphmem.dates.periods import around_now, whole
from graphmem.dates.ranges import ranged
from graphmem.dates.recurring import recurring
from graphmem.dates.scene import Node, Rule, Scene, scene
from graphmem.dates.weeks import weekly_period
from graphmem.dates.words import (
    AROUND,
    DECADES,
    EVERY,
    FEW,
    FREQUENCIES,
    MONTHS,
    ONES,
    ORDINALS,
    PARTS,
    SEASONS,
    SHIFTS,
    TENS,
    UNITS,
    WEEKDAYS,
)
from graphmem.dates.years import other_year, season

# In the order in which they win, where two read equally far.
_RULES: Final[tuple[Rule, ...]] = (
    recurring,
    bounded,
    bounded_offset,
    offset,
    stretch,
    ranged,
    lasting,
    moment,
    day,
    weekly_period,
    around_now,
    other_year,
    month,
    unit,
    whole,
    season,
    hours,
    clock,
    part,
    plural_part,
    bounded_length,
    plain,
)
_STARTERS: Final = frozenset(
    {
        *MONTHS,
        *WEEKDAYS,
        *(f"{name}s" for name in WEEKDAYS if name.endswith("day")),
        *ONES,
        *TENS,
        *ORDINALS,
        *UNITS,
        *SHIFTS,
        *FEW,
        *PARTS,
        *(f"{name}s" for name in PARTS),
        *SEASONS,
        *DECADES,
        *AROUND,
        *EVERY,
        *FREQUENCIES,
        *(name.split()[0] for name in FEASTS),
        *"""
            today tomorrow tomorow tmrw tmr yesterday otd tonight tonite now right just noon midday noonish
            midnight mid middle half quarter a an another the on at in within from between before until till
            by after since starting beginning early earlier late later end start eod cob eoy eom eow no not
            any as prior year week weekend workweek work working w q h fy sy cy fiscal financial school
            academic same that rest remaining remainder all more less longer shorter greater last once twice
            thrice bi semi for to during = > < ' t calendar following ad latter ½ ¼ ¾ dozen weekdays
        """.split(),
    }
)

_LEADS: Final = (
    frozenset(
        {
            *SHIFTS,
            *FEW,
            *AROUND,
            *EVERY,
            *(name.split()[0] for name in FEASTS if " " in name or name in NEEDS_DAY),
            *"""
            a an another the on at in from between before until till by after since no not as that same rest
            all more less longer shorter greater for to during just right work school = > < ' t
        """.split(),
        }
    )
    - MONTHS.keys()
    - {name for name in FEASTS if name not in NEEDS_DAY}
)
"""Words that begin an expression and are none by themselves."""
_WITHIN: Final = frozenset(
    {*"date moment present time weekday".split(), *(word for name in FEASTS for word in name.split()[1:])}
)
"""Words of expressions that begin none: "at the moment", "new year"."""
_AHEAD: Final = 2
"""Words after those that lead, of which one is of time, if an expression begins with them."""
_LEADING: Final = 8
"""Tokens that are looked at for them."""


def _begins(s: Scene, i: int) -> bool:
    """Whether an expression may begin with a word, as far as words tell."""
    if s.words[i] not in _LEADS:
        return s.words[i] in _STARTERS or s.words[i][0].isdigit()
    left = _AHEAD
    for word in s.words[i + 1 : min(i + 1 + _LEADING, s.count)]:
        if word in _WITHIN or word[0].isdigit() or word in _STARTERS and word not in _LEADS:
            return True
        left -= word not in _LEADS
        if not left:
            break
    return False


def _left_free(s: Scene, i: int) -> bool:
    """Whether an expression can begin at a token: not inside a longer number, code or word."""
    if not s.glued(i):
        return True
    before, word = s.words[i - 1], s.words[i]
    if before[-1:].isalnum() or before in ("_", "$", "@", "#", "&") and word[:1].isalpha():
        return before == "_" and word[:1].isdigit()
    if before == "$":
        return False
    if before in ("-", "/", ".", ",", ":", "+") and i > 1 and s.glued(i - 1) and word[:1].isdigit():
        return not s.words[i - 2][-1:].isdigit() and not (before == "." and s.words[i - 2].isalnum())
    return True


def _right_free(s: Scene, stop: int) -> bool:
    """Whether an expression can end before a token."""
    if stop >= s.count or not s.glued(stop):
        return True
    word, last = s.words[stop], s.words[stop - 1]
    if word[0].isalnum() and last[-1:].isalnum():
        return False
    if word in ("-", "/", ".", ",", ":") and last[-1:].isdigit() and s.glued(stop + 1):
        return not s.words[stop + 1][:1].isdigit()
    return word != "%"


def _find(s: Scene, i: int) -> Node | None:
    """The longest node at a token; where two rules read equally far, the first."""
    best: Node | None = None
    for one in _RULES:
        found = one(s, i)
        if found is None or best is not None and found.stop <= best.stop:
            continue
        if found.weak or not _right_free(s, found.stop):
            continue
        best = found
    return best


def _equal_year(s: Scene, i: int) -> Node | None:
    """=2019, as a filter over years writes it."""
    if s.words[i] != "=" or not (found := year_number(s, i + 1)) or not s.glued(i + 1):
        return None
    node = whole(s, i + 1)
    return node if node and node.stop == found[1] else None


def _hour_behind_at(s: Scene, i: int) -> Node | None:
    """The 6 of "next year at 6.": a bare hour that ends a clause."""
    if s.at(i - 1) != "at" or s.words[i + 1] not in ("", ".", "!", "?", ",", ";"):
        return None
    found = clock(s, i)
    return found if found and found.stop == i + 1 and _right_free(s, found.stop) else None


def _article(s: Scene, i: int, node: Node) -> int:
    """One if "the" does not belong to an expression: "the [next quarter]", but "the next decade"."""
    if s.words[i] != "the" or node.kind not in ("date", "daterange"):
        return 0
    word = s.words[i + 1]
    if word in ("year", "calendar", "mid", "middle", "end", "beginning", "start"):
        return int(node.stop > i + 2)
    if word in SHIFTS:
        return int(
            node.part == "feast" or node.unit not in ("day", "decade", "century") and not _nested(s, i, node)
        )
    return int(
        node.part == "feast" or word.isalpha() and word in (*TENS, *ORDINALS) and s.words[i + 3] == "day"
    )


def _nested(s: Scene, i: int, node: Node) -> bool:
    """Whether "of" stands inside: the last week of July."""
    return "of" in s.words[i : node.stop]


def _zoned(s: Scene, moment: datetime | None) -> datetime | None:
    return moment if moment is None else moment.replace(tzinfo=s.zone)


def _expression(s: Scene, i: int, node: Node) -> TimeExpression:
    start, end = s.starts[i], s.ends[node.stop - 1]
    candidates: tuple[Candidate, ...]
    if node.kind == "duration":
        candidates = (Candidate(node.timex, None, None, seconds(node)),)
    else:
        candidates = tuple(
            Candidate(one.timex, _zoned(s, one.begin), _zoned(s, one.end))
            for one in dict.fromkeys(node.readings)
        )
    return TimeExpression(
        start=start,
        end=end,
        text=s.text[start:end],
        kind=node.kind,
        timex=node.timex,
        candidates=candidates,
        modifier=node.modifier,
        precision=node.unit,
    )


def find_dates(text: str, reference: datetime, *, inclusive: bool = False) -> list[TimeExpression]:
    """The time expressions of an English text, in order, none inside another.

    Args:
        text: any text; what is not English is left alone.
        reference: the moment that "yesterday" and "May 5" are told from: when the document was written,
            or the turn said. Its time zone, if any, is that of what is found.
        inclusive: whether a range between two days or periods holds the last of them: "2007 to 2009"
            ends with 2009, "from March to May" with May, as people mean it. Else it ends where the last
            one begins, as the specification has it.

    Returns:
        Expressions with character offsets into ``text``. Linear in the length of the text.

    >>> [found.timex for found in find_dates("We met last Friday at 5 pm.", datetime(2024, 5, 1))]
    ['2024-04-26T17']
    """
    s = scene(text, reference, inclusive=inclusive)
    found: list[TimeExpression] = []
    i = 0
    while i < s.count:
        if not _begins(s, i) or not _left_free(s, i):
            i += 1
            continue
        node = _equal_year(s, i) or _find(s, i) or _hour_behind_at(s, i)
        if node is None or node.stop <= i:
            s.forget(i, i + 1)
            i += 1
            continue
        found.append(_expression(s, i + _article(s, i, node), node))
        s.forget(i, node.stop)
        i = node.stop
    return found
