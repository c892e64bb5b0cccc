"""Names by rules: which spans of a sentence name something, decided by that sentence alone.

Nothing here looks at other documents, so that forgetting a document takes back exactly what
reading it gave. What only the rest of the memory can tell (is a lone word that opens a sentence a
name?) is marked as role ``opening`` and settled when the memory is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from graphmem.identity import ARTICLES, FUNCTION_WORDS, WORD, fold, plain
from graphmem.types import Mention, MentionRole

# Small words that join two capitalised runs into one longer name ("Bank of England").
CONNECTORS: Final = frozenset(
    "of de van von der den del della di da do dos das du la le les el al bin ibn ben bint and y und et"
    " zu zur for in on to at ap av af the".split()
)
MONTHS: Final = frozenset(
    "january february march april may june july august september october november december".split()
)
DAYS: Final = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())
# Months that are common words too count as dates only beside a number.
AMBIGUOUS_MONTHS: Final = frozenset({"may", "march", "april", "june", "august"})
_GAP: Final = re.compile(r"(?: |\s?-\s?|\. |\.|\s?&\s?|/)$")
_JOINTS: Final = frozenset({" ", " - ", "-", ". "})
_ABBREVIATION: Final = re.compile(
    r"(?:[A-Z]|Mr|Mrs|Ms|Dr|St|Jr|Sr|Ft|Mt|Prof|Rev|Gen|Col|Lt|Sgt|Capt|Gov|Sen|Rep|Sir|No|Vol|Bros)$"
)
YEAR: Final = re.compile(r"(?:1\d\d\d|20\d\d)$")
_QUOTED: Final = re.compile(r'["“]\s?([^"“”]{2,80}?)\s?["”]')
_LONGEST_JOIN: Final = 4
_LONGEST_QUOTE: Final = 9
Run = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Tokens:
    """A sentence in words, column by column."""

    text: str
    start: list[int]
    end: list[int]
    word: list[str]
    low: list[str]
    number: list[bool]
    capital: list[bool]

    def gap(self, left: int) -> str:
        """What stands between a word and the next."""
        return self.text[self.end[left] : self.start[left + 1]]

    def says(self, first: int, last: int) -> bool:
        """Whether one of the words first … last-1 can carry a name."""
        return any(not self.number[k] and self.low[k] not in FUNCTION_WORDS for k in range(first, last))


def _tokens(sentence: str) -> _Tokens:
    # Folding letter by letter, where that keeps the length, leaves offsets as they are.
    text = sentence
    if not sentence.isascii():
        text = "".join(p if len(p := plain(c)) == 1 else c for c in sentence)
    found = list(WORD.finditer(text))
    word = [match.group() for match in found]
    number = [w[0].isdigit() for w in word]
    return _Tokens(
        text=text,
        start=[match.start() for match in found],
        end=[match.end() for match in found],
        word=word,
        low=[w.lower() for w in word],
        number=number,
        capital=[n or w != w.lower() for n, w in zip(number, word, strict=True)],
    )


def _date_words(t: _Tokens) -> set[int]:
    """Words that belong to a date: a month or weekday with the numbers beside it."""
    found: set[int] = set()
    last = len(t.word)
    for k, low in enumerate(t.low):
        if low not in MONTHS and low not in DAYS:
            continue
        beside = [x for x in (k - 1, k + 1) if 0 <= x < last and t.number[x]]
        if beside or low not in AMBIGUOUS_MONTHS:
            found.update((k, *beside))
        if k + 2 < last and t.number[k + 1] and t.number[k + 2] and len(t.word[k + 2]) == 4:
            found.add(k + 2)
    return found


def _goes_on(t: _Tokens, left: int) -> bool:
    """Whether the name goes on from a word to the next one."""
    gap = t.gap(left)
    if not _GAP.match(gap) or t.word[left].endswith(("'s", "s'")):
        return False
    return not gap.startswith(".") or _ABBREVIATION.match(t.word[left]) is not None


def _runs(t: _Tokens) -> Iterator[Run]:
    """Runs of capitalised or numeric words, without function words that only open them."""
    dates = _date_words(t)
    k, last = 0, len(t.word)
    while k < last:
        if not t.capital[k] or k in dates:
            k += 1
            continue
        first, k = k, k + 1
        while k < last and t.capital[k] and k not in dates and _goes_on(t, k - 1):
            k += 1
        opening = first == 0
        while first < k and t.low[first] in FUNCTION_WORDS and (opening or k - first == 1):
            first += 1
        if first < k and t.says(first, k):
            yield first, k


def _joined(t: _Tokens, runs: Sequence[Run]) -> Iterator[Run]:
    """Longer names: neighbouring runs joined by at most two connectors, or by a possessive."""
    for a, (first, _) in enumerate(runs):
        for b in range(a + 1, min(a + _LONGEST_JOIN, len(runs))):
            left, right = runs[b - 1][1], runs[b][0]
            between = t.low[left:right]
            if len(between) > 2 or not all(word in CONNECTORS for word in between):
                break
            if not all(t.gap(k) in _JOINTS for k in range(left - 1, right)):
                break
            if not between and not t.word[left - 1].endswith(("'s", "s'")):
                break
            yield first, runs[b][1]


def _quoted(t: _Tokens) -> Iterator[tuple[int, int]]:
    """Offsets of titles of works in double quotes."""
    for match in _QUOTED.finditer(t.text):
        inside = match.group(1)
        if not inside[0].isupper() and not inside[0].isdigit():
            continue
        if 0 < len(WORD.findall(inside)) <= _LONGEST_QUOTE and not inside.rstrip(",").endswith("."):
            yield match.span(1)


class _Found:
    """Mentions by key: the first of each, one that is surely a name before one that only opens."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        self.by_key: dict[str, Mention] = {}

    def add(self, start: int, end: int, label: str, opening: bool = False) -> None:
        name = self.sentence[start:end]
        key = fold(name)
        if not key or (len(key) < 2 and not key.isdigit()):
            return
        known = self.by_key.get(key)
        if known is None or (known.role == "opening" and not opening):
            role: MentionRole = "opening" if opening else "text"
            self.by_key[key] = Mention(name=name, label=label, start=start, end=end, role=role)

    def add_words(self, t: _Tokens, first: int, last: int, opening: bool = False) -> None:
        while last - first > 1 and t.low[first] in ARTICLES:
            first += 1
        self.add(t.start[first], t.end[last - 1], "name", opening)


def names(sentence: str) -> tuple[Mention, ...]:
    """The mentions of a sentence, by start; they may nest ("Bank", "England", "Bank of England").

    Capitalised or numeric runs, their joins over connectors, quoted works and bare years.
    """
    t = _tokens(sentence)
    found = _Found(sentence)
    runs = list(_runs(t))
    for first, last in runs:
        found.add_words(t, first, last, opening=last - first == 1 and first == 0)
        if last - first > 1 and t.number[first] and t.says(first + 1, last):
            found.add_words(t, first + 1, last)
    for k, word in enumerate(t.word):
        if t.number[k] and YEAR.match(word):
            found.add(t.start[k], t.end[k], "date")
    for first, last in _joined(t, runs):
        found.add_words(t, first, last)
    for start, end in _quoted(t):
        if not fold(sentence[start:end]).isdigit():
            found.add(start, end, "work")
    return tuple(sorted(found.by_key.values(), key=lambda m: (m.start, m.end)))


def title_names(title: str) -> tuple[str, ...]:
    """What a title names: itself, itself without parenthesis, and A of "A, B".

    >>> title_names("Paris, Texas (film)")
    ('Paris, Texas (film)', 'Paris, Texas', 'Paris')
    """
    bare = re.sub(r"\s*\([^()]*\)\s*", " ", title).strip()
    candidates = (title.strip(), bare, bare.split(", ")[0])
    by_key = {fold(name): name for name in reversed(candidates) if fold(name)}
    return tuple(dict.fromkeys(name for name in candidates if name in by_key.values()))
