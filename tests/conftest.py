"""What many tests need: memories on a file of their own, the real encoder, and all that a memory holds."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest
from neo4j_server import neo4j_lts_server, neo4j_server
from neo4j_stores import _neo4j_lts_pool, _neo4j_pool, neo4j_lts_stores, neo4j_stores

from graphmem import Memory
from graphmem.embedding import Embedder, SentenceEncoder
from graphmem.graph import KINDS
from graphmem.ingest import ingest_sources
from graphmem.ingest.pipeline import Report
from graphmem.ingest.sources import Source
from graphmem.testing import HashEmbedder
from graphmem.types import Record

FIXTURES = (  # pytest finds them by their names here
    neo4j_server,
    neo4j_lts_server,
    _neo4j_pool,
    _neo4j_lts_pool,
    neo4j_stores,
    neo4j_lts_stores,
)


@pytest.hookimpl(tryfirst=True)  # before xdist hands the groups out
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of several processes one has the tests that need a server, so that it starts once."""
    if config.pluginmanager.hasplugin("xdist"):
        for item in items:
            item.add_marker(pytest.mark.xdist_group(_group(item.path)))


@cache
def _group(file: Path) -> str:
    """The name of those tests that share a process with these."""
    return "neo4j" if "neo4j_" in file.read_text("utf-8") else file.name


def opened(
    folder: Path, name: str = "memory", *, namespace: str = "default", embedder: Embedder | None = None
) -> Memory:
    """A memory in a folder, without a model unless one is given."""
    return Memory.open(
        f"sqlite:///{folder}/{name}.db", namespace=namespace, embedder=embedder or HashEmbedder()
    )


def put(memory: Memory, documents: Mapping[str, str], pipeline: str | None = None) -> Report:
    """Ingest texts by the names of their files; by rules alone, which are quick, unless told otherwise.

    No keys are made of them: what tests promise of notes, of histories and of ranks is told apart.
    """
    sources = [Source(uri, Path(uri).suffix, data=text.encode()) for uri, text in documents.items()]
    return ingest_sources(memory, sources, pipeline=pipeline, keys=False)


def records(memory: Memory) -> dict[str, Record]:
    """Every record of the memory's namespace by id, entities included."""
    return {record.id: record for kind in KINDS for record in memory.store.scan(memory.view, kind)}


def state(memory: Memory) -> tuple[dict[str, Record], dict[str, bytes]]:
    """All records, and all vectors with their tokens: what two memories must share to be equal."""
    found = records(memory)
    vectors = memory.store.vectors(memory.view, sorted(found))
    tokens = memory.store.tokens(memory.view, sorted(found))
    return found, {
        id: vector.tobytes() + (tokens[id].tobytes() if id in tokens else b"")
        for id, vector in vectors.items()
    }


@pytest.fixture(autouse=True)
def _own_main() -> Iterator[None]:
    """Processes that a test starts load the main module: AppTest leaves the script of a page in its place."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    """An empty memory that needs no model."""
    with opened(tmp_path) as memory:
        yield memory


@pytest.fixture(scope="session")
def encoder() -> SentenceEncoder:
    """The encoder that users get, loaded once."""
    return SentenceEncoder()
