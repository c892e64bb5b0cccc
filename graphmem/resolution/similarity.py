"""Evidence for and against two profiles being the same: their names and labels, and who else bears a name.

Each piece of evidence is a weight in log-odds, as in Fellegi & Sunter (1969), set by hand and summed; the
score is the probability that the sum stands for. Nothing is read but the two, and whether a single name is
one that several people bear: no statistics of a whole collection, which every document would change.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from graphmem.resolution.aliases import AMBIGUOUS_PLACES, COMMON_SURNAMES, NICKNAMES, POLITE
from graphmem.resolution.forms import PERSON, Form, given_names_agree
from graphmem.resolution.profile import TIME, TWO_LETTERS, Profile, frequent, people
from graphmem.resolution.relations import WHOLE, Relation, clash, relation

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
"""A single name that several known people bear, or very many people anywhere."""
RECURRING: Final = -2.0
"""A month or a feast comes back each year."""
RARE_NAME: Final = -1.0
"""A single name that nobody else is known to bear."""
LONE_SURNAME: Final = 5.0
"""What speaks for the only known bearer of a surname, over a surname alone."""
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


@dataclass(frozen=True, slots=True)
class Reason:
    """A piece of evidence in words, and its weight in log-odds."""

    what: str
    weight: float


Shared = Callable[[str], bool]
"""Whether a single name of a person is of those that several bear."""


def contested(profiles: Iterable[Profile]) -> frozenset[str]:
    """The single names among people's that others of them bear as a surname, with given names that differ."""
    alone: set[str] = set()
    bearers: defaultdict[str, set[str]] = defaultdict(set)
    for profile in profiles:
        for form in profile.forms():
            if form.person and len(form.words) == 1:
                alone.add(form.words[0])
            elif form.person:
                bearers[form.words[-1]].add(form.words[0])
    several = set()
    for word in alone & bearers.keys():
        first, *others = sorted(bearers[word])
        if not all(given_names_agree(first, other) for other in others):
            several.add(word)
    return frozenset(several)


def common(word: str) -> bool:
    """Whether very many people bear a single name."""
    return word in NICKNAMES or word in COMMON_SURNAMES


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


def _of_whole_names(how: Relation, x: Form, y: Form, shared: Shared) -> list[Reason]:
    """What two whole names say besides that they agree: how many things might bear them."""
    least = min(len(x.words), len(y.words))
    if how == "acronym" or (x.acronym and y.acronym and least == 1):
        short = min(len(f.acronym) for f in (x, y) if f.acronym) <= TWO_LETTERS
        return [Reason("two letters", SHORT_ACRONYM)] if short else []
    if x.key in AMBIGUOUS_PLACES and x.key == y.key and not set(x.qualifier) & set(y.qualifier):
        return [Reason("several places of this name", AMBIGUOUS_PLACE)]
    if x.generic or y.generic:
        return [Reason("a common noun", GENERIC_NAME)]
    if how in {"initials", "spelling"}:
        # J. Quill is as often Jane as John, and Hansen no slip for Hanson.
        return []
    if least > 1 and x.person and frequent(x):
        return [Reason("a frequent name", FREQUENT_NAME)]
    if least > 1:
        return [Reason("several words", EXTRA_WORDS)]
    if x.person and y.person and not people(x.words[0]):
        return [Reason("a single name of a person", LONE_NAME if shared(x.words[0]) else RARE_NAME)]
    return []


def _of_names(how: Relation, x: Form, y: Form, shared: Shared) -> list[Reason]:
    """What the closest names say."""
    found = [Reason(f"{how}: {x.key} / {y.key}", PRIOR[how])]
    if how in WHOLE:
        found += _of_whole_names(how, x, y, shared)
    elif how == "surname alone":
        surname = min(x.words, y.words, key=len)[0]
        if not people(surname) and not shared(surname):
            found.append(Reason("nobody else bears it", LONE_SURNAME))
    return found


def _of_labels(a: Profile, b: Profile, least: int) -> list[Reason]:
    """What the labels say: nothing, if they agree or one is not known."""
    if not a.label or not b.label or a.label == b.label:
        return []
    weight = OTHER_LABEL_OF_SEVERAL if least > 1 and PERSON not in {a.label, b.label} else OTHER_LABEL
    return [Reason(f"{a.label} and {b.label}", weight)]


def evidence(a: Profile, b: Profile, shared: Shared) -> list[Reason]:
    """The evidence for and against two profiles being the same, strongest first.

    Args:
        a: A profile.
        b: Another one.
        shared: Whether a single name of a person is of those that several bear.
    """
    forms = a.forms(), b.forms()
    if not forms[0] or not forms[1]:
        return [Reason("no name", PRIOR["unrelated"])]
    how, x, y = closest(*forms)
    found = _of_names(how, x, y, shared) + _of_labels(a, b, min(len(x.words), len(y.words)))
    if x.person and y.person and _titles(forms[0]) & _titles(forms[1]):
        found.append(Reason("one title", SAME_TITLE))
    if how in WHOLE and TIME in {a.label, b.label}:
        found.append(Reason("a time of every year", RECURRING))
    if told_apart := next((c for f in forms[0] for g in forms[1] if (c := clash(f, g))), ""):
        found.append(Reason(told_apart, PRIOR["different names"]))
    return sorted(found, key=lambda reason: (-abs(reason.weight), reason.what))


def _titles(forms: Iterable[Form]) -> frozenset[str]:
    """The offices by which a profile is called."""
    return frozenset[str]().union(*(form.titles for form in forms)) - POLITE


def score(reasons: Iterable[Reason]) -> float:
    """The probability that evidence stands for, between 0 and 1."""
    return 1 / (1 + math.exp(-math.fsum(reason.weight for reason in reasons)))
