"""What must hold in every store: the log has no gaps, and records follow from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from typing import Final

from graphmem.stores.log import canonical
from graphmem.stores.plan import Planned
from graphmem.types import Change, Commit, Index, Record, Schema

_BATCH: Final = 2000
_SHOWN: Final = 5


def tell(what: str, ids: Iterable[str]) -> Iterator[str]:
    """One line about some records, if there are any; the first few by name."""
    names = sorted(ids)
    if names:
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        yield f"{what}: {', '.join(names[:_SHOWN])}{more}"


def _digest(record: Record) -> bytes:
    whole = "\0".join((record.kind, record.namespace, canonical(record.body)))
    return blake2b(whole.encode(), digest_size=16).digest()


def log_problems(commits: Iterable[Commit], records: Iterable[Record], schema: Schema) -> Iterator[str]:
    """Gaps of the whole log, in order, and records that doing it all again does not give."""
    replayed: dict[str, bytes] = {}
    expected = 1
    for commit in commits:
        if commit.seq != expected:
            yield f"the log has a gap: after commit {expected - 1} comes {commit.seq}"
        expected = commit.seq + 1
        for change in commit.changes:
            if change.after is None:
                replayed.pop(change.id, None)
            else:
                replayed[change.id] = _digest(change.after)
    stored = {record.id: _digest(record) for record in records if record.kind not in schema.derived}
    wrong = {id for id in stored.keys() | replayed.keys() if stored.get(id) != replayed.get(id)}
    yield from tell("records that are not what the log says", wrong)


def replayed(commits: Iterable[Commit]) -> dict[str, Record]:
    """The records that the whole log leaves, by id."""
    records: dict[str, Record] = {}
    for commit in commits:
        for change in commit.changes:
            if change.after is None:
                records.pop(change.id, None)
            else:
                records[change.id] = change.after
    return records


def anew(record: Record, schema: Schema) -> Planned:
    """What writing a record into an empty store comes to."""
    return Planned(Change(None, record), Index(), schema.index(record), canonical(record.body))


def derived_from(records: Iterable[Record], schema: Schema) -> dict[str, Record]:
    """The derived records that follow from all logged ones together."""
    derived: dict[str, Record] = {}
    asked: dict[str, Record] = {}

    def get(ids: Iterable[str]) -> Mapping[str, Record]:
        return {id: found for id in ids if (found := derived.get(id) or asked.get(id))}

    def follow(changes: list[Change]) -> None:
        for change in schema.derive(changes, get):
            if change.after is None:
                derived.pop(change.id, None)
            else:
                derived[change.id] = change.after

    batch: list[Change] = []
    for record in records:
        if record.kind in schema.derived:
            continue
        batch.append(Change(None, record))
        if record.kind in schema.asked:
            asked[record.id] = record
        if len(batch) == _BATCH:
            follow(batch)
            batch = []
    follow(batch)
    return derived


def derived_problems(records: Iterable[Record], schema: Schema) -> Iterator[str]:
    """Derived records that do not follow from the logged ones, or are lacking."""
    stored: dict[str, bytes] = {}

    def logged() -> Iterator[Record]:
        for record in records:
            if record.kind in schema.derived:
                stored[record.id] = _digest(record)
            else:
                yield record

    wanted = {id: _digest(record) for id, record in derived_from(logged(), schema).items()}
    wrong = {id for id in stored.keys() | wanted.keys() if stored.get(id) != wanted.get(id)}
    yield from tell("derived records that do not follow from the others", wrong)
