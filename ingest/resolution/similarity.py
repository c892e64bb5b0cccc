"""Evidence for and against two profiles being the same: names, labels, the words around them, embeddings.

Each piece of evidence is a weight in log-odds, as in Fellegi & Sunter (1969), set by hand and summed; the
score is the probability that the sum stands for.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from graphmem.ingest.resolution.aliases import AMBIGUOUS_PLACES, COMMON_SURNAMES, NICKNAMES, POLITE
from graphmem.ingest.resolution.forms import PERSON, Form, given_names_agree
from graphmem.ingest.resolution.profile import Profile
from graphmem.ingest.resolution.relations import WHOLE, Relation, clash, relation

PRIOR: Final[Mapping[str, float]] = {
    "same name": 4.0,
    "other order": 4.0,
    "more names": 3.5,
    "initials": 1.5,
    "nickname": 2.5,
    "spelling": 2.0,
    "acronym": 2.5,
    "surname alone": -2.0,
    "given name alone": -3.0,
    "part of the name": -3.5,
    "different names": -6.0,
    "unrelated": -4.5,
}
"""What each relation of the closest two names says."""
LONE_NAME: Final = -4.0
"""A single name that several people of the collection bear, or very many people anywhere."""
RECURRING: Final = -2.0
"""A month or a feast comes back each year."""
RARE_NAME: Final = -1.0
"""A single name that nobody else of the collection is known to bear."""
LONE_SURNAME: Final = 5.0
"""What speaks for the only bearer of a surname in the collection, over a surname alone."""
SAME_TITLE: Final = 1.5
"""Both are called by one office."""
GENERIC_NAME: Final = -4.5
"""A common noun means another thing in another document."""
AMBIGUOUS_PLACE: Final = -4.0
"""A name that two well-known places bear."""
SHORT_ACRONYM: Final = -2.0
"""Two letters stand for many names."""
FREQUENT_NAME: Final = -2.5
"""There are many people called John Smith."""
EXTRA_WORDS: Final = 1.5
"""A name of several words is seldom two things'."""
OTHER_LABEL: Final = -4.0
"""A single name of two kinds, or of a person and a thing, means two things."""
OTHER_LABEL_OF_SEVERAL: Final = -2.0
"""The kinds of what has a name of several words are easily mistaken: is the White House a place?"""
SHARED_CONTEXT: Final = 6.0
"""Per unit of the contexts' cosine."""
MOST_CONTEXT: Final = 2.0
EMBEDDING: Final = 2.0
"""Per unit of the embeddings' cosine above ``ALIKE``: little, since the sentences around one name of two
things are hardly less alike than those around one thing's."""
ALIKE: Final = 0.2
TIME: Final = "time"
_TWO_LETTERS: Final = 2
_FULL_NAME: Final = 2
# Americans, Muslims: peoples are labelled as people.
_PEOPLES: Final = re.compile(r"(?:[iec]ans|ists|ites|lims|^jews|^turks|^greeks|^arabs|ese)$")
Vectors = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Reason:
    """A piece of evidence in words, and its weight in log-odds."""

    what: str
    weight: float


class Collection:
    """What must be known of all profiles to compare two: how rare the words around them are."""

    def __init__(self, profiles: Iterable[Profile]) -> None:
        self.size = 0
        self.found_in: Counter[str] = Counter()
        self._lengths: dict[str, float] = {}
        self.bearers: defaultdict[str, set[str]] = defaultdict(set)
        for profile in profiles:
            self.size += 1
            for form in profile.forms():
                if form.person and len(form.words) > 1:
                    self.bearers[form.words[-1]].add(form.words[0])
                    self.bearers[form.words[0]].add(form.words[-1])
            self.found_in.update(word for word, count in profile.contexts.items() if count > 0)

    def rarity(self, word: str) -> float:
        """The inverse document frequency of a context word, 0 if every profile has it."""
        return math.log((1 + self.size) / (1 + self.found_in[word]))

    def shared(self, word: str) -> bool:
        """Whether a single name is of those that many bear, or that two people of the collection do."""
        first, *others = sorted(self.bearers.get(word, ())) or [""]
        several = not all(given_names_agree(first, other) for other in others)
        return several or word in NICKNAMES or word in COMMON_SURNAMES

    def alike(self, a: Profile, b: Profile) -> float:
        """The cosine of two contexts, words weighed by their rarity."""
        shared = a.contexts.keys() & b.contexts.keys()
        if not shared:
            return 0.0
        # Sorted, since a sum of floats depends on its order.
        product = sum(self.rarity(word) ** 2 for word in sorted(shared))
        return product / math.sqrt(self._length(a) * self._length(b))

    def _length(self, profile: Profile) -> float:
        if profile.id not in self._lengths:
            total = sum(self.rarity(word) ** 2 for word in sorted(profile.contexts))
            self._lengths[profile.id] = max(1e-9, total)
        return self._lengths[profile.id]


_RANK: Final[Sequence[Relation]] = (
    "same name",
    "other order",
    "more names",
    "nickname",
    "acronym",
    "spelling",
    "initials",
    "surname alone",
    "given name alone",
    "part of the name",
    "different names",
    "unrelated",
)


def closest(a: Sequence[Form], b: Sequence[Form]) -> tuple[Relation, Form, Form]:
    """How the names of two profiles relate at best, and which two those are.

    Fuller names speak first: whether a John Smith is a Jane Smith does not hang on both being called Smith.
    """
    pairs = [(relation(x, y), x, y) for x in a for y in b]
    full = [p for p in pairs if min(len(p[1].words), len(p[2].words)) > 1] if a[0].person else []
    if any(p[0] == "different names" for p in full) and not any(_RANK.index(p[0]) < 7 for p in full):
        pairs = full
    return min(pairs, key=_closeness)


def _closeness(pair: tuple[Relation, Form, Form]) -> tuple[object, ...]:
    how, x, y = pair
    return (_RANK.index(how), -min(len(x.words), len(y.words)), x.key, y.key, x.qualifier, y.qualifier)


def _of_whole_names(how: Relation, x: Form, y: Form, collection: Collection) -> list[Reason]:
    """What two whole names say besides that they agree: how many things might bear them."""
    least = min(len(x.words), len(y.words))
    if how == "acronym" or (x.acronym and y.acronym and least == 1):
        short = min(len(f.acronym) for f in (x, y) if f.acronym) <= _TWO_LETTERS
        return [Reason("two letters", SHORT_ACRONYM)] if short else []
    if x.key in AMBIGUOUS_PLACES and x.key == y.key and not set(x.qualifier) & set(y.qualifier):
        return [Reason("several places of this name", AMBIGUOUS_PLACE)]
    if x.generic or y.generic:
        return [Reason("a common noun", GENERIC_NAME)]
    if how in {"initials", "spelling"}:
        # J. Quill is as often Jane as John, and Hansen no slip for Hanson.
        return []
    if x.person and x.words[-1] in COMMON_SURNAMES and x.words[0] in NICKNAMES and least == _FULL_NAME:
        return [Reason("a frequent name", FREQUENT_NAME)]
    if least > 1:
        return [Reason("several words", EXTRA_WORDS)]
    if x.person and y.person and not _PEOPLES.search(x.words[0]):
        shared = collection.shared(x.words[0])
        return [Reason("a single name of a person", LONE_NAME if shared else RARE_NAME)]
    return []


def _of_names(how: Relation, x: Form, y: Form, collection: Collection) -> list[Reason]:
    """What the closest names say."""
    found = [Reason(f"{how}: {x.key} / {y.key}", PRIOR[how])]
    if how in WHOLE:
        found += _of_whole_names(how, x, y, collection)
    elif how == "surname alone" and not collection.shared(min(x.words, y.words, key=len)[0]):
        found.append(Reason("nobody else bears it", LONE_SURNAME))
    return found


def _of_labels(a: Profile, b: Profile, least: int) -> list[Reason]:
    """What the labels say: nothing, if they agree or one is not known."""
    if not a.label or not b.label or a.label == b.label:
        return []
    weight = OTHER_LABEL_OF_SEVERAL if least > 1 and PERSON not in {a.label, b.label} else OTHER_LABEL
    return [Reason(f"{a.label} and {b.label}", weight)]


def evidence(a: Profile, b: Profile, collection: Collection, vectors: Vectors | None = None) -> list[Reason]:
    """The evidence for and against two profiles being the same, strongest first.

    Args:
        a: A profile.
        b: Another one.
        collection: What is known of all profiles.
        vectors: Embeddings of the profiles' sentences by the profiles' ids, each of shape (dimensions,) and
            length 1; a profile without one is judged without.
    """
    forms = a.forms(), b.forms()
    if not forms[0] or not forms[1]:
        return [Reason("no name", PRIOR["unrelated"])]
    how, x, y = closest(*forms)
    found = _of_names(how, x, y, collection) + _of_labels(a, b, min(len(x.words), len(y.words)))
    if x.person and y.person and _titles(forms[0]) & _titles(forms[1]):
        found.append(Reason("one title", SAME_TITLE))
    if how in WHOLE and TIME in {a.label, b.label}:
        found.append(Reason("a time of every year", RECURRING))
    if told_apart := next((c for f in forms[0] for g in forms[1] if (c := clash(f, g))), ""):
        found.append(Reason(told_apart, PRIOR["different names"]))
    if alike := collection.alike(a, b):
        found.append(Reason("words around them", min(MOST_CONTEXT, SHARED_CONTEXT * alike)))
    if vectors and a.id in vectors and b.id in vectors:
        cosine = float(np.dot(vectors[a.id], vectors[b.id]))
        found.append(Reason("meaning of their sentences", EMBEDDING * (cosine - ALIKE)))
    return sorted(found, key=lambda reason: (-abs(reason.weight), reason.what))


def _titles(forms: Iterable[Form]) -> frozenset[str]:
    """The offices by which a profile is called."""
    return frozenset[str]().union(*(form.titles for form in forms)) - POLITE


def score(reasons: Iterable[Reason]) -> float:
    """The probability that evidence stands for, between 0 and 1."""
    return 1 / (1 + math.exp(-math.fsum(reason.weight for reason in reasons)))
