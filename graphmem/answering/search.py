"""A search: what was asked of the memory for one question, by whom, and what that found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from graphmem.answering.fusion import Found, fused
from graphmem.identity import fold
from graphmem.ranking import Ranking

LONGEST: Final = 300
"""Characters of a query that a model writes."""
Kind: TypeAlias = Literal["question", "part", "clue", "note"]


@dataclass(frozen=True, slots=True)
class Asked:
    """One query to the memory.

    Attributes:
        text: the query.
        kind: the question itself, a part of it, a clue to its answer, or what a note asks for next.
        new: passages that no query before it found.
        answer: of a part that later parts ask on with: its answer, as it stands in the memory.
    """

    text: str
    kind: Kind
    new: int
    answer: str = ""


class Search:
    """Asks a memory, each thing once; ``asked`` and ``rankings`` go side by side."""

    def __init__(self, recall: Callable[[str], Ranking]) -> None:
        self._recall = recall
        self._known: set[str] = set()
        self._seen: set[str] = set()
        self.asked: list[Asked] = []
        self.rankings: list[Ranking] = []

    def look(self, text: str, kind: Kind) -> int | None:
        """How many passages a query finds that none found before; None if it is empty or was asked before."""
        text = text if kind == "question" else text[:LONGEST].strip()
        key = fold(text) or text
        if not text or key in self._known:
            return None
        self._known.add(key)
        ranking = self._recall(text)
        ids = {hit.passage.id for hit in ranking}
        new = len(ids - self._seen)
        self._seen |= ids
        self.asked.append(Asked(text, kind, new))
        self.rankings.append(ranking)
        return new

    def found(self) -> tuple[Found, ...]:
        """All that was found, fused."""
        return fused(self.rankings)
