"""The log as it is read: which commits there are, which are of a record, which was the last at a moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Final

from graphmem import schema
from graphmem.casts import Cast
from graphmem.errors import InputError, NotFound
from graphmem.identities import bare
from graphmem.identity import document_id, entity_id, fold, unit_id
from graphmem.projection import SCHEMA
from graphmem.resolution.profile import name_key
from graphmem.slots import read_slot
from graphmem.statements import Statement, event_id, fact_id
from graphmem.stores.base import Store
from graphmem.types import Change, Commit, Record, View

_BLOCK: Final = 64
"""Commits that are held at a time by what goes back in the log."""
_COUNTED: Final = frozenset({schema.ENTITY, schema.FACT, schema.EVENT, schema.UNIT})
"""Derived kinds that logged records point at; other derived records point at these."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """A commit without its changes: who, when and why."""

    id: str
    seq: int
    author: str
    at: datetime
    message: str

    @classmethod
    def of(cls, commit: Commit) -> Stamp:
        """That of a commit."""
        return cls(commit.id, commit.seq, commit.author, commit.at, commit.message)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which commits are asked for: by whom, from when and until when (inclusive), of which run, what message.

    Raises:
        InputError: a moment has no time zone.
    """

    author: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    message: str = ""
    run: str | None = None

    def __post_init__(self) -> None:
        """Moments that cannot be compared with those of commits are refused."""
        for moment in (self.since, self.until):
            checked_moment(moment)

    def __contains__(self, commit: Commit) -> bool:
        """Whether a commit is asked for; case plays no part in messages."""
        return (
            (self.author is None or commit.author == self.author)
            and (self.run is None or commit.run == self.run)
            and (self.since is None or self.since <= commit.at)
            and (self.until is None or commit.at <= self.until)
            and self.message.casefold() in commit.message.casefold()
        )


def checked_moment(moment: datetime | None) -> datetime | None:
    """The moment itself.

    Raises:
        InputError: it has no time zone.
    """
    if moment is not None and moment.tzinfo is None:
        raise InputError(f"{moment} has no time zone: pass datetime(..., tzinfo=timezone.utc)")
    return moment


def newest(
    store: Store, view: View, upto: int | None = None, touching: str | None = None
) -> Iterator[Commit]:
    """Commits up to a place in the log, newest first; a few at a time are held, however many there are."""
    end, size = store.head() if upto is None else upto, 1  # who wants the last one reads no other
    while end > 0:
        start = max(0, end - size)
        block = list(between(store, view, start, end, touching))
        yield from reversed(block)
        end = start
        if len(block) < _BLOCK // 2:  # others' commits stand between these
            size *= 2


def between(
    store: Store, view: View, after: int, upto: int | None = None, touching: str | None = None
) -> Iterator[Commit]:
    """Commits behind one place in the log up to another, that one included, in order."""
    commits = store.commits(view, after=after, touching=touching)
    return commits if upto is None else takewhile(lambda commit: commit.seq <= upto, commits)


def written_since(store: Store, view: View, head: int) -> bool:
    """Whether a commit came behind a place in the log."""
    return next(iter(store.commits(view, after=head)), None) is not None


def history(
    store: Store, view: View, namespace: str, name: str | None, asked: Filter, newest_first: bool = False
) -> Iterator[Commit]:
    """Commits of a namespace, or those of a record by its id, of a document by its URI, of an entity by name.

    Those of a logged record changed it. A derived record (an entity, a fact, an event …) has those by which
    it came, changed and went: they changed what sentences, casts, corrections and decisions say of it.
    To find these, the log is read from end to end, one commit after the other.
    """
    touching: str | None = None
    tells: Telling | None = None
    if name is not None:
        touching = logged(store, view, namespace, name)
        if touching is None:
            tells = Telling(namespace, pointed_at(store, view, namespace, name))
    commits = newest(store, view, None, touching) if newest_first else store.commits(view, touching=touching)
    return (commit for commit in commits if commit in asked and (tells is None or tells(commit)))


def logged(store: Store, view: View, namespace: str, name: str) -> str | None:
    """The id of the record that commits changed, given by id or URI; None if none ever did."""
    for id in filter(None, (name, document_id(namespace, name))):
        if next(iter(store.commits(view, touching=id)), None) is not None:
            return id
    return None


def pointed_at(store: Store, view: View, namespace: str, name: str) -> frozenset[str]:
    """The ids at which logged records point that support a derived one, given by id or as an entity's name.

    It need not be there any more. An entity is meant by its units too, since these are what casts and
    decisions point at.
    """
    key = fold(name)
    entity = entity_id(namespace, key)
    found = store.get(view, [name, entity])
    targets = {name, entity} if key else {name}
    if key:
        targets.add(unit_id(namespace, bare(key)))
    for record in found.values():
        if record.kind == schema.ENTITY:
            targets.add(unit_id(namespace, bare(record.body["key"])))
            targets.update(store.neighbours(view, [record.id], [schema.CALLED], "in").source)
        elif record.kind == schema.SLOT:
            targets.update(read_slot(record.id, record.namespace, record.body).entries)
        elif record.kind not in _COUNTED:
            targets.update(edge.target for edge in schema.index(record).edges)
    return frozenset(targets)


class Telling:
    """Whether a commit changed what logged records say of some derived ones."""

    def __init__(self, namespace: str, targets: Collection[str]) -> None:
        self.namespace = namespace
        self.targets = frozenset(targets)

    def __call__(self, commit: Commit) -> bool:
        """Whether its changes together did: a sentence that is moved says what it said."""
        before: Counter[Hashable] = Counter()
        after: Counter[Hashable] = Counter()
        for change in commit.changes:
            before.update(self._said(change.before))
            after.update(self._said(change.after))
        return before != after

    def _said(self, record: Record | None) -> Iterator[Hashable]:
        """What a record says of them."""
        if record is None or record.kind in (schema.DOCUMENT, schema.PASSAGE, schema.EPISODE):
            return
        if record.kind in schema.SENTENCE_KINDS.values():
            yield from (row for row in schema.named(record) if self._names(row[0]))
            yield from (row for row in schema.referring(record) if self._names(row[1]))
            yield from (one for one in schema.stated(record) if not self.targets.isdisjoint(self._ids(one)))
        elif isinstance(value := schema.from_record(record), Cast):
            for profile in value.profiles:
                if unit_id(self.namespace, name_key(profile)) in self.targets:
                    yield profile.label, *sorted(profile.names.items())
        elif not self.targets.isdisjoint(edge.target for edge in schema.index(record).edges):
            yield repr(value)

    def _names(self, name: str) -> bool:
        return entity_id(self.namespace, fold(name)) in self.targets

    def _ids(self, statement: Statement) -> tuple[str, ...]:
        facts = (fact_id(self.namespace, statement),) if statement.is_fact else ()
        return (*facts, event_id(self.namespace, statement)) if statement.is_event else facts


def found(store: Store, view: View, id: str) -> Commit:
    """The commit with this id, or the only one whose id starts so.

    Raises:
        NotFound: there is none, or more than one.
    """
    starting: list[Commit] = []
    count = 0
    for commit in newest(store, view) if id else ():
        if commit.id == id:
            return commit
        if commit.id.startswith(id):
            starting, count = [commit], count + 1
    if count != 1:
        raise NotFound(f"{count or 'no'} commits start with {id!r}: 'graphmem history' lists them")
    return starting[0]


def place(store: Store, view: View, point: str | datetime) -> int:
    """The number of the commit with this id, or of the last that is not after a moment; 0 before the first.

    Where the clocks of writers disagree, the order of the log decides: of a moment is the longest beginning
    of the log whose last commit is not after it.

    Raises:
        NotFound: no commit has this id.
        InputError: the moment has no time zone.
    """
    if isinstance(point, str):
        return found(store, view, point).seq
    moment = checked_moment(point)
    assert moment is not None
    return next((commit.seq for commit in newest(store, view) if commit.at <= moment), 0)


def derived(store: Store, view: View, changes: Iterable[Change]) -> list[Change]:
    """The changes of derived records that would follow from changes of logged ones as they are now."""
    net = {change.id: change for change in changes}

    def get(ids: Iterable[str]) -> dict[str, Record]:
        wanted = list(ids)
        current = dict(store.get(view, wanted))
        for id in wanted:  # the changed ones as they are afterwards
            if id in net:
                current.pop(id, None)
                if (after := net[id].after) is not None:
                    current[id] = after
        return current

    return list(SCHEMA.derive(list(net.values()), get))
