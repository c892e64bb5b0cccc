"""``graphmem forget``: each way of forgetting, what it prints, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from graphmem.cli import build
from graphmem.errors import InputError, NotFound
from graphmem.testing import HashEmbedder

CHAT = "[2023-05-08 13:56] Ada Byron: I go to London.\n[2023-05-09 08:00] Charles: Bring the notes.\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a memory of three documents."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GRAPHMEM_STORE", "sqlite:///memory.db")
    monkeypatch.delenv("GRAPHMEM_NAMESPACE", raising=False)
    monkeypatch.setattr("graphmem.verbs.opened.SentenceEncoder", HashEmbedder)
    (tmp_path / "ash.md").write_text("# Ash\n\nAda Byron planted the ash in Bergen.\n", encoding="utf-8")
    (tmp_path / "elm.md").write_text("# Elm\n\nElms grow in Bergen.\n", encoding="utf-8")
    (tmp_path / "chat.txt").write_text(CHAT, encoding="utf-8")
    run("ingest", "ash.md", "elm.md", "chat.txt", "--pipeline", "none")
    return tmp_path


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(build(), list(arguments), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result


def data(*arguments: str) -> Any:
    return json.loads(run(*arguments, "--json").stdout)


def uris() -> list[str]:
    return [document["uri"] for document in data("stats", "--documents")]


def test_documents_by_name_and_pattern(folder: Path) -> None:
    told = data("forget", "*.md", "--dry-run")
    assert told["documents"] == ["ash.md", "elm.md"] and told["commit"] is None and len(uris()) == 3
    text = run("forget", "ash.md", "elm.md").stdout
    assert "ash.md, elm.md: " in text and " went\n" in text and "gone of kind entity: " in text
    assert "to bring it back: graphmem undo " in text and "read anew if it is ingested" in text
    assert "for ever: graphmem purge ash.md elm.md\n" in text
    assert uris() == ["chat.txt"]


def test_all_about_an_entity(folder: Path) -> None:
    told = data("forget", "--entity", "Ada Byron")
    assert (told["documents"], told["cut"]) == (["ash.md"], ["chat.txt"])
    assert told["removed"]["passage"] == 2 and told["examples"]["entity"]
    assert any("content hash" in note for note in told["notes"])
    run("undo", told["commit"])
    assert len(uris()) == 3
    assert "would go" in run("forget", "--entity", "Ada Byron", "--dry-run").stdout


def test_what_is_of_a_time(folder: Path) -> None:
    told = data("forget", "--between", "2023-05-08", "2023-05-09")
    assert told["cut"] == ["chat.txt"] and told["removed"]["passage"] == 1
    with pytest.raises(InputError, match="is not a date"):
        CliRunner().invoke(build(), ["forget", "--between", "May", "June"], catch_exceptions=False)


def test_everything_needs_a_yes(folder: Path) -> None:
    with pytest.raises(InputError, match="add --yes"):
        CliRunner().invoke(build(), ["forget", "--everything"], catch_exceptions=False)
    assert data("forget", "--everything", "--dry-run")["removed"]["document"] == 3
    assert len(data("forget", "--everything", "--yes")["documents"]) == 3
    assert uris() == []


@pytest.mark.parametrize(
    "arguments", [[], ["ash.md", "--entity", "Bergen"], ["--everything", "--yes", "--entity", "Bergen"]]
)
def test_one_way_at_a_time(folder: Path, arguments: list[str]) -> None:
    with pytest.raises(InputError, match="one of them"):
        CliRunner().invoke(build(), ["forget", *arguments], catch_exceptions=False)
    assert len(uris()) == 3


def test_what_is_not_there(folder: Path) -> None:
    for arguments in (
        ["oak.md"],
        ["oak/*"],
        ["--entity", "Nobody"],
        ["--between", "1990-01-01", "1991-01-01"],
    ):
        with pytest.raises(NotFound):
            CliRunner().invoke(build(), ["forget", *arguments], catch_exceptions=False)
