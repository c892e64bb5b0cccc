"""The commands of reflection: what is made, dry first, under titles that people know, less the keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_cli import data, folder, run  # noqa: F401 (the fixture)

TEXT = """Ada Quill is a botanist from Bergen. She planted the ash
that stands before the museum of Oslo. Bo Rask paints it each winter.
Their letters about the ash fill two boxes in the archive of Bergen.
"""
CHAT = """[2023-05-01 10:00] Bo Rask: I moved to Oslo in March 2021 with Ada Quill.
[2023-05-01 10:01] Ada Quill: Do you still play the violin there?
[2023-05-01 10:02] Bo Rask: Each week, in the orchestra of the museum.
"""


@pytest.fixture
def sources(folder: Path) -> Path:  # noqa: F811
    (folder / "ash.txt").write_text(TEXT, encoding="utf-8")
    (folder / "talk.txt").write_text(CHAT, encoding="utf-8")
    run("ingest", "ash.txt", "talk.txt", "--pipeline", "none", "--no-keys")
    return folder


def test_a_reflection_is_shown_dry_then_done_then_undone(sources: Path) -> None:
    dry = run("reflect", "--dry-run").stdout
    assert "+ session ash: " in dry and "+ day 1 May 2023: " in dry and "nothing was written" in dry
    assert "no notes" in run("notes").stdout
    done = data("reflect")
    assert done["made"] and done["commits"]
    assert "nothing is new" in run("reflect").stdout
    run("undo", *done["commits"])
    assert "no notes" in run("notes").stdout


def test_keys_of_recall_are_counted_and_listed_only_if_asked_for(sources: Path) -> None:
    told = run("reflect").stdout
    assert "notes by which recall finds more, unlisted" in told and "+ question" not in told
    assert "question" not in run("notes").stdout
    keys = data("notes", "question")
    assert any(part["text"] == "Do you still play the violin there?" for one in keys for part in one["parts"])


def test_a_line_that_is_wrapped_in_its_source_is_shown_in_one(sources: Path) -> None:
    run("reflect", "--only", "sessions")
    (note,) = (one for one in data("notes", "session") if one["title"] == "ash")
    assert "She planted the ash that stands before the museum of Oslo." in [
        part["text"] for part in note["parts"]
    ]
