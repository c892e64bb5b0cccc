"""Topics: what is alike is gathered as it comes, linked with its like, and follows what is forgotten."""

from __future__ import annotations

from datetime import datetime, timezone

import numpy as np
import pytest
from conftest import put

from graphmem import Memory, schema
from graphmem.notes import Note
from graphmem.reflection import board as module
from graphmem.reflection.topics import topics
from graphmem.types import Change

NOW = datetime(2024, 6, 1, tzinfo=timezone.utc)


def all_(memory: Memory) -> list[str]:
    return [record.id for record in memory.store.scan(memory.view, schema.PASSAGE)]


def reflect(memory: Memory, touched: list[str] | None = None) -> list[Note]:
    """Write the topics of what is new; those that changed."""
    ids = all_(memory) if touched is None else touched
    notes = list(topics(memory.store, memory.view, memory.namespace, ids, NOW))
    assert len({note.id for note in notes}) == len(notes)
    old = memory.store.get(memory.view, [note.id for note in notes])
    new = {note.id: schema.to_record(note) if note.parts else None for note in notes}
    changes = [Change(old.get(id), one) for id, one in new.items() if old.get(id) != one]
    if changes:
        memory.write(changes, "reflect", author="reflection")
    return [note for note in notes if old.get(note.id) != new[note.id]]


SAID = {
    "ash": "Ash leaves fall early by the river {}; an ash needs water, and ash leaves need light.",
    "pine": "Cones of pine burn well in stoves {}; pine cones keep houses warm, as pine does.",
}


def text(tree: str, first: int, last: int) -> str:
    return "\n\n".join(f"# {tree} {n}\n\n{SAID[tree].format(n)}" for n in range(first, last))


@pytest.fixture
def trees(memory: Memory) -> Memory:
    put(memory, {f"{one}.md": text(one, 0, 5) for one in ("ash", "pine")})
    reflect(memory)
    return memory


def of(memory: Memory) -> list[set[str]]:
    """The documents of each topic."""
    uris = {one.id: one.uri for one in memory.documents()}
    document = {r.id: uris[r.body["document"]] for r in memory.store.scan(memory.view, schema.PASSAGE)}
    return [{document[id] for id in note.passages} for note in memory.notes("topic")]


def test_every_passage_has_one_topic_and_unlike_ones_others(trees: Memory) -> None:
    held = [id for note in trees.notes("topic") for id in note.passages]
    assert sorted(held) == sorted(all_(trees))
    assert all(len(one) == 1 for one in of(trees)) and not trees.verify()
    assert any("ash" in note.tags for note in trees.notes("topic"))


def test_a_second_time_changes_nothing(trees: Memory) -> None:
    reflect(trees)
    assert reflect(trees) == [] and reflect(trees, []) == []


def test_what_is_new_joins_its_like(trees: Memory) -> None:
    before, count = set(all_(trees)), len(list(trees.notes("topic")))
    put(trees, {"more.md": text("ash", 5, 7)})
    changed = reflect(trees, sorted(set(all_(trees)) - before))
    assert changed and {"ash.md", "more.md"} in of(trees)
    assert len(list(trees.notes("topic"))) <= count + 1
    assert [note.data["context"] for note in changed if "2 documents" in note.data["context"]]


def test_only_topics_that_change_are_read(trees: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    notes = {note.id: note for note in trees.notes("topic")}
    before, loaded = set(all_(trees)), list[str]()
    monkeypatch.setattr(trees.store, "get", lambda view, ids: loaded.extend(ids) or get(view, ids))
    get = type(trees.store).get.__get__(trees.store)
    put(trees, {"more.md": text("ash", 5, 6)})
    loaded.clear()
    new = sorted(set(all_(trees)) - before)
    changed = list(topics(trees.store, trees.view, trees.namespace, new, NOW))
    read = {id for id in loaded if id in notes}
    assert {note.id for note in changed} & notes.keys() == read and len(read) < len(notes)


def test_a_topic_of_much_draws_in_nothing_else(memory: Memory) -> None:
    """Near to a mean is not near to its passages: what is half like many stays alone."""
    put(memory, {"ash.md": text("ash", 0, 4)})
    reflect(memory)
    board = module.Board(memory.store, memory.view, memory.namespace)
    (topic,) = board.of_passages(all_(memory))
    axes = np.eye(64, dtype=np.float32)
    board.topics[topic].means = {f"p{axis}": axes[axis] for axis in range(16)}
    board._summed(topic)
    mean = axes[:16].sum(axis=0) / 4
    assert board.near(topic, mean) == 0.25 and board.join({"new": mean}) == {board.of["new"]} != {topic}


def test_a_full_topic_takes_no_more(trees: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST", 5)
    before = set(all_(trees))
    put(trees, {"more.md": text("ash", 5, 12)})
    reflect(trees, sorted(set(all_(trees)) - before))
    assert max(len(note.passages) for note in trees.notes("topic")) <= 5
    held = [id for note in trees.notes("topic") for id in note.passages]
    assert sorted(held) == sorted(all_(trees))


def test_what_is_forgotten_leaves_and_comes_back(trees: Memory) -> None:
    put(trees, {"more.md": text("ash", 5, 7)})
    reflect(trees)
    trees.forget("more.md")
    reflect(trees)
    assert {"ash.md"} in of(trees) and not any("more.md" in one for one in of(trees))
    put(trees, {"more.md": text("ash", 5, 7)})
    reflect(trees)
    held = [id for note in trees.notes("topic") for id in note.passages]
    assert sorted(held) == sorted(all_(trees)) and not trees.verify()


def test_small_topics_that_are_one_become_one(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    put(memory, {"a.md": text("ash", 0, 2)})
    monkeypatch.setattr(module, "NEAR", 1.1)
    monkeypatch.setattr(module, "SAME", 1.1)
    reflect(memory)
    assert len(list(memory.notes("topic"))) == 2
    monkeypatch.setattr(module, "SAME", 0.2)
    reflect(memory)
    assert len(list(memory.notes("topic"))) == 1


def test_related_topics_are_linked_and_old_ones_learn_of_new(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "NEAR", 1.1)
    monkeypatch.setattr(module, "SAME", 1.1)
    monkeypatch.setattr(module, "RELATED", 0.1)
    put(memory, {"a.md": text("ash", 0, 1)})
    (first,) = reflect(memory)
    before = set(all_(memory))
    put(memory, {"b.md": text("ash", 1, 2)})
    reflect(memory, sorted(set(all_(memory)) - before))
    (second,) = [note for note in memory.notes("topic") if note.id != first.id]
    assert second.links == (first.id,) and memory.note(first.id).links == (second.id,)


def test_other_namespaces_have_no_part(trees: Memory) -> None:
    with Memory.open(trees.store.info().url, namespace="other", embedder=trees.embedder) as other:
        put(other, {"theirs.md": text("ash", 0, 3)})
        before = [schema.to_record(note) for note in trees.notes("topic")]
        reflect(trees)
        reflect(trees)
        assert [one.passages for one in other.notes("topic")] == []
        assert {r.id for r in before} == {note.id for note in trees.notes("topic")}
