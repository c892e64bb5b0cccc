"""Importance: what speaks for keeping a passage, of itself and among all others; no question is known here.

Each part is in [0, 1], and ``policy`` weighs them. What a passage says counts by how rare its words are
(information, Sparck Jones 1972), saturating, since a longer text is no better to have than a full one. What
was told before, in like words or meaning, need not be kept twice (novelty; the surprise of ``episodes`` by
another measure).
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from graphmem.fading.held import Held
from graphmem.identity import fold
from graphmem.retrieval.keyword import QUESTION_WORDS

ENOUGH: Final = 30.0
"""Summed idf of a passage that says enough: some seven telling words of a memory of some hundred passages."""
NEW: Final = 20.0
"""Summed idf of words never said before that make a passage news: four or five."""
WITHIN: Final = 20_000
"""Passages before one that it is compared with: beyond, what was told is far away, and time is not."""
_AT_ONCE: Final = 512
_WORD: Final = re.compile(r"[^\W_]+")
_SELF: Final = frozenset({"i", "my", "me", "we", "our"})
_YOU: Final = frozenset({"you", "your"})
_OFTEN: Final = 2
"""Words of self or address that say all that such words can."""
MACHINES: Final = frozenset({"assistant", "ai", "bot", "chatbot", "agent", "system", "model"})
"""Speakers that are no people, folded: what they say, they can say again."""
PARTS: Final = (
    "information",
    "news",
    "novelty",
    "self",
    "address",
    "asks",
    "dated",
    "person",
    "machine",
    "centrality",
)


def importance(all_of_them: Sequence[Held]) -> list[dict[str, float]]:
    """The parts of the importance of each passage, given in the order in which they were told."""
    words = [_words(one.passage.text) for one in all_of_them]
    idf = _idf(words)
    nearest = _nearest(all_of_them)
    names = [_names(one) for one in all_of_them]
    met = Counter(name for own in names for name in own)
    most = math.log1p(max(met.values(), default=1))
    aided = _aided(all_of_them)
    seen: set[str] = set()
    found = []
    for k, one in enumerate(all_of_them):
        own = set(words[k])
        told = _told(one, words[k])
        told["information"] = 1 - math.exp(-sum(idf[word] for word in own) / ENOUGH)
        told["news"] = 1 - math.exp(-sum(idf[word] for word in own - seen) / NEW)
        told["novelty"] = 1 - max(0.0, float(nearest[k]))
        told["centrality"] = math.log1p(max((met[name] for name in names[k]), default=0)) / most
        told["machine"] = float(one.document.id in aided)
        told["person"] = float(bool(one.passage.speaker) and one.document.id not in aided)
        seen |= own
        found.append({name: told[name] for name in PARTS})
    return found


def of_self(words: Sequence[str]) -> float:
    """How much somebody who says these words, lower case, speaks of themselves, in [0, 1]; English."""
    return min(_OFTEN, sum(word in _SELF for word in words)) / _OFTEN


def _words(text: str) -> list[str]:
    return [word for word in map(str.lower, _WORD.findall(text)) if word not in QUESTION_WORDS]


def _idf(texts: Sequence[Sequence[str]]) -> Mapping[str, float]:
    df = Counter(word for text in texts for word in set(text))
    return {word: math.log((len(texts) + 1) / n) for word, n in df.items()}


def _told(one: Held, words: Sequence[str]) -> dict[str, float]:
    """What a passage says of itself: who speaks of whom, whether it asks, whether it tells when."""
    count = Counter(words)
    texts = [sentence.text.rstrip() for sentence in one.sentences]
    said = (statement for sentence in one.sentences for statement in sentence.statements)
    return {
        "self": of_self(words),
        "address": min(_OFTEN, sum(count[word] for word in _YOU)) / _OFTEN,
        "asks": sum(text.endswith("?") for text in texts) / max(1, len(texts)),
        "dated": float(any(statement.when is not None for statement in said)),
    }


def _names(one: Held) -> set[str]:
    beside = ("speaker", "time", "title")
    mentions = (m for sentence in one.sentences for m in sentence.mentions if m.role not in beside)
    return {fold(m.of or m.name) for m in mentions} - {""}


def _aided(all_of_them: Sequence[Held]) -> set[str]:
    """The documents in which a machine speaks: help was asked for and given there."""
    speakers: defaultdict[str, set[str]] = defaultdict(set)
    for one in all_of_them:
        speakers[one.document.id].add(fold(one.passage.speaker))
    return {id for id, own in speakers.items() if own & MACHINES}


def _nearest(all_of_them: Sequence[Held]) -> NDArray[np.float64]:
    """The greatest cosine of each passage to one of the ``WITHIN`` before it; 0 where there is none."""
    found = np.zeros(len(all_of_them))
    lengths = {len(one.vector) for one in all_of_them if one.vector is not None}
    if len(lengths) != 1:
        return found
    nothing = np.zeros(lengths.pop(), dtype=np.float32)
    matrix = np.stack([nothing if one.vector is None else one.vector for one in all_of_them])
    for first in range(0, len(matrix), _AT_ONCE):
        last, begin = min(first + _AT_ONCE, len(matrix)), max(0, first - WITHIN)
        cosines = matrix[first:last] @ matrix[begin:last].T
        rows, columns = np.arange(first, last), np.arange(begin, last)
        cosines[columns[None, :] >= rows[:, None]] = 0.0
        found[first:last] = cosines.max(axis=1)
    return found
