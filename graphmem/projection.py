"""What follows from the logged records and is never logged: entities, counted from mentions.

Counting is commutative, so an entity is the same whatever the order in which its documents came,
and forgetting a document subtracts exactly what ingesting it added.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from graphmem import schema
from graphmem.identity import entity_id, fold
from graphmem.types import Change, Entity, Record, Schema


@dataclass(slots=True)
class _Count:
    """How often an entity was met, by surface, label, and as opening word."""

    namespace: str
    key: str
    surfaces: Counter[str] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)
    openings: int = 0


def _tally(counts: dict[str, _Count], record: Record | None, sign: int) -> None:
    """Add the mentions of a sentence to the counts, or take them away."""
    if record is None:
        return
    for name, label, role in schema.named(record):
        key = fold(name)
        id = entity_id(record.namespace, key)
        count = counts.setdefault(id, _Count(record.namespace, key))
        count.surfaces[name] += sign
        count.labels[label] += sign
        count.openings += sign * (role == "opening")


def _add(a: Mapping[str, int], b: Mapping[str, int]) -> dict[str, int]:
    if not a:
        return {key: b[key] for key in sorted(b) if b[key]}
    total = {key: a.get(key, 0) + b.get(key, 0) for key in a.keys() | b.keys()}
    return {key: total[key] for key in sorted(total) if total[key]}


def derive(changes: Sequence[Change], get: Callable[[Iterable[str]], Mapping[str, Record]]) -> list[Change]:
    """The changes of entities that follow from changes of sentences."""
    counts: dict[str, _Count] = {}
    for change in changes:
        _tally(counts, change.before, -1)
        _tally(counts, change.after, +1)
    current = get(counts)
    derived = []
    for id, count in counts.items():
        before = current.get(id)
        body = before.body if before else {}
        surfaces = _add(body.get("surfaces", {}), count.surfaces)
        labels = _add(body.get("labels", {}), count.labels)
        entity = Entity(
            id=id,
            namespace=count.namespace,
            key=count.key,
            surfaces=surfaces,
            labels=labels,
            openings=body.get("openings", 0) + count.openings,
        )
        after = schema.to_record(entity) if surfaces else None
        if after != before:
            derived.append(Change(before, after))
    return derived


SCHEMA: Final = Schema(
    logged=frozenset({schema.DOCUMENT, schema.PASSAGE, *schema.SENTENCE_KINDS.values()}),
    derived=frozenset({schema.ENTITY}),
    edges=frozenset({schema.PART_OF, schema.FOLLOWS, *schema.ENTITY_EDGES}),
    index=schema.index,
    derive=derive,
    shown=schema.shown,
)
