"""Passages asleep: nothing finds them, nothing is lost, and whatever handles a document handles them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from conftest import opened, put, records, state
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmem import Memory, NotFound, schema
from graphmem.copying import copy
from graphmem.export import export_lines, import_lines
from graphmem.types import Passage

CHAT = """[2023-05-01 10:00] Bo Rask: I moved to Oslo in March 2021 with Ada Quill.
[2023-05-01 10:01] Ada Quill: Nice!
[2023-05-02 10:00] Bo Rask: Ada Quill planted an ash in Bergen.
[2023-05-03 10:00] Ada Quill: She stands by the river Lee.
[2023-05-04 10:00] Bo Rask: Rome burned in July 2022.
"""
NOTES = "# Ash\n\nAda Quill planted the ash in Bergen.\n"
VANCE = "# River\n\nIt stands by the river Lee, says Cy Vance.\n"


def passages(memory: Memory, uri: str = "chat.txt") -> list[Passage]:
    """The passages of a document in order."""
    return [one for one in memory.parts(memory.document(uri), 100) if isinstance(one, Passage)]


def sleep(memory: Memory, *places: int, uri: str = "chat.txt") -> None:
    """Put passages to sleep by their places."""
    from graphmem.fading.dormancy import slept

    own = passages(memory, uri)
    memory.write(slept(memory.store, memory.view, [own[k] for k in places]), "sleep", author="forgetting")


@pytest.fixture
def chat(memory: Memory) -> Memory:
    put(memory, {"chat.txt": CHAT, "ash.md": NOTES, "cy.md": VANCE}, pipeline="english")
    return memory


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.booleans(), st.sets(st.integers(0, 4), min_size=1)), max_size=5),
    st.sampled_from(["english", "none"]),
)
def test_whatever_slept_and_woke_in_whatever_order_all_is_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[bool, set[int]]], pipeline: str
) -> None:
    with opened(tmp_path_factory.mktemp("sleep")) as memory:
        put(memory, {"chat.txt": CHAT}, pipeline=pipeline)
        before, asleep = state(memory), set[int]()
        for falls, places in steps:
            own = passages(memory)
            if falls:
                sleep(memory, *places)
                asleep |= places
            else:
                memory.wake([own[k] for k in places])
                asleep -= places
            assert {k for k, one in enumerate(passages(memory)) if one.asleep} == asleep
        assert not memory.verify()
        memory.wake(memory.dormant())
        assert state(memory) == before


def test_all_of_a_document_may_sleep(chat: Memory) -> None:
    before = state(chat)
    sleep(chat, 0, 1, 2, 3, 4)
    assert not chat.verify() and "chat.txt" in {one.uri for one in chat.documents()}
    chat.wake(chat.dormant())
    assert state(chat) == before


def test_undo_of_a_sleep_is_exact(chat: Memory) -> None:
    before = state(chat)
    faded = chat.fade(keep=0.4)
    assert faded.commit is not None and state(chat) != before
    chat.undo(faded.commit.id)
    assert state(chat) == before and not chat.verify()


def test_no_search_finds_what_sleeps_nor_lends_its_words(chat: Memory) -> None:
    sleep(chat, 0, 2)
    gone = {one.id for one in passages(chat) if one.asleep}
    for question in ("Who moved to Oslo?", "Who planted an ash?", "Rome", "Bo Rask"):
        assert gone.isdisjoint(hit.passage.id for hit in chat.recall(question, 20))
    assert not chat.exact("moved to Oslo").found and not chat.exact("oved to Osl").found
    assert gone.isdisjoint(one.passage.id for one in chat.familiar("I moved to Oslo in March 2021").nearest)
    with pytest.raises(NotFound):
        chat.find("Oslo")
    turn = passages(chat)[0]
    assert [one.text for one in chat.parts(turn)] == [turn.text], "it is read where it is asked for"


def test_the_dormant_are_searched_apart(chat: Memory) -> None:
    assert chat.dormant("Oslo") == []
    sleep(chat, 0, 1, 3)
    assert [one.passage.position for one in chat.dormant("Who moved to Oslo?", 1)] == [0]
    assert chat.dormant("Where does Ada Quill stand?")[0].document.uri == "chat.txt"
    assert len(chat.dormant()) == 3


def test_forgetting_a_source_takes_what_sleeps_of_it(chat: Memory) -> None:
    sleep(chat, 0, 2, 3)
    chat.forget("chat.txt")
    assert not chat.dormant()
    assert {one.body["uri"] for one in records(chat).values() if one.kind == schema.DOCUMENT} == {
        "ash.md",
        "cy.md",
    }
    assert not chat.verify()


def test_forgetting_an_entity_takes_what_sleeps_and_names_it(chat: Memory) -> None:
    sleep(chat, 2)
    sleep(chat, 0, uri="ash.md")
    chat.forget_entity("Ada Quill")
    assert not any("Ada Quill" in str(one.body) for one in records(chat).values() if one.kind != "correction")


def test_forgetting_an_entity_that_only_sleeps(chat: Memory) -> None:
    sleep(chat, 0, uri="cy.md")
    with pytest.raises(NotFound):
        chat.find("Cy Vance")
    chat.forget_entity("Cy Vance")
    assert not chat.dormant() and not any("Cy Vance" in str(one.body) for one in records(chat).values())


def test_forgetting_a_time_takes_what_sleeps_of_it(chat: Memory) -> None:
    sleep(chat, 0, 2)
    begin = datetime(2023, 5, 2, tzinfo=timezone.utc)
    chat.forget_between(begin, begin + timedelta(days=1))
    assert [one.passage.position for one in chat.dormant()] == [0] and not chat.verify()


def test_cutting_leaves_asleep_what_slept(chat: Memory) -> None:
    sleep(chat, 0, 4)
    begin = datetime(2023, 5, 2, tzinfo=timezone.utc)
    cut = chat.forget_between(begin, begin + timedelta(days=1)).commit
    assert [one.asleep != () for one in passages(chat)] == [True, False, False, True]
    after = state(chat)
    assert cut is not None
    chat.undo(cut.id)
    chat.wake(chat.dormant())
    chat.forget_between(begin, begin + timedelta(days=1))
    sleep(chat, 0, 3)
    assert state(chat)[0] == after[0]


def test_a_changed_source_leaves_asleep_what_is_the_same(chat: Memory, tmp_path: Path) -> None:
    sleep(chat, 0, 1)
    changed = CHAT.replace("Nice!", "Good for you!") + "[2023-05-05 10:00] Bo Rask: It rained in Turin.\n"
    put(chat, {"chat.txt": changed}, pipeline="english")
    assert [one.asleep != () for one in passages(chat)] == [True, False, False, False, False, False]
    chat.wake(chat.dormant())
    with opened(tmp_path, "new") as other:
        put(other, {"ash.md": NOTES, "cy.md": VANCE, "chat.txt": changed}, pipeline="english")
        assert state(other) == state(chat)


def test_the_same_source_again_changes_nothing(chat: Memory) -> None:
    sleep(chat, 0, 1)
    before = state(chat)
    assert put(chat, {"chat.txt": CHAT}, pipeline="english").unchanged == 1
    assert state(chat) == before


def test_export_copy_and_restore_know_what_sleeps(chat: Memory, tmp_path: Path) -> None:
    head = chat.store.head()
    awake = records(chat)
    sleep(chat, 0, 2)
    with opened(tmp_path, "loaded") as loaded, opened(tmp_path, "copied") as copied:
        import_lines(loaded.store, export_lines(chat.store, chat.view))
        copy(chat.store, copied.store)
        assert state(loaded) == state(chat) == state(copied)
        assert len(loaded.dormant("Who moved to Oslo?")) == 2
    document = chat.document("chat.txt")
    commit = next(one for one in chat.store.commits(chat.view) if one.seq == head)
    chat.restore(document.uri, commit.id)
    assert records(chat) == awake


def test_the_past_is_awake(chat: Memory) -> None:
    head = next(one for one in reversed(list(chat.store.commits(chat.view))))
    sleep(chat, 0)
    with chat.at(head.id) as then:
        assert not then.dormant() and then.find("Oslo")


def test_purging_takes_what_sleeps(chat: Memory) -> None:
    sleep(chat, 0)
    chat.purge("chat.txt")
    assert not chat.dormant() and "Oslo" not in str(list(chat.store.commits(chat.view)))
