"""Measures of rankings: recall at k, all gold at k, percentiles, and the fusion of baselines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from benchmarks.datasets import Asked
from graphmem.errors import InputError


def recall_at(ranked: Sequence[str], gold: frozenset[str], k: int) -> float:
    """Share of the gold that stands among the first k."""
    return len(gold & set(ranked[:k])) / len(gold)


def averages(
    rankings: Sequence[Sequence[str]],
    asked: Sequence[Asked],
    cuts: Sequence[int],
    all_gold: int | None = None,
) -> dict[str, float]:
    """Mean recall at each cut, and the share of questions with all gold at ``all_gold``, to 4 digits."""
    pairs = list(zip(rankings, asked, strict=True))
    found = {f"recall@{k}": _mean([recall_at(r, q.gold, k) for r, q in pairs]) for k in cuts}
    if all_gold is not None:
        found[f"all_gold@{all_gold}"] = _mean([float(q.gold <= set(r[:all_gold])) for r, q in pairs])
    return found


def _mean(values: Sequence[float]) -> float:
    return round(float(np.mean(values)), 4) if values else 0.0


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """How likely a positive's score is above a negative's, ties counting half; in [0, 1], .5 tells nothing.

    The area under the ROC curve as the Mann-Whitney statistic (Hanley & McNeil 1982).

    Raises:
        InputError: one side has no scores.
    """
    if not positive or not negative:
        raise InputError("auroc compares two sides: give at least one score of each")
    below = np.sort(np.asarray(negative, dtype=np.float64))
    under = np.searchsorted(below, positive, "left") + np.searchsorted(below, positive, "right")
    return float(under.mean()) / (2 * len(negative))


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which so many per cent of the values lie."""
    return round(float(np.percentile(values, share)), 2) if values else 0.0


def reciprocal_rank_fusion(rankings: Sequence[Sequence[str]], constant: int = 60) -> list[str]:
    """RRF (Cormack, Clarke & Büttcher 2009): the sum of 1 / (constant + rank)."""
    scores: dict[str, float] = {}
    for ranking in rankings:
        for rank, id in enumerate(ranking, start=1):
            scores[id] = scores.get(id, 0.0) + 1 / (constant + rank)
    return sorted(scores, key=lambda id: (-scores[id], id))


def table(rows: Mapping[str, Mapping[str, object]]) -> str:
    """Rows of named figures as aligned text."""
    columns = list(dict.fromkeys(key for row in rows.values() for key in row))
    width = max(len(name) for name in rows)
    wide = [max(14, len(column) + 2) for column in columns]
    lines = [" " * width + "".join(f"{column:>{w}}" for column, w in zip(columns, wide, strict=True))]
    for name, row in rows.items():
        cells = (f"{row.get(column, '')!s:>{w}}" for column, w in zip(columns, wide, strict=True))
        lines.append(f"{name:<{width}}" + "".join(cells))
    return "\n".join(lines)
