"""How often Neo4j is asked: once for what is new, and then for no record, name or head a second time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import neo4j
import pytest
from conftest import put
from neo4j_stores import Neo4jStores

from graphmem import Memory
from graphmem.projection import SCHEMA as MEMORY
from graphmem.stores.contract import SCHEMA, commit, creation, direction, note, of_encoder
from graphmem.stores.neo4j import Neo4jStore
from graphmem.testing import HashEmbedder
from graphmem.types import Change, View

A = View.of("a")
TEXT = """# Ada Byron
Ada Byron met Charles Babbage in London. She wrote notes on his engine.

# Charles Babbage
Charles Babbage built the engine in London. Ada Byron admired it.
"""
MANY = "UNWIND range(1, 3000) AS number RETURN number"  # more than come at once: the read goes on meanwhile


@pytest.fixture(params=["newest", "long support"])
def stores(request: pytest.FixtureRequest) -> Neo4jStores:
    fixture = "neo4j_stores" if request.param == "newest" else "neo4j_lts_stores"
    found: Neo4jStores = request.getfixturevalue(fixture)
    return found


@contextmanager
def asked(store: Neo4jStore) -> Iterator[list[str]]:
    """The queries that are sent to the server."""
    read, queries = store._connection.read, list[str]()

    def noted(query: str, /, **parameters: Any) -> Any:
        queries.append(query)
        return read(query, **parameters)

    store._connection.read = noted  # type: ignore[method-assign]
    try:
        yield queries
    finally:
        store._connection.read = read  # type: ignore[method-assign]


def test_a_recall_asks_once_for_what_is_new_and_once_for_what_it_reads(neo4j_stores: Neo4jStores) -> None:
    store = neo4j_stores.open("trips", MEMORY)
    with Memory(store, namespace="ann", embedder=HashEmbedder()) as memory:
        put(memory, {"ada.md": TEXT})
        memory.recall("Who built the engine?")
        with asked(store) as queries:
            first = memory.recall("Whom did Ada Byron meet in London?")
            new = len(queries)
            again = memory.recall("Whom did Ada Byron meet in London?")
        heads = [query for query in queries[:new] if "Commit) WHERE c.seq > 0" in query]
        assert first.hits == again.hits and first.hits
        assert len(heads) == 1 and new <= 12, queries
        assert len(queries) == new + 1, "the second time but whether anything is new"


def test_a_read_during_which_a_commit_came_is_of_no_one_moment(stores: Neo4jStores) -> None:
    with closing(stores.open("store", SCHEMA)) as store, closing(stores.open("store", SCHEMA)) as other:
        store.apply(creation("c1", note("n1", "text")))
        assert store._connection.read(MANY).moment is not None
        run = neo4j.Session.run

        def crossed(session: neo4j.Session, query: Any, *arguments: Any, **parameters: Any) -> neo4j.Result:
            result = run(session, query, *arguments, **parameters)
            if query == MANY:
                other.apply(creation("c2", note("n2", "text")))
            return result

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(neo4j.Session, "run", crossed)
            assert store._connection.read(MANY).moment is None
        assert store._connection.read(MANY).moment is not None


def test_records_of_two_commits_never_come_together(neo4j_stores: Neo4jStores) -> None:
    with (
        closing(neo4j_stores.open("store", SCHEMA)) as store,
        closing(neo4j_stores.open("store", SCHEMA)) as other,
    ):
        old = [note(f"n{number}", "old") for number in (1, 2)]
        new = [note(f"n{number}", "new") for number in (1, 2)]
        store.apply(creation("c1", *old))
        assert len(store.search_text(A, "old", 5)) == 2
        with store.steady():
            assert dict(store.get(A, ["n1"])) == {"n1": old[0]}
            other.apply(commit("c2", *map(Change, old, new)))
            found = store.get(A, ["n1", "n2"])
        assert list(found.values()) in (old, new)
        with store.steady():
            assert list(store.get(A, ["n1", "n2", "nobody"]).values()) == new


def test_a_record_that_comes_back_is_met_under_its_old_name(neo4j_stores: Neo4jStores) -> None:
    with (
        closing(neo4j_stores.open("store", SCHEMA)) as writer,
        closing(neo4j_stores.open("store", SCHEMA)) as store,
    ):
        gone, near = note("gone", "birch"), note("near", "amber", links=[("cites", "gone", 1.0)])
        writer.apply(creation("c1", gone, near), of_encoder({"gone": direction(1), "near": direction(0, 1)}))
        writer.apply(commit("c2", Change(gone, None)))
        assert store.search_text(A, "birch", 5) == []
        assert store.neighbours(A, ["near"], ["cites"]).target == []
        writer.apply(creation("c3", gone), of_encoder({"gone": direction(1)}))
        with store.steady():
            assert [id for id, _ in store.search_text(A, "birch", 5)] == ["gone"]
            assert store.neighbours(A, ["near"], ["cites"]).target == ["gone"]
            assert store.neighbours(A, ["gone"], ["cites"], "in").source == ["near"]
            assert dict(store.get(A, ["gone"])) == {"gone": gone}
            assert [record.id for record in store.scan(A, "note")] == ["gone", "near"]
