"""What comes together when two names are said to be one: looked at before it is done."""

from __future__ import annotations

from dataclasses import dataclass, replace

from graphmem import schema
from graphmem.edits import document_records
from graphmem.folding import unfolded
from graphmem.identities import identity
from graphmem.slots import Odds, Slot, course
from graphmem.slotting import place
from graphmem.statements import Fact
from graphmem.stores.base import Store
from graphmem.types import Entity, Sentence, View


@dataclass(frozen=True, slots=True)
class Side:
    """One of two identities: its names, and how many sentences name it and facts tell of it."""

    names: tuple[str, ...]
    labels: tuple[str, ...]
    sentences: int
    facts: int


@dataclass(frozen=True, slots=True)
class Merger:
    """Two identities before they become one: what each brings, and which facts would be at odds.

    ``together`` is whether they are one already.
    """

    a: Side
    b: Side
    together: bool
    odds: tuple[tuple[str, Odds], ...]


def sentences(store: Store, view: View, document: str) -> list[Sentence]:
    """The sentences of a document, those asleep too."""
    values = unfolded(map(schema.from_record, document_records(store, view, document)))
    return [one for one in values if isinstance(one, Sentence)]


def merger(store: Store, view: View, a: Entity, b: Entity) -> Merger:
    """What saying that two entities are one would bring together."""
    ours, theirs = (tuple(identity(store, view, one)) for one in (a, b))
    facts = _facts(store, view, [one.id for one in ours]), _facts(store, view, [one.id for one in theirs])
    return Merger(
        _side(store, view, ours, facts[0]),
        _side(store, view, theirs, facts[1]),
        bool({one.id for one in ours} & {one.id for one in theirs}),
        tuple(_odds(facts[0], facts[1])),
    )


def _side(store: Store, view: View, entities: tuple[Entity, ...], facts: list[Fact]) -> Side:
    kinds = [*schema.ENTITY_EDGES, schema.NAMES, schema.REFERS]
    found = store.neighbours(view, [one.id for one in entities], kinds, "in").source
    return Side(
        tuple(one.name for one in entities),
        tuple(dict.fromkeys(one.label for one in entities if one.label)),
        len(set(found)),
        len(facts),
    )


def _facts(store: Store, view: View, entities: list[str]) -> list[Fact]:
    ids = store.neighbours(view, entities, schema.PARTICIPANT_EDGES, "in").source
    values = map(schema.from_record, store.get(view, list(dict.fromkeys(ids))).values())
    return [one for one in values if isinstance(one, Fact)]


def _odds(ours: list[Fact], theirs: list[Fact]) -> list[tuple[str, Odds]]:
    """Where facts of both sides would be at odds in one slot, by relation."""
    mine = {fact.id for fact in ours}
    slots: dict[str, Slot] = {}
    for fact in (*ours, *theirs):
        if slot := place(fact):
            entries = slots[fact.relation].entries if fact.relation in slots else {}
            slots[fact.relation] = replace(slot, entries={**entries, **slot.entries})
    return [
        (relation, odds)
        for relation, slot in sorted(slots.items())
        for odds in course(slot).odds
        if len({fact in mine for fact in odds.facts}) > 1
    ]
