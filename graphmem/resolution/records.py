"""Whether two records of tables are of the same thing, whatever their columns are called.

Nothing is trained and no column is known by name. A record is read as its words and its numbers: words of
the two records are aligned one to one, alike spellings, initials, abbreviations and acronyms included,
and weighed by their rarity in the collection (the soft TF-IDF of Cohen, Ravikumar & Fienberg 2003);
numbers are compared with those of their own kind (long ones such as telephones, years, all others). What
is absent on one side says little. The evidence is summed in log-odds (Fellegi & Sunter 1969). Since
columns do not matter, a value in the wrong column does no harm.
"""

from __future__ import annotations

import html
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from graphmem.identity import words
from graphmem.resolution.aliases import GENERATIONS
from graphmem.resolution.forms import SMALL, given_names_agree
from graphmem.resolution.similarity import Reason

Fields = Mapping[str, str]

SAME_RECORD: Final = 0.5
"""The least score of two records that are taken to be of the same thing."""
NUMERALS: Final = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8"}
PER_OVERLAP: Final = 16.0
"""The weight of words, per unit of their overlap above ``EVEN``."""
EVEN: Final = 0.75
"""The overlap of words that says nothing, either way."""
# A telephone of both makes up for words that agree by half, not for less: houses share one. It changes, too.
SAME_LONG, OTHER_LONG = 4.0, -0.5
SAME_YEAR, OTHER_YEAR = 1.0, -5.0
SAME_NUMBER, OTHER_NUMBER, MISSING_NUMBER = 1.0, -4.0, -1.0

_REFERENCE: Final = re.compile(r"\s?(&#?\w+;)\s?")
_LONG: Final = re.compile(r"\+?\(?\d[\d\s/().-]{5,}\d")
_DECIMAL: Final = re.compile(r"(?<=\d)\.0+\b")
_YEAR: Final = re.compile(r"1[5-9]\d\d|20\d\d")
_ORDINALS: Final = {
    word: str(number)
    for number, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth".split(), start=1
    )
}
_ORDINAL: Final = re.compile(r"(\d+)(?:st|nd|rd|th)")
_SHORTEST_LONG: Final = 7
_SHORTEST_ABBREVIATION: Final = 3
_ABBREVIATED: Final = 0.8
_SPELT: Final = 0.9
_LETTER: Final = 0.3
_MOST_PAIRS: Final = 40_000


@dataclass(frozen=True)
class Record:
    """A row of a table: the text of its fields, by column; the columns' names are not read."""

    fields: Fields

    @cached_property
    def text(self) -> str:
        """All that it says, character references resolved."""
        said = " , ".join(value for _, value in sorted(self.fields.items()))
        said = _REFERENCE.sub(lambda match: html.unescape(match.group(1)), said)
        return _DECIMAL.sub("", said.replace("\\", ""))

    @cached_property
    def long_numbers(self) -> frozenset[str]:
        """Telephones and other numbers of seven digits or more, without what parts them."""
        found = (re.sub(r"\D", "", match) for match in _LONG.findall(self.text))
        return frozenset(number for number in found if len(number) >= _SHORTEST_LONG)

    @cached_property
    def _tokens(self) -> tuple[str, ...]:
        said = words(_LONG.sub(" ", self.text))
        ordinal = (_ORDINALS.get(word, word) for word in said)
        return tuple(m.group(1) if (m := _ORDINAL.fullmatch(word)) else word for word in ordinal)

    @cached_property
    def years(self) -> frozenset[str]:
        """Its numbers of four digits that may be years."""
        return frozenset(word for word in self._tokens if _YEAR.fullmatch(word))

    @cached_property
    def numbers(self) -> frozenset[str]:
        """Its other numbers, in figures; Roman ones and ordinals too."""
        found = (NUMERALS.get(word, word) if word in GENERATIONS else word for word in self._tokens)
        return frozenset(word for word in found if word.isdigit() and not _YEAR.fullmatch(word))

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Its words that are not numbers."""
        return tuple(word for word in self._tokens if not word.isdigit())


class Table:
    """What must be known of all records to compare two: how rare their words are."""

    def __init__(self, records: Iterable[Record]) -> None:
        self.size = 0
        self.found_in: Counter[str] = Counter()
        for record in records:
            self.size += 1
            self.found_in.update(set(record.words))

    def weight(self, word: str) -> float:
        """A word's inverse document frequency; a single letter counts for less."""
        rarity = math.log((1 + self.size) / (1 + self.found_in[word])) + 0.1
        return _LETTER * rarity if len(word) == 1 else rarity


def _alike(a: str, b: str) -> float:
    """How much of a word another one is, if not equal: spelt alike, an initial, or an abbreviation."""
    if given_names_agree(a, b):
        return _SPELT
    short, long = sorted((a, b), key=len)
    return _ABBREVIATED if len(short) >= _SHORTEST_ABBREVIATION and long.startswith(short) else 0.0


def _acronyms(a: Sequence[str], b: Sequence[str]) -> tuple[set[int], set[int]]:
    """The words of two records that are acronyms of each other's: which of the first, which of the second."""
    left: set[int] = set()
    right: set[int] = set()
    letters = "".join(word[0] if word not in SMALL else " " for word in b)
    for number, word in enumerate(a):
        at = letters.find(word) if len(word) >= _SHORTEST_ABBREVIATION else -1
        if at >= 0:
            left.add(number)
            right.update(range(at, at + len(word)))
    return left, right


def _pairs(left: Sequence[str], right: Sequence[str]) -> list[tuple[float, str, str]]:
    """The words of two rests that are alike, most alike first."""
    if len(left) * len(right) > _MOST_PAIRS:
        return []
    near = ((_alike(x, y), x, y) for x in sorted(set(left)) for y in sorted(set(right)) if x[0] == y[0])
    return sorted((pair for pair in near if pair[0]), key=lambda pair: (-pair[0], pair[1], pair[2]))


def overlap(a: Record, b: Record, table: Table) -> float:
    """How far the words of two records are the same, between 0 and 1: aligned weight by all weight."""
    count_a, count_b = Counter(a.words), Counter(b.words)
    both = count_a & count_b
    left, right = sorted((count_a - both).elements()), sorted((count_b - both).elements())
    shared = 2 * math.fsum(table.weight(word) * count for word, count in sorted(both.items()))
    total = shared + math.fsum(table.weight(word) for word in (*left, *right))
    for x, y, rest_x, rest_y in ((a, b, left, right), (b, a, right, left)):
        at_x, at_y = _acronyms(x.words, y.words)
        for said, numbers, rest in ((x.words, at_x, rest_x), (y.words, at_y, rest_y)):
            for number in sorted(numbers):
                if said[number] in rest:
                    rest.remove(said[number])
                    shared += table.weight(said[number])
    for likeness, x_word, y_word in _pairs(left, right):
        if x_word in left and y_word in right:
            left.remove(x_word)
            right.remove(y_word)
            shared += likeness * (table.weight(x_word) + table.weight(y_word))
    return min(1.0, shared / total) if total > 0 else 0.0


def _of_numbers(a: Record, b: Record) -> list[Reason]:
    """What the numbers of two records say."""
    found = []
    if a.long_numbers and b.long_numbers:
        same = bool(a.long_numbers & b.long_numbers)
        found.append(Reason("long number", SAME_LONG if same else OTHER_LONG))
    if a.years and b.years:
        found.append(Reason("year", SAME_YEAR if a.years & b.years else OTHER_YEAR))
    if a.numbers and b.numbers:
        found.append(Reason("numbers", SAME_NUMBER if a.numbers & b.numbers else OTHER_NUMBER))
    elif a.numbers or b.numbers:
        found.append(Reason("a number on one side", MISSING_NUMBER))
    return found


def compare(a: Record, b: Record, table: Table) -> tuple[float, tuple[Reason, ...]]:
    """The probability that two records are of the same thing, and the evidence, strongest first."""
    share = overlap(a, b, table)
    reasons = [Reason(f"words {share:.2f}", PER_OVERLAP * (share - EVEN)), *_of_numbers(a, b)]
    reasons.sort(key=lambda reason: (-abs(reason.weight), reason.what))
    total = math.fsum(reason.weight for reason in reasons)
    return 1 / (1 + math.exp(-total)), tuple(reasons)


def same(a: Record, b: Record, table: Table) -> bool:
    """Whether two records are taken to be of the same thing."""
    return compare(a, b, table)[0] >= SAME_RECORD
