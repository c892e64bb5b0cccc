"""The contract on commits, records, edges and the log."""

from __future__ import annotations

import threading
from contextlib import closing
from pathlib import Path

import numpy as np

from graphmem.errors import Conflict, StoreError
from graphmem.stores.base import Store
from graphmem.stores.contract import (
    CARD,
    HOUR,
    NOON,
    NOTE,
    SCHEMA,
    TAG,
    ContractBase,
    History,
    commit,
    creation,
    direction,
    everything,
    note,
    of_encoder,
    raises,
    taken_back,
)
from graphmem.types import Change, Record, View

A = View.of("a")


class CommitContract(ContractBase):
    """``apply``, ``commits``, ``head``."""

    def test_a_new_store_is_empty(self, tmp_path: Path) -> None:
        """Nothing is there, and every read says so without complaint."""
        with self.store(tmp_path) as store:
            assert store.head() == 0
            assert not store.get(A, ["n1"])
            assert not list(store.scan(A, NOTE))
            assert not store.search_text(A, "anything", 5)
            assert not store.search_vector(A, direction(1), 5)
            assert not store.vectors(A, ["n1"])
            assert not store.neighbours(A, ["n1"], ["cites"]).source
            assert not list(store.commits(A))
            assert store.info().encoder is None
            assert store.check() == []

    def test_commits_are_numbered_and_logged_as_given(self, tmp_path: Path) -> None:
        """``seq`` counts from 1; the log gives back what was applied and nothing derived."""
        first = creation("c1", note("n1", "one", tags=["red"]), note("n2"))
        second = commit("c2", Change(note("n2"), None), Change(None, note("n3", "é\u4e2d\U0001f600")))
        with self.store(tmp_path) as store:
            applied = [store.apply(first), store.apply(second)]
            assert [one.seq for one in applied] == [1, 2] and store.head() == 2
            assert list(store.commits(A)) == applied
            assert applied[0].changes == first.changes and applied[1].changes == second.changes
            assert (applied[0].author, applied[0].at, applied[0].message) == ("contract", NOON, "commit c1")
            assert store.get(A, ["tag-a-red"])["tag-a-red"].body == {"notes": 1}

    def test_a_commit_is_applied_once(self, tmp_path: Path) -> None:
        """The same id again gives the logged commit back, even after its records changed.

        Unless it is of another namespace, which would else be given what is not its own.
        """
        first = creation("c1", note("n1", "one", tags=["red"]))
        with self.store(tmp_path) as store:
            logged = store.apply(first, of_encoder({"n1": direction(1)}))
            assert store.apply(first, of_encoder({"n1": direction(0, 1)})) == logged
            store.apply(commit("c2", Change(note("n1", "one", tags=["red"]), note("n1", "two"))))
            assert store.apply(first) == logged
            assert store.head() == 2
            assert store.get(A, ["n1"])["n1"] == note("n1", "two")
            other = creation("c1", note("m1", namespace="b"), namespace="b")
            raises(Conflict, lambda: store.apply(other))
            assert store.head() == 2 and not everything(store, "b")

    def test_a_conflict_leaves_nothing(self, tmp_path: Path) -> None:
        """One record that is not as expected refuses the whole commit and is named."""
        there = note("n1", "there", tags=["red"])
        misfits = (
            Change(None, note("n1", "other")),
            Change(note("n1", "stale", tags=["red"]), note("n1", "new")),
            Change(note("n1", "there", tags=["red"], kind=CARD), None),
            Change(note("gone"), None),
        )
        with self.store(tmp_path) as store:
            store.apply(creation("c1", there))
            for misfit in misfits:
                good = Change(None, note("n2", "fresh", tags=["red"], links=[("cites", "n1", 1)]))
                bad = commit("c2", good, misfit)
                try:
                    store.apply(bad, of_encoder({"n2": direction(1)}))
                except Conflict as conflict:
                    assert conflict.records == (misfit.id,)
                else:
                    raise AssertionError("a misfit was applied")
                assert store.head() == 1
                assert everything(store, "a") == {
                    "n1": there,
                    "tag-a-red": Record("tag-a-red", TAG, "a", {"notes": 1}),
                }
                assert store.search_text(A, "fresh", 5) == []
                assert store.info().encoder is None and store.info().vectors == 0
                assert not store.neighbours(A, ["n1"], ["cites"], "in").source
            assert store.check() == []

    def test_what_can_never_be_right_is_a_value_error(self, tmp_path: Path) -> None:
        """Another namespace's record, a derived kind, an unknown kind, JSON that is none."""
        with self.store(tmp_path) as store:
            for record in (
                note("n1", namespace="b"),
                Record("t", TAG, "a", {}),
                Record("u", "unknown", "a", {}),
                Record("n", NOTE, "a", {"x": float("nan")}),
            ):
                raises(ValueError, lambda record=record: store.apply(creation("c1", record)))  # type: ignore[misc]
            assert store.head() == 0

    def test_changes_of_one_record_follow_each_other(self, tmp_path: Path) -> None:
        """A commit may make, change and remove the same record, each step fitting the last."""
        one, two = note("n1", "one", tags=["red"]), note("n1", "two", tags=["blue"])
        with self.store(tmp_path) as store:
            store.apply(commit("c1", Change(None, one), Change(one, two)))
            assert store.get(A, ["n1"]) == {"n1": two}
            assert not store.search_text(A, "one", 5) and store.search_text(A, "two", 5)
            store.apply(commit("c2", Change(two, one), Change(one, None)))
            assert everything(store, "a") == {}
            assert store.check() == []

    def test_what_is_taken_back_is_gone(self, tmp_path: Path) -> None:
        """A commit and then its inverse leave the same records, derived ones, edges and words."""
        for seed in range(5):
            history = History(seed)
            with self.store(tmp_path, f"undo{seed}") as store:
                for made, vectors in history.steps(15):
                    store.apply(made, vectors)
                before = everything(store, "a", "b")
                made, vectors = history.step()
                store.apply(made, vectors)
                undo = commit("undo", *taken_back(made.changes), namespace=made.namespace)
                store.apply(undo)
                assert everything(store, "a", "b") == before
                assert store.check() == []
                again = commit("redo", *taken_back(undo.changes), namespace=made.namespace)
                store.apply(again)
                logged = {r.id: r for r in everything(store, "a", "b").values() if r.kind != TAG}
                assert logged == history.records

    def test_the_log_is_read_by_view_place_and_record(self, tmp_path: Path) -> None:
        """``after``, ``touching`` and namespaces choose; ``as_of`` and ``kinds`` play no part."""
        one = note("n1", "one", tags=["red"])
        with self.store(tmp_path) as store:
            store.apply(creation("c1", one))
            store.apply(creation("c2", note("m1", namespace="b"), namespace="b"))
            store.apply(creation("c3", note("n2")))
            store.apply(commit("c4", Change(one, None)))

            def ids(view: View, after: int = 0, touching: str | None = None) -> list[str]:
                return [made.id for made in store.commits(view, after, touching)]

            assert ids(A) == ["c1", "c3", "c4"]
            assert ids(View.of("b")) == ["c2"]
            assert ids(View.of("a", "b"), after=1) == ["c2", "c3", "c4"]
            assert ids(A, touching="n1") == ["c1", "c4"] and ids(A, after=1, touching="n1") == ["c4"]
            assert ids(View.of("b"), touching="n1") == [] and ids(A, touching="nowhere") == []
            assert ids(View.of("a", as_of=NOON, kinds=[CARD])) == ["c1", "c3", "c4"]
            assert ids(View.of("nobody")) == []

    def test_the_log_is_long(self, tmp_path: Path) -> None:
        """Reading it in pages loses no commit and repeats none, also while it grows."""
        with self.store(tmp_path) as store:
            for number in range(130):
                store.apply(creation(f"c{number}", note(f"n{number}")))
            reading = store.commits(A)
            seen = [next(reading).seq]
            store.apply(creation("late", note("late")))
            seen += [made.seq for made in reading]
            assert seen[:130] == list(range(1, 131))

    def test_it_is_there_after_closing(self, tmp_path: Path) -> None:
        """A store that is opened again holds what it held."""
        with self.store(tmp_path) as store:
            store.apply(creation("c1", note("n1", "one")), of_encoder({"n1": direction(1)}))
        with self.store(tmp_path) as store:
            assert store.head() == 1 and store.get(A, ["n1"]) == {"n1": note("n1", "one")}
            assert [id for id, _ in store.search_text(A, "one", 5)] == ["n1"]
            assert [id for id, _ in store.search_vector(A, direction(1), 5)] == ["n1"]

    def test_a_closed_store_says_so(self, tmp_path: Path) -> None:
        """``close`` twice is fine; any use afterwards is a StoreError."""
        store = self.open(tmp_path, SCHEMA, "store")
        store.apply(creation("c1", note("n1", "one")))
        store.close()
        store.close()
        for call in (
            store.head,
            store.info,
            store.check,
            store.repair,
            lambda: store.get(A, ["n1"]),
            lambda: list(store.scan(A, NOTE)),
            lambda: store.neighbours(A, ["n1"], ["cites"]),
            lambda: store.search_text(A, "one", 1),
            lambda: store.search_vector(A, direction(1), 1),
            lambda: store.vectors(A, ["n1"]),
            lambda: store.cosines(A, ["n1"], direction(1)),
            lambda: store.count(A, NOTE),
            lambda: list(store.commits(A)),
            lambda: store.apply(creation("c2", note("n2"))),
        ):
            raises(StoreError, call)

    def test_threads_share_a_store(self, tmp_path: Path) -> None:
        """Threads that write and read lose nothing and see only whole commits."""
        torn: list[str] = []

        def write(store: Store, worker: int) -> None:
            for number in range(15):
                pair = [note(f"w{worker}-{number}-{side}", f"pair {number}") for side in "xy"]
                store.apply(creation(f"w{worker}-{number}", *pair))

        def read(store: Store) -> None:
            for number in range(15):
                ids = [f"w{worker}-{number}-{side}" for worker in range(2) for side in "xy"]
                if len(store.get(A, ids)) % 2 or len(store.search_text(A, f"{number}", 100)) % 2:
                    torn.append(str(number))

        with self.store(tmp_path) as store:
            threads = [threading.Thread(target=write, args=(store, worker)) for worker in range(2)]
            threads += [threading.Thread(target=read, args=(store,)) for _ in range(2)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert not torn
            assert store.head() == 30 and len(everything(store, "a")) == 60
            assert store.check() == []


class RecordContract(ContractBase):
    """``get``, ``scan``, ``info``, ``check``, and derived records."""

    def test_get_and_scan_see_only_the_view(self, tmp_path: Path) -> None:
        """Namespaces, kinds and the moment; ``scan`` goes by id."""
        records = [
            note("n3", "open"),
            note("n1", "over", until=NOON),
            note("n2", "to come", since=NOON),
            note("k1", kind=CARD),
        ]
        with self.store(tmp_path) as store:
            store.apply(creation("c1", *records))
            store.apply(creation("c2", note("m1", "open", namespace="b"), namespace="b"))
            ids = ["n1", "n2", "n3", "k1", "m1", "nowhere"]

            def got(view: View) -> set[str]:
                return set(store.get(view, ids))

            assert got(A) == {"n1", "n2", "n3", "k1"} and got(View.of("b")) == {"m1"}
            assert got(View.of("a", "b")) == set(ids) - {"nowhere"}
            assert got(View.of("a", kinds=[CARD])) == {"k1"}
            assert got(View.of("a", as_of=NOON)) == {"n2", "n3", "k1"}  # from inclusive, until exclusive
            assert got(View.of("a", as_of=NOON - HOUR)) == {"n1", "n3", "k1"}
            assert [r.id for r in store.scan(A, NOTE)] == ["n1", "n2", "n3"]
            assert [r.id for r in store.scan(View.of("a", "b", as_of=NOON), NOTE)] == ["m1", "n2", "n3"]
            assert not list(store.scan(View.of("a", kinds=[CARD]), NOTE))
            assert not list(store.scan(View.of("nobody"), NOTE)) and not store.get(View.of("nobody"), ids)
            assert store.get(A, iter(["n3"])) == {"n3": records[0]}
            for view in (A, View.of("a", "b", as_of=NOON), View.of("a", kinds=[CARD]), View.of("nobody")):
                assert store.count(view, NOTE) == len(list(store.scan(view, NOTE)))

    def test_a_long_scan_goes_by_id_and_lets_others_write(self, tmp_path: Path) -> None:
        """More records than one page, written out of order, with a commit while it runs."""
        with self.store(tmp_path) as store:
            numbers = np.random.default_rng(0).permutation(1203).tolist()
            store.apply(creation("c1", *(note(f"n{number:05}") for number in numbers)))
            scan = store.scan(A, NOTE)
            first = next(scan)
            store.apply(creation("c2", note("card", kind=CARD)))
            assert [first.id, *(record.id for record in scan)] == [f"n{number:05}" for number in range(1203)]

    def test_random_histories_give_their_records(self, tmp_path: Path) -> None:
        """Any history leaves its records, what derives from them, and a sound store."""
        for seed in range(4):
            history = History(seed)
            with self.store(tmp_path, f"history{seed}") as store:
                for made, vectors in history.steps(25):
                    store.apply(made, vectors)
                there = everything(store, "a", "b")
                assert {id: r for id, r in there.items() if r.kind != TAG} == history.records
                changes = [Change(None, record) for record in history.records.values()]
                derived = {change.id: change.after for change in SCHEMA.derive(changes, lambda ids: {})}
                assert {id: r for id, r in there.items() if r.kind == TAG} == derived
                assert store.check() == []
                info = store.info()
                counted = sum(sum(kinds.values()) for kinds in info.records.values())
                assert counted == len(there) and info.commits == 25
                assert info.bytes is None or info.bytes > 0

    def test_info_counts(self, tmp_path: Path) -> None:
        """Records by namespace and kind, vectors and the encoder."""
        with self.store(tmp_path) as store:
            made = creation("c1", note("n1", "one", tags=["red"]), note("n2"), note("k1", kind=CARD))
            store.apply(made, of_encoder({"n1": direction(1)}))
            store.apply(creation("c2", note("m1", namespace="b"), namespace="b"))
            info = store.info()
            assert info.records == {"a": {NOTE: 2, CARD: 1, TAG: 1}, "b": {NOTE: 1}}
            assert (info.commits, info.vectors, info.encoder) == (2, 1, "contract-16")

    def test_odd_bodies_come_back_as_they_went(self, tmp_path: Path) -> None:
        """Nested values, any script, control characters, half a surrogate pair, numbers at their limits."""
        body = {
            "text": "\x00 \u202eRTL\u202c \U0001f469\u200d\U0001f680 'quoted\" \ud83d",
            "nested": {"list": [1, -1.5, True, None, {"deep": ["é"]}]},
            "large": 2**53,
            "": "empty key",
        }
        odd = Record("n1", NOTE, "a", body)
        with self.store(tmp_path) as store:
            store.apply(creation("c1", odd))
            assert store.get(A, ["n1"]) == {"n1": odd}
            assert next(store.commits(A)).changes == (Change(None, odd),)
            store.apply(commit("c2", Change(odd, None)))
            assert store.check() == []

    def test_two_stores_are_two(self, tmp_path: Path) -> None:
        """What one holds the other does not."""
        with self.store(tmp_path, "one") as one, closing(self.open(tmp_path, SCHEMA, "two")) as two:
            one.apply(creation("c1", note("n1")))
            assert two.head() == 0 and not two.get(A, ["n1"])
