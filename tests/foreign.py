"""Exports of other memories, written by hand in just the shape in which their libraries write them."""

from __future__ import annotations

from typing import Any, Final

Json = dict[str, Any]

MEM0: Final[Json] = {
    "results": [
        {
            "id": "0f5b2c1e-6a6c-4e0b-9c53-000000000001",
            "memory": "I moved to Oslo last week.",
            "hash": "6a7c3f0e1d2b4c5a6978f0e1d2c3b4a5",
            "metadata": {"category": "home", "source": "chat"},
            "created_at": "2024-05-01T09:30:00.123456-07:00",
            "updated_at": None,
            "user_id": "alice",
        },
        {
            "id": "0f5b2c1e-6a6c-4e0b-9c53-000000000002",
            "memory": "Bob works for Acme.",
            "hash": "00c3f0e1d2b4c5a6978f0e1d2c3b4a5f",
            "metadata": None,
            "created_at": "2024-05-02T10:00:00+00:00",
            "updated_at": "2024-06-02T10:00:00+00:00",
            "user_id": "alice",
            "actor_id": "bob",
            "role": "user",
            "run_id": "trip",
        },
    ],
    "relations": [{"source": "bob", "relationship": "works_for", "target": "acme_corp"}],
}
"""``Memory.get_all(filters={"user_id": "alice"})`` of mem0ai 2.2, with the relations of its graph memory."""

_EPISODE: Final[Json] = {
    "uuid": "e-1",
    "name": "talk 7",
    "group_id": "main",
    "labels": [],
    "created_at": "2024-05-04T08:00:00Z",
    "source": "message",
    "source_description": "support chat",
    "content": "Ann Lee: I moved from Acme to Beta in 2023.\nBo: Welcome in Oslo!",
    "valid_at": "2024-05-03T12:00:00Z",
    "entity_edges": ["r-1", "r-2"],
    "episode_metadata": None,
}
_TEXT: Final[Json] = {
    **_EPISODE,
    "uuid": "e-2",
    "name": "Note on Beta",
    "source": "text",
    "content": "Beta is a company in Oslo.\n\nIt was founded by Cid Moe.",
    "entity_edges": [],
}


def _node(uuid: str, name: str, label: str, **more: Any) -> Json:
    node = {"uuid": uuid, "name": name, "group_id": "main", "labels": ["Entity", label]}
    node |= {"created_at": "2024-05-04T08:00:00Z", "name_embedding": None, "summary": "", "attributes": {}}
    return {**node, **more}


def _edge(uuid: str, source: str, name: str, target: str, fact: str, **more: Any) -> Json:
    edge = {"uuid": uuid, "group_id": "main", "source_node_uuid": source, "target_node_uuid": target}
    edge |= {"created_at": "2024-05-04T08:00:01Z", "name": name, "fact": fact, "fact_embedding": None}
    edge |= {"episodes": ["e-1"], "expired_at": None, "valid_at": None, "invalid_at": None}
    return {**edge, "reference_time": "2024-05-03T12:00:00Z", "attributes": {}, **more}


GRAPHITI: Final[Json] = {
    "edges": [
        _edge(
            *("r-1", "n-1", "WORKS_FOR", "n-2", "Ann Lee worked for Acme."),
            valid_at="2019-01-01T00:00:00Z",
            invalid_at="2023-01-01T00:00:00Z",
            expired_at="2024-05-04T08:00:02Z",
        ),
        _edge(
            *("r-2", "n-1", "WORKS_FOR", "n-3", "Ann Lee works for Beta since 2023."),
            valid_at="2023-01-01T00:00:00Z",
        ),
        _edge(
            *("r-3", "n-3", "LOCATED_IN", "n-4", "The firm is in the north."),
            episodes=["e-9"],
            expired_at="2024-06-01T00:00:00Z",
        ),
        _edge(*("r-4", "n-1", "KNOWS", "n-9", "Ann Lee knows somebody in Bergen."), episodes=[]),
    ],
    "edge_reranker_scores": [0.9, 0.8, 0.7, 0.6],
    "nodes": [
        _node("n-1", "Ann Lee", "Person", summary="Ann Lee is an engineer.", attributes={"age": 41}),
        _node("n-2", "Acme", "Organization"),
        _node("n-3", "Beta", "Organization"),
        _node("n-4", "Oslo", "Location"),
        _node("n-5", "Heron", "Bird"),
    ],
    "node_reranker_scores": [],
    "episodes": [_EPISODE, _TEXT],
    "episode_reranker_scores": [],
    "communities": [],
    "community_reranker_scores": [],
}
"""``SearchResults.model_dump(mode="json")`` of graphiti-core 0.31."""

LANGGRAPH: Final[list[Json]] = [
    {
        "namespace": ["memories", "alice"],
        "key": "7c1f",
        "value": {"content": "Alice loves Oslo."},
        "created_at": "2024-05-01T09:30:00+00:00",
        "updated_at": "2024-05-02T09:30:00+00:00",
    },
    {
        "namespace": ["memories", "alice"],
        "key": "8d2a",
        "value": {"kind": "Memory", "content": {"content": "Bob lives in Rome."}},
        "created_at": "2024-05-03T09:30:00+00:00",
        "updated_at": "2024-05-03T09:30:00+00:00",
    },
    {
        "namespace": ["memories", "alice"],
        "key": "9e3b",
        "value": {
            "kind": "Triple",
            "content": {"subject": "Bob", "predicate": "works_for", "object": "Acme", "context": None},
        },
        "created_at": "2024-05-04T09:30:00+00:00",
        "updated_at": "2024-05-04T09:30:00+00:00",
    },
    {
        "namespace": ["profiles"],
        "key": "Alice Moe",
        "value": {"food": "sushi", "home": {"city": "Oslo"}},
        "created_at": "2024-05-05T09:30:00+00:00",
        "updated_at": "2024-05-05T09:30:00+00:00",
    },
]
"""``[item.dict() for item in store.search(())]`` of langgraph 1.2, as langmem 0.0.30 fills a store."""


def _entity(id: str, name: str, type: str, **more: Any) -> Json:
    own = {"id": id, "name": name, "type": type, "created_at": "2024-05-01T09:00:00Z", "updated_at": None}
    return {**own, "embedding": None, "metadata": {}, "confidence": 1.0, "aliases": [], **more}


_A: Final = "3f2b8a50-0000-4000-8000-00000000000"
AGENT_MEMORY: Final[Json] = {
    "conversations": [
        {
            "id": f"{_A}1",
            "session_id": "user-123",
            "title": None,
            "messages": [
                {
                    "id": f"{_A}2",
                    "created_at": "2024-05-01T09:00:00Z",
                    "updated_at": None,
                    "embedding": None,
                    "metadata": {},
                    "role": "user",
                    "content": "I moved to Oslo.",
                    "conversation_id": f"{_A}1",
                    "tool_calls": None,
                },
                {
                    "id": f"{_A}3",
                    "created_at": "2024-05-01T09:00:05Z",
                    "updated_at": None,
                    "embedding": None,
                    "metadata": {},
                    "role": "assistant",
                    "content": "Welcome to Oslo!",
                    "conversation_id": f"{_A}1",
                    "tool_calls": None,
                },
            ],
            "created_at": "2024-05-01T08:59:00Z",
            "updated_at": None,
            "metadata": {},
        }
    ],
    "entities": [
        _entity(
            f"{_A}4", "Bob", "PERSON", canonical_name="Robert Moe", aliases=["Bobby"], description="A pilot."
        ),
        _entity(f"{_A}5", "Acme", "ORGANIZATION"),
    ],
    "relationships": [
        {
            "id": f"{_A}6",
            "created_at": "2024-05-01T09:00:00Z",
            "updated_at": None,
            "embedding": None,
            "metadata": {},
            "source_id": f"{_A}4",
            "target_id": f"{_A}5",
            "type": "WORKS_FOR",
            "description": "Robert Moe flies for Acme.",
            "confidence": 0.9,
            "valid_from": "2020-01-01T00:00:00Z",
            "valid_until": None,
            "attributes": {},
        }
    ],
    "facts": [
        {
            "id": f"{_A}7",
            "created_at": "2024-05-01T09:00:00Z",
            "updated_at": None,
            "embedding": None,
            "metadata": {},
            "subject": "Robert Moe",
            "predicate": "lives_in",
            "object": "Bergen",
            "confidence": 0.8,
            "source_id": None,
            "valid_from": "2021-03-01T00:00:00Z",
            "valid_until": "2023-03-01T00:00:00Z",
        }
    ],
    "preferences": [
        {
            "id": f"{_A}8",
            "created_at": "2024-05-02T09:00:00Z",
            "updated_at": None,
            "embedding": None,
            "metadata": {},
            "category": "food",
            "preference": "I love sushi",
            "context": "on Fridays",
            "confidence": 1.0,
            "linked_entities": [],
        }
    ],
}
"""The models of neo4j-agent-memory 0.8 as ``model_dump(mode="json")`` writes them, in a list of each kind."""

AGENT_MEMORY_GRAPH: Final[Json] = {
    "nodes": [
        {
            "id": "c-1",
            "labels": ["Conversation"],
            "properties": {"id": "c-1", "session_id": "user-123", "created_at": "2024-05-01T08:59:00+00:00"},
        },
        {
            "id": "m-1",
            "labels": ["Message"],
            "properties": {
                "id": "m-1",
                "role": "user",
                "content": "I moved to Oslo.",
                "timestamp": "2024-05-01T09:00:00.123456789+00:00",
                "metadata": "{}",
            },
        },
        *(
            {
                "id": id,
                "labels": ["Entity"],
                "properties": {"id": id, "name": name, "type": kind, "confidence": 1.0},
            }
            for id, name, kind in (
                ("n-1", "Robert Moe", "PERSON"),
                ("n-2", "Acme", "ORGANIZATION"),
                ("n-3", "Oslo", "LOCATION"),
            )
        ),
        {"id": "t-1", "labels": ["ReasoningTrace"], "properties": {"id": "t-1", "task": "find a flat"}},
    ],
    "relationships": [
        {"id": "c-1->m-1", "type": "HAS_MESSAGE", "from_node": "c-1", "to_node": "m-1", "properties": {}},
        {
            "id": "n-1->n-2",
            "type": "WORKS_FOR",
            "from_node": "n-1",
            "to_node": "n-2",
            "properties": {"id": "r-1", "confidence": 0.9, "evidence": ["Robert Moe flies for Acme."]},
        },
        *(
            {"id": f"{a}->{b}", "type": "NEAR", "from_node": a, "to_node": b, "properties": {"id": "r-2"}}
            for a, b in (("n-2", "n-3"), ("n-3", "n-2"))
        ),
    ],
    "metadata": {"memory_types": ["short_term", "long_term", "reasoning"], "session_id": None},
}
"""``json.dumps(graph.model_dump(), default=str)`` of ``client.get_graph()`` of neo4j-agent-memory 0.8."""
