"""Coverage: the first hits should answer all of the question between them, not its first half thrice.

A greedy choice as in maximal marginal relevance (Carbonell & Goldstein 1998), with what a passage newly
covers of the question in place of dissimilarity, and the names that link it to those chosen before.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Final, TypeVar

from graphmem.identity import words
from graphmem.retrieval import constants
from graphmem.retrieval.keyword import QUESTION_WORDS
from graphmem.retrieval.named import NOBODY, Named

Key = TypeVar("Key")
_LATER: Final = 1e-4  # by how much ln(score) of what comes later is less at least
_ENDING: Final = re.compile(r"(?<=\w{3})(?:ing|ed|es|s|e)$")


def stems(text: str) -> set[str]:
    """The words of a text without their commonest endings."""
    return {_stem(word) for word in words(text)}


@lru_cache(maxsize=65536)
def _stem(word: str) -> str:
    return _ENDING.sub("", word)


def telling(question: str) -> set[str]:
    """The stems of a question's words that say something."""
    return stems(" ".join(word for word in words(question) if word not in QUESTION_WORDS))


def covering(
    question: str,
    scores: Mapping[str, float],
    texts: Mapping[str, str],
    named: Mapping[str, Named] | None = None,
    asked_of: Collection[int] = (),
) -> dict[str, float]:
    """The scores raised for what a passage adds to those before it, in descending order; best = 1.

    It adds words and names of the question that none before it says, and goes on from them if it shares a
    name with one: what leads from the first hop to the second.

    Args:
        question: of which words are covered, each weighed by its idf among the passages.
        scores: by passage.
        texts: of the COVERING_AMONG best at least.
        named: what these name.
        asked_of: the names that the question says.
    """
    asked, named = telling(question), named or {}
    best = sorted(scores, key=lambda id: (-scores[id], id))
    said = {id: stems(texts[id]) & asked for id in best[: constants.COVERING_AMONG] if id in texts}
    of_word = _idf(asked, said)
    of_name = {one: weight for id in said for one, weight in named.get(id, NOBODY).specific.items()}
    of_name = {one: of_name[one] for one in sorted(of_name.keys() & set(asked_of))}
    value = {id: math.log(max(score, 1e-12)) for id, score in scores.items()}
    chosen: dict[str, float] = {}
    words_left, names_left, last = set(asked), set(of_name), math.inf
    link = dict.fromkeys(said, 0.0)
    while said and len(chosen) < constants.COVERING:
        gain = {
            id: constants.COVERAGE * _share(of_word, found & words_left)
            + constants.COVERAGE_NAMES * _share(of_name, named.get(id, NOBODY).specific.keys() & names_left)
            + constants.LINK * link[id]
            for id, found in said.items()
        }
        first = min(said, key=lambda id: (-round(value[id] + gain[id], constants.TIE), id))
        chosen[first] = last = min(value[first] + gain[first], last - _LATER)
        words_left -= said.pop(first)
        names = named.get(first, NOBODY)
        names_left -= names.specific.keys()
        link = {id: max(link[id], names.linked(named.get(id, NOBODY), asked_of)) for id in said}
    rest = {id: min(value[id], last) for id in best if id not in chosen}
    top = max((chosen or rest).values(), default=0.0)
    return {id: math.exp(v - top) for id, v in (chosen | rest).items()}


def _idf(asked: Collection[str], said: Mapping[str, Collection[str]]) -> dict[str, float]:
    """Of each word that is asked, among those who say one; 0 for a word that nobody says."""
    frequency = {word: sum(word in found for found in said.values()) for word in sorted(asked)}
    return {word: math.log1p(len(said) / n) if n else 0.0 for word, n in frequency.items()}


def _share(weight: Mapping[Key, float], of: Collection[Key]) -> float:
    """The share of all weight that some have; summed in one order, since a sum of floats depends on it."""
    return sum(weight[one] for one in weight if one in of) / (sum(weight.values()) or 1.0)
