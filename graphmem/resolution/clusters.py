"""From links and cuts to entities: connected units, in which nothing that is cut apart stays together.

What a person said outweighs evidence, the later word the earlier, names that conflict a chain of others, and
surer evidence the less sure. Links are joined in that order (Kruskal 1956), one at a time, unless that would
bring together what is held apart. The result is a function of the sets given, not of their order.

It is local, too. A step of that order reads and writes the parts of its two ends alone, and a part never
reaches beyond what links and decisions of "same" connect. So the steps of one connected component, in their
order, give for it what all steps give: an entity is found by walking from one of its units.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from graphmem.resolution.decision import Link


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's word: that two profiles are the same, or not; ``at`` orders it among others."""

    a: str
    b: str
    same: bool
    by: str = ""
    at: float = 0.0


class _Parts:
    """Disjoint sets of ids, and which of them must stay apart."""

    def __init__(self, ids: Iterable[str]) -> None:
        self.root = {id: id for id in ids}
        self.members = {id: [id] for id in self.root}
        self.apart: defaultdict[str, set[str]] = defaultdict(set)

    def cut(self, a: str, b: str) -> None:
        """Hold two apart, unless they are together already."""
        x, y = self.root[a], self.root[b]
        if x != y:
            self.apart[x].add(y)
            self.apart[y].add(x)

    def join(self, a: str, b: str) -> None:
        """Bring two together, unless they are held apart."""
        x, y = self.root[a], self.root[b]
        if x == y or y in self.apart[x]:
            return
        if len(self.members[x]) < len(self.members[y]):
            x, y = y, x
        for id in self.members[y]:
            self.root[id] = x
        self.members[x] += self.members.pop(y)
        for other in self.apart.pop(y, set()):
            self.apart[other].discard(y)
            self.apart[other].add(x)
            self.apart[x].add(other)


def _later_first(decisions: Iterable[Decision]) -> list[Decision]:
    """Decisions by time, latest first; of two at one moment the cut, which can be mended by a link."""
    ordered = (replace(d, a=min(d.a, d.b), b=max(d.a, d.b)) for d in decisions)
    return sorted(ordered, key=lambda d: (-d.at, d.same, d.a, d.b, d.by))


def entities(
    units: Iterable[str], links: Iterable[Link], decisions: Iterable[Decision] = ()
) -> list[frozenset[str]]:
    """The units as entities, each a set of ids, by their smallest ids.

    Args:
        units: The ids of units, or of what else is linked.
        links: What was found of pairs of them; those that name another unit are left out.
        decisions: What people said; as above.
    """
    ids = set(units)
    parts = _Parts(sorted(ids))
    for said in _later_first(decisions):
        if said.a in ids and said.b in ids and said.a != said.b:
            (parts.join if said.same else parts.cut)(said.a, said.b)
    held = [link for link in links if link.a in ids and link.b in ids]
    for link in sorted(held, key=lambda link: (link.a, link.b)):
        if link.conflict:
            parts.cut(link.a, link.b)
    for link in sorted(held, key=lambda link: (-link.score, link.a, link.b)):
        if link.band == "same":
            parts.join(link.a, link.b)
    return sorted((frozenset(members) for members in parts.members.values()), key=min)


@dataclass(frozen=True, slots=True)
class Around:
    """What is known around units: which of them are there, and the links and decisions that name them."""

    there: frozenset[str]
    links: frozenset[Link]
    decisions: frozenset[Decision]


def component(ids: Iterable[str], around: Callable[[frozenset[str]], Around]) -> Around:
    """What links and decisions of "same" connect with some units, and all that names one of it.

    ``around`` is asked once for each step away. An end that is not there passes nothing on, unless it has
    links: a name all of whose profiles stand alone is no unit, but has theirs.
    """
    found, seen, ahead = Around(frozenset(), frozenset(), frozenset()), frozenset[str](), frozenset(ids)
    while ahead:
        seen |= ahead
        near = around(ahead)
        there = near.there | {end for link in near.links for end in (link.a, link.b) if end in ahead}
        found = Around(found.there | there, found.links | near.links, found.decisions | near.decisions)
        joined = {end for link in near.links if link.band == "same" for end in (link.a, link.b)}
        for one in near.decisions:
            joined |= {one.a, one.b} if one.same and {one.a, one.b} & there else set()
        ahead = frozenset(joined - seen)
    return found
