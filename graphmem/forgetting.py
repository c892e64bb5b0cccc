"""Forgetting: the changes that take a source back, and the receipt of what went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graphmem.edits import document_records
from graphmem.errors import NotFound
from graphmem.projection import SCHEMA
from graphmem.stores.base import Store
from graphmem.types import Change, Commit, View


@dataclass(frozen=True, slots=True)
class Receipt:
    """What forgetting removes, by kind of record; ``commit`` is None for a dry run."""

    uri: str
    removed: Mapping[str, int]
    commit: Commit | None = None


def forget_changes(store: Store, view: View, document: str) -> tuple[Change, ...]:
    """The changes that remove a document with all that is only its own.

    Entities are not among them: they are counted from mentions and follow by themselves.

    Raises:
        NotFound: there is no such document in view.
    """
    records = document_records(store, view, document)
    if not records:
        raise NotFound(f"no document {document}: 'graphmem stats --documents' lists what is there")
    return tuple(Change(record, None) for record in records)


def removed(store: Store, view: View, changes: Sequence[Change]) -> dict[str, int]:
    """How many records of each kind go, those included that lose their last mention or statement."""
    derived = SCHEMA.derive(changes, lambda ids: store.get(view, ids))
    return dict(Counter(change.record.kind for change in (*changes, *derived) if change.after is None))
