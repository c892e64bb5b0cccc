"""Retention: how a passage stands, in all that fading looks at."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from graphmem import cards
from graphmem.fading.layers import HALF_LIFE, Layer
from graphmem.fading.policy import Worth
from graphmem.fading.strength import strength
from graphmem.types import Passage


@dataclass(frozen=True, slots=True)
class Retention:
    """How a passage stands at a moment.

    Attributes:
        passage: which.
        state: whether searches find it.
        layer: how fast it fades.
        strength: days until 1/e of it is left, if it is not used.
        retention: what is left of it now, in [0, 1].
        activation: ln of the sum of t^-.5 over its uses; minus infinity of what was never used.
        uses: how often it was of use, of the last 32 times.
        met: when it was told, if anything says so.
        value: the sum of the parts, by which it is kept.
        parts: of importance, retention and uses, weighed.
        pinned: why it is never forgotten; empty if it may be.
        below: the share of all passages that are worth less, in [0, 1].
    """

    passage: Passage
    state: Literal["active", "dormant"]
    layer: Layer
    strength: float
    retention: float
    activation: float
    uses: int
    met: datetime | None
    value: float
    parts: Mapping[str, float]
    pinned: str
    below: float

    @classmethod
    def of(cls, one: Worth, values: Sequence[float]) -> Retention:
        """That of a passage; ``values`` are those of all passages, ascending."""
        held = one.held
        uses = sum(touch.verdict != "not" for touch in held.touches)
        return cls(
            passage=held.passage,
            state="dormant" if held.passage.asleep else "active",
            layer=one.layer,
            strength=strength(HALF_LIFE[one.layer], uses),
            retention=one.retention,
            activation=one.activation,
            uses=uses,
            met=held.met,
            value=one.value,
            parts=one.parts,
            pinned=held.pinned,
            below=bisect_left(values, one.value) / len(values),
        )

    def _repr_html_(self) -> str:
        rows: dict[str, cards.Cell] = {
            "layer": self.layer,
            "retention": self.retention,
            "strength in days": self.strength,
            "used": self.uses,
            "never forgotten": self.pinned,
            **{name: part for name, part in self.parts.items() if part},
        }
        return cards.card(self.state, self.passage.text, rows)
