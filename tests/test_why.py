"""Why a hit was found: seeds, questions of the second hop, shares of the score, and what was left out."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import pytest
from conftest import opened, put
from hypothesis import given
from hypothesis import strategies as st
from test_recall import CHAT, DOCUMENTS
from typer.testing import CliRunner

from graphmem import Hit, Memory
from graphmem.cli import build
from graphmem.embedding import SentenceEncoder
from graphmem.retrieval import constants
from graphmem.retrieval.fusion import paragraph_scores
from graphmem.retrieval.shares import Columns, added, multiplied
from graphmem.testing import HashEmbedder

BORN = "Where was the designer of the Tern buoy born?"
KEY = "Who borrowed the key to the calibration lab?"

numbers = st.floats(-1, 2).map(lambda value: round(value, 3))
parts = st.dictionaries(
    st.sampled_from("abcdef"), st.fixed_dictionaries({"x": numbers, "y": numbers}), min_size=1
)
factors = st.floats(0.01, 3).map(lambda value: round(value, 3))
products = st.dictionaries(
    st.sampled_from("abcdef"), st.fixed_dictionaries({"x": factors, "y": factors}), min_size=1
)


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory, encoder: SentenceEncoder) -> Iterator[Memory]:
    """Documents and a chat in one memory; tests only read it."""
    with opened(tmp_path_factory.mktemp("mixed"), embedder=encoder) as memory:
        put(memory, DOCUMENTS | CHAT)
        yield memory


@given(parts, st.floats(0.1, 1))
def test_shares_of_a_sum_add_up_to_the_score_whatever_came_later(
    given: Mapping[str, Mapping[str, float]], weight: float
) -> None:
    row = {id: place for place, id in enumerate(given)}
    first = added(Columns(row, {n: np.array([own[n] for own in given.values()]) for n in ("x", "y")}))
    scores = first.then("trust", {id: weight * score for id, score in first.final.items()})
    for id, score in scores.final.items():
        assert math.fsum(scores.shares(id).values()) == pytest.approx(score, abs=1e-6)
    assert max(first.final.values()) <= 1 and min(first.final.values()) >= 0


@given(products, st.floats(0.1, 1))
def test_shares_of_a_product_multiply_to_the_score(
    given: Mapping[str, Mapping[str, float]], weight: float
) -> None:
    first = multiplied(given)
    scores = first.then("kind", first.final).then("trust", {id: weight * s for id, s in first.final.items()})
    for id, score in scores.final.items():
        assert math.prod(scores.shares(id).values()) == pytest.approx(score)
        assert "kind" not in scores.shares(id), "a step that changed nothing is not told"


def test_the_parts_of_a_paragraph_are_told_by_name() -> None:
    scores = paragraph_scores({"a": 0.2, "b": 0.1}, {"a": 0.5, "b": 0.9}, {"b": 0.4})
    assert scores.shares("b")["bridge"] == scores.shares("b")["sentence"] == 1
    assert scores.shares("a")["walk"] == 1 and scores.shares("a")["bridge"] < 1


def composed(hit: Hit) -> float:
    """What the shares of a hit make together."""
    told = hit.shares.values()
    return math.prod(told) if hit.passage.kind == "paragraph" else math.fsum(told)


@pytest.mark.parametrize("question", [BORN, KEY, "owls", "2011", "?!"])
def test_the_shares_of_every_hit_are_its_score(mixed: Memory, question: str) -> None:
    ranking = mixed.recall(question, 100)
    assert {hit.passage.kind for hit in ranking} == {"paragraph", "turn"}
    for hit in ranking:
        assert composed(hit) == pytest.approx(hit.score, rel=1e-6, abs=1e-9), hit.shares


def test_asking_why_changes_no_hit(mixed: Memory) -> None:
    assert mixed.recall(BORN, why=True).hits == mixed.recall(BORN).hits
    assert mixed.recall(BORN).explanation is None


def test_seeds_tell_the_words_that_linked_them_and_their_mass(mixed: Memory) -> None:
    reasons = mixed.recall(BORN, why=True).explanation
    assert reasons is not None
    (entity,) = (seed for seed in reasons.seeds if seed.kind == "entity")
    assert (entity.text, entity.words) == ("Tern buoy", "Tern buoy")
    assert entity.mass == pytest.approx(constants.SEED_SHARE)
    assert math.fsum(seed.mass for seed in reasons.seeds) == pytest.approx(1, abs=1e-4)
    sentences = [seed for seed in reasons.seeds if seed.kind == "sentence"]
    assert "Ingrid Solvang" in sentences[0].text and sentences[0].mass >= sentences[-1].mass
    for seed in reasons.seeds:
        assert mixed.find(seed.id)
    assert 0 < reasons.scored <= reasons.looked_at


def test_the_second_hop_tells_its_questions_and_which_hits_answer_them(mixed: Memory) -> None:
    ranking = mixed.recall(BORN, 5, why=True)
    assert ranking.explanation is not None
    first = ranking.explanation.hops[0]
    assert (first.name, first.mass) == ("Ingrid Solvang", 1)
    assert "Ingrid Solvang" in first.question and "Tern" not in first.question
    (born,) = (hit.passage.id for hit in ranking if "She was born in Vardø" in hit.passage.text)
    assert born in first.passages
    told = [id for hop in ranking.explanation.hops for id in hop.passages]
    assert len(set(told)) == len(told)
    assert set(told) <= {hit.passage.id for hit in ranking if hit.passage.kind == "paragraph"}


def test_what_came_later_is_counted(mixed: Memory) -> None:
    then = datetime(2022, 5, 20, tzinfo=timezone.utc)
    everything = mixed.recall(KEY, 100)
    late = {hit.passage.id for hit in everything if hit.passage.at and hit.passage.at > then}
    found = mixed.recall(KEY, 100, as_of=then, why=True)
    assert late and found.explanation is not None and found.explanation.left_out == {"later": len(late)}
    before = datetime(1900, 1, 1, tzinfo=timezone.utc)
    nothing = mixed.recall("the old one", 3, as_of=before, why=True)
    assert nothing.explanation is not None and "later" in nothing.explanation.left_out


def test_what_trust_and_retraction_took_is_counted(tmp_path: Path) -> None:
    with opened(tmp_path) as memory:
        put(memory, {"a.txt": "Bo Bell lives in Oslo.", "b.txt": "Bo Bell lives in Rome."})
        memory.trust("b.txt", "untrusted")
        found = memory.recall("Where does Bo Bell live?", trusted_only=True, why=True)
        assert found.explanation is not None
        assert found.explanation.left_out == {"untrusted": 1} and found.withheld == 1
        shares = {hit.document.uri: hit.shares for hit in memory.recall("Where does Bo Bell live?")}
        assert shares["b.txt"]["trust"] == pytest.approx(0.3) and "trust" not in shares["a.txt"]


def test_passages_that_were_taken_back_are_counted(tmp_path: Path) -> None:
    with opened(tmp_path) as memory:
        put(memory, {"a.txt": "Bo Bell lives in Oslo.", "b.txt": "Bo Bell lives in Rome."}, "english")
        question = "Where does Bo Bell live?"
        rome = next(hit for hit in memory.recall(question) if hit.document.uri == "b.txt")
        for fact in memory.facts(rome.evidence):
            memory.retract(fact.id)
        found = memory.recall(question, 1, why=True)
        assert [hit.document.uri for hit in found] == ["a.txt"]
        assert memory.recall(question, 5, why=True).explanation.left_out == {"retracted": 1}  # type: ignore[union-attr]


def test_the_command_tells_the_same_as_text_and_as_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("graphmem.verbs.opened.SentenceEncoder", HashEmbedder)
    with opened(tmp_path) as memory:
        put(memory, DOCUMENTS | CHAT)
    run = CliRunner().invoke
    options = ["query", BORN, "--why", "--as-of", "2022-05-20", "-k", "100"]
    told = json.loads(run(build(), [*options, "--json"]).stdout)
    text = run(build(), options).stdout
    why = told["why"]
    assert why["left_out"]["later"] and f"{why['left_out']['later']} left out: they came later" in text
    for seed in why["seeds"]:
        if seed["kind"] == "entity":
            assert f"linked to: {seed['text']} by “{seed['words']}” ({seed['mass']:.2f} of the mass)" in text
    for hop in why["hops"]:
        assert f"asked next: {hop['question']} (over {hop['name']}, {hop['mass']:.2f})" in text
    assert all(hit["shares"] for hit in told["hits"])
    assert "mass of the walk" in text and "what stands right beside it" in text
    assert "why" not in json.loads(run(build(), ["query", BORN, "--json"]).stdout)
