"""Several processes on one file: readers beside a writer, writers in turn, and death at any moment."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
import threading
from contextlib import closing
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import pytest

from graphmem.errors import StoreBusy
from graphmem.stores.contract import SCHEMA, creation, direction, note, of_encoder
from graphmem.stores.sqlite import SQLiteStore
from graphmem.types import View

A = View.of("a")
COMMITS = 60
processes = multiprocessing.get_context("spawn")


def write(path: Path, worker: int, commits: int) -> None:
    with closing(SQLiteStore(path, SCHEMA)) as store:
        for number in range(commits):
            pair = [note(f"w{worker}-{number}-{side}", f"birch{number}", tags=["red"]) for side in "xy"]
            vectors = {record.id: direction(1, number) for record in pair}
            store.apply(creation(f"w{worker}-{number}", *pair), of_encoder(vectors))


def read(path: Path, started: Event, report: Any) -> None:
    """Read until all is there; a commit must be seen whole and never unseen."""
    torn, seen = 0, 0
    with closing(SQLiteStore(path, SCHEMA)) as store:
        started.set()
        while seen < 2 * COMMITS:
            found = len(store.search_text(A, " ".join(f"birch{n}" for n in range(COMMITS)), 1000))
            near = len(store.search_vector(A, direction(1), 1000))
            scanned = sum(1 for _ in store.scan(A, "note"))
            torn += found % 2 or near % 2 or found < seen or near < found or scanned < near
            seen = found
    report.put(torn)


def write_until_killed(path: Path, report: Any) -> None:
    store = SQLiteStore(path, SCHEMA)
    number = 0
    while True:
        store.apply(creation(f"c{number}", note(f"n{number}-x"), note(f"n{number}-y")))
        report.send(number)
        number += 1


def test_two_readers_follow_a_writer(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    SQLiteStore(path, SCHEMA).close()
    report = processes.Queue()
    started = [processes.Event() for _ in range(2)]
    readers = [processes.Process(target=read, args=(path, event, report)) for event in started]
    for reader, event in zip(readers, started, strict=True):
        reader.start()
        event.wait()
    write(path, 0, COMMITS)
    assert [report.get(), report.get()] == [0, 0]
    for reader in readers:
        reader.join()
        assert reader.exitcode == 0
    report.close()
    report.join_thread()


def test_two_writers_take_turns(tmp_path: Path) -> None:
    path = tmp_path / "store.db"  # both make it
    writers = [processes.Process(target=write, args=(path, worker, COMMITS)) for worker in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    with closing(SQLiteStore(path, SCHEMA)) as store:
        assert store.head() == 2 * COMMITS
        assert store.get(A, ["tag-a-red"])["tag-a-red"].body == {"notes": 4 * COMMITS}
        assert store.check() == []


def test_a_writer_that_waits_too_long_is_told(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with closing(SQLiteStore(path, SCHEMA, busy_seconds=0.05)) as store:
        store.apply(creation("c1", note("n1", "birch")))
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreBusy, match="try again"):
                store.apply(creation("c2", note("n2")))
            # Reading goes on, also for those who come now.
            assert store.search_text(A, "birch", 1)
            with closing(SQLiteStore(path, SCHEMA, busy_seconds=0.05)) as late:
                assert late.head() == 1
        assert store.apply(creation("c2", note("n2"))).seq == 2


def test_a_writer_waits_for_its_turn(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with closing(SQLiteStore(path, SCHEMA, busy_seconds=60)) as store:
        other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        release = threading.Timer(0.2, lambda: (other.execute("COMMIT"), other.close()))
        release.start()
        assert store.apply(creation("c1", note("n1"))).seq == 1
        release.join()


def test_opening_again_in_one_process_keeps_the_locks(tmp_path: Path) -> None:
    """A lock lost would let another process, as the last one out, take the write-ahead log away."""
    path = tmp_path / "store.db"
    with closing(SQLiteStore(path, SCHEMA)) as store:
        store.apply(creation("c1", note("n1")))
        SQLiteStore(path, SCHEMA).close()
        other = processes.Process(target=write, args=(path, 0, 1))
        other.start()
        other.join()
        assert other.exitcode == 0
        assert (tmp_path / "store.db-wal").exists()
        store.apply(creation("c2", note("n2")))
        assert store.head() == 3 and store.check() == []


@pytest.mark.parametrize("commits", [1, 25])
def test_what_was_acknowledged_survives_a_kill(commits: int, tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    receiver, sender = processes.Pipe(duplex=False)
    writer = processes.Process(target=write_until_killed, args=(path, sender))
    writer.start()
    sender.close()
    acknowledged = [receiver.recv() for _ in range(commits)]
    assert writer.pid is not None
    os.kill(writer.pid, signal.SIGKILL)
    writer.join()
    receiver.close()
    with closing(SQLiteStore(path, SCHEMA)) as store:
        assert store.head() > acknowledged[-1]
        ids = [f"n{number}-{side}" for number in acknowledged for side in "xy"]
        assert len(store.get(A, ids)) == 2 * commits
        assert store.check() == []
