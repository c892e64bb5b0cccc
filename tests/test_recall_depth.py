"""Recall gives as many hits as are asked for, and an honest empty answer where there is nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from graphmem.errors import EncoderMismatch
from graphmem.ingest import ingest_readings
from graphmem.ingest.readers import Turn, items_reading, turns_reading
from graphmem.memory import Memory
from graphmem.testing import HashEmbedder


def test_many_hits_of_a_long_chat_all_have_evidence(memory: Memory) -> None:
    turns = [
        Turn("Ann" if n % 2 else "Bo", f"Thing {n} about lamps." if n % 3 else f"Yes {n}.")
        for n in range(900)
    ]
    ingest_readings(memory, [turns_reading("chat", "Chat", turns, "hash")])
    ranking = memory.recall("What about lamps?", 400)
    assert len(ranking) == 400
    assert all(hit.evidence.passage == hit.passage.id for hit in ranking)


def test_many_paragraphs_can_be_asked_for(memory: Memory) -> None:
    for n in range(120):
        ingest_readings(memory, [items_reading(f"d{n}", f"Lamp {n}", [("", f"Lamp {n} burns oil.")])])
    assert len(memory.recall("Which lamp burns oil?", 100)) == 100


def test_nothing_there_gives_no_hit(memory: Memory) -> None:
    ingest_readings(memory, [items_reading("d", "Lamp", [("", "The lamp burns oil.")])])
    memory.forget("d")
    assert len(memory.recall("Which lamp burns oil?")) == 0


def test_sentences_without_vectors_and_words_in_common_give_no_hit(memory: Memory) -> None:
    ingest_readings(memory, [items_reading("d", "Lamp", [("", "The lamp burns oil.")])])
    commit = next(memory.history())
    memory.forget("d")
    # As a store that was filled by a program without an encoder.
    memory.store.apply(replace(commit, id="bare"))
    assert len(memory.recall("zebra")) == 0
    assert len(memory.recall("oil")) == 1


def test_another_encoder_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/m.db"
    with Memory.open(url, embedder=HashEmbedder()) as memory:
        ingest_readings(memory, [items_reading("d", "Lamp", [("", "The lamp burns oil.")])])

    other = HashEmbedder()
    other.name = "other"
    with Memory.open(url, embedder=other) as memory, pytest.raises(EncoderMismatch, match="come from"):
        memory.recall("What does the lamp burn?")
