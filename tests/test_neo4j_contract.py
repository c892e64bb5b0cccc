"""The Neo4j store keeps the contract, on each server version that is supported."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from neo4j_stores import Neo4jStores

from graphmem.stores.base import Store
from graphmem.testing import StoreContract
from graphmem.types import Schema


class TestNeo4jStore(StoreContract):
    stores: Neo4jStores

    @pytest.fixture(autouse=True)
    def _stores(self, neo4j_stores: Neo4jStores) -> None:
        self.stores = neo4j_stores

    def open(self, directory: Path, schema: Schema, name: str) -> Store:
        return self.stores.open((directory, name), schema)


class TestNeo4jStoreOnOldestServer(StoreContract):
    stores: Neo4jStores

    @pytest.fixture(autouse=True)
    def _stores(self, neo4j_lts_stores: Neo4jStores) -> Iterator[None]:
        self.stores = neo4j_lts_stores
        yield

    def open(self, directory: Path, schema: Schema, name: str) -> Store:
        return self.stores.open((directory, name), schema)
