"""The budget: which passages go, so that a share of them, or so many sentences, stay; or those of an age."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from graphmem.errors import InputError
from graphmem.fading.policy import FAINT, Worth


@dataclass(frozen=True, slots=True)
class Budget:
    """How much is to stay: a share of all passages, at most so many sentences; of what age one must be to go.

    With neither share nor sentences, all go that are of the age; with nothing at all, those whose retention
    is below ``policy.FAINT``.

    Raises:
        InputError: the share is not in (0, 1], the sentences are fewer than 0, or the age is none.
    """

    keep: float | None = None
    most: int | None = None
    older_than: timedelta | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be kept."""
        if self.keep is not None and not 0 < self.keep <= 1:
            raise InputError(f"{self.keep} is no share to keep: say one above 0 and at most 1, such as 0.2")
        if self.most is not None and self.most < 0:
            raise InputError(f"{self.most} sentences cannot be kept: say 0 or more")
        if self.older_than is not None and self.older_than <= timedelta(0):
            raise InputError("an age to fade at is above 0: say 90 days, for example")

    def told(self) -> str:
        """In words."""
        parts = [f"keep {self.keep:.0%} of the passages"] if self.keep is not None else []
        parts += [f"keep {self.most:,} sentences"] if self.most is not None else []
        parts += [f"older than {self.older_than.days} days"] if self.older_than is not None else []
        return ", ".join(parts) or f"retention below {FAINT}"


def going(all_of_them: Sequence[Worth], budget: Budget, at: datetime, dormant: bool) -> list[Worth]:
    """Those that go, least worth first; what is pinned never does.

    ``dormant`` is whether those asleep may go as well. A share is one of all passages, asleep or not, so that
    fading twice by the same share takes nothing more.
    """
    there = [one for one in all_of_them if dormant or not one.held.passage.asleep]
    may = [one for one in there if not one.held.pinned and _old(one, budget.older_than, at)]
    may.sort(key=lambda one: (not one.held.passage.asleep, round(one.value, 6), one.held.passage.id))
    if budget.keep is None and budget.most is None:
        return may if budget.older_than is not None else [one for one in may if one.retention < FAINT]
    spare = 0
    if budget.keep is not None:
        spare = len(there) - math.ceil(budget.keep * len(all_of_them))
    gone = may[: max(0, spare)]
    if budget.most is not None:
        left = sum(len(one.held.sentences) for one in there) - sum(len(one.held.sentences) for one in gone)
        for one in may[len(gone) :]:
            if left <= budget.most:
                break
            gone.append(one)
            left -= len(one.held.sentences)
    return gone


def _old(one: Worth, age: timedelta | None, at: datetime) -> bool:
    """Whether a passage was neither told nor used for that long; one of which nothing tells when is not."""
    if age is None:
        return True
    moments = [one.held.met, *(touch.at for touch in one.held.touches)]
    known = [moment for moment in moments if moment is not None]
    return bool(known) and max(known) < at - age
