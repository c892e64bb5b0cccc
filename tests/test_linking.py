"""Which entities a question names: the longest first, and a lone word only where it is a name."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from conftest import opened, put
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmem import Memory
from graphmem.retrieval import constants
from graphmem.retrieval.linking import link
from graphmem.types import View

DOCUMENTS = {
    "bank.md": "# Bank of England\n\nThe Bank of England is in London. Ada Byron robbed it in 1843.\n",
    "ash.md": "# Ash\n\nThe tree grows in Bergen near Villa Sjøro. The city loves it.\n",
    "film.md": "# Film\n\nA reel Charles Babbage never saw. He saw Mercury, and number 12 of Apollo 11.\n",
    "long.md": "# What a long title a document may have when nobody keeps it short\n\nYes, it has.\n",
}


@pytest.fixture(scope="module")
def linked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Memory]:
    with opened(tmp_path_factory.mktemp("linked")) as memory:
        put(memory, DOCUMENTS)
        yield memory


def keys(memory: Memory, question: str) -> list[str]:
    return [one.entity.key for one in link(memory.store, memory.view, question).values()]


def test_the_longest_match_takes_its_words(linked: Memory) -> None:
    assert keys(linked, "Who robbed the Bank of England?") == ["bank of england"]
    assert keys(linked, "Is the Bank in England?") == ["bank", "england"]
    assert keys(linked, "Did Ada Byron rob the Bank of England in London?") == [
        "bank of england",
        "ada byron",
        "london",
    ]


def test_a_title_as_long_as_a_sentence_is_one_name(linked: Memory) -> None:
    question = "Who wrote what a long title a document may have when nobody keeps it short?"
    assert keys(linked, question) == ["what a long title a document may have when nobody keeps it short"]
    assert len(keys(linked, question)[0].split()) <= constants.LONGEST_NAME


@pytest.mark.parametrize(
    "question",
    ["who robbed the bank of england?", "WHO ROBBED THE BANK OF ENGLAND?", "Bank-of-England's robber"],
)
def test_case_hyphens_and_possessives_do_not_hide_a_name(linked: Memory, question: str) -> None:
    assert "bank of england" in keys(linked, question)


def test_marks_do_not_hide_a_name(linked: Memory) -> None:
    assert keys(linked, "Who lives in villa sjoro now?") == ["villa sjøro".replace("ø", "o")]


def test_a_lone_word_is_a_name_where_it_is_written_as_one(linked: Memory) -> None:
    assert keys(linked, "Who saw Mercury there?") == ["mercury"]
    assert keys(linked, "Who saw mercury in Bergen?") == ["bergen"]


def test_a_lone_word_in_lower_case_links_to_a_title_that_is_no_common_noun(linked: Memory) -> None:
    assert keys(linked, "where does the ash stand?") == ["ash"]
    assert keys(linked, "where was the film shown?") == []
    assert keys(linked, "who lives in bergen?") == [], "named in a text, but no title"


def test_a_question_in_capitals_tells_nothing_by_them(linked: Memory) -> None:
    assert keys(linked, "WHO SAW MERCURY THERE?") == []


def test_years_are_names_and_other_numbers_are_not(linked: Memory) -> None:
    assert keys(linked, "what happened in 1843?") == ["1843"]
    assert keys(linked, "what is number 12?") == []


def test_function_words_and_strangers_name_nothing(linked: Memory) -> None:
    for question in ("who is it?", "Where Is What?", "?", "Napoleon in Egypt", "Of England And The"):
        assert set(keys(linked, question)) <= {"england"}


def test_only_entities_in_view_are_linked(linked: Memory) -> None:
    assert link(linked.store, View.of("nobody"), "Who robbed the Bank of England?") == {}


def test_words_beyond_the_first_are_not_looked_up(linked: Memory) -> None:
    filler = "word " * constants.MOST_WORDS
    assert keys(linked, f"Ada Byron {filler} Bank of England") == ["ada byron"]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from("Ada Byron ada byron the Bank of England in london 1843 ash".split()), max_size=12
    )
)
def test_no_word_is_used_twice(linked: Memory, words: list[str]) -> None:
    found = [word for key in keys(linked, " ".join(words)) for word in key.split()]
    asked = [word.lower() for word in words]
    assert all(word in asked for word in found)
    assert len(set(keys(linked, " ".join(words)))) == len(keys(linked, " ".join(words)))
