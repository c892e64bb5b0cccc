"""Processes that write the same documents at once lose nothing, double nothing, and read nothing half."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.writers import Load, run
from graphmem.errors import Conflict, StoreBusy
from graphmem.retrying import retrying

ROUNDS = 6


def test_three_writers_and_three_readers_on_one_file(tmp_path: Path) -> None:
    """The short form of ``benchmarks.writers``: so many rounds of each, however long they take."""
    wrong, figures = run(Load(f"sqlite:///{tmp_path}/store.db", writers=3, readers=3, rounds=ROUNDS))
    assert wrong == []
    assert figures["count"] == figures["ingest"] == figures["replace"] == 3 * ROUNDS
    assert figures["recall"] == 3 * ROUNDS
    # What was replaced by the same text makes no commit.
    assert (
        figures["commits"]
        <= 7 + figures["ingest"] + figures["count"] + figures["replace"] + figures["forget"]
    )


def test_what_others_were_first_in_is_done_again() -> None:
    calls: list[int] = []

    def third_time() -> str:
        calls.append(1)
        if len(calls) < 3:
            raise (Conflict("changed"), StoreBusy("busy"))[len(calls) - 1]
        return "done"

    assert retrying(third_time) == "done" and len(calls) == 3


def test_it_gives_up_after_so_many_attempts() -> None:
    calls: list[int] = []

    def never() -> None:
        calls.append(1)
        raise Conflict("changed")

    with pytest.raises(Conflict):
        retrying(never, attempts=3)
    assert len(calls) == 3
    with pytest.raises(KeyError):  # what is no matter of others is not tried again
        retrying(lambda: dict[str, str]()["a"])
