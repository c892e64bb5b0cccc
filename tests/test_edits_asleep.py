"""Edits of what sleeps, and edits taken back of what slept or woke since."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import opened, put, records, state

from graphmem import Conflict, Memory, NotFound, schema
from graphmem.fading.dormancy import slept
from graphmem.statements import Event
from graphmem.types import Commit, Passage

TALK = """[2023-05-01 10:00] Bo Rask: I moved to Oslo in March 2021. Ada Quill came along.
[2023-05-01 10:01] Ada Quill: Nice!
[2023-05-02 10:00] Bo Rask: Ada Quill planted an ash in Bergen in May 2022. She likes it.
[2023-05-03 10:00] Cy Vance: Bo Rask moved to Rome in July 2022.
"""


def turns(memory: Memory, uri: str = "talk.txt") -> list[Passage]:
    """The passages of a document in order."""
    return [one for one in memory.parts(memory.document(uri), 100) if isinstance(one, Passage)]


def sleep(memory: Memory, *places: int, uri: str = "talk.txt") -> Commit:
    """Put passages to sleep by their places."""
    own = turns(memory, uri)
    changes = slept(memory.store, memory.view, [own[k] for k in places])
    return memory.write(changes, "sleep", author="forgetting")


def last(memory: Memory) -> str:
    """The id of the newest commit."""
    return next(memory.history(newest_first=True)).id


@pytest.fixture
def talk(memory: Memory) -> Memory:
    pytest.importorskip("spacy")
    put(memory, {"talk.txt": TALK}, pipeline="english")
    return memory


def test_undo_of_a_waking_is_exact(memory: Memory) -> None:
    put(
        memory, {"ash.md": "# Ash\n\nIt stands by the river Lee. It was felled in May. Nobody knows by whom."}
    )
    memory.fade(most=0)
    before = state(memory)
    assert any(len(one.asleep) > 1 for one in turns(memory, "ash.md"))
    woken = memory.wake(memory.dormant()).commit
    assert woken is not None
    memory.undo(woken.id)
    assert state(memory) == before, "its vector, too, is that which its sentences make together"


def test_what_was_read_is_taken_back_though_some_of_it_sleeps(talk: Memory) -> None:
    before = state(talk)
    put(talk, {"more.txt": "It rained in Turin. Rain fell on the quay."})
    read = last(talk)
    sleep(talk, 0, uri="more.txt")
    talk.undo(read)
    assert state(talk) == before


def test_a_changed_source_is_taken_back_though_some_of_it_sleeps(talk: Memory) -> None:
    put(talk, {"talk.txt": TALK.replace("Nice!", "Good for you, Bo Rask!")}, pipeline="english")
    changed = last(talk)
    sleep(talk, 0, 2)
    talk.undo(changed)
    assert [bool(one.asleep) for one in turns(talk)] == [True, False, True, False] and not talk.verify()
    talk.wake(talk.dormant())
    assert [one.text for one in turns(talk)][1] == "Nice!"


def test_events_that_come_back_follow_those_that_are_awake(talk: Memory) -> None:
    said = {one.id: one for one in records(talk).values() if one.kind == schema.EVENT}
    gone = talk.forget_entity("Cy Vance").commit
    assert gone is not None and len(said) > 1
    sleep(talk, 2)
    talk.undo(gone.id)
    assert not talk.verify()
    events = [schema.from_record(one) for one in records(talk).values() if one.kind == schema.EVENT]
    ids = {one.id for one in events if isinstance(one, Event)}
    assert all(set(one.follows) <= ids for one in events if isinstance(one, Event))


def test_a_fading_is_taken_back_though_some_of_it_woke(talk: Memory) -> None:
    before = state(talk)
    faded = sleep(talk, 0, 1, 2)
    talk.wake([turns(talk)[1]])
    talk.undo(faded.id)
    assert state(talk) == before


def test_what_fell_asleep_again_sleeps_on(talk: Memory) -> None:
    faded = sleep(talk, 0, 1)
    talk.wake([turns(talk)[1]])
    sleep(talk, 1)
    talk.undo(faded.id)
    assert [bool(one.asleep) for one in turns(talk)] == [False, True, False, False]


def test_what_others_changed_besides_is_still_in_the_way(talk: Memory) -> None:
    read = last(talk)
    sleep(talk, 1)
    talk.split("Ada Quill", "Ada Quill (2)", ["talk.txt"])
    with pytest.raises(Conflict, match="split Ada Quill"):
        talk.undo(read)


def test_a_split_reaches_what_sleeps(talk: Memory, tmp_path: Path) -> None:
    sleep(talk, 2)
    talk.split("Ada Quill", "Edda Lind", ["talk.txt"])
    assert not talk.verify() and len(talk.dormant()) == 1
    talk.wake(talk.dormant())
    with opened(tmp_path, "waker") as waker:
        put(waker, {"talk.txt": TALK}, pipeline="english")
        waker.clock = talk.clock
        waker.split("Ada Quill", "Edda Lind", ["talk.txt"])
        kinds = schema.SENTENCE_KINDS.values()
        mine, other = (
            {id: one for id, one in records(m).items() if one.kind in (*kinds, schema.EVENT, schema.CAST)}
            for m in (talk, waker)
        )
        assert mine == other
    with pytest.raises(NotFound):
        talk.split("Ada Quill", "Nobody", ["talk.txt"])


def test_a_split_leaves_a_document_of_which_nobody_is_awake_its_cast(talk: Memory) -> None:
    before = {one.kind for one in records(talk).values()}
    sleep(talk, 0, 2, 3)
    talk.split("Ada Quill", "Edda Lind", ["talk.txt"])
    assert schema.CAST in {one.kind for one in records(talk).values()} and schema.CAST in before


def test_a_split_outlives_what_comes_back_asleep(talk: Memory) -> None:
    sleep(talk, 2)
    gone = talk.forget("talk.txt").commit
    assert gone is not None
    put(talk, {"talk.txt": TALK}, pipeline="english")
    talk.split("Ada Quill", "Edda Lind", ["talk.txt"])
    talk.forget("talk.txt")
    talk.undo(gone.id)
    (asleep,) = talk.dormant()
    assert {m.of for s in asleep.passage.asleep for m in s.mentions if m.role == "moved"} == {"Edda Lind"}


def test_events_follow_each_other_under_their_new_names(talk: Memory) -> None:
    talk.split("Ada Quill", "Edda Lind", ["talk.txt"])
    events = {one.id: one for one in records(talk).values() if one.kind == schema.EVENT}
    told = [schema.from_record(one) for one in events.values()]
    follows = {id for one in told if isinstance(one, Event) for id in one.follows}
    assert follows and follows <= events.keys()


def test_a_document_all_asleep_keeps_its_episodes(memory: Memory) -> None:
    days = [f"[2023-05-{day:02} 10:00] Bo Rask: I ate soup number {day}.\n" for day in range(1, 9)]
    put(memory, {"talk.txt": "".join(days)})
    before = sorted(one.id for one in records(memory).values() if one.kind == schema.EPISODE)
    memory.fade(most=0)
    put(memory, {"talk.txt": "".join(days) + "\n\n"})
    after = sorted(one.id for one in records(memory).values() if one.kind == schema.EPISODE)
    assert before and after == before
