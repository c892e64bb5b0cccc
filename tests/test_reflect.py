"""A reflection goes over what is new, is a commit like any other, and changes nothing the second time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest
from conftest import opened, put, state
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmem import InputError, Memory, schema
from graphmem.notes import Note, Part, Source, note_id
from graphmem.reflection import AUTHOR, Reflection, Reflector, reflected
from graphmem.reflection.reflectors import REFLECTORS
from graphmem.stores.base import Store
from graphmem.types import Passage, View

AT = datetime(2024, 5, 1, tzinfo=timezone.utc)
TALK = "[2023-05-08 13:56] Ada: I planted an ash.\n[2023-05-08 14:00] Bo: Where?\n"
TALK += "[2023-05-09 08:00] Ada: In Ely.\n"
OTHER = "[2023-05-09 10:00] Cy: I felled an oak.\n[2023-05-10 09:00] Cy: It rains.\n"
READ: list[str] = []
"""The passages that the reflector below was given."""


def speakers(
    store: Store, view: View, namespace: str, touched: Collection[str], now: datetime
) -> Iterator[Note]:
    """A note of who speaks on each day, a line a speaker: as simple as a reflector can be."""
    READ[:] = sorted(touched)
    everyone = [schema.from_record(record) for record in store.scan(view, schema.PASSAGE)]
    days: defaultdict[str, list[Passage]] = defaultdict(list)
    for one in everyone:
        assert isinstance(one, Passage) and one.at
        days[f"{one.at:%Y-%m-%d}"].append(one)
    for day, turns in sorted(days.items()):
        if {one.id for one in turns} & set(touched):
            of: defaultdict[str, list[Source]] = defaultdict(list)
            for one in turns:
                of[one.speaker].append(Source(one.id, 0, len(one.text)))
            yield Note(
                id=note_id(namespace, "speakers", day),
                namespace=namespace,
                kind="speakers",
                about=day,
                title=day,
                parts=tuple(Part(f"{who} spoke.", tuple(own)) for who, own in sorted(of.items())),
            )


OWN = {"speakers": Reflector(speakers, frozenset({"speakers"}))}


def reflect(memory: Memory, whole: bool = False) -> Reflection:
    """A reflection by the reflector above alone."""
    found = reflected(memory.store, memory.view, memory.namespace, AT, whole=whole, reflectors=OWN)
    if found.changes:
        memory.write(found.changes, "reflect", author=AUTHOR)
    return found


def test_a_second_reflection_changes_nothing(memory: Memory) -> None:
    put(memory, {"talk.txt": TALK})
    first = reflect(memory)
    assert [note.about for note in first.made] == ["2023-05-08", "2023-05-09"] and first.passages == 3
    before = state(memory)
    assert reflect(memory).changes == () and state(memory) == before


def test_a_reflection_goes_over_what_is_new_alone(memory: Memory) -> None:
    put(memory, {"talk.txt": TALK})
    reflect(memory)
    put(memory, {"other.txt": OTHER})
    found = reflect(memory)
    assert len(READ) == found.passages == 2 and not found.whole
    assert [n.about for n in found.made] == ["2023-05-10"] and [n.about for n in found.remade] == [
        "2023-05-09"
    ]
    memory.rename("Ada", "Ada Byron")
    assert reflect(memory).changes == (), "what a person says of a name is no new passage"


def test_what_is_left_after_forgetting_is_gone_over_as_a_whole(memory: Memory) -> None:
    put(memory, {"talk.txt": TALK, "other.txt": OTHER})
    reflect(memory)
    memory.forget("other.txt")
    assert {note.about for note in memory.notes("speakers")} == {"2023-05-08", "2023-05-09"}
    assert "Cy spoke." not in {part.text for note in memory.notes() for part in note.parts}
    found = reflect(memory)
    assert found.whole
    memory.forget("talk.txt")
    reflect(memory)
    assert not list(memory.notes("speakers"))


def test_undo_of_a_reflection_is_exact_and_it_is_made_again(memory: Memory) -> None:
    put(memory, {"talk.txt": TALK})
    before = state(memory)
    reflect(memory)
    made = state(memory)
    memory.undo(next(iter(memory.history(newest_first=True))).id)
    assert state(memory) == before
    reflect(memory)
    assert state(memory)[1] == made[1]
    assert [note.about for note in memory.notes("speakers")] and all(memory.notes("speakers"))


def test_an_undone_ingest_takes_its_notes(memory: Memory) -> None:
    put(memory, {"talk.txt": TALK})
    ingest = next(iter(memory.history())).id
    reflect(memory)
    memory.undo(ingest)
    assert not list(memory.notes("speakers")) and not memory.verify()
    reflect(memory)
    assert not list(memory.notes("speakers"))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(["talk", "other", "-talk", "-other", "reflect", "undo"]), max_size=8))
def test_whatever_came_and_went_notes_are_those_of_what_is_there(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str]
) -> None:
    texts = {"talk": TALK, "other": OTHER}
    with opened(tmp_path_factory.mktemp("a")) as memory, opened(tmp_path_factory.mktemp("b")) as fresh:
        for step in steps:
            there = {one.uri for one in memory.documents()}
            if step in texts:
                put(memory, {f"{step}.txt": texts[step]})
            elif step[1:] in texts and f"{step[1:]}.txt" in there:
                memory.forget(f"{step[1:]}.txt")
            elif step == "reflect":
                reflect(memory)
            elif step == "undo" and memory.store.head():
                memory.undo(next(iter(memory.history(newest_first=True))).id)
        reflect(memory)
        for one in memory.documents():
            put(fresh, {one.uri: texts[one.uri.removesuffix(".txt")]})
        reflect(fresh)
        assert {n.id: n for n in memory.notes("speakers")} == {n.id: n for n in fresh.notes("speakers")}
        assert not memory.verify()


def test_what_cannot_be_reflected_on(memory: Memory, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing reflects on 'dreams': name some of"):
        memory.reflect("dreams")
    with pytest.raises(InputError, match="time zone"):
        memory.reflect(at=datetime(2024, 1, 1))
    assert memory.reflect().changes == ()


def test_all_reflectors_together(memory: Memory) -> None:
    put(memory, {"talk.txt": TALK, "other.txt": OTHER})
    found = memory.reflect()
    kinds = frozenset[str]().union(*(one.kinds for one in REFLECTORS.values()))
    assert {note.kind for note in found.made} <= kinds
    before = state(memory)
    assert memory.reflect().commits == () and state(memory) == before
    if found.commits:
        assert {commit.author for commit in found.commits} == {AUTHOR}
        memory.undo(found.commits[0].id, run=found.commits[0].id)
        assert not list(memory.notes())


def test_the_message_says_which_reflectors_went_over_how_much(memory: Memory) -> None:
    put(memory, {"talk.txt": TALK})
    assert [one.message for one in memory.reflect("topics").commits] == ["reflect on 3 passages (topics)"]
    put(memory, {"more.txt": "[2023-05-10 09:00] Bo: The ash of Ely was felled.\n"})
    assert {one.message for one in memory.reflect().commits} == {"reflect on 4 passages"}


def test_a_new_passage_is_gone_over_where_all_else_sleeps(memory: Memory) -> None:
    put(memory, {"talk.txt": TALK})
    memory.reflect("topics")
    memory.fade(most=0)
    put(memory, {"other.txt": OTHER})
    assert memory.reflect("topics").made and not memory.verify()
    assert not memory.reflect("topics").commits
