"""The LangChain retriever: what every retriever does, with documents that say where they come from."""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
from dataclasses import replace

import pytest
from conftest import put
from hypothesis import given
from hypothesis import strategies as st

from graphmem import Memory, MissingExtra, QueryError
from graphmem.ranking import Query, Ranking
from graphmem.types import View

pytest.importorskip("langchain_core")

from langchain_core.documents import Document
from langchain_core.runnables import RunnableLambda

from graphmem.langchain import GraphMemRetriever

ASH = "# Ash\n\nAda Byron planted the ash in Bergen.\n"
CHAT = "[2023-05-08 13:56] Ada Byron: I go to London.\n[2023-05-09 08:00] Charles: Bring the notes.\n"
QUESTION = "Who planted the ash in Bergen?"


@pytest.fixture
def retriever(memory: Memory) -> GraphMemRetriever:
    put(memory, {"ash.md": ASH, "chat.txt": CHAT})
    return GraphMemRetriever(memory=memory, k=2)


def test_invoke_gives_the_hits_of_recall(retriever: GraphMemRetriever) -> None:
    found = retriever.invoke(QUESTION)
    hits = retriever.memory.recall(QUESTION, 2)
    assert all(isinstance(document, Document) for document in found)
    assert [d.page_content for d in found] == [hit.passage.text for hit in hits]
    assert [d.id for d in found] == [hit.passage.id for hit in hits]
    assert [d.metadata["score"] for d in found] == [hit.score for hit in hits]


def test_ainvoke_gives_the_same(retriever: GraphMemRetriever) -> None:
    assert asyncio.run(retriever.ainvoke(QUESTION)) == retriever.invoke(QUESTION)


def test_batch_and_abatch_give_the_same_in_order(retriever: GraphMemRetriever) -> None:
    questions = [QUESTION, "Who goes to London?", "Who brings the notes?"] * 4
    expected = [retriever.invoke(question) for question in questions]
    assert retriever.batch(questions) == expected
    assert asyncio.run(retriever.abatch(questions)) == expected
    assert list(retriever.stream(QUESTION)) == [expected[0]]


def test_metadata_is_json_and_says_where_and_why(retriever: GraphMemRetriever) -> None:
    for document in retriever.invoke(QUESTION, k=10):
        assert json.loads(json.dumps(document.metadata)) == document.metadata
        source = {"ash.md": ASH, "chat.txt": CHAT}[document.metadata["source"]]
        assert document.page_content in source
        assert document.metadata["evidence"] in document.page_content
        assert 0 <= document.metadata["score"] <= 1
        assert {"walk", "cosine", "bm25"} <= document.metadata["parts"].keys()
        assert document.metadata["path"][0] == {"kind": "question", "text": QUESTION, "weight": 1.0}
    (turn,) = (d for d in retriever.invoke("Who goes to London?", k=10) if "London" in d.page_content)
    assert (turn.metadata["speaker"], turn.metadata["at"][:16]) == ("Ada Byron", "2023-05-08T13:56")


@given(st.integers(0, 9))
def test_a_reader_finds_the_best_at_both_ends(many: int) -> None:
    hits = tuple(range(many))
    order = replace(Ranking(Query("q", View.of("n")), ()), hits=hits).for_reader()  # type: ignore[arg-type]
    assert sorted(order) == list(hits)  # type: ignore[type-var]
    depth = [min(place, many - 1 - place) for place in range(many)]
    ranks = sorted(range(many), key=lambda place: (depth[place], place))
    assert [order[place] for place in ranks] == list(hits)


def test_the_retriever_gives_the_order_of_a_reader(retriever: GraphMemRetriever) -> None:
    best = GraphMemRetriever(memory=retriever.memory, k=3).invoke(QUESTION)
    read = GraphMemRetriever(memory=retriever.memory, k=3, order="reader").invoke(QUESTION)
    assert read == [best[0], best[2], best[1]]


@pytest.mark.parametrize("k", [1, 2, 3])
def test_k_of_the_retriever_and_of_a_call(retriever: GraphMemRetriever, k: int) -> None:
    assert len(GraphMemRetriever(memory=retriever.memory, k=k).invoke(QUESTION)) == k
    assert len(retriever.invoke(QUESTION, k=k)) == k
    assert len(retriever.invoke(QUESTION)) == 2


def test_k_below_one_is_refused(retriever: GraphMemRetriever) -> None:
    with pytest.raises(ValueError, match="greater than or equal to 1"):
        GraphMemRetriever(memory=retriever.memory, k=0)


def test_it_stands_in_a_chain(retriever: GraphMemRetriever) -> None:
    chain = retriever | RunnableLambda(lambda found: found[0].metadata["source"])
    assert chain.invoke(QUESTION) == "ash.md"


def test_errors_of_recall_pass_through(retriever: GraphMemRetriever) -> None:
    with pytest.raises(QueryError):
        retriever.invoke(" ")


def test_an_empty_memory_gives_no_documents(memory: Memory) -> None:
    assert GraphMemRetriever(memory=memory).invoke(QUESTION) == []


def test_without_the_package_the_exact_command_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "graphmem.langchain")
    monkeypatch.setitem(sys.modules, "langchain_core.documents", None)
    with pytest.raises(MissingExtra, match=r"pip install 'graphmem\[langchain\]'"):
        importlib.import_module("graphmem.langchain")
