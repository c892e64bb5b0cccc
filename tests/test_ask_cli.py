"""``graphmem ask``: an answer for people and for programs, with the model that is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

pytest.importorskip("langchain_core", reason="needs pip install 'graphmem[llm]'")

from answering_models import Player, player
from conftest import opened, put
from test_ask import PARTS, QUESTION, says_where, says_who
from test_llm_costs import Status
from test_recall import CHAT, DOCUMENTS

import graphmem.cli.ask as command
from graphmem.cli import build
from graphmem.errors import InputError
from graphmem.llm import ModelError
from graphmem.testing import HashEmbedder


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Player:
    """What the name "player:one" opens; there is a memory to ask, and a folder for answers."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GRAPHMEM_STORE", f"sqlite:///{tmp_path}/memory.db")
    monkeypatch.setattr("graphmem.verbs.opened.SentenceEncoder", HashEmbedder)
    with opened(tmp_path) as memory:
        put(memory, DOCUMENTS | CHAT)
    model = player(parts=PARTS, written=[says_who, says_where], note={"note": "Solvang.", "enough": True})
    monkeypatch.setattr(command, "chat_model", lambda name: model)
    return model


def run(*arguments: str, question: str = QUESTION) -> Any:
    done = CliRunner().invoke(build(), ["ask", question, "--llm", "player:one", *arguments])
    assert done.exit_code == 0, (done.output, done.exception)
    return done


def test_an_answer_for_people_shows_the_quotes_and_where_they_stand(model: Player) -> None:
    done = run("-k", "4")
    assert done.stdout.splitlines()[:3] == [
        "The designer of the Tern buoy, Ingrid Solvang, was born in Vardø. [1][2]",
        "[1] tern.md",
        "    It was designed by Ingrid Solvang at the Halden Institute and first put to sea in 2011.",
    ]
    assert done.stderr.startswith("tokens: about ")
    assert "asked (" not in done.stdout


def test_why_shows_what_was_asked_and_all_hits(model: Player) -> None:
    said = run("--why", "-k", "4").stdout
    assert "asked (part): Who designed the Tern buoy? = Ingrid Solvang" in said
    assert "note: Solvang." in said and "stopped: the note is enough" in said
    assert "fusion" in said and "→ question: " in said


def test_an_answer_for_programs_has_everything(model: Player) -> None:
    found = json.loads(run("-k", "4", "--json", "--llm-price", "1,2").stdout)
    assert (found["state"], found["short"], found["nearest"]) == ("answered", "Vardø", None)
    (one,) = found["assertions"]
    assert one["supported"] and [cited["number"] for cited in one["citations"]] == [1, 2]
    assert [one["kind"] for one in found["asked"]] == ["question", "part", "part"]
    assert all(hit["queries"] and hit["path"] for hit in found["hits"])
    assert found["llm"]["calls"] == 6 and found["llm"]["cost"] > 0


def test_answers_are_kept_unless_told_otherwise(model: Player) -> None:
    first, calls = run("--json"), len(model.seen)
    again = json.loads(run("--json").stdout)
    assert again.pop("llm")["calls"] == 0 and len(model.seen) == calls
    assert {**json.loads(first.stdout), "llm": None} == {**again, "llm": None}
    model.seen.clear()
    run("--no-llm-cache")
    assert len(model.seen) == calls


def test_what_is_not_in_the_memory_and_what_is_not_supported_is_told(model: Player) -> None:
    model.says["written"] = [{"statements": ["Elvis designed it."]}]
    done = run("--steps", "none", "-k", "2")
    assert "not supported: Elvis designed it. (no quote of it stands in the memory)" in done.stdout
    assert "This memory does not answer the question.\nnearest: " in done.stdout


def test_without_an_answer_the_hits_are_given(model: Player) -> None:
    done = run("--llm-budget", "0", "-k", "2")
    assert "The model gives no answer. What was found:\n1. 1.00  " in done.stdout
    assert done.stderr.count("the budget is spent") == 5


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--steps", "guess,notes"], "--steps guess: write some of"),
        (["--llm-price", "cheap"], "0.15,0.60"),
        (["--as-of", "soon"], "soon"),
    ],
)
def test_wrong_options_are_told(model: Player, arguments: list[str], says: str) -> None:
    done = CliRunner().invoke(build(), ["ask", QUESTION, "--llm", "player:one", *arguments])
    assert isinstance(done.exception, InputError) and says in str(done.exception) and not model.seen


def test_a_model_must_be_named_and_may_be_named_in_the_environment(
    model: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert CliRunner().invoke(build(), ["ask", QUESTION]).exit_code == 2
    done = CliRunner().invoke(build(), ["ask", QUESTION], env={"GRAPHMEM_LLM": "player:one"})
    assert done.exit_code == 0 and model.seen


def test_an_error_of_the_model_is_told_with_what_was_spent(model: Player) -> None:
    model.says["useful"] = [Status(401)]
    done = CliRunner().invoke(build(), ["ask", QUESTION, "--llm", "player:one"])
    assert isinstance(done.exception, ModelError) and "refuses the key" in str(done.exception)
    assert done.stderr.startswith("tokens: about ")
