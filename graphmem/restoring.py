"""Bringing a record, or a document with its parts, back to its state after a commit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from graphmem import schema
from graphmem.changes import inverse, net
from graphmem.errors import Conflict, InputError, NotFound
from graphmem.history import between, logged
from graphmem.stores.base import Store
from graphmem.types import Change, Record, View

_PARTS: Final = ("document", "passage")
"""The fields by which a part names what it is a part of."""
_PLACE: Final = (*_PARTS, "position", "start", "end", "text", "previous")
"""The fields by which a part fits the others."""


def restoring(store: Store, view: View, namespace: str, name: str, upto: int) -> tuple[Change, ...]:
    """The changes that make a record, given by id or URI, and all its parts what they were after a commit.

    Args:
        store: where it is.
        view: its namespace.
        namespace: the name of that.
        name: id of a record, or URI of a document.
        upto: the number of the commit.

    Raises:
        NotFound: no commit ever changed such a record.
        InputError: it is as it was.
        Conflict: it is a part of a document, and had another place in it or was not there.
    """
    id = logged(store, view, namespace, name)
    if id is None:
        raise NotFound(
            f"no commit changed {name!r}: entities and facts follow from what documents say, so restore"
            " those; 'graphmem blame NAME' tells which"
        )
    whole = _whole(store, view, id, upto)
    later = (change for commit in between(store, view, upto) for change in commit.changes)
    changes = inverse(net(change for change in later if _belongs(change, whole)))
    if not changes:
        raise InputError(f"{name!r} is as it was then: there is nothing to bring back")
    there = store.get(view, [id]).get(id)
    if there is None or there.kind != schema.DOCUMENT:  # of a whole document all parts are brought back
        _check_places(id, changes)
    return changes


def _whole(store: Store, view: View, id: str, upto: int) -> frozenset[str]:
    """A record and those of its passages that are there now or were since."""
    passages = set(store.neighbours(view, [id], [schema.PART_OF], "in").source)
    for record in _records(store, view, upto):
        if record.kind == schema.PASSAGE and record.body["document"] == id:
            passages.add(record.id)
    return frozenset({id, *passages})


def _records(store: Store, view: View, after: int) -> Iterator[Record]:
    for commit in between(store, view, after):
        for change in commit.changes:
            yield change.record


def _belongs(change: Change, whole: frozenset[str]) -> bool:
    record = change.record
    return record.id in whole or any(record.body.get(part) in whole for part in _PARTS)


def _check_places(id: str, changes: tuple[Change, ...]) -> None:
    """Refuse to move, make or remove a part of a document without the others."""
    for change in changes:
        body = change.record.body
        if change.id == id and not any(part in body for part in _PARTS):
            return
    for change in changes:
        if change.before is None or change.after is None or _place(change.before) != _place(change.after):
            raise Conflict(
                f"{change.id} was not there or had another place then: restore its whole document instead,"
                " by its URI; nothing was written",
                (change.id,),
            )


def _place(record: Record) -> tuple[object, ...]:
    return tuple(record.body.get(field) for field in _PLACE)
