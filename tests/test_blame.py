"""Of all that a memory knows it can tell which sentence of which source says so, and since which commit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from conftest import opened, put, records
from hypothesis import given, settings
from lives import HOUR, NOON, TEXTS, Step, hours, lived, lives

from graphmem import Memory, NotFound, blaming
from graphmem.blaming import created_at
from graphmem.projection import SCHEMA
from graphmem.statements import Fact
from graphmem.types import Document, Entity, Passage, Sentence


@pytest.fixture
def read(memory: Memory) -> Memory:
    """Two sources that tell of Ada Byron."""
    hours(memory)
    put(memory, {"ash.md": TEXTS["ash.md"][0], "oak.md": TEXTS["oak.md"][0]}, "english")
    return memory


def facts(memory: Memory) -> Iterator[Fact]:
    for record in records(memory).values():
        if isinstance(value := memory.find(record.id), Fact):
            yield value


def test_a_fact_comes_from_the_words_that_state_it(read: Memory) -> None:
    (fact,) = (fact for fact in facts(read) if fact.relation == "lives_in")
    (origin,) = read.blame(fact.id)
    assert origin.uri == "oak.md" and origin.sentence is not None
    assert origin.text in origin.sentence.text and "moved" in origin.text
    assert TEXTS["oak.md"][0][origin.offset :].startswith(origin.text)
    assert origin.commit.message == "ingest oak.md" and origin.commit.at == NOON + 2 * HOUR
    assert origin.commit.id == list(read.history())[1].id


def test_an_entity_comes_from_all_that_name_it_earliest_first(read: Memory) -> None:
    origins = read.blame("Ada Byron")
    assert [origin.uri for origin in origins] == ["ash.md", "oak.md"]
    assert [origin.commit.at for origin in origins] == [NOON + HOUR, NOON + 2 * HOUR]
    for origin in origins:
        assert origin.text == "Ada Byron"
        assert TEXTS[origin.uri][0][origin.offset :].startswith("Ada Byron")


def test_every_offset_leads_to_the_words_in_the_source(read: Memory) -> None:
    for record in records(read).values():
        for origin in read.blame(record.id):
            assert TEXTS[origin.uri][0][origin.offset :].startswith(origin.text)


def test_what_was_read_comes_from_the_commit_that_brought_it(read: Memory) -> None:
    first, second = read.history()
    for value in (read.find(id) for id in records(read)):
        if isinstance(value, Document | Passage | Sentence):
            (origin,) = read.blame(value.id)
            assert origin.record == value.id and origin.commit.id in (first.id, second.id)
            assert origin.uri == ("ash.md" if origin.commit.id == first.id else "oak.md")
            assert (origin.sentence == value) == isinstance(value, Sentence)


def test_what_is_not_there_has_no_origin(read: Memory) -> None:
    with pytest.raises(NotFound):
        read.blame("Napoleon")
    assert blaming.blame(read.store, read.view, "f0ffee") == []
    assert created_at(read.store, read.view, ["f0ffee"]) == created_at(read.store, read.view, []) == {}


def test_an_edit_beside_it_leaves_a_fact_as_old_as_it_is(read: Memory) -> None:
    (planted,) = (fact for fact in facts(read) if "planted" in fact.text)
    put(read, {"ash.md": TEXTS["ash.md"][1]}, "english")
    (origin,) = read.blame(planted.id)
    assert origin.commit.at == NOON + HOUR, "its sentence is another, and says what the former one said"
    (felled,) = (fact for fact in facts(read) if "felled" in fact.text)
    assert read.blame(felled.id)[0].commit.at == NOON + 3 * HOUR


def test_what_a_forgotten_source_said_leaves_no_trace(read: Memory) -> None:
    read.forget("ash.md")
    assert [origin.uri for origin in read.blame("Ada Byron")] == ["oak.md"]
    put(read, {"ash.md": TEXTS["ash.md"][0]}, "english")
    assert [origin.uri for origin in read.blame("Ada Byron")] == ["oak.md", "ash.md"]


def known(memory: Memory, ids: list[str]) -> dict[str, tuple[str, datetime]]:
    return created_at(memory.store, memory.view, ids)


def test_many_are_asked_for_at_once(read: Memory) -> None:
    ids = sorted(records(read))
    found = known(read, ids)
    for id in ids:
        origins = read.blame(id)
        assert (id in found) == bool(origins)
        if origins:
            assert found[id] == (origins[0].commit.id, origins[0].commit.at)
    values = [read.find(id) for id in found]
    assert any(isinstance(one, Fact) for one in values) and any(isinstance(one, Entity) for one in values)


def test_the_log_is_read_once_at_most(read: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    commits, asked = read.store.commits, []

    def counted(*arguments: Any, **named: Any) -> Any:
        asked.append(named.get("touching"))
        return commits(*arguments, **named)

    monkeypatch.setattr(read.store, "commits", counted)
    (fact,) = (fact for fact in facts(read) if fact.relation == "lives_in")
    known(read, [fact.id])
    assert len(asked) == 1 and asked[0], "one sentence: its own commits"
    asked.clear()
    known(read, sorted(records(read)))
    assert asked == [None], "more sentences than commits: all commits, once"


@settings(max_examples=20, deadline=None)
@given(lives)
def test_a_record_is_known_since_a_moment_from_which_on_it_was_always_there(
    tmp_path_factory: pytest.TempPathFactory, life: list[Step]
) -> None:
    with opened(tmp_path_factory.mktemp("known")) as memory:
        states = {commit.id: set(records(memory)) for commit in lived(memory, life)}
        ids = sorted(records(memory))
        found = known(memory, ids)
        order = list(states)
        for id, (commit, _) in found.items():
            assert all(id in states[later] for later in order[order.index(commit) :])
        there = {record.id for record in records(memory).values() if record.kind in SCHEMA.logged}
        assert there <= found.keys()
        supports = {id: memory.blame(id) for id in ids}
        assert {id: (o[0].commit.id, o[0].commit.at) for id, o in supports.items() if o} == found


@settings(max_examples=20, deadline=None)
@given(lives)
def test_both_ways_of_asking_tell_the_same(
    tmp_path_factory: pytest.TempPathFactory, life: list[Step]
) -> None:
    with opened(tmp_path_factory.mktemp("ways")) as memory:
        list(lived(memory, life))
        ids = sorted(records(memory))
        supports = blaming._supports(memory.store, memory.view, memory.store.get(memory.view, ids).values())
        targets = frozenset(id for own in supports.values() for id in own)
        ways = []
        for steps in (
            blaming._traced(memory.store, memory.view, supports, targets),
            ((blaming.Stamp.of(commit), commit.changes) for commit in memory.history()),
        ):
            standing: dict[tuple[str, str], blaming.Stamp] = {}
            for stamp, changes in steps:
                blaming._follow(standing, targets, stamp, changes)
            ways.append(
                {(support, id): standing[support, id] for support in supports for id in supports[support]}
            )
        assert ways[0] == ways[1]
