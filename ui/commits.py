"""The log a page at a time, newest first, however long it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from graphmem.comparing import difference
from graphmem.errors import NotFound
from graphmem.history import Filter, Telling, between, logged, newest, pointed_at
from graphmem.memory import Memory
from graphmem.types import Change, Commit, View
from graphmem.ui.words import Sign, names, readable, tally

PAGE: Final = 20
"""Commits of a page."""
_LOOKED_AT: Final = 10_000
"""Changes of records after which a page ends, full or not: commits of large files have thousands."""


@dataclass(frozen=True, slots=True)
class Row:
    """A commit for a list: its message with names in the place of ids, its changes counted."""

    id: str
    seq: int
    author: str
    at: datetime
    message: str
    came: int
    changed: int
    went: int

    @property
    def told(self) -> str:
        """Who, when, and how many records, in a line."""
        counted = (("+", self.came), ("~", self.changed), ("−", self.went))
        sizes = " ".join(f"{mark}{count:,}" for mark, count in counted if count)
        return " · ".join(filter(None, (self.author, f"{self.at:%Y-%m-%d %H:%M}", sizes)))


@dataclass(frozen=True, slots=True)
class Page:
    """Rows, newest first; ``older`` is the number to go on before, 0 at the beginning of the log.

    ``until`` is the moment of the last commit that was looked at.
    """

    rows: tuple[Row, ...]
    older: int = 0
    until: datetime | None = None


def page(memory: Memory, asked: Filter, of: str = "", before: int = 0, size: int = PAGE) -> Page:
    """The newest commits before one, by number, that are asked for; it ends where too much was looked at.

    ``of`` is a record's id, a document's URI or an entity's name: only commits that concern it.
    """
    store, view = memory.store, View.of(memory.namespace)
    touching = logged(store, view, memory.namespace, of) if of else None
    tells = None
    if of and touching is None:
        tells = Telling(memory.namespace, pointed_at(store, view, memory.namespace, of))
    found: list[Commit] = []
    looked, last = 0, None
    for commit in newest(store, view, before - 1 if before else None, touching):
        if len(found) == size or looked > _LOOKED_AT:
            break
        looked, last = looked + 1 + len(commit.changes), commit
        if commit in asked and (tells is None or tells(commit)):
            found.append(commit)
    else:
        return Page(_rows(memory, found))
    return Page(_rows(memory, found), last.seq if last else 0, last.at if last else None)


def _rows(memory: Memory, found: list[Commit]) -> tuple[Row, ...]:
    called = names(memory, (one.message for one in found))
    return tuple(_row(one, called) for one in found)


def _row(commit: Commit, called: dict[str, str]) -> Row:
    sums: dict[Sign, int] = {mark: sum(kinds.values()) for mark, kinds in tally(commit.changes).items()}
    message = readable(commit.message, called)
    return Row(commit.id, commit.seq, commit.author, commit.at, message, sums["+"], sums["~"], sums["-"])


def titled(memory: Memory, commit: Commit) -> Row:
    """One commit as a row."""
    return _rows(memory, [commit])[0]


def commit(memory: Memory, id: str, seq: int = 0) -> Commit:
    """The commit with this id; ``seq`` is its number, which saves looking for it in the log.

    Raises:
        NotFound: there is none.
    """
    if seq > 0:
        found = next(between(memory.store, View.of(memory.namespace), seq - 1, seq), None)
        if found is not None and found.id == id:
            return found
    try:
        return memory.commit(id)
    except NotFound as error:
        raise NotFound(f"There is no commit {id!r}: choose one from the list.") from error


def followed(memory: Memory, seq: int) -> tuple[Change, ...]:
    """How the commit of a number changed names, facts and events; the log is read from there to its end."""
    return difference(memory.store, View.of(memory.namespace), seq - 1, seq).derived


def last_moment(day: datetime) -> datetime:
    """The last moment of the day that begins at a moment."""
    return day + timedelta(days=1) - timedelta(microseconds=1)
