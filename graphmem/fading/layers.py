"""Layers: what is forgotten fast, slowly and hardly ever, and how a passage rises from one to the next.

After TradingGPT (Li et al. 2023) and FinMem (Yu et al. 2023), whose memories stand in a shallow, an
intermediate and a deep layer with half-lives of their own, and rise by use and importance. There a model and
the source say where one begins; here its importance among all of the memory does.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Final, Literal, TypeAlias

Layer: TypeAlias = Literal["short", "middle", "long"]
LAYERS: Final[tuple[Layer, ...]] = ("short", "middle", "long")
HALF_LIFE: Final[dict[Layer, float]] = {"short": 14.0, "middle": 90.0, "long": 365.0}
"""Days: two weeks, a quarter and a year, as FinMem has them for news, quarterly and annual reports."""
RISES: Final = 2
"""Uses that lift a passage one layer: once may be chance."""


def layer(importance: float, all_of_them: Sequence[float], uses: int) -> Layer:
    """The layer of a passage: the least important half begins short, the next quarter middle, the rest long.

    Args:
        importance: of the passage.
        all_of_them: that of every passage of the memory, ascending.
        uses: how often it was used.
    """
    below = bisect_right(all_of_them, importance) / max(1, len(all_of_them))
    begins = 0 if below <= 0.5 else 1 if below <= 0.75 else 2
    return LAYERS[min(len(LAYERS) - 1, begins + uses // RISES)]
