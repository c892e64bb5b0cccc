"""``graphmem feedback``, ``graphmem learned``, and what ``graphmem query`` tells of both."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import put
from typer.testing import CliRunner

from graphmem import Memory
from graphmem.cli import build
from graphmem.cli.why import FORM_MEANING
from graphmem.errors import InputError
from graphmem.learning.forms import FORMS
from graphmem.testing import HashEmbedder

TALK = "".join(
    f"[2023-05-{n:02} 13:56] Bo Bell: The ash {n} was planted in Oslo by me.\n"
    f"[2023-05-{n:02} 13:57] Cy: Really, how nice is the ash of 184{n}!\n"
    for n in range(1, 9)
)
QUESTION = "Where was the ash planted?"


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr("graphmem.verbs.opened.SentenceEncoder", HashEmbedder)
    url = f"sqlite:///{tmp_path}/memory.db"
    with Memory.open(url) as memory:
        put(memory, {"talk.txt": TALK})
    return url


def run(url: str, *arguments: str) -> str:
    result = CliRunner().invoke(build(), [*arguments, "--store", url], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def data(url: str, *arguments: str) -> dict:  # type: ignore[type-arg]
    return json.loads(run(url, *arguments, "--json"))


def test_feedback_is_said_read_used_and_taken_back(url: str) -> None:
    plain = data(url, "query", QUESTION)["hits"]
    assert "nothing was learned yet" in run(url, "learned")
    made = run(url, "feedback", QUESTION, "--useful", plain[4]["passage"], "--not", "1")
    assert "1 useful, 1 not" in made and "graphmem undo" in made
    for n in range(1, 7):
        run(url, "feedback", f"When did Bo plant the ash {n}?", "--useful", "5", "--clicked", "4")
    told = data(url, "learned")
    assert told["lessons"] == 7 and told["kinds"]["when"]["lessons"] == 6
    assert told["kinds"]["when"]["times"]["cosine"] != 1 and "cosine" not in told["kinds"]["when"]["plus"]
    assert "when" in run(url, "learned") and "in the session of a better one" in run(url, "learned")
    why = run(url, "query", QUESTION, "--why")
    assert "learned of questions of the kind “one”" in why and "what was learned from feedback" in why
    assert "learned" not in run(url, "query", QUESTION, "--why", "--plain")
    assert data(url, "query", QUESTION, "--plain")["hits"] == plain
    assert data(url, "query", QUESTION, "--why")["why"]["kind"] == "one"
    assert "take back" in run(url, "learned", "--forget")
    assert data(url, "learned")["lessons"] == 0 and data(url, "query", QUESTION)["hits"] == plain


def test_a_number_that_no_hit_has_is_told(url: str) -> None:
    with pytest.raises(InputError, match="there is no hit 9"):
        run(url, "feedback", QUESTION, "--useful", "9")
    with pytest.raises(InputError, match="nothing is said"):
        run(url, "feedback", QUESTION)


def test_every_form_has_a_name_for_people() -> None:
    assert tuple(FORM_MEANING) == FORMS
