"""A thought: an answer that is kept while nothing is new, and goes with what it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("langchain_core", reason="needs pip install 'graphmem[llm]'")

from answering_models import Player, client, player
from conftest import opened, put
from test_ask import PARTS, QUESTION, says_where, says_who
from test_recall import CHAT, DOCUMENTS

from graphmem import Memory
from graphmem.answering import Answer, thoughts


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    with opened(tmp_path) as memory:
        put(memory, DOCUMENTS | CHAT)
        yield memory


def ask(memory: Memory, question: str = QUESTION, k: int = 40) -> tuple[Answer, Player]:
    model = player(written=says_where)
    return memory.ask(question, client(model), k, steps=(), think=True), model


def test_the_same_question_costs_no_new_reasoning(memory: Memory) -> None:
    first, asked = ask(memory)
    again, model = ask(memory)
    assert asked.steps() == ["written"] and model.steps() == []
    assert (again.text, again.short, again.state) == (first.text, "Vardø", "answered")
    assert [cited.quote for cited in again.citations] == [cited.quote for cited in first.citations]
    assert again.stopped.startswith("thought of before")
    assert [note.kind for note in memory.notes()] == ["thought"]
    assert next(memory.history(newest_first=True)).author == "thought"


def test_what_only_a_part_of_the_question_found_counts_too(memory: Memory) -> None:
    model = player(parts=PARTS, written=[says_who, says_where])
    first = memory.ask(QUESTION, client(model), 4, steps=("decomposition",), think=True)
    assert first.state == "answered"
    model = player()
    again = memory.ask(QUESTION, client(model), 4, steps=("decomposition",), think=True)
    assert again.text == first.text and not model.steps()


def test_what_is_new_is_thought_of_anew(memory: Memory) -> None:
    ask(memory)
    put(memory, {"new.md": "# Tern buoy\n\nThe designer of the Tern buoy was born in Vardø, says a plate.\n"})
    _, model = ask(memory)
    assert model.steps() == ["written"]
    _, model = ask(memory)
    assert model.steps() == []


def test_a_thought_goes_with_what_it_rests_on(memory: Memory) -> None:
    first, _ = ask(memory)
    uri = first.citations[0].hit.document.uri
    memory.forget(uri)
    assert not list(memory.notes("thought"))
    memory.undo(next(memory.history(newest_first=True)).id)
    assert ask(memory)[1].steps() == []


def test_other_words_for_the_same_question_are_merged(memory: Memory) -> None:
    ask(memory)
    ask(memory, QUESTION.upper().capitalize())
    (note,) = memory.notes("thought")
    assert note.title == QUESTION


def test_nothing_is_kept_unless_it_is_asked_for(memory: Memory) -> None:
    memory.ask(QUESTION, client(player(written=says_where)), 10, steps=())
    assert not list(memory.notes())
    memory.ask(QUESTION, client(player(written={})), 10, steps=(), think=True)
    assert not list(memory.notes()), "what is no answer is no thought"


def test_keys_of_turns_are_no_thoughts(memory: Memory) -> None:
    asked = "".join(
        f"[2022-06-{day:02} 09:00] Ada: {QUESTION}\n"
        f"[2022-06-{day:02} 09:01] Bo: That is what they say of {day}.\n"
        for day in range(1, 29)
    )
    put(memory, {"talk.txt": asked})
    ask(memory, k=100)
    memory.reflect("questions")
    again = f"{QUESTION[:-1]} then?"
    assert thoughts.known(memory.store, memory.namespace, memory.embedder, again) is not None
