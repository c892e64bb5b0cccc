"""Facts and events are counted from statements: any order gives the same, and taking back is exact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmem import schema
from graphmem.changes import inverse, patch
from graphmem.projection import derive
from graphmem.schema import from_record, index, to_record
from graphmem.statements import Event, Fact, Interval, Participant, Statement, event_id, fact_id
from graphmem.types import Change, Record, Sentence

MAY = datetime(2020, 5, 3, tzinfo=timezone.utc)
JUNE = datetime(2020, 6, 3, tzinfo=timezone.utc)

subjects = st.builds(
    Participant,
    role=st.just("subject"),
    text=st.sampled_from(["Ada", "she", "ADA"]),
    entity=st.sampled_from(["Ada Byron", "ada byron", ""]),
)
others = st.builds(
    Participant,
    role=st.sampled_from(["object", "place", "circumstance"]),
    text=st.sampled_from(["Rome", "three apples", "the Rome", "%"]),
    case=st.sampled_from(["", "with"]),
    entity=st.sampled_from(["", "Rome"]),
)
statements = st.builds(
    Statement,
    predicate=st.sampled_from(["saw", "had seen"]),
    lemma=st.just("see"),
    relation=st.sampled_from(["", "seen_in"]),
    participants=st.tuples(subjects, others) | st.tuples(subjects),
    happens=st.booleans(),
    negated=st.booleans(),
    modality=st.sampled_from(["", "may"]),
    said_by=st.sampled_from(["", "Bob"]),
    when=st.sampled_from([None, Interval(begin=MAY, end=JUNE, precision="month", timex="2020-05")]),
    confidence=st.sampled_from([0.5, 0.93, 1.0]),
    follows=st.sampled_from(["", "v1", "v2"]),
)


def sentence(k: int, said: Iterable[Statement]) -> Record:
    fields = {"namespace": "n", "passage": "p", "position": k, "start": 0, "end": 1, "text": "x"}
    return to_record(Sentence(id=f"s{k}", statements=tuple(said), **fields))  # type: ignore[arg-type]


sentences = st.lists(st.lists(statements, max_size=3), max_size=5).map(
    lambda found: [sentence(k, said) for k, said in enumerate(found)]
)


def apply(derived: dict[str, Record], changes: Iterable[Change]) -> dict[str, Record]:
    def get(ids: Iterable[str]) -> Mapping[str, Record]:
        return {id: derived[id] for id in ids if id in derived}

    return patch(derive(tuple(changes), get), derived)


@given(sentences, st.randoms(use_true_random=False))
def test_the_order_of_commits_does_not_matter(records: list[Record], random: object) -> None:
    changes = [Change(None, record) for record in records]
    at_once = apply({}, changes)
    random.shuffle(changes)  # type: ignore[attr-defined]
    one_by_one: dict[str, Record] = {}
    for change in changes:
        one_by_one = apply(one_by_one, [change])
    assert one_by_one == at_once


@given(sentences, sentences)
def test_taking_back_is_exact(first: list[Record], second: list[Record]) -> None:
    there = apply({}, [Change(None, record) for record in first])
    added = [Change(None, Record("t" + r.id, r.kind, r.namespace, r.body)) for r in second]
    assert apply(apply(there, added), inverse(added)) == there


@given(sentences)
def test_what_is_written_is_read_back(records: list[Record]) -> None:
    for record in [*records, *apply({}, [Change(None, one) for one in records]).values()]:
        assert to_record(from_record(record)) == record


@given(sentences)
def test_each_fact_and_event_is_reached_from_its_evidence(records: list[Record]) -> None:
    derived = apply({}, [Change(None, record) for record in records])
    told = [edge for record in records for edge in index(record).edges]
    assert {e.target for e in told if e.kind == schema.STATES} == {
        id for id, record in derived.items() if record.kind == schema.FACT
    }
    assert {e.target for e in told if e.kind == schema.TELLS} == {
        id for id, record in derived.items() if record.kind == schema.EVENT
    }


def statement(**fields: object) -> Statement:
    ada = Participant(role="subject", text="Ada", entity="Ada Byron")
    rome = Participant(role="place", text="Rome", entity="Rome")
    given = {"predicate": "lives in", "lemma": "live in", "participants": (ada, rome), **fields}
    return Statement(**given)  # type: ignore[arg-type]


def fact(*said: Statement) -> Fact:
    (value,) = (from_record(r) for r in apply({}, [Change(None, sentence(0, said))]).values())
    assert isinstance(value, Fact)
    return value


def test_a_fact_knows_who_says_it_how_often_and_how_surely() -> None:
    plain, told = statement(confidence=0.6), statement(said_by="Bob", confidence=0.8)
    both = fact(plain, told, told)
    assert (both.stated, both.confidence, both.said_by) == (3, 0.8, ())
    assert fact(told).said_by == ("Bob",)
    assert both.text == "Ada Byron lives in Rome"


def test_a_state_holds_in_its_interval_and_what_happened_from_then_on() -> None:
    may = Interval(begin=MAY, end=JUNE)
    (state,) = apply({}, [Change(None, sentence(0, [statement(when=may)]))]).values()
    assert (state.kind, index(state).valid_at, index(state).invalid_at) == (schema.FACT, MAY, JUNE)
    (event,) = apply({}, [Change(None, sentence(0, [statement(when=may, happens=True)]))]).values()
    assert (event.kind, index(event).valid_at, index(event).invalid_at) == (schema.EVENT, MAY, None)


def test_an_occurrence_of_a_known_relation_is_an_event_and_a_fact_from_then_on() -> None:
    moved = statement(lemma="move to", relation="lives_in", happens=True, when=Interval(begin=MAY, end=JUNE))
    found = {r.kind: from_record(r) for r in apply({}, [Change(None, sentence(0, [moved]))]).values()}
    assert set(found) == {schema.FACT, schema.EVENT}
    event, known = found[schema.EVENT], found[schema.FACT]
    assert isinstance(event, Event) and isinstance(known, Fact)
    assert (event.relation, known.relation) == ("move to", "lives_in")
    assert (event.id, known.id) == (event_id("n", moved), fact_id("n", moved))


def test_events_follow_each_other() -> None:
    after = statement(happens=True, when=Interval(begin=MAY), follows="v1")
    (event,) = apply({}, [Change(None, sentence(0, [after, after]))]).values()
    assert [(e.target, e.weight) for e in index(event).edges if e.kind == schema.FOLLOWS] == [("v1", 2.0)]


def test_a_statement_is_about_something() -> None:
    with pytest.raises(ValueError, match="subject"):
        Statement(predicate="rains", lemma="rain", participants=())
