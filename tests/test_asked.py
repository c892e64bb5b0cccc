"""What is asked: a question keeps what it asks about and loses its orders to whoever answers."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmem.retrieval.asked import asked


@pytest.mark.parametrize(
    ("question", "kept"),
    [
        ("Where does Ada live?", "Where does Ada live?"),
        ("Who is Dr. Bell?", "Who is Dr. Bell?"),
        ("Recall all the events related to Jazz Night. List their dates.", "to Jazz Night."),
        ("Consider all events involving Ada. Provide their places.", "Ada."),
        ("Please think about the boat. Then describe it.", "boat."),
        ("Remember the Titanic?", "Titanic?"),
        ("Which boat sank? Please give the year.", "Which boat sank?"),
        ("Which boat sank? Without naming its owner, tell how.", "Which boat sank?"),
        ("Which boats sank, without describing them?", "Which boats sank?"),
        ("What events took place on 9 June?", "What on 9 June?"),
        ("  Where \n was\tit? ", "Where was it?"),
    ],
)
def test_orders_are_left_out(question: str, kept: str) -> None:
    assert asked(question) == kept


@pytest.mark.parametrize(
    "question",
    ["", "  ", "?", "List the boats.", "Recall", "Events?", "Name it", "Consider the events.", "Что было?"],
)
def test_what_would_leave_nothing_stays(question: str) -> None:
    assert re.findall(r"\w+", asked(question)) == re.findall(r"\w+", question)


def test_an_order_alone_is_what_is_asked() -> None:
    assert asked("List the boats. Describe each.") == "List the boats."
    assert asked("list the boats and describe each") == "list the boats and describe each"


def test_words_that_only_begin_like_an_order_are_none() -> None:
    assert asked("Who won? Stately homes did. Namely whose?") == "Who won? Stately homes did. Namely whose?"
    assert asked("Was it eventful? Is it relatedness?") == "Was it eventful? Is it relatedness?"


def test_another_sentence_keeps_what_an_order_is_about() -> None:
    assert "Rome" in asked("Tell me about my trip to Rome. Who came along?")


def test_what_is_compared_with_is_asked_about() -> None:
    assert "car" in asked("Why did Ann take the train instead of the car?")


PARTS = [
    "Recall ",
    "the events ",
    "of Ada",
    ". ",
    "? ",
    "List ",
    "without naming ",
    "Bo ",
    ", ",
    "key event ",
    "  ",
]


@given(st.one_of(st.text(max_size=80), st.lists(st.sampled_from(PARTS), max_size=12).map("".join)))
def test_words_are_left_out_and_never_added_or_moved(question: str) -> None:
    words, rest = re.findall(r"\w+", asked(question)), iter(re.findall(r"\w+", question))
    assert all(word in rest for word in words)
    assert bool(words) == bool(re.search(r"\w", question))
