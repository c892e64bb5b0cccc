"""The policy: how the parts of importance and the uses of a passage become one value, by which it is kept.

One set of constants for chats, records and texts, chosen on the five dev chats of LoCoMo and on LifeBench by
coarse steps (docs/forgetting.md says what each is worth); a policy of one's own is another set.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from graphmem.errors import InputError
from graphmem.fading.activation import activation
from graphmem.fading.held import Held
from graphmem.fading.importance import importance
from graphmem.fading.interest import interest
from graphmem.fading.layers import HALF_LIFE, Layer, layer
from graphmem.fading.strength import retention
from graphmem.uses import Touch, Verdict

WEIGHTS: Final[Mapping[str, float]] = {
    "information": 1.0,  # the unit: a turn of a few telling words is what questions are about
    "novelty": 1.0,  # what nothing before it is like; most have .2 to .4 of it
    "news": 0.2,  # words that were never said before: a first time is asked about
    "self": 0.4,  # who speaks of themselves states facts
    "address": -0.2,  # who speaks of the other wishes, thanks, agrees
    "asks": -0.25,  # the answer says it, too
    "dated": 0.1,  # what tells when it was is an event
    "person": 0.2,  # what people say to each other, before what a phone notes by itself
    "machine": -1.0,  # a talk with an assistant: what was asked of it and what it said can be said again
    "centrality": 0.1,  # names that the memory is about
    "retention": 0.1,  # what was told lately; more than that costs what is old and asked about
    "activation": 0.3,  # of ln(1 + sum of t^-d of its uses): what was asked for is asked for again
    "interest": 3.0,  # and what is like it; all but the outermost are within .1 of nothing
}
HEARD: Final[Mapping[Verdict, float]] = {
    "recalled": 0.5,  # it was shown, which may be for nothing
    "clicked": 1.0,
    "cited": 2.0,
    "useful": 3.0,
    "not": 0.0,
}
"""How much a use counts, by what was made of it; what was seen below the first, by its place (1, 1/2, …)."""
FAINT: Final = 0.05
"""Retention below which a passage is put to sleep where no budget says how many: after three times S."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The weights by which passages are kept; a name that is left out weighs nothing.

    Raises:
        InputError: a weight has a name that no part has.
    """

    weights: Mapping[str, float] = field(default_factory=lambda: WEIGHTS)

    def __post_init__(self) -> None:
        """Refuse weights of what there is not."""
        if stray := self.weights.keys() - WEIGHTS.keys():
            raise InputError(f"a policy knows no {min(stray)!r}: give weights of {', '.join(WEIGHTS)}")


POLICY: Final = Policy()


@dataclass(frozen=True, slots=True)
class Worth:
    """What a passage is worth at a moment: its value is the sum of its weighed parts."""

    held: Held
    layer: Layer
    retention: float
    activation: float
    parts: Mapping[str, float]

    @property
    def value(self) -> float:
        """The sum of the parts."""
        return sum(self.parts.values())


def worths(all_of_them: Sequence[Held], at: datetime, policy: Policy = POLICY) -> list[Worth]:
    """What each passage is worth, given all of a memory in the order in which they were told."""
    weights = policy.weights
    weighed = [
        {name: weights.get(name, 0.0) * part for name, part in parts.items()}
        for parts in importance(all_of_them)
    ]
    sums = [sum(parts.values()) for parts in weighed]
    ascending = sorted(sums)
    touches = [_used(one.touches, at) for one in all_of_them]
    bases = [_base(used, at) for used in touches]
    levels = [math.log1p(math.exp(base)) for base in bases]
    like = interest(all_of_them, levels).tolist()
    found = []
    for k, (one, parts) in enumerate(zip(all_of_them, weighed, strict=True)):
        stands = layer(sums[k], ascending, len(touches[k]))
        kept = retention(one.met, [touch.at for touch in touches[k]], HALF_LIFE[stands], at)
        parts["retention"] = weights.get("retention", 0.0) * kept
        parts["activation"] = weights.get("activation", 0.0) * levels[k]
        parts["interest"] = weights.get("interest", 0.0) * like[k]
        found.append(Worth(one, stands, kept, bases[k], parts))
    return found


def _base(used: Sequence[Touch], at: datetime) -> float:
    """The base level of these uses."""
    heard = [HEARD[touch.verdict] / (1 + touch.rank) for touch in used]
    return activation([touch.at for touch in used], at, heard)


def _used(touches: Sequence[Touch], at: datetime) -> list[Touch]:
    """The times that it was of use by then."""
    return [touch for touch in touches if touch.at <= at and HEARD[touch.verdict]]
