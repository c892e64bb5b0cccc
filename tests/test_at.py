"""``graphmem at`` asks any reading command about the past; and history, diff, blame and undo as commands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from lives import TEXTS, hours
from typer.core import TyperGroup
from typer.testing import CliRunner, Result

from graphmem import Conflict, Memory, NotFound
from graphmem.cli import build
from graphmem.errors import InputError, StoreReadOnly
from graphmem.ingest import ingest_sources
from graphmem.ingest.sources import Source
from graphmem.testing import HashEmbedder


@pytest.fixture
def lived_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A store in the working directory: ada's ash at 13, bob's oak at 14, ada's other ash at 15 o'clock."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GRAPHMEM_STORE", "sqlite:///memory.db")
    for name in ("GRAPHMEM_NAMESPACE", "GRAPHMEM_AUTHOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("graphmem.verbs.opened.SentenceEncoder", HashEmbedder)
    with Memory.open("sqlite:///memory.db") as memory:
        hours(memory)
        for author, uri, version in [("ada", "ash.md", 0), ("bob", "oak.md", 0), ("ada", "ash.md", 1)]:
            memory.author = author
            text = TEXTS[uri][version].encode()
            ingest_sources(memory, [Source(uri, ".md", data=text)], pipeline=None)
            (tmp_path / uri).write_bytes(text)
    yield tmp_path


def run(*arguments: str) -> Result:
    """A command that must go well."""
    result = CliRunner().invoke(build(), list(arguments), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result


def data(*arguments: str) -> Any:
    """The one JSON value that a command prints."""
    return json.loads(run(*arguments, "--json").stdout)


def fails(error: type[Exception], match: str, *arguments: str) -> None:
    with pytest.raises(error, match=match):
        CliRunner().invoke(build(), list(arguments), catch_exceptions=False)


def test_reading_commands_read_the_past(lived_once: Path) -> None:
    first = data("history")[0]["commit"]
    for point in ("2024-05-01T13:30", "2024-05-01T13:30:00Z", first, first[:8]):
        assert [row["uri"] for row in data("at", point, "stats", "--documents")] == ["ash.md"]
        assert "river Lee" in data("at", point, "query", "Where does the ash stand?")["hits"][0]["text"]
        assert data("at", point, "show", "ash.md")["characters"] == len(TEXTS["ash.md"][0])
        assert [row["commit"] for row in data("at", point, "history")] == [first]
    assert data("at", "2024-04-30", "stats", "--documents") == []
    fails(NotFound, "nothing is called '1999'", "at", first, "show", "1999")
    assert data("show", "1999")["name"] == "1999"
    run("at", first, "export", "then.jsonl")
    run("import", "then.jsonl", "--store", "sqlite:///then.db")
    assert [row["uri"] for row in data("stats", "--documents", "--store", "sqlite:///then.db")] == ["ash.md"]


def test_every_command_is_asked_about_the_past_or_refuses(lived_once: Path) -> None:
    group = typer.main.get_command(build())
    assert isinstance(group, TyperGroup)
    for name, command in group.commands.items():
        options = {option for parameter in command.params for option in parameter.opts}
        if not {"--store", "--json"} <= options:
            fails(InputError, "cannot be asked about the past", "at", "2024-05-02", name)
    fails(InputError, "cannot be asked about the past", "at", "2024-05-02", "nonsense")
    assert run("at", "2024-05-02", "query", "--help").stdout.count("Usage")


def test_nothing_is_written_to_the_past(lived_once: Path) -> None:
    before = data("history")
    (lived_once / "elm.md").write_text("# Elm\n\nAn elm.\n", encoding="utf-8")
    for command in (
        ["forget", "ash.md"],
        ["undo", before[0]["commit"]],
        ["restore", "ash.md", "--to", "2024-04-30"],
        ["ingest", "elm.md", "--pipeline", "none"],
    ):
        fails(StoreReadOnly, "memory as it was", "at", "2024-05-01T13:30", *command)
    assert data("history") == before
    fails(InputError, "is not a date", "at", "2024-13-01", "stats")
    fails(NotFound, "graphmem history", "at", "yesterday", "stats")
    assert not (lived_once / "new.db").exists()
    fails(InputError, "new.db", "at", "2024-05-01", "ingest", "elm.md", "--store", "sqlite:///new.db")
    assert not (lived_once / "new.db").exists()


def test_history_is_filtered(lived_once: Path) -> None:
    def seqs(*arguments: str) -> list[int]:
        return [row["seq"] for row in data("history", *arguments)]

    assert seqs("--author", "ada") == [1, 3]
    assert seqs("--since", "2024-05-01T14:00", "--until", "2024-05-01T14:00") == [2]
    assert seqs("--message", "ash") == seqs("ash.md") == [1, 3]
    assert seqs("--last", "1") == [3] and seqs("--last", "1", "--author", "bob") == [2]
    assert seqs("Charles Babbage") == [2]


def test_diff_prints_lines_and_json(lived_once: Path) -> None:
    first = data("history")[0]["commit"]
    printed = run("diff", first).stdout.splitlines()
    assert "+ document oak.md" in printed and "+ entity Charles Babbage" in printed
    assert any("{+was felled in 1999.+}" in line for line in printed)
    assert run("diff", first, "2024-05-01T13:30").stdout == "nothing differs\n"
    found = data("diff", first, "2024-05-01T14:30")
    assert {row["change"] for row in found["changes"]} == {"+"}
    assert {row["kind"] for row in found["derived"]} == {"entity"}
    back = data("diff", "2024-05-01T14:30", first)
    assert {row["change"] for row in back["changes"]} == {"-"}
    short = run("diff", first, "--limit", "2").stdout.splitlines()
    assert short[:2] == printed[:2] and short[2].startswith(f"… and {len(printed) - 2} more lines")


def test_blame_prints_lines_and_json(lived_once: Path) -> None:
    found = data("blame", "Ada Byron")
    assert [row["uri"] for row in found] == ["ash.md", "oak.md"]
    assert found[0]["text"] == "Ada Byron" and found[0]["author"] == "ada"
    table = run("blame", "Ada Byron").stdout
    assert f"ash.md:{found[0]['offset']}-{found[0]['offset'] + 9}\tAda Byron" in table
    assert run("blame", "ash.md").stdout.splitlines()[1].endswith("\tash.md\tingest ash.md")


def test_undo_of_many_and_what_it_would_do(lived_once: Path) -> None:
    first, second, third = (row["commit"] for row in data("history"))
    planned = data("undo", "--author", "ada", "--dry-run")
    assert planned["commits"] == [first, third] and planned["removed"]["document"] == 1
    assert planned["conflict"] is None and len(data("history")) == 3
    assert "nothing was written" in run("undo", f"{first}..{second}", "--author", "bob", "--dry-run").stdout
    result = CliRunner().invoke(build(), ["undo", first, "--dry-run", "--json"])
    assert result.exit_code == 1 and third in json.loads(result.stdout)["conflict"]
    fails(Conflict, third, "undo", first)
    made = data("undo", "--author", "ada", "--by", "cleo")
    assert made["author"] == "cleo" and [row["uri"] for row in data("stats", "--documents")] == ["oak.md"]
    run("undo", made["commit"])
    assert len(data("stats", "--documents")) == 2
    run("undo", f"{first[:10]}..")
    assert data("stats", "--documents") == []
    made = data("restore", "ash.md", "--to", first, "--author", "cleo")
    assert made["author"] == "cleo" and data("show", "ash.md")["characters"] == len(TEXTS["ash.md"][0])
