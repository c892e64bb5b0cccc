"""What must hold in every store: the log is one whole chain, and records follow from it."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from typing import Final

from graphmem.stores.chain import GENESIS, Link, content_of_row, linked
from graphmem.stores.log import canonical, unpack
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


def digest(record: Record) -> bytes:
    """128 bits that tell records of one id apart."""
    whole = "\0".join((record.kind, record.namespace, canonical(record.body)))
    return blake2b(whole.encode(), digest_size=16).digest()


def log_problems(
    links: Iterable[Link], head: tuple[int, bytes], records: Iterable[Record], schema: Schema
) -> Iterator[str]:
    """Where the log is not what was written, and records that doing it all again does not give.

    ``links`` is the whole log in order, ``head`` number and hash of its end as the store keeps them besides.
    """
    replayed: dict[str, bytes] = {}
    before = 0, GENESIS
    for row, hash in links:
        seq, id = row[:2]
        if seq != before[0] + 1:
            yield f"the log has a gap: after commit {before[0]} comes {seq}"
        try:
            whole = linked(before[1], seq, content_of_row(row)) == hash
            commit = unpack(row)
        except (zlib.error, ValueError, TypeError, LookupError) as error:
            yield f"the log is damaged: commit {seq} ({id}) cannot be read ({error})"
        else:
            if not whole:
                yield f"the log is not what was written: commit {seq} ({id}) or the one before it was changed"
            for change in commit.changes:
                if change.after is None:
                    replayed.pop(change.id, None)
                else:
                    replayed[change.id] = digest(change.after)
        before = seq, hash
    if before != head:
        yield f"the log does not end where it was written to: with commit {head[0]}, but with {before[0]}"
    logged = (record for record in records if record.kind not in schema.derived)
    wrong = {record.id for record in logged if replayed.pop(record.id, None) != digest(record)}
    yield from tell("records that are not what the log says", wrong | replayed.keys())


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
                stored[record.id] = digest(record)
            else:
                yield record

    wanted = {id: digest(record) for id, record in derived_from(logged(), schema).items()}
    wrong = {id for id in stored.keys() | wanted.keys() if stored.get(id) != wanted.get(id)}
    yield from tell("derived records that do not follow from the others", wrong)
