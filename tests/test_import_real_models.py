"""The exports that other tests are written with are what the libraries really write; each where installed."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

import foreign
import pytest
from test_import_memories import bring, facts

from graphmem import Memory
from graphmem.types import Document

# Other people's packages warn as they are imported.
pytestmark = pytest.mark.filterwarnings("ignore")


def module(name: str) -> Any:
    return pytest.importorskip(name, reason=f"{name} is not installed")


def kept(model: Any, written: Any) -> None:
    """Check that a model takes what was written, and would write it so again, field by field."""
    again = json.loads(json.dumps(model.model_validate(written).model_dump(mode="json"), default=str))
    assert again.keys() == written.keys(), f"{model.__name__}: {again.keys() ^ written.keys()}"


def test_items_that_an_in_memory_store_of_langgraph_holds_come_in(memory: Memory) -> None:
    store = module("langgraph.store.memory").InMemoryStore()
    for one in foreign.LANGGRAPH:
        store.put(tuple(one["namespace"]), one["key"], one["value"])
    items = [item.dict() for item in store.search(())]
    assert [item.keys() - {"score"} for item in items] == [one.keys() for one in foreign.LANGGRAPH]
    report = bring(memory, items)
    assert report.errors == [] and report.added == len(items)
    assert {"Alice loves Oslo", "Bob lives in Rome", "Bob works for Acme"} <= facts(memory).keys()
    made = {one.uri: one.written_at for one in memory.documents() if isinstance(one, Document)}
    assert made == {
        f"dump.json#{'/'.join(one.namespace)}/{one.key}": one.created_at for one in store.search(())
    }


def test_langmem_keeps_memories_as_the_importer_reads_them() -> None:
    extraction = module("langmem.knowledge.extraction")
    written = foreign.LANGGRAPH[1]["value"]
    kept(extraction.Memory, written["content"])
    assert extraction.Memory.__name__ == written["kind"]


def test_mem0_writes_memories_so() -> None:
    item = module("mem0.configs.base").MemoryItem
    promoted = {"user_id", "agent_id", "run_id", "actor_id", "role", "expiration_date"}
    for one in foreign.MEM0["results"]:
        again = item.model_validate(one).model_dump(exclude={"score"})
        assert again.keys() == one.keys() - promoted


def test_graphiti_writes_search_results_so() -> None:
    search = module("graphiti_core.search.search_config")
    nodes, edges = module("graphiti_core.nodes"), module("graphiti_core.edges")
    kept(search.SearchResults, foreign.GRAPHITI)
    for model, name in (
        (nodes.EpisodicNode, "episodes"),
        (nodes.EntityNode, "nodes"),
        (edges.EntityEdge, "edges"),
    ):
        for one in foreign.GRAPHITI[name]:
            kept(model, one)


def test_what_graphiti_models_write_comes_in(memory: Memory) -> None:
    nodes, edges = module("graphiti_core.nodes"), module("graphiti_core.edges")
    at = datetime(2024, 5, 3, tzinfo=timezone.utc)
    ann, beta = (nodes.EntityNode(name=name, group_id="g", labels=["Entity"]) for name in ("Ann", "Beta"))
    edge = edges.EntityEdge(
        group_id="g",
        source_node_uuid=ann.uuid,
        target_node_uuid=beta.uuid,
        created_at=at,
        name="WORKS_FOR",
        fact="Ann works for Beta.",
        valid_at=at,
    )
    bring(
        memory,
        {
            "nodes": [one.model_dump(mode="json") for one in (ann, beta)],
            "edges": [edge.model_dump(mode="json")],
        },
    )
    when = facts(memory)["Ann works for Beta"].when
    assert when is not None and when.begin == at


def test_neo4j_agent_memory_writes_its_models_so() -> None:
    short = module("neo4j_agent_memory.memory.short_term")
    long = module("neo4j_agent_memory.memory.long_term")
    package = module("neo4j_agent_memory")
    models = {
        "conversations": short.Conversation,
        "entities": long.Entity,
        "relationships": long.Relationship,
        "facts": long.Fact,
        "preferences": long.Preference,
    }
    for name, model in models.items():
        for one in foreign.AGENT_MEMORY[name]:
            assert model.model_validate(one).model_dump(mode="json").keys() >= one.keys() - {"aliases"}
    kept(package.MemoryGraph, foreign.AGENT_MEMORY_GRAPH)
