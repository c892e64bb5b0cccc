"""What a person says outlives its source: added, corrected, renamed, retracted, pinned, split and merged."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import pytest
from conftest import opened, put, state

pytest.importorskip("spacy")

from graphmem import InputError, Memory, NotFound  # noqa: E402
from graphmem.ingest.language import ENGLISH  # noqa: E402
from graphmem.statements import Fact  # noqa: E402
from graphmem.types import Entity, Sentence  # noqa: E402

A = "Mira Quist lived in Oslo. Mira Quist visited Kyoto in 2008."
B = "Mira Quist visited Kyoto in 2008. She liked the temples."


def entity(memory: Memory, name: str) -> Entity:
    found = memory.find(name)
    assert isinstance(found, Entity)
    return found


def texts(memory: Memory, name: str = "Mira Quist", *, retired: bool = False) -> list[str]:
    return sorted(one.text for one in memory.facts(entity(memory, name), 50, retired=retired))


def fact(memory: Memory, text: str) -> Fact:
    (found,) = (f for f in memory.facts(entity(memory, "Mira Quist"), 50, retired=True) if f.text == text)
    return found


def undo_all(memory: Memory) -> None:
    for commit in reversed(list(memory.history())):
        memory.undo(commit.id)


def test_an_added_fact_is_found_like_any_other_and_stays_when_sources_go(memory: Memory) -> None:
    put(memory, {"a.txt": A}, ENGLISH)
    memory.relate("Mira Quist", "mentors", "Jon Vesper")
    assert "Mira Quist mentors Jon Vesper" in texts(memory)
    assert texts(memory, "Jon Vesper") == ["Mira Quist mentors Jon Vesper"]
    (found,) = [one for one in memory.facts(entity(memory, "Jon Vesper"))]
    (evidence,) = memory.evidence(found)
    assert evidence.text == "Mira Quist mentors Jon Vesper." and found.main.by == "user"
    hits = memory.recall("Whom does Mira Quist mentor?")
    assert any(hit.evidence.text == evidence.text for hit in hits)
    memory.forget("a.txt")
    assert texts(memory) == ["Mira Quist mentors Jon Vesper"]
    assert memory.store.check() == []
    with pytest.raises(InputError, match="said so before"):
        memory.relate("Mira Quist", "mentors", "Jon Vesper")


def test_an_added_fact_of_a_known_relation_ends_an_earlier_one(memory: Memory) -> None:
    memory.relate("Mira Quist", "lives in", "Oslo", since=datetime(2019, 1, 1, tzinfo=timezone.utc))
    memory.relate("Mira Quist", "lives_in", "Rome", since=datetime(2022, 1, 1, tzinfo=timezone.utc))
    assert texts(memory) == ["Mira Quist lives in Rome"]
    ended = fact(memory, "Mira Quist lives in Oslo")
    assert memory.standings([ended])[ended.id].state == "ended"


@pytest.mark.parametrize("parts", [("", "knows", "Bo"), ("Ann", " ", "Bo"), ("Ann", "knows", "")])
def test_half_a_fact_is_refused(memory: Memory, parts: tuple[str, str, str]) -> None:
    with pytest.raises(InputError, match="is empty"):
        memory.relate(*parts)
    assert memory.store.head() == 0


def test_a_correction_outlives_the_reading_of_its_source(memory: Memory) -> None:
    put(memory, {"a.txt": A}, ENGLISH)
    memory.correct(fact(memory, "Mira Quist lived in Oslo").id, object="Bergen")
    assert "Mira Quist lived in Bergen" in texts(memory) and "Mira Quist lived in Oslo" not in texts(memory)
    put(memory, {"a.txt": A + " She sings."}, ENGLISH)
    assert "Mira Quist lived in Oslo" not in texts(memory)
    memory.forget("a.txt")
    put(memory, {"new.txt": A}, ENGLISH)
    assert "Mira Quist lived in Oslo" not in texts(memory), "whoever says so again"
    retracted = fact(memory, "Mira Quist lived in Oslo").retraction
    assert retracted is not None and retracted.by == "user"
    instead = memory.find(retracted.instead)
    assert isinstance(instead, Fact) and instead.text == "Mira Quist lived in Bergen"
    memory.admit(fact(memory, "Mira Quist lived in Oslo").id)
    assert "Mira Quist lived in Oslo" in texts(memory)


def test_a_correction_that_changes_nothing_is_refused(memory: Memory) -> None:
    put(memory, {"a.txt": A}, ENGLISH)
    with pytest.raises(InputError, match="says that already"):
        memory.correct(fact(memory, "Mira Quist lived in Oslo").id, object="Oslo")
    with pytest.raises(NotFound, match="graphmem facts"):
        memory.retract("f00")
    with pytest.raises(InputError, match="nobody retracted"):
        memory.admit(fact(memory, "Mira Quist lived in Oslo").id)


@pytest.mark.parametrize("text", ["Mira Quist lived in Oslo", "Mira Quist visited Kyoto"])
def test_a_pinned_fact_stays_when_its_sources_are_forgotten(memory: Memory, text: str) -> None:
    put(memory, {"a.txt": A, "b.txt": B}, ENGLISH)
    pinned = fact(memory, text)
    memory.pin(pinned.id)
    memory.forget("a.txt")
    memory.forget("b.txt")
    assert texts(memory) == [text]
    assert type(fact(memory, text)) is type(pinned) and fact(memory, text).id == pinned.id


def test_a_name_and_a_kind_are_given_and_wait_for_their_entity(memory: Memory) -> None:
    put(memory, {"a.txt": A}, ENGLISH)
    before = state(memory)
    memory.rename("Mira Quist", "Mira Quist-Moe")
    memory.retype("Mira Quist", "Painter")
    found = entity(memory, "Mira Quist")
    assert (found.name, found.label) == ("Mira Quist-Moe", "painter") and "Mira Quist" in found.aliases
    memory.forget("a.txt")
    put(memory, {"b.txt": B}, ENGLISH)
    assert entity(memory, "Mira Quist").name == "Mira Quist-Moe", "read again, it meets its correction"
    put(memory, {"a.txt": A}, ENGLISH)
    memory.forget("b.txt")
    memory.rename("Mira Quist", "")
    memory.retype("Mira Quist", "")
    assert state(memory) == before
    assert memory.store.check() == []


def test_a_split_moves_mentions_facts_and_casts_and_outlives_reading(tmp_path: Path) -> None:
    with opened(tmp_path) as memory:
        put(memory, {"a.txt": A, "b.txt": B}, ENGLISH)
        before = state(memory)
        memory.split("Mira Quist", "Mira Quist (diver)", ["b.txt"])
        assert "Mira Quist (diver) visited Kyoto" in texts(memory, "Mira Quist (diver)")
        assert texts(memory) == ["Mira Quist lived in Oslo", "Mira Quist visited Kyoto"]
        assert entity(memory, "Mira Quist").mentions == 2
        diver = memory.evidence(entity(memory, "Mira Quist (diver)"))
        assert {one.text for one in diver} == {"Mira Quist visited Kyoto in 2008.", "She liked the temples."}
        assert memory.store.check() == []
        split = state(memory)
        put(memory, {"b.txt": B + " It rained."}, ENGLISH)
        put(memory, {"b.txt": B}, ENGLISH)
        assert state(memory) == split, "read again, the mentions stay moved"
        memory.forget("b.txt")
        put(memory, {"b.txt": B}, ENGLISH)
        assert state(memory) == split
        for _ in range(4):
            memory.undo(list(memory.history())[-1].id)
            memory.undo(list(memory.history())[-1].id)
        assert state(memory) == split
        memory.undo(next(one.id for one in memory.history() if one.message.startswith("split")))
        assert state(memory) == before


def test_one_mention_is_moved(memory: Memory) -> None:
    put(memory, {"a.txt": A}, ENGLISH)
    sentence = memory.evidence(entity(memory, "Mira Quist"))[0]
    assert isinstance(sentence, Sentence)
    memory.move(sentence.id, "Mira Quist", "Tove Ardal")
    assert [one.id for one in memory.evidence(entity(memory, "Tove Ardal"))] == [sentence.id]
    with pytest.raises(NotFound, match="none of these names"):
        memory.move(sentence.id, "Mira Quist", "Jon Vesper")
    with pytest.raises(InputError, match="name is empty"):
        memory.move(sentence.id, "Tove Ardal", " ")


def test_a_merger_is_looked_at_before_it_is_made(memory: Memory) -> None:
    put(memory, {"a.txt": "Mira Quist was born in Oslo.", "b.txt": "Tove Ardal was born in Rome."}, ENGLISH)
    head = memory.store.head()
    merger = memory.merger("Mira Quist", "Tove Ardal")
    assert (merger.a.names, merger.b.names) == (("Mira Quist",), ("Tove Ardal",))
    assert (merger.a.facts, merger.b.sentences, merger.together) == (1, 1, False)
    assert [relation for relation, _ in merger.odds] == ["born_in"]
    assert memory.store.head() == head
    memory.same("Mira Quist", "Tove Ardal")
    assert memory.merger("Mira Quist", "Tove Ardal").together


def test_every_edit_is_a_commit_that_undo_takes_back(tmp_path: Path) -> None:
    with opened(tmp_path) as memory:
        put(memory, {"a.txt": A, "b.txt": B}, ENGLISH)
        before = state(memory)
        oslo = fact(memory, "Mira Quist lived in Oslo").id
        edits = [
            lambda: memory.relate("Mira Quist", "mentors", "Jon Vesper"),
            lambda: memory.correct(oslo, object="Bergen"),
            lambda: memory.retract(oslo, "wrong"),
            lambda: memory.pin(oslo),
            lambda: memory.rename("Mira Quist", "M. Q."),
            lambda: memory.retype("Oslo", "city"),
            lambda: memory.split("Mira Quist", "Mira Quist (diver)", ["b.txt"]),
            lambda: memory.same("Oslo", "Kyoto"),
        ]
        for edit in edits:
            made = edit()
            assert state(memory) != before or made.message.endswith("Kyoto")
            memory.undo(made.id)
            assert state(memory) == before
            assert memory.store.check() == []
