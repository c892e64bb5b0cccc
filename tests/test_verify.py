"""``verify`` names every kind of fault, with its records and what to do, and none where all is well."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import opened, put, records
from typer.testing import CliRunner

from graphmem import Memory, verifying
from graphmem.cli import build
from graphmem.types import Change, Record

PLACES = ("Bergen", "Turin", "London", "Paris")
CHAT = "".join(
    f"[2023-05-{day:02} 13:56] Ada Byron: I wrote from {PLACES[day % 4]} on day {day}.\n"
    for day in range(1, 9)
)
FILES = {
    "ash.md": "# Ash\n\nAda Byron planted the ash in Bergen. Charles Babbage met her in Turin in 1834.\n\n"
    "The Aurelia sank in 1841.\n\nAda Byron wrote from London.\n",
    "oak.md": "# Oak\n\nCharles Babbage sold the oak in London in 1840. He lived in Paris.\n",
    "chat.txt": CHAT,
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound store, closed."""
    folder = tmp_path_factory.mktemp("whole")
    with opened(folder) as memory:
        assert put(memory, FILES, pipeline="english").failed == 0
        assert memory.verify() == ()
        with closing(sqlite3.connect(folder / "memory.db")) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder / "memory.db"


@pytest.fixture
def store(whole: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may spoil."""
    path = tmp_path / "memory.db"
    path.write_bytes(whole.read_bytes())
    return path


def of_kind(memory: Memory, kind: str, *, with_field: str = "text") -> Record:
    """The first record of a kind, by id, that has a field."""
    return next(one for one in records(memory).values() if one.kind == kind and one.body.get(with_field))


def changed(record: Record, **fields: Any) -> Change:
    return Change(record, replace(record, body={**record.body, **fields}))


def mention_moved(memory: Memory) -> list[Change]:
    sentence = next(
        one
        for one in records(memory).values()
        if one.kind == "sentence" and any(len(row) > 3 and row[4] for row in one.body.get("mentions", ()))
    )
    rows = [
        [*row[:3], row[3] + 1, *row[4:]] if len(row) > 3 and row[4] else row
        for row in sentence.body["mentions"]
    ]
    return [changed(sentence, mentions=rows)]


def statement_moved(memory: Memory) -> list[Change]:
    sentence = of_kind(memory, "sentence", with_field="statements")
    first, *rest = sentence.body["statements"]
    return [changed(sentence, statements=[{**first, "span": [0, 10_000]}, *rest])]


def passages_of(memory: Memory) -> dict[str, Record]:
    return {one.id: one for one in records(memory).values() if one.kind == "passage"}


def follows(memory: Memory, previous: Callable[[Mapping[str, Record], Record], str]) -> list[Change]:
    """The last passage of the chat follows another."""
    passages = passages_of(memory)
    last = max(
        (one for one in passages.values() if one.body["kind"] == "turn"), key=lambda p: p.body["position"]
    )
    return [changed(last, previous=previous(passages, last))]


def of_place(passages: Mapping[str, Record], kind: str, place: int) -> str:
    return next(
        id for id, one in passages.items() if one.body["kind"] == kind and one.body["position"] == place
    )


# Changes that any program could commit, so that the log itself is sound.
COMMITTED: dict[str, Callable[[Memory], list[Change]]] = {
    "sentence without its passage": lambda m: [
        Change(one, None) for one in records(m).values() if one.body.get("kind") == "paragraph"
    ],
    "utterance without its passage": lambda m: [
        Change(one, None) for one in records(m).values() if one.kind == "passage"
    ],
    "passage without its document": lambda m: [Change(of_kind(m, "document", with_field="uri"), None)],
    "cast without its document": lambda m: [
        Change(one, None) for one in records(m).values() if one.kind == "document"
    ],
    "sentence that does not stand in its passage": lambda m: [
        changed(of_kind(m, "sentence"), text="Nobody wrote this.")
    ],
    "mention that does not stand in its sentence": mention_moved,
    "statement that does not stand in its sentence": statement_moved,
    "passage whose text is not as long as its place": lambda m: [changed(of_kind(m, "passage"), end=100_000)],
    "passage that follows none of its document": lambda m: follows(
        m, lambda passages, _: of_place(passages, "paragraph", 0)
    ),
    "passage that does not follow the one before it": lambda m: follows(
        m, lambda passages, _: of_place(passages, "turn", 0)
    ),
    "passage points (follows) at what is not there": lambda m: follows(m, lambda *_: "p" + 24 * "0"),
    "episode of passages that are not in its document": lambda m: [
        Change(
            None,
            Record(
                "x1",
                "episode",
                "default",
                {
                    "document": of_kind(m, "document", with_field="uri").id,
                    "passages": [one.id for one in records(m).values() if one.kind == "passage"],
                },
            ),
        )
    ],
}
KEY = "(SELECT key FROM symbol WHERE name = '{}')"
# What only other hands can do.
SPOILED = {
    "fact that no sentence states": f"DELETE FROM edge WHERE kind = {KEY.format('states')}",
    "event that no sentence tells": f"DELETE FROM edge WHERE kind = {KEY.format('tells')}",
    "entity that no sentence names": f"DELETE FROM edge WHERE kind = {KEY.format('mentions')}",
    "points (mentions) at what is not there": f"DELETE FROM record WHERE kind = {KEY.format('entity')}",
    "the log is not what was written: commit 2": "UPDATE log SET author = 'mallory' WHERE seq = 2",
    "the log has a gap": "DELETE FROM log WHERE seq = 1",
    "records that are not what the log says": "UPDATE record SET body = json_set(body, '$.title', 'x') "
    f"WHERE kind = {KEY.format('document')}",
    "derived records that do not follow": "UPDATE record SET body = json_set(body, '$.openings', 7) "
    f"WHERE kind = {KEY.format('entity')}",
    "records whose edges are not what they say": "UPDATE edge SET weight = weight + 1",
    "degrees are not what the edges say": "UPDATE degree SET edges = edges + 1",
    "records whose words are not indexed": "INSERT INTO word(word) VALUES ('delete-all')",
    "vectors without a text or of another size": "UPDATE vector SET value = x'01'",
    "records whose validity is not what they say": "UPDATE record SET valid_at = 7",
    "commits that are not found by what they changed": "DELETE FROM trail WHERE seq = 1",
}


@pytest.mark.parametrize("fault", COMMITTED)
def test_a_record_that_does_not_fit_the_others_is_named(store: Path, tmp_path: Path, fault: str) -> None:
    with opened(tmp_path) as memory:
        changes = COMMITTED[fault](memory)
        memory.write(changes, "spoil")
        assert memory.store.check() == [], "nothing is wrong with the store by itself"
        (found,) = [one for one in memory.verify() if one.what == fault]
        assert found.count >= len(found.records) >= 1 and set(found.records) <= records(memory).keys()
        assert found.advice and found.advice in str(found) and found.records[0] in str(found)
        memory.undo(next(c.id for c in memory.history() if c.message == "spoil"))
        assert memory.verify() == ()


@pytest.mark.parametrize("fault", SPOILED)
def test_what_other_hands_did_is_named(store: Path, tmp_path: Path, fault: str) -> None:
    with closing(sqlite3.connect(store)) as connection, connection:
        assert connection.execute(SPOILED[fault]).rowcount
    with opened(tmp_path) as memory:
        found = [str(one) for one in memory.verify()]
        assert any(fault in one for one in found), found
        assert all("doctor --repair" in one or "backup" in one or "ingest" in one for one in found)


def test_what_a_commit_meanwhile_feigns_is_looked_for_again(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = verifying.structure, []

    with opened(tmp_path) as memory:

        def torn(*given: Any) -> list[verifying.Fault]:
            calls.append(1)
            if len(calls) > 1:
                return real(*given)
            memory.write([], "meanwhile")
            return [verifying.Fault("half seen", ("x",), 1, "look again")]

        monkeypatch.setattr(verifying, "structure", torn)
        assert memory.verify() == () and len(calls) == 2


def test_the_command_says_it_and_fails(store: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{store}"
    said = CliRunner().invoke(build(), ["verify", "--store", url])
    assert said.exit_code == 0 and "all is sound" in said.output
    with opened(tmp_path) as memory:
        memory.write([Change(records(memory)[of_place(passages_of(memory), "turn", 0)], None)], "spoil")
    said = CliRunner().invoke(build(), ["verify", "--store", url])
    assert said.exit_code == 1 and "utterance without its passage" in said.output
    told = CliRunner().invoke(build(), ["verify", "--store", url, "--json"])
    assert told.exit_code == 1
    assert {"what", "records", "count", "advice"} == json.loads(told.stdout)["faults"][0].keys()
