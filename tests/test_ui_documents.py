"""The page Documents: files are read in the browser, listed, read with their names marked, and forgotten."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from conftest import put
from streamlit.testing.v1 import AppTest

pytest.importorskip("spacy")

from graphmem import Memory, schema  # noqa: E402
from graphmem.errors import NotFound, StoreUnavailable  # noqa: E402
from graphmem.ingest.language import ENGLISH  # noqa: E402
from graphmem.types import Sentence  # noqa: E402
from graphmem.ui import shelf, uploading  # noqa: E402
from graphmem.ui.settings import READ_ONLY  # noqa: E402

A = "Mira Quist lived in Oslo. Mira Quist visited Kyoto in 2008."
B = "Jon Vesper met Mira Quist in Oslo. Jon Vesper founded the Lantern Press."
HOSTILE = (
    "<script>alert(1)</script> ![x](http://127.0.0.1/x.png) Mira Quist likes [is](javascript:alert(2)) tea."
)
NAME = "<img src=x onerror=alert(1)> [a](javascript:alert(3)) `b`.md"
SCRIPT = "from graphmem.ui import documents, edits\nedits.outcome()\ndocuments.page()"
TAGS = {"style", "div", "small", "span", "b", "h3", "p", "a", "mark", "ul", "li", "br", "dl", "dt", "dd"}


def sentences(memory: Memory) -> list[Sentence]:
    found = map(schema.from_record, memory.store.scan(memory.view, schema.SENTENCE))
    return [one for one in found if isinstance(one, Sentence)]


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a store that is not there yet, which the explorer is told of."""
    found = f"sqlite:///{tmp_path}/memory.db"
    monkeypatch.setenv("GRAPHMEM_STORE", found)
    for name in (READ_ONLY, "GRAPHMEM_ALSO", "GRAPHMEM_NAMESPACE", "GRAPHMEM_UI_AUTHOR"):
        monkeypatch.delenv(name, raising=False)
    return found


def page(**query: str) -> AppTest:
    at = AppTest.from_string(SCRIPT, default_timeout=120)
    for name, value in query.items():
        at.query_params[name] = value
    at.run()
    assert not at.exception
    return at


def html(at: AppTest) -> str:
    return "".join(element.proto.body for element in at.get("html"))


def told(at: AppTest) -> str:
    rows = (*at.text, *at.info, *at.error, *at.caption, *at.warning)
    return html(at) + "\n".join(str(one.value) for one in rows)


def press(at: AppTest, label: str) -> None:
    next(button for button in at.button if button.label == label).click().run()
    assert not at.exception


def filled(url: str, documents: dict[str, str], namespace: str = "default") -> None:
    with Memory.open(url, namespace=namespace) as memory:
        put(memory, documents, ENGLISH)


def test_files_are_read_into_a_store_that_was_not_there_and_faults_stop_nothing(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRAPHMEM_UI_AUTHOR", "Ada")
    at = page()
    assert "Nothing was read yet" in told(at) and "up to" in at.file_uploader[0].label
    press(at, "Read them")
    assert "Choose a file first" in told(at)
    files = [
        ("broken.pdf", b"%PDF-1.4 x"),
        ("a.txt", A.encode()),
        ("none.txt", b""),
        (NAME, HOSTILE.encode()),
    ]
    at.file_uploader[0].set_value([(name, data, "") for name, data in files])
    press(at, "Read them")
    assert "2 of 4 files are in the memory, 2 are not" in told(at) and len(at.error) == 2
    assert "<img" not in html(at) and "&lt;img src=x onerror=alert(1)&gt;" in html(at)
    assert set(re.findall(r"</?(\w+)", html(at))) <= TAGS and not at.markdown
    with Memory.open(url) as memory:
        assert {one.uri for one in memory.documents()} == {"a.txt", NAME}
        assert {one.author for one in memory.history()} == {"Ada"}
    at.file_uploader[0].set_value([("a.txt", A.encode(), "")])
    press(at, "Read them")
    assert "Unchanged" in html(at)
    at.file_uploader[0].set_value([("a.txt", B.encode(), "")])
    press(at, "Read them")
    assert "replaces the one before" in html(at)
    press(at, "Take all of this back")
    with Memory.open(url) as memory, pytest.raises(NotFound):
        memory.find("Jon Vesper")


def test_the_list_is_a_page_at_a_time_and_the_address_holds_its_filters(url: str) -> None:
    filled(url, {f"{n:03}.txt": f"Note {n}." for n in range(60)})
    at = page()
    assert html(at).count("<li") == shelf.PAGE and "Page 1 of 3" in told(at) and "60 documents" in told(at)
    press(at, "After")
    assert at.query_params["page"] == "2" and "025.txt" in html(at)
    at.text_input[0].set_value("01").run()
    assert "page" not in at.query_params and at.query_params["find"] == "01"
    assert html(at).count("<li") == 11 and "11 of 60" in told(at)
    assert html(page(find="059")).count("<li") == 1
    assert "No document is like that" in told(page(find="zzz", kind="nonsense", page="999999999999"))


def test_a_document_is_read_forgotten_with_a_receipt_and_brought_back(url: str) -> None:
    filled(url, {"a.txt": A, "b.txt": B})
    with Memory.open(url) as memory:
        id = memory.document("b.txt").id
        sentence = next(one for one in sentences(memory) if "founded" in one.text)
    at = page(sentence=sentence.id)
    assert f"<mark id='{sentence.id}'>" in html(at) and at.query_params["id"] == id
    at = page(id=id, view="gave")
    assert "Jon Vesper" in html(at) and "nothing else supports it" in html(at)
    at.toggle[0].set_value(True).run()
    assert ">Jon Vesper<" in html(at) and ">Oslo<" not in html(at)
    at = page(id=id, view="forget")
    assert "What goes" in html(at) and "Lantern Press" in html(at)
    press(at, "Forget this document")
    assert "This document was forgotten." in told(at) and "Gone" in html(at)
    assert "Done: forget b.txt" in told(at)
    press(at, "Undo")
    assert "What goes" in html(at)
    with Memory.open(url) as memory:
        assert memory.document("b.txt").id == id and memory.find("Jon Vesper")


def test_a_document_is_read_again_from_a_file_and_says_that_it_needs_one(url: str) -> None:
    filled(url, {"notes/a.txt": A})
    with Memory.open(url) as memory:
        id = memory.document("notes/a.txt").id
    at = page(id=id, view="again")
    assert "does not keep files" in told(at)
    at.file_uploader[0].set_value(("other.md", B.encode(), ""))
    press(at, "Read it")
    assert "replaces the one before" in html(at)
    with Memory.open(url) as memory:
        assert [one.uri for one in memory.documents()] == ["notes/a.txt"] and memory.find("Jon Vesper")


def test_a_read_only_explorer_reads_and_changes_nothing(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(url, {"a.txt": A})
    monkeypatch.setenv(READ_ONLY, "1")
    with Memory.open(url) as memory:
        id = memory.document("a.txt").id
    at = page()
    assert not at.file_uploader and "a.txt" in html(at)
    for view in ("text", "gave", "again", "forget"):
        at = page(id=id, view=view)
        labels = {button.label for button in at.button}
        assert not at.file_uploader and not {"Forget this document", "Read it"} & labels


def test_what_another_namespace_shares_is_read_and_cannot_be_forgotten(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(url, {"a.txt": A})
    filled(url, {"b.txt": B}, "theirs")
    with Memory.open(url, namespace="theirs") as memory:
        id = memory.document("b.txt").id
        memory.share("default")
    assert "b.txt" not in html(page())
    monkeypatch.setenv("GRAPHMEM_ALSO", "theirs")
    assert "of theirs" in html(page())
    at = page(id=id, view="forget")
    assert "Jon Vesper" in html(at) and not [one for one in at.button if "Forget" in one.label]


def test_an_address_of_nothing_says_so_and_leads_back(url: str) -> None:
    filled(url, {"a.txt": A})
    for query in ({"id": "d0"}, {"sentence": "s0"}, {"id": "<b>x</b>", "view": "gave"}):
        at = page(**query)
        assert "not in the memory" in told(at) and "All documents" in told(at)
    assert os.path.exists(url.removeprefix("sqlite:///"))


def test_reading_that_was_interrupted_goes_on_where_it_was(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[str] = []
    take = uploading.take

    def once_gone(memory: Memory, one: uploading.Upload, uri: str = "") -> uploading.Taken:
        taken.append(one.name)
        if len(taken) == 2:
            raise StoreUnavailable("the store went away")
        return take(memory, one, uri)

    monkeypatch.setattr(uploading, "take", once_gone)
    at = page()
    at.file_uploader[0].set_value([("a.txt", A.encode(), ""), ("b.txt", B.encode(), "")])
    press(at, "Read them")
    assert [one.value for one in at.error] == ["the store went away"]
    at.run()
    assert "1 file still to be read" in at.warning[0].value and "a.txt" in html(at)
    press(at, "Read them")
    assert "2 of 2 files" in told(at) and not at.warning and taken == ["a.txt", "b.txt", "b.txt"]
