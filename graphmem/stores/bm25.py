"""BM25 over posting lists, in numpy (Robertson & Zaragoza 2009, "The Probabilistic Relevance Framework").

FTS5's own ``bm25()`` counts documents over the whole table, so that one tenant's words would change
another's scores; here the statistics are those of the records that the reader may see.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

K1 = 1.2
B = 0.75
_ABOVE = 1 + 1e-9  # of a bound: sums in another order differ in their last digits

Postings = tuple[NDArray[np.int64], NDArray[np.int64]]  # rows in ascending order, term counts


@dataclass(frozen=True, slots=True)
class Weights:
    """Rows in ascending order, shape (n,), what a term weighs there, and the most that it weighs anywhere."""

    rows: NDArray[np.int64]
    values: NDArray[np.float64]
    most: float

    def __len__(self) -> int:
        return len(self.rows)


def weigh(
    postings: Postings,
    lengths: NDArray[np.int32],
    mean_length: float,
    k1: float = K1,
    b: float = B,
) -> Weights:
    """What a term adds to the score of each row that holds it, but for its inverse document frequency.

    Args:
        postings: the rows of the view that hold the term, and how often.
        lengths: shape (rows,), tokens of each row.
        mean_length: mean tokens of the records in view.
        k1: how soon more of the same term stops to count.
        b: how much length counts, in [0, 1].
    """
    rows, counts = postings
    saturation = counts + k1 * (1 - b + b * lengths[rows] / max(mean_length, 1e-9))
    values = counts * (k1 + 1) / saturation
    return Weights(rows, values, float(values.max(initial=0.0)))


def bm25(
    weights: Iterable[Weights], records: int, scratch: NDArray[np.float64], k: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Rows in which a term occurs, each once, and their scores (> 0): the k best of all are among them.

    The inverse document frequency is ln(1 + (N - df + .5) / (df + .5)), which stays positive for a
    term found everywhere (Lucene's form). Terms are added up from the one that can weigh most. As soon as
    those that are left cannot bring a row among the best that has none of the others (MaxScore: Turtle &
    Flood 1995, "Query Evaluation: Strategies and Optimizations"), they are looked up for the rows that still
    may be there alone: what costs most, the words that are everywhere, is then not added up.

    Args:
        weights: of each distinct query term, what ``weigh`` gives.
        records: N, the number of records in view.
        scratch: zeros of shape (rows,) or more, which are zeros again at the end.
        k: how many are wanted, at least 1; those that equal the last of them are among the rows too.
    """
    found = [(_idf(len(one), records), one) for one in weights if len(one)]
    terms = sorted(found, key=lambda term: -term[0] * term[1].most)
    if len(terms) == 1:
        ((idf, only),) = terms
        return only.rows, idf * only.values
    most = [idf * one.most for idf, one in terms]
    left = [math.fsum(most[place:]) * _ABOVE for place in range(len(most) + 1)]
    every = np.zeros(0, dtype=np.int64)
    least = 0.0
    for place, (idf, one) in enumerate(terms):
        if left[place] < least:
            scores = scratch[every]
            scratch[every] = 0
            return _looked_up(terms[place:], left[place:], every, scores, k)
        before = scratch[one.rows]
        scratch[one.rows] = before + idf * one.values
        every = np.concatenate((every, one.rows[before == 0]))
        if left[place + 1] < math.fsum(most[: place + 1]):
            least = _kth(scratch[every], k)
    scores = scratch[every]
    scratch[every] = 0
    return every, scores


def _looked_up(
    terms: Sequence[tuple[float, Weights]],
    left: Sequence[float],
    rows: NDArray[np.int64],
    scores: NDArray[np.float64],
    k: int,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Rows that may still be among the best, with what these terms weigh there."""
    for most, (idf, one) in zip(left, terms, strict=False):
        may = scores + most >= _kth(scores, k)
        rows, scores = rows[may], scores[may]
        place = np.minimum(np.searchsorted(one.rows, rows), len(one) - 1)
        scores = scores + np.where(one.rows[place] == rows, idf * one.values[place], 0.0)
    return rows, scores


def _idf(df: int, records: int) -> float:
    return math.log1p((records - df + 0.5) / (df + 0.5))


def _kth(scores: NDArray[np.float64], k: int) -> float:
    """The k-th greatest; 0 if there are fewer."""
    return float(np.partition(scores, len(scores) - k)[len(scores) - k]) if k <= len(scores) else 0.0


def best(scores: NDArray[np.float64] | NDArray[np.float32], k: int) -> NDArray[np.int64]:
    """Positions of the k greatest scores and of all that equal the last of them, in no order."""
    if k <= 0:
        return np.zeros(0, dtype=np.int64)
    if k >= len(scores):
        return np.arange(len(scores), dtype=np.int64)
    threshold = np.partition(scores, len(scores) - k)[len(scores) - k]
    return np.flatnonzero(scores >= threshold)
