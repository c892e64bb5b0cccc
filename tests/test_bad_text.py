"""No text is too bad to be read for names, dates and facts: nothing fails, and what is found stands there."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import datetime, timezone
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.wall import INPUTS, KINDS, check, made
from graphmem.ingest.chunking import chunk
from graphmem.ingest.findings import AT_ONCE, batches, findings
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
ANY = st.text(st.characters(), max_size=60)  # half surrogates too, which readers of memory may be given
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
    found = findings(*chunk(reading, "n"), load(ENGLISH), now=NOW)
    check(found)
    for one in found:
        sentence = replace(one.sentence, mentions=one.mentions, statements=one.statements)
        assert from_record(to_record(sentence)) == sentence
        derived = derive((Change(None, to_record(sentence)),), lambda ids: {})
        assert all(change.after is not None and from_record(change.after) for change in derived)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(SCRAPS) | ANY, max_size=40).map("".join))
def test_any_text_is_read(text: str) -> None:
    read(text)


@pytest.mark.parametrize("wall", WALLS)
def test_walls_of_text_are_read(wall: str) -> None:
    read(WALLS[wall])


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"a megabyte without a space"}))
def test_each_kind_of_the_benchmark_is_read(kind: str) -> None:
    for number in range(1 if KINDS[kind][0] < 100 else 3):  # the rare ones are the long ones
        read(made(7, number, kind)[1])


def test_the_benchmark_makes_the_same_again_and_10_000_inputs_in_all() -> None:
    assert made(7, 3) == made(7, 3) and made(7, 3, "code") != made(8, 3, "code")
    assert sum(share for share, _ in KINDS.values()) == INPUTS


@given(st.lists(st.integers(0, 2 * AT_ONCE).map("x".__mul__), max_size=20))
def test_no_more_is_parsed_at_once_than_fits_a_memory(texts: list[str]) -> None:
    """A text whose every character is a token would else take 30 kB a character, all at the same time."""
    parts = list(batches(texts))
    assert [text for batch in parts for text in batch] == texts
    assert all(len(batch) == 1 or sum(map(len, batch)) <= AT_ONCE for batch in parts)
    assert all(sum(map(len, [*a, b[0]])) > AT_ONCE for a, b in pairwise(parts))
