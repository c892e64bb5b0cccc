"""Uses: what was made of a passage that was recalled, so that a memory learns from being used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias, get_args

from graphmem.identity import digest

Verdict: TypeAlias = Literal["recalled", "clicked", "cited", "useful", "not"]
VERDICTS: Final[tuple[Verdict, ...]] = get_args(Verdict)
"""What can be made of a hit, from what says least of it to what says most; "not": it was of no use."""
KEPT: Final = 32
"""Touches of a passage that are kept, the newest: what is older is counted alone."""


@dataclass(frozen=True, slots=True)
class Touch:
    """One time that a passage was used.

    ``question`` is what was asked; ``shares`` what each retriever gave to its score then (``Hit.shares``);
    ``rank`` its place in the ranking, from 0.
    """

    at: datetime
    verdict: Verdict
    question: str = ""
    shares: Mapping[str, float] = field(default_factory=dict, hash=False)
    rank: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What was made of a passage: its newest ``KEPT`` touches in order of time, and how many there were."""

    id: str
    namespace: str
    passage: str
    touches: tuple[Touch, ...]
    count: int

    @classmethod
    def of(cls, namespace: str, passage: str) -> Use:
        """That of a passage that was never used."""
        return cls(id=use_id(passage), namespace=namespace, passage=passage, touches=(), count=0)

    def touched(self, touch: Touch) -> Use:
        """With one more touch."""
        touches = sorted((*self.touches, touch), key=lambda one: one.at)[-KEPT:]
        return replace(self, touches=tuple(touches), count=self.count + 1)

    def without(self, taken: Iterable[Touch]) -> Use:
        """Without these touches, each once; what is counted alone stays counted."""
        left = list(self.touches)
        for touch in taken:
            if touch in left:
                left.remove(touch)
        return replace(self, touches=tuple(left), count=self.count - len(self.touches) + len(left))


def use_id(passage: str) -> str:
    """A use is of one passage."""
    return "a" + digest("use", passage)


def write_use(use: Use) -> dict[str, Any]:
    """The body of a use."""
    return {
        "passage": use.passage,
        "touches": [
            [one.at.isoformat(), one.verdict, one.question, dict(one.shares), one.rank] for one in use.touches
        ],
        "count": use.count,
    }


def read_use(id: str, namespace: str, body: Mapping[str, Any]) -> Use:
    """A use from its body."""
    return Use(
        id=id,
        namespace=namespace,
        passage=body["passage"],
        touches=tuple(Touch(datetime.fromisoformat(at), *rest) for at, *rest in body["touches"]),
        count=body["count"],
    )
