"""Ids come from content; folded names meet."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmem.errors import InputError
from graphmem.identity import checked_namespace, digest, fold


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("The Beatles", "beatles"),
        ("Beyoncé", "BEYONCE"),
        ("Obama's", "Obama"),
        ("Jean-Luc Picard", "Jean Luc Picard"),
        ("  New   York ", "new york"),
        ("Straße", "STRASSE"),
        ("O\u2019Neill", "O'Neill"),
        ("Łódź", "Lodz"),
        ("a The Who", "who"),
    ],
)
def test_names_meet(a: str, b: str) -> None:
    assert fold(a) == fold(b)


@pytest.mark.parametrize(("a", "b"), [("Indiana", "Indiana, Pennsylvania"), ("1984", "1985"), ("C", "D")])
def test_names_stay_apart(a: str, b: str) -> None:
    assert fold(a) != fold(b)


@given(st.text())
def test_folding_a_key_changes_nothing(name: str) -> None:
    assert fold(fold(name)) == fold(name)


@given(st.lists(st.text(), max_size=4), st.lists(st.text(), max_size=4))
def test_digests_tell_lists_of_parts_apart(a: list[str], b: list[str]) -> None:
    assert (digest(*a) == digest(*b)) == (a == b)


@pytest.mark.parametrize("name", ["", "UPPER", "a b", "a/b", "-a", "x" * 65, "é"])
def test_a_bad_namespace_is_refused_with_the_rule(name: str) -> None:
    with pytest.raises(InputError, match="1 to 64 of a-z"):
        checked_namespace(name)
