"""Edges in memory are those of the records, whoever wrote them and whenever they were loaded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmem.stores import adjacency, open_store
from graphmem.stores.base import Store
from graphmem.stores.contract import SCHEMA, commit, creation, note
from graphmem.types import Change, Record, View

KINDS = ("cites", "near")
IDS = tuple(f"n{number}" for number in range(6))
TARGETS = (*IDS, "nobody")
WAYS: tuple[Literal["out", "in"], ...] = ("out", "in")

Records = dict[str, Record]
Row = tuple[str, str, str, float]

links = st.lists(
    st.tuples(st.sampled_from(KINDS), st.sampled_from(TARGETS), st.integers(1, 3).map(float)),
    max_size=4,
    unique_by=lambda link: link[:2],
)
# One step: the record that it is of, its links (None removes it) and the namespace of a new record.
steps = st.lists(
    st.tuples(st.sampled_from(IDS), st.none() | links, st.sampled_from("ab")), min_size=1, max_size=4
)
histories = st.lists(steps, min_size=1, max_size=8)


@contextmanager
def opened(path: Path) -> Iterator[Store]:
    with closing(open_store(f"sqlite:///{path}", SCHEMA)) as store:
        yield store


def write(store: Store, records: Records, number: int, changes: list[tuple[str, object, str]]) -> None:
    """Commit the steps; each namespace's records in a commit of their own."""
    for place, (id, wanted, namespace) in enumerate(changes):
        before = records.get(id)
        where = before.namespace if before else namespace
        after = None if wanted is None else note(id, namespace=where, links=wanted)  # type: ignore[arg-type]
        if after == before:
            continue
        store.apply(commit(f"c{number}-{place}", Change(before, after), namespace=where))
        records.pop(id, None)
        if after is not None:
            records[id] = after


def told(records: Records, view: View) -> list[Row]:
    """All edges that the records in view tell of, both ends in view."""
    seen = {id for id, record in records.items() if record.namespace in view.namespaces}
    return sorted(
        (id, kind, target, float(weight))
        for id in seen
        for kind, target, weight in records[id].body["links"]
        if target in seen
    )


def degrees(records: Records, view: View, kinds: Sequence[str]) -> Counter[str]:
    return Counter(
        target
        for record in records.values()
        if record.namespace in view.namespaces
        for kind, target, _ in record.body["links"]
        if kind in kinds
    )


def check(store: Store, records: Records) -> None:
    """Everything that ``neighbours`` says is what the records say."""
    for view in (View.of("a"), View.of("b"), View.of("a", "b")):
        for kinds in (KINDS, KINDS[:1]):
            expected = [row for row in told(records, view) if row[1] in kinds]
            degree = degrees(records, view, kinds)
            for way in WAYS:
                found = store.neighbours(view, TARGETS, kinds, way)
                columns = (found.source, found.kind, found.target, found.weight.tolist())
                assert sorted(zip(*columns, strict=True)) == expected
                assert found.degree == {row[2]: degree[row[2]] for row in expected}
                assert found.weight.dtype == np.float32
                capped = store.neighbours(view, TARGETS, kinds, way, degree_cap=1)
                assert sorted(zip(capped.source, capped.kind, capped.target, strict=True)) == [
                    row[:3] for row in expected if degree[row[2]] <= 1
                ]


def limited(rows: list[Row], way: Literal["out", "in"], limit: int) -> list[Row]:
    """Of each near end the heaviest, then by the far end's id."""
    near, far = (0, 2) if way == "out" else (2, 0)
    ranked = sorted(rows, key=lambda row: (row[near], -row[3], row[far], KINDS.index(row[1])))
    kept: Counter[str] = Counter()
    found = []
    for row in ranked:
        kept[str(row[near])] += 1
        if kept[str(row[near])] <= limit:
            found.append(row)
    return found


@pytest.mark.parametrize("stale_share", [0, 8, 10**9])
@settings(max_examples=40, deadline=None)
@given(histories)
def test_edges_follow_every_commit(stale_share: int, history: list[list[tuple[str, object, str]]]) -> None:
    """Patched (0), patched and loaded anew (8), loaded anew each time; from another store object too."""
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as directory:
        patch.setattr(adjacency, "_STALE_SHARE", stale_share)
        path = Path(directory) / "store.db"
        # Enough other records that a commit is never so large that all is loaded anew for it.
        others = [note(f"other{number}", namespace="c") for number in range(200)]
        with opened(path) as store, opened(path) as reader:
            store.apply(creation("first", *others, namespace="c"))
            records: Records = {}
            for number, changes in enumerate(history):
                check(reader, records)
                write(store, records, number, changes)
                check(store, records)
                check(reader, records)
            with opened(path) as fresh:
                check(fresh, records)


@settings(max_examples=40, deadline=None)
@given(histories, st.integers(1, 3))
def test_a_limit_keeps_the_heaviest(history: list[list[tuple[str, object, str]]], limit: int) -> None:
    with TemporaryDirectory() as directory, opened(Path(directory) / "store.db") as store:
        records: Records = {}
        for number, changes in enumerate(history):
            write(store, records, number, changes)
        for way in WAYS:
            found = store.neighbours(View.of("a"), TARGETS, KINDS, way, limit=limit)
            columns = (found.source, found.kind, found.target, found.weight.tolist())
            assert list(zip(*columns, strict=True)) == limited(told(records, View.of("a")), way, limit)


def test_an_edge_whose_source_alone_was_written_is_gone_from_its_target(tmp_path: Path) -> None:
    others = [note(f"other{number}", namespace="c") for number in range(200)]
    one = note("n1", links=[("cites", "n2", 1.0)])
    with opened(tmp_path / "store.db") as store, opened(tmp_path / "store.db") as reader:
        store.apply(creation("c0", *others, namespace="c"))
        store.apply(creation("c1", one, note("n2"), note("n3")))
        assert reader.neighbours(View.of("a"), ["n2"], ["cites"], "in").source == ["n1"]
        store.apply(commit("c2", Change(one, None)))
        store.apply(creation("c3", note("n4", links=[("cites", "n3", 1.0)])))
        gone = reader.neighbours(View.of("a"), ["n2", "n3"], ["cites"], "in")
        assert (gone.source, gone.target) == (["n4"], ["n3"])


def test_rows_of_a_node_without_edges_and_of_none() -> None:
    with TemporaryDirectory() as directory, opened(Path(directory) / "store.db") as store:
        store.apply(creation("c1", note("n1"), note("n2")))
        for way in WAYS:
            for ids in ([], ["n1"], ["n1", "nobody"], ["nobody"]):
                found = store.neighbours(View.of("a"), ids, KINDS, way, degree_cap=0, limit=1)
                assert (list(found.source), list(found.target), dict(found.degree)) == ([], [], {})
