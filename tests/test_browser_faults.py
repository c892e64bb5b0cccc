"""The explorer in a real browser when something is wrong: a sentence and a way on, never a trace."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import browser_steps as step
import pytest
from browser import PAGES, QUESTION, Tab, chromium, explorer, remember

from graphmem.embedding import SentenceEncoder

FIXTURES = (chromium,)
TRACES = ("Traceback", "encountered an error", "Error:", "graphmem/", "sqlite3.")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, encoder: SentenceEncoder) -> bytes:
    """A store of the texts, as a file."""
    file = tmp_path_factory.mktemp("whole") / "memory.db"
    remember(f"sqlite:///{file}", encoder)
    return file.read_bytes()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("faults")


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    """An explorer over a store that is not there at first."""
    with explorer(f"sqlite:///{folder}/memory.db", folder / "log") as address:
        yield address


@contextmanager
def looking(browser: object, address: str) -> Iterator[Tab]:
    with Tab(browser, address) as tab:
        yield tab
        assert tab.faults == []


@contextmanager
def shown(browser: object, folder: Path, whole: bytes) -> Iterator[tuple[Tab, Path]]:
    """A tab of an explorer over a file of its own, and that file."""
    file = folder / "memory.db"
    file.write_bytes(whole)
    with explorer(f"sqlite:///{file}", folder / "log") as address, looking(browser, address) as tab:
        yield tab, file


def spared(tab: Tab) -> None:
    """No page shows a trace, or what only its makers understand."""
    assert tab.page.get_by_test_id("stException").count() == 0
    assert [trace for trace in TRACES if trace in tab.shown] == []


@pytest.mark.parametrize("path", PAGES)
def test_an_empty_memory_says_how_to_begin(chromium: object, address: str, path: str) -> None:
    with looking(chromium, address) as tab:
        tab.open(path)
        spared(tab)
        assert "ingest" in tab.shown or "pload" in tab.shown or "Drop files" in tab.shown


def test_the_first_upload_makes_the_store(chromium: object, address: str, folder: Path) -> None:
    with looking(chromium, address) as tab:
        step.upload(tab)
        assert (folder / "memory.db").exists()
        tab.open(q="Who is the captain of the Alka?")
        tab.sees("The captain of the Alka is Pia Holm.")


def test_a_store_that_is_locked_is_told_of_and_can_be_edited_when_it_is_free(
    chromium: object, tmp_path: Path, whole: bytes
) -> None:
    with shown(chromium, tmp_path, whole) as (tab, file):
        tab.open("review", kind="contradictions")
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            tab.page.get_by_role("button", name="2 is wrong (2)").click()
            tab.settle()
            tab.page.get_by_test_id("stAlert").first.wait_for()
            spared(tab)
            other.execute("ROLLBACK")
        tab.open("review", kind="contradictions")
        tab.page.get_by_role("button", name="2 is wrong (2)").click()
        tab.sees("Done:")


def test_a_store_that_goes_in_the_middle_of_a_click_takes_no_edit(
    chromium: object, tmp_path: Path, whole: bytes
) -> None:
    with shown(chromium, tmp_path, whole) as (tab, file):
        tab.open("review", kind="contradictions")
        for part in tmp_path.glob("memory.db*"):
            part.unlink()
        tab.page.get_by_role("button", name="2 is wrong (2)").click()
        tab.page.get_by_test_id("stAlert").first.wait_for()
        assert "Done:" not in tab.shown  # nobody would find it again
        for title in ("Documents", "Health", "Ask"):
            tab.go(title)
            spared(tab)
        file.write_bytes(whole)  # it is brought back
        tab.open("review", kind="contradictions")
        tab.sees("Mara Lindqvist was born in Bergen")


def test_a_store_of_rubbish_is_told_of(chromium: object, tmp_path: Path, whole: bytes) -> None:
    with shown(chromium, tmp_path, whole) as (tab, file):
        tab.open(q=QUESTION)
        with file.open("r+b") as raw:
            raw.write(b"\xa5" * len(whole))
        for path in PAGES:
            tab.open(path)
            spared(tab)
