"""Facts and events with what an export tells of each: how it stands, its evidence, how it was stated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from graphmem import schema, standing
from graphmem.identity import entity_id
from graphmem.standing import Standing
from graphmem.statements import Event, Fact, Participant, Statement, event_id, fact_id
from graphmem.stores.base import Store
from graphmem.types import Document, Passage, Sentence, View

TOGETHER: Final = 500
"""Facts that are looked up in one read."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A fact or an event, how it stands, the sentences that state it, and the statement of the first.

    ``event`` is the id of the event that the same statement tells, where a fact has one.
    """

    fact: Fact
    stands: Standing
    evidence: tuple[str, ...]
    said: Statement

    @property
    def event(self) -> str:
        """The id of the event that this fact's statement tells too; empty if it tells none."""
        told = not isinstance(self.fact, Event) and self.said.is_event
        return event_id(self.fact.namespace, self.said) if told else ""

    @property
    def held(self) -> bool:
        """Whether it is plainly said and nothing ended it, took it back or throws doubt on it."""
        return self.stands.current and not self.fact.negated and not self.fact.modality


@dataclass(frozen=True, slots=True)
class Source:
    """Where a sentence stands."""

    sentence: Sentence
    passage: Passage
    document: Document


def claims(store: Store, view: View, at: datetime, reader: str) -> Iterator[Claim]:
    """Facts, then events, by id; in a view as of a moment those alone that held then.

    Args:
        store: where they are.
        view: which; without ``as_of`` those too that do not hold any more, and say so.
        at: the moment at which they stand as told.
        reader: whose trust in sources counts.
    """
    for kind in (schema.FACT, schema.EVENT):
        records = store.scan(view, kind)
        while block := list(islice(records, TOGETHER)):
            values = [value for value in map(schema.from_record, block) if isinstance(value, Fact)]
            stands = standing.standings(store, view, values, view.as_of or at, reader)
            if view.as_of is not None:
                values = [one for one in values if stands[one.id].state == "holds"]
            yield from _with_evidence(store, view, values, stands)


def _with_evidence(
    store: Store, view: View, facts: Sequence[Fact], stands: dict[str, Standing]
) -> Iterator[Claim]:
    ids = [one.id for one in facts]
    edges = store.neighbours(view, ids, [schema.STATES, schema.TELLS], "in")
    stated: dict[str, list[str]] = {}
    for sentence, fact in sorted(zip(edges.source, edges.target, strict=True)):
        stated.setdefault(fact, []).append(sentence)
    first = store.get(view, sorted({sentences[0] for sentences in stated.values()}))
    for one in facts:
        sentences = stated.get(one.id, [])
        record = first.get(sentences[0]) if sentences else None
        said = _said(one, schema.stated(record) if record else ())
        yield Claim(one, stands[one.id], tuple(sentences), said)


def _said(fact: Fact, statements: Iterable[Statement]) -> Statement:
    """The statement of a sentence that states a fact; one in the fact's own words if none is in view."""
    id_of = event_id if isinstance(fact, Event) else fact_id
    for statement in statements:
        if id_of(fact.namespace, statement) == fact.id:
            return statement
    return Statement(
        predicate=fact.predicate, lemma=fact.relation, participants=fact.participants, happens=fact.happens
    )


def entity_of(fact: Fact, one: Participant) -> str:
    """The id of the entity that takes part; empty for a literal."""
    return entity_id(fact.namespace, one.key[1:]) if one.key.startswith("=") else ""


def sources(store: Store, view: View, sentences: Iterable[str]) -> dict[str, Source]:
    """Where sentences stand, by id; those out of view are left out."""
    kinds = schema.SENTENCE_KINDS.values()
    found = {id: one for id, one in store.get(view, list(sentences)).items() if one.kind in kinds}
    passages = store.get(view, list({record.body["passage"] for record in found.values()}))
    documents = store.get(view, list({record.body["document"] for record in passages.values()}))
    places: dict[str, Source] = {}
    for id, record in found.items():
        passage = passages.get(record.body["passage"])
        document = documents.get(passage.body["document"]) if passage else None
        values = [schema.from_record(one) for one in (record, passage, document) if one]
        match values:
            case [Sentence() as own, Passage() as around, Document() as whole]:
                places[id] = Source(own, around, whole)
            case _:
                continue
    return places
