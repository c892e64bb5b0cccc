"""What follows from the log can be made anew from it, in place, and vectors stay."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from neo4j_stores import Neo4jStores

from graphmem.stores import open_store
from graphmem.stores.base import Store
from graphmem.stores.contract import SCHEMA, History, direction, everything
from graphmem.types import Record, View

A_AND_B = View.of("a", "b")

SQL_DAMAGES = (
    "DELETE FROM edge WHERE source = (SELECT min(source) FROM edge)",
    "UPDATE record SET body = '{}' WHERE key = (SELECT min(key) FROM record)",
    "DELETE FROM record WHERE key = (SELECT max(key) FROM record)",
    "UPDATE record SET valid_at = 7",
    "UPDATE degree SET edges = edges + 1",
    "INSERT INTO word(word) VALUES ('delete-all')",
    "DELETE FROM trail WHERE seq = 3",
)
CYPHER_DAMAGES = (
    "MATCH (n:{x})-[r]->(:{x}) WITH r LIMIT 3 DELETE r",
    "MATCH (n:{x}) WHERE n.kind IS NOT NULL WITH n LIMIT 1 SET n._body = '{}'",
    "MATCH (n:{x}) WHERE n.kind IS NOT NULL WITH n ORDER BY n._key DESC LIMIT 1 DETACH DELETE n",
    "MATCH (n:{x}) WHERE n.kind IS NOT NULL SET n._valid_at = 7",
    "MATCH (n:{x}Text) SET n._words = 'nothing'",
    "MATCH (n:{x}Text) WITH n LIMIT 2 REMOVE n:{x}Text",
    "MATCH (n:{x}) WHERE n._vector IS NOT NULL WITH n LIMIT 2 REMOVE n.embedding",
    "MATCH (n:{x}) WITH max(n._key) AS k CREATE (:{x} {id: 'stray', _key: k + 1, kind: 'note', "
    "namespace: 'a', _body: '{}'})",
    "MATCH (:{x}Commit {seq: 3})-[r:CHANGED]->() DELETE r",
    "DROP INDEX {x}_words",
    "DROP INDEX {x}_embedding",
)

Held = tuple[Mapping[str, Record], list[tuple[str, float]], list[tuple[str, float]], dict[str, bytes]]


def filled(store: Store) -> None:
    for made, vectors in History(11).steps(12):
        store.apply(made, vectors)


def held(store: Store) -> Held:
    """Records, what two searches find, and vectors."""
    records = everything(store, "a", "b")
    vectors = store.vectors(A_AND_B, sorted(records))
    return (
        records,
        store.search_text(A_AND_B, "amber birch cedar", 50),
        store.search_vector(A_AND_B, direction(*np.ones(16).tolist()), 50),
        {id: vector.tobytes() for id, vector in vectors.items()},
    )


@pytest.mark.parametrize("damage", SQL_DAMAGES)
def test_a_damaged_sqlite_store_is_made_anew(tmp_path: Path, damage: str) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    with closing(open_store(url, SCHEMA)) as store:
        filled(store)
        before = held(store)
    with closing(sqlite3.connect(tmp_path / "store.db")) as connection, connection:
        connection.execute(damage)
    with closing(open_store(url, SCHEMA)) as store:
        assert store.check() != []
        store.repair()
        assert store.check() == []
        records, text, vector, vectors = held(store)
        assert (records, text) == before[:2]
        # The vector of a record that was gone is gone with it; all others are as they were.
        assert set(vectors.items()) <= set(before[3].items()) and len(vectors) >= len(before[3]) - 1
        assert len(vector) >= len(before[2]) - 1


@pytest.mark.parametrize("damage", CYPHER_DAMAGES)
def test_a_damaged_neo4j_store_is_made_anew(neo4j_stores: Neo4jStores, damage: str) -> None:
    with closing(neo4j_stores.open("store", SCHEMA)) as store:
        filled(store)
        before = held(store)
        neo4j_stores.run(damage)
    with closing(neo4j_stores.open("store", SCHEMA)) as store:
        assert store.check() != []
        store.repair()
        assert store.check() == []
        records, text, _, vectors = held(store)
        assert (records, text) == before[:2]
        assert set(vectors.items()) <= set(before[3].items()) and len(vectors) >= len(before[3]) - 1


def test_repairing_what_is_sound_changes_nothing(tmp_path: Path, neo4j_stores: Neo4jStores) -> None:
    for store in (open_store(f"sqlite:///{tmp_path}/s.db", SCHEMA), neo4j_stores.open("store", SCHEMA)):
        with closing(store):
            filled(store)
            before = held(store)
            store.repair()
            assert store.check() == [] and held(store) == before
