"""A register of who is who, kept up as documents come and go, at the cost of what comes and goes.

After any additions and removals it holds what ``resolve`` finds from scratch in what is there. A unit that
changes is compared with the members of its blocks, ``CAP`` of each at most; the other pairs of a block are
compared again only where the change tells on them: the block fills up or empties to ``CAP``, or a single name
in it becomes one that several bear, or ceases to be.

All that it keeps is got and set by key, never walked through, so a store can keep it as records, each of
bounded size; the clusters of a unit, which grow with the documents and are read only to tell what supports a
link, as edges.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from itertools import combinations

from graphmem.ingest.resolution.blocking import keys_of, surname_key
from graphmem.ingest.resolution.clusters import Decision, entities
from graphmem.ingest.resolution.decision import Link, decide, one_name
from graphmem.ingest.resolution.pages import Page, Pages
from graphmem.ingest.resolution.profile import Profile, name_key, unit_of
from graphmem.ingest.resolution.similarity import common, contested


@dataclass(slots=True)
class Register:
    """Profiles of documents, the units of their names, blocks of these, and links between them.

    ``links`` has for each unit its links, by the other unit. ``said`` has for each id the decisions that name
    it. ``compared`` counts comparisons of pairs, and is not part of what is kept.
    """

    profiles: MutableMapping[str, Profile] = field(default_factory=dict)
    units: MutableMapping[str, Profile] = field(default_factory=dict)
    clusters: MutableMapping[str, set[str]] = field(default_factory=dict)
    pages: MutableMapping[tuple[str, str], Page] = field(default_factory=dict)
    links: MutableMapping[str, dict[str, Link]] = field(default_factory=dict)
    said: MutableMapping[str, frozenset[Decision]] = field(default_factory=dict)
    compared: int = 0

    def add(self, profile: Profile) -> None:
        """Add a document's profile.

        Raises:
            ValueError: a profile of this id is there.
        """
        if profile.id in self.profiles:
            raise ValueError(f"there is a profile of the id {profile.id!r}: remove it first")
        self.profiles[profile.id] = profile
        self._count(profile, unit_of(profile, self.said), +1)

    def remove(self, id: str) -> None:
        """Remove a document's profile.

        Raises:
            ValueError: there is none of this id.
        """
        if id not in self.profiles:
            raise ValueError(f"there is no profile of the id {id!r}")
        profile = self.profiles[id]
        self._count(profile, unit_of(profile, self.said), -1)
        del self.profiles[id]

    def say(self, decision: Decision) -> None:
        """Keep a person's word of two units or documents' profiles; a profile named is a unit of its own."""
        for id in {decision.a, decision.b}:
            self._say(id, self.said.get(id, frozenset()) | {decision})

    def unsay(self, decision: Decision) -> None:
        """Take a person's word back."""
        for id in {decision.a, decision.b}:
            self._say(id, self.said.get(id, frozenset()) - {decision})

    def _say(self, id: str, decisions: frozenset[Decision]) -> None:
        profile = self.profiles.get(id)
        before = unit_of(profile, self.said) if profile else id
        self.said[id] = decisions
        if not decisions:
            del self.said[id]
        if profile and before != (after := unit_of(profile, self.said)):
            self._count(profile, before, -1)
            self._count(profile, after, +1)

    def _count(self, profile: Profile, unit: str, sign: int) -> None:
        """Count a document's profile into a unit, or out of it."""
        before = self.units.get(unit)
        names = Counter(before.names if before else {})
        for name, count in profile.names.items():
            names[name] += sign * max(0, count)
        clusters = self.clusters.setdefault(unit, set())
        (clusters.add if sign > 0 else clusters.discard)(profile.id)
        if clusters:
            self._change(unit, before, Profile(unit, +names, profile.label))
        else:
            del self.clusters[unit]
            self._change(unit, before, None)
        self._home(unit)

    def _home(self, unit: str) -> None:
        """Link a profile that stands alone with the unit of its name, or no longer."""
        profile = self.profiles.get(unit)
        if profile and (home := name_key(profile)) != unit:
            self._keep(unit, home, one_name(unit, home) if unit in self.units else None)

    def _change(self, unit: str, before: Profile | None, after: Profile | None) -> None:
        """Replace a unit, and compare again what that tells on."""
        if after:
            self.units[unit] = after
        else:
            del self.units[unit]
        if before and after and before.forms() == after.forms():
            return
        old = keys_of(before) if before else frozenset[str]()
        new = keys_of(after) if after else frozenset[str]()
        pages = Pages(self.pages)
        pairs: set[tuple[str, str]] = set()
        for key in sorted(old | new):
            was = pages.members(key)
            told = self._contested(was, {unit: before})
            if key not in new:
                pages.remove(key, unit)
            elif key not in old:
                pages.add(key, unit)
            now = pages.members(key)
            met = (was or frozenset()) | (now or frozenset())
            pairs.update((min(unit, other), max(unit, other)) for other in met if other != unit)
            if (was is None) != (now is None) or told != self._contested(now, {unit: after}):
                pairs.update(combinations(sorted(met), 2))
        for a, b in sorted(pairs):
            self._compare(a, b)

    def _contested(
        self, block: frozenset[str] | None, changed: Mapping[str, Profile | None]
    ) -> frozenset[str]:
        """The single names that several of a block bear, one unit taken as it is given."""
        found = (changed.get(id, self.units.get(id)) for id in block or ())
        return contested(unit for unit in found if unit)

    def _shared(self, word: str) -> bool:
        """Whether several bear a single name, as far as the block of those with such a last name tells."""
        block = Pages(self.pages).members(surname_key(word))
        return common(word) or block is None or word in self._contested(block, {})

    def _compare(self, a: str, b: str) -> None:
        """Find the link of two units anew; none if one is gone or they meet in no block."""
        one, other = self.units.get(a), self.units.get(b)
        if self._stands_alone(a, b) or self._stands_alone(b, a):
            return
        meet = one and other and self._meet(keys_of(one) & keys_of(other))
        link = None
        if one and other and meet:
            self.compared += 1
            link = decide(one, other, self._shared)
        self._keep(a, b, link if link and link.matters else None)

    def _stands_alone(self, unit: str, home: str) -> bool:
        profile = self.profiles.get(unit)
        return profile is not None and unit in self.units and unit != home == name_key(profile)

    def _meet(self, keys: Iterable[str]) -> bool:
        return any(Pages(self.pages).members(key) is not None for key in keys)

    def _keep(self, a: str, b: str, link: Link | None) -> None:
        """Keep the link of two units, at both; none takes away what was there."""
        for one, other in ((a, b), (b, a)):
            found = {id: kept for id, kept in self.links.get(one, {}).items() if id != other}
            if link:
                found[other] = link
            if found:
                self.links[one] = found
            else:
                self.links.pop(one, None)

    def supports(self, link: Link) -> frozenset[str]:
        """The documents' profiles that a link rests on, of both sides; it holds while each side has one."""
        return frozenset(id for unit in (link.a, link.b) for id in self.clusters.get(unit, ()))

    def entity(self, id: str) -> frozenset[str]:
        """The units of the entity that a unit or a document's profile is of, by walking from it.

        Raises:
            ValueError: neither a unit nor a profile has this id.
        """
        if profile := self.profiles.get(id):
            id = unit_of(profile, self.said)
        if id not in self.units:
            raise ValueError(f"there is no unit and no profile of the id {id!r}")
        component, ahead = {id}, [id]
        while ahead:
            unit = ahead.pop()
            joined = {other for other, link in self.links.get(unit, {}).items() if link.band == "same"}
            joined |= {end for d in self.said.get(unit, ()) if d.same for end in (d.a, d.b)}
            # A name all of whose profiles stand alone is no unit, but has their links.
            found = {other for other in joined - component if other in self.units or other in self.links}
            component |= found
            ahead += found
        links = {link for unit in component for link in self.links.get(unit, {}).values()}
        decisions = {decision for unit in component for decision in self.said.get(unit, ())}
        entity = next(entity for entity in entities(component, links, decisions) if id in entity)
        return frozenset(unit for unit in entity if unit in self.units)
