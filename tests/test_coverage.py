"""Coverage: the first hits are chosen for what they add to one another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmem.retrieval import constants
from graphmem.retrieval.coverage import covering, stems

QUESTION = "Where was the designer of the Tern buoy born?"


def test_a_passage_that_answers_the_other_half_comes_before_one_that_repeats() -> None:
    scores = {"first": 1.0, "again": 0.5, "other": 0.4}
    texts = {
        "first": "The Tern buoy is a buoy.",
        "again": "The Tern buoy floats.",
        "other": "She was born in Vardø, the designer.",
    }
    assert list(covering(QUESTION, scores, texts)) == ["first", "other", "again"]


def test_without_a_word_in_common_the_order_stays() -> None:
    scores = {"a": 0.2, "b": 1.0, "c": 0.5}
    found = covering(QUESTION, scores, dict.fromkeys(scores, "nothing"))
    assert found == pytest.approx({"b": 1.0, "c": 0.5, "a": 0.2})
    assert list(found) == ["b", "c", "a"]


def test_words_are_compared_without_their_endings() -> None:
    assert stems("designed designs designing design") == {"design"}
    assert stems("The cats' house") == stems("the cat houses")


def test_nothing_gives_nothing() -> None:
    assert covering(QUESTION, {}, {}) == {}


@pytest.mark.parametrize("question", ["", "?!", "the of and"])
def test_a_question_without_telling_words_changes_no_order(question: str) -> None:
    scores = {"a": 0.2, "b": 1.0}
    assert covering(question, scores, {"a": "the", "b": "of"}) == pytest.approx(scores)


words = st.lists(st.sampled_from("tern buoy designer born sea ship where the".split()), max_size=6).map(
    " ".join
)


@given(
    words,
    st.dictionaries(
        st.sampled_from([f"p{n}" for n in range(30)]),
        st.tuples(st.floats(0, 1, allow_subnormal=False), words),
        min_size=1,
    ),
)
def test_scores_descend_from_one_and_nothing_goes(question: str, found: dict[str, tuple[float, str]]) -> None:
    scores = {id: score for id, (score, _) in found.items()}
    new = covering(question, scores, {id: text for id, (_, text) in found.items()})
    assert new.keys() == scores.keys()
    values = list(new.values())
    assert max(values) == pytest.approx(1, abs=1e-5) and values[0] == pytest.approx(1, abs=1e-5)
    assert all(0 <= later <= earlier + 1e-5 for earlier, later in zip(values, values[1:], strict=False))
    rest = list(new)[constants.COVERING :]
    assert rest == sorted(rest, key=lambda id: (-scores[id], id)), "the rest keep their order"


@given(
    st.permutations([("a", 0.9, "tern buoy"), ("b", 0.9, "tern buoy"), ("c", 0.6, "born"), ("d", 0.3, "sea")])
)
def test_the_order_of_the_input_does_not_matter(found: list[tuple[str, float, str]]) -> None:
    scores = {id: score for id, score, _ in found}
    new = covering(QUESTION, scores, {id: text for id, _, text in found})
    assert list(new) == ["a", "c", "b", "d"]
