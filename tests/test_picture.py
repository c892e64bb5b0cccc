"""The page of ``graphmem query --visual``: the ways to the hits are on it, and texts stay texts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from conftest import opened, put
from test_recall import DOCUMENTS
from test_visual import HOSTILE
from typer.testing import CliRunner

from graphmem import Memory
from graphmem.cli import build
from graphmem.cli.picture import drawing, page
from graphmem.embedding import SentenceEncoder
from graphmem.testing import HashEmbedder


class Read(HTMLParser):
    """What a browser takes for tags and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)


BORN = "Where was the designer of the Tern buoy born?"


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory, encoder: SentenceEncoder) -> Iterator[Memory]:
    """Documents; tests only read them."""
    with opened(tmp_path_factory.mktemp("documents"), embedder=encoder) as memory:
        put(memory, DOCUMENTS)
        yield memory


def test_every_way_of_a_hit_is_drawn_from_the_question_to_its_passage(documents: Memory) -> None:
    ranking = documents.recall(BORN, 4, why=True)
    drawn = drawing(ranking)
    for rank, hit in enumerate(ranking, start=1):
        ids = ["question", *(step.id for step in hit.path[1:]), f"{hit.passage.id}:hit"]
        for one, other in zip(ids, ids[1:], strict=False):
            assert rank in drawn.lines[one, other][1] and rank in drawn.nodes[other].hits
    last = {node.column for node in drawn.nodes.values() if node.kind == "passage"}
    assert len(last) == 1 and last.pop() > max(n.column for n in drawn.nodes.values() if n.kind != "passage")


def test_bridges_tell_what_was_asked_of_them(documents: Memory) -> None:
    ranking = documents.recall(BORN, 4, why=True)
    assert ranking.explanation is not None
    asked = {node.text: node.asked for node in drawing(ranking).nodes.values() if node.asked}
    assert asked and asked.items() <= {hop.name: hop.question for hop in ranking.explanation.hops}.items()
    assert "Ingrid Solvang" in asked


def test_the_page_loads_nothing_and_lets_only_its_own_script_run(documents: Memory) -> None:
    html = page(documents.recall(BORN, 3, why=True))
    assert "default-src 'none'" in html and not re.search(r"(?:src|href)=|url\(|@import|http:|https:", html)
    assert len(re.findall(r"'sha256-", html)) == 3 and " style=" not in html


def test_what_texts_and_questions_hold_stays_text(tmp_path: Path) -> None:
    with opened(tmp_path) as memory:
        texts = (text.encode("utf-8", "replace").decode() for text in HOSTILE)
        put(memory, {f"{n}.txt": f"Ada Byron wrote {text} in Oslo." for n, text in enumerate(texts)})
        question = "Who is Ada Byron? " + "".join(HOSTILE)
        html = page(memory.recall(question, 100, why=True))
    body = html.partition("<body>")[2].rpartition("<script>")[0]
    known = "header h1 p div svg path foreignObject button span bdi small b main aside section h2 h3 ol ul li"
    read = Read()
    read.feed(body)
    assert read.tags <= {*known.lower().split(), "mark", "table", "tr", "th", "td", "rect"}
    assert read.attributes.isdisjoint({"onclick", "onerror", "style", "src", "href"})
    assert not any(name.startswith("on") for name in read.attributes)


def test_nothing_found_is_a_page_that_says_so(tmp_path: Path) -> None:
    with opened(tmp_path) as memory:
        assert "Nothing in this memory covers the question" in page(memory.recall("Who?", why=True))


def test_the_command_writes_the_page_and_leaves_what_is_not_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("graphmem.verbs.opened.SentenceEncoder", HashEmbedder)
    with opened(tmp_path) as memory:
        put(memory, DOCUMENTS)
    for _ in range(2):  # its own page is written anew
        done = CliRunner().invoke(build(), ["query", BORN, "--visual", "--no-open", "--json"])
        assert done.exit_code == 0 and json.loads(done.stdout)["why"]
    assert "Tern buoy" in (tmp_path / "query.html").read_text("utf-8")
    Path("mine.html").write_text("mine")
    refused = CliRunner().invoke(build(), ["query", BORN, "--page", "mine.html"])
    assert refused.exit_code == 1 and "not made by graphmem" in str(refused.exception)
    assert Path("mine.html").read_text() == "mine"
