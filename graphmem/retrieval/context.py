"""Context: what is said around a turn counts as said by it, and what its session is about.

BM25 (Robertson & Zaragoza 2009) over the words of a turn and of those before and after it, each weighed by a
kernel: an answer leans on the question before it, and on what led to that.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from graphmem import schema
from graphmem.stores.base import Store
from graphmem.types import Passage, PassageKind, View

RADIUS: Final = 6  # turns before and after that lend their words
BACK: Final = 0.7  # of its words a turn lends to the next one; one that asks lends all
FORWARD: Final = 0.5  # and to the one before it
K_TURN: Final = 0.9  # saturation of a word in a turn with its context
K_SESSION: Final = 1.2  # and in a session,
B_SESSION: Final = 0.75  # which the length of sessions evens out
OF_WORD: Final = 300  # turns that are looked at for each word of a question
CENTRES: Final = 200  # turns whose surroundings are looked at

Said = Mapping[str, Mapping[str, float]]
"""By word the turns that say it, and how much, against the one that says it most."""
Session = tuple[str, str]


def session(turn: Passage) -> Session:
    """What a turn belongs to: its document and heading."""
    return turn.document, turn.heading


def asks(turn: Passage) -> bool:
    """Whether a turn asks something."""
    return turn.text.rstrip().endswith("?")


def said(store: Store, view: View, kind: PassageKind, words: Iterable[str]) -> Said:
    """Who says the words of a question, of the turns or records in view."""
    among = replace(view, kinds=frozenset({schema.SENTENCE_KINDS[kind]}))
    scores = {word: dict(store.search_text(among, word, OF_WORD)) for word in dict.fromkeys(words)}
    ids = list(dict.fromkeys(id for found in scores.values() for id in found))
    parts = store.neighbours(view, ids, [schema.PART_OF], "out")
    passage_of = dict(zip(parts.source, parts.target, strict=True))
    found: dict[str, dict[str, float]] = {}
    for word, of_word in scores.items():
        own = found[word] = {}
        top = max(of_word.values(), default=1.0)
        for id, score in of_word.items():
            if id in passage_of:
                passage = passage_of[id]
                own[passage] = max(own.get(passage, 0.0), score / top)
    return {word: own for word, own in found.items() if own}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Turns by id, and for each that has one the turn before it in its session."""

    turns: Mapping[str, Passage]
    before: Mapping[str, str]
    after: Mapping[str, str]

    @classmethod
    def of(cls, store: Store, view: View, centres: Sequence[str]) -> Surroundings:
        """These turns and those around them."""
        before: dict[str, str] = {}
        for direction in ("out", "in"):
            seen, edge = set(centres), list(centres)
            for _ in range(RADIUS):
                follows = store.neighbours(view, edge, [schema.FOLLOWS], direction)
                before.update(zip(follows.source, follows.target, strict=True))
                ends = follows.target if direction == "out" else follows.source
                edge = [id for id in dict.fromkeys(ends) if id not in seen]
                seen.update(edge)
        ids = dict.fromkeys((*centres, *before, *before.values()))
        values = map(schema.from_record, store.get(view, list(ids)).values())
        turns = {value.id: value for value in values if isinstance(value, Passage)}
        own = {
            id: other
            for id, other in before.items()
            if id in turns and other in turns and session(turns[id]) == session(turns[other])
        }
        return cls(turns, own, {other: id for id, other in own.items()})

    def beside(self, id: str) -> list[str]:
        """The turns right before and right after one."""
        return [other for other in (self.before.get(id), self.after.get(id)) if other]

    def lent(self, id: str) -> dict[str, float]:
        """What the turns around one lend it of their words; itself 1."""
        found = {id: 1.0}
        share, at = 1.0, id
        for _ in range(RADIUS):
            if not (at := self.before.get(at, "")):
                break
            share *= 1.0 if asks(self.turns[at]) else BACK
            found[at] = share
        share, at = 1.0, id
        for _ in range(RADIUS):
            if not (at := self.after.get(at, "")):
                break
            share *= FORWARD
            found[at] = share
        return found


def context_scores(around: Surroundings, found: Said, total: int) -> dict[str, float]:
    """BM25 of each turn with what is around it, of ``total`` turns."""
    idf = {word: _idf(len(own), total) for word, own in found.items()}
    scores = {}
    for id in around.turns:
        lent = around.lent(id)
        score = 0.0
        for word, own in found.items():
            times = sum(share * own.get(other, 0.0) for other, share in lent.items())
            score += idf[word] * times * (K_TURN + 1) / (times + K_TURN)
        scores[id] = score
    return scores


def session_scores(around: Surroundings, found: Said) -> dict[str, float]:
    """BM25 of the session of each turn, as far as its turns are here."""
    of = {id: session(turn) for id, turn in around.turns.items()}
    size = Counter(of.values())
    mean = len(of) / max(len(size), 1)
    total: dict[Session, float] = defaultdict(float)
    for own in found.values():
        times: dict[Session, float] = defaultdict(float)
        for id, much in own.items():
            if id in of:
                times[of[id]] += much
        idf = _idf(len(times), len(size))
        for one, n in times.items():
            norm = K_SESSION * (1 - B_SESSION + B_SESSION * size[one] / mean)
            total[one] += idf * n * (K_SESSION + 1) / (n + norm)
    return {id: total[one] for id, one in of.items()}


def _idf(df: int, total: int) -> float:
    return math.log1p((max(total - df, 0) + 0.5) / (df + 0.5))
