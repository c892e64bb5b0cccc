"""Shares: what each part gives to a score, kept beside the scores, so that a hit can tell.

As in an explanation of Lucene's, a score is the sum or the product of parts that have names. What changes it
later (coverage, another kind that fits better, doubt) is one part more.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Parts = Mapping[str, Mapping[str, float]]
"""By passage, then by the part's name."""


class Columns(Parts):
    """Parts of many passages as columns, made a mapping for those alone that are asked for.

    Args:
        row: of each passage.
        columns: by the part's name, shape (passages,) each.
    """

    def __init__(self, row: Mapping[str, int], columns: Mapping[str, NDArray[np.float64]]) -> None:
        self.row, self.columns = row, columns
        self.sums = np.sum(list(columns.values()), axis=0)

    def __getitem__(self, id: str) -> dict[str, float]:
        return {name: float(column[self.row[id]]) for name, column in self.columns.items()}

    def __iter__(self) -> Iterator[str]:
        return iter(self.row)

    def __len__(self) -> int:
        return len(self.row)


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores by passage after each step, and the parts of the first, ``scale`` times what they gave.

    ``margin`` is by how much the one speaker whom the question names is better than all others.
    """

    how: Literal["sum", "product"]
    parts: Parts
    scale: float
    steps: tuple[tuple[str, Mapping[str, float]], ...]
    margin: float = 0.0

    @property
    def final(self) -> Mapping[str, float]:
        """The scores after the last step."""
        return self.steps[-1][1]

    def wider(self, parts: Parts) -> Scores:
        """With passages that had no score so far, and their parts."""
        return replace(self, parts={**parts, **self.parts})

    def then(self, name: str, scores: Mapping[str, float]) -> Scores:
        """With a step that made of the scores so far these; ids that it leaves out are gone."""
        return replace(self, steps=(*self.steps, (name, scores)))

    def shares(self, id: str) -> dict[str, float]:
        """What each part and each later step gave to a passage's final score.

        They sum to it, or their product is it. A step that changed nothing is left out.
        """
        product = self.how == "product"
        found = {name: value if product else value / self.scale for name, value in self.parts[id].items()}
        before = math.prod(found.values()) if product else math.fsum(found.values())
        for name, scores in self.steps:
            after = scores.get(id, before)
            if not math.isclose(after, before, rel_tol=1e-9, abs_tol=1e-12):
                found[name] = (after / before if before else 0.0) if product else after - before
            before = after
        return found


def added(parts: Columns) -> Scores:
    """Sums as shares of the best, which is 1; none below 0."""
    best = max(float(parts.sums.max(initial=0.0)), 1e-9)
    values = (np.maximum(parts.sums, 0.0) / best).tolist()
    return Scores("sum", parts, best, (("floor", {id: values[row] for id, row in parts.row.items()}),))


def multiplied(parts: Parts) -> Scores:
    """Products, as they are."""
    return Scores(
        "product", parts, 1.0, (("floor", {id: math.prod(own.values()) for id, own in parts.items()}),)
    )
