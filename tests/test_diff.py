"""The difference of two moments is exactly what turns the one state into the other, derived records too."""

from __future__ import annotations

import pytest
from conftest import opened, records
from hypothesis import given, settings
from hypothesis import strategies as st
from lives import HOUR, NOON, Step, lived, lives

from graphmem import InputError, Memory, NotFound
from graphmem.changes import diff, inverse, net, patch
from graphmem.cli.diff import lines, word_diff
from graphmem.projection import SCHEMA
from graphmem.types import Change, Record

LIFE = [
    Step("ada", "put", "ash.md", 0),
    Step("ada", "put", "oak.md", 0),
    Step("bob", "put", "ash.md", 1),
    Step("bob", "same", "oak.md", 1),
    Step("bob", "forget", "oak.md", 0),
]


def logged(state: dict[str, Record]) -> list[Record]:
    return [record for record in state.values() if record.kind in SCHEMA.logged]


def derived(state: dict[str, Record]) -> list[Record]:
    return [record for record in state.values() if record.kind in SCHEMA.derived]


def check(memory: Memory, life: list[Step], pipeline: str | None = None) -> None:
    """Every pair of moments of a life."""
    states = [records(memory)]
    points: list[object] = [NOON]
    for commit in lived(memory, life, pipeline):
        states.append(records(memory))
        points.append(commit.id)
    for a, before in zip(points, states, strict=True):
        for b, after in zip(points, states, strict=True):
            found = memory.diff(a, b)  # type: ignore[arg-type]
            assert patch((*found.changes, *found.derived), before) == after
            assert found.changes == diff(logged(before), logged(after))
            assert found.derived == diff(derived(before), derived(after))
        assert memory.diff(a) == memory.diff(a, points[-1])  # type: ignore[arg-type]


@settings(max_examples=15, deadline=None)
@given(lives)
def test_a_difference_turns_one_state_into_the_other(
    tmp_path_factory: pytest.TempPathFactory, life: list[Step]
) -> None:
    with opened(tmp_path_factory.mktemp("diff")) as memory:
        check(memory, life)


def test_facts_and_identities_differ_as_they_did(memory: Memory) -> None:
    check(memory, LIFE, "english")


def test_a_moment_stands_for_the_last_commit_until_then(memory: Memory) -> None:
    commits = list(lived(memory, LIFE))
    assert memory.diff(NOON + HOUR / 2) == memory.diff(NOON)
    assert memory.diff(NOON + 2 * HOUR) == memory.diff(commits[1].id)
    assert memory.diff(commits[2].id, commits[2].id).changes == ()
    with pytest.raises(NotFound):
        memory.diff("c0ffee")
    with pytest.raises(InputError, match="time zone"):
        memory.diff(NOON.replace(tzinfo=None))


def note(id: str, text: str | None) -> Record | None:
    return None if text is None else Record(id, "note", "a", {"text": text})


texts = st.none() | st.sampled_from("xyz")


@given(st.lists(st.tuples(st.sampled_from("ab"), texts), max_size=8))
def test_the_net_of_changes_does_what_they_do_one_by_one(steps: list[tuple[str, str | None]]) -> None:
    state: dict[str, Record] = {}
    changes = []
    for id, text in steps:
        before, after = state.get(id), note(id, text)
        if before or after:
            changes.append(Change(before, after))
            state = patch(changes[-1:], state)
    folded = net(changes)
    assert patch(folded, {}) == state
    assert folded == diff([], state.values())
    assert net((*changes, *inverse(changes))) == ()


@given(st.lists(st.sampled_from(["ash", "oak", "fell"])), st.lists(st.sampled_from(["ash", "oak", "fell"])))
def test_a_word_diff_holds_both_texts(before: list[str], after: list[str]) -> None:
    told = word_diff(" ".join(before), " ".join(after))
    old, new = [], []
    place = None
    for word in told.split():
        if word.startswith(("[-", "{+")):
            place = word[:2]
        bare = word.removeprefix("[-").removeprefix("{+").removesuffix("-]").removesuffix("+}")
        old += [bare] if place in (None, "[-") else []
        new += [bare] if place in (None, "{+") else []
        if word.endswith(("-]", "+}")):
            place = None
    assert (old, new) == (before, after)


def test_lines_tell_what_came_went_and_changed(memory: Memory) -> None:
    commits = list(lived(memory, LIFE, "english"))
    found = memory.diff(commits[1].id)
    uris = {record.id: record.body["uri"] for record in memory.store.scan(memory.view, "document")}
    uris |= {change.id: change.record.body["uri"] for change in found.changes if "uri" in change.record.body}
    told = list(lines((*found.changes, *found.derived), uris, everything=False))
    assert told[0].startswith("~ document ash.md (") and told[1].startswith("- document oak.md")
    assert (
        "~ passage ash.md#0: Ada Byron planted the ash in Bergen in 1843. "
        "It [-stands by the river Lee.-] {+was felled in 1999.+}"
    ) in told
    assert "+ entity 1999" in told and "- entity Charles Babbage" in told
    assert any(line.startswith("- fact Ada Byron moved to London") for line in told)
    assert any(line.startswith("+ decision") for line in told)
    assert any(line.startswith("  sentence: +") for line in told)
    every = list(lines((*found.changes, *found.derived), uris, everything=True))
    assert any(line.startswith("- sentence ") for line in every)
    assert not any(line.startswith("  ") for line in every)
