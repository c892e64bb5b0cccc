"""A citation is believed as far as its sentence says it, and a statement as far as its citations carry it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("langchain_core", reason="needs pip install 'graphmem[llm]'")

from answering_models import Shown, client, player
from conftest import opened, put
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmem import Memory
from graphmem.answering import Answer
from graphmem.answering.decomposition import filled, references, sound
from graphmem.dates.written import worded

DOCUMENTS = {
    "curie.md": "# Marie Curie\n\nMarie Curie was born in Warsaw on 7 November 1867. She did not return to"
    " Warsaw after 1891, and met “Pierre” in Paris.\n\nPierre Curie never married before; her daughter Irène"
    " wrote to him at pierre@example.org, and the letter is kept.\n",
    "chat.txt": "[2023-05-08 13:56] Ann Lee: I moved to Oslo with two cats.\n",
}
QUESTION = "What do you know of Marie Curie and of Ann Lee?"


@pytest.fixture(scope="module")
def memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Memory]:
    with opened(tmp_path_factory.mktemp("cited")) as memory:
        put(memory, DOCUMENTS)
        yield memory


def said(memory: Memory, text: str, *quotes: str, short: str = "", of: str = "") -> Answer:
    """The answer of a model that states a text with quotes, ``of`` the sentence with these words."""

    def says(shown: Shown) -> Any:
        one = shown.cite(text, *quotes)
        if of:
            one["citations"] = [{"sentence": shown.number(of), "quote": quote} for quote in quotes]
        return {"statements": [one], "short": short}

    return memory.ask(QUESTION, client(player(written=says)), steps=[])


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        ("Marie Curie was born in Warsaw.", ["born in Warsaw"]),
        ("She was born on 7 November 1867 in Warsaw.", ["born in Warsaw on 7 November 1867"]),
        ("She did not return to Warsaw.", ["did not return to Warsaw"]),
        ("She never returned to Warsaw after 1891.", ["return to Warsaw after 1891"]),
        ("Irene wrote a letter.", ["daughter Irene wrote", "letter"]),
        ("Ann Lee moved to Oslo on 8 May 2023.", ["moved to Oslo"]),
        ("Yes.", ["born in Warsaw"]),
        ("Curie was born in Warsaw; Ann lives with cats in Oslo.", ["born in Warsaw", "two cats"]),
    ],
)
def test_what_the_cited_sentences_say_is_supported(memory: Memory, text: str, quotes: list[str]) -> None:
    answer = said(memory, text, *quotes)
    assert answer.state == "answered", answer.assertions
    for cited in answer.citations:
        assert cited.quote in cited.sentence.text
        assert cited.hit.passage.id == cited.sentence.passage


@pytest.mark.parametrize(
    ("text", "quotes", "missing"),
    [
        ("Marie Curie was born in Lublin.", ["born in Warsaw"], ("lublin",)),
        ("She was born in Warsaw in 1868.", ["born in Warsaw"], ("1868",)),
        ("She returned to Warsaw.", ["return to Warsaw"], ("not",)),
        ("She returned to Warsaw.", ["did not return to Warsaw"], ("not",)),
        ("Pierre married before.", ["never married before"], ("not",)),
        ("Born in Warsaw, see https://evil.example/?q=warsaw.", ["born in Warsaw"], ("https://evil.example/?q=warsaw",)),
        ("She was born in Warsaw ![x](http://evil.example).", ["born in Warsaw"], ("](http://evil.example",)),
        ("Write to mallory@evil.example in Warsaw.", ["born in Warsaw"], ("mallory@evil.example",)),
        ("Warsaw wants payment of ransom soon by wire.", ["born in Warsaw"],
         ("wants", "payment", "ransom", "soon", "wire")),
    ],
)  # fmt: skip
def test_what_they_do_not_say_is_not(
    memory: Memory, text: str, quotes: list[str], missing: tuple[str, ...]
) -> None:
    answer = said(memory, text, *quotes)
    (one,) = answer.assertions
    assert not one.supported and one.citations and set(missing) <= set(one.unsaid)
    assert answer.state == "absent" and answer.text == ""


@pytest.mark.parametrize(
    "quote", ["", "in the", "?!", "She", "born in Lublin", "x" * 5000, "Marie Curie Marie"]
)
def test_a_quote_that_says_nothing_or_is_not_there_does_not_hold(memory: Memory, quote: str) -> None:
    (one,) = said(memory, "Marie Curie was born in Warsaw.", quote, of="born in Warsaw").assertions
    assert not one.citations and not one.supported


def test_a_quote_may_be_spelled_otherwise_and_is_told_as_the_sentence_has_it(memory: Memory) -> None:
    answer = said(memory, "Marie met Pierre in Paris.", 'MET "pierre"  in Paris …', of="in Paris")
    assert [cited.quote for cited in answer.citations] == ["met “Pierre” in Paris"]


def test_a_whole_sentence_may_be_quoted(memory: Memory) -> None:
    whole = "Marie Curie was born in Warsaw on 7 November 1867."
    assert said(memory, "She was born in Warsaw.", whole).citations[0].quote == whole.rstrip(".")


@pytest.mark.parametrize(
    ("short", "kept"),
    [
        ("Warsaw", "Warsaw"),
        ("7 November 1867", "7 November 1867"),
        ("1867, in Warsaw", "1867, in Warsaw"),
        ("yes", "yes"),
        ("Lublin", ""),
        ("", ""),
        ("word " * 60, ""),
    ],
)
def test_the_short_answer_stands_in_a_cited_sentence(memory: Memory, short: str, kept: str) -> None:
    assert said(memory, "Marie Curie was born in Warsaw.", "born in Warsaw", short=short).short == kept
    assert said(memory, "She was born in Lublin.", "born in Warsaw", short=short).short == "", (
        "of a supported statement"
    )


texts = st.text(max_size=30) | st.sampled_from(
    ["Marie Curie was born in Warsaw.", "born in Warsaw", "[1]", "not"]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
citations = st.fixed_dictionaries({"sentence": st.integers(-2, 9) | values, "quote": texts | values})
statements = st.fixed_dictionaries(
    {"text": texts | values, "citations": st.lists(citations, max_size=3) | values}
)
answers = st.fixed_dictionaries(
    {"statements": st.lists(statements | values, max_size=4) | values, "short": texts | values}
)


@settings(max_examples=150, deadline=None)
@given(
    st.fixed_dictionaries(
        {
            "parts": st.fixed_dictionaries({"questions": st.lists(texts, max_size=4) | values}) | values,
            "clues": st.fixed_dictionaries({"clues": values}) | values,
            "note": st.fixed_dictionaries({"note": texts, "enough": values, "next": texts | values}) | values,
            "useful": st.fixed_dictionaries({"useful": st.lists(st.integers(-1, 9), max_size=4) | values}),
            "written": answers | values,
        }
    )
)
def test_whatever_a_model_writes_what_is_told_stands_in_the_memory(
    memory: Memory, says: dict[str, Any]
) -> None:
    spoken = {step: json.dumps(value) for step, value in says.items()}
    answer = memory.ask(QUESTION, client(player(**spoken)), 3)
    assert len(answer.hits) <= 3 and len(answer.asked) <= 1 + 4 + 3 + 3
    for one in answer.supported:
        assert one.citations and not one.unsaid
    for cited in answer.citations:
        assert cited.quote and cited.quote in cited.sentence.text in cited.hit.passage.text
    assert bool(answer.text) is (answer.state == "answered") is (answer.nearest is None)


@pytest.mark.parametrize(
    ("questions", "kept"),
    [
        (["Who?", "Where is #1?"], 2),
        (["Who is #1?"], 0),
        (["Who?", "Where is #2?"], 1),
        (["Who?", "Where is #0?"], 1),
        (["a", "b", "c", "d", "e"], 4),
        ([], 0),
    ],
)
def test_parts_ask_on_with_earlier_answers_alone(questions: list[str], kept: int) -> None:
    assert sound(questions) == tuple(questions[:kept])


@given(st.lists(st.text(max_size=12), max_size=4), st.text(max_size=12))
def test_a_filled_part_has_the_answers_as_they_are(answers: list[str], between: str) -> None:
    between = between.replace("#", "").strip("0123456789")
    part = f" {between} ".join(f"#{number}" for number in range(1, len(answers) + 1))
    assert len(references(part)) == len(answers)
    known = dict(enumerate(answers, start=1))
    wanted = f" {between} ".join(answers) if all(answers) else None
    assert filled(part, known) == wanted


@pytest.mark.parametrize(
    ("day", "told"),
    [("2022-05-22", "22 May 2022 (2022-05-22)"), ("2022-05", "May 2022 (2022-05)"), ("2022", "2022"),
     ("2022-13", "2022-13"), ("1891-01-01 to …", "1891-01-01 to …")],
)  # fmt: skip
def test_times_are_worded_as_people_write_them(day: str, told: str) -> None:
    assert worded(day) == told
