"""What the machine does with what is told: it sleeps, wakes, goes into the history, and is gone over."""

from __future__ import annotations

from collections.abc import Collection
from math import ceil
from typing import Any, Literal

from hypothesis import strategies as st
from hypothesis.stateful import rule
from machine_derived import SENTENCES, Rows, of_kind, pick, supported
from machine_folding import asleep, folded, pinned, unfolded
from machine_resting import RESTING, rests_on
from machine_rows import Changes, Kept, rows_changed
from machine_texts import TEXTS

from graphmem import NotFound
from graphmem.types import Commit

To = Literal["dormant", "archived"]
QUICK = ("sessions", "days", "topics", "portraits", "routines")
"""Reflectors of which each makes notes of another kind, and that take little time."""


def whole(rows: Rows) -> Rows:
    """All rows with those of the sentences that sleep."""
    kept: Rows = {}
    for _, body in of_kind(rows, "passage"):
        kept |= {id: ("sentence", own) for id, own in body.get("asleep", ())}
    return {**rows, **kept}


def kept_awake(rows: Rows) -> set[str]:
    """The passages that never go to sleep."""
    facts = {
        id: {fact for one in body.get("statements", ()) for _, fact, _ in supported(one)}
        for id, body in of_kind(whole(rows), *SENTENCES)
    }
    return pinned(rows, facts)


def refolded(model: Kept, passages: Collection[str], *, sleep: bool) -> Changes:
    """The changes after which these passages sleep, or are awake."""
    changes: Changes = {}
    homes = {body["document"] for id, body in of_kind(model.rows, "passage") if id in passages}
    for document in sorted(homes):
        own = model.own(document)
        then = asleep(own) | set(passages) if sleep else asleep(own) - set(passages)
        changes |= model.between(own, folded(unfolded(own), then))
    return changes


def archived(model: Kept, passages: Collection[str]) -> Changes:
    """The changes that take passages out of their documents."""
    changes: Changes = {}
    homes = {body["document"] for id, body in of_kind(model.rows, "passage") if id in passages}
    for document in sorted(homes):
        changes |= model.cut(document, set(passages) & model.own(document).keys())
    return changes


class Fading:
    """Passages fall asleep, wake, and are archived."""

    model: Any
    memory: Any
    did: Any
    committed: Any
    ingest: Any
    told: Any

    def by(self, author: str, verb: str, expect: Any, act: Any) -> None:
        """Do something that the memory does in another's name."""
        who, self.model.author = self.model.author, author
        self.did(verb, expect, act)
        self.model.author = who

    @rule(keep=st.sampled_from([0.25, 0.5, 0.75, 0.9]), to=st.sampled_from(["dormant"] * 4 + ["archived"]))
    def fade(self, keep: float, to: To) -> None:
        """The policy says which go; that what a person said stays, and how many go, is told here."""
        rows = self.model.rows
        gone = [one.passage for one in self.memory.fade(keep=keep, to=to, dry_run=True).gone]
        passages = {id for id, _ in of_kind(rows, "passage")}
        there = passages if to == "archived" else passages - asleep(rows)
        may = there - kept_awake(rows)
        assert set(gone) <= may and len(set(gone)) == len(gone)
        assert len(gone) == min(len(may), max(0, len(there) - ceil(keep * len(passages))))
        changes = archived(self.model, gone) if to == "archived" else refolded(self.model, gone, sleep=True)
        if changes:
            act = lambda: self.memory.fade(keep=keep, to=to)  # noqa: E731
            self.by("forgetting", "fade" if to == "dormant" else "archive", lambda: changes, act)
        else:
            assert self.memory.fade(keep=keep, to=to).commit is None
        assert to == "archived" or not self.memory.fade(keep=keep, dry_run=True).gone

    @rule(number=st.integers(0, 10**6), many=st.integers(1, 4), any_=st.booleans())
    def wake(self, number: int, many: int, any_: bool) -> None:
        """Passages asleep, or any; one that is not there refuses all."""
        rows = self.model.rows
        found = sorted(asleep(rows)) or sorted(id for id, _ in of_kind(rows, "passage"))
        found = sorted(id for id, _ in of_kind(rows, "passage")) if any_ else found
        ids = [pick(found, number + 5 * at, "p00") for at in range(many)]
        if set(ids) <= set(found) and not set(ids) & asleep(rows):
            assert self.memory.wake(ids).commit is None
            return

        def expect() -> Changes:
            if not set(ids) <= set(found):
                raise NotFound
            return refolded(self.model, ids, sleep=False)

        self.by("forgetting", "wake", expect, lambda: self.memory.wake(ids))

    @rule(number=st.integers(0, 10**6), version=st.integers(0, 1))
    def touch(self, number: int, version: int) -> None:
        """Most sleeps, and then something is read that may touch it."""
        self.fade(0.25, "dormant")
        self.ingest(pick(sorted(TEXTS), number, min(TEXTS)), version)

    def woke(self, commit: Commit) -> None:
        """What a new document touches wakes of itself."""
        were = asleep(self.model.rows)
        ids = {one.id for one in commit.changes if one.id in were and not one.record.body.get("asleep")}
        assert ids and commit.author == "forgetting"
        who, self.model.author = self.model.author, commit.author
        self.committed(commit, refolded(self.model, ids, sleep=False))
        self.model.author = who
        self.told["woken by itself"] += 1

    @rule(only=st.sets(st.sampled_from(QUICK)), back=st.booleans())
    def reflect(self, only: set[str], back: bool) -> None:
        """Which notes are made is not told anew; that they rest on what is there, and can go, is."""
        before = dict(self.model.rows)
        names = sorted(only) or QUICK
        head = self.memory.store.head()
        found = self.memory.reflect(*names)
        written = list(self.memory.store.commits(self.memory.view, after=head))
        assert len(written) == bool(found.changes)
        assert not self.memory.reflect(*names).commits, "a second one in a row changes nothing"
        if not written:
            return
        changes = rows_changed(written[0])
        for was, now in changes.values():
            assert (now or was)[0] == "note"
            for _, sources in now[1].get("parts", ()) if now else ():
                for passage, start, end in sources:
                    assert 0 <= start < end <= len(before[passage][1]["text"])
        self.by("reflection", "reflect", lambda: changes, lambda: None)
        if back:
            seq = len(self.model.log) - 1
            self.did("undo", lambda: self.model.undo([seq]), lambda: self.memory.undo(written[0].id))
            assert self.model.rows == before, "all is as it was before"

    def rested(self) -> None:
        """Whatever rests on passages rests on those that are there."""
        passages = {id for id, _ in of_kind(self.model.rows, "passage")}
        assert all(rests_on(row) <= passages for row in self.model.rows.values() if row[0] in RESTING)
