"""Stores on one Neo4j server for many tests: emptied and used again, since indexes and plans take seconds."""

from __future__ import annotations

import secrets
from collections.abc import Hashable, Iterator
from typing import Any

import neo4j
import pytest
from neo4j_server import ExternalServer, Neo4jServer

from graphmem.stores.neo4j import Neo4jStore
from graphmem.types import Schema


class Neo4jStores:
    """Empty stores by name, each under a label of its own; ``give_back`` empties those that were used."""

    def __init__(self, server: Neo4jServer | ExternalServer) -> None:
        self._server = server
        # Of this run alone, so that a server of the user's own keeps what it has.
        self._prefix = f"Test{secrets.token_hex(4)}n"
        self._made = 0
        self._free: list[str] = []
        self._used: dict[Hashable, str] = {}

    def url(self, name: Hashable) -> str:
        """The address of the store of this name, with the password in it."""
        if name not in self._used:
            if not self._free:
                self._free.append(f"{self._prefix}{self._made}")
                self._made += 1
            self._used[name] = self._free.pop()
        scheme, _, host = self._server.url.partition("://")
        user = f"{self._server.user}:{self._server.password}"
        return f"{scheme}://{user}@{host}?store={self._used[name]}"

    def open(self, name: Hashable, schema: Schema, **options: Any) -> Neo4jStore:
        """The store of this name, made at first, the same one afterwards."""
        return Neo4jStore(self.url(name), schema, **options)

    def run(self, query: str, **parameters: Any) -> list[Any]:
        """Rows of a query of a test's own; ``{x}`` is the label of the only store in use."""
        if "{x}" in query:
            (label,) = self._used.values()
            query = query.replace("{x}", label)
        return [row.values() for row in self._execute(query, **parameters)]

    def label(self, name: Hashable) -> str:
        """The label of the store of this name."""
        return self._used[name]

    def driver(self) -> neo4j.Driver:
        """A driver of a test's own."""
        auth = (self._server.user, self._server.password)
        return neo4j.GraphDatabase.driver(
            self._server.url, auth=auth, notifications_min_severity="OFF", telemetry_disabled=True
        )

    def _execute(self, query: str, **parameters: Any) -> list[neo4j.Record]:
        with self.driver() as driver:
            return driver.execute_query(query, parameters).records

    def give_back(self) -> None:
        """Empty the stores in use; their indexes and constraints stay."""
        for label in self._used.values():
            self._execute(f"MATCH (n:{label}|{label}Commit|{label}Namespace) DETACH DELETE n")
            self._execute(f"MATCH (m:{label}Meta) SET m.seq = 0, m.encoder = null, m.dimension = null")
            self._execute(f"MATCH (k:{label}Keys) SET k.last = 0")
            self._free.append(label)
        self._used.clear()


@pytest.fixture(scope="session")
def _neo4j_pool(neo4j_server: Neo4jServer | ExternalServer) -> Neo4jStores:
    return Neo4jStores(neo4j_server)


@pytest.fixture(scope="session")
def _neo4j_lts_pool(neo4j_lts_server: Neo4jServer) -> Neo4jStores:
    return Neo4jStores(neo4j_lts_server)


@pytest.fixture
def neo4j_stores(_neo4j_pool: Neo4jStores) -> Iterator[Neo4jStores]:
    """Stores on the server that most tests share, empty again for the next test."""
    yield _neo4j_pool
    _neo4j_pool.give_back()


@pytest.fixture
def neo4j_lts_stores(_neo4j_lts_pool: Neo4jStores) -> Iterator[Neo4jStores]:
    """Stores on a server of the version with long support."""
    yield _neo4j_lts_pool
    _neo4j_lts_pool.give_back()
