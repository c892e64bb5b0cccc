"""Routines: what a calendar and a chat show to recur, when it was otherwise, and what says so."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from conftest import opened, put

from graphmem import Memory, schema
from graphmem.notes import Note
from graphmem.reflection.routines import KIND, due, routines
from graphmem.types import Change, Record

NOW = datetime(2025, 6, 1, tzinfo=timezone.utc)


def calendar(*rows: tuple[str, str, str]) -> dict[str, str]:
    """A calendar's file: start, title, description."""
    items = [
        {"title": title, "description": text, "start_time": start, "end_time": start}
        for start, title, text in rows
    ]
    return {"calendar.json": json.dumps(items)}


def weekly(title: str, text: str, first: date, many: int, step: int = 7) -> list[tuple[str, str, str]]:
    return [(f"{first + timedelta(step * n)} 19:30:00", title, text) for n in range(many)]


def passages(memory: Memory) -> list[str]:
    return [record.id for record in memory.store.scan(memory.view, schema.PASSAGE)]


def made(memory: Memory, touched: list[str] | None = None) -> list[Note]:
    touched = passages(memory) if touched is None else touched
    return list(routines(memory.store, memory.view, memory.namespace, touched, NOW))


def keep(memory: Memory, notes: list[Note]) -> None:
    """Write notes as a reflection does."""
    before = memory.store.get(memory.view, [note.id for note in notes])
    after: dict[str, Record | None] = {n.id: schema.to_record(n) if n.parts else None for n in notes}
    changes = [Change(before.get(id), own) for id, own in after.items() if before.get(id) != own]
    if changes:
        memory.write(changes, "reflect", author="reflection")


def test_days_of_one_thing_are_a_routine_with_its_rule_and_what_was_otherwise(tmp_path: Path) -> None:
    rows = weekly("Squash with Lin", "Squash with Lin at the club.", date(2025, 1, 8), 8)
    rows[3] = ("2025-01-30 19:30:00", "Squash with Lin", "Squash with Lin at the club.")
    rows[5] = (rows[5][0], "Squash with Lin", "Squash with Lin at the club was cancelled.")
    other = [
        ("2025-02-20 09:00:00", "Dentist", "The tooth hurts."),
        ("2025-03-01 12:00:00", "Buy paint", "Red."),
    ]
    with opened(tmp_path) as memory:
        put(memory, calendar(*rows, *other))
        (note,) = made(memory)
        assert note.title == "Squash with Lin"
        assert (note.data["often"], note.data["time"]) == ("every Wednesday", "19:30")
        assert note.data["departures"] == [
            ["2025-01-29", "missed"],
            ["2025-01-30", "on another day"],
            ["2025-02-12", "called off"],
        ]
        assert due(note, NOW) == date(2025, 6, 4)
        assert note.tags == ("seen",)
        texts = {one.id: one.body["text"] for one in memory.store.scan(memory.view, schema.PASSAGE)}
        for part in note.parts:
            for source in part.sources:
                assert "Squash with Lin" in texts[source.passage][source.start : source.end]


def test_what_says_how_often_is_a_routine_at_once_and_others_like_it_are_its_days(tmp_path: Path) -> None:
    with opened(tmp_path) as memory:
        put(
            memory,
            calendar(
                ("2025-02-05 18:00:00", "Swimming", "Swimming at the pool every Wednesday."),
                ("2025-02-12 18:00:00", "Swimming", "Swimming at the pool."),
                ("2025-02-13 10:00:00", "Budget", "Write down our monthly expenses."),
            ),
        )
        (note,) = made(memory)
        assert (note.title, note.data["often"], note.data["days"]) == ("Swimming", "every Wednesday", 2)
        assert note.tags == ("said", "seen")


def test_three_days_and_a_job_of_one_week_are_no_habit(tmp_path: Path) -> None:
    with opened(tmp_path) as memory:
        put(memory, calendar(*weekly("Squash", "With Lin at the club.", date(2025, 1, 8), 3)))
        assert not made(memory)
        put(
            memory,
            {
                "job.json": calendar(*weekly("Paint the hall", "Two coats.", date(2025, 3, 3), 6, 1))[
                    "calendar.json"
                ]
            },
        )
        assert not made(memory)


def test_files_of_a_device_are_no_doing(tmp_path: Path) -> None:
    rows = weekly("Squash with Lin", "Squash with Lin at the club.", date(2025, 1, 8), 8)
    photos = [(start, f"IMG_{start[:10].replace('-', '')}_1930.jpg", "") for start, _, _ in rows]
    with opened(tmp_path) as memory:
        put(memory, calendar(*photos))
        assert not made(memory)
        put(memory, {"more.json": calendar(*rows)["calendar.json"]})
        assert [note.title for note in made(memory)] == ["Squash with Lin"]


def test_given_what_is_new_it_gives_the_same_as_given_all(tmp_path: Path) -> None:
    rows = [
        *weekly("Squash with Lin", "Squash with Lin at the club.", date(2025, 1, 8), 6),
        *weekly("Choir rehearsal", "Choir in the church hall.", date(2025, 1, 9), 6),
    ]
    with opened(tmp_path) as memory:
        put(memory, calendar(*rows))
        whole = {note.id: note for note in made(memory)}
        assert len(whole) == 2
        for id in passages(memory):
            (one,) = made(memory, [id])
            assert whole[one.id] == one


def test_a_routine_that_is_none_any_more_goes(tmp_path: Path) -> None:
    with opened(tmp_path) as memory:
        put(memory, calendar(*weekly("Squash with Lin", "Squash at the club.", date(2025, 1, 8), 5)))
        keep(memory, made(memory))
        (note,) = memory.notes(KIND)
        put(memory, calendar(*weekly("Squash with Lin", "Squash at the club.", date(2025, 1, 8), 3)))
        keep(memory, made(memory))
        assert not list(memory.notes(KIND))
        with pytest.raises(ValueError, match="no routine"):
            due(Note(id=note.id, namespace="default", kind="day", about="x", title="", parts=()), NOW)


def test_other_namespaces_take_no_part(tmp_path: Path) -> None:
    with opened(tmp_path, namespace="bo") as theirs:
        put(theirs, calendar(*weekly("Squash with Lin", "Squash at the club.", date(2025, 1, 8), 3)))
    with opened(tmp_path) as memory:
        put(memory, calendar(*weekly("Squash with Lin", "Squash at the club.", date(2025, 3, 5), 3)))
        assert not made(memory)


def test_a_chat_says_a_routine(tmp_path: Path) -> None:
    pytest.importorskip("spacy", reason="what a turn says is read by the language pipeline")
    said = [("2025-01-06", "I go swimming every Monday."), ("2025-01-07", "Our daily routine is dull.")]
    turns = [{"speaker": "Ann", "text": text, "timestamp": day} for day, text in said]
    with opened(tmp_path) as memory:
        put(memory, {"chat.json": json.dumps(turns)}, pipeline="auto")
        (note,) = made(memory)
        assert (note.title, note.data["who"], note.tags) == ("go swimming", "ann", ("said",))
        assert (note.data["rule"], note.data["days"]) == ("FREQ=WEEKLY;BYDAY=MO", 0)
        assert due(note, NOW) == date(2025, 6, 2)
        assert note.parts[0].text == "go swimming: every Monday (said)"
