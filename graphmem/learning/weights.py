"""Weights: how much more or less each part of a score counts, for each kind of question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from graphmem.learning.forms import FORMS
from graphmem.learning.kinds import Kind

COLUMNS: Final = (
    "cosine",
    "words",
    "beside",
    "context",
    "like",
    "session",
    "time",
    "speaker",
    "asks",
    "length",
)
"""Parts of the score of a turn or a record, which sum to it."""
FACTORS: Final = ("walk", "sentence", "bridge", "coverage")
"""Parts of the score of a paragraph, whose product it is: their weights are exponents."""
PARTS: Final = (*COLUMNS, *FACTORS, *FORMS)
"""All that is weighed, in the order of a row of features."""
COUNTED: Final = len(COLUMNS) + len(FACTORS)
"""How many of ``PARTS`` count 1 before anything is learned; forms count nothing then."""
LOWEST: Final = 0.5
HIGHEST: Final = 2.0
"""Bounds of what multiplies a part: no retriever is silenced, none drowns the others."""
FORM: Final = 0.2
"""What a form counts in a row of features: the most it gives or takes of a score, of which 1 is the best."""
TAKEN: Final = 0.6
"""Of what was learned that is taken. Lessons are of the hits that were shown: on what stands below them, the
whole of it moved as much down as up (`python -m benchmarks.feedback` and docs/learning.md)."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What was learned, of how many lessons.

    Attributes:
        lessons: questions that were learned from, by kind.
        shared: by part, how much more it counts for all questions.
        own: by kind, how much more for questions of this kind beside that, where there are lessons.
    """

    lessons: Mapping[Kind, int] = field(default_factory=dict)
    shared: Mapping[str, float] = field(default_factory=dict)
    own: Mapping[Kind, Mapping[str, float]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many questions were learned from."""
        return sum(self.lessons.values())

    def of(self, kind: Kind) -> dict[str, float]:
        """What multiplies each part for questions of a kind, from 1/2 to 2; of forms, what each adds."""
        row = self.row(kind)
        row[COUNTED:] *= FORM
        return dict(zip(PARTS, row.tolist(), strict=True))

    def row(self, kind: Kind) -> NDArray[np.float64]:
        """What multiplies each feature of a hit, in the order of ``PARTS``."""
        own = self.own.get(kind, {})
        more = TAKEN * np.array([self.shared.get(part, 0.0) + own.get(part, 0.0) for part in PARTS])
        more[:COUNTED] = np.clip(1.0 + more[:COUNTED], LOWEST, HIGHEST)
        more[COUNTED:] = np.clip(more[COUNTED:], -1.0, 1.0)
        return more


START: Final = np.array([1.0] * COUNTED + [0.0] * (len(PARTS) - COUNTED))
"""The row before anything is learned."""
