"""What follows from the logged records and is never logged: entities, facts, events, slots, who is who.

The first three are counted: entities from mentions, facts and events from statements. Counting is
commutative, so each is the same whatever the order in which its documents came, and forgetting a document
subtracts exactly what ingesting it added. What a person says of one of them is added to it, and waits for
it where it is not there. Slots (``slotting``) and who is who (``registering``) are no counts, but follow as
strictly.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final, TypeVar

from graphmem import schema
from graphmem.corrections import Correction
from graphmem.identity import correction_id, entity_id, fold
from graphmem.registering import Get, identities
from graphmem.shown import shown
from graphmem.slotting import slots
from graphmem.statements import FOREVER, ONE, Event, Fact, Statement, Support, event_id, fact_id
from graphmem.types import Change, Entity, Record, Schema

C = TypeVar("C")
K = TypeVar("K")
_STATED: Final = (schema.FACT, schema.EVENT)


@dataclass(slots=True)
class _Count:
    """How often an entity was met: by surface, label, as opening word, by a part of its name, a pronoun."""

    namespace: str
    key: str
    surfaces: Counter[str] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)
    openings: int = 0
    references: Counter[str] = field(default_factory=Counter)
    pronouns: int = 0


@dataclass(slots=True)
class _Support:
    """How often a fact or an event was stated, by wording, and what it came after."""

    namespace: str
    statement: Statement
    supports: Counter[Support] = field(default_factory=Counter)
    follows: Counter[str] = field(default_factory=Counter)


def _tally(counts: dict[str, _Count], record: Record, sign: int) -> None:
    """Add the mentions of a sentence to the counts, or take them away."""
    for name, label, role in schema.named(record):
        key = fold(name)
        id = entity_id(record.namespace, key)
        count = counts.setdefault(id, _Count(record.namespace, key))
        count.surfaces[name] += sign
        count.labels[label] += sign
        count.openings += sign * (role == "opening")
    for surface, full, role in schema.referring(record):
        key = fold(full)
        id = entity_id(record.namespace, key)
        count = counts.setdefault(id, _Count(record.namespace, key))
        if role == "pronoun":
            count.pronouns += sign
        else:
            count.references[surface] += sign


def _add(a: Mapping[K, int], b: Mapping[K, int]) -> dict[K, int]:
    if not a:
        return {key: b[key] for key in sorted(b) if b[key]}  # type: ignore[type-var]
    total = {key: a.get(key, 0) + b.get(key, 0) for key in a.keys() | b.keys()}
    return {key: total[key] for key in sorted(total) if total[key]}  # type: ignore[type-var]


def derive(changes: Sequence[Change], get: Get) -> list[Change]:
    """The changes of derived records that follow from changes of sentences, casts and what people say."""
    counts: dict[str, _Count] = {}
    found: dict[str, _Support] = {}
    said: dict[str, Correction | None] = {}
    for change in changes:
        for record, sign in ((change.before, -1), (change.after, +1)):
            if record is not None:
                _tally(counts, record, sign)
                _weigh(found, record, sign)
                _hear(said, record, sign)
    current = get([*counts, *found, *said]) if counts or found or said else {}
    said = _said_before([id for id in (*counts, *found) if id not in current], get) | said
    entities = {id: counts.get(id) for id in (*counts, *said) if _is(current, id, counts, schema.ENTITY)}
    facts = {id: found.get(id) for id in (*found, *said) if _is(current, id, found, *_STATED)}
    derived = [
        *_changed(current, entities, partial(_entity_record, said=said)),
        *(stated := _changed(current, facts, partial(_fact_record, said=said))),
    ]
    return [*derived, *slots(stated, get), *identities(changes, get)]


def _is(current: Mapping[str, Record], id: str, counted: Container[str], *kinds: str) -> bool:
    """Whether an id is of a record of a kind that is there, or is counted now."""
    return id in counted or (id in current and current[id].kind in kinds)


def _hear(said: dict[str, Correction | None], record: Record, sign: int) -> None:
    """Take what a person says of a record, or that it is taken back."""
    if record.kind == schema.CORRECTION:
        one = schema.from_record(record)
        assert isinstance(one, Correction)
        said[one.target] = one if sign > 0 else None


def _said_before(born: Sequence[str], get: Get) -> dict[str, Correction | None]:
    """What people said of records that come (again) now."""
    values = map(schema.from_record, get(map(correction_id, born)).values()) if born else ()
    return {one.target: one for one in values if isinstance(one, Correction)}


def _changed(
    current: Mapping[str, Record],
    counted: Mapping[str, C | None],
    record_of: Callable[[str, C | None, Record | None], Record | None],
) -> list[Change]:
    """The changes of derived records to what they come to with what was counted."""
    derived = []
    for id, own in counted.items():
        before = current.get(id)
        after = record_of(id, own, before)
        if after != before:
            derived.append(Change(before, after))
    return derived


def _entity_record(
    id: str, count: _Count | None, before: Record | None, said: Mapping[str, Correction | None]
) -> Record | None:
    """The entity with what was counted added; None if nothing mentions it any more."""
    body = before.body if before else {}
    if count is None:
        assert before is not None
        count = _Count(before.namespace, body["key"])
    surfaces = _add(body.get("surfaces", {}), count.surfaces)
    references = _add(body.get("references", {}), count.references)
    pronouns = body.get("pronouns", 0) + count.pronouns
    if not surfaces and not references and not pronouns:
        return None
    word = said.get(id)
    given = (word.called, word.typed) if word else ("", "")
    entity = Entity(
        id=id,
        namespace=count.namespace,
        key=count.key,
        surfaces=surfaces,
        labels=_add(body.get("labels", {}), count.labels),
        openings=body.get("openings", 0) + count.openings,
        references=references,
        pronouns=pronouns,
        called=given[0] if id in said else body.get("called", ""),
        typed=given[1] if id in said else body.get("typed", ""),
    )
    return schema.to_record(entity)


def _weigh(found: dict[str, _Support], record: Record, sign: int) -> None:
    """Add the statements of a sentence to what they support, or take them away."""
    moment = record.body.get("at") or ""
    for statement in schema.stated(record):
        support = Support(
            predicate=statement.predicate,
            texts=tuple(one.entity or one.text for one in statement.participants),
            confidence=statement.confidence,
            said_by=statement.said_by,
            by=statement.by,
            at=statement.at.isoformat() if statement.at else moment,
            holds=FOREVER if statement.permanent else ONE if statement.functional else "",
        )
        if statement.is_fact:
            id = fact_id(record.namespace, statement)
            found.setdefault(id, _Support(record.namespace, statement)).supports[support] += sign
        if statement.is_event:
            id = event_id(record.namespace, statement)
            event = found.setdefault(id, _Support(record.namespace, statement))
            event.supports[support] += sign
            if statement.follows:
                event.follows[statement.follows] += sign


def _fact_record(
    id: str, own: _Support | None, before: Record | None, said: Mapping[str, Correction | None]
) -> Record | None:
    """The fact or event with what was counted added; None if nothing supports it any more."""
    if own is None:
        assert before is not None
        fact = schema.from_record(before)
        assert isinstance(fact, Fact)
    else:
        counted = _fact(id, own, before)
        if counted is None:
            return None
        fact = counted
    word = said.get(id)
    if id in said:
        fact = replace(fact, retraction=word.retraction if word else None)
    return schema.to_record(fact)


def _fact(id: str, own: _Support, before: Record | None) -> Fact | None:
    old = schema.from_record(before) if before else None
    assert old is None or isinstance(old, Fact)
    supports = _add(old.supports if old else {}, own.supports)
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
        retraction=old.retraction if old else None,
    )
    if not event:
        return fact
    follows = _add(old.follows if isinstance(old, Event) else {}, own.follows)
    fields = {name: getattr(fact, name) for name in Fact.__slots__}
    return Event(**fields, follows=follows)


SCHEMA: Final = Schema(
    logged=frozenset(
        {
            schema.DOCUMENT,
            schema.PASSAGE,
            *schema.SENTENCE_KINDS.values(),
            schema.EPISODE,
            schema.CAST,
            schema.DECISION,
            schema.CORRECTION,
            schema.GRANT,
            schema.TRUST,
            schema.NOTE,
            schema.USE,
            schema.TASK,
        }
    ),
    derived=frozenset(
        {
            schema.ENTITY,
            *_STATED,
            schema.SLOT,
            schema.DISPUTE,
            schema.UNIT,
            schema.BLOCK,
            schema.MATCH,
        }
    ),
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
            schema.CORRECTS,
            schema.DISPUTES,
            schema.MADE_OF,
            schema.LINKS,
            schema.GATHERS,
            schema.LEADS_TO,
            schema.USES,
            schema.NEEDS,
            schema.STEP_OF,
            schema.SHOWS,
        }
    ),
    index=schema.index,
    derive=derive,
    shown=shown,
    asked=frozenset({schema.CAST, schema.CORRECTION}),
)
