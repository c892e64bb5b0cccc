"""Which differences are real: the paired bootstrap over questions (Efron & Tibshirani 1993, chapter 13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from graphmem.errors import InputError

RESAMPLES: Final = 10_000
SEED: Final = 1993
CONFIDENCE: Final = 0.95
_DIGITS: Final = 6  # sums of floats that cancel are zero


@dataclass(frozen=True, slots=True)
class Difference:
    """How much better one side is on average, and the interval in which that lies, ``CONFIDENCE`` sure."""

    mean: float
    low: float
    high: float

    @property
    def real(self) -> bool:
        """Whether the interval leaves 0 out."""
        return self.low > 0 or self.high < 0


def paired(one: Sequence[float], other: Sequence[float]) -> Difference:
    """The mean of ``one`` less that of ``other``, by question, and its percentile interval.

    Questions are drawn again with replacement, both sides of a question together, so that hard and easy
    questions do not count as noise. The draws depend on how many questions there are alone.

    Raises:
        InputError: the sides are not of the same questions, or of none.
    """
    if len(one) != len(other) or not len(one):
        raise InputError("a paired bootstrap compares two values of each question: give as many of both")
    differences = np.asarray(one, dtype=np.float64) - np.asarray(other, dtype=np.float64)
    drawn = np.random.default_rng(SEED).integers(0, len(differences), (RESAMPLES, len(differences)))
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(differences[drawn].mean(axis=1), [tail, 1 - tail])
    return Difference(*(round(float(value), _DIGITS) + 0.0 for value in (differences.mean(), low, high)))
