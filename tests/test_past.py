"""A memory as it was is exactly that, whatever happened since; it reads like any, and cannot be changed."""

from __future__ import annotations

import gc
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import opened, put, records, state
from hypothesis import given, settings
from lives import HOUR, NOON, TEXTS, Step, hours, lived, lives
from neo4j_stores import Neo4jStores

from graphmem import InputError, Memory, NotFound, past
from graphmem.changes import net
from graphmem.errors import StoreReadOnly
from graphmem.export import export_lines, import_lines
from graphmem.projection import SCHEMA
from graphmem.ranking import Ranking
from graphmem.stores import open_store
from graphmem.testing import HashEmbedder

QUESTIONS = ("Who planted the ash?", "Where does Ada Byron live?", "Who goes to London?")


def hits(memory: Memory) -> list[Any]:
    """What recall finds, with scores and evidence; of equal ways to a hit any may be told."""
    rankings: list[Ranking] = [memory.recall(question, k=5) for question in QUESTIONS]
    return [
        ([(replace(hit, path=()), [step.weight for step in hit.path]) for hit in ranking], ranking.seeds)
        for ranking in rankings
    ]


def seen(memory: Memory) -> tuple[Any, ...]:
    """All that can be read of a memory."""
    return state(memory), hits(memory), list(export_lines(memory.store, memory.view)), memory.store.head()


def check_every_past(memory: Memory, life: list[Step], pipeline: str | None) -> None:
    states = [(NOON, None, seen(memory))]
    states += [(commit.at, commit.id, seen(memory)) for commit in lived(memory, life, pipeline)]
    for at, id, was in states:
        for point in (at + HOUR / 2, id):
            if point is not None:
                with memory.at(point) as then:
                    assert seen(then) == was
                    assert then.store.check() == []


@pytest.mark.parametrize("fill", [past._fill, past._from_beginning, past._from_now])
def test_every_moment_of_a_life_reads_as_it_did_then(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, fill: Callable[..., None]
) -> None:
    monkeypatch.setattr(past, "_fill", fill)
    monkeypatch.setattr(past, "_TOGETHER", 7)  # many batches of a short life
    monkeypatch.setattr(past, "_ENCODED", 3)

    @settings(max_examples=5, deadline=None)
    @given(lives)
    def check(life: list[Step]) -> None:
        with opened(tmp_path_factory.mktemp("past")) as memory:
            check_every_past(memory, life, None)

    check()


def test_facts_and_identities_are_those_of_then(tmp_path: Path) -> None:
    life = [
        Step("ada", "put", "ash.md", 0),
        Step("ada", "put", "oak.md", 0),
        Step("bob", "same", "oak.md", 1),
        Step("bob", "put", "oak.md", 1),
        Step("ada", "put", "chat.txt", 1),
        Step("ada", "forget", "ash.md", 0),
        Step("ada", "undo", "ash.md", 0),
    ]
    with opened(tmp_path) as memory:
        check_every_past(memory, life, "english")


@pytest.fixture
def lived_once(memory: Memory) -> Memory:
    """Two documents, of which one is forgotten: commits at 13, 14 and 15 o'clock."""
    hours(memory)
    put(memory, {uri: TEXTS[uri][0] for uri in ("ash.md", "oak.md")})
    memory.forget("ash.md")
    return memory


def test_before_the_first_commit_there_is_nothing(lived_once: Memory) -> None:
    with lived_once.at(NOON) as then:
        assert state(then) == ({}, {}) and then.store.head() == 0
        assert list(then.history()) == [] and not then.recall("Who planted the ash?")


def test_the_order_of_the_log_decides_where_clocks_disagree(memory: Memory) -> None:
    times = [NOON, NOON + 5 * HOUR, NOON + HOUR, NOON + 9 * HOUR]
    for at, (uri, version) in zip(
        times, [("ash.md", 0), ("oak.md", 0), ("ash.md", 1), ("oak.md", 1)], strict=True
    ):
        memory.clock = lambda at=at: at  # type: ignore[misc]
        put(memory, {uri: TEXTS[uri][version]})
    for moment, head in [(NOON, 1), (NOON + HOUR, 3), (NOON + 6 * HOUR, 3), (NOON + 9 * HOUR, 4)]:
        with memory.at(moment) as then:
            assert then.store.head() == head, moment


def test_nothing_can_be_written_to_the_past(lived_once: Memory) -> None:
    before = state(lived_once)
    with lived_once.at(NOON + 2 * HOUR) as then:
        document = then.document("ash.md")
        writes: list[Callable[[], object]] = [
            lambda: then.forget("ash.md"),
            lambda: then.undo(next(then.history()).id),
            lambda: then.restore("ash.md", NOON),
            lambda: put(then, {"elm.md": "# Elm\n\nAn elm.\n"}),
            lambda: import_lines(then.store, list(export_lines(lived_once.store, lived_once.view))),
            then.store.repair,
        ]
        for write in writes:
            with pytest.raises(StoreReadOnly, match="write to the memory of now"):
                write()
        assert then.document("ash.md") == document
    assert state(lived_once) == before and lived_once.store.head() == 3


def test_the_temporary_file_goes_with_the_memory(lived_once: Memory, tmp_path: Path) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    tempfile.tempdir = str(folder)
    try:
        then = lived_once.at(NOON + 2 * HOUR)
        assert list(folder.iterdir())
        then.close()
        assert not list(folder.iterdir())
        then.close()
        list(lived_once.documents())  # still open
        with pytest.raises(NotFound):
            lived_once.at("c0ffee")
        gc.collect()
        assert not list(folder.iterdir())
    finally:
        tempfile.tempdir = None


def test_its_clock_stands_still_at_that_moment(lived_once: Memory) -> None:
    with lived_once.at(NOON + HOUR / 2) as then:
        assert then.clock() == then.clock() == NOON + HOUR / 2
    with lived_once.at(next(lived_once.history()).id) as then:
        assert then.clock() == NOON + HOUR


def test_a_moment_needs_a_time_zone(lived_once: Memory) -> None:
    with pytest.raises(InputError, match="time zone"):
        lived_once.at(datetime(2024, 5, 1))


class Counting(HashEmbedder):
    """An encoder that counts the texts that it gets."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def encode(self, texts: Any) -> Any:
        self.texts += texts
        return super().encode(texts)


def test_only_texts_that_are_gone_are_encoded_and_only_for_a_search(tmp_path: Path) -> None:
    counting = Counting()
    with opened(tmp_path, embedder=counting) as memory:
        hours(memory)
        put(memory, {uri: TEXTS[uri][0] for uri in ("ash.md", "oak.md")})
        gone = sum(record.kind == "sentence" for record in records(memory).values())
        memory.forget("ash.md")
        gone -= sum(record.kind == "sentence" for record in records(memory).values())
        counting.texts = []
        with memory.at(NOON + 2 * HOUR) as then:
            assert then.find("Ada Byron") and list(then.documents())
            assert not counting.texts
            then.recall("Who planted the ash?")
            assert len(counting.texts) > gone
            then.recall("Who planted the oak?")
            assert len(counting.texts) == len(set(counting.texts)), "nothing is encoded twice"


def test_the_cheaper_way_reads_less(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    hours(memory)
    for n in range(30):
        put(memory, {"ash.md": TEXTS["ash.md"][n % 2]})
    read = []
    monkeypatch.setattr(past, "net", lambda changes: read.append(1) or net(changes))
    with memory.at(NOON + 29 * HOUR):
        assert not read, "one document that changed often: what there is now is less than the log"
    with memory.at(NOON + 2 * HOUR):
        assert read


def test_the_past_of_one_namespace_holds_no_other(tmp_path: Path) -> None:
    with opened(tmp_path, namespace="mine") as mine, opened(tmp_path, namespace="theirs") as theirs:
        hours(mine)
        hours(theirs)
        put(mine, {"ash.md": TEXTS["ash.md"][0]})
        put(theirs, {"oak.md": TEXTS["oak.md"][0]})
        mine.forget("ash.md")
        with mine.at(NOON + HOUR) as then:
            assert [document.uri for document in then.documents()] == ["ash.md"]
            assert list(then.store.commits(theirs.view)) == []
            assert not then.store.get(theirs.view, records(theirs))
            assert then.store.info().records.keys() == {"mine"}


def test_a_commit_made_meanwhile_is_not_in_the_past(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    hours(memory)
    put(memory, {"ash.md": TEXTS["ash.md"][0]})
    was = seen(memory)
    scan = memory.store.scan
    monkeypatch.setattr(past, "_fill", past._from_now)

    def scan_while_written(*arguments: Any) -> Any:
        monkeypatch.setattr(memory.store, "scan", scan)
        put(memory, {"ash.md": TEXTS["ash.md"][1], "oak.md": TEXTS["oak.md"][0]})
        return scan(*arguments)

    monkeypatch.setattr(memory.store, "scan", scan_while_written)
    with memory.at(NOON + HOUR) as then:
        assert memory.store.head() == 3
        assert seen(then) == was


@pytest.fixture(params=["sqlite", "neo4j"])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Memory]:
    """A memory in each kind of store."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            url = f"sqlite:///{tmp_path}/either.db"
        else:
            stores: Neo4jStores = request.getfixturevalue("neo4j_stores")
            url = stores.url("either")
        store = open_store(url, SCHEMA)
        yield stack.enter_context(Memory(store, embedder=HashEmbedder()))


def test_every_store_has_a_past(either: Memory) -> None:
    life = [
        Step("ada", "put", "ash.md", 0),
        Step("bob", "put", "chat.txt", 1),
        Step("ada", "put", "ash.md", 1),
        Step("ada", "forget", "chat.txt", 0),
    ]
    check_every_past(either, life, None)


def test_the_past_has_a_past(lived_once: Memory) -> None:
    with lived_once.at(NOON + 2 * HOUR) as later, later.at(NOON + HOUR) as earlier:
        assert [document.uri for document in earlier.documents()] == ["ash.md"]
        assert earlier.store.head() == 1
        with earlier.at(NOON + timedelta(days=9)) as same:
            assert seen(same) == seen(earlier)
