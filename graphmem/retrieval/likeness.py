"""Likeness: words of a question matched with words that mean about the same, in a turn and around it.

Each piece of a word of the question takes its best match in a turn, as in late interaction (ColBERT: Khattab
& Zaharia 2020), here of vectors that do not depend on the sentence, and weighed by how rare the piece is.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from graphmem.lexicon import Lexicon
from graphmem.retrieval.surroundings import Doubles, Kernel, Surroundings
from graphmem.stores.bm25 import best

LENT: Final = Kernel(back=0.6, forward=0.5, asked=0.9, reach=4)  # what a turn lends of its matches
LOOKED_AT: Final = 100  # turns, and what is around them
ASKED: Final = 256  # pieces of a question that are compared: as many as the encoder reads
SHARPNESS: Final = 1.5  # power of a match: a good one counts for more than two poor ones


def likeness_scores(
    around: Surroundings, question: str, cheap: Doubles, lexicon: Lexicon | None
) -> tuple[Doubles, Doubles]:
    """How well each turn alone, and each with what is around it, matches; best = 1, shape (turns,) each.

    Looked at are the ``LOOKED_AT`` best by a cheaper score (shape (turns,)) and what is around them: cutting
    all texts into pieces would take most of a query. Zeros elsewhere, and without a lexicon.
    """
    nothing = np.zeros(len(around.turns))
    if lexicon is None or not len(nothing):
        return nothing, nothing
    asked = lexicon.pieces([question])[0][:ASKED]
    rows = _around(best(cheap, LOOKED_AT), len(nothing))
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
    matches[rows[filled]] = np.maximum(found - found.mean(axis=0), 0.0) ** SHARPNESS * idf
    own = matches.sum(axis=1)
    lent = around.lent(matches, LENT, "best").sum(axis=1)
    return own / max(float(own.max()), 1e-9), lent / max(float(lent.max()), 1e-9)


def _around(rows: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """These rows and those within reach of them, ascending."""
    reach = np.arange(-LENT.reach, LENT.reach + 1)
    near = np.unique((rows[:, None] + reach).ravel())
    return near[(near >= 0) & (near < n)]
