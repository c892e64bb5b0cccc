"""What follows from the logged records and is never logged: entities, facts, events, and who is who.

The first three are counted: entities from mentions, facts and events from statements. Counting is
commutative, so each is the same whatever the order in which its documents came, and forgetting a document
subtracts exactly what ingesting it added. Who is who is no count, but follows as strictly (``registering``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from graphmem import bodies, schema
from graphmem.identity import entity_id, fold
from graphmem.registering import Get, identities
from graphmem.shown import shown
from graphmem.statements import Event, Fact, Statement, Support, event_id, fact_id
from graphmem.types import Change, Entity, Record, Schema

K = TypeVar("K")


@dataclass(slots=True)
class _Count:
    """How often an entity was met: by surface, label, as opening word, and by a part of its name."""

    namespace: str
    key: str
    surfaces: Counter[str] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)
    openings: int = 0
    references: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class _Support:
    """How often a fact or an event was stated, by wording, and what it came after."""

    namespace: str
    statement: Statement
    supports: Counter[Support] = field(default_factory=Counter)
    follows: Counter[str] = field(default_factory=Counter)


def _tally(counts: dict[str, _Count], record: Record | None, sign: int) -> None:
    """Add the mentions of a sentence to the counts, or take them away."""
    if record is None:
        return
    for name, label, role in schema.named(record):
        key = fold(name)
        id = entity_id(record.namespace, key)
        count = counts.setdefault(id, _Count(record.namespace, key))
        count.surfaces[name] += sign
        count.labels[label] += sign
        count.openings += sign * (role == "opening")
    for surface, full, role in schema.referring(record):
        if role != "pronoun":
            key = fold(full)
            id = entity_id(record.namespace, key)
            counts.setdefault(id, _Count(record.namespace, key)).references[surface] += sign


def _add(a: Mapping[K, int], b: Mapping[K, int]) -> dict[K, int]:
    if not a:
        return {key: b[key] for key in sorted(b) if b[key]}  # type: ignore[type-var]
    total = {key: a.get(key, 0) + b.get(key, 0) for key in a.keys() | b.keys()}
    return {key: total[key] for key in sorted(total) if total[key]}  # type: ignore[type-var]


def derive(changes: Sequence[Change], get: Get) -> list[Change]:
    """The changes of derived records that follow from changes of sentences, casts and decisions."""
    return [*_entities(changes, get), *_facts(changes, get), *identities(changes, get)]


def _entities(changes: Sequence[Change], get: Get) -> list[Change]:
    counts: dict[str, _Count] = {}
    for change in changes:
        _tally(counts, change.before, -1)
        _tally(counts, change.after, +1)
    current = get(counts)
    derived = []
    for id, count in counts.items():
        before = current.get(id)
        after = _entity_record(id, count, before)
        if after != before:
            derived.append(Change(before, after))
    return derived


def _entity_record(id: str, count: _Count, before: Record | None) -> Record | None:
    """The entity with what was counted added; None if nothing mentions it any more."""
    body = before.body if before else {}
    surfaces = _add(body.get("surfaces", {}), count.surfaces)
    references = _add(body.get("references", {}), count.references)
    if not surfaces and not references:
        return None
    entity = Entity(
        id=id,
        namespace=count.namespace,
        key=count.key,
        surfaces=surfaces,
        labels=_add(body.get("labels", {}), count.labels),
        openings=body.get("openings", 0) + count.openings,
        references=references,
    )
    return schema.to_record(entity)


def _weigh(found: dict[str, _Support], record: Record | None, sign: int) -> None:
    """Add the statements of a sentence to what they support, or take them away."""
    if record is None:
        return
    at = record.body.get("at") or ""
    for statement in schema.stated(record):
        texts = tuple(one.entity or one.text for one in statement.participants)
        said = (statement.predicate, texts, statement.confidence, statement.said_by, statement.by, at)
        support = Support(*said)
        if statement.is_fact:
            id = fact_id(record.namespace, statement)
            found.setdefault(id, _Support(record.namespace, statement)).supports[support] += sign
        if statement.is_event:
            id = event_id(record.namespace, statement)
            event = found.setdefault(id, _Support(record.namespace, statement))
            event.supports[support] += sign
            if statement.follows:
                event.follows[statement.follows] += sign


def _facts(changes: Sequence[Change], get: Get) -> list[Change]:
    found: dict[str, _Support] = {}
    for change in changes:
        _weigh(found, change.before, -1)
        _weigh(found, change.after, +1)
    current = get(found) if found else {}
    derived = []
    for id, own in found.items():
        before = current.get(id)
        after = _fact_record(id, own, before)
        if after != before:
            derived.append(Change(before, after))
    return derived


def _fact_record(id: str, own: _Support, before: Record | None) -> Record | None:
    """The fact or event with what was counted added; None if nothing supports it any more."""
    body = before.body if before else {}
    supports = _add(bodies.read_supports(body), own.supports)
    if not supports:
        return None
    said = own.statement
    event = id == event_id(own.namespace, said)
    fact = Fact(
        id=id,
        namespace=own.namespace,
        relation=said.lemma if event else said.relation or said.lemma,
        participants=said.participants,
        happens=said.happens,
        negated=said.negated,
        modality=said.modality,
        when=said.when,
        supports=supports,
    )
    if not event:
        return schema.to_record(fact)
    follows = _add(body.get("follows", {}), own.follows)
    fields = {name: getattr(fact, name) for name in Fact.__slots__}
    return schema.to_record(Event(**fields, follows=follows))


SCHEMA: Final = Schema(
    logged=frozenset(
        {
            schema.DOCUMENT,
            schema.PASSAGE,
            *schema.SENTENCE_KINDS.values(),
            schema.EPISODE,
            schema.CAST,
            schema.DECISION,
        }
    ),
    derived=frozenset({schema.ENTITY, schema.FACT, schema.EVENT, schema.UNIT, schema.BLOCK, schema.MATCH}),
    edges=frozenset(
        {
            schema.PART_OF,
            schema.FOLLOWS,
            schema.HOLDS,
            schema.NAMES,
            schema.REFERS,
            schema.STATES,
            schema.TELLS,
            *schema.ENTITY_EDGES,
            *schema.PARTICIPANT_EDGES,
            schema.CASTS,
            schema.CALLED,
            *schema.BAND_EDGES,
        }
    ),
    index=schema.index,
    derive=derive,
    shown=shown,
    asked=frozenset({schema.CAST}),
)
