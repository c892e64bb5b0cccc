"""Files that cannot serve: the error says what it is and what to do, and the file is as it was."""

from __future__ import annotations

import multiprocessing
import os
import resource
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from graphmem.errors import (
    StoreBusy,
    StoreCorrupt,
    StoreError,
    StoreFormatError,
    StoreFull,
    StoreReadOnly,
    StoreURLError,
)
from graphmem.stores import open_store
from graphmem.stores.contract import SCHEMA, creation, direction, note, of_encoder
from graphmem.stores.sqlite import SQLiteStore
from graphmem.stores.sqlite_connection import translate
from graphmem.stores.sqlite_migrations import FORMAT
from graphmem.types import View

A = View.of("a")
NOBODY = 65534


def made(path: Path, notes: int = 3) -> Path:
    """A store with some notes, closed."""
    with closing(SQLiteStore(path, SCHEMA)) as store:
        records = [note(f"n{number}", f"birch number {number}") for number in range(notes)]
        store.apply(creation("c1", *records), of_encoder({record.id: direction(1) for record in records}))
    return path


def beside(path: Path) -> dict[str, bytes]:
    """Every file of a directory and its bytes."""
    return {file.name: file.read_bytes() for file in path.parent.iterdir()}


def pragma(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def in_child(work: Callable[[], None], *, user: int | None = None, file_bytes: int | None = None) -> None:
    """Run in a process of its own, with fewer rights; its assertions count."""

    def run() -> None:
        if file_bytes is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
        if user is not None and os.getuid() == 0:
            os.setuid(user)  # root may write anywhere
        work()

    process = multiprocessing.get_context("fork").Process(target=run)
    process.start()
    process.join()
    assert process.exitcode == 0


# --- addresses ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "advice"),
    [
        ("notes.db", "sqlite:///notes.db"),
        ("/srv/notes.db", "sqlite:////srv/notes.db"),
        ("sqlite:notes.db", "sqlite:///notes.db"),
        ("sqlite://", "sqlite:///notes.db"),
        ("sqlite:///", "sqlite:///notes.db"),
        ("sqlite://notes.db", "sqlite:///notes.db"),
        ("sqlite:///:memory:", "sqlite:///notes.db"),
        ("mysql://host/db", "sqlite://"),
        ("", "sqlite:///notes.db"),
    ],
)
def test_an_address_that_names_no_store(url: str, advice: str) -> None:
    with pytest.raises(StoreURLError) as raised:
        open_store(url, SCHEMA)
    assert advice in str(raised.value)


def test_addresses_are_relative_or_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for url in ("sqlite:///odd name%20?#.db", f"sqlite:///{tmp_path}/absolute.db"):
        open_store(url, SCHEMA).close()
    assert {"odd name%20?#.db", "absolute.db"} == {file.name for file in tmp_path.iterdir()}


def test_a_store_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StoreURLError, match="no store at"):
        open_store(f"sqlite:///{tmp_path}/none.db", SCHEMA, create=False)
    with pytest.raises(StoreURLError, match="no directory"):
        open_store(f"sqlite:///{tmp_path}/none/none.db", SCHEMA)
    with pytest.raises(StoreURLError, match="is a directory"):
        open_store(f"sqlite:///{tmp_path}", SCHEMA)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("create", [False, True])
@pytest.mark.parametrize(
    ("name", "advice"),
    [("x" * 300 + ".db", "shorter"), ("x\0.db", "NUL"), ("x\ud83d.db", "half a character")],
)
def test_a_name_that_no_file_can_have(name: str, advice: str, create: bool, tmp_path: Path) -> None:
    with pytest.raises(StoreURLError, match=advice):
        open_store(f"sqlite:///{tmp_path}/{name}", SCHEMA, create=create)
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_leaves_no_room_for_a_log(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        open_store(f"sqlite:///{tmp_path}/{'x' * 253}", SCHEMA)


def test_a_folder_that_nobody_may_look_into(tmp_path: Path) -> None:
    (tmp_path / "sealed").mkdir()
    path = made(tmp_path / "sealed" / "store.db")
    for folder in (tmp_path, *list(tmp_path.parents)[:2]):
        folder.chmod(0o755)
    path.parent.chmod(0o000)

    def work() -> None:
        with pytest.raises(StoreError, match="look at its permissions"):
            SQLiteStore(path, SCHEMA)

    try:
        in_child(work, user=NOBODY)
    finally:
        path.parent.chmod(0o755)


# --- files that are not ours, or too new ----------------------------------------------------


def plain_text(path: Path) -> None:
    path.write_text("Dear diary, " * 100)


def short_text(path: Path) -> None:
    path.write_text("Dear diary")


def other_database(path: Path) -> None:
    pragma(path, "CREATE TABLE album(title)", "INSERT INTO album VALUES ('Blue')")


def other_database_in_wal(path: Path) -> None:
    other_database(path)
    pragma(path, "PRAGMA journal_mode = WAL")


def empty_database(path: Path) -> None:
    pragma(path, "CREATE TABLE t(x)", "DROP TABLE t")


def newer(path: Path) -> None:
    made(path)
    pragma(path, f"PRAGMA user_version = {FORMAT + 1}")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (plain_text, "not a graphmem store"),
        (short_text, "not a graphmem store"),
        (other_database, "not a graphmem store"),
        (other_database_in_wal, "not a graphmem store"),
        (empty_database, "not a graphmem store"),
        (newer, "pip install --upgrade graphmem"),
    ],
)
def test_a_file_that_is_not_for_us_is_left_alone(
    make: Callable[[Path], None], message: str, tmp_path: Path
) -> None:
    path = tmp_path / "store.db"
    make(path)
    before = beside(path)
    with pytest.raises(StoreFormatError, match=message):
        SQLiteStore(path, SCHEMA)
    assert beside(path) == before


def test_a_newer_version_that_is_still_in_the_log_is_seen(tmp_path: Path) -> None:
    path = made(tmp_path / "store.db")
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute(f"PRAGMA user_version = {FORMAT + 1}")
        assert path.read_bytes()[60:64] != (FORMAT + 1).to_bytes(4, "big")
        before = path.read_bytes()
        with pytest.raises(StoreFormatError, match="newer graphmem"):
            SQLiteStore(path, SCHEMA)
        assert path.read_bytes() == before


def test_an_empty_file_becomes_a_store(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.touch()
    made(path)
    assert path.read_bytes().startswith(b"SQLite format 3")


# --- damage ---------------------------------------------------------------------------------


def test_a_cut_file_is_corrupt(tmp_path: Path) -> None:
    path = made(tmp_path / "store.db", 500)
    path.write_bytes(path.read_bytes()[: 40 * 4096])
    with pytest.raises(StoreCorrupt, match="restore a backup"), closing(SQLiteStore(path, SCHEMA)) as store:
        list(store.scan(A, "note"))
        store.check()


def test_noise_is_found(tmp_path: Path) -> None:
    path = made(tmp_path / "store.db", 500)
    whole = bytearray(path.read_bytes())
    for start in range(8192, len(whole) - 4096, 4096):
        whole[start : start + 200] = bytes(range(200))
    path.write_bytes(whole)
    with closing(SQLiteStore(path, SCHEMA)) as store:
        assert any("damaged" in problem for problem in store.check())
        with pytest.raises(StoreCorrupt, match="damaged"):
            list(store.scan(A, "note"))


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        ("UPDATE record SET body = '{}' WHERE key = 1", "not what the log says"),
        ("DELETE FROM record WHERE key = 2", "not what the log says"),
        ("DELETE FROM log", "not what the log says"),
        ("UPDATE log SET seq = 7", "gap"),
        ("INSERT INTO edge VALUES (1, 1, 2, 1.0)", "edges are not what they say"),
        ("INSERT INTO edge VALUES (99, 1, 2, 1.0)", "leave no record"),
        ("INSERT INTO degree VALUES (1, 1, 1, 5)", "degrees"),
        ("UPDATE record SET valid_at = 5 WHERE key = 1", "validity"),
        (
            "INSERT INTO word(word, rowid, text) VALUES ('delete', 1, 'birch number 0')",
            "words are not indexed",
        ),
        ("INSERT INTO word(rowid, text) VALUES (77, 'birch')", "no record has"),
        ("UPDATE vector SET value = x'00' WHERE key = 1", "another size"),
        (
            "INSERT INTO node VALUES (50, 'z'); INSERT INTO record VALUES (50, 9, 1, NULL, NULL, '{}')",
            "derived",
        ),
    ],
)
def test_check_finds_what_does_not_fit(damage: str, found: str, tmp_path: Path) -> None:
    path = made(tmp_path / "store.db")
    pragma(path, "INSERT INTO symbol VALUES (9, 'tag')", *damage.split("; "))
    with closing(SQLiteStore(path, SCHEMA)) as store:
        assert any(found in problem for problem in store.check()), store.check()


# --- disks that take nothing ----------------------------------------------------------------


def test_a_file_in_a_directory_that_takes_no_writes_is_read(tmp_path: Path) -> None:
    (tmp_path / "sealed").mkdir()
    path = made(tmp_path / "sealed" / "store.db")
    for folder in (tmp_path, *list(tmp_path.parents)[:3]):  # pytest's own are for its user alone
        folder.chmod(0o755)
    path.chmod(0o444)
    path.parent.chmod(0o555)
    before = beside(path)

    def work() -> None:
        with closing(SQLiteStore(path, SCHEMA)) as store:
            assert store.head() == 1 and len(store.get(A, ["n0", "n1"])) == 2
            assert store.search_text(A, "birch", 1) and store.search_vector(A, direction(1), 1)
            assert store.check() == []
            with pytest.raises(StoreReadOnly, match="takes no writes"):
                store.apply(creation("c2", note("n9")))

    try:
        in_child(work, user=NOBODY)
        assert beside(path) == before
    finally:
        path.parent.chmod(0o755)


def test_a_full_disk_makes_no_commit(tmp_path: Path) -> None:
    path = made(tmp_path / "store.db")
    # A limit on the size of files is an I/O error to SQLite, and Python 3.10 does not tell which.
    kind: type[StoreError] = StoreFull if sys.version_info >= (3, 11) else StoreError

    def work() -> None:
        with closing(SQLiteStore(path, SCHEMA)) as store:
            with pytest.raises(kind, match="make room|is full"):
                store.apply(creation("c2", *(note(f"m{n}", os.urandom(500).hex()) for n in range(1000))))
            assert store.head() == 1 and not store.get(A, ["m0"])

    in_child(work, file_bytes=path.stat().st_size + 50_000)
    with closing(SQLiteStore(path, SCHEMA)) as store:
        assert store.head() == 1 and store.check() == []
        store.apply(creation("c2", note("m0")))


def test_a_store_at_its_size_limit_makes_no_commit(tmp_path: Path) -> None:
    path = made(tmp_path / "store.db")
    with closing(SQLiteStore(path, SCHEMA)) as store:
        assert store._writer is not None
        with store._writer.setup() as connection:
            connection.execute("PRAGMA max_page_count = 40")
        with pytest.raises(StoreFull):
            store.apply(creation("c2", *(note(f"m{n}", os.urandom(500).hex()) for n in range(1000))))
        assert store.head() == 1
        store.apply(creation("c3", note("small")))
        assert store.check() == []


# --- the one place where errors are translated ----------------------------------------------


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("database is locked", StoreBusy),
        ("database table is locked: record", StoreBusy),
        ("attempt to write a readonly database", StoreReadOnly),
        ("database or disk is full", StoreFull),
        ("database disk image is malformed", StoreCorrupt),
        ("malformed database schema (word)", StoreCorrupt),
        ('fts5: corruption found reading blob 1 from table "word"', StoreCorrupt),
        ("vtable constructor failed: word", StoreCorrupt),
        ("no such table: record", StoreCorrupt),
        ("Could not decode to UTF-8 column 'body'", StoreCorrupt),
        ("file is not a database", StoreFormatError),
        ("unable to open database file", StoreError),
        ("disk I/O error", StoreError),
        ("Cannot operate on a closed database.", StoreError),
        ("anything else", StoreError),
    ],
)
def test_every_error_of_sqlite_has_one_of_ours(message: str, kind: type[StoreError], tmp_path: Path) -> None:
    translated = translate(sqlite3.OperationalError(message), tmp_path / "store.db")
    assert type(translated) is kind
    assert message in str(translated) and str(tmp_path) in str(translated)
