"""Strength: how well a passage is kept in mind, by Ebbinghaus's curve of forgetting.

After MemoryBank (Zhong et al. 2024, "MemoryBank: Enhancing Large Language Models with Long-Term Memory"):
retention R = exp(-t / S), where t is the time since it was last met and S grows with each recall. There S is
1 for all and grows by 1; here it begins with what the half-life of the layer comes to (``layers``), and grows
by as much with each use. Both are days.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Final

DAY: Final = 86_400.0


def days(since: datetime, at: datetime) -> float:
    """Days from one moment to another, none where the other is earlier."""
    return max(0.0, (at - since).total_seconds() / DAY)


def strength(half_life: float, uses: int) -> float:
    """The days S in which retention falls to 1/e: longer with each use, which adds as much as there was."""
    return half_life / math.log(2) * (1 + uses)


def retention(met: datetime | None, uses: Sequence[datetime], half_life: float, at: datetime) -> float:
    """How much is left of what was last met or used then, in [0, 1]; 1 where nothing tells when."""
    past = [moment for moment in (met, *uses) if moment is not None and moment <= at]
    if not past:
        return 1.0
    return math.exp(-days(max(past), at) / strength(half_life, sum(one <= at for one in uses)))
