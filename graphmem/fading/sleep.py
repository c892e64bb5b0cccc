"""Sleep over time: which passages slept after a commit, and commits taken back of what slept or woke since.

What an edit does to a document is the same whichever of its passages sleep. So a commit is taken back from
the document as it would be with those asleep that slept then, and afterwards those sleep that slept before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from graphmem import schema
from graphmem.changes import diff, inverse, misfits, patch
from graphmem.edits import document_records, refolded
from graphmem.stores.base import Store
from graphmem.types import Change, Commit, Record, View


@dataclass(frozen=True, slots=True)
class Sleep:
    """What became of the sleep of passages since some commits.

    Attributes:
        states: of each passage that changed or went, the numbers of the commits that did so, in order, and
            whether it slept before.
        turns: of each passage that fell asleep or woke by another commit than those, the number of the last.
        documents: the documents of these.
    """

    states: Mapping[str, Sequence[tuple[int, bool]]]
    turns: Mapping[str, int]
    documents: frozenset[str]

    @classmethod
    def since(cls, store: Store, view: View, chosen: Collection[int]) -> Sleep:
        """That since these commits, by number; all commits after the first are read."""
        states: defaultdict[str, list[tuple[int, bool]]] = defaultdict(list)
        turns: dict[str, int] = {}
        documents: set[str] = set()
        for commit in store.commits(view, after=min(chosen) - 1):
            for change in commit.changes:
                if change.record.kind != schema.PASSAGE:
                    continue
                id, known = change.id, states.get(change.id)
                before = _sleeps(change.before) if change.before else known[-1][1] if known else None
                turned = change.after is not None and before is not None and before != _sleeps(change.after)
                if change.before:
                    states[id].append((commit.seq, _sleeps(change.before)))
                if turned and commit.seq not in chosen:
                    turns[id] = commit.seq
                    documents.add(str(change.record.body["document"]))
        return cls(states, turns, frozenset(documents))

    def after(self, passages: Iterable[Record], seq: int) -> set[str]:
        """Those of some passages, as they are now or were before later commits, that slept after a commit."""
        found = set()
        for one in passages:
            later = (slept for number, slept in self.states.get(one.id, ()) if number > seq)
            if next(later, _sleeps(one)):
                found.add(one.id)
        return found


def _sleeps(passage: Record) -> bool:
    return bool(passage.body.get("asleep"))


class Back:
    """Documents on their way back through commits, newest first; those that slept or woke since alone.

    ``ids`` are those of the records that the commits changed of them, ``misfits`` of those that others
    changed besides.
    """

    def __init__(self, store: Store, view: View, sleep: Sleep, same: Collection[str]) -> None:
        self.sleep, self.same = sleep, same
        self.ids: set[str] = set()
        self.now = {id: document_records(store, view, id) for id in sorted(sleep.documents)}
        self.then = {id: {one.id: one for one in own} for id, own in self.now.items()}
        self.homes: dict[str, str] = {}
        self.asleep: dict[str, bool] = {}
        self.misfits: dict[str, None] = {}
        for records in self.now.values():
            for passage in _passages(records):
                self.homes[passage.id] = str(passage.body["document"])
                self.asleep[passage.id] = _sleeps(passage)
        self.there = frozenset(self.asleep)

    def _own(self, changes: Sequence[Change]) -> dict[str, list[Change]]:
        """The changes of a commit that are of these documents, by document."""
        for change in changes:
            if change.record.kind == schema.PASSAGE:
                self.homes[change.id] = str(change.record.body["document"])
        found: defaultdict[str, list[Change]] = defaultdict(list)
        for change in changes:
            if (home := self._home(change.record)) in self.then:
                found[home].append(change)
        return found

    def _home(self, record: Record) -> str:
        if record.kind in schema.SENTENCE_KINDS.values():
            return self.homes.get(record.body["passage"], "")
        return record.id if record.kind == schema.DOCUMENT else str(record.body.get("document", ""))

    def take(self, commit: Commit) -> None:
        """Take back what a commit changed of these documents; nothing more, once something did not fit."""
        for document, changes in self._own(commit.changes).items():
            self.ids |= {change.id for change in changes}
            if self.misfits:
                continue
            state = self.then[document]
            if document in state:  # what stays gone, whatever became of it meanwhile, is not folded
                slept = self.sleep.after(_passages(state.values()), commit.seq)
                state = {one.id: one for one in refolded(state.values(), slept)}
            for change in changes:
                self._wanted(change, commit.seq)
            left = [change for change in changes if change.id not in self.same]
            self.misfits |= dict.fromkeys(misfits(inverse(left), state))
            self.then[document] = patch(inverse(left), state)

    def _wanted(self, change: Change, seq: int) -> None:
        """A passage that comes back sleeps as it did; one that is there as before, unless it turned since."""
        before, after = change.before, change.after
        turned = self.sleep.turns.get(change.id, 0) if change.id in self.there else 0
        if before is None or before.kind != schema.PASSAGE or turned > seq:
            return
        if after is None or _sleeps(before) != _sleeps(after):
            self.asleep[change.id] = _sleeps(before)

    def changes(self) -> tuple[Change, ...]:
        """What all of it comes to."""
        found: list[Change] = []
        for document, state in self.then.items():
            slept = {one.id for one in _passages(state.values()) if self.asleep.get(one.id, _sleeps(one))}
            there = refolded(state.values(), slept) if document in state else state.values()
            found += diff(self.now[document], there)
        return tuple(found)


def _passages(records: Iterable[Record]) -> list[Record]:
    return [one for one in records if one.kind == schema.PASSAGE]


def back(store: Store, view: View, seqs: Sequence[int], same: Collection[str]) -> Back:
    """Commits, by number in order, taken back from the documents that slept or woke since.

    ``same`` are the ids of records that are after all of the commits what they were before.
    """
    found = Back(store, view, Sleep.since(store, view, frozenset(seqs)), same)
    for seq in reversed(seqs) if found.then else ():
        found.take(next(iter(store.commits(view, after=seq - 1))))
    return found
