"""How like two occasions are, and groups of them that are alike.

The likeness of two is the mean of the cosine of their vectors and of the words that their titles, and
their whole texts, share (rare words weigh more), and a little more at the same hour and on the same weekday.
Groups are made by average linkage (Sokal & Michener 1958), in which no chain of likenesses runs away, as it
does where the nearest two decide. Nothing in it depends on the order in which occasions come.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from graphmem.identity import FUNCTION_WORDS, words
from graphmem.reflection.occasions import Occasion
from graphmem.retrieval.coverage import stems

HOURS_NEAR: Final = 90
"""Minutes between two that are at the same time of day."""
_TIME, _WEEKDAY = 0.04, 0.02
# Words of any calendar's titles: that something is planned does not make two things one.
_CALENDAR: Final = frozenset(
    stems(
        "having go plan planned preparation prepare schedule scheduled arrange arranged arrangement"
        " appointment reminder activity activities event time period today initiate implement daily weekly"
        " monthly annual every monday tuesday wednesday thursday friday saturday sunday"
    )
)
Matrix = NDArray[np.float64]


def terms(text: str) -> frozenset[str]:
    """The stems of a text's words that say what is done."""
    told = " ".join(w for w in words(text) if w not in FUNCTION_WORDS and not w.isdigit())
    return frozenset(stems(told) - _CALENDAR)


def likeness(occasions: Sequence[Occasion]) -> Matrix:
    """How like each two are, shape (n, n), from 0 to about 1."""
    vectors = np.array([one.vector for one in occasions], dtype=np.float64)
    worded = (
        _shared([terms(one.title) for one in occasions]),
        _shared([terms(one.text) for one in occasions]),
    )
    minutes = np.array([60 * one.at.hour + one.at.minute for one in occasions])
    apart = np.abs(minutes[:, None] - minutes)
    near = np.minimum(apart, 1440 - apart) <= HOURS_NEAR
    weekdays = np.array([one.at.weekday() for one in occasions])
    same = (vectors @ vectors.T + 0.5 * worded[0] + 0.5 * worded[1]) / 2
    found: Matrix = same + _TIME * near + _WEEKDAY * (weekdays[:, None] == weekdays)
    return found


def _shared(bags: Sequence[Collection[str]]) -> Matrix:
    """Cosines of bags of words, each word weighed by how rare it is among them; shape (n, n)."""
    counted = Counter(word for bag in bags for word in bag)
    places = {word: place for place, word in enumerate(sorted(counted))}
    found = np.zeros((len(bags), max(len(places), 1)))
    for row, bag in zip(found, bags, strict=True):
        for word in bag:
            row[places[word]] = math.log(1 + len(bags) / counted[word])
    norms = np.linalg.norm(found, axis=1, keepdims=True)
    found /= np.where(norms > 0, norms, 1.0)
    return np.asarray(found @ found.T)


def components(like: Matrix, least: float) -> list[list[int]]:
    """The sets of rows that steps of at least so much likeness join."""
    left, found = set(range(len(like))), []
    while left:
        group, edge = set[int](), [min(left)]
        while edge:
            one = edge.pop()
            if one not in group:
                group.add(one)
                edge += [int(other) for other in np.flatnonzero(like[one] >= least) if other not in group]
        left -= group
        found.append(sorted(group))
    return found


def linked(like: Matrix, among: Sequence[int], least: float) -> list[list[int]]:
    """Groups of rows by average linkage: two are joined while the mean likeness across them is that much."""
    groups = [[one] for one in among]
    between = like[np.ix_(among, among)].copy()
    np.fill_diagonal(between, -np.inf)
    sizes = np.ones(len(groups))
    while len(groups) > 1:
        a, b = sorted(divmod(int(between.argmax()), len(groups)))
        if between[a, b] < least:
            break
        row = (sizes[a] * between[a] + sizes[b] * between[b]) / (sizes[a] + sizes[b])
        row[a] = -np.inf
        between[a], between[:, a] = row, row
        between = np.delete(np.delete(between, b, 0), b, 1)
        groups[a] = sorted(groups[a] + groups.pop(b))
        sizes[a] += sizes[b]
        sizes = np.delete(sizes, b)
    return groups
