"""The contract on the one way in which the log does not just grow: ``rewrite`` and ``traces``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from graphmem.errors import Conflict
from graphmem.stores.base import Store
from graphmem.stores.contract import (
    ContractBase,
    History,
    commit,
    creation,
    direction,
    everything,
    note,
    of_encoder,
    raises,
)
from graphmem.types import Change, Commit, View

A = View.of("a")
_SECRET = note("hidden-n1", "the zanzibar lantern", tags=["quixotic"], links=[("cites", "hidden-end", 1.0)])
_OPEN = note("n2", "the amber lantern", tags=["red"])


def without(*ids: str) -> Callable[[Commit], Commit]:
    """Commits without the changes of some records; their messages go with the first change that goes."""

    def keep(one: Commit) -> Commit:
        changes = tuple(change for change in one.changes if change.id not in ids)
        return one if changes == one.changes else replace(one, message="(purged)", changes=changes)

    return keep


def _filled(store: Store) -> None:
    vectors = of_encoder({_SECRET.id: direction(1), _OPEN.id: direction(0, 1)})
    store.apply(creation("c1", _SECRET, _OPEN), vectors)
    store.apply(creation("c2", note("m1", "the birch lantern", namespace="b"), namespace="b"))
    store.apply(commit("c3", Change(_SECRET, None)))


class RewriteContract(ContractBase):
    """``rewrite``, ``traces``, and the chain of the log."""

    def test_what_is_rewritten_leaves_no_trace(self, tmp_path: Path) -> None:
        """Changes, words, ids and derived records are gone; the rest is as it was, and the store is sound."""
        with self.store(tmp_path) as store:
            _filled(store)
            others, live = list(store.commits(View.of("b"))), everything(store, "a", "b")
            assert store.traces(["zanzibar"]) != []
            made = store.rewrite(commit("c4"), without(_SECRET.id))
            assert made == replace(commit("c4"), seq=4) and store.head() == 4
            assert store.traces(["zanzibar", "quixotic", "hidden-n1", "hidden-end", "zanzibar lantern"]) == []
            first, last, own = store.commits(A)
            assert (first.id, first.message, [c.id for c in first.changes]) == ("c1", "(purged)", ["n2"])
            assert (last.id, last.message, last.changes, own) == ("c3", "(purged)", (), made)
            assert not list(store.commits(A, touching=_SECRET.id))
            assert [one.id for one in store.commits(A, touching="n2")] == ["c1"]
            assert list(store.commits(View.of("b"))) == others
            assert everything(store, "a", "b") == live
            assert [id for id, _ in store.search_text(A, "lantern zanzibar", 5)] == ["n2"]
            assert [id for id, _ in store.search_vector(A, direction(1), 5)] == ["n2"]
            assert store.check() == []

    def test_stores_that_are_open_take_note(self, tmp_path: Path) -> None:
        """What another store object has in memory of nodes that are gone, and come again, is read anew."""
        with self.store(tmp_path) as store, self.store(tmp_path) as other:
            store.apply(creation("c1", _OPEN), of_encoder({_OPEN.id: direction(0, 1)}))
            store.apply(creation("c2", _SECRET), of_encoder({_SECRET.id: direction(1)}))
            for one in (store, other):
                assert len(one.search_text(A, "lantern", 5)) == 2
                assert len(one.search_vector(A, direction(1), 5)) == 2
                one.neighbours(A, [_SECRET.id], ["cites"])
            store.apply(commit("c3", Change(_SECRET, None)))
            store.rewrite(commit("c4"), without(_SECRET.id))
            new = note("n9", "a cedar lantern", links=[("cites", "n2", 1.0)])
            store.apply(creation("c5", new), of_encoder({"n9": direction(1)}))
            for one in (store, other):
                assert {id for id, _ in one.search_text(A, "lantern", 5)} == {"n2", "n9"}
                assert one.search_vector(A, direction(1), 1)[0][0] == "n9"
                assert list(one.neighbours(A, ["n2"], ["cites"], "in").source) == ["n9"]
                assert one.count(A, "note") == 2
            assert store.check() == []

    def test_what_is_live_is_not_rewritten_away(self, tmp_path: Path) -> None:
        """A log that would not lead to what is there is refused, and nothing is changed."""
        with self.store(tmp_path) as store:
            _filled(store)
            before = list(store.commits(View.of("a", "b")))

            def backwards(one: Commit) -> Commit:
                return replace(one, changes=()) if one.id == "c3" else one

            for keep, wrong in ((without("n2"), "n2"), (backwards, _SECRET.id)):
                assert wrong in raises(Conflict, partial(store.rewrite, commit("c4"), keep))
            moved = raises(
                ValueError, lambda: store.rewrite(commit("c4"), lambda one: replace(one, id=one.id + "x"))
            )
            assert "c1" in moved
            raises(ValueError, lambda: store.rewrite(creation("c4", note("n4")), without(_SECRET.id)))
            assert list(store.commits(View.of("a", "b"))) == before and store.check() == []

    def test_a_rewriting_is_done_once(self, tmp_path: Path) -> None:
        """The same commit again gives the logged one; another finds nothing more to do."""
        with self.store(tmp_path) as store:
            _filled(store)
            made = store.rewrite(commit("c4"), without(_SECRET.id))
            assert store.rewrite(commit("c4"), without(_SECRET.id)) == made
            assert store.rewrite(commit("c5"), without(_SECRET.id)).seq == 5
            assert store.head() == 5 and store.check() == []

    def test_a_long_history_is_rewritten_and_goes_on(self, tmp_path: Path) -> None:
        """Everything that is no longer there goes; what follows is applied as if nothing had been."""
        history = History(7)
        with self.store(tmp_path) as store:
            for made, vectors in history.steps(30):
                store.apply(made, vectors)
            live = everything(store, "a", "b")
            gone = {c.id for one in store.commits(A) for c in one.changes} - set(live)
            assert gone
            store.rewrite(commit("purge"), without(*gone))
            assert not gone & {c.id for one in store.commits(A) for c in one.changes}
            assert everything(store, "a", "b") == live and store.check() == []
            for made, vectors in history.steps(10):
                store.apply(made, vectors)
            logged = {id: one for id, one in everything(store, "a", "b").items() if one.kind != "tag"}
            assert logged == history.records and store.check() == []
