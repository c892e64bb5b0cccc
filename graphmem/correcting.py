"""What a person changes: each verb gives the changes that keep their word, and touches nothing that was read.

So a word outlives its source: read again, the source meets it. Only where a mention is said to name someone
else does the sentence itself change too, for its edges leave from it; it is corrected anew at every reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from graphmem import relations, schema
from graphmem.amending import corrected, reread
from graphmem.changes import diff
from graphmem.corrections import Correction, Span
from graphmem.edits import document_records, replacement
from graphmem.errors import InputError, NotFound
from graphmem.identity import correction_id, entity_id, fold
from graphmem.saying import Said, said
from graphmem.slots import Dispute
from graphmem.statements import (
    SUBJECT,
    Fact,
    Interval,
    Participant,
    Retraction,
    Statement,
    event_id,
    fact_id,
)
from graphmem.stores.base import Store
from graphmem.types import Change, Entity, Record, Sentence, View

NAME: Final = "name"
"""The label of what nobody said more of."""


@dataclass(frozen=True, slots=True)
class Hand:
    """Who writes, when, and in which namespace."""

    namespace: str
    by: str
    at: datetime


def entity(store: Store, view: View, namespace: str, name: str) -> Entity:
    """The entity with an id or a name.

    Raises:
        NotFound: there is none.
    """
    found = store.get(view, [name, entity_id(namespace, fold(name))])
    for record in found.values():
        if record.kind == schema.ENTITY:
            value = schema.from_record(record)
            assert isinstance(value, Entity)
            return value
    raise NotFound(f"no name {name!r} in namespace {namespace!r}: 'graphmem query' finds how it is written")


def fact(store: Store, view: View, id: str) -> Fact:
    """The fact or event with an id.

    Raises:
        NotFound: there is none.
    """
    record = store.get(view, [id]).get(id)
    value = schema.from_record(record) if record else None
    if not isinstance(value, Fact):
        raise NotFound(
            f"no fact or event {id!r}: 'graphmem facts NAME' lists those of a name, with their ids"
        )
    return value


def word(store: Store, view: View, hand: Hand, target: str) -> tuple[Record | None, Correction]:
    """What was said of a record so far, as the record that keeps it and as a value to say more with."""
    record = store.get(view, [correction_id(target)]).get(correction_id(target))
    before = schema.from_record(record) if record else None
    if isinstance(before, Correction):
        return record, replace(before, by=hand.by, at=hand.at)
    return None, Correction.of(hand.namespace, target, hand.by, hand.at)


def _said_of(before: Record | None, now: Correction) -> tuple[Change, ...]:
    """The change that keeps a word; one that says nothing any more goes."""
    after = None if now.empty else schema.to_record(now)
    return (Change(before, after),) if before or after else ()


def rename(store: Store, view: View, hand: Hand, of: Entity, name: str) -> tuple[Change, ...]:
    """An entity is shown by a name; an empty one takes that back."""
    before, now = word(store, view, hand, of.id)
    return _said_of(before, replace(now, called=" ".join(name.split())))


def retype(store: Store, view: View, hand: Hand, of: Entity, label: str) -> tuple[Change, ...]:
    """An entity is of a kind ("person"); an empty one takes that back."""
    before, now = word(store, view, hand, of.id)
    return _said_of(before, replace(now, typed=label.strip().lower()))


def retract(
    store: Store, view: View, hand: Hand, of: Fact, why: str = "", instead: str = ""
) -> tuple[Change, ...]:
    """What a sentence states is not so, the fact and its event, whoever says so again.

    ``instead`` is the fact that holds in its place.
    """
    retraction = Retraction(by=hand.by, at=hand.at, why=why, instead=instead)
    changes: list[Change] = []
    for id in ids_of(of.namespace, source(store, view, of)):
        before, now = word(store, view, hand, id)
        changes += _said_of(before, replace(now, retraction=retraction))
    return tuple(changes)


def admit(store: Store, view: View, hand: Hand, of: Fact) -> tuple[Change, ...]:
    """A fact that was retracted is so after all.

    Raises:
        InputError: nobody retracted it.
    """
    if of.retraction is None:
        raise InputError(f"nobody retracted {of.id} ({of.text})")
    changes: list[Change] = []
    for id in ids_of(of.namespace, source(store, view, of)):
        before, now = word(store, view, hand, id)
        changes += _said_of(before, replace(now, retraction=None))
    return tuple(changes)


def stand(store: Store, view: View, hand: Hand, dispute: Dispute) -> tuple[Change, ...]:
    """The facts of a dispute may stand beside each other; one more of them opens it again."""
    before, now = word(store, view, hand, dispute.slot)
    return _said_of(before, replace(now, stand=now.stand | set(dispute.facts)))


def ids_of(namespace: str, statement: Statement) -> list[str]:
    """The fact and the event that a statement supports."""
    found = [fact_id(namespace, statement)] if statement.is_fact else []
    return [*found, event_id(namespace, statement)] if statement.is_event else found


def stated(store: Store, view: View, hand: Hand, statement: Statement) -> tuple[Change, ...]:
    """A person states something: a small document of their own, or none if they said just that before."""
    names = {one.entity: entity_id(hand.namespace, fold(one.entity)) for one in statement.participants}
    records = store.get(view, [id for name, id in names.items() if name])
    labels = [_label(records.get(names[one.entity])) for one in statement.participants]
    new: Said = said(hand.namespace, hand.by, hand.at, statement, labels)
    old = document_records(store, view, new.document.id)
    if old:
        return ()
    sentences, who = corrected(store, view, new.document, [new.passage], [new.sentence], new.cast)
    return replacement(old, new.document, [new.passage], sentences, who)


def _label(record: Record | None) -> str:
    value = schema.from_record(record) if record else None
    return (value.label if isinstance(value, Entity) else "") or NAME


@lru_cache(maxsize=1)
def _known() -> relations.Schema:
    return relations.load()


def related(
    subject: str,
    relation: str,
    object: str,
    *,
    when: Interval | None = None,
    negated: bool = False,
    literal: bool = False,
    known: relations.Schema | None = None,
) -> Statement:
    """The statement that a relation holds: a known one by its name or in words, or a verb of the user's own.

    Raises:
        InputError: a part of it is empty.
    """
    parts = {"subject": subject, "relation": relation, "object": object}
    for part, text in parts.items():
        if not text.strip():
            raise InputError(f"the {part} is empty: say who, what and whom, as in 'Ann lives_in Oslo'")
    words = " ".join(relation.replace("_", " ").split())
    found = (known or _known()).relations.get("_".join(words.lower().split()))
    roles = sorted(found.roles) if found else []
    role = "place" if "place" in roles else roles[0] if roles else "object"
    name = "" if literal or role in ("time", "quantity") else " ".join(object.split())
    return Statement(
        predicate=words,
        lemma=words.lower(),
        relation=found.name if found else "",
        functional=bool(found and found.functional),
        permanent=bool(found and found.permanent),
        participants=(
            Participant(role=SUBJECT, text=subject, entity=" ".join(subject.split())),
            Participant(role=role, text=" ".join(object.split()), entity=name),
        ),
        negated=negated,
        when=when,
    )


def source(store: Store, view: View, of: Fact) -> Statement:
    """A statement that supports a fact or an event: that of the first sentence by id."""
    edges = store.neighbours(view, [of.id], [schema.STATES, schema.TELLS], "in", limit=1)
    record = store.get(view, edges.source).get(edges.source[0]) if edges.source else None
    for statement in schema.stated(record) if record else ():
        if of.id in ids_of(of.namespace, statement):
            return statement
    raise NotFound(f"no sentence states {of.id} ({of.text}) now: read it again")


def pin(store: Store, view: View, hand: Hand, of: Fact) -> tuple[Change, ...]:
    """A person vouches for what a sentence states: the fact, and its event if it is one, stay without it.

    None, if they vouched for just that before.
    """
    return stated(store, view, hand, _unsaid(source(store, view, of)))


def _unsaid(statement: Statement, **changed: Any) -> Statement:
    """A statement in its sentence's words, on nobody else's word and in no order of events."""
    return replace(statement, said_by="", follows="", at=None, confidence=1.0, **changed)


def correct(
    store: Store, view: View, hand: Hand, of: Fact, *, object: str = "", when: Interval | None = None
) -> tuple[tuple[Change, ...], str]:
    """A fact has another object or time: it is retracted, and what holds instead is stated; that one's id.

    Raises:
        InputError: nothing is changed, or it has no object.
    """
    statement = source(store, view, of)
    participants = list(statement.participants)
    if object:
        if len(participants) < 2:
            raise InputError(f"{of.id} ({of.text}) has no object to correct")
        text = " ".join(object.split())
        participants[1] = replace(participants[1], text=text, entity=text if participants[1].entity else "")
    statement = _unsaid(statement, participants=tuple(participants), when=when or statement.when)
    instead = ids_of(hand.namespace, statement)
    if of.id in instead:
        raise InputError(f"{of.id} says that already: {of.text}")
    changes = stated(store, view, hand, statement)
    return (*changes, *retract(store, view, hand, of, instead=instead[0])), instead[0]


def move(
    store: Store,
    view: View,
    hand: Hand,
    sentences: Iterable[Sentence],
    places: Mapping[str, Sequence[Span]],
    name: str,
) -> tuple[Change, ...]:
    """Mentions of sentences, by id and place, name someone else; the casts of their documents follow.

    Sentences of passages asleep are told so as well, and sleep on.

    Raises:
        InputError: the name is empty.
    """
    name = " ".join(name.split())
    if not fold(name):
        raise InputError("the name is empty: say whom or what the mentions name")
    said: list[Change] = []
    moved: dict[str, dict[Span, str]] = {}
    for id, spans in places.items():
        before, now = word(store, view, hand, id)
        moved[id] = {**now.moved, **dict.fromkeys(spans, name)}
        said += _said_of(before, replace(now, moved=moved[id]))
    passages = store.get(view, list({one.passage for one in sentences if one.id in moved}))
    for document in sorted({str(record.body["document"]) for record in passages.values()}):
        old = document_records(store, view, document)
        said += diff(old, reread(old, moved))
    return tuple(said)


def places_of(sentences: Iterable[Sentence], of: Entity) -> dict[str, list[Span]]:
    """Where sentences name an entity, by the sentence's id: as such, or by a word that stands for it."""
    found: dict[str, list[Span]] = {}
    for sentence in sentences:
        spans = [(m.start, m.end) for m in sentence.mentions if m.end and fold(m.of or m.name) == of.key]
        if spans:
            found[sentence.id] = spans
    return found
