"""Forgetting all about an entity: each passage that names it goes, and nothing that stays knows of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import opened, put, records, state
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmem import InputError, Memory, NotFound, schema
from graphmem.casts import Named
from graphmem.identity import words
from graphmem.stores.base import Store
from graphmem.types import Entity, Passage, Record

PLACED = ("position", "start", "end")
TURNS = (
    "I saw Rome with Ada Quill.",
    "Ada Quill paints. London slept.",
    "It rains in London.",
    "Bo Rask left Rome for Oslo in 1999.",
    "ADA QUILL again!",
    "Rome burned, and Bo Rask saw it.",
    "Nothing is named here.",
    "The Ada Quill Foundation is in Oslo.",
)
SPEAKERS = ("Bo Rask", "Ada Quill", "Edda Lind")
# A passage is its text in its document and how many equal ones stand before it: here no two are equal.
turns = st.lists(
    st.tuples(st.sampled_from(SPEAKERS), st.sampled_from(TURNS)),
    min_size=2,
    max_size=8,
    unique_by=lambda turn: turn[1],
)


def chat(said: list[tuple[str, str]]) -> str:
    return "".join(f"[2023-05-08 10:{k:02}] {who}: {text}\n" for k, (who, text) in enumerate(said))


def comparable(memory: Memory) -> tuple[dict[str, Any], dict[str, bytes]]:
    """All that a memory holds, but for the source as such and for where in it a passage stood."""
    found, vectors = state(memory)
    left = {}
    for id, record in found.items():
        if record.kind == schema.PASSAGE:
            left[id] = {key: value for key, value in record.body.items() if key not in PLACED}
        elif record.kind not in (schema.DOCUMENT, schema.EPISODE):
            left[id] = dict(record.body)
    return left, vectors


def saying(found: dict[str, Record], name: str) -> list[Record]:
    """The records that say a name, wherever in their bodies."""
    key = f" {' '.join(words(name))} "
    bodies = {
        r.id: " ".join(["", *words(json.dumps(r.body, ensure_ascii=False)), ""]) for r in found.values()
    }
    return [r for r in found.values() if key in bodies[r.id]]


def dangling(store: Store, found: dict[str, Record]) -> list[tuple[str, str]]:
    """Edges that lead nowhere."""
    edges = [(r.id, edge.target, edge.kind) for r in found.values() for edge in schema.index(r).edges]
    waits = (schema.SAME_AS, schema.DIFFERS, schema.CORRECTS)  # what people said waits for its ends
    return [(a, b) for a, b, kind in edges if b not in found and kind not in waits]


def named(who: str, text: str, name: str) -> bool:
    """Whether a turn names one: by whom it is said, or in its text, but not inside another's name."""
    return who == name or name.lower() in text.replace("Ada Quill Foundation", "").lower()


@settings(max_examples=40, deadline=None)
@given(turns, st.sampled_from(["Ada Quill", "Bo Rask", "Rome", "London", "Edda Lind"]))
def test_what_stays_is_what_ingesting_the_other_turns_gives(
    tmp_path_factory: pytest.TempPathFactory, said: list[tuple[str, str]], name: str
) -> None:
    """By rules, which read each sentence by itself: but for where in the source the turns stood."""
    folder = tmp_path_factory.mktemp("forget")
    # A minute is a part of a turn: those of the rest are what they were.
    lines = chat(said).splitlines(keepends=True)
    rest = [line for line, turn in zip(lines, said, strict=True) if not named(*turn, name)]
    with opened(folder, "all") as memory, opened(folder, "others") as others:
        put(memory, {"chat.txt": "".join(lines)})
        if len(rest) == len(lines):
            return
        memory.forget_entity(name)
        if len(rest) == 0:
            assert state(memory) == ({}, {})
        elif len(rest) > 1:  # one line alone is not read as a chat
            put(others, {"chat.txt": "".join(rest)})
            assert comparable(memory) == comparable(others)
        assert memory.store.check() == [] and dangling(memory.store, records(memory)) == []


READ = (
    "Ada Quill lived in London in 1833. She met Bo Rask in 1834.",
    "Bo Rask lives in Bath. Rask moved to London in 1810, and Quill visited him in 1840.",
    "Edda Lind visited Ada Mary Quill in Bath in 1841. Lind never saw Rome.",
    "He went to Oslo in 1850. It was cold there.",
    "Edda Lind said that Ada Quill wrote letters. Rome slept.",
)


def long(text: str) -> str:
    """A paragraph that is a passage of its own."""
    return text + " " + "Rain fell on the hills for days, and nobody went out. " * 5


@settings(max_examples=12, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from(READ), min_size=1, max_size=4), min_size=1, max_size=3),
    st.sampled_from(["Ada Quill", "Bo Rask", "Edda Lind", "London"]),
)
def test_nothing_that_stays_knows_of_it(
    tmp_path_factory: pytest.TempPathFactory, texts: list[list[str]], name: str
) -> None:
    """By the bundled pipeline: no record says any of its names, and no edge leads nowhere."""
    pytest.importorskip("spacy")
    with opened(tmp_path_factory.mktemp("forget")) as memory:
        put(memory, {f"{n}.md": "\n\n".join(map(long, text)) for n, text in enumerate(texts)}, "english")
        before = state(memory)
        if not saying(before[0], name):
            return
        entity = memory.find(name)
        assert isinstance(entity, Entity)
        names = [one.name for one in memory.identity(entity)]
        receipt = memory.forget_entity(name)
        left = records(memory)
        for one in names:
            assert saying(left, one) == [] or receipt.kept
        if not receipt.kept:
            assert saying(left, name) == []
        assert dangling(memory.store, left) == [] and memory.store.check() == []
        assert receipt.commit is not None
        memory.undo(receipt.commit.id)
        assert state(memory) == before


@pytest.fixture
def read(tmp_path: Path) -> Iterator[Memory]:
    """A memory with two documents about Ada Quill and one that is not."""
    pytest.importorskip("spacy")
    with opened(tmp_path) as memory:
        put(
            memory,
            {
                "ada.md": f"# Ada Quill\n\n{long('Ada Quill was born in Oslo.')}\n\n{long('It rained.')}\n",
                "work.md": "\n\n".join(map(long, READ[1:4])),
                "rome.md": f"# Rome\n\n{long('Rome is old. Bo Rask lives in Bath.')}\n",
            },
            "english",
        )
        yield memory


def test_a_document_whose_title_it_is_goes_whole_and_the_passages_of_others(read: Memory) -> None:
    receipt = read.forget_entity("Ada Quill")
    assert receipt.documents == ("ada.md",) and receipt.cut == ("work.md",)
    assert receipt.removed["passage"] == 4 and receipt.changed["cast"] == 1
    (left,) = (part for part in read.parts(read.document("work.md")) if isinstance(part, Passage))
    assert left.text.startswith("He went to Oslo") and left.previous is None
    assert "Ada Quill" in receipt.examples["entity"] and "Ada Mary Quill" in receipt.examples["entity"]
    with pytest.raises(NotFound):
        read.find("Ada Quill")
    assert read.recall("Who lives in Bath?")[0].document.uri == "rome.md"


def test_it_does_not_come_back_with_the_same_file_but_with_a_changed_one(read: Memory) -> None:
    text = "\n\n".join(map(long, READ[1:4]))
    receipt = read.forget_entity("Ada Quill")
    assert any("reading the same file again changes nothing" in note for note in receipt.notes)
    left = state(read)
    assert put(read, {"work.md": text}, "english").unchanged == 1
    assert state(read) == left
    assert put(read, {"work.md": text + "\n\nThe end.\n"}, "english").replaced == 1
    assert isinstance(read.find("Ada Mary Quill"), Entity)


def test_what_people_said_of_it_goes_too_and_comes_back_with_undo(read: Memory) -> None:
    read.same("Ada Quill", "Edda Lind")
    read.different("Oslo", "Rome")
    before = state(read)
    receipt = read.forget_entity("Edda Lind")
    assert receipt.removed[schema.DECISION] == 1
    (word,) = read.store.scan(read.view, schema.DECISION)
    assert {word.body["a"].split("|")[0], word.body["b"].split("|")[0]} == {"oslo", "rome"}
    assert not saying(records(read), "Lind") and not saying(records(read), "Quill")
    assert receipt.commit is not None
    read.undo(receipt.commit.id)
    assert state(read) == before


def test_what_a_person_added_about_it_goes(memory: Memory) -> None:
    put(memory, {"said:ann/1.md": "Ada Quill likes tea.", "said:ann/2.md": "Bo likes Rome."})
    assert memory.forget_entity("Ada Quill").documents == ("said:ann/1.md",)
    assert [document.uri for document in memory.documents()] == ["said:ann/2.md"]


def test_a_text_that_says_the_name_unread_goes_too(memory: Memory) -> None:
    put(memory, {"a.md": "# Notes\n\nOn Monday ada quill slept.", "b.md": "# Rain\n\nAda Quill sang."})
    assert memory.forget_entity("Ada Quill").documents == ("a.md", "b.md")


def test_a_word_that_is_no_name_in_small_letters_is_left_alone(memory: Memory) -> None:
    put(memory, {"a.md": "# Notes\n\nWe saw Rose here.", "b.md": "# Rain\n\nThe sun rose."})
    assert memory.forget_entity("Rose").documents == ("a.md",)


def test_anothers_name_that_has_it_as_a_part_stays_and_is_told(memory: Memory) -> None:
    put(memory, {"a.md": "# Notes\n\nWe saw Paris.", "b.md": "# Films\n\nHe knew Paris Hilton."})
    put(memory, {"c.md": "# Paris, Texas (film)\n\nA film.", "paris.md": "# Cities\n\nIn Paris it rains.\n"})
    put(memory, {"d.md": f"# Paris in spring\n\n{long('Rome.')}\n\n{long('We left Paris.')}"})
    receipt = memory.forget_entity("Paris")
    assert set(receipt.documents) == {"a.md", "paris.md"} and receipt.cut == ("d.md",)
    assert "Paris Hilton: another's name" in receipt.kept
    assert "d.md: its title has the name: forget it whole if it is to go" in receipt.kept
    assert {document.uri for document in memory.documents()} == {"b.md", "c.md", "d.md"}


def test_one_document_may_mean_another_by_the_name(read: Memory) -> None:
    put(read, {"other.md": "Ada Quill paints in Riga.\n"}, "english")
    read.different("Ada Quill", "Ada Quill @ other.md")
    receipt = read.forget_entity("Ada Quill @ other.md", dry_run=True)
    assert receipt.documents == ("other.md",) and receipt.cut == ()
    units = map(schema.from_record, read.store.scan(read.view, schema.UNIT))
    found = {one.unit.profile.id: one.id for one in units if isinstance(one, Named)}
    unit = found["ada quill|||person"]
    receipt = read.forget_entity(unit, dry_run=True)
    assert "other.md" not in receipt.documents and "ada.md" in receipt.documents
    receipt = read.forget_entity("Ada Quill", dry_run=True)
    assert {"ada.md", "other.md"} <= set(receipt.documents), "by the name alone, all who bear it"


def test_a_name_that_stands_for_a_fuller_one_means_whom_that_is_of(read: Memory) -> None:
    put(
        read,
        {"lind.md": "Edda Lind sang. Lind left.\n", "other.md": "Nils Vesper sang. Vesper left.\n"},
        "english",
    )
    receipt = read.forget_entity("Vesper", dry_run=True)
    assert receipt.asked == "all about Nils Vesper" and receipt.documents == ("other.md",)
    put(read, {"more.md": "Karl Vesper sang. Vesper left.\n"}, "english")
    with pytest.raises(InputError, match="'vesper' stands for several: say which of 'Karl Vesper', 'Nils"):
        read.forget_entity("Vesper")


def test_a_dry_run_takes_nothing_and_tells_the_same(read: Memory) -> None:
    before, head = state(read), read.store.head()
    dry = read.forget_entity("Bo Rask", dry_run=True)
    assert state(read) == before and read.store.head() == head and dry.commit is None
    receipt = read.forget_entity("Bo Rask")
    assert receipt.removed == dry.removed and receipt.changed == dry.changed
    left = records(read)
    gone = [record.kind for id, record in before[0].items() if id not in left]
    assert dry.removed == {kind: gone.count(kind) for kind in sorted(set(gone))}


def test_the_log_is_not_told_the_name(read: Memory) -> None:
    receipt = read.forget_entity("Ada Quill")
    assert receipt.asked.startswith("all about Ada") and receipt.commit is not None
    assert "Quill" not in receipt.commit.message


def test_what_nobody_is_called_cannot_be_forgotten(memory: Memory) -> None:
    put(memory, {"a.md": "# Notes\n\nWe saw Paris."})
    for name in ("Nobody", "", "Nobody @ a.md", "Paris @ nowhere.md", memory.document("a.md").id):
        with pytest.raises(NotFound):
            memory.forget_entity(name)


def test_another_namespace_is_left_alone(tmp_path: Path) -> None:
    with opened(tmp_path, namespace="a") as mine, opened(tmp_path, namespace="b") as theirs:
        put(theirs, {"a.md": "# Notes\n\nAda Quill saw Rome."})
        before = state(theirs)
        with pytest.raises(NotFound):
            mine.forget_entity("Ada Quill")
        put(mine, {"a.md": "# Notes\n\nAda Quill saw Rome."})
        mine.forget_entity("Ada Quill")
        assert state(theirs) == before and state(mine) == ({}, {})


class Counting:
    """A store that counts the records and rows that it gives."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.given = 0

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.store, name)

        def counted(*arguments: Any, **options: Any) -> Any:
            # Words on sources are few, and of people.
            assert name != "scan" or arguments[1] == schema.TRUST, "all of a kind is read"
            found = method(*arguments, **options)
            if name in ("get", "search_text"):
                self.given += len(found)
            elif name == "neighbours":
                self.given += len(found.source)
            return found

        return counted if callable(method) else method


def test_the_cost_depends_on_its_mentions_not_on_the_memory(tmp_path: Path) -> None:
    given = []
    for size in (3, 60):
        with opened(tmp_path, str(size)) as memory:
            put(memory, {"a.md": "# Notes\n\nAda Quill saw Rome.", "b.md": "# Rain\n\nAda Quill sang."})
            put(memory, {f"n{k}.md": f"# Note {k}\n\nBo Rask saw Oslo {k} times." for k in range(size)})
            memory.store = Counting(memory.store)
            memory.forget_entity("Ada Quill", dry_run=True)
            given.append(memory.store.given)
    assert given[0] == given[1]


def test_what_people_corrected_of_it_goes_too(tmp_path: Path) -> None:
    pytest.importorskip("spacy")
    with opened(tmp_path) as memory:
        text = "Mira Quist lived in Oslo. Mira Quist visited Kyoto in 2008. Jon Vesper lived in Rome.\n"
        put(
            memory,
            {"a.md": text, "b.md": "Jon Vesper visited Kyoto in 2010. Quist, his friend, did not.\n"},
            "english",
        )
        memory.relate("Jon Vesper", "mentors", "Mira Quist")
        memory.rename("Mira Quist", "Mira the Great")
        memory.retype("Rome", "ship")
        (lived,) = (one for one in memory.facts(_entity(memory, "Oslo")) if "lived" in one.text)
        memory.retract(lived.id, "she never did")
        before = state(memory)
        receipt = memory.forget_entity("Mira Quist")
        left = records(memory)
        assert not saying(left, "Mira Quist") and not saying(left, "the Great")
        assert receipt.removed[schema.CORRECTION] == 2 and not memory.store.check()
        (kept,) = memory.store.scan(memory.view, schema.CORRECTION)
        assert kept.body["typed"] == "ship", "what was said of others waits for them"
        assert receipt.commit is not None
        memory.undo(receipt.commit.id)
        assert state(memory) == before


def test_what_a_person_said_names_another_is_anothers(tmp_path: Path) -> None:
    pytest.importorskip("spacy")
    with opened(tmp_path) as memory:
        put(memory, {"a.md": "Mira Quist lived in Oslo.\n", "b.md": "Mira Quist sang in Rome.\n"}, "english")
        sentence = next(one for one in memory.evidence(_entity(memory, "Rome")) if "sang" in one.text)
        memory.move(sentence.id, "Mira Quist", "Edda Lind")
        assert memory.forget_entity("Edda Lind", dry_run=True).documents == ("b.md",)
        receipt = memory.forget_entity("Mira Quist")
        assert receipt.documents == ("a.md",) and receipt.kept == ("Edda Lind: another's name",)


def _entity(memory: Memory, name: str) -> Entity:
    found = memory.find(name)
    assert isinstance(found, Entity)
    return found
