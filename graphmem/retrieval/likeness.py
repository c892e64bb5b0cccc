"""Likeness: words of a question matched with words that mean about the same, in a turn and around it.

Each piece of a word of the question takes its best match in a turn, as in late interaction (ColBERT: Khattab
& Zaharia 2020), here of vectors that do not depend on the sentence, and weighed by how rare the piece is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from graphmem.lexicon import Lexicon
from graphmem.retrieval import constants
from graphmem.retrieval.surroundings import Doubles, Kernel, Surroundings
from graphmem.stores.bm25 import best


def likeness_scores(
    around: Surroundings, question: str, cheap: Doubles, lexicon: Lexicon | None
) -> tuple[Doubles, Doubles]:
    """How well each turn alone, and each with what is around it, matches; best = 1, shape (turns,) each.

    Looked at are the ``LIKE_AMONG`` best by a cheaper score (shape (turns,)) and what is around them: cutting
    all texts into pieces would take most of a query. Zeros elsewhere, and without a lexicon.
    """
    nothing = np.zeros(len(around.turns))
    if lexicon is None or not len(nothing):
        return nothing, nothing
    asked = lexicon.pieces([question])[0][: constants.LIKE_PIECES]
    rows = _around(best(cheap, constants.LIKE_AMONG), len(nothing))
    texts = lexicon.pieces([f"{around.turns[row].speaker}: {around.turns[row].text}" for row in rows])
    filled = np.array([place for place, pieces in enumerate(texts) if len(pieces)], dtype=np.int64)
    if not len(asked) or not len(filled):
        return nothing, nothing
    pieces = np.concatenate([texts[place] for place in filled])
    begins = np.cumsum([0, *(len(texts[place]) for place in filled[:-1])])
    found = np.maximum.reduceat(lexicon.likeness(asked)[pieces], begins, axis=0)
    df = np.logical_or.reduceat(pieces[:, None] == asked, begins, axis=0).sum(axis=0)
    idf = np.log1p((len(filled) - df + 0.5) / (df + 0.5))
    matches = np.zeros((len(nothing), len(asked)))
    matches[rows[filled]] = np.maximum(found - found.mean(axis=0), 0.0) ** constants.SHARPNESS * idf
    lends = Kernel(
        back=constants.LIKE_BACK,
        forward=constants.LIKE_FORWARD,
        asked=constants.LIKE_ASKED,
        reach=constants.LIKE_REACH,
    )
    own = matches.sum(axis=1)
    lent = around.lent(matches, lends, "best").sum(axis=1)
    return own / max(float(own.max()), 1e-9), lent / max(float(lent.max()), 1e-9)


def _around(rows: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """These rows and those within reach of them, ascending."""
    reach = np.arange(-constants.LIKE_REACH, constants.LIKE_REACH + 1)
    near = np.unique((rows[:, None] + reach).ravel())
    return near[(near >= 0) & (near < n)]
