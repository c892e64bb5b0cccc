"""What fading and waking come to: which passages, why each, and what stays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from graphmem import cards
from graphmem.fading.dormancy import To
from graphmem.fading.layers import Layer
from graphmem.fading.policy import Worth
from graphmem.types import Commit


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a passage goes: its value, which is the sum of its parts, its layer and what is left of it."""

    passage: str
    uri: str
    text: str
    value: float
    parts: Mapping[str, float]
    layer: Layer
    retention: float

    @classmethod
    def of(cls, one: Worth) -> Verdict:
        """The verdict on a passage."""
        passage = one.held.passage
        uri = one.held.document.uri
        return cls(passage.id, uri, passage.text, one.value, one.parts, one.layer, one.retention)


@dataclass(frozen=True, slots=True)
class Faded:
    """What a fading comes to; ``commit`` is None for a dry run, and where nothing goes.

    Attributes:
        asked: the budget in words.
        to: what the passages become.
        at: the moment at which they were judged.
        gone: those that go, least worth first.
        passages: how many were awake, and are then.
        sentences: how many sentences were awake, and are then.
        pinned: of how many passages each reason says that they are never forgotten.
        commit: the one that did it.
    """

    asked: str
    to: To
    at: datetime
    gone: tuple[Verdict, ...]
    passages: tuple[int, int]
    sentences: tuple[int, int]
    pinned: Mapping[str, int]
    commit: Commit | None = None

    def _repr_html_(self) -> str:
        rows: dict[str, cards.Cell] = {
            "passages awake": " → ".join(f"{n:,}" for n in self.passages),
            "sentences awake": " → ".join(f"{n:,}" for n in self.sentences),
            "never forgotten": "; ".join(f"{why}: {n:,}" for why, n in self.pinned.items()),
            "to bring it back": f"graphmem undo {self.commit.id[:10]}" if self.commit else "",
        }
        return cards.card("" if self.commit else "nothing was done: a dry run", self.asked, rows)


@dataclass(frozen=True, slots=True)
class Woken:
    """Passages that woke, and the commit that woke them; None where all were awake."""

    passages: tuple[str, ...]
    commit: Commit | None = None


def awake(all_of_them: Iterable[Worth], gone: Sequence[Worth]) -> tuple[tuple[int, int], tuple[int, int]]:
    """How many passages and sentences are awake, before and after."""
    there = [one for one in all_of_them if not one.held.passage.asleep]
    less = [one for one in gone if not one.held.passage.asleep]
    said, lost = (sum(len(one.held.sentences) for one in side) for side in (there, less))
    return (len(there), len(there) - len(less)), (said, said - lost)
