"""Lessons: what one ranking teaches, made from what was said of its hits."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from graphmem.learning.forms import FORMS, Place, crowding, forms
from graphmem.learning.kinds import Kind, kind_of
from graphmem.learning.weights import COLUMNS, FACTORS, FORM, PARTS
from graphmem.types import PassageKind
from graphmem.uses import Verdict

JUDGED: Final[frozenset[Verdict]] = frozenset({"clicked", "cited", "useful", "not"})
"""Verdicts that teach; that a passage was recalled says what they were chosen from."""
LOG: Final = 0.1
"""A factor counts as its logarithm times this: e times as good a paragraph is a tenth better a turn."""
_CLICKED: Final = 0.3  # strength of a click: one looks at what stands first, whatever it is
_ABOVE: Final = 0.7  # evidence against what stood above something useful and was not named
# Against what stood below the last useful one. Without it weights drift against whatever stood first.
_BELOW: Final = 0.5  # where somebody judged all
_BELOW_CLICKED: Final = 0.25  # after a click, since few look so far
_OTHERS: Final = 0.3  # strength of what stood below something that was of no use
_LEAST: Final = 1e-6  # factor that is told of one of none


@dataclass(frozen=True, slots=True)
class Judged:
    """A hit as it was shown, and what was said of it.

    ``shares`` are what each part gave (``Hit.shares``), whatever was learned by then left aside.
    """

    passage: str
    kind: PassageKind
    text: str
    place: Place
    shares: Mapping[str, float] = field(hash=False)
    rank: int
    verdict: Verdict


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """Hits of one ranking: useful ones are to stand before the others.

    Attributes:
        kind: of the question.
        features: a row of ``PARTS`` for each hit, shape (n, len(PARTS)).
        useful: which are useful, shape (n,).
        evidence: how surely each of the others is not, in [0, 1], shape (n,); 0 of those that say nothing.
        strength: how much the lesson counts, in (0, 1].
    """

    kind: Kind
    features: NDArray[np.float64]
    useful: NDArray[np.bool_]
    evidence: NDArray[np.float64]
    strength: float


def rows(question: str, hits: Sequence[Judged]) -> NDArray[np.float64]:
    """The features of hits of one kind, best first by what they scored before anything was learned."""
    found = np.zeros((len(hits), len(PARTS)))
    if hits and hits[0].kind == "paragraph":  # a factor that was not there is 1
        for row, hit in enumerate(hits):
            for at, part in enumerate(FACTORS, start=len(COLUMNS)):
                found[row, at] = LOG * math.log(max(hit.shares.get(part, 1.0), _LEAST))
        return found
    around = crowding([hit.place for hit in hits])
    for row, hit in enumerate(hits):
        found[row, : len(COLUMNS)] = [hit.shares.get(part, 0.0) for part in COLUMNS]
        found[row, -len(FORMS) :] = FORM * np.array((*forms(hit.text, question), *around[row]))
    return found


def lessons(question: str, hits: Iterable[Judged]) -> list[Lesson]:
    """What was said of a question's hits, a lesson for each kind of passage; none where nothing can be told.

    Which of two hits is better is told by a useful one and one that is not: one that was said to be of no
    use; one that stood above it and was passed over (Joachims 2002, "Optimizing Search Engines using
    Clickthrough Data"); and, less, one below it.
    """
    of_kind: dict[PassageKind, list[Judged]] = {}
    for hit in sorted(hits, key=lambda one: (one.rank, one.passage)):
        of_kind.setdefault(hit.kind, []).append(hit)
    found = (_lesson(question, own) for _, own in sorted(of_kind.items()))
    return [lesson for lesson in found if lesson is not None]


def _lesson(question: str, shown: Sequence[Judged]) -> Lesson | None:
    named = [place for place, hit in enumerate(shown) if hit.verdict in ("useful", "cited")]
    clicked = [place for place, hit in enumerate(shown) if hit.verdict == "clicked"]
    against = [place for place, hit in enumerate(shown) if hit.verdict == "not"]
    useful, strength = {*named, *clicked}, 1.0 if named else _CLICKED
    evidence = np.zeros(len(shown))
    if useful:
        last = max(useful)
        evidence[:last] = _ABOVE
        evidence[last + 1 :] = _BELOW if named else _BELOW_CLICKED
    elif against:  # what stood below it was better than it
        useful = {place for place in range(min(against) + 1, len(shown))} - {*against}
        strength = _OTHERS
    evidence[against] = 1.0
    evidence[list(useful)] = 0.0
    if not useful or not evidence.any():
        return None
    order = sorted(range(len(shown)), key=lambda at: (-_before(shown[at]), shown[at].passage))
    mask = np.array([at in useful for at in order])
    features = rows(question, [shown[at] for at in order])
    return Lesson(kind_of(question), features, mask, evidence[order], strength)


def _before(hit: Judged) -> float:
    """What a hit scored before anything was learned, in an order alone."""
    if hit.kind == "paragraph":
        return math.fsum(math.log(max(hit.shares.get(part, 1.0), _LEAST)) for part in FACTORS)
    return math.fsum(hit.shares.get(part, 0.0) for part in COLUMNS)
