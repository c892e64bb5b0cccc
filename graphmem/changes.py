"""Changes as values: compare two states, turn a commit back, tell where it no longer fits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from graphmem.types import Change, Record


def diff(before: Iterable[Record], after: Iterable[Record]) -> tuple[Change, ...]:
    """The changes that turn one set of records into another, by id; equal records make none."""
    old = {record.id: record for record in before}
    new = {record.id: record for record in after}
    return tuple(
        Change(old.get(id), new.get(id))
        for id in sorted(old.keys() | new.keys())
        if old.get(id) != new.get(id)
    )


def inverse(changes: Sequence[Change]) -> tuple[Change, ...]:
    """The changes that take these back, last first. ``inverse(inverse(c)) == c``."""
    return tuple(Change(change.after, change.before) for change in reversed(changes))


def net(changes: Iterable[Change]) -> tuple[Change, ...]:
    """The changes as one for each record, by id: from its first state to its last; equal states make none."""
    ends: dict[str, tuple[Record | None, Record | None]] = {}
    for change in changes:
        before, _ = ends.get(change.id, (change.before, None))
        ends[change.id] = before, change.after
    return tuple(Change(*ends[id]) for id in sorted(ends) if ends[id][0] != ends[id][1])


def misfits(changes: Iterable[Change], current: Mapping[str, Record]) -> tuple[str, ...]:
    """Ids of the records whose state, after the changes so far, is not what a change expects before it."""
    state: dict[str, Record | None] = dict(current)
    found: dict[str, None] = {}
    for change in changes:
        if state.get(change.id) != change.before:
            found[change.id] = None
        state[change.id] = change.after
    return tuple(found)


def patch(changes: Iterable[Change], records: Mapping[str, Record]) -> dict[str, Record]:
    """The state after the changes; the inverse of ``diff``."""
    state = dict(records)
    for change in changes:
        if change.after is None:
            state.pop(change.id, None)
        else:
            state[change.id] = change.after
    return state
