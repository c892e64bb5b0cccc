"""Fitting: the weights that a set of lessons gives, whatever the order in which they came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from graphmem.learning.kinds import KINDS
from graphmem.learning.lesson import Lesson
from graphmem.learning.weights import PARTS, START, Weights

SHARP: Final = 0.1
"""By how much better a hit must score to be taken for better e times as likely as not."""
SHRUNK: Final = 80.0
"""How firmly what all questions share stays where it is: a handful of lessons hardly moves it."""
SHRUNK_KIND: Final = 160.0
"""How firmly a kind stays with what all share: kinds have fewer lessons."""
NEWEST: Final = 2_000
"""Lessons that are learned from, the newest: fitting them takes less than a second."""
_STEPS: Final = 12
_HALVINGS: Final = 8
_ENOUGH: Final = 1e-10
_DIGITS: Final = 6  # of a weight that are kept: beyond them processors differ
_WIDE: Final = len(PARTS)


def learned(lessons: Sequence[Lesson]) -> Weights:
    """The weights that make useful hits stand before the others, and stay near what they were.

    The most likely ones of a listwise logistic model (each useful hit is chosen among it and those that are
    not, as ListNet's top one: Cao et al. 2007), with a Gaussian prior around no change: a shared part, and
    one of each kind, drawn to it (Finkel & Manning 2009, "Hierarchical Bayesian Domain Adaptation").
    The loss is convex, so there is one answer, and it does not depend on the order of lessons.

    Args:
        lessons: the ``NEWEST`` last ones count.
    """
    given = lessons[-NEWEST:]
    if not given:
        return Weights()
    kinds = [kind for kind in KINDS if any(one.kind == kind for one in given)]
    at = np.zeros((1 + len(kinds), _WIDE))
    place = {kind: number for number, kind in enumerate(kinds, start=1)}
    stacked = [_Stacked([one for one in given if one.kind == kind]) for kind in kinds]
    loss = _loss(stacked, at)
    for _ in range(_STEPS):
        step = _newton(stacked, at)
        size = 1.0
        for _ in range(_HALVINGS):
            new = _loss(stacked, at + size * step)
            if new <= loss:
                break
            size /= 2
        else:
            break
        at, gain, loss = at + size * step, loss - new, new
        if gain <= _ENOUGH * max(loss, 1.0):
            break
    at = np.round(at, _DIGITS) + 0.0
    return Weights(
        {kind: sum(one.kind == kind for one in given) for kind in kinds},
        dict(zip(PARTS, at[0].tolist(), strict=True)),
        {kind: dict(zip(PARTS, at[place[kind]].tolist(), strict=True)) for kind in kinds},
    )


class _Stacked:
    """Choices of the lessons of one kind: of each useful hit, among it and those that are not useful.

    ``features`` has shape (choices, widest, parts), the useful one first; ``evidence`` (choices, widest) is 0
    where there is no hit; ``weight`` (choices,), which sum to a lesson's strength.
    """

    def __init__(self, lessons: Sequence[Lesson]) -> None:
        choices = [(lesson, at) for lesson in lessons for at in np.flatnonzero(lesson.useful)]
        widest = 1 + max(int((lesson.evidence > 0).sum()) for lesson in lessons)
        self.features = np.zeros((len(choices), widest, _WIDE))
        self.evidence = np.zeros((len(choices), widest))
        self.weight = np.zeros(len(choices))
        for row, (lesson, at) in enumerate(choices):
            others = np.flatnonzero((lesson.evidence > 0) & ~lesson.useful)
            self.features[row, 0], self.evidence[row, 0] = lesson.features[at], 1.0
            self.features[row, 1 : 1 + len(others)] = lesson.features[others]
            self.evidence[row, 1 : 1 + len(others)] = lesson.evidence[others]
            self.weight[row] = lesson.strength / lesson.useful.sum()

    def chosen(self, weights: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """How likely each is chosen, shape (choices, widest), and the loss of each choice."""
        scores = self.features @ weights / SHARP
        scores -= scores.max(axis=1, keepdims=True)
        likely = self.evidence * np.exp(scores)
        total = likely.sum(axis=1, keepdims=True)
        return likely / total, np.log(total[:, 0]) - scores[:, 0]


def _loss(stacked: Sequence[_Stacked], at: NDArray[np.float64]) -> float:
    own = sum(
        float(one.weight @ one.chosen(START + at[0] + at[row])[1]) for row, one in enumerate(stacked, start=1)
    )
    return own + SHRUNK / 2 * float((at[0] ** 2).sum()) + SHRUNK_KIND / 2 * float((at[1:] ** 2).sum())


def _newton(stacked: Sequence[_Stacked], at: NDArray[np.float64]) -> NDArray[np.float64]:
    """The step to the least of the quadratic that touches the loss here; shape as ``at``."""
    size = at.size
    curve, slope = np.zeros((size, size)), np.zeros(size)
    first = slice(0, _WIDE)
    for row, one in enumerate(stacked, start=1):
        own = slice(row * _WIDE, (row + 1) * _WIDE)
        likely, _ = one.chosen(START + at[0] + at[row])
        mean = np.einsum("cn,cnp->cp", likely, one.features)
        pull = one.weight @ (one.features[:, 0] - mean) / SHARP
        away = (one.features - mean[:, None]) * np.sqrt(likely * one.weight[:, None])[:, :, None] / SHARP
        flat = away.reshape(-1, _WIDE)
        bend = flat.T @ flat
        for side in (first, own):
            slope[side] += pull
            for other in (first, own):
                curve[side, other] += bend
    firm = np.repeat([SHRUNK] + [SHRUNK_KIND] * len(stacked), _WIDE)
    slope -= firm * at.ravel()
    step = np.linalg.solve(curve + np.diag(firm), slope).reshape(at.shape)
    return np.asarray(step, dtype=np.float64)
