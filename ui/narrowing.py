"""A question narrowed to some of the memory: to what passages name, and to when they were written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timezone
from typing import Final

from graphmem import schema
from graphmem.errors import NotFound
from graphmem.identity import fold, words
from graphmem.memory import Memory
from graphmem.ranking import Hit, Query, Ranking
from graphmem.retrieval.keyword import QUESTION_WORDS
from graphmem.types import Entity

_MORE: Final = 4
"""So many times more passages are looked at in each round, while too few of them fit."""
_MOST: Final = 320
"""Passages that are looked at in all."""
_FACTS: Final = 40
"""Facts of an entity whose dates are told."""
_STOPS: Final = 24
_SEEDS: Final = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what narrows it; what is left empty narrows nothing.

    Attributes:
        text: the question.
        k: passages at most.
        names: names of people, places or things, each of which a passage says.
        since, until: first and last day on which a passage was said or its document written.
        as_of: the moment of which the question asks.
        trusted_only: whether passages of sources that are not trusted are left out.
        namespaces: those to read, of the memory's own and those read along; all if empty.
    """

    text: str
    k: int = 5
    names: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    as_of: datetime | None = None
    trusted_only: bool = False
    namespaces: tuple[str, ...] = ()

    @property
    def narrow(self) -> bool:
        """Whether passages that answer may not fit."""
        return bool(self.names or self.since or self.until)


def narrowed(memory: Memory, asked: Asked) -> Ranking:
    """The passages that answer and fit, best first.

    Raises:
        QueryError, NotShared, EncoderMismatch: as ``Memory.recall``.
    """
    view = replace(memory.view, as_of=asked.as_of)
    if asked.namespaces:
        view = replace(view, namespaces=frozenset(asked.namespaces))
    called = [_called(memory, name) for name in asked.names]
    looked = asked.k
    while True:
        ranking = memory.recall(Query(asked.text, view, looked), trusted_only=asked.trusted_only)
        fits = [hit for hit in ranking if _fits(hit, asked, called)] if asked.narrow else list(ranking)
        if len(fits) >= asked.k or len(ranking) < looked or looked >= _MOST:
            return replace(ranking, hits=tuple(fits[: asked.k]))
        looked = min(looked * _MORE, _MOST)


def _called(memory: Memory, name: str) -> frozenset[str]:
    """What somebody of a name is called in texts, folded: as said, and as the memory knows."""
    try:
        found = memory.find(name)
    except NotFound:
        found = None
    surfaces: Iterable[str] = found.surfaces if isinstance(found, Entity) else ()
    return frozenset(filter(None, map(fold, (name, *surfaces))))


def _fits(hit: Hit, asked: Asked, called: Sequence[frozenset[str]]) -> bool:
    written = hit.passage.at or hit.document.written_at
    if asked.since or asked.until:
        if written is None:
            return False
        day = written.date()
        if (asked.since and day < asked.since) or (asked.until and day > asked.until):
            return False
    said = f" {fold(f'{hit.passage.speaker} {hit.passage.heading} {hit.passage.text}')} "
    return all(any(f" {name} " in said for name in names) for names in called)


def unsaid(ranking: Ranking) -> tuple[str, ...]:
    """The telling words of a question that none of its passages holds, in their order."""
    said = {word for hit in ranking for word in words(_all_of(hit))}
    telling = (word for word in words(ranking.query.text) if word not in QUESTION_WORDS and len(word) > 1)
    return tuple(word for word in dict.fromkeys(telling) if not any(_alike(word, one) for one in said))


def _all_of(hit: Hit) -> str:
    return f"{hit.document.title} {hit.passage.heading} {hit.passage.speaker} {hit.passage.text}"


def _alike(word: str, other: str) -> bool:
    """Whether two words are forms of one, as far as their beginnings tell."""
    size = max(3, min(len(word), len(other)) - 2)
    return word[:size] == other[:size] and abs(len(word) - len(other)) <= 4


def stops(memory: Memory, ranking: Ranking) -> tuple[date, ...]:
    """The days on which something began or ended to hold of what a question names, earliest first."""
    days: set[date] = set()
    for record in memory.store.get(memory.view, [seed.id for seed in ranking.seeds[:_SEEDS]]).values():
        entity = schema.from_record(record)
        if isinstance(entity, Entity):
            for _, standing in memory.timeline(entity, _FACTS):
                ends = (at for one in standing.stretches for at in (one.begin, one.end))
                days |= {at.date() for at in ends if at}
    return tuple(sorted(days)[-_STOPS:])


def at_noon(day: date) -> datetime:
    """The middle of a day, for which facts that begin or end with it are asked."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=timezone.utc)
