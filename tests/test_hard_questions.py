"""Whatever is asked, there is an answer or an error that says what to do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from conftest import opened, put
from hypothesis import example, given, settings
from hypothesis import strategies as st

from graphmem import Memory, QueryError
from graphmem.embedding import SentenceEncoder
from graphmem.errors import GraphMemError

DOCUMENTS = {
    "ash.md": '# Ash AND Oak\n\nAda Byron planted the ash NEAR(Bergen). She said "OR not" to the oak-tree.\n',
    "odd.md": "# Odd\n\nC++ and node:js are not *stars*. שלום עולם is a greeting. \U0001f333 is a tree.\n",
    "chat.txt": "[2023-05-08 13:56] Ada Byron: Who has 50% of it?\n[2023-05-08 13:57] Bob: NOT me.\n",
}
SYNTAX = [
    "AND",
    "OR",
    "NOT",
    "ash AND",
    "AND OR NOT",
    "ash AND oak OR NOT bergen",
    "NEAR(",
    "NEAR(ash bergen, 5)",
    "NEAR",
    '"',
    '"ash',
    'ash"',
    '""',
    '"ash" "oak',
    "'",
    "';--",
    "' OR 1=1 --",
    "*",
    "ash*",
    "*ash",
    "^ash",
    "^",
    "-ash",
    "ash -oak",
    "--",
    "text:ash",
    "rowid:1",
    "{text body}: ash",
    ":",
    "(",
    ")",
    "(ash",
    "ash)",
    "((((((((((",
    ")(",
    "ash + oak",
    "+",
    "ash,oak",
    "\\",
    "%",
    "_",
    "ash;",
    "?",
    "[ash]",
    "{ash}",
    "$ash",
    "@ash #oak",
    "/ash/",
    "~1",
    "ash^2",
    "C++",
    "node:js",
]
STRANGE = [
    "\U0001f333",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 family?",
    "שלום עולם",
    "\u202eash\u202c",
    "a\u0301s\u0301h\u0301",
    "ash\x00oak",
    "\x00",
    "\ud83d",
    "ash \udcff oak",
    "\ufeffash",
    "\u200b",
    "\x1b[31mash",
    "ﬁ Ⅷ ½ ①",
    "漢字かな",
    "ı İ ß ẞ",
    "...",
    "?!?!",
    "—",
    "the",
    "what is the of and",
    "Who is it?",
    "a",
    "1",
    "-1.5e3",
    "2023-05-08",
]
EMPTY = ["", " ", "\n\t ", "\u2003", "\u2028"]
LONG = ["ash " * 25_000, "x" * 100_000, "Ada Byron AND " * 7_000, '"' * 100_000, "\U0001f333" * 25_000]


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Memory]:
    with opened(tmp_path_factory.mktemp("asked")) as memory:
        put(memory, DOCUMENTS)
        yield memory


@pytest.fixture(scope="module")
def encoded(tmp_path_factory: pytest.TempPathFactory, encoder: SentenceEncoder) -> Iterator[Memory]:
    with opened(tmp_path_factory.mktemp("encoded"), embedder=encoder) as memory:
        put(memory, DOCUMENTS)
        yield memory


@pytest.mark.parametrize("question", [*SYNTAX, *STRANGE])
def test_no_character_has_a_meaning_of_its_own(asked: Memory, question: str) -> None:
    ranking = asked.recall(question, 10)
    assert ranking.hits and all(0 <= hit.score <= 1 for hit in ranking)


@pytest.mark.parametrize("operator", ["AND", "OR", "NOT", "NEAR"])
def test_operators_are_words(asked: Memory, operator: str) -> None:
    """A word that is an operator elsewhere is found where it stands, and excludes nothing."""
    with_word = {hit.passage.id for hit in asked.recall(f"ash {operator} oak", 10)}
    assert with_word >= {hit.passage.id for hit in asked.recall("ash oak", 1)}
    assert "ash.md" in {hit.document.uri for hit in asked.recall(f"ash {operator} zebra", 3)}


@pytest.mark.parametrize("question", EMPTY)
def test_an_empty_question_is_an_error_that_says_so(asked: Memory, question: str) -> None:
    with pytest.raises(QueryError, match="ask something"):
        asked.recall(question)


@pytest.mark.parametrize("k", [0, -1])
def test_fewer_than_one_passage_cannot_be_asked_for(asked: Memory, k: int) -> None:
    with pytest.raises(QueryError, match="at least one"):
        asked.recall("ash", k)


@pytest.mark.parametrize("question", LONG, ids=range(len(LONG)))
def test_a_question_as_long_as_a_book_is_answered(asked: Memory, question: str) -> None:
    assert asked.recall(question, 3).hits


@pytest.mark.parametrize("question", ["ash" + "\ud83d", *STRANGE, LONG[0], LONG[4], *SYNTAX[:4]])
def test_the_real_encoder_takes_them_too(encoded: Memory, question: str) -> None:
    assert encoded.recall(question, 3).hits


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(), max_size=60))
@example("\x00\x00")
@example('NEAR("')
@example("A" * 60)
def test_any_text_is_answered_or_refused(asked: Memory, question: str) -> None:
    try:
        assert asked.recall(question, 3).hits
    except QueryError:
        assert not question.strip()


@settings(max_examples=100, deadline=None)
@example("\ud800")
@given(st.text(st.characters(), max_size=40))
def test_any_name_is_found_or_refused(asked: Memory, name: str) -> None:
    for verb in (asked.find, asked.document, asked.commit, asked.undo, asked.forget):
        with pytest.raises(GraphMemError):
            verb(name + "\x01 is no name")
    assert list(asked.history(name + "\x01")) == []
