"""A node that is changed while a query reads its properties is read again, not half."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from neo4j_stores import Neo4jStores

from graphmem.stores.contract import SCHEMA, History, direction, everything
from graphmem.stores.neo4j import Neo4jStore
from graphmem.types import View

A_AND_B = View.of("a", "b")


@contextmanager
def torn(store: Neo4jStore, times: int) -> Iterator[list[str]]:
    """The next answers of several columns lack the end of the last one, as if a node lost it meanwhile."""
    read, queries = store._connection.read, list[str]()

    def half(query: str, /, **parameters: Any) -> list[list[Any]]:
        rows = read(query, **parameters)
        if len(queries) < times and rows and len(rows[0]) > 1 and all(isinstance(c, list) for c in rows[0]):
            if rows[0][-1]:
                queries.append(query)
                rows[0][-1] = rows[0][-1][:-1]
        return rows

    store._connection.read = half  # type: ignore[method-assign]
    try:
        yield queries
    finally:
        store._connection.read = read  # type: ignore[method-assign]


@pytest.mark.parametrize("times", [1, 2, 5])
def test_what_was_torn_is_read_again(neo4j_stores: Neo4jStores, times: int) -> None:
    with closing(neo4j_stores.open("store", SCHEMA)) as store:
        for made, vectors in History(5).steps(8):
            store.apply(made, vectors)
        ids = sorted(everything(store, "a", "b"))

        def answers(one: Neo4jStore) -> list[object]:
            edges = one.neighbours(A_AND_B, ids, ["cites", "near"])
            return [
                dict(one.get(A_AND_B, ids)),
                one.search_text(A_AND_B, "amber birch", 9),
                one.search_vector(A_AND_B, direction(1), 9),
                sorted(zip(edges.source, edges.kind, edges.target, strict=True)),
            ]

        expected = answers(store)
        for _ in range(2):
            with closing(neo4j_stores.open("store", SCHEMA)) as other, torn(other, times) as queries:
                assert answers(other) == expected and len(queries) == times
