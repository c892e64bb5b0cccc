"""``python -m benchmarks.asking``: with a model of one's own, or with the set's decompositions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("langchain_core", reason="needs pip install 'graphmem[llm]'")

from answering_models import Shown, player

from benchmarks import asking
from graphmem.testing import HashEmbedder

BUOY = {"title": "Tern buoy", "text": "The Tern buoy was designed by Ingrid Solvang."}
INGRID = {"title": "Ingrid Solvang", "text": "She was born in Vardø, where her father kept the light."}
BREAD = {"title": "Rye bread", "text": "Rye bread needs a sour dough."}
QUESTION = {
    "question": "Where was the designer of the Tern buoy born?",
    "answer": "Vardø",
    "answer_aliases": ["Vardo"],
    "paragraphs": [
        {"title": one["title"], "paragraph_text": one["text"], "is_supporting": one is not BREAD}
        for one in (BUOY, INGRID, BREAD)
    ],
    "question_decomposition": [
        {"question": "Who designed the Tern buoy?", "answer": "Ingrid Solvang"},
        {"question": "Where was #1 born?", "answer": "Vardø"},
    ],
}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs the benchmark on one question; gives what it prints."""
    (tmp_path / "multihop").mkdir()
    for name, value in (("musique_train_corpus", [BUOY, INGRID, BREAD]), ("musique_train", [QUESTION])):
        (tmp_path / "multihop" / f"{name}.json").write_text(json.dumps(value), "utf-8")
    monkeypatch.setattr(asking, "SentenceEncoder", HashEmbedder)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))

    def ran(*arguments: str) -> Any:
        asking.main(["--data", str(tmp_path), "--pipeline", "none", "--json", *arguments])
        return json.loads(capsys.readouterr().out)

    return ran


def test_the_set_s_own_decompositions_stand_in_for_a_model(run: Any) -> None:
    found = run()
    assert (found["model"], found["steps"], found["questions"]) == ("oracle", ["decomposition"], 1)
    assert found["asked"]["queries"] == 3, "the question and both of its parts"
    assert found["asked"]["recall@5"] == found["plain recall"]["recall@5"] == 1.0
    assert found["used"]["calls"] == 3


def test_a_model_that_is_named_goes_through_all_steps_and_is_judged(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def says(shown: Shown) -> Any:
        return {
            "statements": [shown.cite("Ingrid Solvang was born in Vardø.", "born in Vardø")],
            "short": "Vardø",
        }

    model = player(written=says)
    monkeypatch.setattr(asking, "chat_model", lambda name, **options: model)
    found = run("--llm", "some:model")
    assert set(model.steps()) == {"parts", "clues", "note", "useful", "written"}
    assert (found["asked"]["answered"], found["asked"]["exact"], found["asked"]["f1"]) == (1, 1, 1)


@pytest.mark.parametrize(
    ("said", "right", "much"), [("The Vardø", "Vardø", 1), ("in Vardø", "Vardø", 2 / 3), ("Oslo", "Vardø", 0)]
)
def test_short_answers_are_compared_by_words(said: str, right: str, much: float) -> None:
    assert asking.f1(said, right) == pytest.approx(much)
