"""Portraits: what holds of a person now, in lines from the sources, at a bounded cost."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import pytest
from conftest import opened, put
from test_routines import keep, passages

from graphmem import Memory
from graphmem.notes import Note
from graphmem.reflection import portraits as module
from graphmem.reflection.portraits import KIND, portraits

pytest.importorskip("spacy", reason="facts are read by the language pipeline")

NOW = datetime(2025, 6, 1, tzinfo=timezone.utc)
CHAT = """[2023-01-02 10:00] Ann Quist: I live in Oslo. I love opera.
[2023-01-03 10:00] Bo: I am happy for you, Ann.
[2023-02-02 10:00] Ann Quist: I go swimming every Monday.
[2023-02-03 10:00] Ann Quist: I visited Rome yesterday.
[2023-02-04 10:00] Ann Quist: I may buy a boat.
[2023-02-05 10:00] Ann Quist: It rains.
"""
LATER = """[2024-03-02 10:00] Ann Quist: I live in Bergen.
[2024-03-02 10:01] Bo: It rains.
"""
RAIN = """[2024-03-02 10:00] Ann Quist: It rains.
[2024-03-02 10:01] Bo: It does.
"""


def reflect(memory: Memory, touched: list[str] | None = None) -> dict[str, Note]:
    touched = passages(memory) if touched is None else touched
    found = list(portraits(memory.store, memory.view, memory.namespace, touched, NOW))
    keep(memory, found)
    return {note.about: note for note in found if note.parts}


def test_what_somebody_is_comes_before_what_else_holds(tmp_path: Path) -> None:
    with opened(tmp_path) as memory:
        life = (
            "Ann Quist was born in Oslo. She plays the organ of Oslo. Ann Quist is a surgeon."
            " Ann Quist is tired. Ann Quist moved to Bergen in 2019. Bo met Ann Quist."
        )
        put(memory, {"life.txt": life}, pipeline="auto")
        note = reflect(memory)["ann quist"]
        sorts = [(part.text, sort) for part, sort in zip(note.parts, note.data["sorts"], strict=True)]
        assert sorts[0] == ("Ann Quist is a surgeon.", "is")
        assert [sort for _, sort in sorts].count("is") == 1


def test_lines_are_what_was_said_each_with_its_source(tmp_path: Path) -> None:
    with opened(tmp_path) as memory:
        put(memory, {"chat.txt": CHAT}, pipeline="auto")
        note = reflect(memory)["ann quist"]
        told = dict(zip((part.text for part in note.parts), note.data["sorts"], strict=True))
        assert told == {
            "Ann Quist: I live in Oslo.": "relation",
            "Ann Quist: I love opera.": "likes",
            "Ann Quist: go swimming, every Monday": "often",
            "Ann Quist: I visited Rome yesterday.": "recent",
        }
        texts = {
            id: record.body["text"] for id, record in memory.store.get(memory.view, note.passages).items()
        }
        for part, sort in zip(note.parts, note.data["sorts"], strict=True):
            (source,) = part.sources
            if sort != "often":
                assert part.text.endswith(texts[source.passage][source.start : source.end])


def test_what_a_later_fact_ended_is_not_in_it_and_comes_back(tmp_path: Path) -> None:
    with opened(tmp_path) as memory:
        put(memory, {"chat.txt": CHAT}, pipeline="auto")
        before = reflect(memory)["ann quist"]
        put(memory, {"later.txt": LATER}, pipeline="auto")
        new = [id for id in passages(memory) if id not in before.passages]
        after = reflect(memory, new)["ann quist"]
        assert "Ann Quist: I live in Bergen." in after.text
        assert "Oslo" not in after.text
        assert reflect(memory)["ann quist"] == after
        memory.forget("later.txt")
        assert reflect(memory)["ann quist"] == before


def test_so_many_facts_are_read_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FACTS", 3)
    with opened(tmp_path) as memory:
        put(memory, {"chat.txt": CHAT + LATER}, pipeline="auto")
        assert len(reflect(memory)["ann quist"].parts) <= 4  # of three facts one may be a routine and a state


def test_who_is_not_named_any_more_has_none(tmp_path: Path) -> None:
    with opened(tmp_path) as memory:
        put(memory, {"chat.txt": CHAT, "other.txt": RAIN}, pipeline="auto")
        reflect(memory)
        assert [note.title for note in memory.notes(KIND)] == ["Ann Quist"]
        memory.forget("chat.txt")
        reflect(memory)
        assert not list(memory.notes(KIND))


def test_other_namespaces_take_no_part(tmp_path: Path) -> None:
    with opened(tmp_path, namespace="cy") as theirs:
        put(theirs, {"chat.txt": CHAT}, pipeline="auto")
    with opened(tmp_path) as memory:
        put(memory, {"other.txt": RAIN}, pipeline="auto")
        assert not reflect(memory)


def test_a_line_may_be_wrapped_in_its_source(tmp_path: Path) -> None:
    with opened(tmp_path) as memory:
        put(memory, {"chat.txt": CHAT.replace("live in Oslo", "live in\nOslo")}, pipeline="auto")
        told = [part.text for part in reflect(memory)["ann quist"].parts]
        assert "Ann Quist: I live in Oslo." in told and not any("\n" in line for line in told)
