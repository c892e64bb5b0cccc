"""The commands by which a person says what holds: each does as its verb, and tells how to take it back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

pytest.importorskip("spacy")

from graphmem.cli import build  # noqa: E402
from graphmem.testing import HashEmbedder  # noqa: E402

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A command on a memory in which two births of one person contradict each other, and an older home."""
    monkeypatch.setenv("GRAPHMEM_STORE", f"sqlite:///{tmp_path}/memory.db")
    monkeypatch.setattr("graphmem.verbs.opened.SentenceEncoder", HashEmbedder)
    for name, text in (("a.txt", "Mira Quist was born in Oslo."), ("b.txt", "Mira Quist was born in Rome.")):
        (tmp_path / name).write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)

    def command(*arguments: str, fails: bool = False) -> Result:
        done = CliRunner().invoke(build(), list(arguments))
        assert (done.exit_code != 0) is fails, done.output
        return done

    command("ingest", "a.txt", "b.txt")
    command("add", "I live in Bergen now.", "--speaker", "Mira Quist", "--at", "2020-03-05")
    return command


def data(run: Run, *arguments: str) -> Any:
    return json.loads(run(*arguments, "--json").stdout)


def test_facts_are_listed_now_then_and_as_they_went(run: Run) -> None:
    run("relate", "Mira Quist", "lives_in", "Kyoto", "--since", "2022-01-01")
    now = {row["text"]: row for row in data(run, "facts", "Mira Quist")}
    assert "Mira Quist lives in Kyoto" in now and not any("Bergen" in text for text in now)
    then = [row["text"] for row in data(run, "facts", "Mira Quist", "--as-of", "2021-06-01")]
    assert any("Bergen" in text for text in then) and "Mira Quist lives in Kyoto" not in then
    lines = run("facts", "Mira Quist", "--timeline").stdout
    assert "2020-03-05 to 2022-01-01" in lines and "from 2022-01-01 on: Mira Quist lives in Kyoto" in lines
    shown = run("show", "Mira Quist").stdout
    assert "ended from 2022-01-01 on" in shown
    assert run("facts", "Oslo", "--as-of", "1900-01-01").stdout
    assert "no name of an entity" in str(run("facts", "a.txt", fails=True).exception)


def test_a_dispute_is_settled_by_letting_stand_or_by_retracting(run: Run) -> None:
    (case,) = data(run, "disputes")
    assert case["relation"] == "born_in" and len(case["facts"]) == 2
    assert "Mira Quist was born in Rome." in run("disputes").stdout
    made = data(run, "disputes", "--stand", case["id"])
    assert data(run, "disputes") == [] and run("disputes").stdout == "no disputes\n"
    run("undo", made["commit"])
    wrong = next(row["id"] for row in case["facts"] if "Rome" in row["text"])
    assert "graphmem undo" in run("retract", wrong, "--why", "a slip").stdout
    assert data(run, "disputes") == []
    assert "retracted: user says that it is not so: a slip" in run("show", "Mira Quist").stdout
    run("admit", wrong)
    assert len(data(run, "disputes")) == 1
    assert "no open dispute" in str(run("disputes", "--stand", "y00", fails=True).exception)


def test_names_facts_and_mentions_are_corrected(run: Run) -> None:
    oslo = next(row["id"] for row in data(run, "facts", "Mira Quist") if "Oslo" in row["text"])
    run("correct", oslo, "--object", "Bergen")
    assert any(row["text"] == "Mira Quist was born in Bergen" for row in data(run, "facts", "Mira Quist"))
    run("rename", "Mira Quist", "Mira Quist-Moe")
    run("retype", "Bergen", "city")
    assert data(run, "show", "Mira Quist")["name"] == "Mira Quist-Moe"
    assert data(run, "show", "Bergen")["label"] == "city"
    rome = next(row["id"] for row in data(run, "facts", "Mira Quist") if "Rome" in row["text"])
    run("pin", rome)
    run("forget", "b.txt")
    assert any(row["id"] == rome for row in data(run, "facts", "Mira Quist"))
    run("split", "Mira Quist", "Mira Quist (singer)", "--in", "a.txt")
    assert [row["text"] for row in data(run, "facts", "Mira Quist (singer)")]


def test_a_merger_is_shown_before_it_is_made(run: Run) -> None:
    run("add", "Tove Ardal was born in Kyoto.")
    head = len(data(run, "history"))
    shown = run("merge", "Mira Quist", "Tove Ardal", "--dry-run").stdout
    assert "at odds then: born_in" in shown and "leave out --dry-run" in shown
    assert data(run, "merge", "Mira Quist", "Tove Ardal", "--dry-run")["together"] is False
    assert len(data(run, "history")) == head
    run("merge", "Mira Quist", "Tove Ardal")
    assert data(run, "merge", "Mira Quist", "Tove Ardal", "--dry-run")["together"] is True


def test_what_is_added_is_told_with_the_facts_read_from_it(run: Run) -> None:
    added = data(run, "add", "Jon Vesper founded Acme in 1999.")
    assert added["uri"].startswith("said:user/") and added["facts"]
    told = run("add", "Jon Vesper sold Acme in 2009.", "--author", "bob").stdout
    assert "said:bob/" in told and "graphmem forget said:bob/" in told
    assert "give a sentence" in str(run("add", "  ", fails=True).exception)
