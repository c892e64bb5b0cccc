"""A record states by its form: a dated one is an event of its fields, another states each of them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("spacy")

from conftest import put  # noqa: E402

from graphmem import Memory  # noqa: E402
from graphmem.ingest.chunking import chunk  # noqa: E402
from graphmem.ingest.fields import fields, found_at  # noqa: E402
from graphmem.ingest.findings import findings  # noqa: E402
from graphmem.ingest.language import ENGLISH, load  # noqa: E402
from graphmem.ingest.readers import read  # noqa: E402
from graphmem.ingest.sources import Source  # noqa: E402
from graphmem.statements import Statement  # noqa: E402
from graphmem.types import Entity  # noqa: E402

MEETING = {
    "date": "2022-06-03",
    "title": "Board meeting",
    "person": "Aisha Rahmani",
    "location": "Oslo",
    "description": "We spoke.",
}


def stated(name: str, text: str) -> list[Statement]:
    source = Source(name, "." + name.split(".")[1], data=text.encode())
    read_ = findings(*chunk(read(source), "n"), load(ENGLISH))
    return [statement for finding in read_ for statement in finding.statements]


def by_role(statement: Statement) -> dict[str, str]:
    return {one.role: one.entity or one.text for one in statement.participants}


def test_a_dated_record_is_an_event_that_its_fields_take_part_in() -> None:
    said = stated("calendar.json", json.dumps([MEETING]))
    (event,) = [one for one in said if one.is_event]
    assert by_role(event) == {"subject": "Board meeting", "person": "Aisha Rahmani", "place": "Oslo"}
    assert event.when is not None and event.when.text == "2022-06-03"
    assert [one.predicate for one in said if not one.is_event] == ["spoke"], "the text is read as ever"


def test_a_row_without_a_date_states_each_field() -> None:
    said = stated("crew.csv", "name,rank,home port\nAnn Lee,mate,Oslo\nBo Bell,cook,Vardø\n")
    assert all(one.is_fact for one in said)
    found = {(one.subject.text, one.predicate, one.participants[1].text) for one in said}
    assert ("Ann Lee", "rank", "mate") in found and ("Bo Bell", "home port", "Vardø") in found


def test_a_long_account_is_no_name_of_an_event() -> None:
    row: dict[str, Any] = {"date": "2022-06-03", "text": "I walked along the shore. " * 20}
    assert not any(one.predicate == "" for one in stated("diary.json", json.dumps([row])))


@given(st.text(max_size=80))
def test_fields_stand_where_they_say(text: str) -> None:
    line = found_at(text)
    for name, start, end in fields(text):
        assert text[line:].startswith(name) or f" {name}: " in text or f";{name}: " in text
        assert line <= start < end <= len(text) and text[start:end].strip() == text[start:end]


def test_records_are_written_and_found(memory: Memory) -> None:
    put(memory, {"calendar.json": json.dumps([MEETING])}, ENGLISH)
    aisha = memory.find("Aisha Rahmani")
    assert isinstance(aisha, Entity)
    (event,) = memory.facts(aisha)
    assert event.text == "Board meeting person: Aisha Rahmani, location: Oslo"
    assert memory.store.check() == []
