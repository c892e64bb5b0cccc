"""A text in tokens, the reference, and the memory of what rules have found: what every rule reads.

A rule is a function of a scene and the number of a token; it gives the node that begins there, or
None. What it gave is remembered, so that each rule looks at each token once, however rules call each
other, and reading stays linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from typing import Final, TypeAlias

from graphmem.dates.expression import Kind

_TOKEN: Final = re.compile(r"[0-9]+|[^\W0-9_]+(?:['’](?!s\b)[^\W0-9_]+)?|['’]s\b|[^\w\s]|_")
# Rules look at most so far ahead of the last token.
_PADDING: Final = 12
# "2 days after 2 days after 2 days after …" ends here.
_DEEPEST: Final = 24


@dataclass(frozen=True, slots=True)
class Reading:
    """One interval [begin, end) that a node can mean."""

    timex: str
    begin: datetime | None
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day. ``depth``: how much is said, 1 hours, 2 minutes, 3 seconds."""

    hour: int
    minute: int = 0
    second: int = 0
    depth: int = 1

    @property
    def seconds(self) -> int:
        """Since midnight."""
        return 3600 * self.hour + 60 * self.minute + self.second

    @property
    def timex(self) -> str:
        """Such as T07:30."""
        return f"T{self.hour % 24:02}:{self.minute:02}:{self.second:02}"[: 3 * self.depth]


@dataclass(frozen=True, slots=True)
class Node:
    """What a rule found: it ends before token ``stop``.

    ``readings`` are the past one first. A date keeps the fields that were said; a duration its
    ``amounts`` (number, unit); a time its ``clocks``, the possible ones; a span of hours its ``spans``
    and ``part`` of the day. ``weak`` nodes count only beside something else: the 5 of "Monday at 5".
    """

    kind: Kind
    stop: int
    timex: str = ""
    readings: tuple[Reading, ...] = ()
    modifier: str = ""
    unit: str = ""
    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    amounts: tuple[tuple[float, str], ...] = ()
    clocks: tuple[Clock, ...] = ()
    spans: tuple[tuple[Clock, Clock], ...] = ()
    part: str = ""
    weak: bool = False

    def until(self, stop: int) -> Node:
        """The same node with more tokens."""
        return self if stop == self.stop else replace(self, stop=stop)

    @property
    def past(self) -> Reading:
        """The first reading; without any, one that is open on both sides."""
        return self.readings[0] if self.readings else Reading(self.timex, None, None)

    @property
    def future(self) -> Reading:
        """The last reading."""
        return self.readings[-1] if self.readings else Reading(self.timex, None, None)


@dataclass(slots=True)
class Scene:
    """A text in tokens, column by column, read against the moment ``now``.

    ``inclusive``: a range between days or periods holds the last of them. ``now`` is naive, in the time
    zone ``zone``, as are all moments until they are handed out. ``words`` are lower case; the columns go
    on beyond the last token with empty words.
    """

    text: str
    now: datetime
    zone: tzinfo | None
    words: list[str]
    starts: list[int]
    ends: list[int]
    count: int
    inclusive: bool = False
    memory: dict[int, dict[str, Node | None]] = field(default_factory=dict)
    depth: int = 0

    @property
    def today(self) -> datetime:
        """The reference's midnight."""
        return self.now.replace(hour=0, minute=0, second=0, microsecond=0)

    def forget(self, i: int, stop: int) -> None:
        """Drop what was found at tokens that reading has passed, so that memory stays small."""
        for k in range(i, stop):
            self.memory.pop(k, None)

    def glued(self, i: int) -> bool:
        """Whether no space stands before a token."""
        return i > 0 and self.starts[i] == self.ends[i - 1] and i < self.count

    def spaced(self, i: int) -> bool:
        """Whether a token stands apart from the one before."""
        return not self.glued(i)

    def at(self, i: int) -> str:
        """The word, or nothing before the first and after the last."""
        return self.words[i] if 0 <= i < self.count else ""

    def skip(self, i: int, *words: str) -> int:
        """The next token if this one is one of the words, else this one."""
        return i + 1 if self.words[i] in words else i

    def in_name(self, i: int) -> bool:
        """Whether a word is capitalised beside another that is: Winter Palace, A Better Tomorrow."""
        if not self.capital(i):
            return False
        if self.capital(i + 1) and self.words[i + 1].isalpha() and self.spaced(i + 1):
            return not self.text[self.starts[i] : self.ends[i]].isupper()
        opening = i == 1 or self.at(i - 2) in (".", "!", "?", ":", '"')
        return i > 0 and self.capital(i - 1) and self.words[i - 1].isalpha() and not opening

    def capital(self, i: int) -> bool:
        """Whether a word begins with a capital letter."""
        return i < self.count and self.text[self.starts[i]].isupper()


def scene(text: str, now: datetime, *, inclusive: bool = False) -> Scene:
    """The tokens of a text."""
    found = list(_TOKEN.finditer(text))
    starts = [match.start() for match in found]
    ends = [match.end() for match in found]
    words = [match.group().lower().replace("’", "'") for match in found]
    return Scene(
        text=text,
        now=now.replace(tzinfo=None),
        zone=now.tzinfo,
        words=words + [""] * _PADDING,
        starts=starts + [len(text)] * _PADDING,
        ends=ends + [len(text)] * _PADDING,
        count=len(found),
        inclusive=inclusive,
    )


Rule: TypeAlias = Callable[[Scene, int], "Node | None"]


def rule(function: Rule) -> Rule:
    """Remember what a rule found; a rule that asks for itself at the same token finds nothing."""
    name = f"{function.__module__}.{function.__name__}"

    def remembered(s: Scene, i: int) -> Node | None:
        if i >= s.count:
            return None
        known = s.memory.get(i)
        if known is None:
            known = s.memory[i] = {}
        elif name in known:
            return known[name]
        if s.depth > _DEEPEST:
            return None
        known[name] = None
        s.depth += 1
        try:
            found = function(s, i)
        except (ValueError, OverflowError):
            # A day that no calendar has, or a year outside 1 … 9999.
            found = None
        finally:
            s.depth -= 1
        known[name] = found
        return found

    return remembered


def first(s: Scene, i: int, *rules: Rule) -> Node | None:
    """What the first of the rules that finds something finds."""
    for one in rules:
        if found := one(s, i):
            return found
    return None


def longest(s: Scene, i: int, *rules: Rule) -> Node | None:
    """The longest find; of equals that of the first rule."""
    best: Node | None = None
    for one in rules:
        found = one(s, i)
        if found and (best is None or found.stop > best.stop):
            best = found
    return best
