"""What the page Ask narrows a question to, what it says is lacking, and that its address holds it all."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

pytest.importorskip("streamlit")
pytest.importorskip("spacy")

import streamlit as st  # noqa: E402
from conftest import opened, put  # noqa: E402
from streamlit.testing.v1 import AppTest  # noqa: E402

from graphmem import Memory  # noqa: E402
from graphmem.ingest.language import ENGLISH  # noqa: E402
from graphmem.testing import HashEmbedder  # noqa: E402
from graphmem.ui import learned  # noqa: E402
from graphmem.ui.commands import READ_ONLY  # noqa: E402
from graphmem.ui.narrowing import Asked, narrowed, stops, unsaid  # noqa: E402
from graphmem.uses import Touch  # noqa: E402

CHAT = """[2021-03-01 10:00] Ann: Mira Quist paints boats in Oslo.
[2022-03-01 10:00] Bob: Jon Vesper paints boats in Rome.
[2023-03-01 10:00] Ann: Nobody paints boats now.
"""
HOMES = "Mira Quist lived in Oslo from 2001 to 2009. Mira Quist lived in Rome from 2010 to 2015."


@pytest.fixture
def chat(tmp_path: Path) -> Memory:
    memory = opened(tmp_path)
    put(memory, {"chat.txt": CHAT})
    return memory


def texts(memory: Memory, asked: Asked) -> list[str]:
    return [hit.passage.text for hit in narrowed(memory, asked)]


def test_only_passages_that_name_somebody(chat: Memory) -> None:
    assert len(texts(chat, Asked("Who paints boats?"))) == 3
    assert texts(chat, Asked("Who paints boats?", names=("jon vesper",))) == [
        "Jon Vesper paints boats in Rome."
    ]
    assert texts(chat, Asked("Who paints boats?", names=("Ann", "Oslo"))) == [
        "Mira Quist paints boats in Oslo."
    ]
    assert texts(chat, Asked("Who paints boats?", names=("Zorblat",))) == []


def test_only_what_was_written_then(chat: Memory) -> None:
    year = Asked("Who paints boats?", since=date(2022, 1, 1), until=date(2022, 12, 31))
    assert texts(chat, year) == ["Jon Vesper paints boats in Rome."]
    first = Asked("Who paints boats?", k=1, until=date(2021, 3, 1))
    assert texts(chat, first) == ["Mira Quist paints boats in Oslo."]


def test_what_fits_is_found_behind_what_does_not(tmp_path: Path) -> None:
    with opened(tmp_path) as memory:
        lines = [f"{('Ann', 'Bob')[k % 2]}: Boat {k} is painted by Jon Vesper." for k in range(40)]
        put(memory, {"chat.txt": "\n".join([*lines, "Ann: Mira Quist has an old boat."])})
        found = texts(memory, Asked("Who painted boat 7?", k=1, names=("Mira Quist",)))
        assert found == ["Mira Quist has an old boat."]


def test_the_words_that_no_passage_says(chat: Memory) -> None:
    assert unsaid(narrowed(chat, Asked("Who painted the boats?"))) == ()
    assert unsaid(narrowed(chat, Asked("Who painted the zeppelins in Oslo?"))) == ("zeppelins",)


def test_the_days_on_which_something_changed(tmp_path: Path) -> None:
    with opened(tmp_path) as memory:
        put(memory, {"a.txt": HOMES}, ENGLISH)
        found = stops(memory, narrowed(memory, Asked("Where did Mira Quist live?")))
        assert {date(2001, 1, 1), date(2010, 1, 1)} <= set(found) and list(found) == sorted(found)
        assert stops(memory, narrowed(memory, Asked("What is green?"))) == ()


def test_the_address_holds_what_is_asked(
    chat: Memory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat.close()
    monkeypatch.setenv("GRAPHMEM_STORE", f"sqlite:///{tmp_path}/none.db")
    page = AppTest.from_string("from graphmem.ui import ask\nask.page()", default_timeout=60)
    for name, value in {"q": "Who?", "names": "Ann", "from": "2021-01-01", "to": "soon", "k": "9"}.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception and "ingest something first" in page.info[0].value


def test_a_hit_is_said_to_be_useful_or_not_and_that_is_undone(
    chat: Memory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat.close()
    monkeypatch.setenv("GRAPHMEM_STORE", f"sqlite:///{tmp_path}/memory.db")
    monkeypatch.setattr("graphmem.ui.opening.SentenceEncoder", HashEmbedder)
    st.cache_resource.clear()
    page = AppTest.from_string(
        "from graphmem.ui import ask, edits\nedits.outcome()\nask.page()", default_timeout=60
    )
    page.query_params["q"] = "Who paints boats?"
    page.run()
    assert not page.exception
    useful = [one for one in page.button if one.label == "useful"]
    assert len(useful) == 3 == sum(one.label == "not" for one in page.button)
    useful[1].click().run()
    assert not page.exception and any("feedback: 1 useful" in one.value for one in page.text)
    assert "What was learned from 1 question" in [one.label for one in page.expander]
    with opened(tmp_path) as memory:
        assert memory.learned().count == 1
        assert {touch.verdict for touch in _touches(memory)} == {"useful", "recalled"}
    page.button(key="undo").click().run()
    with opened(tmp_path) as memory:
        assert not memory.learned().count and not _touches(memory)
    monkeypatch.setenv(READ_ONLY, "1")
    page.run()
    assert not [one for one in page.button if one.label in ("useful", "not")]
    st.cache_resource.clear()


def test_what_was_learned_is_told_by_kind_of_question_and_forgotten(
    chat: Memory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRAPHMEM_STORE", f"sqlite:///{tmp_path}/memory.db")
    monkeypatch.setattr("graphmem.ui.opening.SentenceEncoder", HashEmbedder)
    st.cache_resource.clear()
    page = AppTest.from_string("from graphmem.ui import ask\nask.page()", default_timeout=60)
    page.run()
    assert page.expander[-1].label == "Nothing was learned yet"
    for question in ("Who paints boats in Rome?", "When did Mira Quist paint boats?"):
        ranking = chat.recall(question)
        chat.feedback(ranking, useful=[ranking[1]], not_useful=[ranking[0]])
    told = learned.table(chat.learned(), "when")
    assert told.index("when it was") < told.index("for one thing") and told.count("600") == 1
    assert "×" in told and "as before" not in told  # noqa: RUF001
    assert "whether, or what may be" in learned.table(chat.learned(), "open")
    page.run()
    assert page.expander[-1].label == "What was learned from 2 questions"
    next(one for one in page.button if one.label == "Forget what was learned").click().run()
    assert not page.exception and chat.learned().count == 0
    st.cache_resource.clear()


def _touches(memory: Memory) -> list[Touch]:
    ids = [hit.passage.id for hit in memory.recall("Who paints boats?", 9)]
    return [touch for use in memory.uses(ids).values() for touch in use.touches]
