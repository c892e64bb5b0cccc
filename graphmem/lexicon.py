"""A lexicon: which pieces of words are alike, by the input embeddings of an encoder.

What an encoder knows of a word before it reads the sentence needs no pass over the text, so that the words of
any two texts can be compared when they are asked about, and nothing has to be stored.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from itertools import chain
from typing import Any, Final, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from graphmem.types import FloatArray

Pieces = NDArray[np.int64]
DIMENSIONS: Final = 64  # of 384: as good, and less noise
KNOWN_WORDS: Final = 200_000  # whose pieces are kept: cutting each text anew takes five times as long
_WORD: Final = re.compile(r"\w+|[^\w\s]")


class Lexicon(Protocol):
    """Cuts texts into pieces and tells how alike these are."""

    def pieces(self, texts: Sequence[str]) -> list[Pieces]:
        """The numbers of the pieces of each text, in order, shape (pieces,)."""
        ...

    def likeness(self, pieces: Pieces) -> FloatArray:
        """Cosines of these pieces to all that there are, shape (vocabulary, len(pieces))."""
        ...


@runtime_checkable
class Lexical(Protocol):
    """An encoder that has a lexicon."""

    @property
    def lexicon(self) -> Lexicon:
        """The lexicon of its words."""
        ...


def lexicon_of(embedder: object) -> Lexicon | None:
    """The lexicon of an encoder, None if it has none."""
    return embedder.lexicon if isinstance(embedder, Lexical) else None


class PieceLexicon:
    """Word pieces of a transformer: its input embeddings, less their mean, in their main directions.

    Taking the mean and what is not in the main directions away is what makes cosines of words tell more (Mu &
    Viswanath 2018, "All-but-the-top", keep the others; here what is left out is the noise of rare pieces).
    """

    def __init__(self, tokenizer: Any, embeddings: FloatArray) -> None:
        # A copy: the encoder's own pads and cuts as its last call asked for.
        self._tokenizer = copy.deepcopy(tokenizer)
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._of_word: dict[str, tuple[int, ...]] = {}
        centred = embeddings - embeddings.mean(axis=0)
        _, directions = np.linalg.eigh(centred.T @ centred)
        kept = centred @ directions[:, ::-1][:, :DIMENSIONS]
        norms = np.linalg.norm(kept, axis=1, keepdims=True)
        self._vectors = np.asarray(kept / np.maximum(norms, 1e-9), dtype=np.float32)

    def pieces(self, texts: Sequence[str]) -> list[Pieces]:
        """See ``Lexicon.pieces``."""
        return [
            np.array([*chain.from_iterable(map(self._word, _WORD.findall(text)))], np.int64) for text in texts
        ]

    def _word(self, word: str) -> tuple[int, ...]:
        """The pieces of a word: a transformer's tokenizer cuts at spaces and signs before it looks."""
        found = self._of_word.get(word)
        if found is None:
            if len(self._of_word) >= KNOWN_WORDS:
                self._of_word.clear()
            found = tuple(self._tokenizer.encode(word, add_special_tokens=False).ids)
            self._of_word[word] = found
        return found

    def likeness(self, pieces: Pieces) -> FloatArray:
        """See ``Lexicon.likeness``."""
        return np.asarray(self._vectors @ self._vectors[pieces].T)
