"""Association: what a text brings to mind over the names in it, without a question, and not what is known."""

from __future__ import annotations

import pytest
from conftest import put

from graphmem import Memory, QueryError
from graphmem.agent import associate

TEXTS = {
    "tern.txt": "The Tern buoy was designed by Ingrid Solvang.",
    "ingrid.txt": "Ingrid Solvang was born in Vardø.",
    "vardo.txt": "Vardø is the easternmost town of Norway.",
    "oak.txt": "Oak is hard wood that ships are built of.",
}


@pytest.fixture
def sea(memory: Memory) -> Memory:
    put(memory, TEXTS)
    return memory


def test_the_second_hop_comes_without_a_question(sea: Memory) -> None:
    (first,) = associate(sea, TEXTS["tern.txt"], k=1)
    assert first.document.uri == "ingrid.txt" and first.over[0].text == "Ingrid Solvang"
    assert 0 < first.score <= 1 and first.evidence.text in first.passage.text


def test_what_is_known_is_left_out(sea: Memory) -> None:
    found = associate(sea, TEXTS["tern.txt"])
    assert "tern.txt" not in {one.document.uri for one in found}, "the context itself is nothing new"
    seen = {one.passage.id for one in found[:1]}
    assert not seen & {one.passage.id for one in associate(sea, TEXTS["tern.txt"], seen)}
    more = " ".join((TEXTS["tern.txt"], TEXTS["ingrid.txt"]))
    assert associate(sea, more, k=1)[0].document.uri == "vardo.txt"


def test_nothing_comes_of_nothing(memory: Memory) -> None:
    assert associate(memory, "The Tern") == ()
    for context, k in ((" ", 1), ("The Tern", 0)):
        with pytest.raises(QueryError):
            associate(memory, context, k=k)


def test_other_namespaces_come_to_nobodys_mind(sea: Memory) -> None:
    other = Memory(sea.store, namespace="other", embedder=sea.embedder)
    assert associate(other, TEXTS["tern.txt"]) == ()


def test_untrusted_sources_are_left_out(sea: Memory) -> None:
    sea.trust("ingrid.txt", "untrusted")
    assert "ingrid.txt" not in {one.document.uri for one in associate(sea, TEXTS["tern.txt"])}
