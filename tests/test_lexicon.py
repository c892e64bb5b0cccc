"""Lexicon: which pieces of words the encoder holds to be alike before it reads a sentence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from graphmem import lexicon as module
from graphmem.embedding import SentenceEncoder
from graphmem.lexicon import Lexical, Lexicon, PieceLexicon, lexicon_of
from graphmem.testing import HashEmbedder


@pytest.fixture(scope="module")
def lexicon(encoder: SentenceEncoder) -> Lexicon:
    """The lexicon of the encoder that users get."""
    found = lexicon_of(encoder)
    assert found is not None and found is encoder.lexicon, "made once"
    return found


def alike(lexicon: Lexicon, one: str, other: str) -> float:
    """The cosine of two words of a piece each."""
    (a,), (b,) = lexicon.pieces([one, other])
    return float(lexicon.likeness(np.array([a]))[b, 0])


@pytest.mark.parametrize(
    ("word", "near", "far"),
    [
        ("puppy", "dog", "car"),
        ("bought", "purchased", "slept"),
        ("ship", "boat", "bread"),
        ("May", "June", "blue"),
    ],
)
def test_words_that_mean_about_the_same_are_alike(lexicon: Lexicon, word: str, near: str, far: str) -> None:
    assert alike(lexicon, word, near) > alike(lexicon, word, far) + 0.1


def test_likeness_is_the_cosine_to_all_pieces(lexicon: Lexicon) -> None:
    (pieces,) = lexicon.pieces(["the puppy bought a boat"])
    found = lexicon.likeness(pieces)
    assert found.shape[1] == len(pieces) == 5 and found.shape[0] > 30_000 and np.isfinite(found).all()
    assert found[pieces, range(5)] == pytest.approx(np.ones(5), abs=1e-5)
    assert np.abs(found).max() < 1.001
    assert alike(lexicon, "puppy", "dog") == pytest.approx(alike(lexicon, "dog", "puppy"), abs=1e-5)
    assert lexicon.likeness(pieces[:0]).shape == (len(found), 0)


@pytest.mark.parametrize(
    "text",
    ["Puppies don't rest.", "Tromsø, 8.5.2023: 1½ km!", "東京 is big", "supercalifragilistic", "a_b-c"],
)
def test_a_text_is_cut_as_the_encoder_cuts_it(encoder: SentenceEncoder, lexicon: Lexicon, text: str) -> None:
    whole = encoder._model.tokenizer(text, add_special_tokens=False)["input_ids"]
    assert lexicon.pieces([text])[0].tolist() == whole


def test_empty_texts_have_no_pieces(lexicon: Lexicon) -> None:
    assert lexicon.pieces([]) == []
    empty, blank, word = lexicon.pieces(["", " \n", "boat"])
    assert (len(empty), len(blank), len(word)) == (0, 0, 1)
    assert empty.dtype == blank.dtype == word.dtype == np.int64


def test_what_the_encoder_read_before_changes_no_pieces(encoder: SentenceEncoder) -> None:
    """Its tokenizer pads to the longest of its last call, and cuts what is too long."""
    encoder.encode(["boat", "the boat of a friend of mine"])
    fresh = PieceLexicon(
        encoder._model.tokenizer.backend_tokenizer, np.eye(encoder._model.tokenizer.vocab_size, 2)
    )
    encoder.encode(["boat", "word " * 400])
    for lexicon in (encoder.lexicon, fresh):
        (one,), many = lexicon.pieces(["harbour", "harbour " * 700])
        assert many.tolist() == [one] * 700 and one != 0
    before = encoder.encode(["boat", "harbour master"])
    encoder.lexicon.pieces(["sail"])
    assert (encoder.encode(["boat", "harbour master"]) == before).all(), "nor the other way round"


class Counting:
    """A tokenizer that counts what it is asked to cut, a piece for each letter."""

    def __init__(self) -> None:
        self.cut: list[str] = []

    def no_padding(self) -> None:
        """It never pads."""

    def no_truncation(self) -> None:
        """Nor cuts short."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Counting:
        return self

    def encode(self, word: str, add_special_tokens: bool) -> Any:
        assert not add_special_tokens
        self.cut.append(word)
        return type("Encoding", (), {"ids": [ord(letter) % 26 for letter in word]})


def test_a_word_is_cut_once_while_it_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KNOWN_WORDS", 3)
    tokenizer = Counting()
    lexicon = PieceLexicon(tokenizer, np.random.default_rng(0).standard_normal((26, 4)).astype(np.float32))
    first = [one.tolist() for one in lexicon.pieces(["ab cd ab", "ef", "cd"])]
    assert tokenizer.cut == ["ab", "cd", "ef"] and first[0] == first[0][:2] + first[2] + first[0][:2]
    lexicon.pieces(["gh ab gh"])
    assert tokenizer.cut == ["ab", "cd", "ef", "gh", "ab"], "a fourth takes the place of all"
    for n in range(50):
        lexicon.pieces([f"word{n}"])
        assert len(lexicon._of_word) <= 3
    assert [one.tolist() for one in lexicon.pieces(["ab cd ab", "ef", "cd"])] == first


def test_an_encoder_without_a_lexicon_has_none(encoder: SentenceEncoder) -> None:
    assert lexicon_of(HashEmbedder()) is None and lexicon_of(None) is None
    assert isinstance(encoder, Lexical) and not isinstance(HashEmbedder(), Lexical)
