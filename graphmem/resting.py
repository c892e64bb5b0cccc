"""What rests on passages goes with them: parts of notes, and what was made of a passage that is gone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from graphmem import schema
from graphmem.notes import Note, rests_on
from graphmem.stores.base import Store
from graphmem.types import Change, Record, View

KINDS: Final = frozenset({schema.NOTE, schema.USE})
"""Kinds that rest on passages."""
EDGES: Final = (schema.MADE_OF, schema.USES)
"""Edges to what they rest on."""


def followed(store: Store, view: View, changes: Sequence[Change]) -> tuple[Change, ...]:
    """The changes, after which every note and every use rests on passages that are there.

    Parts of notes that rest on a passage that goes are taken out with it, whether it is forgotten, read
    otherwise or undone. Doing it twice changes nothing more.
    """
    after = {change.id: change.after for change in changes}
    gone = {id for id, record in after.items() if record is None and id[:1] == "p"}
    written = [change for change in changes if change.after and change.after.kind in KINDS]
    if not written and not gone:
        return tuple(changes)
    rests = {change.id: _rests(change.after) for change in written}
    missing = _missing(store, view, after, {id for ids in rests.values() for id in ids})
    made = [_left(change, missing & rests.get(change.id, frozenset())) for change in changes]
    return (*(change for change in made if change), *_resting(store, view, gone, after))


def _resting(store: Store, view: View, gone: Collection[str], after: Collection[str]) -> Iterator[Change]:
    """The changes of notes and uses that rest on passages that go, and are not changed already."""
    if not gone or not any(store.count(view, kind) for kind in sorted(KINDS)):
        return
    ids = set(store.neighbours(view, sorted(gone), EDGES, "in").source).difference(after)
    for _, record in sorted(store.get(view, sorted(ids)).items()):
        yield Change(record, _without(record, gone))


def _rests(record: Record | None) -> frozenset[str]:
    """The passages that a note or a use rests on."""
    if record is None:
        return frozenset()
    return frozenset([record.body["passage"]] if record.kind == schema.USE else rests_on(record.body))


def _missing(
    store: Store, view: View, after: Mapping[str, Record | None], named: Collection[str]
) -> frozenset[str]:
    """Those of these passages that are not there after the changes."""
    asked = {id for id in named if id not in after}
    there = store.get(view, sorted(asked)).keys() if asked else ()
    return frozenset({*asked.difference(there), *(id for id in named if id in after and after[id] is None)})


def _left(change: Change, missing: Collection[str]) -> Change | None:
    """A change to what may be written; None if that is nothing."""
    if not missing or change.after is None:
        return change
    left = _without(change.after, missing)
    return Change(change.before, left) if left or change.before else None


def _without(record: Record, gone: Collection[str]) -> Record | None:
    """A note or a use without what rests on these passages; None if nothing is left."""
    if record.kind == schema.USE:
        return None
    note = schema.from_record(record)
    assert isinstance(note, Note)
    left = note.without(gone)
    return schema.to_record(left) if left.parts else None
