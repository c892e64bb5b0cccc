"""Interest: what is asked of a memory, seen by what of it was used; what is like that is likely asked next.

Spreading activation as in ACT-R (Anderson & Schooler 1991), where what was used lends to what is linked with
it; there the links are learned one by one, here they are the likeness of meanings. What counts is how
the meaning of what was used differs from that of all there is: without this, the theme that a memory is
full of would rise by each use of anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from graphmem.fading.held import Held

FEW: Final = 10
"""Passages used at which interest counts half: a handful of questions may be about anything."""


def interest(all_of_them: Sequence[Held], used: Sequence[float]) -> NDArray[np.float64]:
    """How like what was used each passage is, less what all are; about -.3 to .3, shape (n,).

    All 0 where nothing was used. A passage without a vector has 0.

    Args:
        all_of_them: the passages of a memory.
        used: how much each was used, at least 0, shape (n,).
    """
    found = np.zeros(len(all_of_them))
    lengths = {len(one.vector) for one in all_of_them if one.vector is not None}
    rows = [k for k, one in enumerate(all_of_them) if one.vector is not None]
    weights = np.array([used[k] for k in rows])
    if len(lengths) != 1 or not weights.any():
        return found
    matrix = np.stack([one.vector for one in all_of_them if one.vector is not None])
    many = np.count_nonzero(weights)
    near = matrix @ (_unit(weights @ matrix) - _unit(matrix.sum(axis=0)))
    found[rows] = (near - near.mean()) * many / (many + FEW)
    return found


def _unit(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(vector / (float(np.linalg.norm(vector)) or 1.0), dtype=np.float64)
