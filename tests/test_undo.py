"""Every commit can be taken back by another, unless a later one stands in its way."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import opened, put, state
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmem import Conflict, Memory, NotFound

ASH = "# Ash\n\nAda Byron planted the ash in Bergen. It stands by the river Lee.\n"
ASH_LATER = "# Ash\n\nAda Byron planted the ash in Bergen. It was felled in 1999.\n"
OAK = "# Oak\n\nThe oak of Bergen belongs to Charles Babbage. Ada Byron never saw it.\n"


def last(memory: Memory) -> str:
    return list(memory.history())[-1].id


def test_undo_of_an_ingest_leaves_nothing(memory: Memory) -> None:
    put(memory, {"ash.md": ASH})
    undone = memory.undo(last(memory))
    assert state(memory) == ({}, {})
    assert undone.seq == 2 and undone.message.startswith("undo ")
    assert memory.store.check() == []


def test_undo_of_an_ingest_leaves_the_other_documents(memory: Memory) -> None:
    put(memory, {"oak.md": OAK})
    before = state(memory)
    put(memory, {"ash.md": ASH})
    memory.undo(last(memory))
    assert state(memory) == before


def test_undo_of_a_forget_brings_all_back_with_its_vectors(memory: Memory) -> None:
    put(memory, {"ash.md": ASH, "oak.md": OAK})
    before = state(memory)
    receipt = memory.forget("ash.md")
    assert receipt.commit is not None and state(memory) != before
    memory.undo(receipt.commit.id)
    assert state(memory) == before
    assert before[1], "there were vectors"


def test_undo_of_a_replacement_brings_the_old_version_back(memory: Memory) -> None:
    put(memory, {"ash.md": ASH})
    before = state(memory)
    put(memory, {"ash.md": ASH_LATER})
    assert state(memory) != before
    memory.undo(last(memory))
    assert state(memory) == before


@pytest.mark.parametrize("verb", ["ingest", "replace", "forget"])
def test_undo_of_an_undo_is_a_redo(memory: Memory, verb: str) -> None:
    put(memory, {"ash.md": ASH})
    if verb == "replace":
        put(memory, {"ash.md": ASH_LATER})
    elif verb == "forget":
        memory.forget("ash.md")
    after = state(memory)
    undone = memory.undo(last(memory))
    assert state(memory) != after
    memory.undo(undone.id)
    assert state(memory) == after
    assert memory.store.check() == []


def test_undo_under_a_later_change_is_refused_and_names_it(memory: Memory) -> None:
    put(memory, {"ash.md": ASH})
    first = last(memory)
    put(memory, {"ash.md": ASH_LATER})
    later = last(memory)
    before = state(memory)
    with pytest.raises(Conflict, match=later) as caught:
        memory.undo(first)
    assert "undo the later ones first" in str(caught.value)
    assert caught.value.records
    assert state(memory) == before and memory.store.head() == 2


def test_undo_under_a_later_forget_is_refused_and_names_it(memory: Memory) -> None:
    put(memory, {"ash.md": ASH})
    first = last(memory)
    receipt = memory.forget("ash.md")
    assert receipt.commit is not None
    with pytest.raises(Conflict, match=receipt.commit.id):
        memory.undo(first)
    assert state(memory) == ({}, {}) and memory.store.head() == 2


def test_a_refused_undo_goes_through_once_the_later_ones_are_undone(memory: Memory) -> None:
    put(memory, {"ash.md": ASH})
    first = last(memory)
    put(memory, {"ash.md": ASH_LATER})
    memory.undo(last(memory))
    memory.undo(first)
    assert state(memory) == ({}, {})


def test_a_second_undo_of_one_commit_is_refused(memory: Memory) -> None:
    put(memory, {"ash.md": ASH})
    first = last(memory)
    undone = memory.undo(first)
    with pytest.raises(Conflict, match=undone.id):
        memory.undo(first)


def test_a_commit_is_found_by_how_its_id_starts(memory: Memory) -> None:
    put(memory, {"ash.md": ASH})
    assert memory.commit(last(memory)[:9]).id == last(memory)
    for wrong in ("", "c0ffee" * 4, "ash.md"):
        with pytest.raises(NotFound, match="graphmem history"):
            memory.commit(wrong)
    put(memory, {"oak.md": OAK})
    with pytest.raises(NotFound, match="2 commits start with 'c'"):
        memory.undo("c")


def test_history_of_a_record_or_uri_outlives_the_document(memory: Memory) -> None:
    put(memory, {"ash.md": ASH, "oak.md": OAK})
    document = memory.document("ash.md")
    memory.forget("ash.md")
    for name in (document.id, "ash.md"):
        assert [commit.message for commit in memory.history(name)] == ["ingest ash.md", "forget ash.md"]
    assert list(memory.history("elm.md")) == []


def test_a_clock_that_stands_still_loses_no_commit(tmp_path: Path) -> None:
    with opened(tmp_path) as memory:
        now = memory.clock()
        memory.clock = lambda: now
        put(memory, {"ash.md": ASH})
        after = state(memory)
        memory.forget("ash.md")
        put(memory, {"ash.md": ASH})
        assert state(memory) == after and memory.store.head() == 3


steps = st.lists(
    st.sampled_from(
        [("ash.md", ASH), ("ash.md", ASH_LATER), ("oak.md", OAK), ("ash.md", ""), ("oak.md", "")]
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=25, deadline=None)
@given(steps)
def test_undoing_newest_first_passes_through_every_state(
    tmp_path_factory: pytest.TempPathFactory, chosen: list[tuple[str, str]]
) -> None:
    with opened(tmp_path_factory.mktemp("undo")) as memory:
        states = [state(memory)]
        for uri, text in chosen:
            head = memory.store.head()
            if text:
                put(memory, {uri: text})
            elif any(document.uri == uri for document in memory.documents()):
                memory.forget(uri)
            if memory.store.head() > head:
                states.append(state(memory))
        for commit in reversed(list(memory.history())):
            assert state(memory) == states.pop()
            memory.undo(commit.id)
        assert [state(memory)] == states == [({}, {})]
        assert memory.store.check() == []
