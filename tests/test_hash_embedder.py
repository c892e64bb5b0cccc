"""The embedder that tests use instead of a model."""

from __future__ import annotations

import numpy as np
import pytest

from graphmem.testing import HashEmbedder


@pytest.mark.parametrize("dimension", [1, 7, 64, 384, 1000])
def test_vectors_are_units_of_the_dimension(dimension: int) -> None:
    embedder = HashEmbedder(dimension)
    vectors = embedder.encode(["a red fox", "", "\ud800 !!", "a a a"])
    assert vectors.shape == (4, dimension) and vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert embedder.encode([]).shape == (0, dimension)


def test_shared_words_draw_near() -> None:
    fox, vixen, tax = HashEmbedder(384).encode(
        ["The red fox runs", "the RED fox sleeps", "income tax return"]
    )
    assert fox @ vixen > 0.5 > abs(fox @ tax) + 0.2


def test_the_same_everywhere() -> None:
    vector = HashEmbedder(8).encode(["graph"])[0]
    assert vector.tolist() == HashEmbedder(8).encode(["graph", "x"])[0].tolist()
    assert (np.sign(vector)).tolist() == SIGNS


SIGNS = [-1.0, 1.0, -1.0, -1.0, 1.0, -1.0, 1.0, 1.0]
