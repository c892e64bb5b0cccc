"""Recall from coarse to fine: by topics where that saves comparisons, within the view, losing nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from conftest import put
from noted import noted

from graphmem import Memory, Query, View, schema
from graphmem.retrieval import candidates, constants
from graphmem.stores.groups import Compared, Groups
from graphmem.types import Passage

PLANTS = "ash birch cedar elm fir hazel larch maple oak pine".split()


def passages(memory: Memory) -> list[Passage]:
    return [one for d in memory.documents() for one in memory.parts(d) if isinstance(one, Passage)]


@pytest.fixture
def trees(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> Memory:
    """A document and a topic of each tree."""
    monkeypatch.setattr(constants, "BY_VECTOR", 20)
    monkeypatch.setattr(candidates, "BY_TOPIC", replace(candidates.BY_TOPIC, share=0.3, least=1))
    lines = "\n\n".join
    put(memory, {f"{one}.md": lines(f"The {one} of yard {n} is old." for n in range(30)) for one in PLANTS})
    for document in memory.documents():
        own = [one for one in memory.parts(document) if isinstance(one, Passage)]
        noted(memory, document.uri, [(one.text, [one]) for one in own])
    return memory


def found(memory: Memory, question: str, coarse: bool) -> set[str]:
    """Sentences that vector search finds."""
    vector = memory.embedder.encode([question])[0]
    told = candidates.candidates(memory.store, memory.view, question, vector, coarse=coarse)
    return {id for kind in told.values() for id in kind.cosine}


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[Compared | None]:
    """What each search compared."""
    told: list[Compared | None] = []
    choose = Groups.choose

    def noted_down(self: Groups, *arguments: Any) -> Compared | None:
        told.append(choose(self, *arguments))
        return told[-1]

    monkeypatch.setattr(Groups, "choose", noted_down)
    return told


def test_only_the_best_topics_are_compared(trees: Memory, compared: list[Compared | None]) -> None:
    question = "How old is the larch of yard 7?"
    assert found(trees, question, True) == found(trees, question, False)
    assert len(compared) == 1 and compared[0] is not None
    assert compared[0].keys == 10 and len(compared[0].slots) < 100
    best = [hit.passage.id for hit in trees.recall(question, 5)]
    assert [hit.passage.id for hit in trees.recall(question, 5, coarse=True)] == best


def test_what_no_topic_gathers_yet_is_found(trees: Memory) -> None:
    put(trees, {"new.md": "The baobab of yard 7 is old."})
    (new,) = [one.id for one in passages(trees) if "baobab" in one.text]
    (sentence,) = trees.store.neighbours(trees.view, [new], [schema.PART_OF], "in").source[:1]
    assert sentence in found(trees, "Where is the baobab of yard 7?", True)


def test_edits_are_followed(trees: Memory) -> None:
    trees.forget("larch.md")
    assert len(found(trees, "How old is the larch of yard 7?", True)) == 20
    topic = next(trees.notes("topic", "oak.md"))
    trees.undo(trees.forget("oak.md").commit.id)  # type: ignore[union-attr]
    assert trees.note(topic.id) == topic
    best = [hit.passage.id for hit in trees.recall("oak", 5, coarse=True)]
    assert best == [hit.passage.id for hit in trees.recall("oak", 5)]


def test_a_query_says_so_too_and_sees_its_namespaces_alone(trees: Memory) -> None:
    query = Query("oak", View.of(trees.namespace), 5, coarse=True)
    assert trees.recall(query).hits == trees.recall("oak", 5, coarse=True).hits
    with Memory.open(trees.store.info().url, namespace="other", embedder=trees.embedder) as other:
        put(other, {"oak.md": "Another oak of yard 7 is old."})
        (hit,) = other.recall("How old is the oak?", coarse=True)
        assert hit.document.namespace == "other"
    assert all(hit.document.namespace == trees.namespace for hit in trees.recall(query))
