"""Tokens: what the encoder says of each piece of a text, made small."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from conftest import opened, put
from hypothesis import given
from hypothesis import strategies as st

from graphmem import embedding, schema
from graphmem.embedding import Remembering, SentenceEncoder, encode_tokens
from graphmem.testing import HashEmbedder
from graphmem.tokens import SCALE, Contextual, axes, tokens_of
from graphmem.types import TOKEN, FloatArray, Tokens, Vectors


def alike(one: Tokens, other: Tokens) -> FloatArray:
    """Cosines of all pairs."""
    a, b = (side["vector"].astype(np.float32) / SCALE for side in (one, other))
    return np.asarray(a @ b.T)


def test_tokens_come_from_the_pass_that_gives_the_vector(encoder: SentenceEncoder) -> None:
    texts = ["Ann: We got a puppy.", "The harbour was quiet in May 2023.", ""]
    vectors, tokens = encoder.encode_tokens(texts)
    assert np.allclose(vectors, encoder.encode(texts), atol=1e-3) and vectors.dtype == np.float32
    numbers = [encoder._model.tokenizer(text, add_special_tokens=False)["input_ids"] for text in texts]
    assert [one["piece"].tolist() for one in tokens] == numbers and not len(tokens[2])
    for one in tokens:
        assert one.dtype == TOKEN
        assert alike(one, one).diagonal() == pytest.approx(np.ones(len(one)), abs=0.03)
    assert encoder.encode_tokens([])[0].shape == (0, 384) and encoder.encode_tokens([])[1] == []


def test_a_word_is_read_in_its_sentence(encoder: SentenceEncoder) -> None:
    said = [
        "We rowed to the bank of the river.",
        "The bank lends money.",
        "The shore of the river was muddy.",
    ]
    river, money, shore = encoder.encode_tokens(said)[1]
    (bank,) = encoder.encode_tokens(["bank"])[1]
    at = [int(np.flatnonzero(one["piece"] == bank["piece"][0])[0]) for one in (river, money)]
    like = [alike(one[at[row] : at[row] + 1], shore[1:2])[0, 0] for row, one in enumerate((river, money))]
    assert like[0] > like[1] + 0.1, "the shore is like the river's bank"


def test_many_texts_are_read_a_part_at_a_time(
    encoder: SentenceEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [f"The tern number {number} nests here." for number in range(10)]
    whole = encoder.encode_tokens(texts)
    monkeypatch.setattr(embedding, "TOKENS_AT_ONCE", 3)
    parts = encoder.encode_tokens(texts)
    assert np.allclose(whole[0], parts[0], atol=0.02)
    for one, other in zip(whole[1], parts[1], strict=True):
        assert one["piece"].tolist() == other["piece"].tolist()
        assert alike(one, other).diagonal().min() > 0.97


def test_the_axes_are_directions_at_right_angles() -> None:
    found = axes()
    assert found.shape == (65, 384)
    assert found[1:] @ found[1:].T == pytest.approx(np.eye(64), abs=0.01)


@given(st.integers(0, 6), st.integers(0, 2**32 - 1))
def test_any_states_give_tokens(pieces: int, seed: int) -> None:
    states = np.random.default_rng(seed).standard_normal((pieces, 384)).astype(np.float32)
    found = tokens_of(range(pieces), states * np.float32(1e-6 if seed % 2 else 1e6), axes())
    assert found["piece"].tolist() == list(range(pieces))
    norms = np.linalg.norm(found["vector"].astype(float), axis=1)
    assert norms == pytest.approx(np.full(pieces, SCALE), abs=4.1)
    assert not tokens_of([1], np.zeros((1, 384), np.float32), np.zeros_like(axes()))["vector"].any()


class Plain:
    """An encoder that gives no tokens."""

    name, dimension = "plain", 64

    def encode(self, texts: list[str]) -> FloatArray:
        """As hashed words."""
        return HashEmbedder().encode(texts)


def test_an_encoder_without_tokens_gives_none(tmp_path: Path) -> None:
    vectors, tokens = encode_tokens(Plain(), ["a", "b"])
    assert vectors.shape == (2, 64) and [len(one) for one in tokens] == [0, 0]
    assert not isinstance(Plain(), Contextual) and isinstance(SentenceEncoder(), Contextual)
    again = Remembering(Plain()).encode_tokens(["a"])[1]
    assert len(again) == 1 and not len(again[0])
    with opened(tmp_path, embedder=Plain()) as memory:
        put(
            memory,
            {"chat.txt": "[2023-05-08 13:56] Ann: The tern nests here.\n[2023-05-08 13:57] Bo: Where?\n"},
        )
        ids = [one.id for one in memory.store.scan(memory.view, schema.UTTERANCE)]
        assert memory.store.vectors(memory.view, ids).keys() == set(ids)
        assert not memory.store.tokens(memory.view, ids) and memory.store.check() == []
        assert memory.recall("Where does the tern nest?").hits


def test_turns_and_records_have_tokens_and_paragraphs_none(tmp_path: Path) -> None:
    with opened(tmp_path) as memory:
        put(
            memory,
            {
                "chat.txt": "[2023-05-08 13:56] Ann: The tern nests here.\n[2023-05-08 13:57] Bo: Where?\n",
                "page.md": "# Terns\n\nThe tern nests here.",
                "day.json": '[{"date": "2023-05-08", "text": "The tern came back."}]',
            },
        )
        for kind in schema.SENTENCE_KINDS.values():
            records = list(memory.store.scan(memory.view, kind))
            found = memory.store.tokens(memory.view, [one.id for one in records])
            assert records and found.keys() == (
                {one.id for one in records} if kind in schema.TOKEN_KINDS else set()
            )
        memory.forget("chat.txt")
        assert not list(memory.store.scan(memory.view, schema.UTTERANCE))


def test_a_purge_leaves_no_token_in_the_files(tmp_path: Path) -> None:
    """The numbers of pieces are as good as the words themselves."""
    with opened(tmp_path) as memory:
        for name, bird in (("one", "tern"), ("other", "owl")):
            put(
                memory,
                {f"{name}.txt": f"[2023-05-08 13:56] Ann: The {bird} nests.\n[2023-05-08 13:57] Bo: Oh?\n"},
            )
        tern, owl = ((one["piece"][0].tobytes() + one["vector"][0].tobytes()) for one in read("tern", "owl"))
        held = [b"".join(path.read_bytes() for path in tmp_path.iterdir())]
        memory.purge("one.txt")
        held += [b"".join(path.read_bytes() for path in tmp_path.iterdir())]
    assert [tern in files for files in held] == [True, False] and owl in held[1]


def read(*words: str) -> list[Tokens]:
    """The token of each word."""
    return HashEmbedder().encode_tokens(words)[1]


def test_tokens_that_are_cut_short_are_told_and_repaired(tmp_path: Path) -> None:
    with opened(tmp_path) as memory:
        put(memory, {"chat.txt": "[2023-05-08 13:56] Ann: The tern nests.\n[2023-05-08 13:57] Bo: Oh?\n"})
    with closing(sqlite3.connect(tmp_path / "memory.db")) as file, file:
        file.execute("UPDATE token SET value = substr(value, 1, 70) WHERE key = (SELECT min(key) FROM token)")
    with opened(tmp_path) as memory:
        (told,) = memory.store.check()
        assert "tokens" in told and "cut short" in told
        memory.store.repair()
        assert memory.store.check() == [] and memory.recall("Where does the tern nest?").hits
        ids = [one.id for one in memory.store.scan(memory.view, schema.UTTERANCE)]
        assert len(memory.store.tokens(memory.view, ids)) == len(ids) - 1


def test_no_texts_need_no_model() -> None:
    encoder = SentenceEncoder()
    assert encoder.encode_tokens([])[0].shape == (0, 384) and "_model" not in vars(encoder)


def test_what_is_no_token_is_refused() -> None:
    vector = HashEmbedder().encode(["x"])[0]
    for wrong in (np.zeros(3, dtype=np.int8), np.zeros((1, 1), dtype=TOKEN)):
        with pytest.raises(ValueError, match="TOKEN"):
            Vectors("hash-64", {"a": vector}, {"a": wrong})
    with pytest.raises(ValueError, match="no vector"):
        Vectors("hash-64", {"a": vector}, {"b": np.zeros(1, dtype=TOKEN)})


def test_what_is_remembered_is_the_askers_own() -> None:
    """Nobody else's answer changes when one writes into it."""
    encoder = Remembering(HashEmbedder())
    first = encoder.encode_tokens(["the tern"])[1][0]
    kept = first.copy()
    first["piece"] = 0
    assert (encoder.encode_tokens(["the tern"])[1][0] == kept).all()
    assert (encoder.encode(["the tern"]) == encoder.encode_tokens(["the tern"])[0]).all()
