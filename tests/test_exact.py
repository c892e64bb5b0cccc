"""Exact search: every passage that holds a quote is found, and no other, in any language."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest
from conftest import opened, put
from hypothesis import example, given
from hypothesis import strategies as st
from typer.testing import CliRunner

from graphmem import Memory, QueryError
from graphmem.cli import build
from graphmem.retrieval import exact as searching
from graphmem.retrieval.quotes import equal, occurrences
from graphmem.testing import HashEmbedder

TEXTS = {
    "tern.md": "# Tern\n\nThe Tern buoy is a drifting\nweather buoy. It was designed by Ingrid Solvang,"
    " who said: “All buoys lie.” Nobody at the institute answered.\n",
    "rosemary.md": "# Rosemary\n\nRosemary went wandering. She found the tern buoys of Bear Island.\n",
    "zh.txt": "黑尾鸥浮标是一个漂流气象浮标。它由英格丽设计。\n",
    "ar.txt": "صممت إنغريد العوامة في المعهد. كانت العوامة في البحر.\n",
    "el.txt": "Η σημαδούρα της οδού Ερμού. Ο ΟΔΟΣ ΤΗΣ ΘΑΛΑΣΣΑΣ λέγεται έτσι.\n",
    "de.txt": "Die Straße am Hafen heißt Seemöwenweg. Größe zählt nicht.\n",
    "nfd.txt": unicodedata.normalize("NFD", "Le café de Zoë est à côté du marché. On y boit du thé.\n"),
    "emoji.txt": "We sailed 👩‍🚀🚀 all night 👍🏽 and slept. ¡Olé! :-)\n",
    "hi.txt": "यह हिन्दी में लिखा है। समुद्र गहरा है।\n",
    "ko.txt": "한국의 바다는 깊다. 부표가 떠 있다.\n",
}
QUOTES = {
    "a drifting weather buoy. It was": "tern.md",  # over a line break and two sentences
    "THE TERN BUOY IS": "tern.md",
    "said: “All buoys lie.”": "tern.md",
    "mary went wander": "rosemary.md",
    "漂流气象": "zh.txt",
    "浮标。它由": "zh.txt",
    "العوامة في البحر": "ar.txt",
    "οδός της θαλάσσας": None,  # an accent that the text lacks makes another letter
    "οδος της θαλασσας": "el.txt",
    "σημαδούρα ΤΗΣ οδού": "el.txt",
    "STRAßE am": "de.txt",
    "strasse": None,
    "größe zählt": "de.txt",
    "café de Zoë est à côté": "nfd.txt",
    "cafe": None,
    "sailed 👩‍🚀🚀 all": "emoji.txt",
    "👍🏽": "emoji.txt",
    ":-)": "emoji.txt",
    "हिन्दी में": "hi.txt",
    "바다는 깊": "ko.txt",
}


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Memory]:
    """Texts in many languages; tests only read them."""
    with opened(tmp_path_factory.mktemp("texts")) as memory:
        put(memory, TEXTS)
        yield memory


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("quote", QUOTES)
def test_a_quote_is_found_where_it_stands_however_it_is_written(texts: Memory, quote: str, form: str) -> None:
    found = texts.exact(unicodedata.normalize(form, quote))  # type: ignore[arg-type]
    assert [one.document.uri for one in found.found] == [uri for uri in [QUOTES[quote]] if uri]
    for one in found.found:
        for start, end in one.spans:
            assert equal(one.passage.text[start:end], case=False) == equal(quote, case=False)
            assert any(each.start < end and start < each.end for each in one.sentences)
            for each in one.sentences:
                assert one.passage.text[each.start : each.end] == each.text


def test_offsets_lead_into_the_document(texts: Memory) -> None:
    (one,) = texts.exact("designed by Ingrid").found
    ((start, end),) = one.spans
    assert TEXTS["tern.md"][one.passage.start :][start:end] == "designed by Ingrid"


def test_case_and_whole_words_are_told_if_asked(texts: Memory) -> None:
    assert texts.exact("the tern buoy", case=True).total == 1
    assert texts.exact("the tern buoy").total == 2  # "The Tern buoy", "the tern buoys"
    assert texts.exact("the tern buoy", words=True).total == 1
    assert texts.exact("mary went", words=True).total == 0


def test_a_quote_with_a_rare_word_inside_reads_no_passage_but_candidates(
    texts: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> object:
        raise AssertionError("the whole memory is read")

    monkeypatch.setattr(texts.store, "scan", refused)
    assert texts.exact("weather buoy. It was").total == 1
    assert texts.exact("buoy", words=True).total == 1
    assert texts.exact("no such zeppelin here").total == 0


def test_what_is_read_one_by_one_is_told_and_what_may_be_missing(
    texts: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = texts.exact("浮标")
    assert every.complete and every.scanned == len(TEXTS) and every.total == 1
    assert not texts.exact("weather buoy. It was").scanned
    monkeypatch.setattr(searching, "SCANNED", 2)
    some = texts.exact("buoy")
    assert not some.complete and some.scanned == 2
    assert "tern.md" in [one.document.uri for one in some.found], "whole words are found by the index"


def test_common_words_are_looked_for_in_every_passage(texts: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "CANDIDATES", 0)
    assert texts.exact("weather buoy. It was").scanned == len(TEXTS)
    assert texts.exact("weather buoy. It was").total == 1


def test_only_what_is_in_view_is_found(tmp_path: Path) -> None:
    chat = "[2023-05-08 13:56] Ada: I keep bees.\n[2023-06-09 08:00] Bo: I keep bees too.\n"
    with opened(tmp_path) as mine, opened(tmp_path, namespace="other") as other:
        put(mine, {"chat.txt": chat})
        put(other, {"other.txt": "They keep bees as well."})
        assert [one.passage.speaker for one in mine.exact("keep bees").found] == ["Ada", "Bo"]
        then = datetime(2023, 5, 30, tzinfo=timezone.utc)
        assert [one.passage.speaker for one in mine.exact("keep bees", as_of=then).found] == ["Ada"]
        assert [one.document.uri for one in other.exact("keep bees").found] == ["other.txt"]
        assert mine.exact("KEEP  bees", 1).total == 2 and len(mine.exact("keep bees", 1).found) == 1


@pytest.mark.parametrize("quote", ["", "  \n"])
def test_an_empty_quote_is_refused(texts: Memory, quote: str) -> None:
    with pytest.raises(QueryError, match="say what to look for"):
        texts.exact(quote)
    with pytest.raises(QueryError, match="at least one"):
        texts.exact("buoy", 0)


letters = st.text(st.sampled_from("aAbß ée\u0301ςσΣ 한ᄒ\u1161\u11ab中 .\n👍🏽‍"), max_size=12)


@given(letters, letters, letters)
@example("", "e", "\u0301")
@example("Σ", "σ ς", "")
def test_a_piece_of_a_text_is_found_in_it_unless_it_cuts_a_letter(
    before: str, quote: str, after: str
) -> None:
    text = before + quote + after
    for form in ("NFC", "NFD"):
        spans = occurrences(text, unicodedata.normalize(form, quote))
        for start, end in spans:
            assert equal(text[start:end], case=False).strip() == equal(quote, case=False).strip()
    if quote.strip() and not unicodedata.combining(quote.lstrip()[0]):
        assert occurrences(f"{before} {quote} {after}", quote)


WORDS = "buoy Buoy buoys tern ash, ash. Ash café cafe\u0301 浮标 ΟΔΟΣ οδος 👍 o'er οδού".split()


@given(
    st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=8).map(" ".join), min_size=1, max_size=5),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join),
    st.booleans(),
)
def test_the_index_misses_nothing_that_reading_everything_finds(
    tmp_path_factory: pytest.TempPathFactory, given: list[str], quote: str, words: bool
) -> None:
    with opened(tmp_path_factory.mktemp("laws")) as memory:
        put(memory, {f"{n}.txt": text for n, text in enumerate(given)})
        found = memory.exact(quote, 100, words=words)
        held = [f"{n}.txt" for n, text in enumerate(given) if occurrences(text, quote, words=words)]
        assert sorted(one.document.uri for one in found.found) == sorted(held) and found.complete


QUESTIONS = {
    "漂流气象浮标是什么？": "zh.txt",
    "أين كانت العوامة؟": "ar.txt",
    "Πού είναι η σημαδούρα;": "el.txt",
    "Wie heißt die Straße?": "de.txt",
    "Où est le café de Zoë ?": "nfd.txt",
    "한국의 바다는?": "ko.txt",
    "हिन्दी?": "hi.txt",
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_questions_in_other_languages_find_the_passage_with_their_words(texts: Memory, question: str) -> None:
    for form in ("NFC", "NFD"):
        hits = texts.recall(unicodedata.normalize(form, question), 5, why=True)  # type: ignore[arg-type]
        assert QUESTIONS[question] in [hit.document.uri for hit in hits]


def test_the_command_tells_where_a_quote_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("graphmem.verbs.opened.SentenceEncoder", HashEmbedder)
    with opened(tmp_path) as memory:
        put(memory, TEXTS)
    run = CliRunner().invoke
    told = json.loads(run(build(), ["query", "--exact", "ingrid  solvang", "--json"]).stdout)
    (found,) = told["found"]
    (place,) = found["in_document"]
    assert TEXTS["tern.md"][slice(*place)] == "Ingrid Solvang" and told["complete"] and told["total"] == 1
    text = run(build(), ["query", "--exact", "Ingrid Solvang, who"]).stdout
    assert f"characters {place[0]}-{place[1] + 5}" in text and "one by one" not in text
    assert "No passage" in run(build(), ["query", "--exact", "no such zeppelin here"]).stdout
    refused = run(build(), ["query", "--exact", "buoy", "--why"])
    assert refused.exit_code == 1 and "leave out" in str(refused.exception)
