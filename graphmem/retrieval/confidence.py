"""Confidence: how likely it is that a memory tells what is asked.

The score of the best hit says nothing of it: some passage is always the best. Three signs do: how near the
nearest sentence is, how much of the question one passage says, and whether the one who is asked about says it
better than all others (a chat in which Bo has a dog and Ann has none tells nothing of Ann's dog).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

from graphmem.retrieval.coverage import stems, telling

# A logistic regression, each set and each side of it weighing the same: questions that the dev chats of
# LoCoMo answer against those put to another chat and those of a false premise, and questions of EpBench's
# book with and without an event in it. Fitted on one half, AUROC on the other: .986, .806, .836.
NEAR: Final = 8.72  # of the greatest cosine of a sentence to the question
SAID: Final = 2.46  # of the share of the question's words that one of the best passages says
WHOSE: Final = 11.05  # of the margin of the speaker who is named
BIAS: Final = -6.14
LOOKED_AT: Final = 5  # of the best passages


def confidence(cosine: float, said: float, margin: float) -> float:
    """The odds that what was found answers, as a probability if every other question had no answer.

    Args:
        cosine: the greatest of a sentence to the question.
        said: share of the question's words in one passage, in [0, 1].
        margin: best score of the turns of the one speaker whom the question names, less the best of all
            others, in [-1, 1]; 0 if it names none.
    """
    return 1 / (1 + math.exp(-(BIAS + NEAR * cosine + SAID * said + WHOSE * margin)))


def said_of(question: str, texts: Iterable[str]) -> float:
    """The greatest share of a question's telling words that one of these texts says; 0 if it has none."""
    asked = telling(question)
    return max((len(asked & stems(text)) for text in texts), default=0) / max(len(asked), 1)
