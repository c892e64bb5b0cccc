"""Documents of LangChain's loaders: read like any source, and their metadata comes back with the hits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest
from conftest import put, records

from graphmem import InputError, Memory

pytest.importorskip("langchain_core")

from langchain_core.document_loaders import BaseLoader
from langchain_core.documents import Document

from graphmem.langchain import GraphMemRetriever, ingest_documents

PAGES = [
    Document("Ada Byron planted the ash in Bergen.", metadata={"source": "trees.pdf", "page": 0}),
    Document("Charles felled the oak.\n\nNobody saw it.", metadata={"source": "trees.pdf", "page": 1}),
    Document("# Elm\n\nThe elm stands in Oslo.", metadata={"source": "elm.md", "tags": ["tree"]}),
]
QUESTION = "Who planted the ash in Bergen?"


class Loader(BaseLoader):
    def lazy_load(self) -> Iterator[Document]:
        yield from PAGES


def test_a_loader_is_read_and_its_metadata_comes_back(memory: Memory) -> None:
    report = ingest_documents(memory, Loader(), pipeline=None)
    assert (report.added, report.failed) == (3, 0)
    (oak,) = GraphMemRetriever(memory=memory, k=1).invoke("Who felled the oak?")
    assert (oak.metadata["source"], oak.metadata["page"]) == ("trees.pdf#2", 1)
    (elm,) = GraphMemRetriever(memory=memory, k=1).invoke("Where does the elm stand?")
    assert (elm.metadata["heading"], elm.metadata["tags"]) == ("Elm", ["tree"])


def test_the_same_again_changes_nothing_and_other_metadata_does(memory: Memory) -> None:
    ingest_documents(memory, PAGES, pipeline=None)
    before = records(memory)
    assert ingest_documents(memory, PAGES, pipeline=None).unchanged == 3
    assert records(memory) == before
    other = [*PAGES[:2], Document(PAGES[2].page_content, metadata={"source": "elm.md"})]
    report = ingest_documents(memory, other, pipeline=None)
    assert (report.unchanged, report.replaced) == (2, 1)
    memory.forget("trees.pdf*")
    assert [document.uri for document in memory.documents()] == ["elm.md"]


def test_an_id_is_a_name_too_and_without_any_it_is_refused(memory: Memory) -> None:
    ingest_documents(memory, [Document("Ada sings.", id="7")], pipeline=None)
    assert memory.document("7")
    with pytest.raises(InputError, match="neither an id nor a source"):
        ingest_documents(memory, [Document("Ada sings.")])
    with pytest.raises(InputError, match="the metadata of x cannot be kept"):
        ingest_documents(memory, [Document("Ada sings.", metadata={"source": "x", "of": {1}})])


def test_a_file_is_read_by_a_real_splitter(memory: Memory, tmp_path: Path) -> None:
    splitters = pytest.importorskip("langchain_text_splitters")
    whole = Document("Ada planted the ash. " * 40, metadata={"source": "long.txt"})
    cut = splitters.RecursiveCharacterTextSplitter(chunk_size=200).split_documents([whole])
    assert ingest_documents(memory, cut, pipeline=None).added == len(cut) > 3


def test_filters_of_the_retriever_find_what_fits_however_deep(memory: Memory) -> None:
    many = [
        Document(f"Ada planted the ash number {n} in Bergen.", metadata={"source": f"{n}", "odd": n % 2 == 1})
        for n in range(40)
    ]
    ingest_documents(memory, many, pipeline=None)
    retriever = GraphMemRetriever(memory=memory, k=15, filter={"odd": True})
    found = retriever.invoke(QUESTION)
    assert len(found) == 15
    assert all(document.metadata["odd"] for document in found)
    late = retriever.invoke(QUESTION, filter=lambda document: int(document.metadata["source"]) > 36)
    assert {document.metadata["source"] for document in late} == {"37", "38", "39"}
    assert retriever.invoke(QUESTION, filter={"absent": None}) == []


def test_as_of_and_how_sure_it_must_be(memory: Memory) -> None:
    put(memory, {"chat.txt": "[2023-05-08 13:56] Ada Byron: I go to London.\n[2023-05-08 13:57] Bob: Go.\n"})
    retriever = GraphMemRetriever(memory=memory, as_of=datetime(2023, 1, 1, tzinfo=timezone.utc))
    question = "Who goes to London?"
    assert retriever.invoke(question) == []
    later = datetime(2024, 1, 1, tzinfo=timezone.utc)
    assert len(retriever.invoke(question, as_of=later)) == 2
    sure = memory.recall(question).confidence
    assert retriever.invoke(question, as_of=later, at_least=min(sure + 0.01, 1.0)) == []
    assert len(retriever.invoke(question, as_of=later, at_least=sure - 0.01)) == 2
