"""Activation: how likely what was used is needed again, by how often and how long ago that was.

The base level of ACT-R (Anderson & Schooler 1991, "Reflections of the environment in memory"):
B = ln of the sum over its uses of t^-d, where t is the time since a use; d is .5 there and here. Having been
told counts as the first use.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from graphmem.fading.strength import days

DECAY: Final = 0.5
"""d: the value at which the model fits what people recall, in all of Anderson's studies."""
SOONEST: Final = 1.0
"""Days; what was used a minute ago is not needed a thousand times more than what was used today."""


def activation(uses: Iterable[datetime], at: datetime, weights: Iterable[float] = ()) -> float:
    """The base level of what was used then, each use of a weight, t in days; minus infinity of no use."""
    moments = list(uses)
    shares = list(weights) or [1.0] * len(moments)
    told = zip(moments, shares, strict=True)
    total = sum(share * max(SOONEST, days(one, at)) ** -DECAY for one, share in told if one <= at)
    return math.log(total) if total > 0 else -math.inf
