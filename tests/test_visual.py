"""The page of ``graphmem extract --visual``: all that was read is on it, in its place; nothing of it runs."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from graphmem.cli import build
from graphmem.errors import InputError
from graphmem.ingest.chunking import chunk
from graphmem.ingest.findings import Extract, Finding, dates_of
from graphmem.ingest.readers import items_reading
from graphmem.ingest.visual import page
from graphmem.page import shown, write
from graphmem.statements import SUBJECT, Interval, Participant, Statement
from graphmem.types import Mention

NOW = datetime(2024, 5, 1, tzinfo=timezone.utc)
TEXT = """Barack Obama was born in Honolulu in 1961. Obama studied at Columbia University.

Angela Merkel met Barack Obama in Berlin last year. She did not thank him."""
HOSTILE = (
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(2)>",
    "</style><style>*{display:none}",
    "\"' onclick='alert(3)' x=\"",
    "<!-- ",
    "]]>",
    "&lt;b&gt;&#60;i&#62;",
    "javascript:alert(4)",
    "\u202e\u2066",
    "\x00\x07\ud800",
    "last year Ann Lee ",
)
VOID = {"meta", "input"}
TAGS = set(
    "html head meta title style body header h1 h2 h3 p fieldset legend label input small nav a div main"
    " section aside span bdi b ul ol li button time script".split()
)


class Seen(HTMLParser):
    """A page as a browser takes it: its tags, the pieces of each sentence, its buttons and scripts."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.pieces: dict[str, dict[int, str]] = {}
        self.names: dict[str, dict[int, str]] = {}
        self.buttons: list[tuple[str, dict[str, str | None], str]] = []
        self.scripts: list[str] = []
        self.sentence, self.at = "", -1
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = dict(attrs)
        self.tags.append((tag, own))
        if tag not in VOID:
            self.open.append(tag)
        if own.get("class") == "sentence":
            self.sentence = own["id"] or ""
            self.pieces[self.sentence], self.names[self.sentence] = {}, {}
        if "data-at" in own:
            self.at = int(own["data-at"] or 0)
            self.names[self.sentence][self.at] = own.get("data-names") or ""
            self.pieces[self.sentence][self.at] = ""
        if tag == "button":
            self.buttons.append((self.sentence, own, ""))
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        if tag == "span":
            self.at = -1

    def handle_data(self, data: str) -> None:
        if self.at >= 0 and self.open[-1] == "span":
            self.pieces[self.sentence][self.at] += data
        if "button" in self.open:
            sentence, own, text = self.buttons[-1]
            self.buttons[-1] = sentence, own, text + data
        if self.open and self.open[-1] == "script":
            self.scripts[-1] += data

    def text(self, sentence: str, start: int, end: int) -> str:
        """The pieces from an offset to another, both of which are borders of pieces."""
        pieces = self.pieces[sentence]
        borders = {*pieces, max(pieces, default=0) + len(pieces[max(pieces)]) if pieces else 0}
        assert {start, end} <= borders or start == end
        return "".join(piece for at, piece in sorted(pieces.items()) if start <= at < end)


def _data(html: str) -> str:
    class Text(HTMLParser):
        said = ""

        def handle_data(self, data: str) -> None:
            self.said += data

    parser = Text()
    parser.feed(html)
    parser.close()
    return parser.said


@st.composite
def extracts(draw: st.DrawFn) -> Extract:
    """A document of hostile sentences, with names, times and statements anywhere in them."""
    texts = draw(
        st.lists(
            st.lists(st.sampled_from(HOSTILE) | st.text(min_size=1, max_size=12), min_size=1, max_size=6).map(
                "".join
            ),
            min_size=1,
            max_size=3,
        )
    )
    hostile = st.sampled_from(HOSTILE)
    reading = items_reading("a<b>.txt", draw(hostile), [(draw(hostile), text) for text in texts], "hash")
    document, passages, sentences = chunk(reading, "n")
    passage_of = {passage.id: passage for passage in passages}
    found = []
    for sentence in sentences:
        text = sentence.text

        def span(text: str = text) -> tuple[int, int]:
            start, end = sorted(draw(st.tuples(*[st.integers(0, len(text))] * 2)))
            return (start, end) if start < end else (0, len(text))

        spans = [span() for _ in range(draw(st.integers(0, 4)))]
        mentions = tuple(
            Mention(name=text[a:b], label=draw(hostile), start=a, end=b, of=draw(st.just("") | hostile))
            for a, b in sorted(spans)
        )
        said = []
        for _ in range(draw(st.integers(0, 2))):
            (a, b), (c, d), (e, f) = span(), span(), span()
            subject = Participant(role=SUBJECT, text=text[a:b], start=a, end=b, entity=draw(hostile))
            other = Participant(role="place", text=text[c:d], start=c, end=d, case=draw(hostile))
            when = draw(st.none() | st.just(Interval(begin=NOW, end=NOW, precision="day", timex="x")))
            said.append(
                Statement(
                    predicate=draw(hostile),
                    lemma="go",
                    relation=draw(hostile),
                    participants=(subject, other),
                    happens=True,
                    modality=draw(hostile),
                    said_by=draw(hostile),
                    when=when,
                    start=e,
                    end=f,
                    by=draw(hostile),
                )
            )
        dates = dates_of(text, NOW)
        found.append(Finding(sentence, passage_of[sentence.passage], NOW, mentions, dates, tuple(said)))
    return Extract(document, tuple(found))


@settings(deadline=None, max_examples=60)
@given(st.lists(extracts(), max_size=2))
def test_no_text_becomes_markup_and_all_of_it_is_there(several: list[Extract]) -> None:
    seen = Seen(page(several))
    own = Seen(page([])).scripts
    assert seen.scripts == own and not seen.open
    for tag, attributes in seen.tags:
        assert tag in TAGS and not any(name.startswith("on") or name == "style" for name in attributes)
        assert not {"src", "srcset", "action", "formaction"} & set(attributes)
        assert (attributes.get("href") or "#").startswith("#")
    found = [finding for extract in several for finding in extract.findings]
    assert len(seen.pieces) == len(found)
    buttons = iter(seen.buttons)
    for number, finding in enumerate(found):
        sentence, text = f"s{number}", finding.sentence.text
        assert seen.text(sentence, 0, len(text)) == _data(shown(text))
        for mention in finding.mentions:
            assert seen.text(sentence, mention.start, mention.end) == _data(shown(mention.name))
        for statement in finding.statements:
            where, attributes, told = next(buttons)
            spans = [tuple(map(int, span.split("-"))) for span in (attributes["data-spans"] or "").split()]
            assert where == sentence and spans[0] == (statement.start, statement.end)
            assert spans[1:] == [(one.start, one.end) for one in statement.participants]
            assert all(seen.text(sentence, a, b) == _data(shown(text[a:b])) for a, b in spans)
            assert f"confidence {statement.confidence:.2f}" in told
            assert " ".join(_data(shown(statement.predicate)).split()) in told
    assert next(buttons, None) is None


@given(st.text() | st.lists(st.sampled_from(HOSTILE)).map("".join))
def test_what_is_shown_can_be_written_and_holds_no_markup(text: str) -> None:
    html = shown(text)
    assert not re.search(r"[<>\"'\x00-\x08\ud800-\udfff]", html)
    assert html.encode("utf-8").decode("utf-8") == html
    assert len(_data(html)) == len(text)


def extracted(tmp_path: Path, text: str, *options: str) -> str:
    """The page that the command writes about a text."""
    source, target = tmp_path / "curie.txt", tmp_path / "page.html"
    source.write_text(text, "utf-8")
    call = ["extract", str(source), "--now", "2024-05-01", "--visual", "--page", str(target), *options]
    done = CliRunner().invoke(build(), call)
    assert done.exit_code == 0 and done.stdout == "" and "wrote" in done.stderr, done.output
    return target.read_text("utf-8")


def test_the_page_names_who_when_and_what(tmp_path: Path) -> None:
    pytest.importorskip("spacy")
    html = extracted(tmp_path, TEXT)
    seen = Seen(html)
    titles = [attributes.get("title") or "" for _, attributes in seen.tags]
    for short, full in (("She", "Angela Merkel"), ("him", "Barack Obama"), ("Obama", "Barack Obama")):
        assert any(title.startswith(f"{short} = {full} (") for title in titles)
    told = [text for _, _, text in seen.buttons]
    assert any(text.startswith("event Barack Obama — was born in") and "1961" in text for text in told)
    assert any("denied" in text for text in told) and '<small class="when">2023</small>' in html
    dots = [
        attributes
        for tag, attributes in seen.tags
        if tag == "a" and (attributes["href"] or "").startswith("#f")
    ]
    ids = {attributes["id"] for tag, attributes in seen.tags if tag == "button"}
    assert len(dots) >= 2 and all((attributes["href"] or "")[1:] in ids for attributes in dots)
    assert "after: Barack Obama was born in" in html


def test_each_name_of_the_index_leads_to_all_its_mentions(tmp_path: Path) -> None:
    pytest.importorskip("spacy")
    seen = Seen(extracted(tmp_path, TEXT))
    ids = {attributes["id"] for _, attributes in seen.tags if "data-at" in attributes}
    places = {a["data-name"]: (a["data-places"] or "").split() for _, a in seen.tags if "data-places" in a}
    assert places and all(set(own) <= ids for own in places.values())
    assert max(len(own) for own in places.values()) == 4  # Barack Obama twice, Obama, him
    marked = {name for own in seen.names.values() for names in own.values() for name in names.split()}
    assert marked == set(places)


def test_without_a_pipeline_names_and_times_are_shown(tmp_path: Path) -> None:
    html = extracted(tmp_path, TEXT, "--pipeline", "none")
    assert "Barack Obama" in html and "No event with a time." in html and not Seen(html).buttons


def test_the_page_is_called_after_its_first_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_text(TEXT, "utf-8")
    done = CliRunner().invoke(build(), ["extract", "a.txt", "--visual", "--pipeline", "none"])
    assert done.exit_code == 0 and Path("a.txt.html").exists() and not Path("a.txt.html.part").exists()


def test_only_a_page_of_graphmem_is_overwritten(tmp_path: Path) -> None:
    target = tmp_path / "page.html"
    write(target, page([]))
    write(target, page([]))
    target.write_text("<p>mine</p>", "utf-8")
    with pytest.raises(InputError, match="not made by graphmem"):
        write(target, page([]))
    assert target.read_text("utf-8") == "<p>mine</p>"
    source = tmp_path / "a.txt"
    source.write_text(TEXT, "utf-8")
    done = CliRunner().invoke(build(), ["extract", str(source), "--page", str(source)])
    assert isinstance(done.exception, InputError) and source.read_text("utf-8") == TEXT
    with pytest.raises(InputError, match="no such folder"):
        write(tmp_path / "nowhere" / "page.html", page([]))
    with pytest.raises(InputError, match="cannot be written"):
        write(tmp_path, page([]))


def test_a_page_about_nothing_is_one() -> None:
    seen = Seen(page([]))
    assert not seen.open and not seen.pieces


def test_pieces_touch() -> None:
    reading = items_reading("a", "", [("", "Ann Lee met Bo.")], "hash")
    document, passages, sentences = chunk(reading, "n")
    mention = Mention(name="Ann Lee", label="person", start=0, end=7)
    inner = Mention(name="Lee", label="name", start=4, end=7)
    finding = Finding(sentences[0], passages[0], NOW, (mention, inner), (), ())
    seen = Seen(page([Extract(document, (finding,))]))
    pieces = seen.pieces["s0"]
    assert pieces == {0: "Ann ", 4: "Lee", 7: " met Bo."}
    assert all(a + len(pieces[a]) == b for a, b in pairwise(sorted(pieces)))
    assert seen.names["s0"] == {0: "0", 4: "0 1", 7: ""}
