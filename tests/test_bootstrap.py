"""The paired bootstrap: what is equal differs by nothing, swapped sides by the opposite."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import bootstrap
from benchmarks.bootstrap import paired
from graphmem.errors import InputError

recalls = st.sampled_from([0.0, 0.25, 1 / 3, 0.5, 2 / 3, 1.0])
sides = st.lists(st.tuples(recalls, recalls), min_size=1, max_size=30)


@pytest.fixture(autouse=True, scope="module")
def few() -> object:
    """Fewer resamples: the laws hold for any number."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bootstrap, "RESAMPLES", 300)
        yield


@given(st.lists(recalls, min_size=1, max_size=30))
def test_what_is_equal_differs_by_nothing(values: list[float]) -> None:
    found = paired(values, values)
    assert (found.mean, found.low, found.high, found.real) == (0, 0, 0, False)


@given(sides)
def test_swapped_sides_change_the_sign_alone(pairs: list[tuple[float, float]]) -> None:
    one, other = zip(*pairs, strict=True)
    there, back = paired(one, other), paired(other, one)
    assert (back.mean, back.low, back.high) == pytest.approx((-there.mean, -there.high, -there.low))
    assert there.real == back.real


@given(sides)
def test_the_mean_lies_between_the_greatest_differences_as_the_interval_does(
    pairs: list[tuple[float, float]],
) -> None:
    found = paired(*zip(*pairs, strict=True))
    differences = [one - other for one, other in pairs]
    assert found.mean == pytest.approx(np.mean(differences), abs=1e-6)
    assert min(differences) - 1e-6 <= found.low <= found.high <= max(differences) + 1e-6


@given(sides, st.sampled_from([0.5, 2.0]))
def test_it_scales_with_what_is_measured(pairs: list[tuple[float, float]], factor: float) -> None:
    one, other = (np.array(side) for side in zip(*pairs, strict=True))
    found, scaled = paired(one, other), paired(factor * one, factor * other)
    of = (factor * found.mean, factor * found.low, factor * found.high)
    assert (scaled.mean, scaled.low, scaled.high) == pytest.approx(of, abs=2e-6)


@given(recalls, recalls, st.integers(1, 30))
def test_the_same_difference_everywhere_is_sure(one: float, other: float, count: int) -> None:
    found = paired([one] * count, [other] * count)
    assert found.low == found.high == found.mean == pytest.approx(one - other, abs=1e-6)
    assert found.real == (one != other)


def test_pairs_find_what_the_spread_of_questions_hides() -> None:
    draw = np.random.default_rng(7)
    hard = draw.random(200)
    better = np.minimum(hard + 0.05, 1.0)
    assert paired(better, hard).real and not paired(draw.permutation(better), hard).real


def test_the_interval_is_about_that_of_the_normal_distribution() -> None:
    differences = np.random.default_rng(3).normal(0.1, 1.0, 400)
    found = paired(differences, np.zeros(400))
    half = 1.96 * differences.std() / 20
    expected = (differences.mean() - half, differences.mean() + half)
    assert (found.low, found.high) == pytest.approx(expected, abs=0.02)


def test_sides_of_other_questions_are_refused() -> None:
    for one, other in (([0.5], [0.5, 1.0]), ([], [])):
        with pytest.raises(InputError, match="give as many of both"):
            paired(one, other)
