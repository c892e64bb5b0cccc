"""Metadata: what a program gives along with a text is kept as it is, and goes where the text goes."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
from conftest import records
from hypothesis import given
from hypothesis import strategies as st

from graphmem import InputError, Memory
from graphmem.ingest import ingest_readings
from graphmem.ingest.readers.chat import Turn, turns_reading
from graphmem.ingest.reading import Block, Reading, json_values, storable
from graphmem.schema import from_record, to_record
from graphmem.types import Document, Passage

AT = datetime(2024, 5, 1, tzinfo=timezone.utc)
GIVEN = {"page": 3, "tags": ["a", {"b": None}], "note": "naïve \u0000 “quotes”"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def reading(metadata: dict[str, Any], *, text: str = "Ada planted the ash.") -> Reading:
    block = Block("turn", 0, len(text), speaker="Ann", at=AT, metadata={"turn": metadata})
    return storable(Reading("talk", "", "chat", text, (block,), "h", metadata=metadata))


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), JSON, max_size=4))
def test_records_give_it_back(metadata: dict[str, Any]) -> None:
    kept = json_values(metadata, "it")
    document = Document(
        id="d", namespace="n", uri="u", title="", kind="text", content_hash="h", characters=0, metadata=kept
    )
    assert from_record(to_record(document)) == document
    hash(document)


def test_it_is_kept_with_the_document_and_the_passage(memory: Memory) -> None:
    ingest_readings(memory, [reading(GIVEN)], pipeline=None)
    document = memory.document("talk")
    (passage,) = memory.parts(document)
    assert isinstance(passage, Passage)
    assert (document.metadata, passage.metadata) == (GIVEN, {"turn": GIVEN})
    assert memory.recall("Who planted the ash?")[0].document.metadata == GIVEN


def test_another_value_is_another_version_that_can_be_undone(memory: Memory) -> None:
    ingest_readings(memory, [reading({"a": 1})], pipeline=None)
    before = records(memory)
    ingest_readings(memory, [reading({"a": 2})], pipeline=None)
    assert memory.document("talk").metadata == {"a": 2}
    memory.undo(next(memory.history(newest_first=True)).id)
    assert records(memory) == before
    memory.forget("talk")
    assert records(memory) == {}


def test_a_long_turn_keeps_it_once(memory: Memory) -> None:
    said = Turn("Ann", "Ada planted an ash in Bergen. " * 200, AT, metadata={"id": 7})
    ingest_readings(memory, [turns_reading("talk", "", [said], "h")], pipeline=None)
    parts = memory.parts(memory.document("talk"), limit=100)
    assert len(parts) > 1
    assert [part.metadata for part in parts if isinstance(part, Passage)] == [
        {"id": 7},
        *[{}] * (len(parts) - 1),
    ]


def test_half_a_character_becomes_a_question_mark() -> None:
    assert json_values({"a\ud800": ("x\udfff",)}, "it") == {"a?": ["x?"]}


@pytest.mark.parametrize("value", [{1, 2}, float("nan"), AT, b"bytes"])
def test_what_json_has_no_form_for_is_refused(value: Any) -> None:
    with pytest.raises(InputError, match="the metadata of talk cannot be kept"):
        reading({"value": value})
