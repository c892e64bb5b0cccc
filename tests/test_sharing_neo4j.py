"""Sharing and trust on a Neo4j server: the same promises as on a file."""

from __future__ import annotations

import pytest
from conftest import put
from neo4j_stores import Neo4jStores
from test_sharing import ANN, QUESTION, TEAM

from graphmem import Memory
from graphmem.errors import NotOwned, NotShared
from graphmem.projection import SCHEMA
from graphmem.testing import HashEmbedder


def test_neo4j_tells_the_same(neo4j_stores: Neo4jStores) -> None:
    def memory(namespace: str, *also: str) -> Memory:
        store = neo4j_stores.open("sharing", SCHEMA)
        return Memory(store, namespace=namespace, embedder=HashEmbedder(), also=also)

    with memory("team") as team, memory("ann", "team") as ann:
        put(ann, ANN, pipeline="english")
        put(team, TEAM, pipeline="english")
        with pytest.raises(NotShared):
            ann.recall(QUESTION)
        team.share("ann")
        ann.trust("namespace:team", "unsure")
        found = ann.recall(QUESTION)
        assert (found[0].document.uri, found[0].parts["trust"]) == ("team.md", 0.7)
        assert {one.namespace for one in ann.facts(ann.find("Ada Byron"))} == {"ann", "team"}  # type: ignore[arg-type]
        with pytest.raises(NotOwned):
            ann.forget("team.md")
        assert team.store.check() == []
        team.unshare("ann")
        with pytest.raises(NotShared):
            ann.recall(QUESTION)
