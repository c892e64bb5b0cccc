"""A LangGraph store: items are recalled by what they say, kept apart, undone, and true after a restart."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from conftest import opened, put, records

from graphmem import InputError, Memory, QueryError

pytest.importorskip("langgraph")

from langgraph.store.base import InvalidNamespaceError, PutOp, SearchOp

from graphmem.langgraph import GraphMemStore

ANN, BOB = ("users", "ann"), ("users", "bob")


@pytest.fixture
def store(memory: Memory) -> GraphMemStore:
    return GraphMemStore(memory, pipeline=None)


def test_a_question_finds_what_items_say_best_first(store: GraphMemStore) -> None:
    store.put(ANN, "tea", {"text": "Ada Byron drinks green tea in the morning.", "kind": "taste"})
    store.put(ANN, "ash", {"text": "Ada Byron planted an ash in Bergen.", "kind": "deed"})
    store.put(ANN, "mute", {"text": "Ada Byron planted an oak in Bergen."}, index=False)
    found = store.search(ANN, query="Who planted the ash in Bergen?")
    assert [item.key for item in found] == ["ash", "tea", "mute"]
    assert found[0].score is not None and 0 < found[0].score <= 1
    assert found[0].score >= (found[1].score or 0)
    assert found[2].score is None
    [only] = store.search(ANN, query="Who planted the ash in Bergen?", filter={"kind": "taste"})
    assert only.key == "tea"
    assert [item.key for item in store.search(ANN, query="ash", limit=1, offset=1)] == [found[1].key]


def test_only_the_fields_that_are_named_are_read(memory: Memory) -> None:
    store = GraphMemStore(memory, fields=["notes[*].text"], pipeline=None)
    store.put(ANN, "a", {"notes": [{"text": "The ash fell."}, {"text": "It was old."}], "secret": "Zanzibar"})
    store.put(ANN, "b", {"secret": "Zanzibar", "tip": "The oak stands."}, index=["tip"])
    texts = {
        record.body["text"] for record in records(store.memory(ANN)).values() if record.kind == "passage"
    }
    assert texts == {"The ash fell.", "It was old.", "The oak stands."}


def test_same_words_in_two_items_are_two_answers(store: GraphMemStore) -> None:
    for namespace in (ANN, BOB):
        store.put(namespace, "tea", {"text": "Green tea is best."})
    found = store.search(("users",), query="Which tea is best?")
    assert {(item.namespace, item.score is not None) for item in found} == {(ANN, True), (BOB, True)}


def test_users_are_kept_apart(store: GraphMemStore) -> None:
    store.put(ANN, "a", {"text": "Ann's door opens with 4711."})
    store.put(BOB, "b", {"text": "Bob has a cat."})
    assert [item.key for item in store.search(BOB, query="Whose door opens with 4711?")] == ["b"]
    assert store.memory(BOB).recall("4711").hits[0].document.uri == "item:b"
    assert store.memory(BOB).namespace == "default.users.bob"


def test_other_documents_of_the_store_are_no_items(store: GraphMemStore, memory: Memory) -> None:
    put(memory, {"a.txt": "The ash fell."})
    put(store.memory(ANN), {"b.txt": "The ash fell in May.", "c.txt": "The ash fell in June."})
    assert store.list_namespaces() == []
    store.put(ANN, "k", {"text": "The ash is old."})
    assert [item.key for item in store.search((), query="When did the ash fall?", limit=1)] == ["k"]
    assert store.list_namespaces() == [ANN]


def test_writes_are_commits_that_can_be_undone(store: GraphMemStore) -> None:
    store.put(ANN, "a", {"text": "Ada lives in Oslo."})
    first = store.get(ANN, "a")
    store.put(ANN, "a", {"text": "Ada lives in Bergen."})
    store.delete(ANN, "a")
    store.delete(ANN, "a")
    history = list(store.memory(ANN).history(newest_first=True))
    assert len(history) == 3
    for commit in history[:2]:
        store.memory(ANN).undo(commit.id)
    assert store.get(ANN, "a") == first


def test_a_batch_writes_all_or_nothing_of_what_cannot_be_kept(store: GraphMemStore, memory: Memory) -> None:
    with pytest.raises(InputError, match="the metadata of 'b' in .*users.* cannot be kept"):
        store.batch([PutOp(ANN, "a", {"n": 1}), PutOp(ANN, "b", {"n": {1}})])
    with pytest.raises(InvalidNamespaceError, match="at least one label"):
        store.batch([PutOp(ANN, "a", {"n": 1}), PutOp((), "b", {"n": 1})])
    assert memory.store.info().commits == 0


def test_clear_errors(store: GraphMemStore) -> None:
    store.put(ANN, "a", {"n": 1})
    with pytest.raises(QueryError, match=r"'\$near' is no comparison: use \$eq, \$ne, \$gt"):
        store.search(ANN, filter={"n": {"$near": 1}})
    with pytest.raises(QueryError, match="neither can be negative"):
        store.batch([SearchOp(ANN, limit=-1)])
    with pytest.raises(NotImplementedError, match="TTL"):
        store.put(ANN, "a", {"n": 1}, ttl=5)


def test_a_namespace_with_a_long_name_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path, namespace="n" * 39) as memory, pytest.raises(InputError, match="38 characters"):
        GraphMemStore(memory)
    with opened(tmp_path, namespace="n" * 38) as memory:
        store = GraphMemStore(memory, pipeline=None)
        store.put(("a b",), "k", {"n": 1})
        assert store.list_namespaces() == [("a b",)]


def test_items_outlive_the_process(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/items.db"
    with GraphMemStore.from_conn_string(url, pipeline=None) as store:
        store.put(("Ænder", "a b"), "k", {"n": [1, None, {"x": "y"}]}, index=False)
        before = store.get(("Ænder", "a b"), "k")
    with GraphMemStore.from_conn_string(url, pipeline=None) as store:
        assert store.get(("Ænder", "a b"), "k") == before
        assert store.search(("Ænder",)) != []


def test_two_writers_of_one_key_leave_one_item_whole(tmp_path: Path) -> None:
    def write(name: int) -> None:
        with opened(tmp_path) as memory:
            store = GraphMemStore(memory, pipeline=None)
            for n in range(5):
                store.put(ANN, "k", {"by": name, "n": n})

    opened(tmp_path).close()
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(write, range(3)))
    with opened(tmp_path) as memory:
        store = GraphMemStore(memory, pipeline=None)
        [item] = store.search(ANN)
        assert item.value["n"] == 4
        versions = [
            change.after.body["metadata"]
            for commit in store.memory(ANN).history()
            for change in commit.changes
            if change.after and change.after.kind == "document"
        ]
        assert len(versions) == 15
        assert {one["created_at"] for one in versions} == {item.created_at.isoformat()}


def test_the_event_loop_goes_on_while_it_works(store: GraphMemStore) -> None:
    async def life() -> None:
        await store.aput(ANN, "a", {"text": "The ash fell."})
        await asyncio.gather(*(store.aput(ANN, f"k{n}", {"n": n}) for n in range(5)))
        assert len(await store.asearch(ANN, query="ash")) == 6
        item = await store.aget(ANN, "a")
        assert item and item.value == {"text": "The ash fell."}
        await store.adelete(ANN, "a")
        assert await store.alist_namespaces() == [ANN]
        assert await store.aget(ANN, "a") is None

    asyncio.run(life())
