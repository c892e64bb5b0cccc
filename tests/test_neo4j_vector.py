"""Vector search by the server's index: as good as exact, never out of view, on each server version.

``exact_texts=0`` sends every search to the index that asks for less than the view holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import numpy as np
import pytest
from neo4j_stores import Neo4jStores

from graphmem.errors import Conflict, EncoderMismatch
from graphmem.stores import neo4j as neo4j_store
from graphmem.stores.contract import (
    CARD,
    DIMENSION,
    HOUR,
    NOON,
    NOTE,
    SCHEMA,
    commit,
    creation,
    direction,
    note,
    of_encoder,
)
from graphmem.stores.neo4j import Neo4jStore
from graphmem.stores.neo4j_migrations import vector_form
from graphmem.stores.neo4j_vector import VectorIndex
from graphmem.types import Change, FloatArray, Vectors, View

A = View.of("a")
CROWD, SMALL = 500, 60
VIEWS = {
    "all": A,
    "a kind": View.of("a", kinds=[CARD]),
    "a moment": View.of("a", as_of=NOON - HOUR),
    "a kind at a moment": View.of("a", as_of=NOON + 3 * HOUR, kinds=[NOTE, CARD]),
    "two namespaces": View.of("a", "small"),
    "a small namespace": View.of("small"),
    "a small kind": View.of("a", "small", kinds=["card"], as_of=NOON + 3 * HOUR),
}


@pytest.fixture(params=["newest", "long support"])
def stores(request: pytest.FixtureRequest) -> Neo4jStores:
    fixture = "neo4j_stores" if request.param == "newest" else "neo4j_lts_stores"
    found: Neo4jStores = request.getfixturevalue(fixture)
    return found


@pytest.fixture
def pair(stores: Neo4jStores) -> Iterator[tuple[Neo4jStore, Neo4jStore]]:
    """Two readers of one store: by the index, and exact."""
    with (
        closing(stores.open("store", SCHEMA, exact_texts=0)) as indexed,
        closing(stores.open("store", SCHEMA)) as exact,
    ):
        yield indexed, exact


def clustered(count: int, seed: int) -> list[FloatArray]:
    """Unit vectors around a few centres, as those of sentences are."""
    generator = np.random.default_rng(seed)
    centres = generator.standard_normal((12, DIMENSION))
    spread = generator.standard_normal((count, DIMENSION)) * 0.35
    return [direction(*row) for row in centres[generator.integers(0, 12, count)] + spread]


def fill(store: Neo4jStore) -> None:
    """A crowd of two kinds at several times, and a namespace of a few."""
    for namespace, count in (("a", CROWD), ("small", SMALL)):
        records = [
            note(
                f"{namespace}{place:03}",
                "text",
                namespace=namespace,
                kind=CARD if place % 3 == 0 else NOTE,
                since=NOON if place % 2 else None,
                until=NOON + 2 * HOUR if place % 5 == 0 else None,
            )
            for place in range(count)
        ]
        vectors = {record.id: vector for record, vector in zip(records, clustered(count, 1), strict=True)}
        store.apply(creation(f"c-{namespace}", *records, namespace=namespace), of_encoder(vectors))


def test_the_index_finds_what_the_exact_search_finds(pair: tuple[Neo4jStore, Neo4jStore]) -> None:
    indexed, exact = pair
    fill(indexed)
    for view in VIEWS.values():
        found = wanted = 0
        for query in clustered(120, 7):  # the index is built with chance in it: few questions tell little
            best = dict(exact.search_vector(view, query, 5))
            answer = indexed.search_vector(view, query, 5)
            assert len(answer) == len(best)
            assert set(dict(answer)) <= set(indexed.get(view, list(dict(answer)))), "nothing out of view"
            assert answer == sorted(answer, key=lambda pair: (-pair[1], pair[0]))
            shared = best.keys() & dict(answer).keys()
            assert all(best[id] == dict(answer)[id] for id in shared), "the cosines are the exact ones"
            found, wanted = found + len(shared), wanted + len(best)
        assert found >= 0.95 * wanted, view


def test_it_is_the_index_that_answers(
    pair: tuple[Neo4jStore, Neo4jStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    indexed, exact = pair
    fill(indexed)
    asked: list[int] = []
    search = VectorIndex._candidates
    monkeypatch.setattr(
        VectorIndex,
        "_candidates",
        lambda index, view, query, k, scope: asked.append(k) or search(index, view, query, k, scope),
    )
    exact.search_vector(A, direction(1), 5)
    assert asked == []
    indexed.search_vector(A, direction(1), 5)
    assert len(asked) == 1 and 5 < asked[0] < CROWD, "once, for more than are wanted"


def test_a_small_namespace_is_not_starved_by_a_crowd_that_is_nearer(
    pair: tuple[Neo4jStore, Neo4jStore],
) -> None:
    indexed, exact = pair
    crowd = [note(f"m{number:03}", "text", namespace="crowd") for number in range(CROWD)]
    near = {record.id: direction(1, number / 1e4) for number, record in enumerate(crowd)}
    indexed.apply(creation("c1", *crowd, namespace="crowd"), of_encoder(near))
    few = [note(f"n{number:02}", "text") for number in range(SMALL)]
    far = {record.id: direction(-1, 1 + number / 20) for number, record in enumerate(few)}
    indexed.apply(creation("c2", *few), of_encoder(far))
    assert indexed.search_vector(A, direction(1), 2) == exact.search_vector(A, direction(1), 2)
    assert len(indexed.search_vector(View.of("crowd"), direction(-1), 3)) == 3


def test_equal_cosines_go_by_id_also_where_k_cuts_through_them(pair: tuple[Neo4jStore, Neo4jStore]) -> None:
    indexed, exact = pair
    ids = [f"n{number:03}" for number in np.random.default_rng(3).permutation(200).tolist()]
    vectors = {id: direction(3, 1, 2) if place < 90 else direction(-1, 2) for place, id in enumerate(ids)}
    indexed.apply(creation("c1", *(note(id, "text") for id in ids)), of_encoder(vectors))
    for k in (1, 7, 89, 90, 91):
        assert indexed.search_vector(A, direction(1, 1), k) == exact.search_vector(A, direction(1, 1), k)
    assert [id for id, _ in indexed.search_vector(A, direction(1, 1), 7)] == sorted(ids[:90])[:7]


@pytest.mark.parametrize("k", [20, 21, 10**9, 10**20])
def test_more_than_there_are_is_all_of_them(pair: tuple[Neo4jStore, Neo4jStore], k: int) -> None:
    indexed, exact = pair
    records = [note(f"n{number:02}", "text" if number < 20 else None) for number in range(30)]
    vectors = {f"n{number:02}": direction(1, number) for number in range(0, 20, 2)}
    indexed.apply(creation("c1", *records), of_encoder(vectors))
    found = indexed.search_vector(A, direction(0, 1), k)
    assert len(found) == 10 and found == exact.search_vector(A, direction(0, 1), k)


def test_without_vectors_nothing_is_found(pair: tuple[Neo4jStore, Neo4jStore]) -> None:
    indexed, _ = pair
    assert indexed.search_vector(A, direction(1), 3) == []
    indexed.apply(creation("c1", *(note(f"n{number}", "text") for number in range(9))))
    assert indexed.search_vector(A, direction(1), 3) == []
    indexed.apply(
        creation("c2", note("m", "text", namespace="b"), namespace="b"), of_encoder({"m": direction(1)})
    )
    assert indexed.search_vector(A, direction(1), 3) == []
    assert indexed.search_vector(View.of("nobody"), direction(1), 3) == []
    assert indexed.search_vector(View.of("b"), direction(1), 0) == []


@pytest.mark.parametrize("length", [0, 1e-38, 1e-30, 7, 1e30, 1e38])
def test_the_length_of_a_query_plays_no_part(pair: tuple[Neo4jStore, Neo4jStore], length: float) -> None:
    indexed, exact = pair
    records = [note(f"n{number:02}", "text") for number in range(40)]
    vectors = {record.id: direction(1, number) for number, record in enumerate(records)}
    indexed.apply(creation("c1", *records), of_encoder(vectors))
    query = np.asarray(direction(2, 1) * np.float32(length), dtype=np.float32)
    assert indexed.search_vector(A, query, 3) == exact.search_vector(A, query, 3)


def test_a_commit_is_found_at_once_and_a_removed_record_no_more(pair: tuple[Neo4jStore, Neo4jStore]) -> None:
    indexed, exact = pair
    fill(exact)
    for step in range(5):
        new = note(f"z{step}", "text")
        exact.apply(creation(f"c{step}", new), of_encoder({new.id: direction(0, 0, 1, step / 100)}))
        assert f"z{step}" in dict(indexed.search_vector(A, direction(0, 0, 1), 10))
        exact.apply(commit(f"g{step}", Change(new, None)))
        assert f"z{step}" not in dict(indexed.search_vector(A, direction(0, 0, 1), 10))


# --- the dimension of the index ---------------------------------------------------------------


def wide(number: int) -> FloatArray:
    vector = np.zeros(2 * DIMENSION, dtype=np.float32)
    vector[number] = 1
    return vector


def test_a_first_commit_that_fails_leaves_no_index_of_another_dimension(
    pair: tuple[Neo4jStore, Neo4jStore],
) -> None:
    indexed, _ = pair
    indexed.apply(creation("c1", note("n1", "text")))
    with pytest.raises(Conflict):
        indexed.apply(creation("c2", note("n1", "text")), Vectors("wide", {"n1": wide(1)}))
    assert indexed.encoder() is None
    fill(indexed)
    assert len(indexed.search_vector(A, direction(1), 5)) == 5
    assert indexed.check() == []


def test_whoever_binds_the_encoder_has_the_index(
    pair: tuple[Neo4jStore, Neo4jStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = pair
    make = neo4j_store.make_vector_index

    def overtaken(*arguments: object) -> None:
        """The second process makes its index, and the first one then writes."""
        monkeypatch.setattr(neo4j_store, "make_vector_index", make)
        fill(first)
        make(*arguments)

    monkeypatch.setattr(neo4j_store, "make_vector_index", overtaken)
    with pytest.raises(EncoderMismatch):
        second.apply(creation("c9", note("n9", "text")), Vectors("wide", {"n9": wide(1)}))
    form = vector_form(first._connection, first._names)
    assert form is not None and form[0] == DIMENSION
    assert len(first.search_vector(A, direction(1), 5)) == 5 and first.check() == []


def test_an_index_of_another_dimension_is_told(pair: tuple[Neo4jStore, Neo4jStore]) -> None:
    indexed, _ = pair
    fill(indexed)
    neo4j_store.make_vector_index(indexed._connection, indexed._names, 2 * DIMENSION)
    assert "the vector index is not one of 16 dimensions as this server makes it" in indexed.check()
    neo4j_store.make_vector_index(indexed._connection, indexed._names, DIMENSION)
    assert indexed.check() == []
