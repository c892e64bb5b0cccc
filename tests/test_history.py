"""The log is read by author, time, message and record, newest first too, and never held as a whole."""

from __future__ import annotations

from itertools import islice
from typing import Any

import pytest
from conftest import opened, put, records
from hypothesis import given, settings
from lives import HOUR, NOON, TEXTS, Step, hours, lived, lives

from graphmem import InputError, Memory
from graphmem import history as log
from graphmem.identity import entity_id, fold
from graphmem.projection import SCHEMA
from graphmem.types import Commit, Record

LIFE = [
    Step("ada", "put", "ash.md", 0),
    Step("bob", "put", "oak.md", 0),
    Step("ada", "put", "chat.txt", 0),
    Step("bob", "put", "ash.md", 1),
    Step("bob", "forget", "oak.md", 0),
]


@pytest.fixture
def told(memory: Memory) -> Memory:
    assert len(list(lived(memory, LIFE))) == len(LIFE)
    return memory


def numbers(commits: Any) -> list[int]:
    return [commit.seq for commit in commits]


def test_commits_are_chosen_by_author_time_and_message(told: Memory) -> None:
    assert numbers(told.history()) == [1, 2, 3, 4, 5]
    assert numbers(told.history(author="bob")) == [2, 4, 5]
    assert numbers(told.history(since=NOON + 3 * HOUR)) == [3, 4, 5]
    assert numbers(told.history(until=NOON + 3 * HOUR)) == [1, 2, 3], "both ends are included"
    assert numbers(told.history(message="INGEST a")) == [1, 4]
    assert numbers(told.history("ash.md", author="ada")) == [1]
    assert numbers(told.history(author="nobody")) == []
    with pytest.raises(InputError, match="time zone"):
        told.history(since=NOON.replace(tzinfo=None))


def test_newest_first_is_the_other_way_round(told: Memory) -> None:
    for asked in ({}, {"author": "bob"}, {"record": "ash.md"}, {"record": "Ada Byron"}):
        one, other = (list(told.history(**asked, newest_first=first)) for first in (False, True))  # type: ignore[arg-type]
        assert one == other[::-1] and one


def test_the_newest_are_read_without_the_rest(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    hours(memory)
    for n in range(150):
        memory.write((), f"note {n}")
    commits, read = memory.store.commits, []

    def counted(*arguments: Any, **named: Any) -> Any:
        for commit in commits(*arguments, **named):
            read.append(commit.seq)
            yield commit

    monkeypatch.setattr(memory.store, "commits", counted)
    assert numbers(islice(memory.history(newest_first=True), 20)) == list(range(150, 130, -1))
    assert min(read) > 70 and len(read) < 60
    read.clear()
    assert memory.commit(list(memory.history(message="note 149"))[0].id).seq == 150


def test_all_commits_are_read_newest_first_a_few_at_a_time(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    hours(memory)
    for n in range(200):
        memory.write((), f"note {n}")
    held, most = 0, 0
    between = log.between

    def counted(*arguments: Any) -> list[Commit]:
        nonlocal held, most
        held = 0
        found = list(between(*arguments))
        most = max(most, len(found))
        return found

    monkeypatch.setattr(log, "between", counted)
    assert numbers(memory.history(newest_first=True)) == list(range(200, 0, -1))
    assert most <= log._BLOCK


def test_commits_of_others_in_between_are_passed_over(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("sparse")
    with opened(folder, namespace="mine") as mine, opened(folder, namespace="theirs") as theirs:
        hours(mine)
        hours(theirs)
        mine.write((), "first")
        for n in range(100):
            theirs.write((), f"note {n}")
        mine.write((), "last")
        assert [commit.message for commit in mine.history(newest_first=True)] == ["last", "first"]


def test_an_entity_has_the_commits_by_which_it_came_changed_and_went(told: Memory) -> None:
    assert numbers(told.history("Charles Babbage")) == [2, 5], "though it is not there any more"
    assert numbers(told.history("1999")) == [4]
    assert numbers(told.history("Ada Byron")) == [1, 2, 3, 5], "what commit 4 changed was not about her"
    assert numbers(told.history(entity_id("default", fold("Ada Byron")))) == [1, 2, 3, 5]
    assert numbers(told.history("Napoleon")) == numbers(told.history("")) == []


def test_a_word_on_who_is_who_is_in_the_history_of_both(memory: Memory) -> None:
    hours(memory)
    put(memory, {"oak.md": TEXTS["oak.md"][0]}, "english")
    memory.same("Ada Byron", "Charles Babbage")
    assert numbers(memory.history("Ada Byron")) == numbers(memory.history("Charles Babbage")) == [1, 2]
    assert numbers(memory.history("London")) == [1]


def test_a_fact_has_the_commits_of_its_statements(memory: Memory) -> None:
    hours(memory)
    put(memory, {"oak.md": TEXTS["oak.md"][0]}, "english")
    facts = (record for record in records(memory).values() if record.kind == "fact")
    (fact,) = (record.id for record in facts if record.body["relation"] == "lives_in")
    put(memory, {"ash.md": TEXTS["ash.md"][0]}, "english")
    put(memory, {"elm.md": "# Elm\n\nAda Byron moved to London in 1840.\n"}, "english")
    memory.forget("elm.md")
    memory.forget("oak.md")
    assert numbers(memory.history(fact)) == [1, 3, 4, 5]


def test_a_persons_word_on_a_fact_is_in_its_history(memory: Memory) -> None:
    hours(memory)
    put(memory, {"oak.md": TEXTS["oak.md"][0]}, "english")
    facts = (record for record in records(memory).values() if record.kind == "fact")
    fact, *others = sorted(record.id for record in facts)
    memory.retract(fact)
    memory.admit(fact)
    assert numbers(memory.history(fact)) == [1, 2, 3]
    assert all(numbers(memory.history(other)) == [1] for other in others)


@settings(max_examples=15, deadline=None)
@given(lives)
def test_a_derived_record_changes_only_by_commits_of_its_history(
    tmp_path_factory: pytest.TempPathFactory, life: list[Step]
) -> None:
    with opened(tmp_path_factory.mktemp("derived")) as memory:
        states: list[dict[str, Record]] = [{}]
        commits = []
        for commit in lived(memory, life):
            commits.append(commit)
            states.append(records(memory))
        ids = {id for state in states for id, record in state.items() if record.kind in SCHEMA.derived}
        for id in sorted(ids)[:8]:
            listed = numbers(memory.history(id))
            pairs = zip(states, states[1:], commits, strict=False)
            changed = [commit.seq for old, new, commit in pairs if old.get(id) != new.get(id)]
            assert set(changed) <= set(listed)
