"""Same, ask or different: what is merged without asking, what a person is asked, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from graphmem.resolution.profile import Profile
from graphmem.resolution.similarity import Reason, Shared, evidence, score

SAME: Final = 0.93
"""The least score of what is merged without asking."""
ASK: Final = 0.35
"""The least score of what a person is asked."""
CONFLICT: Final = -5.0
"""The weight of a reason that by itself holds two apart, whatever chain of others would join them."""
ONE_NAME: Final = 8.0
"""Of what would be one unit, had a person not named a part of it."""
Band = Literal["same", "ask", "different"]


@dataclass(frozen=True, slots=True)
class Link:
    """What was found of two units, ``a`` before ``b``: the band and the evidence.

    It holds while both are there; what supports it are the documents' clusters that they are counted from.
    """

    a: str
    b: str
    score: float
    band: Band
    reasons: tuple[Reason, ...]

    @property
    def conflict(self) -> bool:
        """Whether the two are different for a reason that holds them apart."""
        return self.band == "different" and any(reason.weight <= CONFLICT for reason in self.reasons)

    @property
    def matters(self) -> bool:
        """Whether it joins two, asks about them or holds them apart; other links are not kept."""
        return self.band != "different" or self.conflict

    @property
    def why(self) -> str:
        """The evidence in a line, strongest first."""
        return "; ".join(f"{reason.what} ({reason.weight:+.1f})" for reason in self.reasons)


def band(value: float) -> Band:
    """The band of a score.

    >>> band(0.99), band(0.5), band(0.01)
    ('same', 'ask', 'different')
    """
    return "same" if value >= SAME else "ask" if value >= ASK else "different"


def weighed(a: str, b: str, reasons: Iterable[Reason]) -> Link:
    """The link of two units that evidence makes, whatever their order."""
    said = tuple(reasons)
    value = score(said)
    return Link(min(a, b), max(a, b), value, band(value), said)


def decide(a: Profile, b: Profile, shared: Shared) -> Link:
    """What is found of two profiles; the order of the two does not matter."""
    a, b = (a, b) if a.id < b.id else (b, a)
    return weighed(a.id, b.id, evidence(a, b, shared))


def one_name(a: str, b: str) -> Link:
    """The link of a document's profile that a person named, and so stands alone, to the unit of its name."""
    return weighed(a, b, [Reason("one name", ONE_NAME)])
