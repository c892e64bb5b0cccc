"""What a document gave the memory, and what of that nothing else supports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from graphmem import schema
from graphmem.memory import Memory
from graphmem.statements import Fact
from graphmem.types import Document, Entity

_NAMING: Final = (*sorted(set(schema.EDGE_OF_ROLE.values())), schema.REFERS)


@dataclass(frozen=True, slots=True)
class Given:
    """A name, fact or event that a document supports: how often, and whether nothing else does."""

    id: str
    times: int
    alone: bool


@dataclass(frozen=True, slots=True)
class Contribution:
    """What a document gave: its passages and sentences as counts, the rest most often supported first.

    ``dates`` are those that it names, which are no ``names``.
    """

    passages: int
    sentences: int
    names: tuple[Given, ...]
    dates: tuple[Given, ...]
    facts: tuple[Given, ...]
    events: tuple[Given, ...]


def contribution(memory: Memory, document: Document) -> Contribution:
    """What a document gave. Reads the edges of all its sentences, and no record."""
    passages = parts(memory, document)
    sentences = memory.store.neighbours(memory.view, passages, [schema.PART_OF], "in").source
    named, dates = _given(memory, sentences, _NAMING)
    facts, _ = _given(memory, sentences, [schema.STATES])
    events, _ = _given(memory, sentences, [schema.TELLS])
    return Contribution(len(passages), len(sentences), named, dates, facts, events)


def parts(memory: Memory, document: Document) -> list[str]:
    """The ids of a document's passages, in no order."""
    view = replace(memory.view, kinds=frozenset({schema.DOCUMENT, schema.PASSAGE}))
    return list(memory.store.neighbours(view, [document.id], [schema.PART_OF], "in").source)


def _given(
    memory: Memory, sentences: Sequence[str], kinds: Sequence[str]
) -> tuple[tuple[Given, ...], tuple[Given, ...]]:
    """What sentences point at by edges of these kinds, and the dates apart from it."""
    edges = memory.store.neighbours(memory.view, sentences, kinds, "out")
    other = {target for kind, target in zip(edges.kind, edges.target, strict=True) if kind != schema.DATED}
    # It has other support if more such edges enter it than these.
    found = [Given(id, n, edges.degree[id] == n) for id, n in Counter(edges.target).items()]
    found.sort(key=lambda one: (-one.times, one.id))
    return tuple(one for one in found if one.id in other), tuple(one for one in found if one.id not in other)


def values(memory: Memory, given: Sequence[Given]) -> list[tuple[Given, Entity | Fact]]:
    """Some of what was given with the entities, facts and events themselves; those that went are left out."""
    records = memory.store.get(memory.view, [one.id for one in given])
    rows = [(one, schema.from_record(records[one.id])) for one in given if one.id in records]
    return [(one, value) for one, value in rows if isinstance(value, Entity | Fact)]


def numbered(count: int, noun: str) -> str:
    """A count in words: "1 passage", "1,200 passages"."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
