"""Confidence: how likely it is that a memory tells what is asked.

The score of the best hit says nothing of it: some passage is always the best. Three signs do: how near the
nearest sentence is, how much of the question one passage says, and whether the one who is asked about says it
better than all others (a chat in which Bo has a dog and Ann has none tells nothing of Ann's dog). The last
says the less, the less of the question is said by anybody: where nobody speaks of breakfast, some turn of
Ann's is the nearest to what she has for it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from graphmem.retrieval import constants
from graphmem.retrieval.coverage import stems, telling


def confidence(cosine: float, said: float, margin: float) -> float:
    """The odds that what was found answers, as a probability if every other question had no answer.

    Args:
        cosine: the greatest of a sentence to the question.
        said: share of the question's words in one passage, in [0, 1].
        margin: best score of the turns of the one speaker whom the question names, less the best of all
            others, in [-1, 1]; 0 if it names none.
    """
    odds = (
        constants.CONFIDENT_BIAS
        + constants.CONFIDENT_NEAR * cosine
        + constants.CONFIDENT_SAID * said
        + constants.CONFIDENT_WHOSE * margin * max(cosine, said)
    )
    return 1 / (1 + math.exp(-odds))


def said_of(question: str, texts: Iterable[str]) -> float:
    """The greatest share of a question's telling words that one of these texts says; 0 if it has none."""
    asked = telling(question)
    return max((len(asked & stems(text)) for text in texts), default=0) / max(len(asked), 1)
