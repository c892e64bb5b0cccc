"""What goes out comes back: the history, the records and the vectors, or nothing at all."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from conftest import opened, put, state

from graphmem import Memory
from graphmem.errors import Conflict, EncoderMismatch, ImportFormatError
from graphmem.export import export_lines, import_lines
from graphmem.testing import HashEmbedder
from graphmem.types import Change, Commit, Vectors

ASH = "# Ash\n\nAda Byron planted the ash in Bergen. It stands by the river Lee.\n"
ODD = '# Odd\n\nOne\u2028two\x85three \U0001f333 \u05e9\u05dc\u05d5\u05dd "quoted" back\\slash\ttab.\n'
CHAT = "[2023-05-08 13:56] Ada Byron: I go to London.\n[2023-05-09 08:00] Charles: Bring the notes.\n"


@pytest.fixture
def lived(memory: Memory) -> Memory:
    """A memory with a past: documents that came, changed, went and came back."""
    put(memory, {"ash.md": ASH, "odd.md": ODD, "chat.txt": CHAT})
    put(memory, {"ash.md": ASH + "\nIt was felled in 1999.\n"})
    receipt = memory.forget("odd.md")
    memory.forget("chat.txt")
    assert receipt.commit is not None
    memory.undo(receipt.commit.id)
    return memory


def exported(memory: Memory) -> list[str]:
    return list(export_lines(memory.store, memory.view))


def test_export_import_export_is_equal_to_the_byte(lived: Memory, tmp_path: Path) -> None:
    lines = exported(lived)
    with opened(tmp_path, "other") as other:
        assert import_lines(other.store, lines) == lived.store.head() == 7
        assert exported(other) == lines
        assert state(other) == state(lived)
        assert other.store.check() == []
        assert [c.seq for c in other.history()] == [c.seq for c in lived.history()]


def test_what_was_imported_can_be_undone(lived: Memory, tmp_path: Path) -> None:
    with opened(tmp_path, "other") as other:
        import_lines(other.store, exported(lived))
        for memory in (lived, other):
            memory.undo(list(memory.history("chat.txt"))[-1].id)
        assert state(other) == state(lived)


def test_a_second_import_does_nothing(lived: Memory, tmp_path: Path) -> None:
    lines = exported(lived)
    assert import_lines(lived.store, lines) == 0
    with opened(tmp_path, "other") as other:
        import_lines(other.store, lines)
        before = state(other)
        assert import_lines(other.store, lines) == 0
        assert state(other) == before and exported(other) == lines


def test_a_later_export_brings_only_what_is_new(lived: Memory, tmp_path: Path) -> None:
    with opened(tmp_path, "other") as other:
        import_lines(other.store, exported(lived))
        put(lived, {"elm.md": "# Elm\n\nElms grow.\n"})
        assert import_lines(other.store, exported(lived)) == 1
        assert state(other) == state(lived)


def test_every_line_is_one_json_object_and_the_last_counts(lived: Memory) -> None:
    lines = exported(lived)
    values = [json.loads(line) for line in lines]
    assert all(isinstance(value, dict) for value in values) and not any("\n" in line for line in lines)
    assert values[0]["graphmem"] == "export" and values[0]["namespaces"] == ["default"]
    vectors = sum("vector" in value for value in values)
    assert values[-1] == {"end": {"commits": 7, "vectors": vectors}} and vectors > 0


def test_an_export_holds_its_namespace_alone(lived: Memory, tmp_path: Path) -> None:
    with opened(tmp_path, namespace="other") as theirs:
        put(theirs, {"secret.md": "# Secret\n\nThe heron nests in Whitby.\n"})
        lines = exported(lived)
        assert not any("Whitby" in line or '"other"' in line for line in lines)
        with opened(tmp_path, "copy") as copy:
            import_lines(copy.store, exported(theirs))
            assert state(copy) == ({}, {})


@pytest.mark.parametrize("forgotten", [False, True])
def test_a_memory_without_vectors_comes_back_the_same(tmp_path: Path, forgotten: bool) -> None:
    with opened(tmp_path) as memory, opened(tmp_path, "other") as other:
        if forgotten:
            put(memory, {"ash.md": ASH})
            memory.forget("ash.md")
        lines = exported(memory)
        import_lines(other.store, lines)
        assert exported(other) == lines


def _edit(index: int, **fields: object) -> Callable[[list[str]], list[str]]:
    """Change fields of one line; a field that is None goes."""

    def edited(lines: list[str]) -> list[str]:
        value = {**json.loads(lines[index]), **fields}
        new = json.dumps({key: field for key, field in value.items() if field is not None})
        return [new if n == index % len(lines) else line for n, line in enumerate(lines)]

    return edited


def _first_body(
    kind: str, change: Callable[[dict[str, Any]], dict[str, Any]]
) -> Callable[[list[str]], list[str]]:
    """Change the body of the first record of a kind that a commit makes."""

    def edited(lines: list[str]) -> list[str]:
        for number, line in enumerate(lines):
            value = json.loads(line)
            for _, after in value.get("changes", ()):
                if after and after["kind"] == kind:
                    after["body"] = change(after["body"])
                    return [*lines[:number], json.dumps(value), *lines[number + 1 :]]
        raise AssertionError(f"no {kind}")

    return edited


BROKEN: dict[str, Callable[[list[str]], list[str]]] = {
    "nothing": lambda lines: [],
    "blank": lambda lines: ["\n"],
    "no JSON": lambda lines: ["# Notes\n", "not an export\n"],
    "another JSON": lambda lines: ['{"title": "Oak"}'],
    "a list": lambda lines: ["[1, 2]"],
    "a number": lambda lines: ["3"],
    "without its head": lambda lines: lines[1:],
    "without its end": lambda lines: lines[:-1],
    "cut in a line": lambda lines: [*lines[:-2], lines[-2][: len(lines[-2]) // 2]],
    "a commit left out": lambda lines: [line for n, line in enumerate(lines) if n != len(lines) - 3],
    "a vector left out": lambda lines: [lines[0], *lines[2:]],
    "a newer format": _edit(0, format=2),
    "a format that is none": _edit(0, format="x"),
    "an unknown line": lambda lines: [*lines[:-1], '{"new": 1}', lines[-1]],
    "a field left out": _edit(-2, author=None),
    "a time that is none": _edit(-2, at="yesterday"),
    "changes that are none": _edit(-2, changes=[[None, None]]),
    "changes of another shape": _edit(-2, changes=[["x"]]),
    "a record without its kind": _edit(-2, changes=[[None, {"id": "s1", "namespace": "a", "body": {}}]]),
    "a record of an unknown kind": _edit(
        -2, changes=[[None, {"id": "s1", "kind": "x", "namespace": "default", "body": {}}]]
    ),
    "an entity, which follows from the rest": _edit(
        -2, changes=[[None, {"id": "e1", "kind": "entity", "namespace": "default", "body": {}}]]
    ),
    "a record of another namespace": _edit(-2, namespace="other"),
    "a body that is none": _edit(
        -2, changes=[[None, {"id": "s1", "kind": "sentence", "namespace": "default", "body": "x"}]]
    ),
    "a vector of another length": _edit(1, data=base64.b64encode(bytes(8)).decode()),
    "a vector that is empty": _edit(1, data=""),
    "a vector in no base64": _edit(1, data="!!"),
    "a vector of odd length": _edit(1, data=base64.b64encode(b"12345").decode()),
    "no vector's encoder": _edit(0, encoder=None),
    "an encoder that is no name": _edit(0, encoder=5),
    "a vector of no record": _edit(1, vector="nobody"),
    "a body that lacks all": _first_body("document", lambda body: {}),
    "a body of other types": _first_body("document", lambda body: {**body, "uri": 5}),
    "a body of no such document": _first_body("document", lambda body: {**body, "kind": "opera"}),
    "a number that is none": _first_body("document", lambda body: {**body, "characters": float("nan")}),
    "a mention of other types": _first_body(
        "sentence", lambda body: {**body, "mentions": [["Ada", 1, "text"]]}
    ),
    "a target with a NUL": _first_body("passage", lambda body: {**body, "document": "d\0"}),
    "a commit's id with a NUL": _edit(-2, commit="c\0"),
    "half a character in an author": _edit(-2, author="\ud83d"),
    "half a character in a message": _edit(-2, message="\ud83d"),
    "a namespace that is none": lambda lines: [
        line.replace('"namespace":"default"', '"namespace":"No Name"') for line in lines
    ],
    "an end that counts wrong": _edit(-1, end={"commits": 99, "vectors": 1}),
    "an end that counts nothing": _edit(-1, end=None),
}


@pytest.mark.parametrize("damage", BROKEN)
def test_a_broken_export_is_refused_whole(lived: Memory, tmp_path: Path, damage: str) -> None:
    lines = BROKEN[damage](exported(lived))
    with opened(tmp_path, "other") as other:
        with pytest.raises(ImportFormatError):
            import_lines(other.store, lines)
        assert other.store.head() == 0 and state(other) == ({}, {})


@pytest.mark.parametrize(
    ("form", "advice"),
    [
        (2, "upgrade graphmem"),
        (0, "older than 1: export again"),
        (None, "does not say"),
        (True, "does not say"),
    ],
)
def test_another_format_says_what_to_do(lived: Memory, form: object, advice: str) -> None:
    with pytest.raises(ImportFormatError, match=advice):
        import_lines(lived.store, _edit(0, format=form)(exported(lived)))


def test_an_import_that_does_not_fit_is_a_conflict(lived: Memory, tmp_path: Path) -> None:
    with opened(tmp_path, "other") as other:
        put(other, {"ash.md": ASH})
        before = state(other)
        with pytest.raises(Conflict):
            import_lines(other.store, exported(lived))
        assert state(other) == before and other.store.check() == []


def test_vectors_of_another_encoder_are_not_mixed_in(lived: Memory, tmp_path: Path) -> None:
    with opened(tmp_path, "other", embedder=HashEmbedder(32)) as other:
        put(other, {"elm.md": "# Elm\n\nElms grow.\n"})
        before = state(other)
        with pytest.raises(EncoderMismatch):
            import_lines(other.store, exported(lived))
        assert state(other) == before


def test_an_export_while_another_writes_is_refused(lived: Memory) -> None:
    lines = export_lines(lived.store, lived.view)
    next(lines)
    lived.forget("ash.md")
    with pytest.raises(Conflict, match="run again"):
        list(lines)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"uri":"ash.md"', '"url":"ash.md"'),
        ('"namespace":"default"', '"namespace":"No Such"'),
        ('"format":1', '"format":2'),
        ('"format":1', '"format":0'),
        ('"author":"user"', '"author":"\\ud800"'),
    ],
)
def test_a_line_that_is_none_of_ours_lets_nothing_in(
    lived: Memory, tmp_path: Path, old: str, new: str
) -> None:
    lines = exported(lived)
    assert any(old in line for line in lines)
    with opened(tmp_path, "other") as other:
        with pytest.raises(ImportFormatError):
            import_lines(other.store, [line.replace(old, new) for line in lines])
        assert other.store.head() == 0


def test_an_export_is_of_one_moment(lived: Memory, tmp_path: Path) -> None:
    for place in (1, 5, -2):
        lines = exported(lived)
        running = export_lines(lived.store, lived.view)
        begun = [next(running) for _ in range(place % len(lines))]
        put(lived, {f"new{place}.md": "# New\n\nThe heron nests in Whitby.\n"})
        with pytest.raises(Conflict, match="run again"):
            begun.extend(running)
        assert begun == lines[:-1], "nothing of what came later"
        with opened(tmp_path, "other") as other, pytest.raises(ImportFormatError, match="is cut"):
            import_lines(other.store, begun)


def test_others_may_write_while_a_namespace_is_exported(lived: Memory, tmp_path: Path) -> None:
    lines = exported(lived)
    running = export_lines(lived.store, lived.view)
    first = next(running)
    with opened(tmp_path, namespace="other") as theirs:
        put(theirs, {"secret.md": "# Secret\n\nThe heron nests in Whitby.\n"})
    assert [first, *running] == lines


def test_half_a_character_comes_back(tmp_path: Path) -> None:
    with opened(tmp_path) as memory, opened(tmp_path, "other") as other:
        put(memory, {"ash.md": ASH})
        document = next(memory.store.scan(memory.view, "document"))
        odd = replace(document, body={**document.body, "title": "half \ud83d"})
        change = (Change(document, odd),)
        memory.store.apply(Commit("c9", "default", "ada", datetime.now(timezone.utc), "odd", change))
        lines = [line.encode("utf-8").decode("utf-8") for line in exported(memory)]
        assert import_lines(other.store, lines) == 2
        assert state(other) == state(memory)


def test_a_vector_of_what_its_commit_removes_again_is_not_applied(lived: Memory, tmp_path: Path) -> None:
    lines = exported(lived)
    ids = {json.loads(line)["vector"] for line in lines if line.startswith('{"data"')}
    for number, line in enumerate(lines):
        value = json.loads(line)
        made = [after for _, after in value.get("changes", ()) if after and after["id"] in ids]
        if made:
            value["commit"] = "there and gone"
            value["changes"] = [[None, made[0]], [made[0], None]]
            end = json.loads(lines[-1])
            end["end"]["commits"] += 1
            with opened(tmp_path, "other") as other:
                given = [*lines[:number], json.dumps(value), *lines[number:-1], json.dumps(end)]
                assert import_lines(other.store, given) == 8
                assert {**state(other)[1]} == {**state(lived)[1]}
            return
    raise AssertionError("no vector")


def test_only_the_commits_of_this_import_are_counted(lived: Memory, tmp_path: Path) -> None:
    lines = exported(lived)
    with opened(tmp_path, "other") as other, opened(tmp_path, "other", namespace="theirs") as theirs:
        apply, store = other.store.apply, other.store

        def apply_between(commit: Commit, vectors: Vectors | None = None) -> Commit:
            applied = apply(commit, vectors)
            put(theirs, {f"{applied.seq}.md": f"# Page\n\nAda wrote page {applied.seq}.\n"})
            return applied

        store.apply = apply_between  # type: ignore[method-assign]
        assert import_lines(store, lines) == 7 < store.head()
