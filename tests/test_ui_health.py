"""The page Health: what the memory holds, how it grew, whether it is sound."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from conftest import opened, put
from streamlit.testing.v1 import AppTest

from graphmem import Memory
from graphmem.projection import SCHEMA
from graphmem.testing import HashEmbedder
from graphmem.ui.growth import Day, growth, sentence, totals
from graphmem.ui.health import checked

PAGE = "from graphmem.ui import health\nhealth.page()"
START = datetime(2024, 3, 1, 12, tzinfo=timezone.utc)


class Clock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Memory]:
    """A memory that grew on three days: two documents, one more, one less."""
    with opened(tmp_path) as memory:
        clock = Clock()
        memory.clock = clock
        put(memory, {"ash.txt": "The ash stands.", "oak.txt": "The oak fell."})
        clock.now += timedelta(days=1)
        put(memory, {"elm.txt": "Bo planted the elm."})
        clock.now += timedelta(days=4)
        memory.undo(next(memory.history()).id)
        yield memory


@pytest.fixture
def page(held: Memory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    held.share("theirs")
    held.trust("mail/<b>*</b>", "untrusted")
    monkeypatch.setenv("GRAPHMEM_STORE", f"sqlite:///{tmp_path}/memory.db")
    monkeypatch.delenv("GRAPHMEM_UI_READ_ONLY", raising=False)
    return AppTest.from_string(PAGE, default_timeout=120)


def shown(page: AppTest) -> str:
    assert not page.exception
    return "".join(element.proto.body for element in page.get("html"))


def logged(memory: Memory) -> int:
    return sum(memory.store.count(memory.view, kind) for kind in SCHEMA.logged)


# --- growth ---------------------------------------------------------------------------------


def test_growth_counts_what_each_day_brought(held: Memory) -> None:
    known = growth(held)
    assert known.whole
    days = [date(2024, 3, 1), date(2024, 3, 2), date(2024, 3, 6)]
    assert [(known.days[day].commits, known.days[day].documents) for day in days] == [(2, 2), (1, 1), (1, -1)]
    assert sum(one.records for one in known.days.values()) == logged(held)
    after = totals(known, 2, logged(held))
    assert [after[day][0] for day in days] == [2, 3, 2] and after[days[-1]][1] == logged(held)
    told = sentence(known, 2)
    assert "4 changes on 3 days, most on 2024-03-01 (2)" in told and "from 0 to 2" in told


def test_a_log_read_in_steps_is_the_log_read_at_once(held: Memory) -> None:
    whole = growth(held)
    part = growth(held, most=1)
    assert not part.whole and sum(day.commits for day in part.days.values()) == 1
    steps = 1
    while not part.whole:
        part = growth(held, part, further=True, most=1)
        steps += 1
    assert part == whole and steps == 4


def test_what_is_known_is_not_read_again(held: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    known = growth(held)
    put(held, {"fir.txt": "The fir grew."})
    asked: list[int] = []
    read = held.store.commits

    def commits(view: object, after: int = 0, touching: str | None = None) -> object:
        asked.append(after)
        return read(view, after, touching)  # type: ignore[arg-type]

    monkeypatch.setattr(held.store, "commits", commits)
    more = growth(held, known)
    assert min(asked) == known.upto and more.upto == known.upto + 1
    assert more.days[date(2024, 3, 6)] == Day(2, 0, more.days[date(2024, 3, 6)].records)
    monkeypatch.undo()
    assert more == growth(held)


def test_after_a_purge_all_is_counted_anew(held: Memory) -> None:
    known = growth(held)
    held.purge("oak.txt")
    assert growth(held, known) == growth(held)


# --- soundness ------------------------------------------------------------------------------


def test_the_check_is_that_of_the_memory_and_tells_how_far_it_is(
    held: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graphmem.ui.health._TOLD_EVERY", 1)
    shares: list[float] = []
    assert checked(held.store, shares.append) == held.verify() == ()
    assert shares == sorted(shares) and shares[-1] == 1.0


def test_faults_are_found_through_it(held: Memory, tmp_path: Path) -> None:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(tmp_path / "memory.db")) as connection, connection:
        connection.execute("DELETE FROM edge")
    assert checked(held.store, lambda share: None) == held.verify() != ()


# --- the page -------------------------------------------------------------------------------


def test_it_tells_what_there_is_in_plain_words(page: AppTest) -> None:
    page.run()
    html = shown(page)
    assert {one.label: one.value for one in page.metric}["Documents"] == "2"
    for text in ("Shared with theirs", "untrusted, says user", "may change the memory", "memory.db"):
        assert text in html
    assert "mail/&lt;b&gt;*&lt;/b&gt;" in html
    assert any("changes on" in one.value for one in page.text)
    assert list(page.dataframe[0].value["documents"]) == [2, 3, 2]


def test_the_check_says_that_all_is_sound(page: AppTest) -> None:
    page.run()
    (button,) = [one for one in page.button if one.label == "Check now"]
    button.click().run()
    assert not page.exception and "All is sound" in page.success[0].value


def test_no_password_is_shown(held: Memory, page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from graphmem.stores.sqlite import SQLiteStore

    info = replace(held.store.info(), url="neo4j://ada:secret@127.0.0.1:7687/neo4j")
    monkeypatch.setattr(SQLiteStore, "info", lambda self: info)
    html = shown(page.run())
    assert "neo4j://ada@127.0.0.1:7687/neo4j" in html and "secret" not in html


def test_read_only_is_told(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPHMEM_UI_READ_ONLY", "1")
    assert "read-only" in shown(page.run())


def test_an_empty_memory_says_how_to_begin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = f"sqlite:///{tmp_path}/empty.db"
    Memory.open(empty, embedder=HashEmbedder()).close()
    monkeypatch.setenv("GRAPHMEM_STORE", empty)
    page = AppTest.from_string(PAGE, default_timeout=120).run()
    assert not page.exception and "graphmem ingest" in page.info[0].value
