"""What a notebook shows of a value: all that matters, in HTML in which a text stays text."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from conftest import put
from hypothesis import given
from hypothesis import strategies as st

from graphmem import Memory, NotFound, cards
from graphmem.ingest.language import ENGLISH

pytest.importorskip("spacy")

NOTE = "Ada Byron planted the ash in Bergen in May 2019. The ash fell on Bob Bell."
HOSTILE = '<script>alert(1)</script> Ada Byron & "Bob" planted <img src=x onerror=alert(1)> the ash.'
ELEMENTS = {"div", "b", "span", "table", "tr", "th", "td", "mark", "details", "summary"}


class Read(HTMLParser):
    """The text of a page, and its elements; each that is opened must be closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.said, self.names, self.open = "", set[str](), list[str]()
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.names.add(tag)
        assert {name for name, _ in attrs} <= {"style"}
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said += data


def read(value: object) -> Read:
    page = value._repr_html_()  # type: ignore[attr-defined]
    assert type(page) is str or isinstance(page, cards.Html)
    return Read(page)


@pytest.fixture
def known(memory: Memory) -> Memory:
    put(memory, {"note.md": f"# Trees\n\n{NOTE}\n"}, ENGLISH)
    return memory


def test_a_ranking_tells_hits_evidence_and_the_way(known: Memory) -> None:
    ranking = known.recall("Who planted the ash?")
    page = read(ranking)
    for told in ("Who planted the ash?", "sure", "Trees", NOTE, "Ada Byron", "→"):
        assert told in page.said
    assert "mark" in page.names
    assert "→" in read(ranking[0].path).said
    assert "note.md" in read(ranking[0]).said


def test_records_tell_what_they_are(known: Memory) -> None:
    entity, document = known.find("Ada Byron"), known.document("note.md")
    passage = next(iter(known.parts(document)))
    [fact] = known.facts("Ada Byron")
    [sentence] = known.evidence(fact)
    for value, told in (
        (entity, ("Ada Byron", "person", "mentions", "id")),
        (document, ("Trees", "note.md")),
        (passage, ("paragraph", NOTE)),
        (sentence, ("sentence", "Ada Byron planted the ash in Bergen in May 2019.")),
        (fact, ("event", "Ada Byron planted", "2019-05")),
        (next(known.history()), ("commit", "ingest note.md", "user", "1 document")),
        (known.forget("note.md", dry_run=True), ("nothing was done: a dry run", "1 document", "note.md")),
    ):
        said = read(value).said
        assert [one for one in told if one not in said] == []


def test_an_empty_ranking_and_a_report_are_shown(memory: Memory) -> None:
    assert "What?" in read(memory.recall("What?")).said
    assert "added" in read(put(memory, {"a.txt": "The ash fell."})).said


def test_a_text_stays_text(memory: Memory) -> None:
    put(memory, {"<b>.txt": HOSTILE})
    ranking = memory.recall("Who planted the ash? <script>")
    for value in (ranking, ranking[0], ranking[0].path, ranking[0].passage, ranking[0].document):
        assert read(value).names <= {
            "div",
            "b",
            "span",
            "table",
            "tr",
            "th",
            "td",
            "mark",
            "details",
            "summary",
        }
    assert HOSTILE in read(ranking).said


@given(st.text(), st.integers(0, 20), st.integers(0, 20))
def test_a_mark_changes_no_letter(text: str, start: int, end: int) -> None:
    page = Read(cards.marked(text, start, end))
    assert page.said == Read(cards.marked(text, 0, 0)).said


def test_names_will_do_where_an_entity_is_asked_for(known: Memory) -> None:
    ada = known.find("Ada Byron")
    assert known.facts("Ada Byron") == known.facts(ada)  # type: ignore[arg-type]
    assert known.evidence("Ada Byron") == known.evidence(ada)  # type: ignore[arg-type]
    assert known.timeline("Ada Byron") == known.timeline(ada)  # type: ignore[arg-type]
    assert known.identity("Ada Byron") == known.identity(ada)  # type: ignore[arg-type]
    with pytest.raises(NotFound, match="nothing is called 'Nobody'"):
        known.facts("Nobody")
    with pytest.raises(NotFound, match=r"'note.md' is a document: give the name of an entity"):
        known.timeline("note.md")
