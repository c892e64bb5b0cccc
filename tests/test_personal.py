"""What names and phrases mean to a person, found where they say so, and what a question means by them."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import pytest
from conftest import opened, put
from test_routines import keep

from graphmem import Memory, schema
from graphmem.notes import Note
from graphmem.reflection.personal import KIND, meant, names, sayings
from graphmem.types import Entity, Passage

NOW = datetime(2025, 6, 1, tzinfo=timezone.utc)
CHAT = """[2025-01-06 10:00] Ann: I call my car Bessie. My sister Eva drives it.
[2025-01-07 10:00] Bo: My sister Ida has none. My favorite cup is the blue one from Delft.
[2025-01-08 10:00] Ann: We met at our usual place, the café by the canal.
[2025-01-09 10:00] Ann: St Agnes (my old school) has closed.
"""


def turn(text: str, speaker: str = "Ann", kind: str = "turn") -> Passage:
    return Passage(
        id="p1",
        namespace="default",
        document="d1",
        position=0,
        kind=kind,  # type: ignore[arg-type]
        start=0,
        end=len(text),
        text=text,
        speaker=speaker,
    )


def reflect(memory: Memory, touched: list[str] | None = None) -> list[Note]:
    if touched is None:
        touched = [record.id for record in memory.store.scan(memory.view, schema.PASSAGE)]
    found = list(names(memory.store, memory.view, memory.namespace, touched, NOW))
    keep(memory, found)
    return found


def asked(memory: Memory, question: str) -> list[tuple[str, str]]:
    return [
        (phrase, means.name if isinstance(means, Entity) else means)
        for phrase, means, _ in meant(memory.store, memory.view, question)
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("My little sister Eva came.", [("sister", "Eva")]),
        ("I saw Eva Braun, my sister, there.", [("sister", "Eva Braun")]),
        ("Our dog's name is Rex!", [("dog", "Rex")]),
        ("We got another cat named Bailey too.", [("cat", "Bailey")]),
        ("I call my car Bessie.", [("car", "Bessie")]),
        ("My favourite cup is the blue one from Delft.", [("favourite cup", "the blue one from Delft")]),
        ("Harry Potter is my favorite book.", [("favourite book", "Harry Potter")]),
        ("Back to our spot, the bench under the ash.", [("spot", "the bench under the ash")]),
        ("I left St Agnes, my old school.", [("old school", "St Agnes")]),
        ("My daughter Sara's birthday", [("daughter", "Sara")]),
        ("With my apprentice, I’ll go there.", []),
        ("Hello, my wife and I are here.", []),
        ("My favourite was when we won.", []),
        ("One of my favourite cities.", []),
    ],
)
def test_where_people_say_what_they_mean(text: str, found: list[tuple[str, str]]) -> None:
    told = list(sayings(turn(text)))
    assert [(one.phrase, one.means) for one in told] == found
    assert all(one.owner == "ann" and one.means in text[one.start : one.end] for one in told)


def test_a_card_tells_relation_and_nickname() -> None:
    card = turn("name: Lu Jian; relation: Father; gender: Male; nickname: Dad", kind="record", speaker="")
    assert [(one.phrase, one.means, one.owner) for one in sayings(card)] == [
        ("father", "Lu Jian", ""),
        ("dad", "Lu Jian", ""),
    ]


def test_a_question_means_what_its_owner_calls_so(tmp_path: Path) -> None:
    with opened(tmp_path) as memory:
        put(memory, {"chat.txt": CHAT})
        reflect(memory)
        assert asked(memory, "Where does Ann's sister live?") == [("sister", "Eva")]
        assert asked(memory, "Where does Bo's sister live?") == [("sister", "Ida")]
        assert asked(memory, "Where does Cy's sister live?") == []
        assert asked(memory, "What is Bo's favourite cup?") == [("favourite cup", "the blue one from Delft")]
        assert asked(memory, "Is the usual place of Ann open?") == [("usual place", "the café by the canal")]
        assert asked(memory, "What is Bo's least favourite cup?") == []
        assert asked(memory, "Who is the captain?") == []


def test_notes_rest_on_what_was_said_and_follow_it(tmp_path: Path) -> None:
    with opened(tmp_path) as memory:
        put(memory, {"one.txt": "[2025-01-06 10:00] Ann: My favourite book is Emma by Jane Austen.\n"})
        reflect(memory)
        put(memory, {"two.txt": "[2025-02-06 10:00] Ann: My favourite book is Dune by Frank Herbert.\n"})
        (note,) = memory.notes(KIND)
        new = [r.id for r in memory.store.scan(memory.view, schema.PASSAGE) if r.id not in note.passages]
        (after,) = reflect(memory, new)
        assert after.id == note.id
        assert after.data["means"] == ["Dune by Frank Herbert", "Emma by Jane Austen"]
        assert reflect(memory) == [after]
        memory.forget("two.txt")
        (left,) = reflect(memory)
        assert left == note


def test_other_namespaces_are_not_asked(tmp_path: Path) -> None:
    with opened(tmp_path, namespace="cy") as theirs:
        put(theirs, {"chat.txt": CHAT})
        reflect(theirs)
    with opened(tmp_path) as memory:
        assert not reflect(memory)
        assert asked(memory, "Where does Ann's sister live?") == []
