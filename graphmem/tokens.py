"""Tokens: the pieces of a text's words, as an encoder reads each of them in its sentence.

The encoder makes a vector of each piece on its way to the vector of the text. Kept small, they tell later
which turn says a word of the question in other words (ColBERT: Khattab & Zaharia 2020). What all pieces
have in common is taken away, and of the rest the main directions are kept (as in Mu & Viswanath 2018, who
drop the first ones instead), each component in a byte: 66 bytes a piece, no worse than all 384 floats.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib import resources
from typing import Final, Protocol, runtime_checkable

import numpy as np

from graphmem.types import TOKEN, FloatArray, Tokens

NOTHING: Final[Tokens] = np.zeros(0, dtype=TOKEN)
SCALE: Final = 127.0


@runtime_checkable
class Contextual(Protocol):
    """An encoder that gives tokens too."""

    def encode_tokens(self, texts: Sequence[str]) -> tuple[FloatArray, list[Tokens]]:
        """Unit vectors as of ``encode``, shape (len(texts), dimension), and the tokens of each text."""
        ...


@lru_cache(maxsize=1)
def axes() -> FloatArray:
    """The mean of the directions of tokens, then their main directions; shape (1 + 64, 384).

    Measured by ``python -m training.tokens`` on sentences of all-MiniLM-L6-v2.
    """
    with resources.files("graphmem").joinpath("tokens.npy").open("rb") as file:
        return np.asarray(np.load(file, allow_pickle=False), dtype=np.float32)


def tokens_of(pieces: Sequence[int], states: FloatArray, axes: FloatArray) -> Tokens:
    """Tokens by the numbers of the pieces and the encoder's last states of them, shape (pieces, d)."""
    found = np.zeros(len(pieces), dtype=TOKEN)
    if len(pieces):
        mean, directions = axes[0], axes[1:]
        kept = (_unit(states) - mean) @ directions.T
        found["piece"] = pieces
        found["vector"] = np.rint(_unit(kept) * SCALE)
    return found


def _unit(rows: FloatArray) -> FloatArray:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9))
