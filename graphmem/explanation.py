"""An explanation: where a recall started, what it asked next, and what it left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Seed:
    """Where the walk started: an entity that ``words`` of the question name, or a sentence that fits it.

    ``mass`` is its share of the restart, of 1. A name that is not ``followed`` stands in so many sentences
    that it says little: its mass stays, but its sentences are not taken in for it.
    """

    kind: Literal["entity", "sentence"]
    id: str
    text: str
    words: str
    mass: float
    followed: bool = True


@dataclass(frozen=True, slots=True)
class Hop:
    """A bridge to the next hop: a name, the ``question`` asked of it, and its ``mass``.

    That is of the walk against the heaviest name, or the value of the answer that named it against the best.

    ``passages`` are the hits that answer this question better than that of any other bridge.
    """

    entity: str
    name: str
    question: str
    mass: float
    passages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a ranking is what it is, beside what each hit says of itself.

    ``looked_at`` counts sentences that were weighed, ``scored`` the passages that might have been hits.
    ``left_out`` counts passages that would be among the first otherwise, by what took them: "untrusted",
    "retracted", "later" (than the moment asked for). ``kind`` is the question's, and ``learned`` what
    was learned of such, by part: what multiplies it, of forms what each adds.
    """

    seeds: tuple[Seed, ...] = ()
    hops: tuple[Hop, ...] = ()
    looked_at: int = 0
    scored: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    kind: str = ""
    learned: Mapping[str, float] = field(default_factory=dict)
