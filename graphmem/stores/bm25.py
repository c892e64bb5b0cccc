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


def bm25(
    postings: Iterable[Postings],
    lengths: NDArray[np.int32],
    records: int,
    mean_length: float,
    k1: float = K1,
    b: float = B,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Rows in which a term occurs, ascending, and their scores (> 0).

    The inverse document frequency is ln(1 + (N - df + .5) / (df + .5)), which stays positive for a
    term found everywhere (Lucene's form).

    Args:
        postings: of each distinct query term, the rows of the view that hold it, and how often.
        lengths: shape (rows,), tokens of each row.
        records: N, the number of records in view.
        mean_length: mean tokens of those.
        k1: how soon more of the same term stops to count.
        b: how much length counts, in [0, 1].
    """
    scores = np.zeros(len(lengths), dtype=np.float64)
    for rows, counts in postings:
        if not len(rows):
            continue
        idf = np.log1p((records - len(rows) + 0.5) / (len(rows) + 0.5))
        saturation = counts + k1 * (1 - b + b * lengths[rows] / mean_length)
        scores[rows] += idf * counts * (k1 + 1) / saturation
    found = np.flatnonzero(scores)
    return found, scores[found]


def best(scores: NDArray[np.float64] | NDArray[np.float32], k: int) -> NDArray[np.int64]:
    """Positions of the k greatest scores and of all that equal the last of them, in no order."""
    if k >= len(scores):
        return np.arange(len(scores), dtype=np.int64)
    threshold = np.partition(scores, len(scores) - k)[len(scores) - k]
    return np.flatnonzero(scores >= threshold)
