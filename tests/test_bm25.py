"""BM25 against its formula, and the choice of the best."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from graphmem.stores.bm25 import Postings, best, bm25, weigh
from graphmem.stores.words import QUERY_TERMS, query_terms


def scored(
    postings: list[Postings], lengths: list[int], mean: float, k: int = 10
) -> tuple[list[int], list[float]]:
    scratch = np.zeros(len(lengths) + 2)
    weights = [weigh(one, np.array(lengths, dtype=np.int32), mean) for one in postings]
    rows, scores = bm25(weights, len(lengths), scratch, k)
    assert not scratch.any()
    order = np.argsort(rows)
    return rows[order].tolist(), scores[order].tolist()


def test_a_worked_example() -> None:
    # Three records of 4, 2 and 6 tokens; one term in the first (twice) and the last, one in the last alone.
    first, second = (np.array([0, 2]), np.array([2, 1])), (np.array([2]), np.array([1]))
    idf = [math.log(1 + (3 - df + 0.5) / (df + 0.5)) for df in (2, 1)]
    often, once = 2 * 2.2 / (2 + 1.2), 2.2 / (1 + 1.2 * (0.25 + 0.75 * 1.5))
    rows, scores = scored([first], [4, 2, 6], 4.0)
    assert rows == [0, 2] and np.allclose(scores, [idf[0] * often, idf[0] * once])
    rows, scores = scored([first, second], [4, 2, 6], 4.0)
    assert rows == [0, 2] and np.allclose(scores, [idf[0] * often, idf[0] * once + idf[1] * once])


def test_a_word_that_is_everywhere_still_counts() -> None:
    _, scores = scored([(np.arange(5), np.ones(5, dtype=np.int64))], [3] * 5, 3.0)
    assert min(scores) > 0


def test_no_term_no_score() -> None:
    assert scored([], [0, 0, 0], 0.0) == ([], [])


@given(
    st.lists(st.lists(st.integers(0, 3), min_size=40, max_size=40), min_size=1, max_size=6),
    st.lists(st.integers(1, 9), min_size=40, max_size=40),
    st.integers(1, 12),
)
def test_the_best_are_those_of_all_terms_added_up(said: list[list[int]], lengths: list[int], k: int) -> None:
    postings = [(np.flatnonzero(often), np.array(often)[np.flatnonzero(often)]) for often in said]
    every = dict(zip(*scored(postings, lengths, 5.0, len(lengths)), strict=True))
    found = dict(zip(*scored(postings, lengths, 5.0, k), strict=True))
    assert all(every[row] == score for row, score in found.items())
    last = sorted(every.values(), reverse=True)[:k][-1:]
    assert {row for row, score in every.items() if [score] >= last} <= found.keys()


def test_a_word_that_is_everywhere_is_looked_up_for_those_that_have_a_rare_one() -> None:
    often, rare = np.arange(1000), np.arange(0, 1000, 100)
    rows, scores = scored([(often, np.ones(1000)), (rare, np.ones(10))], [5] * 1000, 5.0, 10)
    assert rows == rare.tolist()
    assert len(set(scores)) == 1


@given(st.lists(st.integers(0, 5), max_size=30), st.integers(1, 10))
def test_the_best_are_the_best_and_all_that_equal_the_last(values: list[int], k: int) -> None:
    scores = np.array(values, dtype=np.float64)
    chosen = sorted(scores[best(scores, k)].tolist(), reverse=True)
    ordered = sorted(values, reverse=True)
    assert chosen[:k] == ordered[:k]
    assert chosen == [value for value in ordered if len(ordered) <= k or value >= ordered[k - 1]]


def test_terms_are_stemmed_folded_and_different() -> None:
    assert query_terms("Rivers, RIVER; Élan") == ["elan", "river"]
    assert query_terms("\x00 \ud800 -- \"'") == []


def test_of_a_long_query_the_first_words_count() -> None:
    terms = query_terms(" ".join(f"w{number}" for number in range(5000)))
    assert set(terms) == {f"w{number}" for number in range(QUERY_TERMS)}
