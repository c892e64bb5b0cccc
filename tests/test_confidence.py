"""How sure a recall is that the memory tells what is asked, and what it says when it is not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import opened, put
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from graphmem import Memory
from graphmem.cli import build
from graphmem.embedding import SentenceEncoder
from graphmem.retrieval.confidence import confidence, said_of

CHAT = {
    "chat.txt": "[2023-05-08 13:56] Ann: I adopted a dog from the shelter last week, her name is Pepper.\n"
    "[2023-05-08 13:57] Bo: Lovely! I am busy building a wooden kayak for the summer.\n"
    "[2023-05-08 13:58] Ann: Pepper sleeps on my bed every night.\n"
    "[2023-05-08 13:59] Bo: The kayak will be painted green, like my father's.\n"
}
TOLD = ("What is the name of Ann's dog?", "What colour will Bo paint the kayak?")
FALSE = ("What is the name of Bo's dog?", "What colour will Ann paint the kayak?")
NOTHING = ("Who won the chess tournament in Vienna?", "How much did the new roof cost?")

shares = st.floats(0, 1)
mores = st.floats(0.001, 0.5)


@given(shares, shares, shares, mores)
def test_each_sign_that_grows_makes_it_surer(cosine: float, said: float, margin: float, more: float) -> None:
    sure = confidence(cosine, said, margin)
    assert 0 < sure < 1
    assert min(confidence(cosine + more, said, margin), confidence(cosine, said + more, margin)) > sure


@given(st.floats(0.05, 1), shares, st.floats(-1, 1), mores)
def test_who_says_it_better_makes_it_surer(cosine: float, said: float, margin: float, more: float) -> None:
    assert confidence(cosine, said, margin + more) > confidence(cosine, said, margin)


def test_who_is_nearest_says_little_where_nobody_says_it() -> None:
    gains = [confidence(0.3, said, 0.3) / confidence(0.3, said, 0.0) for said in (0.0, 0.3)]
    assert gains[0] == pytest.approx(gains[1], rel=0.2) and max(gains) < 4
    assert confidence(0.3, 0.3, 0.4) < 0.5 < confidence(0.6, 0.3, 0.2)


def test_what_is_said_is_the_most_that_one_text_says() -> None:
    question = "Which painter taught the sculptor in Bergen?"
    assert said_of(question, []) == said_of(question, ["Nothing of it."]) == 0
    assert said_of("Who was it?", ["It was who it was."]) == 0, "no word of it tells anything"
    in_one = said_of(question, ["The sculptor was taught by a painter in Bergen."])
    assert in_one == pytest.approx(1)
    apart = said_of(question, ["The sculptor was taught.", "A painter lived in Bergen."])
    assert 0 < apart < in_one


@pytest.fixture(scope="module")
def chat(tmp_path_factory: pytest.TempPathFactory, encoder: SentenceEncoder) -> Iterator[Memory]:
    with opened(tmp_path_factory.mktemp("chat"), embedder=encoder) as memory:
        put(memory, CHAT)
        yield memory


@pytest.mark.parametrize("question", TOLD)
def test_it_is_sure_of_what_the_chat_tells(chat: Memory, question: str) -> None:
    ranking = chat.recall(question)
    assert ranking.confidence > 0.5
    assert not ranking.doubtful


@pytest.mark.parametrize("question", NOTHING)
def test_it_doubts_what_nobody_spoke_of(chat: Memory, question: str) -> None:
    ranking = chat.recall(question)
    assert ranking.doubtful
    assert ranking.hits, "the nearest misses are told"


@pytest.mark.parametrize(("told", "false"), list(zip(TOLD, FALSE, strict=True)))
def test_it_doubts_what_is_asked_of_the_wrong_one(chat: Memory, told: str, false: str) -> None:
    assert chat.recall(false).confidence < chat.recall(told).confidence - 0.2


def test_how_many_hits_are_asked_for_does_not_matter(chat: Memory) -> None:
    assert chat.recall(TOLD[0], 1).confidence == chat.recall(TOLD[0], 4).confidence


def test_what_is_withheld_makes_nothing_surer(tmp_path: Path, encoder: SentenceEncoder) -> None:
    with opened(tmp_path, embedder=encoder) as memory:
        put(memory, {"told.md": "Ann's dog is called Pepper.\n", "other.md": "The kayak needs paint.\n"})
        memory.trust("told.md", "untrusted")
        question = "What is Ann's dog called?"
        assert memory.recall(question).confidence > 0.5
        ranking = memory.recall(question, trusted_only=True)
        assert ranking.withheld and ranking.doubtful
        memory.trust("*", "untrusted")
        assert memory.recall(question, trusted_only=True).confidence < 0.01


def test_an_empty_memory_is_sure_of_nothing_and_has_no_misses(tmp_path: Path) -> None:
    with opened(tmp_path) as memory:
        ranking = memory.recall("Where is it?")
    assert ranking.confidence == 0
    assert not ranking.doubtful


def test_the_command_says_that_the_memory_may_not_tell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoder: SentenceEncoder
) -> None:
    monkeypatch.chdir(tmp_path)
    with opened(tmp_path, embedder=encoder) as memory:
        put(memory, CHAT)
    run = CliRunner().invoke
    told = run(build(), ["query", TOLD[0], "--json"])
    assert json.loads(told.stdout)["confidence"] > 0.5
    assert "may not tell" not in run(build(), ["query", TOLD[0]]).stdout
    text = run(build(), ["query", NOTHING[0]]).stdout
    assert "This memory may not tell that (confidence 0." in text
    assert "What comes nearest:" in text
