"""Coverage: the first hits should answer all of the question between them, not its first half thrice.

A greedy choice as in maximal marginal relevance (Carbonell & Goldstein 1998), with the words of the
question that a passage newly covers in place of dissimilarity.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Final

from graphmem.identity import words
from graphmem.retrieval import constants
from graphmem.retrieval.keyword import QUESTION_WORDS

_ENDING: Final = re.compile(r"(?<=\w{3})(?:ing|ed|es|s|e)$")


def stems(text: str) -> set[str]:
    """The words of a text without their commonest endings."""
    return {_ENDING.sub("", word) for word in words(text)}


def telling(question: str) -> set[str]:
    """The stems of a question's words that say something."""
    return stems(" ".join(word for word in words(question) if word not in QUESTION_WORDS))


def covering(question: str, scores: Mapping[str, float], texts: Mapping[str, str]) -> dict[str, float]:
    """The scores raised for what a passage adds to those before it, in descending order; best = 1.

    ``texts`` holds at least the COVERING_AMONG best passages; a word's weight is its idf among them.
    """
    asked = telling(question)
    best = sorted(scores, key=lambda id: (-scores[id], id))
    said = {id: stems(texts[id]) & asked for id in best[: constants.COVERING_AMONG] if id in texts}
    frequency = {word: sum(word in found for found in said.values()) for word in asked}
    idf = {word: math.log1p(len(said) / n) if n else 0.0 for word, n in frequency.items()}
    total = sum(idf[word] for word in sorted(idf)) or 1.0
    value = {id: math.log(max(score, 1e-12)) for id, score in scores.items()}
    covered: set[str] = set()
    chosen: dict[str, float] = {}
    while said and len(chosen) < constants.COVERING:
        # Sorted, since a sum of floats depends on its order and that of a set on the process.
        newly = {id: sorted(found - covered) for id, found in said.items()}
        gain = {id: constants.COVERAGE * sum(idf[word] for word in new) / total for id, new in newly.items()}
        first = min(said, key=lambda id: (-round(value[id] + gain[id], constants.TIE), id))
        chosen[first] = value[first] + gain[first]
        covered |= said.pop(first)
    rest = {id: value[id] for id in best if id not in chosen}
    top = max((chosen or rest).values(), default=0.0)
    return {id: math.exp(v - top) for id, v in (chosen | rest).items()}
