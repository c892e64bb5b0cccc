"""Coverage: the first hits are chosen for what they add to one another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmem.retrieval import constants
from graphmem.retrieval.coverage import covering, stems
from graphmem.retrieval.named import NOBODY, Named

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


# --- names ----------------------------------------------------------------------------------

NAMES = {  # 1 is asked of; 2 is the title of "second", and "first" says it; 3 stands in all
    "first": Named({1: 0.9, 2: 1.0, 3: 0.1}, frozenset({1})),
    "second": Named({2: 1.0, 3: 0.1}, frozenset({2})),
    "other": Named({3: 0.1}, frozenset()),
}
SCORES = {"first": 1.0, "other": 0.3, "second": 0.2}
SAME = dict.fromkeys(SCORES, "nothing of it")


def test_what_a_chosen_passage_names_comes_next() -> None:
    assert list(covering(QUESTION, SCORES, SAME)) == ["first", "other", "second"]
    found = covering(QUESTION, SCORES, SAME, NAMES, [1])
    assert list(found) == ["first", "second", "other"]
    assert found["first"] == 1 > found["second"] > found["other"]


def test_a_name_that_the_question_says_links_nothing() -> None:
    assert list(covering(QUESTION, SCORES, SAME, NAMES, [1, 2])) == ["first", "other", "second"]


def test_a_title_links_more_than_a_name_in_passing_and_a_rare_name_more_than_a_common_one() -> None:
    first, second, other = NAMES.values()
    passing = Named({2: 1.0}, frozenset())
    assert first.linked(second, []) == 1 > passing.linked(passing, []) > first.linked(other, []) > 0
    assert first.linked(second, [1, 2, 3]) == 0 == first.linked(NOBODY, [])


SPECIFIC = {name: name / 5 for name in range(6)}
some = st.sets(st.sampled_from(sorted(SPECIFIC)))
named = st.builds(
    lambda names, titles: Named({name: SPECIFIC[name] for name in names}, frozenset(names & titles)),
    some,
    some,
)


@given(named, named, some)
def test_a_link_goes_both_ways_and_is_a_share(one: Named, other: Named, asked: set[int]) -> None:
    assert 0 <= one.linked(other, asked) == other.linked(one, asked) <= 1


@given(st.dictionaries(st.sampled_from("abcdef"), st.tuples(st.floats(0, 1), named), min_size=1))
def test_with_names_too_scores_descend_from_one(found: dict[str, tuple[float, Named]]) -> None:
    scores = {id: score for id, (score, _) in found.items()}
    new = covering("tern", scores, dict.fromkeys(scores, "tern"), {id: one for id, (_, one) in found.items()})
    assert new.keys() == scores.keys()
    values = list(new.values())
    assert values[0] == pytest.approx(1) and values == sorted(values, reverse=True)
