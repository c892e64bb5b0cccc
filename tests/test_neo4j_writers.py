"""Several writers of one Neo4j store: those of different namespaces do not wait for each other."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

from neo4j_stores import Neo4jStores

from graphmem.errors import Conflict
from graphmem.stores.contract import SCHEMA, creation, note
from graphmem.stores.neo4j import Neo4jStore
from graphmem.types import View


@contextmanager
def locked(stores: Neo4jStores, namespace: str) -> Iterator[None]:
    """A writer of the namespace that does not come to its end."""
    with stores.driver() as driver, driver.session() as session, session.begin_transaction() as transaction:
        label = stores.label("store")
        query = f"MATCH (l:{label}Namespace {{name: $name}}) SET l.commits = l.commits"
        transaction.run(query, {"name": namespace}).consume()
        yield
        transaction.rollback()


def test_a_writer_waits_for_its_own_namespace_alone(neo4j_stores: Neo4jStores) -> None:
    with closing(neo4j_stores.open("store", SCHEMA)) as store, ThreadPoolExecutor() as pool:
        for namespace in ("a", "b"):
            store.apply(creation(namespace, note(namespace, namespace=namespace), namespace=namespace))
        with locked(neo4j_stores, "a"):
            waiting = pool.submit(store.apply, creation("a2", note("a2")))
            assert store.apply(creation("b2", note("b2", namespace="b"), namespace="b")).seq == 3
            assert not waiting.done()
        assert waiting.result(60).seq == 4
        assert store.check() == []


def test_writers_at_once_leave_one_log_without_gaps(neo4j_stores: Neo4jStores) -> None:
    """Processes have a store object of their own; here threads stand for them."""

    def write(number: int) -> None:
        namespace = "ab"[number % 2]
        with closing(neo4j_stores.open("store", SCHEMA)) as store:
            for place in range(10):
                links = [("cites", f"hub {namespace}", 1.0), ("near", "nobody's", 1.0)]
                record = note(f"{number}/{place}", namespace=namespace, links=links)
                store.apply(creation(f"c{number}/{place}", record, namespace=namespace))

    with closing(neo4j_stores.open("store", SCHEMA)) as store:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(write, range(4)))
        commits = list(store.commits(View.of("a", "b")))
        assert [commit.seq for commit in commits] == list(range(1, 41))
        for number in range(4):  # each writer's commits in the order in which it made them
            own = [commit.id for commit in commits if commit.id.startswith(f"c{number}/")]
            assert own == [f"c{number}/{place}" for place in range(10)]
        assert store.count(View.of("a", "b"), "note") == 40
        assert store.check() == []


def test_two_namespaces_cannot_both_get_an_id(neo4j_stores: Neo4jStores) -> None:
    def create(store: Neo4jStore, id: str, namespace: str) -> bool:
        try:
            store.apply(creation(f"{id} of {namespace}", note(id, namespace=namespace), namespace=namespace))
        except Conflict:
            return False
        return True

    with (
        closing(neo4j_stores.open("store", SCHEMA)) as one,
        closing(neo4j_stores.open("store", SCHEMA)) as other,
        ThreadPoolExecutor(2) as pool,
    ):
        for number in range(20):
            tries = [pool.submit(create, store, f"n{number}", ns) for store, ns in ((one, "a"), (other, "b"))]
            assert sorted(done.result(60) for done in tries) == [False, True]
        assert one.head() == 20
        assert one.check() == []
