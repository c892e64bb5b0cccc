"""For tests of your own: the contract that every store keeps, and an embedder that needs no model.

A store of yours is tested by a class in a test file::

    class TestMyStore(StoreContract):
        def open(self, directory, schema, name):
            return MyStore(directory / name, schema)
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Final

import numpy as np

from graphmem.stores.contract_edges import EdgeContract
from graphmem.stores.contract_records import CommitContract, RecordContract
from graphmem.stores.contract_rewrite import RewriteContract
from graphmem.stores.contract_search import TextContract, VectorContract
from graphmem.types import TOKEN, FloatArray, Tokens

__all__ = ["HashEmbedder", "StoreContract"]

_WORD: Final = re.compile(r"\w+")


class StoreContract(
    CommitContract, RecordContract, EdgeContract, TextContract, VectorContract, RewriteContract
):
    """The Store protocol as tests: subclass it and give ``open(directory, schema, name)``.

    ``open`` makes the store called ``name`` in a test's own directory, or opens it if it is there.
    The tests are plain functions of that directory (pytest's ``tmp_path``) and use nothing but the
    protocol.
    """


class HashEmbedder:
    """Texts as unit vectors of hashed words: the more words two share, the greater their cosine.

    Deterministic on every machine, and free of models (the hashing trick: Weinberger et al. 2009,
    "Feature Hashing for Large Scale Multitask Learning").

    Args:
        dimension: components of a vector.
    """

    def __init__(self, dimension: int = 64) -> None:
        self.name = f"hash-{dimension}"
        self.dimension = dimension

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """Unit vectors, shape (n, dimension); a text without words has the vector of the empty word."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for word in _WORD.findall(text.lower()) or [""]:
                row += _signature(word, self.dimension)
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        # Words may cancel each other in few dimensions.
        vectors[norms[:, 0] == 0, 0] = 1.0
        return np.asarray(vectors / np.where(norms > 0, norms, 1.0), dtype=np.float32)

    def encode_tokens(self, texts: Sequence[str]) -> tuple[FloatArray, list[Tokens]]:
        """Vectors as of ``encode``, and each word of a text as a token, whatever stands around it."""
        return self.encode(texts), [_tokens(_WORD.findall(text.lower())) for text in texts]


def _tokens(words: Sequence[str]) -> Tokens:
    found = np.zeros(len(words), dtype=TOKEN)
    for token, word in zip(found, words, strict=True):
        signs = _signature(word, 64)
        token["piece"] = np.packbits(signs[:16] > 0).view("<u2")[0]
        token["vector"] = 16 * signs  # of length 128
    return found


@lru_cache(maxsize=65536)
def _signature(word: str, dimension: int) -> FloatArray:
    """A word as components of 1 and -1, from its hash."""
    raw = word.encode("utf-8", "replace")
    size = (dimension + 7) // 8
    blocks = (
        blake2b(raw, digest_size=64, salt=number.to_bytes(8, "little")) for number in range(size // 64 + 1)
    )
    bits = np.unpackbits(np.frombuffer(b"".join(block.digest() for block in blocks), dtype=np.uint8))
    signature = bits[:dimension].astype(np.float32) * 2 - 1
    signature.flags.writeable = False
    return signature
