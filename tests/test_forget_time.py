"""Forgetting what is of a time: turns and records by their moments, documents by when they were written."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from conftest import opened, put, records, state
from hypothesis import given, settings
from hypothesis import strategies as st
from test_forget_entity import comparable, dangling

from graphmem import InputError, Memory, NotFound
from graphmem.ingest import ingest_readings
from graphmem.ingest.readers import items_reading

MAY = datetime(2023, 5, 1, tzinfo=timezone.utc)
DAY = timedelta(days=1)
TEXTS = (
    "I saw Rome with Ada Quill.",
    "It rained in Oslo.",
    "Bo Rask left.",
    "Rome burned.",
    "Nothing.",
    "Ada!",
)
turns = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from(["Bo Rask", "Ada Quill"]), st.sampled_from(TEXTS)),
    min_size=2,
    max_size=6,
    unique_by=lambda turn: turn[2],
).map(lambda said: sorted(said, key=lambda turn: turn[0]))


def lines(said: list[tuple[int, str, str]]) -> str:
    return "".join(f"[2023-05-{day + 1:02} 10:00] {who}: {text}\n" for day, who, text in said)


@settings(max_examples=40, deadline=None)
@given(turns, st.integers(0, 5), st.integers(1, 6))
def test_what_stays_is_what_ingesting_the_rest_gives(
    tmp_path_factory: pytest.TempPathFactory, said: list[tuple[int, str, str]], first: int, days: int
) -> None:
    """By rules, which read each sentence by itself: but for where in the source the turns stood."""
    folder = tmp_path_factory.mktemp("forget")
    rest = [turn for turn in said if not first <= turn[0] < first + days]
    begin, end = MAY + first * DAY, MAY + (first + days) * DAY
    with opened(folder, "all") as memory, opened(folder, "others") as others:
        put(memory, {"chat.txt": lines(said)})
        before = state(memory)
        if len(rest) == len(said):
            with pytest.raises(NotFound, match="nothing to forget of what is from 2023-05-"):
                memory.forget_between(begin, end)
            return
        receipt = memory.forget_between(begin, end)
        assert receipt.removed["passage"] == len(said) - len(rest)
        if not rest:
            assert state(memory) == ({}, {}) and receipt.documents == ("chat.txt",)
        elif len(rest) > 1:  # one line alone is not read as a chat
            put(others, {"chat.txt": lines(rest)})
            assert comparable(memory) == comparable(others) and receipt.cut == ("chat.txt",)
        assert memory.store.check() == [] and dangling(memory.store, records(memory)) == []
        assert receipt.commit is not None
        memory.undo(receipt.commit.id)
        assert state(memory) == before


def test_records_go_by_their_dates(memory: Memory) -> None:
    rows = [f'{{"date": "2023-05-0{day}", "title": "Day {day}", "text": "Ada sang."}}' for day in (1, 2, 3)]
    put(memory, {"days.json": f"[{', '.join(rows)}]"})
    receipt = memory.forget_between(MAY + DAY, MAY + 2 * DAY)
    assert receipt.removed["passage"] == receipt.removed["entry"] == 1
    assert [part.heading for part in memory.parts(memory.document("days.json"))] == ["Day 1", "Day 3"]  # type: ignore[union-attr]


def test_the_end_is_not_in_it(memory: Memory) -> None:
    put(memory, {"chat.txt": lines([(0, "Bo", "Rome."), (1, "Ada", "Oslo.")])})
    ten = MAY + timedelta(hours=10)
    with pytest.raises(NotFound):
        memory.forget_between(ten - DAY, ten)
    assert memory.forget_between(ten, ten + DAY, dry_run=True).removed["passage"] == 1


def written(memory: Memory, uri: str, at: datetime | None) -> None:
    reading = items_reading(uri, "Notes", [("", f"Ada Quill saw {uri}.")])
    ingest_readings(memory, [replace(reading, written_at=at)], pipeline="")


def test_a_document_without_moments_goes_by_when_it_was_written(memory: Memory) -> None:
    for uri, at in (("old", MAY - DAY), ("new", MAY), ("never", None)):
        written(memory, uri, at)
    put(memory, {"chat.txt": lines([(1, "Bo", "Rome."), (2, "Ada", "Oslo.")])})
    assert memory.forget_between(MAY, MAY + DAY).documents == ("new",)
    assert {document.uri for document in memory.documents()} == {"old", "never", "chat.txt"}


def test_what_a_person_added_stays(memory: Memory) -> None:
    for uri in ("said:ann/1", "note"):
        written(memory, uri, MAY)
    receipt = memory.forget_between(MAY, MAY + DAY)
    assert receipt.documents == ("note",)
    assert receipt.kept == ("said:ann/1 was added by a person: name it to forget it",)
    with pytest.raises(NotFound, match="said:ann/1 was added by a person"):
        memory.forget_between(MAY, MAY + DAY)


def test_moments_must_be_in_order_and_have_a_time_zone(memory: Memory) -> None:
    with pytest.raises(InputError, match="is not after"):
        memory.forget_between(MAY, MAY)
    with pytest.raises(InputError, match="time zone"):
        memory.forget_between(MAY, datetime(2024, 1, 1))  # noqa: DTZ001
