"""The contract on edges."""

from __future__ import annotations

from pathlib import Path

from graphmem.stores.contract import CARD, HOUR, NOON, ContractBase, History, commit, creation, note
from graphmem.types import Adjacency, Change, View

A = View.of("a")


def rows(adjacency: Adjacency) -> list[tuple[str, str, str, float]]:
    """Source, kind, target, weight."""
    columns = (adjacency.source, adjacency.kind, adjacency.target, adjacency.weight.tolist())
    return list(zip(*columns, strict=True))


class EdgeContract(ContractBase):
    """``neighbours``."""

    def test_edges_come_and_go_with_their_record(self, tmp_path: Path) -> None:
        """Both directions, several kinds; a replaced record's edges are the new ones."""
        one = note("n1", links=[("cites", "n2", 2), ("near", "n2", 1), ("near", "n3", 1)])
        with self.store(tmp_path) as store:
            store.apply(creation("c1", one, note("n2"), note("n3")))
            assert rows(store.neighbours(A, ["n1"], ["cites"])) == [("n1", "cites", "n2", 2.0)]
            both = store.neighbours(A, ["n2", "n2"], ["near", "cites"], "in")
            assert sorted(rows(both)) == [("n1", "cites", "n2", 2.0), ("n1", "near", "n2", 1.0)]
            assert both.degree == {"n2": 2}
            assert not rows(store.neighbours(A, ["n1"], [])) and not rows(store.neighbours(A, [], ["cites"]))
            assert not rows(store.neighbours(A, ["n1"], ["unknown"]))
            two = note("n1", links=[("cites", "n2", 3)])
            store.apply(commit("c2", Change(one, two)))
            assert rows(store.neighbours(A, ["n1"], ["cites", "near"])) == [("n1", "cites", "n2", 3.0)]
            store.apply(commit("c3", Change(two, None)))
            assert not rows(store.neighbours(A, ["n2"], ["cites", "near"], "in"))
            assert store.check() == []

    def test_both_ends_are_in_view(self, tmp_path: Path) -> None:
        """An end that is missing, of another namespace or kind, or not true at the moment hides the edge."""
        with self.store(tmp_path) as store:
            links = [("cites", target, 1.0) for target in ("late", "card", "missing", "other")]
            store.apply(creation("c1", note("n1", links=links), note("late", since=NOON)))
            store.apply(creation("c2", note("card", kind=CARD)))
            store.apply(creation("c3", note("other", namespace="b"), namespace="b"))

            def targets(view: View) -> set[str]:
                return set(store.neighbours(view, ["n1"], ["cites"]).target)

            assert targets(A) == {"late", "card"}
            assert targets(View.of("a", as_of=NOON - HOUR)) == {"card"}
            assert targets(View.of("a", kinds=["note"])) == {"late"}
            assert targets(View.of("a", "b")) == {"late", "card", "other"}
            assert targets(View.of("b")) == set()
            assert not rows(store.neighbours(View.of("b"), ["other"], ["cites"], "in"))
            store.apply(creation("c4", note("missing")))
            assert targets(A) == {"late", "card", "missing"}

    def test_degree_counts_the_namespace_whatever_the_limits(self, tmp_path: Path) -> None:
        """Edges of the kinds asked, also of records out of ``as_of`` or ``limit``; of no other tenant."""
        with self.store(tmp_path) as store:
            sources = [
                note(f"n{number}", links=[("cites", "hub", 1), ("near", "hub", 1)]) for number in range(9)
            ]
            later = note("later", links=[("cites", "hub", 1)], since=NOON)
            store.apply(creation("c1", note("hub"), note("rim"), *sources, later))
            store.apply(creation("c2", note("m", namespace="b", links=[("cites", "hub", 1)]), namespace="b"))
            past = View.of("a", as_of=NOON - HOUR)
            found = store.neighbours(past, ["n1"], ["cites"], limit=1)
            assert found.degree == {"hub": 10}
            assert store.neighbours(past, ["hub"], ["cites"], "in", limit=2).degree == {"hub": 10}
            assert store.neighbours(A, ["n1"], ["cites", "near"]).degree == {"hub": 19}
            store.apply(commit("c3", Change(sources[0], None)))
            assert store.neighbours(A, ["n1"], ["cites"]).degree == {"hub": 9}

    def test_hubs_are_capped(self, tmp_path: Path) -> None:
        """Edges into a target that more than ``degree_cap`` edges enter are left out, both ways."""
        with self.store(tmp_path) as store:
            sources = [note(f"n{number}", links=[("cites", "hub", 1)]) for number in range(4)]
            sources.append(note("n9", links=[("cites", "hub", 1), ("cites", "rim", 1)]))
            store.apply(creation("c1", note("hub"), note("rim"), *sources))
            assert store.neighbours(A, ["n9"], ["cites"], degree_cap=5).target == ["hub", "rim"]
            capped = store.neighbours(A, ["n9"], ["cites"], degree_cap=4)
            assert capped.target == ["rim"] and capped.degree == {"rim": 1}
            into = store.neighbours(A, ["hub", "rim"], ["cites"], "in", degree_cap=4)
            assert rows(into) == [("n9", "cites", "rim", 1.0)]

    def test_the_heaviest_edges_come_first(self, tmp_path: Path) -> None:
        """``limit`` counts for each id, after the view; equal weights go by the other end's id."""
        with self.store(tmp_path) as store:
            links = [
                ("cites", "t3", 1.0),
                ("cites", "t1", 1.0),
                ("cites", "t2", 5.0),
                ("cites", "hidden", 9.0),
            ]
            targets = [note(f"t{number}") for number in (1, 2, 3)]
            store.apply(creation("c1", note("n1", links=links), note("n2", links=links[:2]), *targets))
            store.apply(creation("c2", note("hidden", namespace="b"), namespace="b"))
            found = store.neighbours(A, ["n1", "n2"], ["cites"], limit=2)
            assert sorted(zip(found.source, found.target, strict=True)) == [
                ("n1", "t1"),
                ("n1", "t2"),
                ("n2", "t1"),
                ("n2", "t3"),
            ]
            into = store.neighbours(A, ["t1"], ["cites"], "in", limit=1)
            assert into.source == ["n1"] and into.degree == {"t1": 2}

    def test_edges_of_random_histories(self, tmp_path: Path) -> None:
        """All edges are those that the records tell, in one call for thousands of ids."""
        history = History(7)
        with self.store(tmp_path) as store:
            for made, vectors in history.steps(30):
                store.apply(made, vectors)
            for namespace in "ab":
                own = {id: r for id, r in history.records.items() if r.namespace == namespace}
                told = sorted(
                    (id, kind, target, weight)
                    for id, record in own.items()
                    for kind, target, weight in record.body["links"]
                    if target in own
                )
                ids = [*own, *(f"nobody{number}" for number in range(5000))]
                for way in ("out", "in"):
                    found = store.neighbours(View.of(namespace), ids, ["cites", "near"], way)
                    assert sorted(rows(found)) == told
