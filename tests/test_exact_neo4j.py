"""Quotes and familiar texts on a Neo4j server: the same as on a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import opened, put
from neo4j_stores import Neo4jStores
from test_exact import QUOTES, TEXTS

from graphmem import Memory
from graphmem.projection import SCHEMA
from graphmem.testing import HashEmbedder


def test_neo4j_finds_the_same(neo4j_stores: Neo4jStores, tmp_path: Path) -> None:
    store = neo4j_stores.open("exact", SCHEMA)
    with opened(tmp_path) as file, Memory(store, namespace="default", embedder=HashEmbedder()) as server:
        put(file, TEXTS)
        put(server, TEXTS)
        for quote in QUOTES:
            assert server.exact(quote) == file.exact(quote)
            assert server.exact(quote, words=True) == file.exact(quote, words=True)
            ours, theirs = file.familiar(quote), server.familiar(quote)
            assert (ours.known, ours.meant) == pytest.approx((theirs.known, theirs.meant))
