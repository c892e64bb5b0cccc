"""What reading with a model came to: passages, what was dropped, and what it cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from graphmem.llm.budget import Budget


@dataclass(slots=True)
class Report:
    """Counts over all passages; may be added to from threads.

    Attributes:
        budget: what may be, and was, spent.
        passages: by what came of them: ``read`` by a call, ``cached``, ``unread`` (the budget is spent),
            ``refused`` by the model, ``unreadable`` (no answer, twice).
        again: answers that had to be asked for a second time.
        cut: answers that were cut off; what of them was whole is used.
        mentions: names that were found in sentences.
        statements: that were grounded.
        dropped: what was not, by reason.
        refusal: why the model refused the last passage that it refused.
    """

    budget: Budget
    passages: Counter[str] = field(default_factory=Counter)
    again: int = 0
    cut: int = 0
    mentions: int = 0
    statements: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    refusal: str = ""
    _lock: Lock = field(default_factory=Lock, repr=False, compare=False)

    def add(
        self, outcome: str, mentions: int, statements: int, dropped: Counter[str], refusal: str = ""
    ) -> None:
        """Count a passage."""
        with self._lock:
            self.refusal = refusal or self.refusal
            self.passages[outcome] += 1
            self.mentions += mentions
            self.statements += statements
            self.dropped += dropped

    def count(self, *, again: int = 0, cut: int = 0) -> None:
        """Count an answer that was bad."""
        with self._lock:
            self.again += again
            self.cut += cut

    @property
    def unread(self) -> int:
        """Passages that the model has not read: for want of budget, refused, or without a usable answer."""
        return sum(self.passages[outcome] for outcome in ("unread", "refused", "unreadable"))

    def json(self) -> dict[str, Any]:
        """All of it as JSON values."""
        return {
            "passages": dict(self.passages),
            "mentions": self.mentions,
            "statements": self.statements,
            "dropped": dict(self.dropped),
            "asked_again": self.again,
            "cut_off": self.cut,
            **self.budget.json(),
        }

    def lines(self) -> Iterator[str]:
        """All of it for people."""
        told = ", ".join(f"{self.passages[one]:,} {one}" for one in ("read", "cached") if self.passages[one])
        yield f"model: {told or 'no'} passages, {self.statements:,} statements, {self.mentions:,} names"
        yield self.budget.line()
        if self.dropped:
            yield "dropped: " + ", ".join(f"{n:,} {why}" for why, n in self.dropped.most_common())
        if self.passages["unread"]:
            yield f"the budget is spent: {self.passages['unread']:,} passages were not read by the model"
        if self.passages["unreadable"]:
            yield f"{self.passages['unreadable']:,} passages got no answer that could be used"
        if self.passages["refused"]:
            yield f"{self.passages['refused']:,} passages were refused by the model: {self.refusal}"
