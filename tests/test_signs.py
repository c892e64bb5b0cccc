"""Signs as bits: those that differ least are the nearest in angle, and none but those allowed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmem.stores import quantised
from graphmem.stores import signs as module
from graphmem.stores.quantised import VectorMatrix, quantise
from graphmem.stores.signs import nearest, signs

pytestmark = pytest.mark.skipif(not module.COUNTED, reason="NumPy 1 does not count bits")


@given(st.integers(1, 200), st.integers(1, 130), st.integers(1, 60), st.integers(0, 9))
def test_the_fewest_different_signs_are_chosen(count: int, dimension: int, k: int, seed: int) -> None:
    draw = np.random.default_rng(seed)
    rows = draw.standard_normal((count, dimension)).astype(np.float32)
    query = draw.standard_normal(dimension).astype(np.float32)
    among = draw.random(count) < 0.7
    different = ((rows > 0) != (query > 0)).sum(axis=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_BLOCK", 7)
        chosen = nearest(signs(rows), query, among, k)
    allowed = np.sort(different[among])
    last = allowed[min(k, len(allowed)) - 1] if len(allowed) else -1
    assert chosen.tolist() == np.flatnonzero(among & (different <= last)).tolist()


def test_among_many_vectors_the_nearest_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Near a query as sentences are: a few at small angles, most at right angles."""
    draw = np.random.default_rng(1)
    base = draw.standard_normal((20, 384))
    rows = np.concatenate([base[n % 20] + draw.standard_normal((1, 384)) * 0.8 for n in range(4000)])
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    small = quantise(rows.astype(np.float32))
    matrix = VectorMatrix(384)
    matrix.put((key + 1, row.tobytes()) for key, row in enumerate(small))
    mask = np.ones(4001, dtype=bool)
    mask[::3] = False
    query = (base[3] / np.linalg.norm(base[3])).astype(np.float32)
    exact, _ = matrix.search(query, mask, 10)
    monkeypatch.setattr(quantised, "_EXACT", 100)
    monkeypatch.setattr(quantised, "_LEAST_BY_SIGNS", 300)
    keys, _ = matrix.search(query, mask, 10)
    assert keys.tolist() == exact.tolist()
    monkeypatch.setattr(quantised, "COUNTED", False)
    keys, _ = matrix.search(query, mask, 10)
    assert keys.tolist() == exact.tolist()


def test_signs_follow_what_is_put_and_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quantised, "_EXACT", 0)
    draw = np.random.default_rng(2)
    rows = quantise(draw.standard_normal((40, 64)).astype(np.float32))
    matrix = VectorMatrix(64)
    matrix.put((key, rows[key].tobytes()) for key in range(1, 20))
    matrix.drop(np.array([3, 4, 5]))
    matrix.put((key, rows[key + 10].tobytes()) for key in range(4, 30))
    mask = np.ones(40, dtype=bool)
    mask[0] = False
    for key in range(4, 30):
        found, cosines = matrix.search(rows[key + 10].astype(np.float32), mask, 1)
        assert found.tolist() == [key] and cosines[0] > 0.999
    assert 3 not in matrix.search(rows[3].astype(np.float32), mask, 40)[0].tolist()
