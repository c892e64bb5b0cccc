"""A document with its parts, or a record, is brought back to what it was after a commit; all else stays."""

from __future__ import annotations

from dataclasses import replace

import pytest
from conftest import opened, put, records, state
from hypothesis import given, settings
from hypothesis import strategies as st
from lives import HOUR, NOON, TEXTS, Step, lived, lives

from graphmem import Conflict, InputError, Memory, NotFound
from graphmem.edits import document_records
from graphmem.identity import document_id
from graphmem.types import Change, Record

LIFE = [
    Step("ada", "put", "ash.md", 0),
    Step("ada", "put", "oak.md", 0),
    Step("bob", "put", "ash.md", 1),
    Step("bob", "forget", "ash.md", 1),
    Step("bob", "put", "oak.md", 1),
]


def own(memory: Memory, uri: str) -> tuple[Record, ...]:
    return document_records(memory.store, memory.view, document_id(memory.namespace, uri))


def test_a_document_comes_back_as_it_was_and_undo_takes_that_back(memory: Memory) -> None:
    commits = list(lived(memory, LIFE, "english"))
    before, oak = state(memory), own(memory, "oak.md")
    restored = memory.restore("ash.md", commits[0].id)
    assert restored.message == f"restore ash.md to {commits[0].id}"
    with memory.at(commits[0].id) as then:
        assert own(memory, "ash.md") == own(then, "ash.md")
    assert own(memory, "oak.md") == oak and memory.store.check() == []
    memory.restore("ash.md", NOON + 3 * HOUR)
    assert TEXTS["ash.md"][1].endswith(f"{memory.find('1999').key}.\n")  # type: ignore[union-attr]
    memory.undo(list(memory.history())[-1].id, restored.id)
    assert state(memory) == before


def test_a_document_that_was_not_there_goes(memory: Memory) -> None:
    commits = list(lived(memory, LIFE))
    memory.restore("oak.md", commits[0].id)
    assert list(memory.documents()) == [] and memory.store.check() == []


def test_a_decision_is_restored_by_its_id(memory: Memory) -> None:
    commits = list(lived(memory, LIFE[:2], "english"))
    word = memory.same("Ada Byron", "Charles Babbage")
    other = memory.different("Ada Byron", "Charles Babbage")
    (id,) = {change.id for change in (*word.changes, *other.changes)}
    memory.restore(id, word.id)
    assert records(memory)[id] == word.changes[0].after
    memory.restore(id, commits[-1].id)
    assert id not in records(memory)


def test_what_cannot_be_restored_is_told(memory: Memory) -> None:
    commits = list(lived(memory, LIFE))
    with pytest.raises(InputError, match="as it was then"):
        memory.restore("oak.md", commits[-1].id)
    with pytest.raises(NotFound, match="restore those"):
        memory.restore("Ada Byron", commits[0].id)
    with pytest.raises(NotFound, match="graphmem history"):
        memory.restore("ash.md", "c0ffee")
    sentence = next(change.id for change in commits[0].changes if change.record.kind == "sentence")
    with pytest.raises(Conflict, match="restore its whole document"):
        memory.restore(sentence, commits[0].id)
    assert memory.store.head() == len(LIFE)


def test_a_part_is_restored_where_it_stood_or_with_its_document(memory: Memory) -> None:
    (first,) = lived(memory, LIFE[:1])
    sentence = next(change.after for change in first.changes if change.record.kind == "sentence")
    assert sentence is not None
    put(memory, {"elm.md": "# Elm\n\nAn elm.\n"})
    read = replace(sentence, body={**sentence.body, "mentions": []})
    memory.write([Change(sentence, read)], "read it otherwise")
    memory.restore(sentence.id, first.id)
    assert records(memory)[sentence.id] == sentence
    put(memory, {"ash.md": "# Ash\n\nAn ash.\n\n" + TEXTS["ash.md"][0].partition("\n\n")[2]})
    passage = next(change.id for change in first.changes if change.record.kind == "passage")
    with pytest.raises(Conflict, match="restore its whole document instead"):
        memory.restore(passage, first.id)


@settings(max_examples=15, deadline=None)
@given(lives, st.data())
def test_restoring_every_document_is_being_back(
    tmp_path_factory: pytest.TempPathFactory, life: list[Step], data: st.DataObject
) -> None:
    with opened(tmp_path_factory.mktemp("restore")) as memory:
        states = []
        for commit in lived(memory, [step for step in life if step.what != "same"]):
            states.append((commit.id, state(memory)))
        if not states:
            return
        id, was = data.draw(st.sampled_from(states))
        for uri in TEXTS:
            try:
                memory.restore(uri, id)
            except (InputError, NotFound):
                continue
        assert state(memory) == was
        assert memory.store.check() == []
