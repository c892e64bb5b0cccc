"""Salience: how well each sentence of a group stands for the rest.

In a text that is what is central, by LexRank (Erkan & Radev 2004, "LexRank: Graph-based Lexical Centrality as
Salience in Text Summarization"): sentences that share words are linked, and PageRank over them tells which
are central; here the names that the graph knows count beside the words. In a talk what is central is thanks
and praise, which all turns share. There what tells much is salient, the more if somebody speaks of
themselves: .72 of such turns say something that people note of a session, .52 of the central ones, .67 of the
longest (``python -m benchmarks.summaries``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from graphmem.fading.importance import of_self
from graphmem.identity import words
from graphmem.reflection.gathered import terms
from graphmem.types import PassageKind

_DAMPING: Final = 0.85
_NAME: Final = 2.0  # of a name beside a word: it is what two sentences are about
Doubles = NDArray[np.float64]


def salience(said: Sequence[tuple[PassageKind, str]], rows: Doubles, alike: Doubles) -> Doubles:
    """How well each sentence stands for all, shape (n,), at least 0; the best of what is said or written 1.

    Args:
        said: of each the kind of its passage, and its text.
        rows: of each its words, shape (n, words), as ``word_vectors`` gives them.
        alike: how alike they are, shape (n, n): the products of the rows.
    """
    turns = np.array([kind == "turn" for kind, _ in said], dtype=bool)
    found = np.zeros(len(said))
    texts = [text for _, text in said]
    if turns.any():
        found[turns] = _share(_telling(texts)[turns])
    if not turns.all():
        found[~turns] = _share(central(rows, alike)[~turns])
    return found


def _share(measure: Doubles) -> Doubles:
    return np.asarray(measure / (float(measure.max(initial=0.0)) or 1.0))


def _telling(texts: Sequence[str]) -> Doubles:
    """How much each turn tells: the information of its words among all, twice that where it is of oneself."""
    own = [set(terms(text)) for text in texts]
    df = Counter(word for one in own for word in one)
    information = [sum(float(np.log1p(len(texts) / df[word])) for word in sorted(one)) for one in own]
    return np.array([one * (1 + of_self(words(text))) for one, text in zip(information, texts, strict=True)])


def central(rows: Doubles, alike: Doubles) -> Doubles:
    """How central each sentence is, shape (n,); a greeting is like all others, so longer ones come first."""
    return np.asarray(lexrank(alike) * np.log1p(np.count_nonzero(rows, axis=1)))


def word_vectors(texts: Sequence[tuple[list[str], list[str]]]) -> Doubles:
    """Unit vectors of words and names by tf and idf within the group, shape (texts, words).

    Args:
        texts: of each the words, and the ids of the entities that it names.
    """
    counts = [Counter(words) + Counter({f"= {name}": int(_NAME) for name in named}) for words, named in texts]
    df = Counter(word for one in counts for word in one)
    place: Mapping[str, int] = {word: number for number, word in enumerate(sorted(df))}
    rows = np.zeros((len(texts), len(place)))
    for row, one in zip(rows, counts, strict=True):
        for word, count in one.items():
            row[place[word]] = count * np.log1p(len(texts) / df[word])
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(norms > 0, norms, 1.0))


def lexrank(alike: Doubles) -> Doubles:
    """PageRank over sentences by how alike they are, shape (n, n) to (n,); sums to 1.

    Erkan & Radev's continuous LexRank; a sentence does not speak for itself.
    """
    n = len(alike)
    if not n:
        return np.zeros(0)
    links = np.where(np.eye(n, dtype=bool), 0.0, np.maximum(alike, 0.0))
    sums = links.sum(axis=1, keepdims=True)
    steps = np.where(sums > 0, links / np.where(sums > 0, sums, 1.0), 1.0 / n)
    rank = np.full(n, 1.0 / n)
    for _ in range(50):
        rank = (1 - _DAMPING) / n + _DAMPING * (rank @ steps)
    return np.asarray(rank)
