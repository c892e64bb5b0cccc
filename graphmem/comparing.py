"""What came, went and changed between two places in the log, in logged records and in derived ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from graphmem.changes import diff, inverse, net
from graphmem.history import between, derived, written_since
from graphmem.stores.base import Store
from graphmem.types import Change, Record, View


@dataclass(frozen=True, slots=True)
class Difference:
    """Changes that turn one state into another, each by id: of logged records, and of those that follow."""

    changes: tuple[Change, ...]
    derived: tuple[Change, ...]


def difference(store: Store, view: View, a: int, b: int | None = None) -> Difference:
    """The difference from the state after commit number ``a`` to that after ``b``, or to now.

    The log is read from the earlier of the two to its end, since derived records are worked out from
    those that there are now: both past ones follow by the inverse of what came since.
    """
    while True:
        head = store.head()
        end = head if b is None else b
        early, late = sorted((a, end))
        inside = net(_changes(store, view, early, late))
        since = net(_changes(store, view, late, head))
        found = _derived(store, view, inside, since)
        if not written_since(store, view, head):  # else what was read is of two moments
            break
    if a > end:
        return Difference(inverse(inside)[::-1], inverse(found)[::-1])
    return Difference(inside, found)


def _changes(store: Store, view: View, after: int, upto: int) -> Iterable[Change]:
    return (change for commit in between(store, view, after, upto) for change in commit.changes)


def _derived(
    store: Store, view: View, inside: tuple[Change, ...], since: tuple[Change, ...]
) -> tuple[Change, ...]:
    back = {change.id: change for change in derived(store, view, inverse(since))}
    further = {change.id: change for change in derived(store, view, inverse(net((*inside, *since))))}
    early: dict[str, Record | None] = {}
    late: dict[str, Record | None] = {}
    for id in back.keys() | further.keys():
        now = (back.get(id) or further[id]).before
        early[id] = further[id].after if id in further else now
        late[id] = back[id].after if id in back else now
    return diff(filter(None, early.values()), filter(None, late.values()))
