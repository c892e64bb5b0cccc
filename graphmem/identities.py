"""Who is who, as it is read: which entities are one, why, and what a person is asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from graphmem import schema
from graphmem.casts import Match, Named, Word
from graphmem.identity import decision_id, entity_id, unit_id
from graphmem.resolution import Around, Decision, Link, component, entities
from graphmem.resolution.profile import is_name
from graphmem.stores.base import Store
from graphmem.types import Entity, Sentence, View

_MOST: Final = 100
"""Units of one name that are looked at: a name that means another thing in every document has very many."""
_READ: Final = 20
"""Sentences of a name among which one is looked for that a document of the unit has."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The entities that are one, by name, and the units of which it consists.

    ``same`` are the links that join these, ``perhaps`` those to others that may be the same, ``apart`` those
    to others that cannot be; ``decisions`` are what people said of them. ``elsewhere`` is who namespaces
    that are read along take these names for.
    """

    entities: tuple[Entity, ...]
    units: tuple[Named, ...]
    same: tuple[Link, ...]
    perhaps: tuple[Link, ...]
    apart: tuple[Link, ...]
    decisions: tuple[Decision, ...]
    elsewhere: tuple[Identity, ...] = ()

    def __iter__(self) -> Iterator[Entity]:
        """The entities."""
        return iter(self.entities)

    def __len__(self) -> int:
        """How many entities there are."""
        return len(self.entities)


@dataclass(frozen=True, slots=True)
class Question:
    """Whether two units are the same: what speaks for it and against it, and a sentence of each."""

    match: Match
    units: tuple[Named, Named]
    evidence: tuple[Sentence, ...]


def bare(key: str) -> str:
    """The key of a name as such, of whatever kind it is."""
    return f"{key}|||"


class Walk:
    """Walks from units along their matches and decisions, in one namespace."""

    def __init__(self, store: Store, view: View, namespace: str) -> None:
        self.store = store
        self.view = view
        self.namespace = namespace
        self.units: dict[str, Named] = {}

    def named(self, keys: Iterable[str]) -> dict[str, Named]:
        """The units of these keys that are there."""
        ids = [unit_id(self.namespace, key) for key in keys]
        found = [schema.from_record(record) for record in self.store.get(self.view, ids).values()]
        return {one.unit.profile.id: one for one in found if isinstance(one, Named)}

    def called(self, entity: str) -> list[Named]:
        """The units that an entity is the full name of, by key; of very many those of most documents."""
        ids = self.store.neighbours(self.view, [entity], [schema.CALLED], "in", limit=_MOST).source
        found = [schema.from_record(record) for record in self.store.get(self.view, ids).values()]
        return sorted((one for one in found if isinstance(one, Named)), key=lambda one: one.unit.profile.id)

    def around(self, keys: frozenset[str]) -> Around:
        """The units of these keys, with the matches and decisions that name them."""
        units = self.named(keys)
        self.units |= units
        ids = [one.id for one in units.values()]
        edges = self.store.neighbours(self.view, ids, schema.BAND_EDGES, "in")
        records = self.store.get(self.view, list(dict.fromkeys(edges.source)))
        found = [schema.from_record(record) for record in records.values()]
        links = {one.link for one in found if isinstance(one, Match)}
        decisions = {one.decision for one in found if isinstance(one, Word)}
        return Around(frozenset(units), frozenset(links), frozenset({*decisions, *self._names(units)}))

    def _names(self, units: dict[str, Named]) -> Iterator[Decision]:
        """That a name of which people spoke stands for the only unit that is called so."""
        keys = {key: one for key, one in units.items() if one.unit.called}
        spoken = {bare(name) for one in keys.values() for name in one.unit.called}
        spoken = {key for key in (self.named(spoken) if spoken else {}) if key not in keys}
        spoken |= {
            key for key in units if key not in keys and is_name(key) and key == bare(key.split("|")[0])
        }
        for key in sorted(spoken):
            only = self.called(entity_id(self.namespace, key.split("|")[0]))
            if len(only) == 1:
                yield Decision(key, only[0].unit.profile.id, same=True, at=float("-inf"))

    def entity(self, keys: Iterable[str]) -> tuple[frozenset[str], Around]:
        """The units that are one with one of these, and all that is known around them."""
        start = frozenset(keys)
        found = component(start, self.around)
        sets = entities(found.there, found.links, found.decisions)
        return frozenset[str]().union(*(one for one in sets if one & start)), found

    def names(self, keys: Iterable[str]) -> list[Entity]:
        """The entities that units are called, by name."""
        ids: dict[str, None] = {}
        for key in keys:
            called = self.units[key].unit.called if key in self.units else {}
            for name in called or ([key.split("|")[0]] if is_name(key) else []):
                ids[entity_id(self.namespace, name)] = None
        values = map(schema.from_record, self.store.get(self.view, list(ids)).values())
        return sorted((one for one in values if isinstance(one, Entity)), key=lambda one: (one.name, one.id))


def identity(store: Store, view: View, of: Entity) -> Identity:
    """All that is one with an entity, and why; itself alone, if nothing says more of it.

    A name that several bear is of several units: what is one with any of them is here.
    """
    walk = Walk(store, view, of.namespace)
    start = [one.unit.profile.id for one in walk.called(of.id)]
    ours, found = walk.entity([*start, bare(of.key)])
    inside = [link for link in found.links if link.a in ours and link.b in ours]
    beside = [link for link in found.links if (link.a in ours) != (link.b in ours)]
    decisions = [one for one in found.decisions if {one.a, one.b} & ours and one.at != float("-inf")]
    settled = {frozenset((one.a, one.b)) for one in decisions}
    named = {one.id: one for one in (of, *walk.names(sorted(ours)))}
    open_to = (link for link in beside if link.band == "ask" and frozenset((link.a, link.b)) not in settled)
    return Identity(
        entities=tuple(sorted(named.values(), key=lambda one: (one.id != of.id, one.name, one.id))),
        units=tuple(walk.units[key] for key in sorted(ours) if key in walk.units),
        same=_strongest(link for link in inside if link.band == "same"),
        perhaps=_strongest(open_to),
        apart=_strongest(link for link in beside if link.conflict),
        decisions=tuple(sorted(decisions, key=lambda one: (-one.at, one.a, one.b))),
    )


def _strongest(links: Iterable[Link]) -> tuple[Link, ...]:
    return tuple(sorted(links, key=lambda link: (-link.score, link.a, link.b)))


def questions(store: Store, view: View, limit: int, among: int | None = None) -> list[Question]:
    """The matches that a person is asked about, most likely first; those that are answered are left out.

    With ``among``, no more matches are read than so many at a time until ``limit`` were found: of a large
    memory any of the likely ones, since ids are digests and come in no order.
    """
    records = store.scan(view, schema.MATCH)
    asked: list[Match] = []
    found: list[Question] = []
    while len(found) < limit and (block := list(islice(records, among))):
        matches = (schema.from_record(record) for record in block)
        asked += [one for one in matches if isinstance(one, Match) and one.link.band == "ask"]
        asked.sort(key=lambda one: (-one.link.score, one.link.a, one.link.b))
        found = list(islice(_open(store, view, asked), limit))
    return found


def _open(store: Store, view: View, asked: Sequence[Match]) -> Iterator[Question]:
    for match in asked:
        link, of = match.link, match.namespace
        if store.get(view, [decision_id(of, link.a, link.b)]):
            continue
        walk = Walk(store, view, of)
        ours, _ = walk.entity([link.a])
        if link.b in ours:
            continue
        ends = walk.named((link.a, link.b))
        if len(ends) == 2:
            a, b = ends[link.a], ends[link.b]
            yield Question(match, (a, b), tuple(one for end in (a, b) for one in evidence(store, view, end)))


def documents(store: Store, view: View, unit: Named, limit: int | None = None) -> list[str]:
    """The ids of the documents whose casts have a unit.

    To a profile that only people's words set apart no cast points: these words know its document.
    """
    casts = store.neighbours(view, [unit.id], [schema.CASTS], "in", limit=limit).source
    if casts or is_name(unit.unit.profile.id):
        return [record.body["document"] for record in store.get(view, casts).values()]
    said = store.neighbours(view, [unit.id], [schema.SAME_AS, schema.DIFFERS], "in").source
    words = map(schema.from_record, store.get(view, list(dict.fromkeys(said))).values())
    key = unit.unit.profile.id
    found = (one.documents[key] for one in words if isinstance(one, Word) and key in one.documents)
    return list(dict.fromkeys(found))[:limit]


def evidence(store: Store, view: View, unit: Named, limit: int = 1) -> list[Sentence]:
    """Sentences that name a unit by its full name, in documents that mean it so."""
    own = set(documents(store, view, unit, _READ))
    found: list[Sentence] = []
    kinds = [*schema.ENTITY_EDGES, schema.NAMES, schema.REFERS]
    for name in sorted(unit.unit.called):
        entity = entity_id(unit.namespace, name)
        ids = store.neighbours(view, [entity], kinds, "in", limit=_READ).source
        sentences = store.get(view, list(dict.fromkeys(ids)))
        passages = store.get(view, list({record.body["passage"] for record in sentences.values()}))
        for record in (sentences[id] for id in dict.fromkeys(ids) if id in sentences):
            value = schema.from_record(record)
            home = passages.get(record.body["passage"])
            if isinstance(value, Sentence) and home and home.body["document"] in own and value not in found:
                found.append(value)
    return found[:limit]
