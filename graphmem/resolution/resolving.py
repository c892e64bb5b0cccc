"""Who is who among a set of documents' profiles, computed from scratch: units, blocks, links, entities."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from graphmem.resolution.blocking import CAP, keys_of, pairs, surname_key
from graphmem.resolution.clusters import Decision, entities
from graphmem.resolution.decision import Band, Link, decide, one_name
from graphmem.resolution.profile import Profile, counted, name_key, unit_of
from graphmem.resolution.similarity import common, contested


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a set of profiles comes to.

    ``units`` by their ids; ``clusters`` the ids of the documents' profiles that each is counted from;
    ``links`` between units, in the order of their ids; ``compared`` how many pairs were compared.
    """

    units: Mapping[str, Profile]
    clusters: Mapping[str, frozenset[str]]
    links: tuple[Link, ...]
    decisions: tuple[Decision, ...]
    compared: int

    def of(self, band: Band) -> tuple[Link, ...]:
        """The links of one band."""
        return tuple(link for link in self.links if link.band == band)

    def supports(self, link: Link) -> frozenset[str]:
        """The documents' profiles that a link rests on, of both sides; it holds while each side has one."""
        return frozenset[str]().union(*(self.clusters.get(id, ()) for id in (link.a, link.b)))

    def entities(self) -> list[frozenset[str]]:
        """The documents' profiles as entities, each a set of ids, by their smallest ids."""
        # A name all of whose profiles stand alone is no unit, but still what a person said of it.
        named = {id for link in self.links for id in (link.a, link.b)}
        found = entities(self.units.keys() | named, self.links, self.decisions)
        members = (frozenset[str]().union(*(self.clusters.get(id, ()) for id in ids)) for ids in found)
        return sorted((ids for ids in members if ids), key=min)


def _blocks(units: Mapping[str, Profile]) -> Mapping[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for id, unit in units.items():
        for key in keys_of(unit):
            found[key].append(id)
    return found


def _shared(units: Mapping[str, Profile], blocks: Mapping[str, Collection[str]], word: str) -> bool:
    """Whether several bear a single name, as far as the block of those with such a last name tells."""
    block = blocks.get(surname_key(word), ())
    return common(word) or len(block) > CAP or word in contested(units[id] for id in block)


def resolve(profiles: Iterable[Profile], decisions: Sequence[Decision] = ()) -> Resolution:
    """The units of documents' profiles and the links between them.

    The result is a function of the set of profiles and the set of decisions: not of their order, nor of what
    once was there. ``Register`` keeps it up as documents come and go.

    Raises:
        ValueError: two different profiles have one id.
    """
    by_id: dict[str, Profile] = {}
    for profile in profiles:
        if by_id.setdefault(profile.id, profile) != profile:
            raise ValueError(f"two profiles have the id {profile.id!r}")
    alone = {id for decision in decisions for id in (decision.a, decision.b)}
    clusters: defaultdict[str, set[str]] = defaultdict(set)
    links: dict[tuple[str, str], Link] = {}
    for profile in by_id.values():
        unit = unit_of(profile, alone)
        clusters[unit].add(profile.id)
        if unit != name_key(profile):
            home = one_name(unit, name_key(profile))
            links[home.a, home.b] = home
    units = {id: counted(id, (by_id[member] for member in clusters[id])) for id in sorted(clusters)}
    blocks = _blocks(units)
    candidates = {pair for block in blocks.values() for pair in pairs(block)} - links.keys()
    for a, b in candidates:
        link = decide(units[a], units[b], lambda word: _shared(units, blocks, word))
        if link.matters:
            links[a, b] = link
    return Resolution(
        units,
        {id: frozenset(members) for id, members in clusters.items()},
        tuple(links[pair] for pair in sorted(links)),
        tuple(decisions),
        len(candidates),
    )
