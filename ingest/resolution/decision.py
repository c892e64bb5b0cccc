"""Same, ask or different: what is merged without asking, what a person is asked, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from graphmem.ingest.resolution.blocking import candidates
from graphmem.ingest.resolution.profile import Profile
from graphmem.ingest.resolution.similarity import Collection, Reason, Vectors, evidence, score

SAME: Final = 0.93
"""The least score of what is merged without asking."""
ASK: Final = 0.35
"""The least score of what a person is asked."""
CONFLICT: Final = -5.0
"""The weight of a reason that by itself holds two apart, whatever chain of others would join them."""
Band = Literal["same", "ask", "different"]


@dataclass(frozen=True, slots=True)
class Link:
    """What was found of two profiles, ``a`` before ``b``: the band, the evidence, and what supports it.

    ``supports`` are ids of evidence (documents, clusters, sentences); a link holds while one of them is left.
    """

    a: str
    b: str
    score: float
    band: Band
    reasons: tuple[Reason, ...]
    supports: frozenset[str]

    @property
    def conflict(self) -> bool:
        """Whether the two are different for a reason that holds them apart."""
        return self.band == "different" and any(reason.weight <= CONFLICT for reason in self.reasons)

    @property
    def why(self) -> str:
        """The evidence in a line, strongest first."""
        return "; ".join(f"{reason.what} ({reason.weight:+.1f})" for reason in self.reasons)


@dataclass(frozen=True, slots=True)
class Resolution:
    """The links of a set of profiles, and how many pairs were compared to find them."""

    links: tuple[Link, ...]
    compared: int

    def of(self, band: Band) -> tuple[Link, ...]:
        """The links of one band."""
        return tuple(link for link in self.links if link.band == band)


def band(value: float) -> Band:
    """The band of a score.

    >>> band(0.99), band(0.5), band(0.01)
    ('same', 'ask', 'different')
    """
    return "same" if value >= SAME else "ask" if value >= ASK else "different"


def _by_id(profiles: Iterable[Profile]) -> Mapping[str, Profile]:
    found: dict[str, Profile] = {}
    for profile in profiles:
        if found.setdefault(profile.id, profile) != profile:
            raise ValueError(f"two profiles have the id {profile.id!r}")
    return dict(sorted(found.items()))


def decide(a: Profile, b: Profile, collection: Collection, vectors: Vectors | None = None) -> Link:
    """What is found of two profiles; the order of the two does not matter."""
    a, b = (a, b) if a.id < b.id else (b, a)
    reasons = tuple(evidence(a, b, collection, vectors))
    value = score(reasons)
    return Link(a.id, b.id, value, band(value), reasons, frozenset({a.id, b.id}))


def resolve(profiles: Sequence[Profile], vectors: Vectors | None = None) -> Resolution:
    """The links between the profiles of a collection, in the order of their ids; those that differ stay in.

    The result is a function of the set of profiles: not of their order, nor of profiles that once were there.

    Raises:
        ValueError: two different profiles have one id.
    """
    by_id = _by_id(profiles)
    collection = Collection(by_id.values())
    pairs = candidates(by_id.values())
    links = tuple(decide(by_id[a], by_id[b], collection, vectors) for a, b in pairs)
    return Resolution(links, len(pairs))
