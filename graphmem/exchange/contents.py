"""What of a memory other programs are given: nodes and links, in plain fields.

Documents, passages, sentences, entities, facts and events are nodes. What a memory keeps for itself (casts,
blocks, matches, slots, people's words) is not given; what follows from it is: ``same_as`` between entities
that are one, and how a fact stands.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, TypeAlias

from graphmem import bodies, schema
from graphmem.casts import Named
from graphmem.exchange.claims import Claim, claims, entity_of
from graphmem.identities import Walk
from graphmem.identity import entity_id
from graphmem.resolution import component
from graphmem.resolution import entities as sets_of
from graphmem.resolution.profile import is_name
from graphmem.statements import Event
from graphmem.stores.base import Store
from graphmem.types import Entity, Record, View

Field: TypeAlias = str | int | float | bool | datetime | list[str]

RELATES: Final = "relates"
"""The link from a fact's subject to each other entity that takes part, for programs that draw no facts."""
_SENTENCE: Final = "sentence"
NODE_FIELDS: Final[dict[str, type]] = {
    "kind": str,
    "namespace": str,
    "name": str,
    "label": str,
    "aliases": list,
    "mentions": int,
    "uri": str,
    "title": str,
    "form": str,
    "written_at": datetime,
    "text": str,
    "heading": str,
    "speaker": str,
    "caption": str,
    "at": datetime,
    "position": int,
    "predicate": str,
    "relation": str,
    "lemma": str,
    "participants": str,
    "valid_at": datetime,
    "invalid_at": datetime,
    "precision": str,
    "timex": str,
    "confidence": float,
    "evidence": list,
    "stated": int,
    "said_by": list,
    "happens": bool,
    "negated": bool,
    "modality": str,
    "holds_for": str,
    "state": str,
    "why": str,
    "event": str,
}
"""Every field of a node, and what it is; ``participants`` is JSON: [[role, case, text, name], …]."""
LINK_FIELDS: Final[dict[str, type]] = {
    "kind": str,
    "weight": float,
    "role": str,
    "case": str,
    "relation": str,
    "predicate": str,
    "fact": str,
    "valid_at": datetime,
    "invalid_at": datetime,
    "confidence": float,
    "state": str,
    "negated": bool,
    "modality": str,
}
"""Every field that a link can have."""


@dataclass(frozen=True, slots=True)
class Node:
    """A thing by its id; ``kind`` is document, passage, sentence, entity, fact or event."""

    id: str
    kind: str
    fields: Mapping[str, Field]

    @property
    def row(self) -> dict[str, Field]:
        """All fields with the kind, in the order of ``NODE_FIELDS``."""
        told = {"kind": self.kind, **self.fields}
        return {name: told[name] for name in NODE_FIELDS if name in told}


@dataclass(frozen=True, slots=True)
class Link:
    """A directed edge between two nodes that are there."""

    source: str
    target: str
    kind: str
    fields: Mapping[str, Field]

    @property
    def row(self) -> dict[str, Field]:
        """All fields with the kind, in the order of ``LINK_FIELDS``."""
        told = {"kind": self.kind, **self.fields}
        return {name: told[name] for name in LINK_FIELDS if name in told}


class Contents:
    """The nodes and links of a view at a moment, as a namespace reads them.

    ``links`` gives those whose both ends were given before it, by ``nodes`` or by ``parts`` and ``claims``.
    """

    def __init__(self, store: Store, view: View, at: datetime, reader: str) -> None:
        self._store = store
        self._view = view
        self._at = at
        self._reader = reader
        self._there: set[str] = set()
        self._of_claims: list[Link] = []

    def nodes(self) -> Iterator[Node]:
        """The parts, then facts and events as nodes."""
        yield from self.parts()
        yield from map(claim_node, self.claims())

    def parts(self) -> Iterator[Node]:
        """Documents, passages, sentences and entities, each by id."""
        for kind in (schema.DOCUMENT, schema.PASSAGE, *schema.SENTENCE_KINDS.values(), schema.ENTITY):
            for record in self._store.scan(self._view, kind):
                self._there.add(record.id)
                yield _node(record)

    def claims(self) -> Iterator[Claim]:
        """Facts, then events, by id."""
        told: set[str] = set()
        for claim in claims(self._store, self._view, self._at, self._reader):
            self._there.add(claim.fact.id)
            told.add(claim.event)
            self._of_claims += claim_links(claim, covered=claim.fact.id in told)
            yield claim

    def links(self) -> Iterator[Link]:
        """Where parts belong, what sentences name and state, who takes part in what, and who is one."""
        for link in self._links():
            if link.source in self._there and link.target in self._there:
                yield link

    def _links(self) -> Iterator[Link]:
        for kind in (schema.PASSAGE, *schema.SENTENCE_KINDS.values()):
            for record in self._store.scan(self._view, kind):
                for edge in schema.index(record).edges:
                    yield Link(record.id, edge.target, edge.kind, {"weight": edge.weight})
        yield from self._of_claims
        for a, b in same(self._store, self._view):
            yield Link(a, b, schema.SAME_AS, {})


def _node(record: Record) -> Node:
    body = record.body
    told: dict[str, Field | None]
    if record.kind == schema.ENTITY:
        value = schema.from_record(record)
        assert isinstance(value, Entity)
        told = {"name": value.name, "label": value.label, "aliases": list(value.aliases)}
        return _made(record, schema.ENTITY, {**told, "mentions": value.mentions})
    if record.kind == schema.DOCUMENT:
        name = body.get("title") or body["uri"]
        told = {"name": name, "uri": body["uri"], "title": body.get("title", ""), "form": body["kind"]}
        return _made(record, schema.DOCUMENT, {**told, "written_at": _moment(body, "written_at")})
    kind = schema.PASSAGE if record.kind == schema.PASSAGE else _SENTENCE
    told = {name: body.get(name) for name in ("text", "heading", "speaker", "caption", "position")}
    return _made(record, kind, {**told, "form": body.get("kind", "paragraph"), "at": _moment(body, "at")})


def _moment(body: Mapping[str, Any], name: str) -> datetime | None:
    return bodies.parse_moment(body.get(name))


def _made(record: Record, kind: str, told: Mapping[str, Field | None]) -> Node:
    fields = {name: one for name, one in told.items() if one is not None and one != "" and one != []}
    return Node(record.id, kind, {"namespace": record.namespace, **fields})


def claim_node(claim: Claim) -> Node:
    """A fact or an event as a node."""
    fact, said = claim.fact, claim.said
    when = fact.when
    parts = [[one.role, one.case, one.text, one.entity] for one in fact.participants]
    told: dict[str, Field | None] = {
        "name": fact.text,
        "text": fact.text,
        "predicate": fact.predicate,
        "relation": fact.relation,
        "lemma": said.lemma,
        "participants": json.dumps(parts, ensure_ascii=False),
        "valid_at": when.begin if when else None,
        "invalid_at": when.end if when else None,
        "precision": when.precision if when else "",
        "timex": when.timex if when else "",
        "confidence": fact.confidence,
        "evidence": list(claim.evidence),
        "stated": fact.stated,
        "said_by": list(fact.said_by),
        "happens": fact.happens or None,
        "negated": fact.negated or None,
        "modality": fact.modality,
        "holds_for": holds_for(claim),
        "state": claim.stands.state,
        "why": claim.stands.why,
        "event": claim.event,
    }
    kind = schema.EVENT if isinstance(fact, Event) else schema.FACT
    record = Record(fact.id, kind, fact.namespace, {})
    return _made(record, kind, told)


def holds_for(claim: Claim) -> str:
    """For how many objects a relation holds: "one" at a time, one "forever"; empty for any number."""
    fact = claim.fact
    return "forever" if fact.permanent else "one" if fact.functional else ""


def claim_links(claim: Claim, *, covered: bool = False) -> Iterator[Link]:
    """From a fact to who takes part, from its subject to each other one, and to the events before it.

    Where a fact tells of an event too, the event is ``covered``: its participants are not related twice.
    """
    fact = claim.fact
    for one in fact.participants:
        if target := entity_of(fact, one):
            kind = schema.EDGE_OF_PARTICIPANT.get(one.role, schema.PARTICIPANT)
            yield Link(fact.id, target, kind, _without_empty({"role": one.role, "case": one.case}))
    if isinstance(fact, Event):
        for event, count in fact.follows.items():
            yield Link(fact.id, event, schema.FOLLOWS, {"weight": float(count)})
    if not covered:
        yield from _relating(claim)


def _relating(claim: Claim) -> Iterator[Link]:
    fact = claim.fact
    subject = entity_of(fact, fact.participants[0])
    told = _without_empty(
        {
            "relation": fact.relation,
            "predicate": fact.predicate,
            "fact": fact.id,
            "valid_at": fact.when.begin if fact.when else None,
            "invalid_at": fact.when.end if fact.when else None,
            "confidence": fact.confidence,
            "state": claim.stands.state,
            "negated": fact.negated or None,
            "modality": fact.modality,
        }
    )
    for one in fact.participants[1:]:
        target = entity_of(fact, one)
        if subject and target:
            yield Link(subject, target, RELATES, {**told, "role": one.role})


def _without_empty(told: Mapping[str, Field | None]) -> dict[str, Field]:
    return {name: one for name, one in told.items() if one is not None and one != ""}


def same(store: Store, view: View) -> Iterator[tuple[str, str]]:
    """Each entity that is one with others, and the first of these by id; namespace by namespace."""
    for namespace in sorted(view.namespaces):
        walk = Walk(store, replace(view, namespaces=frozenset({namespace})), namespace)
        units = [schema.from_record(record) for record in store.scan(walk.view, schema.UNIT)]
        keys = frozenset(one.unit.profile.id for one in units if isinstance(one, Named))
        found = component(keys, walk.around)
        for members in sets_of(found.there, found.links, found.decisions):
            ids = sorted({id for key in members for id in _called(walk, key)})
            yield from ((id, ids[0]) for id in ids[1:])


def _called(walk: Walk, key: str) -> Iterator[str]:
    """The ids of the entities that a unit is called; a name without a unit is called by itself."""
    called = walk.units[key].unit.called if key in walk.units else {}
    for name in called or ([key.split("|")[0]] if is_name(key) else []):
        yield entity_id(walk.namespace, name)
