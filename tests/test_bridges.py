"""The second hop: a question is asked again with the names that the first hop found."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from conftest import opened, put
from hypothesis import given
from hypothesis import strategies as st

from graphmem import Memory
from graphmem.embedding import SentenceEncoder
from graphmem.retrieval import constants
from graphmem.retrieval.bridges import rewrite
from graphmem.retrieval.linking import written
from graphmem.testing import HashEmbedder
from graphmem.types import FloatArray

FILM = "Shiver is a film directed by Isidro Ortiz. Isidro Ortiz and Ana Valls wrote it."
TEXTS = {
    "Shiver.txt": FILM,
    "Isidro Ortiz.txt": "Isidro Ortiz grew up in Plasencia. His mother was Luisa Garza, a painter.",
    "Ana Valls.txt": "Ana Valls is a writer from Girona. She likes the sea.",
    "Mothers.txt": "The mother of the director of the museum was a singer. A mother is a parent.",
    "Directors.txt": "A director of a film leads the actors. The director of Rain was born in Lima.",
}
QUESTION = "Who is the mother of the director of Shiver?"


class Counted(HashEmbedder):
    """Remembers what it was asked to encode."""

    def __init__(self) -> None:
        super().__init__(256)
        self.asked: list[list[str]] = []

    def encode(self, texts: Sequence[str]) -> FloatArray:
        self.asked.append(list(texts))
        return super().encode(texts)


def mention(question: str, name: str) -> range:
    """Where a name of one word stands in a question."""
    at = written(question).index(name)
    return range(at, at + 1)


def test_a_name_stands_where_the_mention_stood_that_its_sentence_explains() -> None:
    new = rewrite(written(QUESTION), [mention(QUESTION, "Shiver")], "Isidro Ortiz", f"Shiver {FILM}")
    assert new == "Who is the mother of the director of Isidro Ortiz"


def test_words_that_the_sentence_says_go_but_not_those_of_the_question_itself() -> None:
    question = "Where was the man born who directed Shiver?"
    new = rewrite(written(question), [mention(question, "Shiver")], "Isidro Ortiz", FILM)
    assert new == "Where was the man born who Isidro Ortiz"


def test_a_name_that_explains_no_mention_is_added() -> None:
    assert rewrite(["Who", "won"], [], "Ada", "Ada met Bo.") == "Who won Ada"


@given(st.lists(st.sampled_from("Who wrote the long story of Ada and Bo".split()), max_size=12), st.text())
def test_a_rewrite_has_the_name_and_no_word_that_was_not_asked(asked: list[str], sentence: str) -> None:
    new = rewrite(asked, [], "Zoe", sentence).split()
    assert new[-1] == "Zoe" and set(new[:-1]) <= set(asked)


@pytest.fixture
def films(tmp_path: Path) -> Memory:
    memory = opened(tmp_path, embedder=Counted())
    put(memory, TEXTS)
    return memory


def test_the_second_document_is_found_that_shares_no_name_with_the_question(
    tmp_path: Path, encoder: SentenceEncoder
) -> None:
    memory = opened(tmp_path, embedder=encoder)
    put(memory, TEXTS)
    found = {hit.document.uri for hit in memory.recall(QUESTION, 2)}
    assert found == {"Shiver.txt", "Isidro Ortiz.txt"}


def test_bridges_are_new_names_encoded_at_once(films: Memory) -> None:
    encoder = films.embedder
    assert isinstance(encoder, Counted)
    encoder.asked.clear()
    films.recall(QUESTION)
    (question,), second = encoder.asked
    assert question == QUESTION and 0 < len(second) <= constants.BRIDGES
    assert "Who is the mother of the director of Isidro Ortiz" in second
    assert not any(text.endswith(("Shiver", "1961")) for text in second)


def test_a_question_that_one_passage_answers_has_no_second_hop(films: Memory) -> None:
    encoder = films.embedder
    assert isinstance(encoder, Counted)
    encoder.asked.clear()
    assert films.recall("Where did Isidro Ortiz grow up? Was it in Plasencia?", 1)
    assert len(encoder.asked) == 2
    encoder.asked.clear()
    found = films.recall("Is Ana Valls a writer from Girona?", 1)
    assert found[0].document.uri == "Ana Valls.txt" and len(encoder.asked) == 1


def test_a_chat_has_no_second_hop_to_encode(tmp_path: Path) -> None:
    encoder = Counted()
    memory = opened(tmp_path, embedder=encoder)
    put(memory, {"chat.txt": "2024-05-01 10:00 Ann: I met Bo.\n2024-05-01 10:01 Bo: Ann met Cy, too.\n"})
    assert memory.recall("Whom did Ann meet?", 1)[0].passage.kind == "turn"
    encoder.asked.clear()
    memory.recall("Whom did Bo meet?")
    assert encoder.asked == [["Whom did Bo meet?"]]


def test_an_empty_memory_and_a_question_without_names_are_fine(tmp_path: Path) -> None:
    memory = opened(tmp_path)
    assert len(memory.recall(QUESTION)) == 0
    put(memory, {"a.txt": "it rains. it pours."})
    assert memory.recall("does it rain?")[0].document.uri == "a.txt"
