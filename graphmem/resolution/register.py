"""A register of who is who, kept up as documents come and go, at the cost of what comes and goes.

After any changes it holds what ``resolve`` finds from scratch in what is there. A unit that changes is
compared with the members of its blocks, ``CAP`` of each at most; the other pairs of a block are compared
again only where the change tells on them: the block fills up or empties to ``CAP``, or a single name in it
becomes one that several bear, or ceases to be.

All that it keeps is got and put by key, in values of bounded size, and asked for in batches: the units, the
pages of their blocks, the members of these, what they share, the links. So a store can keep it as records.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations

from graphmem.identity import fold
from graphmem.resolution.blocking import keys_of, surname_key
from graphmem.resolution.decision import Link, decide, one_name
from graphmem.resolution.kept import Kept
from graphmem.resolution.pages import Page, Pages, Place
from graphmem.resolution.profile import Profile, full_name, is_name, name_key
from graphmem.resolution.similarity import common, contested

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Unit:
    """The clusters of one name, or one that stands alone, counted.

    ``called`` counts the documents by the folded full name that they have. ``said`` counts the decisions that
    name it, and the profiles of its name that stand alone since a decision names them; it is there as long as
    one is, whether or not a document has it.
    """

    profile: Profile
    called: Mapping[str, int] = field(default_factory=dict)
    said: int = 0

    @property
    def clusters(self) -> int:
        """How many documents' clusters it is counted from."""
        return sum(self.called.values())

    @property
    def home(self) -> str:
        """The name under which it would be counted, had no decision named it; else its own id."""
        return self.profile.id if is_name(self.profile.id) or not self.called else name_key(self.profile)


@dataclass(slots=True)
class _Tally:
    """What is to be added to a unit."""

    names: Counter[str] = field(default_factory=Counter)
    called: Counter[str] = field(default_factory=Counter)
    label: str | None = None
    said: int = 0

    def count(self, profile: Profile, sign: int) -> None:
        for name, count in profile.names.items():
            self.names[name] += sign * max(0, count)
        self.called[fold(full_name(profile.names))] += sign
        if sign > 0:
            self.label = profile.label

    def added(self, id: str, unit: Unit | None) -> Unit | None:
        """The unit with what is to be added; None if nothing is left of it."""
        names = Counter(unit.profile.names if unit else {})
        names.update(self.names)
        called = Counter(unit.called if unit else {})
        called.update(self.called)
        said = (unit.said if unit else 0) + self.said
        if not +called and not said:
            return None
        label = unit.profile.label if unit and self.label is None else self.label or ""
        return Unit(Profile(id, dict(+names), label if +called else ""), dict(+called), said)


@dataclass(slots=True)
class Register:
    """Units, the pages of their blocks, and the links between them by the ids of their two ends in order.

    ``compared`` counts comparisons of pairs, and is not part of what is kept.
    """

    units: Kept[str, Unit]
    pages: Kept[Place, Page]
    links: Kept[Pair, Link]
    compared: int = 0
    _keys: dict[str, frozenset[str]] = field(default_factory=dict)
    _several: dict[str, frozenset[str] | None] = field(default_factory=dict)

    def change(
        self,
        removed: Iterable[Profile],
        added: Iterable[Profile],
        said: Mapping[str, int] | None = None,
        standing: Iterable[Profile] = (),
    ) -> None:
        """Bring in what changed; once for a register, whose results are then read off what it keeps.

        Args:
            removed: The documents' profiles that are there no longer.
            added: Those that are there now.
            said: By how many more decisions than before the id of a unit or a profile is named.
            standing: The profiles of those ids that are there as before.
        """
        removed, added, standing, said = list(removed), list(added), list(standing), said or {}
        profiles = [*removed, *added, *standing]
        self.units.fetch({*(p.id for p in profiles), *map(name_key, profiles), *said})

        def unit_of(profile: Profile, more: int) -> str:
            unit = self.units.was(profile.id)
            return profile.id if (unit.said if unit else 0) + more else name_key(profile)

        tallies: defaultdict[str, _Tally] = defaultdict(_Tally)
        gone = [(profile, unit_of(profile, 0), -1) for profile in (*removed, *standing)]
        here = [(profile, unit_of(profile, said.get(profile.id, 0)), +1) for profile in (*added, *standing)]
        for profile, unit, sign in (*gone, *here):
            tallies[unit].count(profile, sign)
            if unit != (home := name_key(profile)):
                tallies[home].said += sign
        for id, more in said.items():
            tallies[id].said += more
        for id, tally in tallies.items():
            self.units.put(id, tally.added(id, self.units.was(id)))
        self._relate(sorted(tallies))

    def _relate(self, ids: list[str]) -> None:
        """Find the links of units that changed anew, and those of others that the change tells on."""
        moved = [id for id in ids if _read(self.units.was(id)) != _read(self.units.get(id))]
        for pair in sorted(self._met(moved)):
            self._compare(*pair)
        for id in ids:
            before, after = self.units.was(id), self.units.get(id)
            for unit, sign in ((before, -1), (after, +1)):
                if unit and unit.home != id:
                    a, b = min(id, unit.home), max(id, unit.home)
                    if sign > 0:
                        self.links.put((a, b), one_name(a, b))
                    elif after is None or after.home != unit.home:
                        self._compare(a, b)

    def _met(self, moved: Iterable[str]) -> set[Pair]:
        """Move units between blocks; the pairs to compare again, with all that this needs fetched."""
        pages = Pages(self.pages)
        old = {id: _keys_of(self.units.was(id)) for id in moved}
        new = {id: _keys_of(self.units.get(id)) for id in moved}
        touching: defaultdict[str, list[str]] = defaultdict(list)
        for id in old:
            for key in old[id] | new[id]:
                touching[key].append(id)
        moving = {
            key: [id for id in ids if (key in old[id]) != (key in new[id])] for key, ids in touching.items()
        }
        pages.fetch(touching, moving)
        was = {key: pages.members(key) for key in touching}
        for key, ids in moving.items():
            for id in ids:
                (pages.add if key in new[id] else pages.remove)(key, id)
        now = {key: pages.members(key) for key in touching}
        self.units.fetch(id for blocks in (was, now) for block in blocks.values() for id in block or ())
        pairs: set[Pair] = set()
        for key, ids in touching.items():
            met = (was[key] or frozenset()) | (now[key] or frozenset())
            pairs.update((min(id, other), max(id, other)) for id in ids for other in met if other != id)
            told = self._contested(was[key], before=True) != self._contested(now[key])
            if told or (was[key] is None) != (now[key] is None):
                pairs.update(combinations(sorted(met), 2))
        self._fetch_shared(pairs)
        return pairs

    def _fetch_shared(self, pairs: Iterable[Pair]) -> None:
        """Ask for what comparing needs: blocks in which pairs meet, bearers of single names, links."""
        pages = Pages(self.pages)
        shared: set[str] = set()
        surnames: set[str] = set()
        for a, b in pairs:
            shared |= self._of(a) & self._of(b)
            surnames |= {key for id in (a, b) for key in _lone(self.units.get(id))}
        pages.fetch(shared | surnames, {})
        self.units.fetch(id for key in surnames for id in pages.members(key) or ())
        self.links.fetch(pairs)

    def _of(self, id: str) -> frozenset[str]:
        """The keys of a unit as it is now."""
        if id not in self._keys:
            self._keys[id] = _keys_of(self.units.get(id))
        return self._keys[id]

    def _contested(self, block: frozenset[str] | None, *, before: bool = False) -> frozenset[str]:
        """The single names that several of a block bear."""
        found = (self.units.was(id) if before else self.units.get(id) for id in block or ())
        return contested(unit.profile for unit in found if unit)

    def _shared(self, word: str) -> bool:
        """Whether several bear a single name, as far as the block of those with such a last name tells."""
        key = surname_key(word)
        if key not in self._several:
            block = Pages(self.pages).members(key)
            self._several[key] = None if block is None else self._contested(block)
        several = self._several[key]
        return common(word) or several is None or word in several

    def _compare(self, a: str, b: str) -> None:
        """Find the link of two units anew; none if one is gone or they meet in no block."""
        one, other = self.units.get(a), self.units.get(b)
        if (one and one.home == b) or (other and other.home == a):
            return
        link = None
        pages = Pages(self.pages)
        if one and other and any(pages.members(key) is not None for key in self._of(a) & self._of(b)):
            self.compared += 1
            link = decide(one.profile, other.profile, self._shared)
        self.links.put((a, b), link if link and link.matters else None)


def _read(unit: Unit | None) -> object:
    """What comparing reads of a unit: its names as its label says, and the label itself."""
    return (unit.profile.label, unit.profile.forms()) if unit else None


def _keys_of(unit: Unit | None) -> frozenset[str]:
    return keys_of(unit.profile) if unit else frozenset()


def _lone(unit: Unit | None) -> set[str]:
    """The keys of the single names by which a person is called."""
    forms = unit.profile.forms() if unit else ()
    return {surname_key(form.words[0]) for form in forms if form.person and len(form.words) == 1}
