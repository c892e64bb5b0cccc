"""A file that goes away while it is open: nothing is written where nobody finds it."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from graphmem.errors import StoreGone
from graphmem.stores.contract import SCHEMA, creation, note
from graphmem.stores.sqlite import SQLiteStore
from graphmem.types import View

A = View.of("a")


def replaced(path: Path) -> None:
    copy = path.with_name("copy.db")
    copy.write_bytes(path.read_bytes())
    os.replace(copy, path)


GOES: dict[str, Callable[[Path], None]] = {
    "deleted": Path.unlink,
    "moved": lambda path: os.rename(path, path.with_name("elsewhere.db")),
    "replaced": replaced,
}


@pytest.mark.parametrize("way", GOES)
def test_a_file_that_goes_takes_no_commit_and_answers_nothing(tmp_path: Path, way: str) -> None:
    path = tmp_path / "memory.db"
    with closing(SQLiteStore(path, SCHEMA)) as store:
        store.apply(creation("c1", note("n1")))
        GOES[way](path)
        with pytest.raises(StoreGone, match="nothing was written"):
            store.apply(creation("c2", note("n2")))
        with pytest.raises(StoreGone):
            store.get(A, ["n1"])


def test_a_file_that_comes_back_is_read_and_written_again(tmp_path: Path) -> None:
    path, away = tmp_path / "memory.db", tmp_path / "away.db"
    with closing(SQLiteStore(path, SCHEMA)) as store:
        store.apply(creation("c1", note("n1")))
        os.rename(path, away)
        with pytest.raises(StoreGone):
            store.head()
        os.rename(away, path)
        store.apply(creation("c2", note("n2")))
        assert set(store.get(A, ["n1", "n2"])) == {"n1", "n2"}


def test_a_relative_path_is_where_it_was_when_the_working_directory_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path)
    with closing(SQLiteStore(Path("memory.db"), SCHEMA)) as store:
        monkeypatch.chdir(tmp_path / "other")
        store.apply(creation("c1", note("n1")))
        assert set(store.get(A, ["n1"])) == {"n1"}
