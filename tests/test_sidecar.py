"""The sidecar kept beside a store saves loading; whatever is wrong with it, answers are the tables'."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from graphmem.stores import arrays_file, sqlite_sidecar
from graphmem.stores.contract import SCHEMA, commit, creation, note
from graphmem.stores.sidecar import Sidecar
from graphmem.stores.sqlite import SQLiteStore
from graphmem.stores.sqlite_tables import SQLiteTables
from graphmem.testing import HashEmbedder
from graphmem.types import Change, Commit, Record, Vectors, View

A = View.of("a")
EMBED = HashEmbedder(16)


@pytest.fixture(autouse=True)
def any_store_is_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_sidecar, "WORTH", 1)


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Tables that were read in full."""
    read: list[str] = []
    for name in ("records", "vectors", "edges"):
        own = getattr(SQLiteTables, name)

        def counted(self: SQLiteTables, *arguments: object, own: object = own, name: str = name) -> object:
            if arguments[name == "edges"] is None:
                read.append(name)
            return own(self, *arguments)  # type: ignore[operator]

        monkeypatch.setattr(SQLiteTables, name, counted)
    return read


@contextmanager
def opened(path: Path) -> Iterator[SQLiteStore]:
    with closing(SQLiteStore(path, SCHEMA)) as store:
        yield store


def vectors(*records: Record) -> Vectors:
    texts = EMBED.encode([record.body["text"] for record in records])
    return Vectors(EMBED.name, {record.id: row for record, row in zip(records, texts, strict=True)})


def some(first: int, last: int, namespace: str = "a") -> list[Record]:
    return [
        note(
            f"n{n}",
            f"lamp number {n} of house {n % 7}",
            namespace=namespace,
            links=[("cites", f"n{n // 2}", 1.0)],
        )
        for n in range(first, last)
    ]


def add(store: SQLiteStore, records: list[Record], id: str) -> None:
    namespace = records[0].namespace
    store.apply(creation(id, *records, namespace=namespace), vectors(*records))


def answers(store: SQLiteStore, view: View = A) -> list[object]:
    """All that is read of arrays."""
    ids = [f"n{number}" for number in range(60)]
    query = EMBED.encode(["lamp house 3"])[0]
    found: list[object] = [store.count(view, "note"), store.search_text(view, "lamp 3 house", 20)]
    found.append(store.search_vector(view, query, 20))
    found.append(sorted(store.get(view, [*ids, "n", "no such", "", "n1" * 40, "é", "n1\0"]).items()))
    found.append(list(store.get(view, ids[::-1])))
    found.append(store.cosines(view, ids, query).tolist())
    for way in ("out", "in"):
        edges = store.neighbours(view, ids, ["cites"], way)  # type: ignore[arg-type]
        found.append((edges.source, edges.target, edges.weight.tolist(), edges.degree))
    return found


def kept(path: Path, records: int = 40) -> Path:
    """A store and its sidecar."""
    with opened(path) as store:
        add(store, some(0, records), "c0")
        answers(store)
    assert sqlite_sidecar.file_of(path).exists()
    return sqlite_sidecar.file_of(path)


def afresh(path: Path, monkeypatch: pytest.MonkeyPatch, view: View = A) -> list[object]:
    """What a store answers that looks at no sidecar."""
    with monkeypatch.context() as patch:
        patch.setattr(sqlite_sidecar, "restore", lambda *_: None)
        patch.setattr(sqlite_sidecar, "WORTH", 10**9)
        with opened(path) as store:
            return answers(store, view)


def test_what_is_kept_is_not_loaded_again(tmp_path: Path, loads: list[str]) -> None:
    kept(tmp_path / "s.db")
    loads.clear()
    with opened(tmp_path / "s.db") as store:
        answers(store)
    assert not loads


def test_commits_since_are_replayed(
    tmp_path: Path, loads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of this process and of another, with records changed, removed and new, in a namespace that is new."""
    path = tmp_path / "s.db"
    kept(path, 200)
    monkeypatch.setattr(sqlite_sidecar, "keep", lambda *_: None)
    loads.clear()
    with opened(path) as store, opened(path) as other:
        for turn, writer in enumerate((store, other, store)):
            begin = 300 + 2 * turn
            add(writer, some(begin, begin + 2), f"new{turn}")
            old = note(
                f"n{turn}", f"lamp number {turn} of house {turn}", links=[("cites", f"n{turn // 2}", 1.0)]
            )
            writer.apply(commit(f"gone{turn}", Change(old, None)))
            add(writer, some(400 + turn, 401 + turn, "b"), f"b{turn}")
            for view in (A, View.of("b"), View.of("a", "b")):
                assert answers(store, view) == answers(other, view)
        assert not loads
        found = [answers(store, view) for view in (A, View.of("b"))]
    assert found == [afresh(path, monkeypatch, view) for view in (A, View.of("b"))]


def test_it_is_kept_again_when_it_lags(tmp_path: Path, loads: list[str]) -> None:
    path = tmp_path / "s.db"
    file = kept(path, 200)
    before = file.read_bytes()
    with opened(path) as store:
        add(store, some(300, 330), "c1")
        expected = answers(store)
    assert file.read_bytes() != before
    loads.clear()
    with opened(path) as store:
        assert answers(store) == expected
    assert not loads


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.99, 1.0])
def test_a_torn_file_is_none(tmp_path: Path, share: float, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "s.db"
    file = kept(path)
    whole = file.read_bytes()
    file.write_bytes(whole[: min(int(len(whole) * share), len(whole) - 1)])
    expected = afresh(path, monkeypatch)
    with opened(path) as store:
        assert answers(store) == expected
    assert len(file.read_bytes()) == len(whole), "it was not kept again"


@pytest.mark.parametrize("place", [0, 17, 60, -3])
def test_a_damaged_header_or_end_is_seen(tmp_path: Path, place: int) -> None:
    file = kept(tmp_path / "s.db")
    raw = bytearray(file.read_bytes())
    raw[place] ^= 255
    file.write_bytes(bytes(raw))
    assert arrays_file.read(file) is None


def test_a_file_of_another_store_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even of one with as many commits and nodes; and one of the same store that took another way."""
    path = tmp_path / "s.db"
    file = kept(path)
    with opened(tmp_path / "other.db") as store:
        add(store, [note(f"m{n}", f"another lamp {n}") for n in range(40)], "c0")
        answers(store)
    sqlite_sidecar.file_of(tmp_path / "other.db").replace(file)
    expected = afresh(path, monkeypatch)
    with opened(path) as store:
        assert answers(store) == expected


def test_a_file_from_the_future_of_a_backup_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A backup is brought back, and other commits take the numbers of those that the file knows."""
    path = tmp_path / "s.db"
    kept(path)
    backup = path.read_bytes()
    with opened(path) as store:
        add(store, some(100, 120), "c1")
        answers(store)
    path.write_bytes(backup)
    with opened(path) as store:
        add(store, some(200, 220), "d1")
        found = answers(store)
    assert found == afresh(path, monkeypatch)


def test_a_file_of_another_version_is_none(
    tmp_path: Path, loads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(tmp_path / "s.db")
    monkeypatch.setattr(sqlite_sidecar, "VERSION", 99)
    loads.clear()
    with opened(tmp_path / "s.db") as store:
        answers(store)
    assert set(loads) == {"records", "vectors", "edges"}


def test_a_store_that_takes_no_writes_writes_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "s.db"
    file = kept(path)
    file.unlink()
    expected = afresh(path, monkeypatch)
    with opened(path) as store:
        monkeypatch.setattr(store, "_writer", None)  # as for whom the file system allows to read alone
        assert answers(store) == expected
    assert not file.exists()


def test_a_folder_that_takes_no_writes_is_no_obstacle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "s.db"

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(arrays_file, "write", refuse)
    with opened(path) as store:
        add(store, some(0, 40), "c0")
        first = answers(store)
        assert answers(store) == first
    assert [file.name for file in tmp_path.iterdir()] == ["s.db"]


def test_a_file_that_may_not_be_read_is_none(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    file = kept(path)
    file.chmod(0)
    if os.access(file, os.R_OK):
        file.chmod(stat.S_IRUSR | stat.S_IWUSR)
        pytest.skip("this user may read everything")
    with opened(path) as store:
        assert store.count(A, "note") == 40


def test_a_write_that_is_broken_off_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = kept(tmp_path / "s.db")
    before = file.read_bytes()

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with opened(tmp_path / "s.db") as store:
        add(store, some(100, 140), "c1")
        answers(store)
    assert file.read_bytes() == before
    assert {one.name for one in tmp_path.iterdir()} == {"s.db", "s.db-sidecar"}


def test_nothing_of_it_is_left_by_a_rewriting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the file, nor one whose writing was broken off; and a reader of before brings it not back."""
    path = tmp_path / "s.db"
    kept(path)
    (tmp_path / "s.db-sidecar-4711").write_bytes(b"n39 and its vector")
    with opened(path) as reader:
        answers(reader)
        with opened(path) as store:
            gone = some(39, 40)[0]
            store.apply(commit("c1", Change(gone, None)))
            assert "n39" in str(store.traces(["n39"]))
            store.rewrite(commit("c2"), lambda one: without(one, "n39"))
            assert not [file for file in tmp_path.iterdir() if "sidecar" in file.name]
            assert store.traces(["n39"]) == []
        reader._sidecar._behind = 10**6  # it would keep what it has, had nothing happened
        found = answers(reader)
    with opened(path) as store:
        assert store.traces(["n39"]) == []
        assert answers(store) == found == afresh(path, monkeypatch)


def without(one: Commit, id: str) -> Commit:
    return replace(one, changes=tuple(change for change in one.changes if change.id != id))


def test_a_repair_leaves_it_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "s.db"
    kept(path)
    with opened(path) as store:
        store.repair()
        found = answers(store)
    assert found == afresh(path, monkeypatch)


def test_a_small_store_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    with opened(tmp_path / "s.db") as store:
        add(store, some(0, 40), "c0")
        answers(store)
    assert [file.name for file in tmp_path.iterdir()] == ["s.db"]


@pytest.mark.skipif(os.name != "posix", reason="no such permissions here")
def test_who_may_not_read_the_store_may_not_read_it(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    with opened(path) as store:
        add(store, some(0, 40), "c0")
        path.chmod(0o640)
        answers(store)
    assert stat.S_IMODE(sqlite_sidecar.file_of(path).stat().st_mode) == 0o640


def test_its_bytes_count(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    file = kept(path)
    with opened(path) as store:
        beside = path.with_name("s.db-wal")
        sizes = [one.stat().st_size for one in (path, file, beside) if one.exists()]
        assert store.info().bytes == sum(sizes)


def test_a_new_store_at_the_same_place_takes_nothing_over(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    kept(path)
    path.unlink()
    with opened(path) as store:
        assert store.count(A, "note") == 0
        add(store, some(0, 3), "c0")
        assert store.count(A, "note") == 3


@pytest.mark.parametrize("name", ["é", "n" * 80, ""])
def test_ids_that_are_no_short_ascii_are_read_from_the_tables(tmp_path: Path, name: str) -> None:
    path = tmp_path / "s.db"
    names = [name, "plain"]
    with opened(path) as store:
        add(store, [note(f"{name}{n}" if name else "", "lamp") for n, name in enumerate(names)], "c0")
        first = answers(store)
        found = [id for id, _ in store.search_text(A, "lamp", 10)]
    with opened(path) as store:
        assert answers(store) == first
        assert [id for id, _ in store.search_text(A, "lamp", 10)] == found
    assert "names ids" not in (arrays_file.read(sqlite_sidecar.file_of(path)) or ({}, {}))[1]


def test_room_is_zeros_that_can_be_written_to(tmp_path: Path) -> None:
    rows = np.arange(6, dtype=np.int8).reshape(3, 2)
    arrays_file.write(tmp_path / "f", {"of": 1}, {"rows": rows, "none": rows[:0]}, {"rows": 5})
    for _ in range(2):
        told, arrays = arrays_file.read(tmp_path / "f") or ({}, {})
        assert told == {"of": 1} and len(arrays["none"]) == 0
        assert arrays["rows"].tolist() == [[0, 1], [2, 3], [4, 5], [0, 0], [0, 0]]
        arrays["rows"][4] = 7  # stays in this process


def test_nothing_is_kept_before_all_is_loaded(tmp_path: Path) -> None:
    with opened(tmp_path / "s.db") as store:
        add(store, some(0, 40), "c0")
        assert store.count(A, "note") == 40
    assert [file.name for file in tmp_path.iterdir()] == ["s.db"]
    assert Sidecar().behind == 0


def test_records_are_found_without_their_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the ids that are kept, those of later nodes too; also that there is none."""
    path = tmp_path / "s.db"
    kept(path, 200)
    asked: list[list[str]] = []
    own = SQLiteTables.keys
    monkeypatch.setattr(SQLiteTables, "keys", lambda self, ids: asked.append(ids) or own(self, ids))
    with opened(path) as store:
        add(store, some(300, 303), "c1")
        assert store.count(A, "note") == 203
        found = store.get(A, ["n301", "no such", "n7", "n", "", "é"])
        assert list(found) == ["n301", "n7"] and found["n7"].body["text"] == "lamp number 7 of house 0"
        edges = store.neighbours(A, ["n301", "no such", "n300"], ["cites"])
        assert sorted(edges.source) == ["n300", "n301"]
        with opened(path) as other:
            add(other, some(303, 304), "c2")
        assert list(store.get(A, ["n303", "n7"])) == ["n303", "n7"], "a commit that the arrays lack"
    assert not asked
