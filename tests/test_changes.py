"""The algebra of changes: diff and patch are inverse, an inverse takes back, misfits are told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmem.changes import diff, inverse, misfits, patch
from graphmem.types import Change, Record

bodies = st.dictionaries(st.sampled_from("abc"), st.integers(0, 3), max_size=2)
records = st.builds(Record, st.sampled_from("uvwxyz"), st.just("note"), st.just("n"), bodies)
states = st.lists(records, unique_by=lambda r: r.id).map(lambda rs: {r.id: r for r in rs})


@given(states, states)
def test_diff_then_patch_gives_the_other_state(before: dict[str, Record], after: dict[str, Record]) -> None:
    assert patch(diff(before.values(), after.values()), before) == after


@given(states, states)
def test_inverse_takes_back(before: dict[str, Record], after: dict[str, Record]) -> None:
    changes = diff(before.values(), after.values())
    assert patch(inverse(changes), after) == before
    assert inverse(inverse(changes)) == changes


@given(states)
def test_equal_states_differ_by_nothing(state: dict[str, Record]) -> None:
    assert diff(state.values(), state.values()) == ()


@given(states, states, states)
def test_misfits_are_exactly_the_records_that_are_not_as_expected(
    before: dict[str, Record], after: dict[str, Record], other: dict[str, Record]
) -> None:
    changes = diff(before.values(), after.values())
    assert misfits(changes, before) == ()
    assert set(misfits(changes, other)) == {c.id for c in changes if other.get(c.id) != before.get(c.id)}


def test_a_change_is_of_one_record() -> None:
    a, b = Record("a", "note", "n", {}), Record("b", "note", "n", {})
    with pytest.raises(ValueError, match="one record"):
        Change(a, b)
    with pytest.raises(ValueError, match="before or after"):
        Change(None, None)
