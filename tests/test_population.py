"""The large memories that benchmarks are run on: read once, then copied under other names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import library, population
from benchmarks.datasets import Item, corpus
from benchmarks.multihop import SETS
from graphmem import schema
from graphmem.embedding import SentenceEncoder
from graphmem.memory import Memory

PASSAGES = {
    "Tern buoy": "The Tern buoy was designed by Ingrid Solvang. It drifted for a year.",
    "Ingrid Solvang": "Ingrid Solvang was born in Halden. Her father kept the light of Halden.",
    "Halden": "Halden is a town in Norway. It has a fortress.",
    "Rye bread": "Rye bread needs a sour dough. It keeps for a week.",
}
LONG = " ".join(f"The keeper of Halden wrote in book {n} that the sea was grey." for n in range(120))
SENTENCES = 40


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Corpora of more documents than are asked for, of which one passage is cut into several."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "multihop").mkdir()
    for number, (file, _) in enumerate(SETS.values()):
        rows = [{"title": f"{title} {number}", "text": text} for title, text in PASSAGES.items()]
        rows += [{"title": f"Log {number}-{k}", "text": LONG if k < 2 else "It rained."} for k in range(25)]
        (folder / "multihop" / file).write_text(json.dumps(rows), "utf-8")
    return folder


def items(data: Path) -> list[Item]:
    """The passages of all corpora."""
    return [item for file, _ in SETS.values() for item in corpus(data / "multihop" / file)]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few passages are read, and few documents at once."""
    monkeypatch.setattr(population, "READ", 25)
    monkeypatch.setattr(library, "AT_ONCE", 1)


@pytest.mark.usefixtures("small")
def test_a_population_is_what_was_read_and_copies_of_it_with_a_tenant_beside(
    data: Path, tmp_path: Path
) -> None:
    first = population.lean_documents(population.read(f"sqlite:///{tmp_path}/read.db", data))
    assert all(records for records, _ in first)
    store, wanted = f"sqlite:///{tmp_path}/large.db", 3 * sum(len(vectors) for _, vectors in first)
    population.fill(store, first, items(data), wanted)
    assert population.sentences(store) >= wanted
    assert population.sentences(store, population.TENANTS) == wanted / 3
    with Memory.open(store, embedder=SentenceEncoder(), create=False) as memory:
        assert not memory.verify()
        found = {hit.document.uri.partition("/")[0] for hit in memory.recall("Who designed the buoy?", 10)}
        assert {"0", "1", "2"} <= found


@pytest.mark.usefixtures("small")
def test_a_library_grows_by_copies_and_is_left_as_it_is_when_it_is_large_enough(
    data: Path, tmp_path: Path
) -> None:
    store = f"sqlite:///{tmp_path}/library.db"
    library.fill(store, data, 150)
    with Memory.open(store, embedder=SentenceEncoder(), create=False) as memory:
        there = memory.store.count(memory.view, schema.PASSAGE)
        assert there >= 150
        assert any(document.uri.startswith("1/") for document in memory.documents())
        assert not memory.verify()
    library.fill(store, data, 150)
    with Memory.open(store, embedder=SentenceEncoder(), create=False) as memory:
        assert memory.store.count(memory.view, schema.PASSAGE) == there
