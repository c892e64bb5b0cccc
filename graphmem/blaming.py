"""Where what a memory knows comes from: the sentences that support it, and the commits that brought them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from graphmem import schema
from graphmem.history import Stamp
from graphmem.identity import entity_id, fold
from graphmem.projection import SCHEMA
from graphmem.statements import event_id, fact_id
from graphmem.stores.base import Store
from graphmem.types import Change, Document, Passage, Record, Sentence, View

T = TypeVar("T")

SUPPORT: Final = (*schema.ENTITY_EDGES, schema.NAMES, schema.REFERS, schema.STATES, schema.TELLS)
"""Edges from sentences to what they support."""
Since = Mapping[tuple[str, str], Stamp]
"""By a record and what it supports (or itself): the commit since which that is supported without a break."""
_Step = tuple[Stamp, Iterable[Change]]


@dataclass(frozen=True, slots=True)
class Origin:
    """A record that supports another, or is that itself, and the commit since when it or a former one does.

    ``uri`` is the document's, empty for what is of none. ``sentence`` is the supporting sentence, or None,
    and ``text == sentence.text[start:end]`` the words in it that do; ``offset`` is the place of their first
    character in the document's text.
    """

    commit: Stamp
    record: str
    kind: str
    uri: str = ""
    sentence: Sentence | None = None
    start: int = 0
    end: int = 0
    offset: int = 0

    @property
    def text(self) -> str:
        """The words that support it."""
        return self.sentence.text[self.start : self.end] if self.sentence else ""


def blame(store: Store, view: View, id: str) -> list[Origin]:
    """Where a record comes from, earliest first.

    Of a derived record: every sentence that supports it now, with the commit since which it does without a
    break, or the one in whose place it came when its text was edited. What a forgotten source once said
    leaves no trace here, as everywhere. Of a logged record: the commit that brought it.
    """
    record = store.get(view, [id]).get(id)
    if record is None:
        return []
    supports = _supports(store, view, [record])
    since = _since(store, view, supports)
    values = store.get(view, list(supports))
    passages = _values(store, view, {one.body.get("passage", "") for one in values.values()}, Passage)
    wholes = {passage.document for passage in passages.values()}
    wholes |= {one.body.get("document", "") for one in values.values()}
    documents = _values(store, view, wholes, Document)
    found = [
        _origin(values[support], since[support, id], id, passages, documents)
        for support in supports
        if support in values and (support, id) in since
    ]
    return sorted(found, key=lambda one: (one.commit.seq, one.uri, one.offset, one.record))


def created_at(store: Store, view: View, ids: Collection[str]) -> dict[str, tuple[str, datetime]]:
    """Since which commit the memory knows each of these records, and when that was made.

    That is the earliest of its ``blame``. Records that are not there, or that no sentence supports, are left
    out. The log is asked for each supporting sentence, or read once if these are more than its commits.
    """
    records = store.get(view, ids)
    first: dict[str, Stamp] = {}
    for (_, id), stamp in _since(store, view, _supports(store, view, records.values())).items():
        if id not in first or stamp.seq < first[id].seq:
            first[id] = stamp
    return {id: (stamp.id, stamp.at) for id, stamp in first.items()}


def _supports(store: Store, view: View, records: Iterable[Record]) -> dict[str, set[str]]:
    """The records that support these, each with those that it supports; a logged record supports itself."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    asked = []
    for record in records:
        if record.kind in SCHEMA.logged:
            found[record.id].add(record.id)
        else:
            asked.append(record.id)
    edges = store.neighbours(view, asked, SUPPORT, "in")
    for source, target in zip(edges.source, edges.target, strict=True):
        found[source].add(target)
    return dict(found)


def _since(store: Store, view: View, supports: Mapping[str, Collection[str]]) -> Since:
    targets = frozenset(id for ids in supports.values() for id in ids)
    standing: dict[tuple[str, str], Stamp] = {}
    if len(supports) <= store.head():
        steps: Iterable[_Step] = _traced(store, view, supports, targets)
    else:
        steps = ((Stamp.of(commit), commit.changes) for commit in store.commits(view))
    for stamp, changes in steps:
        _follow(standing, targets, stamp, changes)
    return standing


def _follow(
    standing: dict[tuple[str, str], Stamp], targets: frozenset[str], stamp: Stamp, changes: Iterable[Change]
) -> None:
    """Carry on what stands over a commit: what comes in the place of what goes has stood as long as that."""
    gone: dict[str, Stamp] = {}
    came: list[tuple[str, str]] = []
    for change in changes:
        before, after = (_ends(record) & targets for record in (change.before, change.after))
        for id in before - after:
            old = standing.pop((change.id, id), stamp)
            gone[id] = min(old, gone.get(id, old), key=lambda one: one.seq)
        came += [(change.id, id) for id in after - before]
    for support, id in came:
        standing[support, id] = gone.get(id, stamp)


def _traced(store: Store, view: View, supports: Collection[str], targets: frozenset[str]) -> Iterator[_Step]:
    """The commits that changed these records, or those in whose place they came, in order.

    A sentence is known by its text and its passage's, so that an edit beside it makes it another record.
    """
    stamps: dict[int, Stamp] = {}
    changes: defaultdict[int, list[Change]] = defaultdict(list)
    waiting, seen = list(supports), set(supports)
    while waiting:
        id = waiting.pop()
        for commit in store.commits(view, touching=id):
            stamps[commit.seq] = Stamp.of(commit)
            own = [change for change in commit.changes if change.id == id]
            changes[commit.seq] += own
            came = {end for change in own for end in _ends(change.after) - _ends(change.before)} & targets
            for other in commit.changes if came else ():
                if other.id not in seen and came & (_ends(other.before) - _ends(other.after)):
                    seen.add(other.id)
                    waiting.append(other.id)
    return ((stamps[seq], changes[seq]) for seq in sorted(stamps))


def _ends(record: Record | None) -> set[str]:
    """What a record supports: what it points at, and itself."""
    return set() if record is None else {record.id, *(edge.target for edge in schema.index(record).edges)}


def span_of(sentence: Sentence, id: str) -> tuple[int, int]:
    """The characters of a sentence that tell of an entity, a fact or an event; else all of them."""
    namespace = sentence.namespace
    for mention in sentence.mentions:
        names = (mention.name, mention.of)
        if mention.end and id in {entity_id(namespace, fold(name)) for name in names if name}:
            return mention.start, mention.end
    for said in sentence.statements:
        if id in (fact_id(namespace, said), event_id(namespace, said)) and said.end:
            return said.start, said.end
    return 0, len(sentence.text)


def _values(store: Store, view: View, ids: Collection[str], form: type[T]) -> dict[str, T]:
    """The values of a form among the records of these ids."""
    found = {id: schema.from_record(record) for id, record in store.get(view, ids).items()}
    return {id: value for id, value in found.items() if isinstance(value, form)}


def _origin(
    record: Record,
    commit: Stamp,
    of: str,
    passages: Mapping[str, Passage],
    documents: Mapping[str, Document],
) -> Origin:
    value = schema.from_record(record)
    if isinstance(value, Document):
        return Origin(commit, record.id, record.kind, value.uri)
    if not isinstance(value, Sentence):
        home = documents.get(record.body.get("document", ""))
        return Origin(commit, record.id, record.kind, home.uri if home else "")
    start, end = span_of(value, of)
    passage = passages.get(value.passage)
    home = documents.get(passage.document) if passage else None
    offset = (passage.start if passage else 0) + value.start + start
    return Origin(commit, record.id, record.kind, home.uri if home else "", value, start, end, offset)
