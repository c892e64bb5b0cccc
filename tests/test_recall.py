"""What recall promises of its answers, with the encoder that users get."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest
from conftest import opened, put, state

from graphmem import Hit, Memory, Query, View
from graphmem.embedding import SentenceEncoder

DOCUMENTS = {
    "tern.md": "# Tern buoy\n\nThe Tern buoy is a drifting weather buoy. It was designed by Ingrid Solvang"
    " at the Halden Institute and first put to sea in 2011.\n\n## Sensor\n\nThe pressure sensor of the Tern"
    " buoy, called Plover, was calibrated by Marek Holub.\n",
    "ingrid.md": "# Ingrid Solvang\n\nIngrid Solvang is an oceanographer. She was born in Vardø, where her"
    " father kept the lighthouse, and studied physics in Trondheim.\n",
    "halden.md": "# Halden Institute\n\nThe Halden Institute is a private research institute. It was founded"
    " in 1987 by the shipowner Katarina Brekke.\n\nThe institute owns one ship, the Aurelia.\n",
    "katarina.md": "# Katarina Brekke\n\nKatarina Brekke was a shipowner who never married. Her house in"
    " Bergen, Villa Sjøro, was designed by the architect Olav Nyland.\n",
    "bread.md": "# Rye bread\n\nRye bread needs a sour dough. It keeps for a week in a linen bag.\n",
    "owls.md": "# Barn owl\n\nThe barn owl hunts at night. It swallows mice whole.\n",
}
CHAT = {
    "chat.txt": "[2022-05-18 09:12] Leila Haddad: Good morning! I leave for Tromsø on Friday.\n"
    "[2022-05-18 09:15] Marek Holub: Take the spare sensor with you.\n"
    "[2022-05-18 09:16] Leila Haddad: Will do. Who has the key to the calibration lab?\n"
    "[2022-05-18 09:21] Marek Holub: Joanna Lind borrowed it last week, ask her on board.\n"
    "[2022-05-23 18:40] Leila Haddad: The old one is in my cabin.\n"
    "[2022-05-23 18:52] Marek Holub: Lovely. I moved to Gdansk yesterday, so send it there.\n"
}
TWO_HOPS = {
    "Where was the designer of the Tern buoy born?": {"tern.md", "ingrid.md"},
    "Which architect designed the house of the founder of the Halden Institute?": {
        "halden.md",
        "katarina.md",
    },
}
TURNS = {
    "Who borrowed the key to the calibration lab?": "Joanna Lind borrowed it",
    "Where did Marek Holub move to?": "I moved to Gdansk",
    "When does Leila leave for Tromsø?": "I leave for Tromsø",
}


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory, encoder: SentenceEncoder) -> Iterator[Memory]:
    """Documents and a chat in one memory; tests only read it."""
    with opened(tmp_path_factory.mktemp("mixed"), embedder=encoder) as memory:
        put(memory, DOCUMENTS | CHAT)
        yield memory


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory, encoder: SentenceEncoder) -> Iterator[Memory]:
    """Documents alone; tests only read it."""
    with opened(tmp_path_factory.mktemp("documents"), embedder=encoder) as memory:
        put(memory, DOCUMENTS)
        yield memory


def uris(memory: Memory, question: str, k: int) -> list[str]:
    return [hit.document.uri for hit in memory.recall(question, k)]


@pytest.mark.parametrize("question", TWO_HOPS)
def test_both_passages_of_a_question_of_two_hops_are_among_the_first_three(
    documents: Memory, question: str
) -> None:
    assert TWO_HOPS[question] <= set(uris(documents, question, 3))


@pytest.mark.parametrize("question", TWO_HOPS)
def test_documents_answer_beside_a_chat(mixed: Memory, question: str) -> None:
    assert TWO_HOPS[question] <= set(uris(mixed, question, 3))


@pytest.mark.parametrize("question", TURNS)
def test_a_question_about_a_chat_finds_the_turn_beside_documents(mixed: Memory, question: str) -> None:
    found = mixed.recall(question, 3)
    assert any(TURNS[question] in hit.passage.text for hit in found)
    assert found[0].passage.kind == "turn"


def check_hit(memory: Memory, query: str, hit: Hit) -> None:
    """What holds of every hit, whatever was asked."""
    assert 0 <= hit.score <= 1
    assert {"walk", "cosine", "bm25"} <= hit.parts.keys()
    assert all(math.isfinite(part) for part in hit.parts.values())
    assert 0 <= hit.parts["walk"] <= 1 and 0 <= hit.parts["bm25"] <= 1 and abs(hit.parts["cosine"]) <= 1.001
    assert hit.evidence.passage == hit.passage.id and hit.passage.document == hit.document.id
    assert hit.passage.text[hit.evidence.start : hit.evidence.end] == hit.evidence.text
    first, *way = hit.path
    assert (first.kind, first.text) == ("question", query)
    assert way, "a way leads to every hit"
    assert (way[-1].kind, way[-1].id) == ("sentence", hit.evidence.id)
    for one, other in zip(way, way[1:], strict=False):
        assert {one.kind, other.kind} == {"entity", "sentence"}
        sentence, entity = (one, other) if one.kind == "sentence" else (other, one)
        edges = memory.store.neighbours(memory.view, [sentence.id], ENTITY_EDGES, "out")
        assert entity.id in edges.target, "steps of a path are joined in the graph"
    for step in way:
        value = memory.find(step.id)
        assert getattr(value, "name" if step.kind == "entity" else "text") == step.text


ENTITY_EDGES = ("dated", "mentions", "opens", "spoken_by", "titled")
QUESTIONS = (*TWO_HOPS, *TURNS, "owls", "What keeps for a week?", "Zanzibar?", "2011", "2022-05-18", "?!")


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_hit_says_why_it_was_found(mixed: Memory, question: str) -> None:
    ranking = mixed.recall(question, 100)
    scores = [round(hit.score, 6) for hit in ranking]
    assert ranking.hits and scores == sorted(scores, reverse=True)
    assert len({hit.passage.id for hit in ranking}) == len(ranking)
    for hit in ranking:
        check_hit(mixed, question, hit)


def test_the_path_of_the_second_hop_goes_over_the_bridge(documents: Memory) -> None:
    question = "Where was the designer of the Tern buoy born?"
    hit = next(hit for hit in documents.recall(question, 3) if hit.document.uri == "ingrid.md")
    assert "Ingrid Solvang" in [step.text for step in hit.path]
    assert [step.text for step in documents.recall(question).seeds] == ["Tern buoy"]


@pytest.mark.parametrize("k", [1, 2, 5])
def test_k_is_the_most_that_is_returned_and_more_only_adds(mixed: Memory, k: int) -> None:
    question = "Where was the designer of the Tern buoy born?"
    everything = mixed.recall(question, 100)
    assert mixed.recall(question, k).hits == everything.hits[:k]
    assert len(everything) <= 14


def test_the_same_store_gives_the_same_ranking(mixed: Memory) -> None:
    for question in QUESTIONS:
        assert mixed.recall(question, 20) == mixed.recall(question, 20)


def test_the_order_of_ingest_changes_no_hit(tmp_path: Path, mixed: Memory, encoder: SentenceEncoder) -> None:
    with opened(tmp_path, embedder=encoder) as other:
        for uri, text in reversed((DOCUMENTS | CHAT).items()):
            put(other, {uri: text})
        assert state(other)[0] == state(mixed)[0]
        for question in (*TWO_HOPS, *TURNS):
            mine, theirs = mixed.recall(question, 5), other.recall(question, 5)
            assert [hit.passage for hit in mine] == [hit.passage for hit in theirs]
            assert [h.score for h in mine] == pytest.approx([h.score for h in theirs], abs=0.02)


def test_as_of_hides_what_was_said_later(mixed: Memory) -> None:
    question = "Where did Marek Holub move to?"
    moment = datetime(2022, 5, 20, tzinfo=timezone.utc)
    assert any(hit.passage.at and hit.passage.at > moment for hit in mixed.recall(question, 100))
    earlier = mixed.recall(question, 100, as_of=moment)
    assert all(hit.passage.at is None or hit.passage.at <= moment for hit in earlier)
    assert not any("Gdansk" in step.text for hit in earlier for step in hit.path)
    assert {hit.document.uri for hit in earlier} >= {"chat.txt", "tern.md"}


def test_as_of_the_moment_itself_shows_it(mixed: Memory) -> None:
    turn = mixed.recall("Where did Marek Holub move to?", 1)[0].passage
    assert turn.at is not None and "Gdansk" in turn.text
    found = mixed.recall("Where did Marek Holub move to?", 1, as_of=turn.at)
    assert found[0].passage == turn


def test_an_empty_memory_gives_an_empty_ranking(tmp_path: Path, encoder: SentenceEncoder) -> None:
    with opened(tmp_path, embedder=encoder) as memory:
        ranking = memory.recall("Where was the designer of the Tern buoy born?")
        assert (len(ranking), list(ranking), ranking.seeds) == (0, [], ())
        put(memory, CHAT)
        before = datetime(2000, 1, 1, tzinfo=timezone.utc)
        assert len(memory.recall("Who has the key?", as_of=before)) == 0
        memory.forget("chat.txt")
        assert len(memory.recall("Who has the key?")) == 0


def test_only_the_namespaces_asked_for_answer(tmp_path: Path, encoder: SentenceEncoder) -> None:
    with (
        opened(tmp_path, namespace="a", embedder=encoder) as a,
        opened(tmp_path, namespace="b", embedder=encoder) as b,
    ):
        put(a, {"tern.md": DOCUMENTS["tern.md"]})
        before = a.recall("Where was the designer of the Tern buoy born?", 10)
        put(b, DOCUMENTS)
        assert a.recall("Where was the designer of the Tern buoy born?", 10) == before
        b.share("a")
        both = a.recall(Query("Where was Ingrid Solvang born?", View.of("a", "b"), 10))
        assert {hit.document.namespace for hit in both} == {"a", "b"}
        assert both[0].document.uri == "ingrid.md"


def test_a_view_of_turns_alone_finds_turns_alone(mixed: Memory) -> None:
    view = View.of("default", kinds=["utterance"])
    ranking = mixed.recall(Query("Where was the designer of the Tern buoy born?", view, 10))
    assert ranking.hits and {hit.passage.kind for hit in ranking} == {"turn"}


def test_questions_are_understood_in_other_words(documents: Memory) -> None:
    assert uris(documents, "Which nocturnal bird eats rodents?", 1) == ["owls.md"]
    assert uris(documents, "how long can you store a loaf", 1) == ["bread.md"]
