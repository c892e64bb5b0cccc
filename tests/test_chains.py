"""The third hop: a question goes on from the name that answers it of a bridge, if anything is left to ask."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from conftest import opened, put

from graphmem import Memory
from graphmem.embedding import SentenceEncoder
from graphmem.retrieval import constants
from graphmem.testing import HashEmbedder
from graphmem.types import FloatArray

TEXTS = {
    "Shiver.txt": "Shiver is a film directed by Isidro Ortiz. It was shown in May.",
    "Isidro Ortiz.txt": "Isidro Ortiz likes the sea. The mother of Isidro Ortiz was Luisa Garza, a painter.",
    "Luisa Garza.txt": "Luisa Garza painted boats. Luisa Garza was born in Plasencia, over a bakery.",
    "Rain.txt": "The director of Rain was born in Lima. Rain is a film about a storm.",
    "Singer.txt": "The mother of the director of the museum was a singer. She was born in Turin.",
    "Lima.txt": "Many painters were born in Lima. The sea is near.",
    "Fog.txt": "Fog is a film. A mother looks for her son, born in a storm.",
}
QUESTION = "Where was the mother of the director of Shiver born?"


class Told(HashEmbedder):
    """Remembers what it was asked to encode."""

    def __init__(self) -> None:
        super().__init__(256)
        self.batches: list[list[str]] = []

    def encode(self, texts: Sequence[str]) -> FloatArray:
        self.batches.append(list(texts))
        return super().encode(texts)


@pytest.fixture
def films(tmp_path: Path) -> Memory:
    memory = opened(tmp_path, embedder=Told())
    put(memory, TEXTS)
    return memory


def batches(memory: Memory, question: str) -> list[list[str]]:
    encoder = memory.embedder
    assert isinstance(encoder, Told)
    encoder.batches.clear()
    memory.recall(question)
    return encoder.batches


def test_a_third_document_is_found_over_the_second(tmp_path: Path, encoder: SentenceEncoder) -> None:
    memory = opened(tmp_path, embedder=encoder)
    put(memory, TEXTS)
    found = [hit.document.uri for hit in memory.recall(QUESTION, 3)]
    assert set(found) == {"Shiver.txt", "Isidro Ortiz.txt", "Luisa Garza.txt"}


def test_the_question_goes_on_from_the_answer_of_a_bridge(films: Memory) -> None:
    (question,), second, third = batches(films, QUESTION)
    assert question == QUESTION
    assert "Where was the mother of the director of Isidro Ortiz born" in second
    assert "Where was the of the director of Luisa Garza born" in third, "the mother is found, and left out"
    assert len(third) == len(set(third)) <= constants.CHAINS
    assert not any("Isidro Ortiz" in text for text in third), "that was asked already"


def test_the_hops_are_told_in_their_order(films: Memory) -> None:
    reasons = films.recall(QUESTION, why=True).explanation
    assert reasons is not None
    names = [hop.name for hop in reasons.hops]
    assert names.index("Isidro Ortiz") < names.index("Luisa Garza")
    assert all(0 < hop.mass <= 1 for hop in reasons.hops)


def test_where_the_answer_says_all_nothing_more_is_asked(films: Memory) -> None:
    assert all("Luisa" not in text for batch in batches(films, "Who directed Shiver?") for text in batch)


def test_none_are_asked_where_none_may_be(films: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "CHAINS_AMONG", 0)
    assert len(batches(films, QUESTION)) == 2
