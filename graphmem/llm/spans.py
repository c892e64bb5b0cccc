"""Where words that a model gives back stand in a sentence: as they are, as folded words, or scattered.

A model repeats names with other quotation marks, cases, articles and endings than the text has. What is
compared is therefore the folded words (``graphmem.identity``), and what is kept is the text's own spelling.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from graphmem.identity import ARTICLES, FUNCTION_WORDS, WORD, fold_word, plain

How: TypeAlias = Literal["exact", "folded", "scattered"]

PREPOSITIONS: Final = frozenset(
    "in on at to for from by with of as into onto over under about after before until till since through"
    " during within without between among against towards toward along near".split()
)
LONGEST: Final = 300
"""Characters of the longest phrase that is looked for."""
_ROOM: Final = 4
"""Words that may stand between scattered words, beside the words themselves."""
_ENDINGS: Final = ("ing", "ed", "es", "s", "e", "ly", "d")
_SHORTEST_STEM: Final = 3


@dataclass(frozen=True, slots=True)
class Place:
    """Where a phrase stands: ``text[start:end]``, and how well it is the same."""

    start: int
    end: int
    how: How


@dataclass(frozen=True, slots=True)
class Words:
    """The folded words of a text, column by column, each with its place in the text itself."""

    folded: tuple[str, ...]
    stems: tuple[str, ...]
    start: tuple[int, ...]
    end: tuple[int, ...]


def stem(word: str) -> str:
    """A folded word without its ending, such that most forms of a regular word have one stem.

    >>> stem("published"), stem("publishes"), stem("publishing")
    ('publish', 'publish', 'publish')
    """
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word[: -len(ending)]
    return word


@lru_cache(maxsize=4096)
def words_of(text: str) -> Words:
    """The folded words of a text; a letter that folds to none or to two keeps its place."""
    letters, source = [], []
    for place, character in enumerate(text):
        folded = character if character.isascii() else plain(character)
        letters.append(folded)
        source += [place] * len(folded)
    found = [(fold_word(match.group()), match) for match in WORD.finditer("".join(letters))]
    kept = [
        (word, source[match.start()], source[match.start() + _bare(match.group()) - 1] + 1)
        for word, match in found
        if word
    ]
    return Words(
        folded=tuple(word for word, _, _ in kept),
        stems=tuple(stem(word) for word, _, _ in kept),
        start=tuple(start for _, start, _ in kept),
        end=tuple(_with_marks(text, end) for _, _, end in kept),
    )


def _bare(word: str) -> int:
    """The length of a word without 's and apostrophes at its end."""
    word = word.rstrip("'")
    return len(word[:-2] if len(word) > 2 and word.casefold().endswith("'s") else word)


def _with_marks(text: str, end: int) -> int:
    """The end behind the combining marks of the last letter."""
    while end < len(text) and unicodedata.combining(text[end]):
        end += 1
    return end


def _inside_word(text: str, place: int) -> bool:
    """Whether a place lies between two letters of one word; scripts without spaces have no such place."""
    if not 0 < place < len(text):
        return False
    before, after = text[place - 1], text[place]
    if unicodedata.combining(after):
        return True
    return before.isalnum() and after.isalnum() and "Lo" not in map(unicodedata.category, (before, after))


def _exact(phrase: str, text: str) -> Iterator[Place]:
    start = text.find(phrase)
    while start >= 0:
        end = start + len(phrase)
        if not _inside_word(text, start) and not _inside_word(text, end):
            yield Place(start, end, "exact")
        start = text.find(phrase, start + 1)


def _runs(wanted: Sequence[str], words: Words) -> Iterator[Place]:
    size = len(wanted)
    for first in range(len(words.folded) - size + 1):
        if words.folded[first : first + size] == tuple(wanted):
            yield Place(words.start[first], words.end[first + size - 1], "folded")


def content(words: Sequence[str]) -> list[str]:
    """Those of some folded words that say something; all, if none does."""
    return [word for word in words if word not in FUNCTION_WORDS] or list(words)


def find(phrase: str, text: str) -> Place | None:
    """The first place of a phrase in a text: as it is, else as a run of the same folded words.

    >>> find("the Bank of england", "She led the Bank of England's board.")
    Place(start=12, end=27, how='folded')
    """
    phrase = phrase.strip()
    if not phrase or len(phrase) > LONGEST:
        return None
    if place := next(_exact(phrase, text), None):
        return place
    wanted = list(words_of(phrase).folded)
    while len(wanted) > 1 and wanted[0] in ARTICLES:
        wanted = wanted[1:]
    return next(_runs(wanted, words_of(text)), None) if wanted else None


def gather(phrase: str, text: str) -> Place | None:
    """The shortest place of a text that has all content words of a phrase, in any order and form, close by.

    >>> gather("1.355 in 2018", "Its 2018 Impact Factor is 1.355")
    Place(start=4, end=31, how='scattered')
    """
    if len(phrase) > LONGEST:
        return None
    wanted = {stem(word) for word in content(words_of(phrase).folded)}
    words = words_of(text)
    if not wanted or not wanted <= set(words.stems):
        return None
    best: tuple[int, int] | None = None
    last: dict[str, int] = {}
    for place, one in enumerate(words.stems):
        if one not in wanted:
            continue
        last[one] = place
        if len(last) == len(wanted):
            first = min(last.values())
            if best is None or place - first < best[1] - best[0]:
                best = first, place
    if best is None or best[1] - best[0] + 1 > 2 * len(words_of(phrase).folded) + _ROOM:
        return None
    return Place(words.start[best[0]], words.end[best[1]], "scattered")


def preposition(text: str, place: Place) -> tuple[str, int]:
    """The preposition that a place opens with, in small letters, and where the rest of it starts.

    >>> preposition("Born in 1815.", Place(5, 12, "exact"))
    ('in', 8)
    """
    words = words_of(text)
    inside = [k for k, start in enumerate(words.start) if place.start <= start < place.end]
    if len(inside) < 2 or words.folded[inside[0]] not in PREPOSITIONS:
        return "", place.start
    return words.folded[inside[0]], words.start[inside[1]]


def short(name: str, text: str) -> Place | None:
    """The first or last word of a name where a text has it alone: "Kate" or "Sheppard" for "Kate Sheppard".

    A word with another capitalised word beside it is part of another name, and does not count.
    """
    parts = words_of(name)
    words = words_of(text)
    if len(parts.folded) < 2:
        return None
    for part in (0, -1):
        if len(parts.folded[part]) <= _SHORTEST_STEM or not name[parts.start[part]].isupper():
            continue
        for place, word in enumerate(words.folded):
            if word == parts.folded[part] and _alone(text, words, place):
                return Place(words.start[place], words.end[place], "folded")
    return None


def _alone(text: str, words: Words, place: int) -> bool:
    beside = [one for one in (place - 1, place + 1) if 0 <= one < len(words.folded)]
    return text[words.start[place]].isupper() and not any(text[words.start[one]].isupper() for one in beside)
