"""BM25 over posting lists, in numpy (Robertson & Zaragoza 2009, "The Probabilistic Relevance Framework").

FTS5's own ``bm25()`` counts documents over the whole table, so that one tenant's words would change
another's scores; here the statistics are those of the records that the reader may see.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

K1 = 1.2
B = 0.75

Postings = tuple[NDArray[np.int64], NDArray[np.int64]]  # rows in ascending order, term counts


Weights = tuple[NDArray[np.int64], NDArray[np.float64]]  # rows in ascending order, what a term weighs there


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
    return rows, counts * (k1 + 1) / saturation


def bm25(
    weights: Iterable[Weights], records: int, scratch: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Rows in which a term occurs, each once, and their scores (> 0); it costs the postings, not the rows.

    The inverse document frequency is ln(1 + (N - df + .5) / (df + .5)), which stays positive for a
    term found everywhere (Lucene's form).

    Args:
        weights: of each distinct query term, what ``weigh`` gives.
        records: N, the number of records in view.
        scratch: zeros of shape (rows,) or more, which are zeros again at the end.
    """
    found = [np.zeros(0, dtype=np.int64)]
    for rows, weight in weights:
        if not len(rows):
            continue
        before = scratch[rows]
        found.append(rows[before == 0])
        scratch[rows] = before + np.log1p((records - len(rows) + 0.5) / (len(rows) + 0.5)) * weight
    every = np.concatenate(found)
    scores = scratch[every]
    scratch[every] = 0
    return every, scores


def best(scores: NDArray[np.float64] | NDArray[np.float32], k: int) -> NDArray[np.int64]:
    """Positions of the k greatest scores and of all that equal the last of them, in no order."""
    if k <= 0:
        return np.zeros(0, dtype=np.int64)
    if k >= len(scores):
        return np.arange(len(scores), dtype=np.int64)
    threshold = np.partition(scores, len(scores) - k)[len(scores) - k]
    return np.flatnonzero(scores >= threshold)
