"""What sleeps wakes when a new passage touches it, in the run of ingest that brings the passage."""

from __future__ import annotations

import pytest
from conftest import put, state

from graphmem import Memory

CHAT = """[2023-05-01 10:00] Bo Rask: The violin of Zelda Quist was stolen in Oslo last night.
[2023-05-01 10:01] Ada Quill: Nice weather over here today.
[2023-05-02 10:00] Bo Rask: We eat soup with bread and cheese on Mondays.
"""
AGAIN = """[2023-06-01 10:00] Ada Quill: The violin of Zelda Quist was found in Oslo.
[2023-06-01 10:01] Bo Rask: Great!
"""
SAME = """[2023-06-01 10:00] Ada Quill: Fine.
[2023-06-01 10:01] Bo Rask: We eat soup with bread and cheese on Mondays.
"""
OTHER = """[2023-06-01 10:00] Ada Quill: Trains are late again.
[2023-06-01 10:01] Bo Rask: Sure!
"""


@pytest.fixture
def asleep(memory: Memory) -> Memory:
    put(memory, {"old.txt": CHAT})
    memory.fade(most=0)
    assert len(memory.dormant()) == 3
    return memory


def test_a_rare_name_wakes_what_it_is_told_of(asleep: Memory) -> None:
    put(asleep, {"new.txt": AGAIN})
    assert "Zelda" not in {one.passage.text.split()[3] for one in asleep.dormant()}
    assert len(asleep.dormant()) == 2 and asleep.find("Zelda Quist")
    commit = list(asleep.store.commits(asleep.view))[-1]
    assert commit.author == "forgetting" and "zelda quist again" in commit.message


def test_what_says_the_same_wakes_it(asleep: Memory) -> None:
    put(asleep, {"new.txt": SAME})
    assert not any("soup" in one.passage.text for one in asleep.dormant())


def test_nothing_wakes_by_what_does_not_touch_it(asleep: Memory) -> None:
    put(asleep, {"new.txt": OTHER})
    assert len(asleep.dormant()) == 3


def test_the_waking_is_of_the_run_and_is_undone_with_it(asleep: Memory) -> None:
    before = state(asleep)
    put(asleep, {"new.txt": AGAIN})
    came, woke = list(asleep.store.commits(asleep.view))[-2:]
    assert came.run and came.run == woke.run
    asleep.undo(run=came.id)
    assert state(asleep) == before
