"""What has a date, in columns: when each event, fact and episode was. Made once, and kept up by the log.

Stores find records by id, by edge and by word, but not by time: a page that shows a stretch of time would
read all records for it, each time. Two moments and an id of each are little, and all that choosing needs.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from graphmem import bodies, schema
from graphmem.errors import GraphMemError
from graphmem.memory import Memory
from graphmem.statements import event_id, fact_id
from graphmem.stores.moments import BEGINNING, END, microseconds
from graphmem.types import Change, Record

KINDS: Final = (schema.EVENT, schema.FACT, schema.EPISODE)
_EPISODE: Final = 2  # passages from which on an episode says more than they do
_TYPES: Final = (np.bytes_, np.int8, np.int64, np.int64, np.int32)
_TOLD: Final = 5_000
_AT_ONCE: Final = 20_000
"""Records that are looked at while the page waits; more take seconds."""
_BEHIND: Final = 500
"""Commits since it was made from which on it is made anew rather than kept up."""


class Row(NamedTuple):
    """When a record was, in microseconds since 1970, and how much supports it."""

    id: str
    kind: int
    begin: int
    end: int
    weight: int


@dataclass(frozen=True, slots=True, eq=False)
class Almanac:
    """All that is dated, as of a commit, in columns sorted by id.

    Attributes:
        head: the ``seq`` of the commit.
        ids: of the records, as bytes, shape (n,).
        kinds: places in ``KINDS``, shape (n,).
        begins, ends: microseconds since 1970, ``BEGINNING`` and ``END`` where open, shape (n,).
        weights: statements of an event or a fact, passages of an episode, shape (n,).
    """

    head: int
    ids: NDArray[np.bytes_]
    kinds: NDArray[np.int8]
    begins: NDArray[np.int64]
    ends: NDArray[np.int64]
    weights: NDArray[np.int32]

    def __len__(self) -> int:
        """How many records have a date."""
        return len(self.ids)

    def among(self, ids: Iterable[str]) -> NDArray[np.bool_]:
        """Which rows are of these ids, shape (n,)."""
        asked = np.array(sorted(ids), dtype=np.bytes_)
        found = np.zeros(len(self), dtype=np.bool_)
        if len(self) and len(asked):
            at = np.minimum(np.searchsorted(self.ids, asked), len(self) - 1)
            found[at[self.ids[at] == asked]] = True
        return found


def row(record: Record) -> Row | None:
    """When a record was; None if nobody says so, if it recurs, if a person took it back, or a lone passage.

    Straight from the body: all facts of a memory are asked.
    """
    body = record.body
    if record.kind == schema.EPISODE and len(body["passages"]) < _EPISODE:
        return None
    if record.kind == schema.EPISODE:
        moments, weight = (body.get("at"), body.get("until")), len(body["passages"])
    elif body.get("when") and not body.get("retraction"):
        begin, end, *_ = body["when"]
        # A fact that follows from what happened ("moved to") holds from then on.
        moments = (begin, None if record.kind == schema.FACT and body.get("happens") else end)
        weight = sum(int(support[0]) for support in body["supports"])
    else:
        return None
    begin, end = (_micro(moment) for moment in moments)
    if begin is None and end is None:
        return None
    if record.kind == schema.EPISODE:
        begin, end = (begin if begin is not None else end), (end if end is not None else begin)
    return Row(
        record.id,
        KINDS.index(record.kind),
        BEGINNING if begin is None else begin,
        END if end is None else end,
        weight,
    )


def _micro(moment: Any) -> int | None:
    found: datetime | None = bodies.parse_moment(moment)
    return None if found is None else microseconds(found)


def made(memory: Memory, told: Callable[[int, int], None] | None = None) -> Almanac:
    """The almanac of what a memory reads: one look at each event, fact and episode.

    Args:
        memory: it.
        told: hears now and then how many of how many records were looked at.
    """
    head, view = memory.store.head(), memory.view
    whole = sum(memory.store.count(view, kind) for kind in KINDS)
    rows: list[Row] = []
    records = chain.from_iterable(memory.store.scan(view, kind) for kind in KINDS)
    for number, record in enumerate(records):
        if found := row(record):
            rows.append(found)
        if told and not number % _TOLD:
            told(number, whole)
    return _sorted(head, _columns(rows))


def kept_up(old: Almanac, memory: Memory) -> Almanac:
    """The almanac with what was committed since; made anew where that is much."""
    head = memory.store.head()
    if head == old.head:
        return old
    if head < old.head or head - old.head > _BEHIND:
        return made(memory)
    touched = {
        id
        for commit in memory.store.commits(memory.view, old.head)
        for change in commit.changes
        for id in _touched(change)
    }
    current = memory.store.get(memory.view, sorted(touched)).values()
    new = _columns(found for record in current if record.kind in KINDS and (found := row(record)))
    stay = ~old.among(touched)
    kept = (column[stay] for column in (old.ids, old.kinds, old.begins, old.ends, old.weights))
    return _sorted(head, [np.concatenate(pair) for pair in zip(kept, new, strict=True)])


class Keeper:
    """The almanac of a store, made once for all sessions and kept up by whoever comes first.

    A large one is made by a thread of its own: pages go on meanwhile.
    """

    def __init__(self) -> None:
        self.looked_at = 0
        self.of = 0
        self._almanac: Almanac | None = None
        self._fault: GraphMemError | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def now(self, memory: Memory) -> Almanac | None:
        """The almanac as of now; None while it is made.

        Raises:
            GraphMemError: it could not be made; the next call begins anew.
        """
        with self._lock:
            if self._almanac is None and self._thread is None:
                self.of = sum(memory.store.count(memory.view, kind) for kind in KINDS)
                if self.of > _AT_ONCE:
                    self._thread = threading.Thread(target=self._make, args=(memory,), daemon=True)
                    self._thread.start()
                    return None
            elif self._thread is not None:
                if self._thread.is_alive():
                    return None
                self._thread = None
            if (fault := self._fault) is not None:
                self._fault = None
                raise fault
            old = self._almanac
            self._almanac = made(memory) if old is None else kept_up(old, memory)
            return self._almanac

    def _make(self, memory: Memory) -> None:
        try:
            self._almanac = made(memory, self._tell)
        except GraphMemError as error:
            self._fault = error

    def _tell(self, looked_at: int, of: int) -> None:
        self.looked_at, self.of = looked_at, of


def _touched(change: Change) -> Iterator[str]:
    """The dated records that a change may change: those that its sentence states, or that it speaks of."""
    if change.record.kind == schema.EPISODE:
        yield change.id
    for record in (change.before, change.after):
        if record is None:
            continue
        if record.kind == schema.CORRECTION:
            yield str(record.body["target"])
        for statement in schema.stated(record):
            yield fact_id(record.namespace, statement)
            yield event_id(record.namespace, statement)


def _columns(rows: Iterable[Row]) -> list[NDArray[Any]]:
    table = list(zip(*rows, strict=True)) or [()] * len(_TYPES)
    return [np.array(column, dtype=kind) for column, kind in zip(table, _TYPES, strict=True)]


def _sorted(head: int, columns: Sequence[NDArray[Any]]) -> Almanac:
    order = np.argsort(columns[0], kind="stable")
    ids, kinds, begins, ends, weights = (column[order] for column in columns)
    return Almanac(head, ids, kinds, begins, ends, weights)
