"""Rankings of several queries become one, whatever their scores are."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from conftest import opened, put
from hypothesis import given
from hypothesis import strategies as st

from graphmem import Hit, Query, Ranking, View
from graphmem.answering.fusion import SMOOTH, fused
from graphmem.types import Document, Passage, Sentence

DOCUMENT = Document(id="d", namespace="n", uri="u", title="", kind="text", content_hash="", characters=1)
orders = st.lists(
    st.permutations("abcdef").flatmap(lambda p: st.integers(0, 6).map(lambda n: p[:n])), max_size=4
)


def ranking(query: str, passages: str | list[str]) -> Ranking:
    """A ranking of passages by name."""
    return Ranking(Query(query, View.of("n")), tuple(hit(one) for one in passages))


def hit(name: str) -> Hit:
    passage = Passage(
        id=name, namespace="n", document="d", position=0, kind="paragraph", start=0, end=1, text=name
    )
    sentence = Sentence(id=f"s{name}", namespace="n", passage=name, position=0, start=0, end=1, text=name)
    return Hit(passage, DOCUMENT, sentence, 0.5, {"walk": 1.0})


@given(orders)
def test_a_passage_is_worth_the_sum_of_its_reciprocal_ranks(lists: list[list[str]]) -> None:
    found = fused(ranking(f"q{n}", one) for n, one in enumerate(lists))
    assert {one.hit.passage.id for one in found} == {name for one in lists for name in one}
    worth = {
        name: math.fsum(1 / (SMOOTH + one.index(name) + 1) for one in lists if name in one)
        for name in {name for one in lists for name in one}
    }
    assert [one.hit.passage.id for one in found] == sorted(worth, key=lambda name: (-worth[name], name))
    for one in found:
        name = one.hit.passage.id
        assert one.hit.parts == {"walk": 1.0, "fusion": worth[name]}
        assert one.hit.shares == {"fusion": one.hit.score}
        assert one.hit.score == pytest.approx(worth[name] / max(worth.values()))
        assert one.ranks == {f"q{n}": of.index(name) + 1 for n, of in enumerate(lists) if name in of}


@given(orders, st.randoms())
def test_the_order_of_the_rankings_does_not_matter(lists: list[list[str]], random: object) -> None:
    rankings = [ranking(f"q{n}", one) for n, one in enumerate(lists)]
    again = list(rankings)
    random.shuffle(again)  # type: ignore[attr-defined]
    assert [one.hit.passage.id for one in fused(rankings)] == [one.hit.passage.id for one in fused(again)]


def test_what_is_first_for_one_question_outweighs_what_is_last_for_two() -> None:
    found = fused([ranking("one", "abcdefghij"), ranking("two", "klmnopqrsj")])
    assert [one.hit.passage.id for one in found[:2]] == ["a", "k"]


def test_a_hit_is_that_of_the_query_that_ranks_it_best(tmp_path: Path) -> None:
    with opened(tmp_path) as memory:
        put(
            memory,
            {"a.md": "Rye bread keeps well. It needs a sour dough.", "b.md": "Owls hunt at night."},
        )
        rankings = [memory.recall(text, 2) for text in ("When do owls hunt?", "What needs a sour dough?")]
        first = {one.hit.passage.id: one.hit for one in fused(rankings)}
        for of in rankings:
            assert first[of[0].passage.id].path == of[0].path
            assert first[of[0].passage.id].evidence == of[0].evidence
