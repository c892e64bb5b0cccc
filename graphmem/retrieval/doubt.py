"""Doubt: passages of sources that are not trusted weigh less, or are withheld."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from graphmem.grants import Level
from graphmem.ranking import Hit

# What a level leaves of a score. Chosen, not measured: one of an untrusted source has to fit far better
# than any other to come first.
WEIGHT: Final[Mapping[Level, float]] = {"trusted": 1.0, "unsure": 0.7, "untrusted": 0.3}


def weighed(scores: Mapping[str, float], doubted: Mapping[str, Level]) -> dict[str, float]:
    """The scores of passages by the levels of their sources; ``doubted`` has all that are not trusted."""
    return {id: score * WEIGHT[doubted.get(id, "trusted")] for id, score in scores.items()}


def marked(hits: Iterable[Hit], doubted: Mapping[str, Level]) -> tuple[Hit, ...]:
    """The hits, those of doubted sources with the weight of their level as the part ``trust``."""
    return tuple(
        replace(hit, parts={**hit.parts, "trust": WEIGHT[doubted[hit.passage.id]]})
        if hit.passage.id in doubted
        else hit
        for hit in hits
    )
