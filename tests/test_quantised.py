"""int8 vectors: close to what they stand for, and searched alike with and without the SIMD library."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from graphmem.stores import quantised
from graphmem.stores.quantised import VectorMatrix, dequantise, quantise
from graphmem.types import FloatArray


def units(count: int, dimension: int, seed: int) -> FloatArray:
    vectors = np.random.default_rng(seed).standard_normal((count, dimension))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@given(arrays(np.int16, (3, 8)))
def test_a_component_is_off_by_half_a_step_at_most(components: NDArray[np.int16]) -> None:
    vectors = components.astype(np.float32) / np.float32(2**15)
    steps = np.abs(vectors).max(axis=1, keepdims=True) / 127
    error = np.abs(quantise(vectors) * steps - vectors)
    assert (error <= steps * 0.51).all()


def test_units_come_back_as_units_in_their_direction() -> None:
    vectors = units(200, 384, 0)
    back = dequantise(quantise(vectors))
    assert np.allclose(np.linalg.norm(back, axis=1), 1, atol=1e-6)
    assert ((back * vectors).sum(axis=1) > 0.9995).all()
    assert (dequantise(np.zeros((2, 4), dtype=np.int8)) == 0).all()


@pytest.mark.parametrize("library", [True, False])
@pytest.mark.parametrize("share", [0.05, 0.9])
def test_the_best_of_the_mask_are_found(library: bool, share: float, monkeypatch: pytest.MonkeyPatch) -> None:
    if not library:
        monkeypatch.setattr(quantised, "cdist", None)
    vectors = units(6000, 32, 1)
    matrix = VectorMatrix(32)
    matrix.put((key + 1, row.tobytes()) for key, row in enumerate(quantise(vectors)))
    mask = np.zeros(6001, dtype=bool)
    mask[1:] = np.random.default_rng(2).random(6000) < share
    query = units(1, 32, 3)[0]
    keys, cosines = matrix.search(query, mask, 10)
    exact = dequantise(quantise(vectors)) @ query
    exact[~mask[1:]] = -2
    assert set(keys.tolist()) == set((np.argsort(-exact)[:10] + 1).tolist())
    assert np.allclose(np.sort(cosines), np.sort(exact)[-10:], atol=1e-6)


def test_places_are_used_again() -> None:
    vectors = quantise(units(10, 16, 4))
    matrix = VectorMatrix(16)
    matrix.put((key, vectors[key].tobytes()) for key in range(1, 9))
    matrix.drop(np.array([2, 3, 99]))
    matrix.put([(9, vectors[9].tobytes()), (1, vectors[0].tobytes())])
    mask = np.ones(12, dtype=bool)
    mask[0] = False
    keys, _ = matrix.search(dequantise(vectors)[9], mask, 20)
    assert sorted(keys.tolist()) == [1, 4, 5, 6, 7, 8, 9]
