"""No text is too bad to be read for names, dates and facts: nothing fails, and what is found stands there."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import datetime, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graphmem.ingest.chunking import chunk
from graphmem.ingest.findings import findings
from graphmem.ingest.language import ENGLISH, load
from graphmem.ingest.readers import items_reading
from graphmem.projection import derive
from graphmem.schema import from_record, to_record
from graphmem.types import Change

NOW = datetime(2024, 5, 1, tzinfo=timezone.utc)
SCRAPS = (
    "\x00\x01\x1f",
    "“”‘’\"'",
    "((([[[",
    "日本語漢字",
    "العربية",
    "😀🇩🇪",
    "2023-05-0",
    "next last Friday May 5 10:30 to ",
    "| --- | a |\n",
    "def f(x): return {x: [1]}\n",
    "\n\t ",
    "The CEO of said that was by and or ",
    "said Ann, said Bo, ",
)
WALLS = {
    "a megabyte without a space": "x" * 1_000_000,
    "base64": base64.b64encode(bytes(range(256)) * 80).decode(),
    "nested quotes": '"' * 2000 + "a" + '"' * 2000,
    "brackets": "(" * 3000 + "x" + ")" * 3000,
    "commas": "a, " * 3000,
    "digits": "1 " * 3000,
    "who said who said": "he said that " * 300,
}


def read(text: str) -> None:
    """Read all of it, and hold what is found against the text."""
    reading = items_reading("bad", "", [("", text)], "hash")
    for found in findings(*chunk(reading, "n"), load(ENGLISH), now=NOW):
        text = found.sentence.text
        for name in found.mentions:
            assert text[name.start : name.end] == name.name
        for date in found.dates:
            assert text[date.start : date.end] == date.text
        for statement in found.statements:
            assert 0 <= statement.start <= statement.end <= len(text)
            for one in statement.participants:
                assert text[one.start : one.end] == one.text
        sentence = replace(found.sentence, mentions=found.mentions, statements=found.statements)
        assert from_record(to_record(sentence)) == sentence
        derived = derive((Change(None, to_record(sentence)),), lambda ids: {})
        assert all(change.after is not None and from_record(change.after) for change in derived)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(SCRAPS) | st.text(max_size=60), max_size=40).map("".join))
def test_any_text_is_read(text: str) -> None:
    read(text)


@pytest.mark.parametrize("wall", WALLS)
def test_walls_of_text_are_read(wall: str) -> None:
    read(WALLS[wall])
