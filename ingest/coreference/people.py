"""The persons of a document: names that share words, with what shows that a name is a person's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from graphmem.ingest.coreference.gender import TITLES, Gender, given_names, shown
from graphmem.ingest.coreference.reading import NAMED, Reading

if TYPE_CHECKING:
    from spacy.tokens import Doc

_NO_PERSON: Final = frozenset(
    """airport album avenue award band bay beach center centre city club college company corporation county
    film foundation hospital hotel inc inc. institute island library mount mountain museum party prize river
    road school series society square stadium station street team theater theatre university valley""".split()
)
"""Words of names that a person's given name opens, but that are none: "Francis Xavier College"."""
_POSSESSIVE: Final = frozenset({"'s", "’s", "'"})
_LONGEST_NAME: Final = 4
"""Words of the longest title that is taken for a person's name."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A name or a resolved pronoun by its words, and the one of them that is the head."""

    start: int
    end: int
    head: int
    pronoun: bool = False


@dataclass(slots=True)
class Person:
    """The mentions that share a name, and the gender that the text shows."""

    words: frozenset[str]
    mentions: list[Mention]
    genders: set[Gender] = field(default_factory=set)
    topic: bool = False


def words_between(doc: Doc, start: int, end: int) -> tuple[int, int]:
    """The words that lie between two offsets, in part or whole."""
    fits = 0 <= start < end <= len(doc.text)
    span = doc.char_span(start, end, alignment_mode="expand") if fits else None
    return (span.start, span.end) if span is not None else (0, 0)


def _bare(words: Iterable[str]) -> frozenset[str]:
    return frozenset(word.lower() for word in words if len(word) > 1 and word[0].isupper()) - TITLES


def candidates(t: Reading, given: Sequence[tuple[int, int]] = (), title: str = "") -> list[Person]:
    """The persons of a document; the ``given`` spans of words come first, each another one.

    A name is a person's by its label, and, whatever the label, where a given name or a form of address opens
    it, or where it is the document's title and that looks like a person's name.
    """
    people: list[Person] = []
    for start, end in given:
        words = _bare(t.words[start:end]) or frozenset(t.low[start:end])
        people.append(Person(words, [Mention(start, end, t.root(start, end))]))
    taken = {k for start, end in given for k in range(start, end)}
    topic = _bare(re.findall(r"\w+", title))
    named = topic if personal(title) else frozenset[str]()
    for start, end in sorted({*t.persons, *_persons(t, named)}, key=lambda s: (s[0] - s[1], s)):
        while end > start and t.low[end - 1] in _POSSESSIVE:
            end -= 1
        if end > start and taken.isdisjoint(range(start, end)):
            taken.update(range(start, end))
            _add(people, _bare(t.words[start:end]), Mention(start, end, t.root(start, end)))
    known = frozenset(word for person in people for word in person.words)
    for k, word in enumerate(t.low):
        if k not in taken and t.pos[k] == "PROPN" and word in known and t.words[k][0].isupper():
            _add(people, frozenset((word,)), Mention(k, k + 1, k))
    for person in people:
        person.topic = not topic.isdisjoint(person.words)
        person.mentions.sort(key=lambda m: m.start)
        person.genders = _genders(t, person)
    return people


def personal(title: str) -> bool:
    """Whether a title looks like a person's name: a few capitalised words of which a given name is first."""
    words = re.sub(r"\(.*?\)", "", title).split()
    if not 1 < len(words) <= _LONGEST_NAME or any(word.lower() in _NO_PERSON for word in words):
        return False
    return words[0].lower() in given_names() and words[-1][0].isupper()


def runs(t: Reading) -> Iterator[tuple[int, int]]:
    """Capitalised proper nouns that stand together."""
    start = 0
    for k in range(len(t.words) + 1):
        part = k < len(t.words) and t.pos[k] == "PROPN" and t.words[k][0].isupper()
        if part and k > start and t.sentence[k] != t.sentence[start]:
            yield start, k
            start = k
        elif not part:
            if k > start:
                yield start, k
            start = k + 1


def _persons(t: Reading, named: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Runs that are a person's name by what they say, or by the words of a title that is one's."""
    for start, end in runs(t):
        low = t.low[start:end]
        if any(word in _NO_PERSON for word in low):
            continue
        called = end - start > 1 and (low[0] in TITLES or low[0] in given_names())
        lone = end - start == 1 and start not in t.named and low[0] in given_names()
        if called or lone or _bare(t.words[start:end]) <= named:
            yield start, end


def _add(people: list[Person], words: frozenset[str], mention: Mention) -> None:
    same = [p for p in people if words <= p.words or (len(p.words) == 1 and p.words <= words)]
    if same:
        nearest = min(same, key=lambda p: min(abs(mention.start - m.start) for m in p.mentions))
        nearest.mentions.append(mention)
    elif words:
        people.append(Person(words, [mention]))


def _genders(t: Reading, person: Person) -> set[Gender]:
    """Genders by the words in and about the names of a person; a surname that is a given name too is none."""
    surnames = {t.low[m.end - 1] for m in person.mentions if m.end - m.start > 1}
    found = set[Gender]()
    for m in person.mentions:
        own = [word for word in t.low[m.start : m.end] if word not in surnames]
        found |= next(filter(None, (shown([word]) for word in own)), set())
        found |= shown(t.low[k] for k in _beside(t, m) if t.low[k] not in given_names())
    return found


def _beside(t: Reading, m: Mention) -> Iterator[int]:
    """The words about a name in its sentence: its title, its apposition, its predicate."""
    beside = {m.start - 1, *(k for k in t.kids[m.head] if t.base[k] in NAMED)}
    above = t.heads[m.head]
    predicate = t.base[m.head] == "nsubj" and any(t.base[k] == "cop" for k in t.kids[above])
    if t.base[m.head] in NAMED or predicate:
        beside.add(above)
    for k in beside:
        if k >= 0 and not m.start <= k < m.end and t.sentence[k] == t.sentence[m.head]:
            yield k
