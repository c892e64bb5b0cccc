"""What a memory reads, held against what its model says: after every step, and what is dear now and then."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime

import pytest
from machine_derived import (
    NAMESPACE,
    SENTENCES,
    Body,
    Course,
    Rows,
    entry,
    name_of,
    of_kind,
    said_of,
    slots,
    state_of,
    stated,
    told_apart,
    units,
    utc,
)
from machine_folding import asleep
from machine_model import Model

from graphmem import Memory, NotFound
from graphmem.bodies import read_link
from graphmem.graph import KINDS
from graphmem.identities import Walk
from graphmem.identity import entity_id, fold, slot_id
from graphmem.resolution.profile import is_name
from graphmem.statements import Fact
from graphmem.stores.base import Store
from graphmem.types import Change, Commit, Entity, Record, View

VIEW = View.of(NAMESPACE)
WHO = ("unit", "block", "match")
"""Kinds that tell who is who: told anew at the end of a run, by a store that gets all at once."""
ALL = 10_000


def rows_in(memory: Memory) -> Rows:
    """All records as they are read, the groups of a dispute in order."""
    found: Rows = {}
    for kind in KINDS:
        for record in memory.store.scan(VIEW, kind):
            body = dict(record.body)
            if kind == "dispute":
                body["odds"] = sorted(body["odds"])
            found[record.id] = (record.kind, body)
    return found


def same_records(memory: Memory, model: Model) -> Rows:
    """Logged and counted records are the model's, just the sentences have vectors; gives who is who."""
    found = rows_in(memory)
    expected = {**model.rows, **model.derived}
    counted = {id: row for id, row in found.items() if row[0] not in WHO}
    if counted != expected:  # shown by what differs, of hundreds
        differ = [id for id in counted.keys() | expected.keys() if counted.get(id) != expected.get(id)]
        assert [counted.get(id) for id in differ] == [expected.get(id) for id in differ]
    searched = {id for id, _ in of_kind(model.rows, *SENTENCES)} | asleep(model.rows)
    searched |= {id for id, body in of_kind(model.rows, "note") if body.get("parts")}
    assert memory.store.vectors(VIEW, sorted(found)).keys() == searched
    assert memory.store.head() == len(model.log)
    return {id: row for id, row in found.items() if row[0] in WHO}


# --- truth over time --------------------------------------------------------------------------


class Standings:
    """How the model's facts stand, where names alone tell who is who, or people do."""

    def __init__(self, model: Model, who: Rows) -> None:
        self.model = model
        self.units = units(model.rows)
        self.slots = slots(model.derived)
        self.together, _ = told_apart(model.rows)
        self.linked = {
            body[end] for _, body in of_kind(who, "match") for end in "ab" if _band(body) == "same"
        }

    def names(self, key: str) -> set[str] | None:
        """The names that are one with a name by a person's word; None if more must be known to tell."""
        mine = self.units.get(key, set()) | {f"{key}|||"}
        if len(mine) > 2 or mine & self.linked:
            return None
        group = next((one for one in self.together if one & mine), set())
        if any(not is_name(one) or one.endswith("|||") or one in self.linked for one in group):
            return None
        found = {name for name, bearers in self.units.items() if bearers & group} | {key}
        return found if all(len(self.units.get(name, ())) < 2 for name in found) else None

    def stretches(self, id: str) -> list[tuple[str | None, str | None, str]] | None:
        """When a fact holds; None if names alone do not tell."""
        kind, fact = self.model.derived[id]
        placed = entry(id, kind, fact)
        if placed is None:
            begin, end, *_ = fact.get("when") or (None, None)
            return [(begin, None if fact.get("happens") else end, "")]
        subject, relation, _ = placed
        names = self.names(subject)
        if names is None:
            return None
        ids = [slot_id(NAMESPACE, name, relation) for name in names]
        entries = [row for one in ids if one in self.slots for row in self.slots[one][1]["entries"]]
        objects = {row[1] for row in entries if row[1].startswith("=")}
        if len(objects) > 1 and any(self.names(one[1:]) != {one[1:]} for one in objects):
            return None
        return Course(entries).stretches(id)

    def state(self, id: str, at: datetime) -> str | None:
        if self.model.derived[id][1].get("retraction"):
            return "retracted"
        found = self.stretches(id)
        return None if found is None else state_of(found, at)


def _band(body: Body) -> str:
    return read_link(body).band


def same_facts(memory: Memory, model: Model, who: Rows, name: str, way: str, at: datetime) -> int:
    """What is read of a name in one of four ways; how many facts stood as they should.

    "timeline" tells how and when all hold, "now" and "then" which are read, "evidence" what says so.
    """
    key = fold(name)
    id = entity_id(NAMESPACE, key)
    if id not in model.derived:
        with pytest.raises(NotFound):
            memory.find(name)
        return 0
    of = memory.find(name)
    assert isinstance(of, Entity) and of.id == id
    mine = {
        fact: body
        for fact, body in of_kind(model.derived, "fact", "event")
        if f"={key}" in (part[2] for part in body["participants"])
    }
    if way == "evidence":
        same_evidence(memory, model, of, min(mine, default=""))
        return 0
    stands = Standings(model, who)
    states = {fact: stands.state(fact, at if way == "then" else model.now) for fact in mine}
    certain = {fact for fact, state in states.items() if state is not None}
    if way == "timeline":
        rows = {fact.id: standing for fact, standing in memory.timeline(of, ALL)}
        assert rows.keys() == mine.keys()
        for fact in certain:
            assert rows[fact].state == states[fact], fact
            told = [(one.begin, one.end, one.by) for one in rows[fact].stretches]
            expected = [] if states[fact] == "retracted" else stands.stretches(fact) or []
            assert told == [(utc(begin), utc(end), by) for begin, end, by in expected], fact
    elif way == "now":
        current = {fact.id for fact in memory.facts(of, ALL)}
        assert current & certain == {one for one in certain if states[one] in ("holds", "ahead", "over")}
    else:
        then = {fact.id for fact in memory.facts(of, ALL, as_of=at)}
        held = {one for one in certain if states[one] == "holds" and _in_view(mine[one], at)}
        assert then & certain == held
    return len(certain)


WAYS = ("timeline", "now", "then", "evidence")


def _in_view(fact: Body, at: datetime) -> bool:
    begin, end, *_ = fact.get("when") or (None, None)
    over = end and not fact.get("happens") and utc(end) <= at  # type: ignore[operator]
    return not over and (not begin or utc(begin) <= at)  # type: ignore[operator]


def same_evidence(memory: Memory, model: Model, of: Entity, fact: str) -> None:
    """What names an entity, and what states a fact."""
    naming = {
        id
        for id, body in of_kind(model.rows, *SENTENCES)
        for one in body.get("mentions", ())
        if of.key
        in {fold(name) for name in (name_of(one), (*one, "", "", "")[5] if len(one) > 5 else "") if name}
    }
    assert {one.id for one in memory.evidence(of, ALL)} == naming
    if fact:
        value = memory.find(fact)
        assert isinstance(value, Fact)
        stating = {sentence for id, sentence, _, _ in stated(model.rows) if id == fact}
        assert {one.id for one in memory.evidence(value, ALL)} == stating


# --- what is dear -----------------------------------------------------------------------------


def same_people(memory: Memory, model: Model) -> None:
    """Whom people said to be one are one, and whom they said to be two are two."""
    together, apart = told_apart(model.rows)
    walk = Walk(memory.store, VIEW, NAMESPACE)
    for group in together:
        ours, _ = walk.entity([min(group)])
        assert group <= ours
    for pair in apart:
        one, other = sorted(pair)
        assert other not in walk.entity([one])[0]


def same_disputes(memory: Memory, model: Model) -> None:
    """Whoever is asked about a dispute can answer it: it is there, and nobody let it stand."""
    said = said_of(model.rows)
    for case in memory.disputes(ALL):
        row = model.derived[case.dispute.id][1]
        facts = {fact for _, group in row["odds"] for fact in group}
        assert {one.id for one in case.facts} <= facts
        assert not facts <= set(said.get(row["slot"], {}).get("stand", ()))


def found_by(memory: Memory, model: Model, text: str) -> None:
    """A sentence that is there is found by its words, one that is gone is not; all that is found is there."""
    retracted = {id for id, body in of_kind(model.derived, "fact", "event") if body.get("retraction")}
    says: dict[str, set[str]] = {}
    for fact, sentence, _, _ in stated(model.rows):
        says.setdefault(sentence, set()).add(fact)
    there = {body["passage"] for _, body in of_kind(model.rows, *SENTENCES) if body["text"] == text}
    hits = list(memory.recall(text, 10, retired=True))
    assert all(hit.passage.id in model.rows and hit.evidence.id in model.rows for hit in hits)
    assert bool(there & {hit.passage.id for hit in hits}) == bool(there), text
    for hit in memory.recall(text, 10):
        told = says.get(hit.evidence.id, set())
        assert not told or not told <= retracted, "what a person took back is not told"


def lived_at_once(memory: Memory, model: Model, fresh: Store) -> None:
    """A store that gets at once what is left has the same records and vectors as one that lived it."""
    records = [Record(id, kind, NAMESPACE, body) for id, (kind, body) in model.rows.items()]
    changes = tuple(Change(None, one) for one in sorted(records, key=lambda one: one.id, reverse=True))
    vectors = memory.embed(records)
    with closing(fresh):
        if changes:
            commit = Commit("c1", NAMESPACE, "user", model.now, "all at once", changes)
            fresh.apply(commit, vectors if vectors.by_id else None)
        for kind in KINDS:
            assert list(fresh.scan(VIEW, kind)) == list(memory.store.scan(VIEW, kind)), kind
        ids = [one.id for one in records]
        mine, other = ((store.vectors(VIEW, ids), store.tokens(VIEW, ids)) for store in (memory.store, fresh))
        for here, there in zip(mine, other, strict=True):
            assert {id: v.tobytes() for id, v in here.items()} == {id: v.tobytes() for id, v in there.items()}


def sound(memory: Memory) -> None:
    """Nothing is wrong with the store."""
    assert [str(fault) for fault in memory.verify()] == []
