"""Likeness: words of a question matched with words that mean about the same, in a turn and around it.

Each piece of a word of the question takes its best match in a turn, as in late interaction (ColBERT: Khattab
& Zaharia 2020), both as the encoder reads them in their sentences, and weighed by how rare the piece is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from graphmem import schema
from graphmem.embedding import Embedder, encode_tokens
from graphmem.retrieval import constants
from graphmem.retrieval.keyword import QUESTION_WORDS
from graphmem.retrieval.surroundings import Doubles, Kernel, Surroundings
from graphmem.stores.base import Store
from graphmem.stores.bm25 import best
from graphmem.tokens import NOTHING, SCALE
from graphmem.types import FloatArray, PassageKind, Tokens, View

MARKS: Final = "? . , ; : ! ' \" - ( )"


@dataclass(frozen=True, slots=True)
class Asked:
    """The tokens of a question, shape (pieces,), and how much a match of each counts."""

    tokens: Tokens
    weights: Doubles

    @classmethod
    def of(cls, embedder: Embedder, tokens: Tokens) -> Asked:
        """Marks count nothing, and the words that every question is made of count half.

        Which pieces these are the encoder tells: it reads them too.
        """
        kept = tokens[: constants.LIKE_PIECES]
        marks, words = encode_tokens(embedder, [MARKS, " ".join(sorted(QUESTION_WORDS))])[1]
        common = np.where(np.isin(kept["piece"], words["piece"]), constants.LIKE_ASKING, 1.0)
        weights = np.where(np.isin(kept["piece"], marks["piece"]), 0.0, common)
        return cls(kept[weights > 0], weights[weights > 0])


def likeness_scores(
    around: Surroundings,
    asked: Asked | None,
    cheap: Doubles,
    read: Callable[[Sequence[str]], Mapping[str, Tokens]],
) -> tuple[Doubles, Doubles]:
    """How well each turn alone, and each with what is around it, matches, shape (turns,) each.

    The best has 1, or less where it matches less than ``LIKE_LEAST`` of the question: what is hardly alike
    must not tell turns apart.

    Looked at are the ``LIKE_AMONG`` best by a cheaper score and what is around them: reading the tokens of
    all would take most of a query. Zeros elsewhere, and where there are no tokens.

    Args:
        around: the turns.
        asked: the question's tokens, if there are any.
        cheap: the cheaper score of each turn, shape (turns,).
        read: gives tokens by turn, of those turns that have some.
    """
    nothing = np.zeros(len(around.turns))
    if asked is None or not len(asked.tokens) or not len(nothing):
        return nothing, nothing
    rows = _around(best(cheap, constants.LIKE_AMONG), len(nothing))
    of_turn = read([around.turns[row].id for row in rows])
    rows = np.array([row for row in rows if len(of_turn.get(around.turns[row].id, NOTHING))], dtype=np.int64)
    if not len(rows):
        return nothing, nothing
    texts = [of_turn[around.turns[row].id] for row in rows]
    tokens = np.concatenate(texts)
    begins = np.cumsum([0, *(len(text) for text in texts[:-1])])
    found = np.maximum.reduceat(_cosines(tokens, asked.tokens), begins, axis=0)
    df = np.logical_or.reduceat(tokens["piece"][:, None] == asked.tokens["piece"], begins, axis=0).sum(axis=0)
    idf = np.log1p((len(rows) - df + 0.5) / (df + 0.5)) * asked.weights
    mean = found.mean(axis=0)
    matches = np.zeros((len(nothing), len(asked.tokens)))
    matches[rows] = np.maximum(found - mean, 0.0) ** constants.SHARPNESS * idf
    least = constants.LIKE_LEAST * float((np.maximum(1 - mean, 0.0) ** constants.SHARPNESS * idf).sum())
    lends = Kernel(
        back=constants.LIKE_BACK,
        forward=constants.LIKE_FORWARD,
        asked=constants.LIKE_ASKED,
        reach=constants.LIKE_REACH,
    )
    own = matches.sum(axis=1)
    lent = around.lent(matches, lends, "best").sum(axis=1)
    return own / max(float(own.max()), least, 1e-9), lent / max(float(lent.max()), least, 1e-9)


def turn_tokens(store: Store, view: View, kind: PassageKind, turns: Sequence[str]) -> dict[str, Tokens]:
    """The tokens of these turns or records, of those that have some."""
    sentences = schema.SENTENCE_KINDS[kind]
    if sentences not in schema.TOKEN_KINDS:
        return {}
    among = replace(view, kinds=frozenset({sentences, schema.PASSAGE}))
    parts = store.neighbours(among, turns, [schema.PART_OF], "in")
    of_sentence = store.tokens(among, parts.source)
    found: dict[str, list[Tokens]] = {}
    for sentence, turn in zip(parts.source, parts.target, strict=True):
        if sentence in of_sentence:
            found.setdefault(turn, []).append(of_sentence[sentence])
    return {turn: np.concatenate(texts) for turn, texts in found.items()}


def _cosines(tokens: Tokens, asked: Tokens) -> FloatArray:
    """Cosines of tokens, shape (n,), to those asked, shape (m,): (n, m)."""
    one, other = (np.asarray(side["vector"], dtype=np.float32) / SCALE for side in (tokens, asked))
    return np.asarray(one @ other.T)


def _around(rows: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """These rows and those within reach of them, ascending."""
    reach = np.arange(-constants.LIKE_REACH, constants.LIKE_REACH + 1)
    near = np.unique((rows[:, None] + reach).ravel())
    return near[(near >= 0) & (near < n)]
