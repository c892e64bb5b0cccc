"""Records that belong together lend to each other, once a memory has reflected."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from conftest import opened, put, state
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmem import Memory, schema
from graphmem.notes import Note
from graphmem.reflection.related import DAYS, LINKS, SHOWN
from graphmem.retrieval.keys import NEAR, RELATED

AT = datetime(2025, 3, 7, 9, tzinfo=timezone.utc)


def rows(*told: tuple[int, str]) -> str:
    """A file of records, each some days after ``AT``."""
    return json.dumps(
        [{"datetime": f"{AT + timedelta(days=n):%Y-%m-%d %H:%M:%S}", "text": text} for n, text in told]
    )


APPS: Mapping[str, str] = {
    "calendar.json": rows(
        (0, "pay the repair shop for the car"), (30, "swim with Zihan"), (31, "tea with Bo")
    ),
    "sms.json": rows((-1, "the repair shop began: bring cash for the car"), (29, "goggles are packed")),
    "photo.json": rows((1, "receipt on a bench of the repair shop car"), (2, "a dog"), (60, "a hill")),
}


def texts(memory: Memory) -> dict[str, str]:
    """What each record says first, by its id."""
    passages = memory.store.scan(memory.view, schema.PASSAGE)
    return {one.id: one.body["text"].split("\n")[0] for one in passages}


def note_of(memory: Memory, start: str) -> Note | None:
    """The note of the record that begins so."""
    about = next(id for id, text in texts(memory).items() if text.startswith(start))
    return next(iter(memory.notes(RELATED, about)), None)


def test_a_note_holds_the_records_of_the_same_event(memory: Memory) -> None:
    put(memory, APPS)
    memory.reflect("related", at=AT)
    note = note_of(memory, "pay the repair")
    assert note and note.title == "pay the repair shop for the car"
    lines = [part.text for part in note.parts]
    assert {lines[0], lines[1]} == {
        "the repair shop began: bring cash for the car",
        "receipt on a bench of the repair shop car",
    }
    assert note.at == AT - timedelta(days=1) and note.until and note.until >= AT + timedelta(days=1)
    assert all(len(part.text) <= SHOWN and len(part.sources) == 2 for part in note.parts)
    near = list(note.data[NEAR].values())
    assert near == sorted(near, reverse=True) and len(near) <= LINKS and 0 < near[-1] <= near[0] <= 1


def test_what_is_far_in_time_belongs_to_nothing(memory: Memory) -> None:
    put(memory, APPS)
    memory.reflect("related", at=AT)
    assert note_of(memory, "a hill") is None
    for note in memory.notes(RELATED):
        assert note.at and note.until and note.until - note.at <= timedelta(days=2 * (DAYS + 1))
    assert not memory.verify()


def test_what_is_found_lends_to_what_belongs_to_it_and_tells_so(memory: Memory) -> None:
    put(memory, APPS)
    before = memory.recall("What did I pay at the repair shop?", 8)
    assert not any("related" in hit.shares for hit in before)
    memory.reflect("related", at=AT)
    after = memory.recall("What did I pay at the repair shop?", 8)
    assert {hit.passage.id for hit in after} == {hit.passage.id for hit in before}
    assert any(hit.shares.get("related", 0) > 0 for hit in after)
    memory.undo(next(iter(memory.history(newest_first=True))).id)
    again = memory.recall("What did I pay at the repair shop?", 8)
    assert [(h.passage.id, h.score, h.shares) for h in again] == [
        (h.passage.id, h.score, h.shares) for h in before
    ]


def test_notes_of_what_came_later_lend_nothing(memory: Memory) -> None:
    told = {
        "calendar.json": APPS["calendar.json"],
        "photo.json": rows((1, "pay the repair shop: a receipt")),
    }
    put(memory, told)
    question, then = "What did I pay at the repair shop?", AT + timedelta(hours=1)
    early = memory.recall(question, 8, as_of=then)
    memory.reflect("related", at=AT)
    assert any("related" in hit.shares for hit in memory.recall(question, 8))
    late = memory.recall(question, 8, as_of=then)
    assert [(hit.passage.id, hit.shares) for hit in late] == [(hit.passage.id, hit.shares) for hit in early]


def test_another_namespace_has_no_part_in_it(tmp_path: Path) -> None:
    with opened(tmp_path, namespace="other") as other, opened(tmp_path) as memory:
        put(other, APPS)
        other.reflect("related", at=AT)
        put(memory, {"calendar.json": APPS["calendar.json"]})
        assert not any("related" in hit.shares for hit in memory.recall("the repair shop car", 8))
        memory.reflect("related", at=AT)
        own = texts(memory)
        assert all(set(note.passages) <= own.keys() for note in memory.notes())


def test_forgetting_a_source_takes_its_records_out_of_notes(memory: Memory) -> None:
    put(memory, APPS)
    memory.reflect("related", at=AT)
    memory.forget("photo.json")
    note = note_of(memory, "pay the repair")
    assert note and "receipt" not in note.text and "cash" in note.text
    memory.recall("the repair shop car", 8)  # a note that lost a part lends nothing until the next reflection
    memory.reflect("related", at=AT)
    again = note_of(memory, "pay the repair")
    assert again and again.data[NEAR]


@settings(max_examples=8, deadline=None)
@given(order=st.permutations(sorted(APPS)))
def test_piece_by_piece_comes_to_the_same_notes(
    tmp_path_factory: pytest.TempPathFactory, order: Sequence[str]
) -> None:
    folder = tmp_path_factory.mktemp("notes")
    with opened(folder, "whole") as whole, opened(folder, "pieces") as pieces:
        put(whole, APPS)
        whole.reflect("related", at=AT)
        for uri in order:
            put(pieces, {uri: APPS[uri]})
            pieces.reflect("related", at=AT)
        assert {n.id: n for n in pieces.notes(RELATED)} == {n.id: n for n in whole.notes(RELATED)}
        assert not pieces.reflect("related", at=AT).changes
        assert state(pieces)[1].keys() == state(whole)[1].keys()


@pytest.mark.parametrize("gone", sorted(APPS))
def test_what_is_forgotten_is_made_up_for_around_it_alone(tmp_path: Path, gone: str) -> None:
    far = {f"far{n}.json": rows((200 + n, "a hill far away"), (201 + n, "the hill again")) for n in (0, 90)}
    with opened(tmp_path, "one") as one, opened(tmp_path, "two") as two:
        put(one, {**APPS, **far})
        one.reflect("related", at=AT)
        one.forget(gone)
        told = one.reflect("related", at=AT)
        assert not told.whole and 0 < told.passages <= len(texts(one)) - 4
        put(two, {uri: text for uri, text in {**APPS, **far}.items() if uri != gone})
        two.reflect("related", at=AT)
        assert {n.id: n for n in one.notes(RELATED)} == {n.id: n for n in two.notes(RELATED)}
