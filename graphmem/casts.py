"""Who is who as a memory keeps it: what documents say, what follows from it, and what people say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from graphmem.resolution import Decision, Link, Page, Profile, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Whom and what a document names: a profile for each cluster of its mentions, with names and counts."""

    id: str
    namespace: str
    document: str
    profiles: tuple[Profile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Whom or what all documents mean by one name, or one document by a name that several bear."""

    id: str
    namespace: str
    unit: Unit

    @property
    def name(self) -> str:
        """The name that it has most often; of equals the one that says most."""
        names, key = self.unit.profile.names, self.unit.profile.id
        return max(names, key=lambda name: (names[name], len(name), name), default=key.split("|")[0])

    @property
    def label(self) -> str:
        """What kind of thing it is ("person", "place")."""
        return self.unit.profile.label


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A page of those that might be one, since their names have something in common."""

    id: str
    namespace: str
    page: Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Two units that are the same, may be or cannot be, and why."""

    id: str
    namespace: str
    link: Link


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A person's word on two units; ``documents`` are those of the ends that are one document's profiles."""

    id: str
    namespace: str
    decision: Decision
    documents: Mapping[str, str] = field(default_factory=dict)
