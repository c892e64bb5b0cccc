"""What hits say that does not hold any more: told beside them; left out where a person took it all back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from graphmem import schema
from graphmem.ranking import Ranking
from graphmem.standing import Standing, standings
from graphmem.statements import Fact
from graphmem.stores.base import Store
from graphmem.types import View


class Told(NamedTuple):
    """What of a sentence does not hold any more; ``gone`` if a person took back all that it states."""

    stale: tuple[str, ...]
    gone: bool


def told(
    store: Store, view: View, sentences: Sequence[str], at: datetime, reader: str | None = None
) -> dict[str, Told]:
    """What sentences say that was ended or retracted, by id; those that state no fact are left out."""
    found = _facts(store, view, sentences)
    doubtful = [fact for facts in found.values() for fact in facts if fact.functional or fact.retraction]
    stands = standings(store, view, {fact.id: fact for fact in doubtful}.values(), at, reader)
    return {
        id: Told(_stale(facts, stands), all(fact.retraction for fact in facts)) for id, facts in found.items()
    }


def marked(
    store: Store, view: View, ranking: Ranking, at: datetime, reader: str | None = None
) -> tuple[Ranking, frozenset[str]]:
    """The hits, each with the facts of its evidence that were ended or retracted, and what holds instead.

    With them the passages of hits whose evidence says nothing but what a person took back.
    """
    sentences = list(dict.fromkeys(hit.evidence.id for hit in ranking))
    of = told(store, view, sentences, at, reader)
    nothing = Told((), False)
    hits = tuple(replace(hit, stale=of.get(hit.evidence.id, nothing).stale) for hit in ranking)
    gone = frozenset(hit.passage.id for hit in ranking if of.get(hit.evidence.id, nothing).gone)
    return replace(ranking, hits=hits), gone


def _facts(store: Store, view: View, sentences: Sequence[str]) -> Mapping[str, list[Fact]]:
    """The facts and events that each sentence states, if any."""
    edges = store.neighbours(view, sentences, [schema.STATES, schema.TELLS], "out")
    records = store.get(view, list(dict.fromkeys(edges.target)))
    found: dict[str, list[Fact]] = {}
    for sentence, id in zip(edges.source, edges.target, strict=True):
        value = schema.from_record(records[id]) if id in records else None
        if isinstance(value, Fact):
            found.setdefault(sentence, []).append(value)
    return found


def _stale(facts: list[Fact], stands: Mapping[str, Standing]) -> tuple[str, ...]:
    lines = []
    for fact in facts:
        one = stands.get(fact.id)
        if one is not None and not one.current:
            lines.append(f"{fact.text}: {one.told}")
    return tuple(sorted(set(lines)))
