"""Context of turns: the words around a turn count for it, less the farther away."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import opened, put
from hypothesis import given
from hypothesis import strategies as st

from graphmem.retrieval.context import (
    BACK,
    FORWARD,
    RADIUS,
    Surroundings,
    context_scores,
    said,
    session_scores,
)
from graphmem.types import Passage


def chat(*texts: str, heading: str = "Monday") -> Surroundings:
    """A chat of these turns, "0" to "9", all looked at."""
    turns = {
        f"{n}": Passage(
            id=f"{n}",
            namespace="default",
            document="chat",
            position=n,
            kind="turn",
            start=0,
            end=len(text),
            text=text,
            heading=heading,
        )
        for n, text in enumerate(texts)
    }
    before = {f"{n}": f"{n - 1}" for n in range(1, len(texts))}
    return Surroundings(turns, before, {first: id for id, first in before.items()})


def test_a_turn_lends_its_words_to_the_next_and_less_to_the_one_before() -> None:
    assert chat("One.", "Two.", "Three.").lent("1") == {"1": 1.0, "0": BACK, "2": FORWARD}


def test_a_turn_that_asks_lends_all_its_words_to_the_answer() -> None:
    assert chat("Where is it?", "Here.", "Good.").lent("1")["0"] == 1.0
    assert chat("Where is it?", "Here.", "Good.").lent("2") == {"2": 1.0, "1": BACK, "0": BACK}


@given(st.integers(1, 30), st.integers(0, 29))
def test_what_is_lent_falls_with_distance_and_ends(turns: int, at: int) -> None:
    lent = chat(*["So."] * turns).lent(f"{at % turns}")
    assert len(lent) <= 2 * RADIUS + 1 and max(lent.values()) == 1.0
    earlier = [
        share for id, share in sorted(lent.items(), key=lambda one: -int(one[0])) if int(id) <= at % turns
    ]
    assert earlier == sorted(earlier, reverse=True)


def test_an_answer_scores_by_the_question_that_it_answers() -> None:
    around = chat("Hello.", "Which boat did you buy?", "The green one.", "Nice.", "Bye.")
    scores = context_scores(around, {"boat": {"1": 1.0}, "buy": {"1": 1.0}}, 5)
    assert scores["1"] == scores["2"] > scores["3"] > 0
    assert scores["0"] > 0, "a little: what follows says what it led to"


def test_the_session_that_says_more_of_the_words_scores_more() -> None:
    boats, tea = chat("A boat.", "The boat sank."), chat("Tea.", "No boat.", heading="Tuesday")
    turns = boats.turns | {f"t{id}": turn for id, turn in tea.turns.items()}
    around = Surroundings(turns, {}, {})
    scores = session_scores(around, {"boat": {"0": 1.0, "1": 1.0, "t1": 1.0}, "sank": {"1": 1.0}})
    assert scores["0"] == scores["1"] > scores["t0"] == scores["t1"] > 0


CHAT = "\n".join(
    f"2024-05-0{1 + n // 6} 10:{n:02} {'Ann' if n % 2 else 'Bo'}: {text}"
    for n, text in enumerate(
        [
            "Hello there.",
            "Which boat did you buy in the end?",
            "The green one from Molde.",
            "Nice, I like that.",
            "We sail on Friday.",
            "See you.",
            "Good morning.",
            "I made soup.",
            "What soup?",
            "Leek, as always.",
        ]
    )
)


def test_who_says_a_word_is_found_in_the_store_and_what_stands_around(tmp_path: Path) -> None:
    memory = opened(tmp_path)
    put(memory, {"chat.txt": CHAT})
    store, view = memory.store, memory.view
    found = said(store, view, "turn", ["boat", "soup", "nowhere"])
    assert set(found) == {"boat", "soup"} and len(found["boat"]) == 1 and len(found["soup"]) == 2
    (asked,) = found["boat"]
    around = Surroundings.of(store, view, [asked])
    (answer,) = [id for id, before in around.before.items() if before == asked]
    assert around.turns[answer].text == "The green one from Molde."
    assert set(around.beside(answer)) == {asked, around.after[answer]}


def test_an_answer_without_a_word_of_the_question_is_recalled(tmp_path: Path) -> None:
    memory = opened(tmp_path)
    put(memory, {"chat.txt": CHAT})
    found = [hit.passage.text for hit in memory.recall("Which boat did Bo buy?", 2)]
    assert "The green one from Molde." in found


@pytest.mark.parametrize("question", ["?", "the of and", "zzz"])
def test_a_question_that_nobody_answers_is_fine(tmp_path: Path, question: str) -> None:
    memory = opened(tmp_path)
    put(memory, {"chat.txt": CHAT})
    assert len(memory.recall(question, 3)) <= 3
