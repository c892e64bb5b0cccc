"""What every benchmark prints beside graphmem: the encoder alone, BM25 alone, and their fusion.

Both score whole passages (title and text), as published tables do. They are written against the
literature, not against graphmem's own search, so that a fault there cannot flatter it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.measures import reciprocal_rank_fusion
from graphmem.embedding import Embedder
from graphmem.types import FloatArray

K1: Final = 1.2
B: Final = 0.75
DEPTH: Final = 100
_WORD: Final = re.compile(r"\w+")


class Baselines:
    """MiniLM, BM25 and RRF over (id, text) passages."""

    def __init__(self, passages: Sequence[tuple[str, str]], embedder: Embedder) -> None:
        self.ids = [id for id, _ in passages]
        self.embedder = embedder
        self.vectors: FloatArray = embedder.encode([text for _, text in passages])
        self._index([_WORD.findall(text.lower()) for _, text in passages])

    def _index(self, documents: Sequence[list[str]]) -> None:
        """Postings of each term: (document numbers, their BM25 weights)."""
        lengths = np.array([len(words) for words in documents], dtype=np.float32)
        norm = K1 * (1 - B + B * lengths / max(float(lengths.mean()), 1.0))
        postings: dict[str, list[tuple[int, int]]] = {}
        for number, words in enumerate(documents):
            for word, count in Counter(words).items():
                postings.setdefault(word, []).append((number, count))
        self.postings: dict[str, tuple[NDArray[np.int64], FloatArray]] = {}
        for word, rows in postings.items():
            numbers = np.array([n for n, _ in rows])
            counts = np.array([c for _, c in rows], dtype=np.float32)
            idf = np.log(1 + (len(documents) - len(rows) + 0.5) / (len(rows) + 0.5))
            weights = idf * counts * (K1 + 1) / (counts + norm[numbers])
            self.postings[word] = (numbers, weights.astype(np.float32))

    def _best(self, scores: FloatArray) -> list[str]:
        order = sorted(np.argsort(-scores, kind="stable")[:DEPTH], key=lambda n: (-scores[n], self.ids[n]))
        return [self.ids[n] for n in order if scores[n] > 0]

    def rankings(self, question: str) -> dict[str, list[str]]:
        """The rankings of each baseline by its name."""
        dense = self._best(self.vectors @ self.embedder.encode([question])[0])
        scores = np.zeros(len(self.ids), dtype=np.float32)
        for word in set(_WORD.findall(question.lower())):
            if word in self.postings:
                numbers, weights = self.postings[word]
                scores[numbers] += weights
        keyword = self._best(scores)
        return {"minilm": dense, "bm25": keyword, "rrf": reciprocal_rank_fusion([dense, keyword])}
