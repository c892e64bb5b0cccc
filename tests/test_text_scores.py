"""Paragraphs of a long text: what stands around them orders them, and takes nothing from other texts."""

from __future__ import annotations

import math
from pathlib import Path

from conftest import opened, put
from hypothesis import given
from hypothesis import strategies as st

from graphmem.retrieval import constants
from graphmem.retrieval.fusion import text_scores
from graphmem.retrieval.shares import multiplied

NAMES = [f"p{n}" for n in range(6)]
scores = st.dictionaries(st.sampled_from(NAMES), st.floats(0.01, 1.0), min_size=1)


@given(scores, scores, st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["book", "saga"])))
def test_a_text_keeps_its_scores_and_gives_them_out_anew(
    own: dict[str, float], around: dict[str, float], text: dict[str, str]
) -> None:
    found = text_scores(multiplied({id: {"walk": score} for id, score in own.items()}), around, text)
    for id, score in own.items():
        if id not in text:
            assert found.final[id] == score, "what stands in no long text stays as it is"
    for name in set(text.values()):
        had = sorted((own[id] for id in own if text.get(id) == name), reverse=True)
        now = sorted((found.final[id] for id in found.final if text.get(id) == name), reverse=True)
        least = (had or [constants.FLOOR])[-1]
        assert now[: len(had)] == had and all(score <= least for score in now[len(had) :])
    for id, score in found.final.items():
        assert math.isclose(math.prod(found.shares(id).values()), score, rel_tol=1e-6, abs_tol=1e-9)


def test_what_is_around_decides_among_equals() -> None:
    alone = multiplied({id: {"walk": 0.5} for id in "abc"})
    found = text_scores(alone, {"b": 1.0, "a": 0.2}, dict.fromkeys("abc", "book")).final
    assert found == dict.fromkeys("abc", 0.5)
    alone = multiplied({"a": {"walk": 0.5}, "b": {"walk": 0.4}, "c": {"walk": 0.1}})
    found = text_scores(alone, {"b": 1.0, "a": 0.2}, dict.fromkeys("abc", "book")).final
    assert found == {"b": 0.5, "a": 0.4, "c": 0.1}


def chapters() -> str:
    """A book in which the name stands in one paragraph of a chapter and what is asked for in the next."""
    filler = "The rain went on, and nobody on the quay thought of leaving before the evening tide came in."
    parts = []
    for number in range(1, 5):
        who, place = ("Maren", "Molde") if number == 3 else (f"Person{number}", f"Town{number}")
        opening = f"{who} unlocked the lantern shop in {place} early that day. {filler} {filler} {filler}"
        middle = f"At noon a sailor paid with a silver button and asked for oil. {filler} {filler} {filler}"
        if number != 3:
            middle = f"At noon a woman paid with a coin and asked for rope. {filler} {filler} {filler}"
        parts.append(f"Chapter {number}\n\n{opening}\n\n{middle}\n\n{filler} {filler} {filler} {filler}\n")
    return "\n".join(parts)


def test_a_chapter_that_names_who_is_asked_for_comes_first(tmp_path: Path) -> None:
    memory = opened(tmp_path)
    put(memory, {"book.txt": chapters(), "note.txt": "A note about rope and oil."})
    passages = {r.id: r for r in memory.store.scan(memory.view, "passage")}
    assert len(passages) > constants.LONG_TEXT
    first, second, *_ = memory.recall("What did a sailor pay Maren with?", 5)
    assert any("silver button" in hit.passage.text for hit in (first, second))
    assert first.passage.heading == second.passage.heading == "Chapter 3"
