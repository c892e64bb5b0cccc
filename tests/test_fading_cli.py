"""The commands of fading: what goes and why, dry first; what sleeps is told where it may be the answer."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_cli import data, folder, run  # noqa: F401 (the fixture)
from typer.testing import CliRunner

from graphmem.cli import build
from graphmem.errors import InputError

CHAT = """[2023-05-01 10:00] Bo Rask: I moved to Oslo in March 2021 with Ada Quill.
[2023-05-01 10:01] Ada Quill: Nice!
[2023-05-02 10:00] Bo Rask: Ada Quill planted an ash in Bergen.
[2023-05-03 10:00] Ada Quill: How are you?
"""


@pytest.fixture
def chat(folder: Path) -> Path:  # noqa: F811
    (folder / "talk.txt").write_text(CHAT, encoding="utf-8")
    run("ingest", "talk.txt", "--pipeline", "none")
    return folder


def test_a_fade_is_shown_dry_then_done_then_undone(chat: Path) -> None:
    dry = run("fade", "--keep", "50%", "--dry-run").stdout
    assert (
        "2 passages would be put to sleep" in dry and "How are you?" in dry and "nothing was written" in dry
    )
    done = data("fade", "--keep", "0.5")
    assert done["passages"] == [4, 2] and len(done["gone"]) == 2 and done["commit"]
    assert data("stats")["dormant"] == 2 and "2 sleep" in run("stats").stdout
    run("undo", done["commit"])
    assert data("stats")["dormant"] == 0


def test_what_sleeps_is_found_apart_and_woken(chat: Path) -> None:
    assert "Nothing sleeps" in run("query", "--dormant", "Oslo").stdout
    run("fade", "--max-sentences", "0")
    told = run("query", "Who moved to Oslo with Ada Quill?").stdout
    assert "Nothing in this memory" in told and "like the answer: see 'graphmem query --dormant" in told
    found = data("query", "--dormant", "Who moved to Oslo with Ada Quill?")
    assert found[0]["text"].startswith("I moved to Oslo")
    assert found[0]["passage"] in run("query", "--dormant", "Who moved to Oslo?").stdout
    assert data("wake", found[0]["passage"])["passages"] == [found[0]["passage"]]
    assert "I moved to Oslo" in run("query", "Who moved to Oslo?").stdout
    assert "1 passages woken" in run("wake", "--question", "Who planted an ash?", "-k", "1").stdout
    run("wake", "--all")
    assert "nothing of that sleeps" in run("wake", "--all").stdout


def test_retention_tells_of_one_and_counts_all(chat: Path) -> None:
    found = data("retention", "--at", "2023-06-01")
    assert len(found) == 4 and found[0]["text"] == "How are you?" and found[0]["state"] == "active"
    one = run("retention", found[-1]["passage"], "--at", "2023-06-01").stdout
    assert "active, long layer" in one and "information" in one
    assert "short" in run("retention").stdout


def test_archiving_by_age(chat: Path) -> None:
    gone = data("fade", "--older-than", "4w", "--at", "2023-05-30", "--to", "archived", "--dry-run")
    assert len(gone["gone"]) == 2 and gone["to"] == "archived" and gone["commit"] is None


@pytest.mark.parametrize(
    "wrong",
    [
        ("fade", "--keep", "half"),
        ("fade", "--older-than", "soon"),
        ("fade", "--to", "dust"),
        ("wake",),
        ("wake", "--all", "--question", "x"),
        ("query", "--dormant", "--why", "x"),
    ],
)
def test_wrong_options_say_what_to_write(chat: Path, wrong: tuple[str, ...]) -> None:
    result = CliRunner().invoke(build(), list(wrong))
    assert isinstance(result.exception, InputError)
