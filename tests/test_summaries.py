"""Summaries of sessions, days and weeks: central sentences with their sources, of what is new alone."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import numpy as np
import pytest
from conftest import put
from hypothesis import given
from hypothesis import strategies as st

from graphmem import Memory, schema
from graphmem.ingest import ingest_readings
from graphmem.ingest.readers import Turn, turns_reading
from graphmem.notes import Note
from graphmem.reflection.salience import lexrank
from graphmem.reflection.summaries import LINES, days, sessions, weeks
from graphmem.types import Change, Passage

NOW = datetime(2024, 6, 1, tzinfo=timezone.utc)
FIRST = datetime(2024, 5, 6, 9, tzinfo=timezone.utc)  # a Monday
TEXTS = (
    "The ash of Bergen needs water before the summer. Ada carries it from the river Lee every morning.",
    "The river Lee is low this summer. Nobody carries water up to the ash of Bergen but Ada.",
    "Bo sells lamps in Oslo. His lamps burn oil from the north.",
    "The ash of Bergen lost a branch in the storm. Ada sold the branch to Bo.",
)


def chat(memory: Memory, name: str, day: int, texts: tuple[str, ...] = TEXTS) -> None:
    """A chat with one session."""
    moment = FIRST + timedelta(days=day)
    turns = [
        Turn(("Ada", "Bo")[n % 2], text, moment + timedelta(minutes=n), f"session {day}")
        for n, text in enumerate(texts)
    ]
    ingest_readings(memory, [turns_reading(name, name, turns, name)], pipeline=None)


def all_(memory: Memory) -> list[str]:
    return [record.id for record in memory.store.scan(memory.view, schema.PASSAGE)]


def made(memory: Memory, reflector: object, touched: list[str] | None = None) -> list[Note]:
    ids = all_(memory) if touched is None else touched
    return list(reflector(memory.store, memory.view, memory.namespace, ids, NOW))  # type: ignore[operator]


@pytest.fixture
def chats(memory: Memory) -> Memory:
    for day in (0, 1, 9):
        chat(memory, f"chat{day}.json", day)
    return memory


@pytest.mark.parametrize("reflector", [sessions, days, weeks])
def test_each_line_stands_where_its_source_says(chats: Memory, reflector: object) -> None:
    notes = made(chats, reflector)
    assert notes and all(0 < len(note.parts) <= LINES for note in notes)
    passages = {
        one.id: one
        for r in chats.store.scan(chats.view, schema.PASSAGE)
        if isinstance(one := schema.from_record(r), Passage)
    }
    for note in notes:
        for part in note.parts:
            (source,) = part.sources
            passage = passages[source.passage]
            quoted = passage.text[source.start : source.end]
            assert part.text == f"{passage.speaker}: {quoted}"
        moments = [passages[part.sources[0].passage].at for part in note.parts]
        assert moments == sorted(moments) and (note.at, note.until) == (moments[0], moments[-1])  # type: ignore[type-var]
        assert "Bergen" in note.tags


def test_each_group_has_its_note(chats: Memory) -> None:
    assert [note.about for note in made(chats, days)] == ["2024-05-06", "2024-05-07", "2024-05-15"]
    assert [note.about for note in made(chats, weeks)] == ["2024-W19", "2024-W20"]
    assert len({note.id for note in made(chats, sessions)}) == 3


@pytest.mark.parametrize("reflector", [sessions, days, weeks])
def test_only_what_is_new_is_gone_over_and_gives_the_same(chats: Memory, reflector: object) -> None:
    whole = {note.id: note for note in made(chats, reflector)}
    before = set(all_(chats))
    chat(chats, "new.json", 20)
    new = sorted(set(all_(chats)) - before)
    (note,) = made(chats, reflector, new)
    assert note.id not in whole and {**whole, note.id: note} == {n.id: n for n in made(chats, reflector)}


def test_other_namespaces_have_no_part(chats: Memory) -> None:
    url = chats.store.info().url
    with Memory.open(url, namespace="other", embedder=chats.embedder) as other:
        chat(other, "theirs.json", 0, ("Secret words. " * 3,) * 3)
    assert all("Secret" not in note.text for note in made(chats, days))


def test_too_little_has_no_summary(memory: Memory) -> None:
    chat(memory, "short.json", 0, ("Hello Bo.",))
    (note,) = made(memory, days)
    assert not note.parts


def test_notes_are_written_and_go_with_their_sources(chats: Memory) -> None:
    notes = made(chats, days)
    chats.write([Change(None, schema.to_record(note)) for note in notes], "reflect", author="reflection")
    assert [note.about for note in chats.notes("day")] and not chats.verify()
    chats.forget("chat9.json")
    assert sorted(note.about for note in chats.notes("day")) == ["2024-05-06", "2024-05-07"]


def test_a_section_of_a_text_is_a_session(memory: Memory) -> None:
    put(memory, {"a.md": "# One\n\n" + "\n\n".join(TEXTS) + "\n\n# Two\n\n" + "\n\n".join(TEXTS[2:])})
    titles = sorted(note.title for note in made(memory, sessions))
    assert titles == ["One", "Two"] or len(titles) == 2


@given(st.integers(1, 12), st.integers(0, 99))
def test_lexrank_is_a_distribution_that_order_does_not_change(n: int, seed: int) -> None:
    draw = np.random.default_rng(seed)
    rows = draw.random((n, 5)) * (draw.random((n, 5)) < 0.5)
    alike = rows @ rows.T
    rank = lexrank(alike)
    order = draw.permutation(n)
    assert rank.sum() == pytest.approx(1) and (rank > 0).all()
    assert lexrank(alike[np.ix_(order, order)]) == pytest.approx(rank[order])
