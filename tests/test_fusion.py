"""Fusion: scores of a passage in [0, 1] from what retrievers say, and kinds set against each other."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmem.retrieval import constants
from graphmem.retrieval.candidates import Candidates
from graphmem.retrieval.fusion import gate, paragraph_scores
from graphmem.retrieval.recall import softmax_best

shares = st.floats(0, 1)
relevances = st.floats(-1, 1.6)
ids = st.sampled_from("abcdefghijklmnop")


@given(st.dictionaries(ids, shares), st.dictionaries(ids, relevances, min_size=1))
def test_scores_of_paragraphs_are_in_the_unit_interval(
    mass: dict[str, float], relevance: dict[str, float]
) -> None:
    scores = paragraph_scores(mass, relevance).final
    assert scores.keys() == relevance.keys()
    assert all(0 < score <= 1 + 1e-9 for score in scores.values())


def test_more_mass_and_a_better_sentence_both_raise_a_paragraph() -> None:
    scores = paragraph_scores({"a": 0.4, "b": 0.2, "c": 0.4}, {"a": 0.9, "b": 0.9, "c": 0.5, "d": 0.9}).final
    assert scores["a"] == pytest.approx(1)
    assert scores["a"] > scores["c"] > scores["b"] > scores["d"] > 0
    assert scores["d"] == pytest.approx(constants.FLOOR / (1 + constants.FLOOR))


def test_without_any_mass_relevance_alone_orders() -> None:
    scores = paragraph_scores({}, {"a": 0.1, "b": 0.9}).final
    assert scores["b"] > scores["a"] > 0


def test_a_kind_falls_behind_as_it_fits_less() -> None:
    assert gate(0.7, 0.7) == 1
    assert 1 > gate(0.6, 0.7) > gate(0.3, 0.7) > 0


@given(st.dictionaries(ids, relevances, min_size=1))
def test_the_restart_of_sentences_sums_to_one_and_prefers_the_best(relevance: dict[str, float]) -> None:
    found = softmax_best(relevance)
    assert len(found) == min(len(relevance), constants.BEST_SENTENCES)
    assert math.fsum(found.values()) == pytest.approx(1)
    assert found[max(relevance, key=lambda id: (relevance[id], [-ord(c) for c in id]))] == max(found.values())
    assert min(relevance[id] for id in found) >= max(
        (value for id, value in relevance.items() if id not in found), default=-math.inf
    )


def test_relevance_adds_the_share_of_the_best_keyword_score() -> None:
    found = Candidates({"a": 0.5, "b": 0.2}, {"b": 4.0, "c": 2.0}, {"b": 4.0, "c": 2.0, "x": 8.0})
    assert found.ids == ["a", "b", "c"]
    relevance = found.relevance({"a": 0.5, "b": 0.2, "c": 0.0})
    weight = constants.KEYWORD_WEIGHT
    assert relevance == pytest.approx({"a": 0.5, "b": 0.2 + weight / 2, "c": weight / 4})
