"""The server for agents on a Neo4j server: the same answers as on a file, to several clients at once."""

from __future__ import annotations

import asyncio

import pytest

pytest.importorskip("mcp_types", reason="needs graphmem[mcp]")

from mcp import Client as Caller
from mcp_servers import told
from neo4j_stores import Neo4jStores

from graphmem import Memory
from graphmem.mcp.clients import Client
from graphmem.mcp.desk import Desk
from graphmem.mcp.server import server_of
from graphmem.projection import SCHEMA
from graphmem.testing import HashEmbedder

BIRDS = {"ann": "tern", "ben": "heron", "cy": "gull"}


def test_clients_remember_recall_forget_and_undo_at_once(neo4j_stores: Neo4jStores) -> None:
    with Memory(neo4j_stores.open("mcp", SCHEMA), embedder=HashEmbedder()) as memory:

        async def walk(name: str) -> str:
            desk = Desk(memory.store, memory.embedder, Client(name, name), "none")
            async with Caller(server_of(desk)) as caller:
                made = await told(caller, "remember", text=f"The {BIRDS[name]} of Bear Island sleeps.")
                for bird in BIRDS.values():
                    hits = (await told(caller, "recall", question=f"Where does the {bird} sleep?"))["hits"]
                    assert [hit["source"] for hit in hits] == [made["source"]]
                plan = await told(caller, "forget", document=made["source"])
                gone = await told(caller, "forget", document=made["source"], confirm=plan["confirm"])
                assert (await told(caller, "recall", question="Bear Island"))["hits"] == []
                await told(caller, "undo", commit=gone["commit"])
                commits = (await told(caller, "history"))["commits"]
                assert [one["author"] for one in commits] == [f"mcp:{name}"] * 3
                return str(made["document"])

        async def all_at_once() -> list[str]:
            return await asyncio.gather(*map(walk, BIRDS))

        documents = asyncio.run(all_at_once())
        for name, document in zip(BIRDS, documents, strict=True):
            own = Memory(memory.store, namespace=name, embedder=memory.embedder)
            assert [one.id for one in own.documents()] == [document]
        assert memory.verify() == ()
