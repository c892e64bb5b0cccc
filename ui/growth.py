"""How a memory grew, day by day, as its log tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from graphmem import schema
from graphmem.history import between, newest
from graphmem.memory import Memory
from graphmem.types import Commit, View

STEP: Final = 10_000
"""Changes of records that are read at a time."""


@dataclass(frozen=True, slots=True)
class Day:
    """What a day's commits did: how many there were, and by how much documents and records grew."""

    commits: int = 0
    documents: int = 0
    records: int = 0


@dataclass(frozen=True, slots=True)
class Growth:
    """Days of the log behind commit number ``after`` up to number ``upto``, those without commits left out.

    ``after`` is 0 where the whole log was read.
    """

    after: int
    upto: int
    days: Mapping[date, Day] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Whether nothing of the log is left to read."""
        return self.after == 0


def growth(memory: Memory, known: Growth | None = None, *, further: bool = False, most: int = STEP) -> Growth:
    """The growth up to now: what came behind what is known, or the newest part of the log.

    Args:
        memory: whose log is read.
        known: what was read before; it is not read again.
        further: whether to read on before what is known.
        most: changes after which reading ends, but that the commits behind ``known`` are all read, unless
            the log was rewritten since: then all is read anew.
    """
    store, view = memory.store, View.of(memory.namespace)
    head = store.head()
    if known is None:
        return _back(memory, Growth(head, head), most)
    days = dict(known.days)
    for commit in between(store, view, known.upto, head):
        if not commit.changes:  # a purge: what was counted may be gone
            return _back(memory, Growth(head, head), most)
        _add(days, commit)
    found = Growth(known.after, head, days)
    return _back(memory, found, most) if further and not found.whole else found


def _back(memory: Memory, known: Growth, most: int) -> Growth:
    """What is known with commits before it, newest first, until so many changes were read."""
    read, days = 0, dict(known.days)
    for commit in newest(memory.store, View.of(memory.namespace), known.after):
        _add(days, commit)
        read += 1 + len(commit.changes)
        if read >= most:
            return Growth(commit.seq - 1, known.upto, days)
    return Growth(0, known.upto, days)


def _add(days: dict[date, Day], commit: Commit) -> None:
    """Count a commit in its day."""
    documents = records = 0
    for change in commit.changes:
        more = (change.after is not None) - (change.before is not None)
        records += more
        documents += more if change.record.kind == schema.DOCUMENT else 0
    old = days.get(commit.at.date(), Day())
    days[commit.at.date()] = Day(old.commits + 1, old.documents + documents, old.records + records)


def totals(known: Growth, documents: int, records: int) -> dict[date, tuple[int, int]]:
    """How many documents and records there were after each day, by day, given how many there are now."""
    found: dict[date, tuple[int, int]] = {}
    for day in sorted(known.days, reverse=True):
        found[day] = documents, records
        documents -= known.days[day].documents
        records -= known.days[day].records
    return dict(sorted(found.items()))


def sentence(known: Growth, documents: int) -> str:
    """The growth in a sentence, for who sees no chart."""
    if not known.days:
        return "Nothing was written yet."
    first, last = min(known.days), max(known.days)
    busiest = max(known.days, key=lambda day: (known.days[day].commits, day))
    commits = sum(one.commits for one in known.days.values())
    came = sum(one.documents for one in known.days.values())
    grew = f"documents grew from {documents - came:,} to {documents:,}"
    if first == last:
        return f"On {first} there were {commits:,} changes; {grew}."
    most = f"most on {busiest} ({known.days[busiest].commits:,})"
    return f"From {first} to {last}: {commits:,} changes on {len(known.days):,} days, {most}; {grew}."
