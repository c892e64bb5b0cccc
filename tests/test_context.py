"""Context of turns: the words around a turn count for it, less the farther away, and those of its session."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import opened, put
from hypothesis import given
from hypothesis import strategies as st
from spoken import chat, sessions

from graphmem.retrieval import constants
from graphmem.retrieval.context import context_scores, said, session_scores, times
from graphmem.retrieval.surroundings import surroundings


def test_an_answer_scores_by_the_question_that_it_answers() -> None:
    around = chat("Hello.", "Which boat did you buy?", "The green one.", "Nice.", "Bye.")
    scores = context_scores(around, {"boat": {"1": 1.0}, "buy": {"1": 1.0}}, 5)
    assert scores[1] == scores[2] > scores[3] > scores[4] > 0
    assert scores[0] > 0, "a little: what follows says what it led to"


@given(st.integers(1, 30), st.integers(0, 29))
def test_what_a_word_gives_falls_with_distance_and_ends(turns: int, at: int) -> None:
    at %= turns
    scores = context_scores(chat(*["So."] * turns), {"boat": {f"{at}": 1.0}}, turns)
    assert np.argmax(scores) == at and (scores[: max(at - constants.REACH, 0)] == 0).all()
    assert (scores[at + constants.REACH + 1 :] == 0).all()
    assert (np.diff(scores[max(at - constants.REACH, 0) : at + 1]) > 0).all()
    assert (np.diff(scores[at : at + constants.REACH + 1]) < 0).all()


def test_a_rare_word_tells_more_than_one_that_all_say() -> None:
    around = sessions([["Tea."], ["Tea and boats."], ["Tea."]])
    scores = context_scores(around, {"tea": {"0": 1.0, "1": 1.0, "2": 1.0}, "boat": {"1": 1.0}}, 3)
    assert scores[1] > 2 * scores[0] == 2 * scores[2] > 0


def test_who_is_not_here_counts_for_how_rare_a_word_is_and_nothing_else() -> None:
    around = chat("A boat.", "Tea.")
    alone = context_scores(around, {"boat": {"0": 1.0}}, 9)
    among = context_scores(around, {"boat": {"0": 1.0, "elsewhere": 1.0}}, 9)
    assert (0 < among).all() and (among < alone).all()
    assert times(around, {"boat": {"0": 0.5, "elsewhere": 1.0}}).tolist() == [[0.5], [0.0]]


def test_the_session_that_says_more_of_the_words_scores_more() -> None:
    around = sessions([["A boat.", "The boat sank."], ["Tea.", "No boat."]])
    scores = session_scores(around, {"boat": {"0": 1.0, "1": 1.0, "3": 1.0}, "sank": {"1": 1.0}})
    assert scores[0] == scores[1] > scores[2] == scores[3] > 0


def test_of_two_sessions_that_say_a_word_once_the_shorter_scores_more() -> None:
    around = sessions([["A boat.", "So.", "So.", "So."], ["A boat."], ["Tea."]])
    long, short = session_scores(around, {"boat": {"0": 1.0, "4": 1.0}})[[0, 4]]
    assert short > long > 0


@pytest.mark.parametrize("texts", [[], [[]], [["So."]], [["So.", "Yes?"], ["No."]]])
def test_without_turns_or_words_there_are_no_scores(texts: list[list[str]]) -> None:
    around = sessions(texts)
    nothing = np.zeros(len(around.turns))
    assert (context_scores(around, {}, 5) == nothing).all() and (session_scores(around, {}) == nothing).all()
    assert (context_scores(around, {"boat": {"elsewhere": 1.0}}, 5) == nothing).all()
    assert (session_scores(around, {"boat": {"elsewhere": 1.0}}) == nothing).all()


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
            "I made soup. It is good soup.",
            "What soup?",
            "Leek, as always.",
        ]
    )
)


def test_who_says_a_word_is_found_in_the_store_and_what_stands_around(tmp_path: Path) -> None:
    memory = opened(tmp_path)
    put(memory, {"chat.txt": CHAT})
    store, view = memory.store, memory.view
    found = said(store, view, "turn", ["boat", "soup", "nowhere", "boat"])
    assert set(found) == {"boat", "soup"} and len(found["boat"]) == 1 and len(found["soup"]) == 2
    assert all(max(own.values()) == 1.0 and min(own.values()) > 0 for own in found.values())
    assert said(store, view, "record", ["boat", "soup"]) == {} == said(store, view, "turn", [])
    (asked,) = found["boat"]
    around = surroundings(store, view, "turn", [asked])
    row = around.row[asked]
    assert around.turns[row + 1].text == "The green one from Molde." and around.joined[row + 1]
    scores = context_scores(around, {"boat": found["boat"]}, 10)
    assert scores[row] == scores[row + 1] == max(scores)


def test_words_are_looked_for_in_the_namespaces_in_view(tmp_path: Path) -> None:
    for namespace in ("one", "two"):
        with opened(tmp_path, namespace=namespace) as memory:
            put(memory, {"chat.txt": CHAT})
    with opened(tmp_path, namespace="one") as memory:
        own = said(memory.store, memory.view, "turn", ["boat"])
        both = said(
            memory.store, replace(memory.view, namespaces=frozenset({"one", "two"})), "turn", ["boat"]
        )
        assert len(own["boat"]) == 1 and len(both["boat"]) == 2 and own["boat"].keys() < both["boat"].keys()


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
