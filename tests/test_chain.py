"""The log is a chain: whoever changes it by other means than a commit is found out, and where."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from neo4j_stores import Neo4jStores

from graphmem.copying import copy
from graphmem.stores import open_store
from graphmem.stores.contract import SCHEMA, History, commit
from graphmem.stores.sqlite_migrations import FORMAT
from graphmem.types import View

A_AND_B = View.of("a", "b")
# The third of twelve commits is tampered with, unless the change says otherwise.
TAMPERINGS = {
    "its message": ("UPDATE log SET message = 'x' WHERE seq = 3", "commit 3 "),
    "its author": ("UPDATE log SET author = 'mallory' WHERE seq = 3", "commit 3 "),
    "its time": ("UPDATE log SET at = '2020-01-01T00:00:00+00:00' WHERE seq = 3", "commit 3 "),
    "its id": ("UPDATE log SET id = 'other' WHERE seq = 3", "commit 3 "),
    "its namespace": ("UPDATE log SET namespace = 77 WHERE seq = 3", "after commit 2 comes 4"),
    "its changes": (
        "UPDATE log SET changes = (SELECT changes FROM log WHERE seq = 4) WHERE seq = 3",
        "commit 3 ",
    ),
    "its changes, to rubbish": (
        "UPDATE log SET changes = x'0102' WHERE seq = 3",
        "commit 3 (commit-3) cannot be read",
    ),
    "its hash": ("UPDATE log SET hash = x'00' WHERE seq = 3", "commit 3 "),
    "it is gone": ("DELETE FROM log WHERE seq = 3", "after commit 2 comes 4"),
    "the last is gone": ("DELETE FROM log WHERE seq = 12", "with commit 12, but with 11"),
    "two changed places": (
        "UPDATE log SET seq = -3 WHERE seq = 3; UPDATE log SET seq = 3 WHERE seq = 4; "
        "UPDATE log SET seq = 4 WHERE seq = -3",
        "commit 3 ",
    ),
    "one was added": (
        "INSERT INTO log SELECT 13, 'more', namespace, author, at, message, changes, touched, hash FROM log "
        "WHERE seq = 12",
        "commit 13 ",
    ),
    "its trail": ("DELETE FROM trail WHERE seq = 3", "not found by what they changed: 3 (commit-3)"),
}


def filled(path: Path) -> Path:
    with closing(open_store(f"sqlite:///{path}", SCHEMA)) as store:
        for made, vectors in History(5).steps(12):
            store.apply(made, vectors)
        assert store.check() == []
    return path


@pytest.mark.parametrize("what", TAMPERINGS)
def test_tampering_with_the_log_is_found(tmp_path: Path, what: str) -> None:
    statements, told = TAMPERINGS[what]
    path = filled(tmp_path / "store.db")
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(statements)
    with closing(open_store(f"sqlite:///{path}", SCHEMA)) as store:
        problems = store.check()
    assert any(told in problem for problem in problems), problems
    # One commit was touched: the chain blames it, or the one after it, and not the whole rest of the log.
    assert sum("is not what was written" in problem for problem in problems) <= 3


def test_tampering_with_a_servers_log_is_found(neo4j_stores: Neo4jStores) -> None:
    with closing(neo4j_stores.open("store", SCHEMA)) as store:
        for made, vectors in History(5).steps(6):
            store.apply(made, vectors)
        for query, told in (
            ("MATCH (c:{x}Commit {seq: 3}) SET c.message = 'x'", "commit 3 "),
            ("MATCH (c:{x}Commit {seq: 4})-[r:CHANGED]->() DELETE r", "4 (commit-4)"),
            ("MATCH (c:{x}Commit {seq: 6}) DETACH DELETE c", "with commit 6, but with 5"),
            ("MATCH (c:{x}Commit {seq: 2}) DETACH DELETE c", "after commit 1 comes 3"),
        ):
            assert not any(told in problem for problem in store.check())
            neo4j_stores.run(query)
            assert any(told in problem for problem in store.check())


def test_an_older_store_gets_its_chain_when_it_is_opened(tmp_path: Path) -> None:
    """Format 1 had none: the migration computes it, and what is written next goes on from there."""
    path = filled(tmp_path / "store.db")
    with closing(sqlite3.connect(path)) as connection:
        whole = connection.execute("SELECT seq, hash FROM log ORDER BY seq").fetchall()
        connection.executescript(
            "ALTER TABLE log DROP COLUMN hash; DELETE FROM meta WHERE name = 'chain'; DROP TABLE token;"
            "PRAGMA user_version = 1"
        )
    with closing(open_store(f"sqlite:///{path}", SCHEMA)) as store:
        assert store.info().format == FORMAT and store.check() == []
        assert store.apply(commit("more")).seq == 13 and store.check() == []
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT seq, hash FROM log ORDER BY seq LIMIT 12").fetchall() == whole


def test_an_older_server_gets_its_chain_when_it_is_opened(neo4j_stores: Neo4jStores) -> None:
    with closing(neo4j_stores.open("store", SCHEMA)) as store:
        for made, vectors in History(5).steps(6):
            store.apply(made, vectors)
    hashes = "MATCH (c:{x}Commit) RETURN c.seq, c._hash ORDER BY c.seq"
    whole = [tuple(row) for row in neo4j_stores.run(hashes)]
    neo4j_stores.run("MATCH (c:{x}Commit) REMOVE c._hash")
    neo4j_stores.run("MATCH (m:{x}Meta) REMOVE m._hash SET m.format = 1")
    with closing(neo4j_stores.open("store", SCHEMA)) as store:
        assert store.info().format == 2 and store.check() == []
        assert [tuple(row) for row in neo4j_stores.run(hashes)] == whole
        assert store.apply(commit("more")).seq == 7 and store.check() == []


def test_a_copy_has_a_chain_of_its_own(tmp_path: Path) -> None:
    """Of one namespace of two: the commits are equal, their places and so their hashes are others."""
    path = filled(tmp_path / "store.db")
    target = tmp_path / "target.db"
    with (
        closing(open_store(f"sqlite:///{path}", SCHEMA)) as store,
        closing(open_store(f"sqlite:///{target}", SCHEMA)) as other,
    ):
        copy(store, other, namespaces=["b"])
        assert other.check() == []
        ours, theirs = (
            [(one.id, one.changes) for one in each.commits(View.of("b"))] for each in (store, other)
        )
        assert ours == theirs and other.head() < store.head()
