"""BM25 against its formula, and the choice of the best."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from graphmem.stores.bm25 import best, bm25
from graphmem.stores.words import QUERY_TERMS, query_terms


def test_a_worked_example() -> None:
    # Three records of 4, 2 and 6 tokens; one term in the first (twice) and the last.
    rows, scores = bm25(
        [(np.array([0, 2]), np.array([2, 1]))], np.array([4, 2, 6], dtype=np.int32), 3, 4.0, k1=1.2, b=0.75
    )
    idf = math.log(1 + (3 - 2 + 0.5) / (2 + 0.5))
    assert rows.tolist() == [0, 2]
    assert np.allclose(scores, [idf * 2 * 2.2 / (2 + 1.2), idf * 2.2 / (1 + 1.2 * (0.25 + 0.75 * 1.5))])


def test_a_word_that_is_everywhere_still_counts() -> None:
    _, scores = bm25([(np.arange(5), np.ones(5, dtype=np.int64))], np.full(5, 3, dtype=np.int32), 5, 3.0)
    assert (scores > 0).all()


def test_no_term_no_score() -> None:
    rows, scores = bm25([], np.zeros(3, dtype=np.int32), 0, 0.0)
    assert not len(rows) and not len(scores)


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
