"""Forgetting on Neo4j is what it is on SQLite: the same receipts, and the same is left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest
from conftest import opened, put, state
from neo4j_stores import Neo4jStores

from graphmem import Memory
from graphmem.projection import SCHEMA
from graphmem.receipts import Receipt
from graphmem.testing import HashEmbedder

DOCUMENTS = {
    "ada.md": "# Ada Quill\n\nAda Quill lived in Oslo in 1833. She met Bo Rask.\n",
    "chat.txt": "".join(
        f"[2023-05-0{day} 10:0{turn}] {'Edda Lind' if turn % 2 else 'Bo Rask'}: {text}\n"
        for day in (1, 2, 3)
        for turn, text in enumerate(
            (f"I saw Ada Mary Quill on day {day}.", f"It rained in Rome on day {day}.")
        )
    ),
    "rome.md": "# Rome\n\nRome is old. Bo Rask lives in Bath.\n",
}
MAY = datetime(2023, 5, 2, tzinfo=timezone.utc)
WAYS: dict[str, Callable[[Memory], Receipt]] = {
    "pattern": lambda memory: memory.forget("*.md"),
    "entity": lambda memory: memory.forget_entity("Ada Quill"),
    "time": lambda memory: memory.forget_between(MAY, MAY.replace(day=3)),
    "all": lambda memory: memory.forget_all(),
}


def test_two_stores_forget_alike(tmp_path: Path, neo4j_stores: Neo4jStores) -> None:
    pytest.importorskip("spacy")
    with opened(tmp_path) as one, Memory(neo4j_stores.open("gone", SCHEMA), embedder=HashEmbedder()) as two:
        one.clock = two.clock = lambda: datetime(2024, 1, 1, tzinfo=timezone.utc)
        for memory in (one, two):
            put(memory, DOCUMENTS, "english")
            memory.same("Oslo", "Bath")
        whole = state(one)
        for way, forget in WAYS.items():
            told = [replace(forget(memory), commit=None, undo="") for memory in (one, two)]
            assert told[0] == told[1], way
            assert state(one) == state(two) and one.store.check() == two.store.check() == []
            for memory in (one, two):
                *_, last = memory.history()
                memory.undo(last.id)
            assert state(one) == state(two) == whole
