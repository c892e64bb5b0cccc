"""The records of a document, and the changes that put a new reading in their place."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from graphmem import schema
from graphmem.casts import Cast
from graphmem.changes import diff
from graphmem.folding import asleep, folded, unfolded
from graphmem.stores.base import Store
from graphmem.types import Change, Document, Episode, Passage, Record, Sentence, View


def document_records(store: Store, view: View, document: str) -> tuple[Record, ...]:
    """The document's record and those of all its parts and its cast; empty if it is not in view."""
    found = store.get(view, [document])
    if document not in found or found[document].kind != schema.DOCUMENT:
        return ()
    passages = store.neighbours(view, [document], [schema.PART_OF], "in").source
    sentences = store.neighbours(view, passages, [schema.PART_OF], "in").source
    parts = store.get(view, [*passages, *sentences])
    return (found[document], *(parts[id] for id in sorted(parts)))


def replacement(
    old: Iterable[Record],
    document: Document,
    passages: Iterable[Passage],
    sentences: Iterable[Sentence],
    cast: Cast | None = None,
    episodes: Iterable[Episode] = (),
) -> tuple[Change, ...]:
    """The changes that make a document what was read; what stayed the same makes none, and sleeps on."""
    values: list[schema.Value] = [document, *passages, *sentences, *episodes, *([cast] if cast else [])]
    before = tuple(old)
    if sleeping := asleep(map(schema.from_record, before)) & {value.id for value in values}:
        values = folded(values, sleeping)
    return diff(before, [schema.to_record(value) for value in values])


def refolded(records: Iterable[Record], sleeping: Collection[str]) -> list[Record]:
    """The records of a document with these of its passages asleep, and all others awake."""
    given = list(records)
    values = [schema.from_record(record) for record in given]
    if asleep(values) == set(sleeping):
        return given
    return [schema.to_record(value) for value in folded(unfolded(values), sleeping)]
