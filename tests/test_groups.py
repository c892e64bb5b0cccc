"""From coarse to fine: groups follow their edges whatever commits come, and nothing ungrouped is lost."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmem.stores.base import Grouping
from graphmem.stores.contract import (
    DIMENSION,
    NOON,
    SCHEMA,
    commit,
    creation,
    direction,
    note,
    of_encoder,
)
from graphmem.stores.groups import Groups
from graphmem.stores.sqlite import SQLiteStore
from graphmem.types import Change, Record, View

A = View.of("a")
BY = Grouping("near", "cites", share=0.2, least=4)


def part(number: int, of: str, namespace: str = "a") -> Record:
    return note(f"s{number}", f"lamp {number}", namespace=namespace, links=[("cites", of, 1.0)])


def group(name: str, *wholes: str, namespace: str = "a") -> Record:
    return note(name, namespace=namespace, links=[("near", whole, 1.0) for whole in wholes])


def made(groups: Groups, size: int) -> tuple[dict[int, int], dict[int, tuple[object, ...]]]:
    """The group of each node; keys, means and sizes of groups that gather any, by node key of the group."""
    nodes = {row: key for key, row in groups._row.items()}
    assert groups.nodes.tolist() == list(nodes.values())
    of = {node: nodes[row - 1] for node, row in enumerate(groups._of[:size].tolist()) if row}
    return of, {
        key: (
            groups.keys[row].round(5).tolist(),
            groups._means[row].round(5).tolist(),
            int(groups._gathered[row]),
        )
        for row, key in nodes.items()
        if key in of.values()
    }


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_groups_that_follow_commits_are_those_made_anew(seed: int) -> None:
    draw = np.random.default_rng(seed)
    with TemporaryDirectory() as folder, closing(SQLiteStore(Path(folder) / "s.db", SCHEMA)) as store:
        filler = [note(f"z{n}", "cedar", namespace="b") for n in range(120)]  # so that nothing is reloaded
        store.apply(creation("c", *filler, namespace="b"))
        live: dict[str, Record] = {}
        for step in range(8):
            changes, vectors = [], {}
            for _ in range(int(draw.integers(1, 5))):
                kind, number = "spw"[draw.integers(3)], int(draw.integers(6))
                wholes = [f"w{n}" for n in draw.integers(0, 6, 2).tolist()]
                new = {
                    "s": part(number, wholes[0]),
                    "p": group(f"p{number}", *dict.fromkeys(wholes)),
                    "w": note(f"w{number}"),
                }[kind]
                if any(change.id == new.id for change in changes):
                    continue
                after = None if new.id in live and draw.random() < 0.4 else new
                changes.append(Change(live.pop(new.id, None), after))
                if after is not None:
                    live[new.id] = after
                    if kind == "s":
                        vectors[new.id] = direction(*draw.standard_normal(DIMENSION).tolist())
            changes = [one for one in changes if one.before != one.after]
            if not changes:
                continue
            store.apply(commit(f"c{step}", *changes), of_encoder(vectors) if vectors else None)
            found = store.search_vector(A, direction(1), 50, BY)
            assert found == store.search_vector(A, direction(1), 50)  # least is all here
            sidecar = store._sidecar
            with store._searching() as tables:
                bound = tables.encoder()
                if bound is None or sidecar._groups is None:
                    continue
                matrix = sidecar.vectors(tables, bound[1])
                own = sidecar._groups[1]
                fresh = Groups(own._gathers, own._part, bound[1])
                fresh.follow(None, tables, sidecar.adjacency(tables), sidecar._columns, matrix)
                assert made(own, sidecar.nodes) == made(fresh, sidecar.nodes)


@pytest.fixture
def store(tmp_path: Path) -> SQLiteStore:
    """Forty groups of twenty, each around an axis of its own, and five sentences that none gathers."""
    draw = np.random.default_rng(1)
    store = SQLiteStore(tmp_path / "s.db", SCHEMA)
    axes = draw.standard_normal((40, DIMENSION))
    records, vectors = [], {}
    for number in range(40):
        records += [note(f"w{number}"), group(f"p{number}", f"w{number}")]
        for place in range(20):
            one = part(number * 20 + place, f"w{number}")
            one = replace(one, body={**one.body, "since": NOON.isoformat()} if place % 2 else one.body)
            records.append(one)
            vectors[one.id] = direction(*(axes[number] + draw.standard_normal(DIMENSION) * 0.1).tolist())
    for number in range(900, 905):
        records.append(part(number, "none"))
        vectors[f"s{number}"] = direction(*draw.standard_normal(DIMENSION).tolist())
    store.apply(creation("c1", *records), of_encoder(vectors))
    other = [note("w", namespace="b"), group("p0b", "w0", "w", namespace="b"), part(999, "w", "b")]
    store.apply(creation("c2", *other, namespace="b"), of_encoder({"s999": direction(*axes[0].tolist())}))
    store.axes = axes  # type: ignore[attr-defined]
    return store


def compared(store: SQLiteStore, view: View, query: np.ndarray, by: Grouping = BY) -> tuple[int, int] | None:
    """Keys and vectors that are compared with a query."""
    store.search_vector(view, query, 1, by)
    with store._searching() as tables:
        matrix = store._sidecar.vectors(tables, DIMENSION)
        groups, scope = store._sidecar.groups(tables, by, matrix), store._sidecar.scope(tables, view)
        assert groups is not None and scope.groups is not None
        chosen = groups.choose(query, scope.groups, by.share, by.least)
        return None if chosen is None else (chosen.keys, len(chosen.slots))


def test_a_fifth_is_compared_and_the_nearest_are_found(store: SQLiteStore) -> None:
    with closing(store):
        for number in (0, 7, 39):
            query = direction(*store.axes[number].tolist())  # type: ignore[attr-defined]
            found = compared(store, A, query)
            assert found is not None and sum(found) <= 0.2 * 805
            assert store.search_vector(A, query, 10, BY) == store.search_vector(A, query, 10)


def test_the_view_is_inside(store: SQLiteStore) -> None:
    """Neither another namespace nor what is not true yet is compared, counted or found."""
    with closing(store):
        query = direction(*store.axes[3].tolist())  # type: ignore[attr-defined]
        past = View.of("a", as_of=NOON - timedelta(hours=1))
        found = compared(store, past, query, replace(BY, share=0.25))
        assert found is not None and found[0] == 40 and sum(found) <= 0.25 * 405
        grouped = store.search_vector(past, query, 8, replace(BY, share=0.25))
        assert grouped == store.search_vector(past, query, 8) and len(grouped) == 8
        everything = store.search_vector(View.of("b"), query, 50, BY)
        assert [id for id, _ in everything] == ["s999"]
        assert "s999" not in dict(store.search_vector(A, query, 900, BY))


def test_the_nearest_groups_are_those_of_the_mean_product(store: SQLiteStore) -> None:
    """Of two wholes in a group each counts once, however many parts it has."""
    with closing(store):
        store.apply(creation("c3", group("pair", "w40", "w41"), note("w40"), note("w41"), part(960, "w40")))
        more = [part(number, "w41") for number in (961, 962, 963)]
        near = {one.id: direction(0, 1) for one in more}
        store.apply(creation("c4", *more), of_encoder(near))
        store.apply(commit("c5"), of_encoder({"s960": direction(1)}))
        queries = np.stack([direction(1), direction(*store.axes[3].tolist())])  # type: ignore[attr-defined]
        found = store.nearest_groups(A, queries, 41, BY)
        assert len(found[0]) == 41 and found[1][0][0] == "p3"
        assert dict(found[0])["pair"] == pytest.approx(0.5, abs=0.01)
        for query, of in zip(queries, found, strict=True):
            members = [f"s{number}" for number in range(100, 120)]
            whole = np.sum([store.vectors(A, members)[one] for one in members], axis=0)
            assert dict(of)["p5"] == pytest.approx(float(whole / np.linalg.norm(whole) @ query), abs=1e-4)
        assert "pair" not in dict(store.nearest_groups(A, queries, 41, BY, below=2)[0])
        past = View.of("a", as_of=NOON - timedelta(hours=1))
        assert store.nearest_groups(past, queries, 5, BY) == [one[:5] for one in found]


def test_what_no_group_gathers_is_always_compared(store: SQLiteStore) -> None:
    with closing(store):
        far = -direction(*store.axes[5].tolist())  # type: ignore[attr-defined]
        store.apply(creation("c3", part(950, "new")), of_encoder({"s950": far}))
        assert store.search_vector(A, far, 1, BY) == store.search_vector(A, far, 1)
        assert store.search_vector(A, far, 1, BY)[0][0] == "s950"


def test_little_saved_is_a_full_search(store: SQLiteStore) -> None:
    with closing(store):
        query = direction(*store.axes[5].tolist())  # type: ignore[attr-defined]
        assert compared(store, A, query, replace(BY, least=400)) is None
        for unknown in (Grouping("nothing", "cites"), Grouping("near", "nothing")):
            assert store.search_vector(A, query, 9, unknown) == store.search_vector(A, query, 9)
        assert len(store.search_vector(A, np.zeros(DIMENSION, dtype=np.float32), 9, BY)) == 9
