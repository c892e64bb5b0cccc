"""An ingest that is killed at any moment loses nothing acknowledged and leaves no half document."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from conftest import opened, put, records, state

from graphmem import Memory
from graphmem.edits import document_records
from graphmem.ingest import ingest_sources
from graphmem.ingest.sources import expand
from graphmem.projection import SCHEMA
from graphmem.types import Record

FILES = 150
KILLS = 50
RUNS = 400  # at most, however slow or fast the machine is
# Forks one ingest for each line "delay<TAB>store", kills it after the delay, and says what became of it.
# The modules are loaded once, before the forks, so that the kills fall into the work.
LAUNCHER = """
import os, signal, sys, time
import graphmem.ingest.pipeline as pipeline
from graphmem import Memory
from graphmem.ingest.sources import expand
from graphmem.testing import HashEmbedder

pipeline.ENCODED_AT_ONCE = 20  # a few documents at a time, so that commits are spread over the run

def work(store, folder):
    with Memory.open(store, embedder=HashEmbedder()) as memory:
        report = pipeline.ingest_sources(memory, expand([folder]), pipeline=None)  # rules alone are quick
        assert report.failed == 0

for line in sys.stdin:
    delay, store = line.rstrip("\\n").split("\\t")
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            work(store, sys.argv[1])
            status = 0
        finally:
            os._exit(status)
    began = time.monotonic()
    died = 0, 0
    while not died[0] and time.monotonic() - began < float(delay):
        time.sleep(0.001)
        died = os.waitpid(pid, os.WNOHANG)
    if not died[0]:
        os.kill(pid, signal.SIGKILL)
        died = os.waitpid(pid, 0)
    print(died[1], time.monotonic() - began, flush=True)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Small files that name one another's people and places."""
    chance = random.Random(7)
    people = ["Ada Byron", "Charles Babbage", "Mary Somerville", "Luigi Menabrea"]
    places = ["London", "Turin", "Bergen", "Paris"]
    found = tmp_path / "files"
    found.mkdir()
    for number in range(FILES):
        lines = [
            f"{chance.choice(people)} wrote to {chance.choice(people)} from {chance.choice(places)}."
            for _ in range(chance.randint(1, 6))
        ]
        text = f"# Letter {number}\n\n" + "\n\n".join(lines) + "\n"
        (found / f"letter{number:03}.md").write_text(text, encoding="utf-8")
    return found


class Launcher:
    """Runs ingests that may be killed."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def run(self, store: Path, delay: float) -> tuple[bool, float]:
        """Whether an ingest into the store ended by itself within the delay, and when it ended."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(f"{delay}\tsqlite:///{store}\n")
        self.process.stdin.flush()
        status, seconds = self.process.stdout.readline().split()
        assert status in ("0", "9"), "an ingest failed by itself"
        return status == "0", float(seconds)


@pytest.fixture
def launcher(folder: Path) -> Iterator[Launcher]:
    process = subprocess.Popen(
        [sys.executable, "-c", LAUNCHER, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        yield Launcher(process)
        assert process.stdin is not None
        process.stdin.close()


def whole(memory: Memory) -> dict[str, tuple[Record, ...]]:
    """The records of each document."""
    return {d.id: document_records(memory.store, memory.view, d.id) for d in memory.documents()}


def test_a_kill_at_any_moment_leaves_whole_documents_and_a_sound_store(
    tmp_path: Path, folder: Path, launcher: Launcher
) -> None:
    with opened(tmp_path, "whole") as memory:
        ingest_sources(memory, expand([str(folder)]), pipeline=None)
        expected, documents = state(memory), whole(memory)
    assert len(documents) == FILES
    ended, seconds = launcher.run(tmp_path / "unhurried.db", delay=600)
    assert ended

    chance = random.Random(11)
    kills, completed, partial = 0, 0, 0
    path = tmp_path / "0.db"
    for _ in range(RUNS):
        ended, _ = launcher.run(path, delay=chance.uniform(0, seconds))
        kills += not ended
        if not path.exists():
            continue  # killed before there was a file
        with opened(tmp_path, path.stem) as memory:
            assert memory.store.check() == []
            found = whole(memory)
            assert found == {id: documents[id] for id in found}
            parts = sum(len(part) for part in found.values())
            assert parts == sum(record.kind in SCHEMA.logged for record in records(memory).values())
            assert memory.store.head() == len(found)
            partial += 0 < len(found) < FILES
            if ended:
                assert state(memory) == expected
        if ended:
            completed += 1
            path = tmp_path / f"{completed}.db"
            if kills >= KILLS:
                break
        elif kills >= KILLS:
            ended, _ = launcher.run(path, delay=600)
            assert ended
            with opened(tmp_path, path.stem) as memory:
                assert state(memory) == expected and memory.store.check() == []
            break
    assert kills, "nothing was killed: the delays are not spread over the run"
    assert partial, "no kill fell between two commits"


def test_a_store_whose_journal_was_half_merged_opens(tmp_path: Path) -> None:
    """A process killed while SQLite copies pages from the write-ahead log into a file that must grow.

    Then the file's first page counts pages that it does not have yet; all is well with the log beside it.
    """
    path = tmp_path / "memory.db"
    with opened(tmp_path) as memory:
        with closing(sqlite3.connect(path)) as other:
            other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        before = path.read_bytes()
        put(
            memory, {f"{n}.md": f"# Letter {n}\n\n" + f"Ada Byron wrote letter {n}. " * 50 for n in range(20)}
        )
        expected = state(memory)
        log = path.with_name("memory.db-wal").read_bytes()
        with closing(sqlite3.connect(path)) as other:
            other.execute("PRAGMA wal_checkpoint(FULL)")
        merged = path.read_bytes()
    assert len(merged) > len(before)
    page = int.from_bytes(merged[16:18], "big")
    killed = tmp_path / "killed.db"
    killed.write_bytes(merged[:page] + before[page:])
    killed.with_name("killed.db-wal").write_bytes(log)
    with opened(tmp_path, "killed") as memory:
        assert state(memory) == expected and memory.store.check() == []
