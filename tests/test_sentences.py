"""Where sentences end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmem.ingest.sentences import LONGEST, cut, split


def said(text: str) -> list[str]:
    return [text[start:end] for start, end in split(text)]


@pytest.mark.parametrize(
    "sentences",
    [
        ["He met Mr. Smith.", "They left."],
        ["J. R. R. Tolkien wrote it.", "It sold well."],
        ["She moved to the U.S. in May.", "The U.S. Senate met.", "He lives in the U.S.", "She does not."],
        ["See No. 5 and fig. 3 for this.", "No.", "Yes!"],
        ["Use fruit, e.g. Apples, i.e. what grows.", "Dr. No of St. Ives agreed."],
        ["It cost 3.5 million.", "That is v1.2.3 of it."],
        ["Wait... what is it?", "Nothing."],
        ['"Really?" he asked.', '"Yes." She left.'.split(" She")[0], "She left."],
        ["He said (loudly.)", "Then he left."],
        ["What?!", "No!!", "Yes."],
        ["这是第一句。", "这是第二句！", "对吗？"],
        ["Born in 1912.[3]", "He died."],
        ["i went home.", "it was late."],
        ["Acme Inc. bought Bolt Ltd. in May.", "They paid."],
        ["World War I. was long.".replace("I.", "I"), "It was I.", "We left at 5 p.m.", "He slept."],
        ["Yahoo! won the deal.", "Good."],
    ],
)
def test_sentences_are_told_apart(sentences: list[str]) -> None:
    joined = "".join(s + ("" if s[-1] in "。！？" else " ") for s in sentences)
    assert said(joined) == sentences


def test_a_line_break_is_a_blank_but_lists_and_tables_are_lines() -> None:
    assert said("It was\nlate. We\nleft.") == ["It was\nlate.", "We\nleft."]
    assert said("Buy:\n- milk\n- tea\n1. Go home.\n2. Rest") == [
        "Buy:",
        "- milk",
        "- tea",
        "1. Go home.",
        "2. Rest",
    ]
    assert said("| a | b |\n| - | - |\n| c | d |") == ["| a | b |\n| - | - |", "| c | d |"]
    assert said("No end\n\nNew one") == ["No end", "New one"]


def test_signs_alone_belong_to_the_sentence_before() -> None:
    assert said("Great news! :-)\n\n---\n\nBye.") == ["Great news! :-)\n\n---", "Bye."]


def test_long_sentences_are_cut_at_their_best_place() -> None:
    text = "word " * 150 + "end; " + "word " * 100
    first, second = said(text)
    assert first.endswith("end;") and len(first) <= LONGEST
    assert max(len(s) for s in said("x" * 2500)) == LONGEST
    assert list(cut("", 0, 0, 10)) == []


@given(st.text(alphabet=st.sampled_from(" \n.!?…,;ab AIUS1-*|[]\"'()。é"), max_size=300))
def test_every_character_is_in_one_stripped_span(text: str) -> None:
    spans = split(text)
    position = 0
    for start, end in spans:
        assert position <= start < end and not text[position:start].strip()
        assert text[start:end] == text[start:end].strip() and end - start <= LONGEST
        position = end
    assert not text[position:].strip()
