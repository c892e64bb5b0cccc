"""Dormancy: the changes that put passages to sleep, wake them, or take them out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias

from graphmem import schema
from graphmem.changes import diff
from graphmem.cutting import remaining
from graphmem.edits import document_records, refolded
from graphmem.folding import asleep
from graphmem.stores.base import Store
from graphmem.types import Change, Passage, View

To: TypeAlias = Literal["dormant", "archived"]


def slept(store: Store, view: View, passages: Iterable[Passage]) -> tuple[Change, ...]:
    """The changes after which passages sleep: their sentences stand in them, and are no records any more."""
    return _folded(store, view, passages, sleep=True)


def woken(store: Store, view: View, passages: Iterable[Passage]) -> tuple[Change, ...]:
    """The changes after which passages are awake: their sentences are records again, as they were."""
    return _folded(store, view, passages, sleep=False)


def archived(store: Store, view: View, passages: Iterable[Passage]) -> tuple[Change, ...]:
    """The changes that take passages out: the history alone has them then."""
    changes: list[Change] = []
    for document, own in _by_document(passages).items():
        if records := document_records(store, view, document):
            changes += diff(records, remaining(records, own))
    return tuple(changes)


def _folded(store: Store, view: View, passages: Iterable[Passage], *, sleep: bool) -> tuple[Change, ...]:
    changes: list[Change] = []
    for document, own in _by_document(passages).items():
        if old := document_records(store, view, document):
            before = asleep(map(schema.from_record, old))
            changes += diff(old, refolded(old, before | own if sleep else before - own))
    return tuple(changes)


def _by_document(passages: Iterable[Passage]) -> Mapping[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for one in passages:
        found[one.document].add(one.id)
    return found
