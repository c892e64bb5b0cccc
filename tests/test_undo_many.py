"""Many commits are taken back by one, all or nothing; what stands in the way is told in full."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from conftest import opened, put, state
from hypothesis import given, settings
from hypothesis import strategies as st
from lives import HOUR, NOON, TEXTS, Step, lived, lives

from graphmem import Conflict, InputError, Memory, NotFound
from graphmem.types import Commit


def made(memory: Memory, *life: tuple[str, str, str, int]) -> list[Commit]:
    """The commits of a life."""
    return list(lived(memory, [Step(*step) for step in life]))


def test_a_range_is_taken_back_with_both_its_ends(memory: Memory) -> None:
    made(memory, ("ada", "put", "oak.md", 0))
    before = state(memory)
    rest = made(
        memory, ("ada", "put", "ash.md", 0), ("ada", "put", "ash.md", 1), ("bob", "put", "chat.txt", 0)
    )
    undone = memory.undo(f"{rest[0].id}..{rest[2].id}")
    assert state(memory) == before
    assert undone.message == f"undo 3 commits, {rest[0].id} to {rest[2].id}"


def test_an_open_range_goes_on_until_now(memory: Memory) -> None:
    commits = made(
        memory, ("ada", "put", "oak.md", 0), ("ada", "put", "ash.md", 0), ("bob", "put", "oak.md", 1)
    )
    memory.undo(f"{commits[0].id[:12]}..")
    assert state(memory) == ({}, {})


def test_all_of_an_author_go_and_those_of_others_stay(memory: Memory) -> None:
    made(
        memory,
        ("ada", "put", "ash.md", 0),
        ("bob", "put", "oak.md", 0),
        ("ada", "put", "ash.md", 1),
        ("bob", "put", "chat.txt", 0),
    )
    undone = memory.undo(author="bob")
    assert [document.uri for document in memory.documents()] == ["ash.md"]
    memory.undo(undone.id)
    assert len(list(memory.documents())) == 3


def test_since_and_until_narrow_an_author_down(memory: Memory) -> None:
    commits = made(memory, *(("bob", "put", uri, 0) for uri in sorted(TEXTS)))
    assert [commit.at for commit in commits] == [NOON + HOUR, NOON + 2 * HOUR, NOON + 3 * HOUR]
    memory.undo(author="bob", since=NOON + 2 * HOUR, until=NOON + 2 * HOUR)
    assert {document.uri for document in memory.documents()} == set(TEXTS) - {sorted(TEXTS)[1]}


def test_a_range_with_its_own_undos_comes_to_the_net(memory: Memory) -> None:
    before = state(memory)
    commits = made(
        memory,
        ("ada", "put", "ash.md", 0),
        ("ada", "put", "ash.md", 1),
        ("ada", "undo", "ash.md", 0),
        ("ada", "undo", "ash.md", 0),
    )
    after = state(memory)
    undone = memory.undo(f"{commits[0].id}..{commits[-1].id}")
    assert len({change.id for change in undone.changes}) == len(undone.changes), "one change of each record"
    assert state(memory) == before
    memory.undo(undone.id)
    assert state(memory) == after


def test_commits_that_came_to_nothing_are_told(memory: Memory) -> None:
    commits = made(memory, ("ada", "put", "ash.md", 0), ("ada", "undo", "ash.md", 0))
    with pytest.raises(InputError, match="nothing is left of 2 commits"):
        memory.undo(f"{commits[0].id}..{commits[1].id}")
    assert memory.store.head() == 2


def test_what_stands_in_the_way_is_told_and_nothing_is_written(memory: Memory) -> None:
    ours, theirs, ours_again, theirs_again = made(
        memory,
        ("bob", "put", "ash.md", 0),
        ("ada", "put", "ash.md", 1),
        ("bob", "put", "oak.md", 0),
        ("ada", "forget", "oak.md", 0),
    )
    before = state(memory)
    with pytest.raises(Conflict) as caught:
        memory.undo(author="bob")
    told = str(caught.value)
    assert told.startswith(f"cannot undo 2 commits, {ours.id} to {ours_again.id}: ")
    assert told.index(theirs_again.id) < told.index(theirs.id), "newest first"
    assert "by ada at 2024-05-01 14:00 (ingest ash.md): 1 document, 1 passage, 2 sentence" in told
    assert (
        f"'graphmem undo … {theirs_again.id[:10]} {theirs.id[:10]}'" in told and "nothing was written" in told
    )
    assert {record for record in caught.value.records} >= {change.id for change in ours_again.changes}
    assert state(memory) == before and memory.store.head() == 4
    memory.undo(ours.id, theirs.id, ours_again.id, theirs_again.id)
    assert state(memory) == ({}, {})


def test_a_change_of_others_in_between_is_in_the_way(memory: Memory) -> None:
    made(memory, ("bob", "put", "ash.md", 0), ("ada", "put", "ash.md", 1), ("bob", "put", "ash.md", 0))
    with pytest.raises(Conflict, match="by ada at"):
        memory.undo(author="bob")


def test_what_an_undo_would_do_is_told_without_doing_it(memory: Memory) -> None:
    commits = made(memory, ("bob", "put", "ash.md", 0), ("bob", "put", "chat.txt", 0))
    before = state(memory)
    found = memory.undoing(author="bob")
    assert state(memory) == before
    assert [stamp.id for stamp in found.commits] == [commit.id for commit in commits]
    assert found.counts["removed"]["document"] == 2 and found.counts["removed"]["entity"]
    assert found.counts["created"] == found.counts["replaced"] == {}
    kinds = [record.kind for record in before[0].values()]
    assert found.counts["removed"] == {kind: kinds.count(kind) for kind in sorted(set(kinds))}


@pytest.mark.parametrize("which", [{}, {"author": "nobody"}, {"since": NOON + timedelta(days=9)}])
def test_no_commits_are_told(memory: Memory, which: dict[str, object]) -> None:
    made(memory, ("bob", "put", "ash.md", 0))
    with pytest.raises(InputError, match="say what to undo|there is no such commit"):
        memory.undo(**which)  # type: ignore[arg-type]


def test_a_range_is_written_from_old_to_new(memory: Memory) -> None:
    one, two = made(memory, ("bob", "put", "ash.md", 0), ("bob", "put", "oak.md", 0))
    with pytest.raises(InputError, match=f"the older commit first, {one.id}..{two.id}"):
        memory.undo(f"{two.id}..{one.id}")
    with pytest.raises(NotFound):
        memory.undo("..")


def test_a_run_of_ingest_is_taken_back_whole_and_alone(memory: Memory) -> None:
    def read(*uris: str) -> None:
        put(memory, {uri: TEXTS["ash.md"][0] for uri in uris})

    def run_of(seq: int) -> list[str]:
        commit = next(one for one in memory.history() if one.seq == seq)
        return [stamp.message for stamp in memory.undoing(run=commit.id).commits]

    read("a.md", "b.md")  # 1, 2
    read("c.md", "d.md")  # 3, 4
    memory.forget("b.md")  # 5
    read("e.md")  # 6
    assert run_of(3) == run_of(4) == ["ingest c.md", "ingest d.md"] and run_of(6) == ["ingest e.md"]
    with pytest.raises(Conflict, match="forget b.md"):
        run_of(1)
    with pytest.raises(InputError, match="came from no ingest"):
        run_of(5)
    memory.undo(run=next(one.id for one in memory.history() if one.seq == 4))
    assert sorted(document.uri for document in memory.documents()) == ["a.md", "e.md"]


def pick(commits: Sequence[Commit], chosen: list[bool]) -> list[str]:
    return [commit.id for commit, taken in zip(commits, chosen * len(commits), strict=False) if taken]


@settings(max_examples=25, deadline=None)
@given(lives, st.lists(st.booleans(), min_size=1, max_size=5))
def test_the_undo_of_any_set_is_undone_by_undoing_it(
    tmp_path_factory: pytest.TempPathFactory, life: list[Step], chosen: list[bool]
) -> None:
    with opened(tmp_path_factory.mktemp("many")) as memory:
        commits = list(lived(memory, life))
        before, head = state(memory), memory.store.head()
        ids = pick(commits, chosen)
        try:
            undone = memory.undo(*ids)
        except (Conflict, InputError):
            assert state(memory) == before and memory.store.head() == head
            return
        after = state(memory)
        assert memory.store.check() == []
        again = memory.undo(undone.id)
        assert state(memory) == before
        memory.undo(again.id)
        assert state(memory) == after
        assert memory.store.check() == []


@settings(max_examples=15, deadline=None)
@given(lives, st.data())
def test_undoing_the_newest_commits_at_once_is_undoing_them_one_by_one(
    tmp_path_factory: pytest.TempPathFactory, life: list[Step], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("newest")
    with opened(folder, "once") as once, opened(folder, "each") as each:
        commits = list(lived(once, life))
        assert len(list(lived(each, life))) == len(commits)
        if not commits:
            return
        first = data.draw(st.integers(0, len(commits) - 1))
        for commit in reversed(commits[first:]):
            try:
                each.undo(commit.id)
            except InputError:  # an empty one
                continue
        try:
            once.undo(f"{commits[first].id}..")
        except InputError:
            pass
        assert state(once) == state(each)
