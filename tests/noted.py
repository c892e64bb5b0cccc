"""A note as a test writes it: of lines, each with the passages that it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphmem import Memory, schema
from graphmem.notes import Note, Part, Source, note_id
from graphmem.types import Change, Passage


def noted(
    memory: Memory,
    about: str,
    lines: Sequence[tuple[str, Sequence[Passage]]],
    title: str = "",
    kind: str = "topic",
    **fields: Any,
) -> Note:
    """Write a note of lines, each with the passages that it rests on."""
    parts = tuple(Part(text, tuple(Source(p.id, 0, 3) for p in of)) for text, of in lines)
    id = note_id(memory.namespace, kind, about)
    note = Note(id=id, namespace=memory.namespace, kind=kind, about=about, title=title, parts=parts, **fields)  # type: ignore[arg-type]
    before = memory.store.get(memory.view, [id]).get(id)
    memory.write([Change(before, schema.to_record(note))], "reflect", author="reflection")
    return note
