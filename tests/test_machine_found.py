"""What the machine found, each as small as it gets."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import opened, put, state

pytest.importorskip("spacy")

from graphmem import Conflict, InputError, Memory  # noqa: E402
from graphmem.export import export_lines, import_lines  # noqa: E402
from graphmem.ingest.language import ENGLISH  # noqa: E402
from graphmem.statements import Event, Fact  # noqa: E402
from graphmem.types import Entity  # noqa: E402

JOB = "Nils Okker joined Halden Mills in 2015."
HOME = "Mira Quist lived in Oslo."


def facts(memory: Memory, name: str) -> list[Fact]:
    found = memory.find(name)
    assert isinstance(found, Entity)
    return memory.facts(found, 50, retired=True)


def texts(memory: Memory, name: str) -> list[str]:
    return sorted(one.text for one in facts(memory, name))


def test_what_people_said_is_exported_and_imported(tmp_path: Path) -> None:
    with opened(tmp_path, "one") as one, opened(tmp_path, "other") as other:
        put(one, {"a.txt": HOME}, ENGLISH)
        one.rename("Mira Quist", "M. Q.")
        one.retract(facts(one, "Mira Quist")[0].id, "a joke")
        one.split("Mira Quist", "Tove Ardal", ["a.txt"])
        import_lines(other.store, list(export_lines(one.store, one.view)))
        assert state(other) == state(one)


def test_whom_only_a_pronoun_means_can_be_found(memory: Memory) -> None:
    put(memory, {"a.txt": "Nils Okker was born in Oslo. He liked the temples."}, ENGLISH)
    found = memory.find("Nils Okker")
    assert isinstance(found, Entity)
    (born,) = (one.id for one in memory.evidence(found) if one.text.startswith("Nils"))
    memory.move(born, "Nils Okker", "Mira Quist")
    assert memory.verify() == ()
    assert texts(memory, "Nils Okker") == ["Nils Okker liked temples"]


def test_two_words_on_what_one_document_means_are_taken_back_in_any_order(memory: Memory) -> None:
    put(memory, {"a.txt": f"{HOME} Tove Ardal met Jon Vesper."}, ENGLISH)
    before = state(memory)
    words = [memory.same("Mira Quist @ a.txt", "Tove Ardal"), memory.same("Mira Quist", "Jon Vesper")]
    for word in words:
        memory.undo(word.id)
    assert state(memory) == before


def test_a_pinned_fact_brings_no_other_into_being(memory: Memory) -> None:
    put(memory, {"a.txt": JOB}, ENGLISH)
    before = {one.id for one in facts(memory, "Nils Okker")}
    (fact,) = (one for one in facts(memory, "Nils Okker") if not isinstance(one, Event))
    memory.pin(fact.id)
    assert {one.id for one in facts(memory, "Nils Okker")} == before
    memory.forget("a.txt")
    assert {one.id for one in facts(memory, "Nils Okker")} == before, "its event is vouched for with it"


def test_what_a_person_adds_is_the_fact_of_a_source_that_says_the_same(memory: Memory) -> None:
    put(memory, {"a.txt": HOME}, ENGLISH)
    memory.relate("Mira Quist", "lives in", "Oslo")
    assert len(facts(memory, "Mira Quist")) == 1


def test_a_split_outlives_what_a_person_said_too(memory: Memory) -> None:
    memory.relate("Mira Quist", "mentors", "Jon Vesper")
    (said,) = (one.uri for one in memory.documents())
    memory.split("Mira Quist", "Tove Ardal", [said])
    split = texts(memory, "Jon Vesper")
    memory.forget(said)
    memory.relate("Mira Quist", "mentors", "Jon Vesper")
    assert texts(memory, "Jon Vesper") == split


def test_a_split_outlives_an_older_undo(memory: Memory) -> None:
    put(memory, {"a.txt": HOME}, ENGLISH)
    put(memory, {"a.txt": "Rain fell."}, ENGLISH)
    rain = list(memory.history())[-1].id
    memory.undo(rain)
    memory.split("Mira Quist", "Tove Ardal", ["a.txt"])
    put(memory, {"a.txt": "Rain fell."}, ENGLISH)
    memory.undo(rain)
    assert texts(memory, "Tove Ardal") == ["Tove Ardal lived in Oslo"]


def test_a_split_into_the_same_name_is_refused(memory: Memory) -> None:
    put(memory, {"a.txt": HOME}, ENGLISH)
    with pytest.raises(InputError):
        memory.split("Mira Quist", "Mira Quist", ["a.txt"])


CHAT = """Ann: I met Ada Lovelace in Oslo.

Bob: Boris Petrov came to Rome.

Ann: Last was Carla Bruni in Paris.
"""


def test_a_turn_does_not_come_back_into_another_reading_of_its_chat(memory: Memory) -> None:
    put(memory, {"chat.txt": CHAT})
    gone = memory.forget_entity("Carla Bruni")
    put(memory, {"chat.txt": CHAT.split("\n\n")[1] + "\n\nAnn: Nobody else.\n"})
    with pytest.raises(Conflict, match="ingest chat.txt"):
        memory.undo(gone.commit.id)
    assert memory.verify() == ()
    memory.undo(list(memory.history())[-1].id)
    memory.undo(gone.commit.id)
    assert memory.verify() == () and memory.find("Carla Bruni")


def test_a_turn_does_not_come_back_before_the_one_that_it_follows(memory: Memory) -> None:
    put(memory, {"chat.txt": CHAT})
    before = state(memory)
    later, sooner = memory.forget_entity("Carla Bruni"), memory.forget_entity("Boris Petrov")
    with pytest.raises(Conflict, match="forget all about"):
        memory.undo(later.commit.id)
    assert memory.verify() == ()
    memory.undo(sooner.commit.id)
    memory.undo(later.commit.id)
    assert state(memory) == before
