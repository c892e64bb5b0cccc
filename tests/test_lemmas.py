"""Basic forms of verbs: known ones, irregular ones, and those that no list has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmem.ingest.lemmas import basic, stem, verbs


@pytest.mark.parametrize(
    ("form", "tag", "verb"),
    [
        ("praised", "VBN", "praise"),
        ("Climbed", "VBD", "climb"),
        ("jailed", "VBN", "jail"),
        ("implied", "VBD", "imply"),
        ("dying", "VBG", "die"),
        ("travelled", "VBD", "travel"),
        ("finishes", "VBZ", "finish"),
        ("agreed", "VBD", "agree"),
        ("found", "VBD", "find"),
        ("found", "VB", "found"),
        ("retook", "VBD", "retake"),
        ("re-emerged", "VBD", "re-emerge"),
        ("is", "VBZ", "be"),
    ],
)
def test_an_inflection_is_undone(form: str, tag: str, verb: str) -> None:
    assert basic(form, tag) == verb


@pytest.mark.parametrize(
    ("form", "verb"),
    [("photobombed", "photobomb"), ("duped", "dupe"), ("sledding", "sled"), ("overhyped", "overhype")],
)
def test_an_unknown_verb_goes_as_the_known_ones_of_its_end(form: str, verb: str) -> None:
    assert verb not in verbs()[0]
    assert basic(form, "VBD") == verb


def test_every_known_verb_is_its_own_basic_form() -> None:
    assert [verb for verb in verbs()[0] if basic(verb, "VB") != verb] == []


def test_nearly_every_known_verb_comes_back_from_its_form_in_ing() -> None:
    wrong = [verb for verb in verbs()[0] if verb[-2:] != "ie" and basic(f"{stem(verb)[0]}ing", "VBG") != verb]
    assert len(wrong) < 0.02 * len(verbs()[0])


@given(st.text(max_size=12), st.sampled_from(["VB", "VBZ", "VBD", "VBN", "VBG", "NNP", ""]))
def test_any_word_has_a_basic_form_in_small_letters(form: str, tag: str) -> None:
    found = basic(form, tag)
    assert found == found.lower()
    assert bool(found) == bool(form)
