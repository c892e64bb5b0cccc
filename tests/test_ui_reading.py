"""What the page Documents shows, without a browser: files taken in, the list, a text, what goes with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timezone
from html import unescape

import pytest
from conftest import put
from hypothesis import given, settings
from hypothesis import strategies as some

pytest.importorskip("spacy")

from graphmem import Memory, schema  # noqa: E402
from graphmem.errors import NotFound  # noqa: E402
from graphmem.identity import entity_id, fold  # noqa: E402
from graphmem.ingest.language import ENGLISH  # noqa: E402
from graphmem.types import Document, Entity, Mention, Passage, Record, Sentence, View  # noqa: E402
from graphmem.ui import contribution, forgetting, reading, shelf, uploading  # noqa: E402
from graphmem.ui.browser import href, listed  # noqa: E402

A = "Mira Quist lived in Oslo. Mira Quist visited Kyoto in 2008."
B = "Jon Vesper met Mira Quist in Oslo. Jon Vesper founded the Lantern Press."
HOSTILE = (
    "<script>alert(1)</script> ![x](http://127.0.0.1/x.png) Mira Quist likes [is](javascript:alert(2)) tea."
)
NAME = "<img src=x onerror=alert(1)> [a](javascript:alert(3)) `b`.md"
TAGS = {"style", "div", "small", "span", "b", "h3", "p", "a", "mark", "ul", "li", "br", "dl", "dt", "dd"}


def upload(name: str, data: bytes, key: str = "") -> uploading.Upload:
    return uploading.Upload(key or name, name, data)


def long(passages: int) -> str:
    return "\n\n".join(
        f"Passage {n}: Mira Quist is in Oslo." + " She waits there." * 90 for n in range(passages)
    )


def sentences(memory: Memory) -> list[Sentence]:
    found = map(schema.from_record, memory.store.scan(memory.view, schema.SENTENCE))
    return [one for one in found if isinstance(one, Sentence)]


# --- files that are given ---------------------------------------------------------------------


def test_a_file_says_what_it_gave_and_the_same_again_is_unchanged(memory: Memory) -> None:
    first = uploading.take(memory, upload("a.txt", A.encode()))
    document = memory.document("a.txt")
    assert (first.outcome, first.document, first.passages) == ("added", document.id, 1)
    assert first.names == 4 and first.facts + first.events == 2
    assert memory.commit(first.commit).author == memory.author
    head = memory.store.head()
    again = uploading.take(memory, upload("a.txt", A.encode()))
    assert (again.outcome, again.commit, again.gave) == ("unchanged", "", first.gave)
    assert memory.store.head() == head


def test_another_version_of_a_name_replaces_the_one_before(memory: Memory) -> None:
    uploading.take(memory, upload("a.txt", A.encode()))
    new = uploading.take(memory, upload("a.txt", B.encode()))
    assert new.outcome == "replaced" and len(list(memory.documents())) == 1
    assert memory.find("Jon Vesper")
    memory.undo(new.commit)
    with pytest.raises(NotFound):
        memory.find("Jon Vesper")


def test_a_file_is_read_in_the_place_of_a_document_with_another_name(memory: Memory) -> None:
    put(memory, {"notes/deep/a.txt": A}, ENGLISH)
    new = uploading.take(memory, upload("a (1).md", B.encode()), "notes/deep/a.txt")
    assert new.outcome == "replaced" and [one.uri for one in memory.documents()] == ["notes/deep/a.txt"]


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("broken.pdf", b"%PDF-1.4 broken", "not a PDF"),
        ("empty.txt", b"", "empty"),
        ("strange.xyz", b"x", "no known format"),
        ("said:user/1.txt", b"Ann lives in Rome.", "rename"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_and_leaves_nothing(
    memory: Memory, name: str, data: bytes, why: str
) -> None:
    found = uploading.take(memory, upload(name, data))
    assert found.outcome == "failed" and why in found.reason and "\n" not in found.reason
    assert memory.store.head() == 0


def test_two_files_of_one_name_do_not_replace_each_other_unasked() -> None:
    given = [upload("a.txt", b"x", "1"), upload("a.txt", b"x", "2"), upload("a.txt", b"y", "3")]
    assert uploading.doubled(given) == {"3"}


def test_the_name_of_a_file_is_a_name_and_never_a_path(memory: Memory) -> None:
    for name in ("../../etc/passwd.txt", "/etc/passwd.txt", "C:\\x.txt", "a\x00b\udcff.txt"):
        found = uploading.take(memory, upload(name, A.encode()))
        assert found.outcome == "added" and memory.document(found.document).uri == uploading.uri_of(name)


# --- the list ---------------------------------------------------------------------------------


class Counted:
    """A store that counts how often all documents are read."""

    def __init__(self, memory: Memory) -> None:
        self.store = memory.store
        self.scans = 0

    def head(self) -> int:
        return self.store.head()

    def commits(self, view: View, after: int = 0) -> Iterator[object]:
        return self.store.commits(view, after=after)

    def scan(self, view: View, kind: str) -> Iterator[Record]:
        self.scans += 1
        return self.store.scan(view, kind)


def test_the_list_follows_commits_without_reading_all_documents_again(memory: Memory) -> None:
    put(memory, {"a.txt": A, "b.txt": B})
    store = Counted(memory)
    known = shelf.shelf(store, memory.view)  # type: ignore[arg-type]
    put(memory, {"c.txt": A, "a.txt": B})
    receipt = memory.forget("b.txt")
    assert receipt.commit
    after = shelf.shelf(store, memory.view, known)  # type: ignore[arg-type]
    assert [one.uri for one in after.order] == ["a.txt", "c.txt"]
    memory.undo(receipt.commit.id)
    last = shelf.shelf(store, memory.view, after)  # type: ignore[arg-type]
    assert last == shelf.shelf(memory.store, memory.view) and len(last.order) == 3
    assert shelf.shelf(store, memory.view, last) is last  # type: ignore[arg-type]
    assert store.scans == 1


def test_a_list_that_is_far_behind_is_read_anew(memory: Memory) -> None:
    put(memory, {f"{n}.txt": A for n in range(3)})
    stale = shelf.Shelf.of(memory.store.head() + 7, {})
    store = Counted(memory)
    assert len(shelf.shelf(store, memory.view, stale).order) == 3  # type: ignore[arg-type]
    assert store.scans == 1


def document(n: int, at: datetime | None = None, kind: str = "text", uri: str = "") -> Document:
    return Document(
        id=f"d{n}",
        namespace="default",
        uri=uri or f"Notes/{n}.txt",
        title=f"Title {n}",
        kind=kind,  # type: ignore[arg-type]
        content_hash=str(n % 3),
        characters=n,
        written_at=at,
    )


def listing(*documents: Document) -> shelf.Shelf:
    return shelf.Shelf.of(1, {one.id: one for one in documents})


def test_documents_are_found_by_words_of_name_and_title_kind_and_date() -> None:
    early, late = (datetime(year, 5, 1, tzinfo=timezone.utc) for year in (2001, 2020))
    said = document(4, uri="said:user/1")
    of = listing(document(1, early), document(2, late, "chat"), document(3), said)
    assert of.dated and not listing(document(3)).dated

    def ids(**wanted: object) -> list[str]:
        return [one.id for one in shelf.chosen(of, shelf.Wanted(**wanted))]  # type: ignore[arg-type]

    assert ids() == ["d1", "d2", "d3", "d4"]
    assert ids(text="NOTES title 2") == ["d2"] and ids(text="4") == ["d4"]
    assert ids(kind="chat") == ["d2"] and ids(kind=shelf.SAID) == ["d4"] and ids(kind="text") == ["d1", "d3"]
    assert ids(since=date(2001, 5, 1), until=date(2001, 5, 1)) == ["d1"] and ids(since=date(2002, 1, 1)) == [
        "d2"
    ]
    assert ids(order=shelf.BY_DATE)[:2] == ["d2", "d1"] and ids(order=shelf.BY_LENGTH)[0] == "d4"


def test_a_second_document_of_the_same_content_is_known() -> None:
    of = listing(document(1), document(2), document(4))
    assert [one.id for one in shelf.twins(of, document(1))] == ["d4"]


# --- a document -------------------------------------------------------------------------------


def test_names_are_marked_by_a_letter_and_link_to_their_page(memory: Memory) -> None:
    put(memory, {"a.txt": A}, ENGLISH)
    part = reading.part(memory, memory.document("a.txt"), 0)
    html = reading.text(part)
    mira = memory.find("Mira Quist")
    assert f"<a href='record?id={mira.id}' data-letter='P'" in html and "Mira Quist</a>" in html
    assert "<b>P</b> person" in html and "<b>L</b> place" in html and "<b>O</b>" not in html
    letters = [letter for letter, _ in reading.KINDS.values()]
    assert len(set(letters)) == len(letters)


@given(some.text(min_size=1, max_size=60), some.text(max_size=20), some.tuples(*[some.integers(0, 60)] * 6))
@settings(max_examples=60, deadline=None)
def test_a_text_is_shown_whole_and_as_text(text: str, name: str, places: tuple[int, ...]) -> None:
    a, b, *spans = (min(place, len(text)) for place in places)
    mira = Entity(
        id=entity_id("default", fold("Mira")), namespace="default", key="mira", surfaces={name: 1}, labels={}
    )
    one = Sentence(
        id="s1",
        namespace="default",
        passage="p1",
        position=0,
        start=min(a, b),
        end=max(a, b),
        text=text[min(a, b) : max(a, b)],
        mentions=tuple(
            Mention(name="Mira", label="", start=min(pair), end=max(pair)) for pair in (spans[:2], spans[2:])
        ),
    )
    home = Passage(
        id="p1",
        namespace="default",
        document="d1",
        position=0,
        kind="paragraph",
        start=0,
        end=len(text),
        text=text,
    )
    html = reading.text(reading.Part(document(1), 0, 1, (home,), {"p1": (one,)}, {mira.id: mira}), "s1")
    assert set(re.findall(r"</?(\w+)", html)) <= TAGS
    assert unescape(re.sub(r"<[^>]*>", "", html.partition("</small>")[2])) == text


def test_a_hostile_document_holds_no_tag_and_no_address_of_its_own(memory: Memory) -> None:
    put(memory, {NAME: HOSTILE}, ENGLISH)
    html = reading.text(reading.part(memory, memory.document(NAME), 0))
    assert "&lt;script&gt;" in html and set(re.findall(r"</?(\w+)", html)) <= TAGS
    assert all(re.fullmatch(r"record\?id=e[0-9a-f]+", one) for one in re.findall(r"href='([^']*)'", html))
    row = listed([(href("documents", id="' onclick='x"), HOSTILE, NAME)])
    assert set(re.findall(r"</?(\w+)", row)) <= TAGS and "onclick='" not in row


def test_a_sentence_has_an_anchor_is_marked_and_leads_to_its_part(memory: Memory) -> None:
    put(memory, {"long.txt": long(70)})
    whole = memory.document("long.txt")
    one = next(one for one in sentences(memory) if one.text.startswith("Passage 66:"))
    of, at = reading.place(memory, one.id)
    assert of == whole and at >= reading.PART
    part = reading.part(memory, whole, at // reading.PART * reading.PART)
    assert f"<mark id='{one.id}'>" in reading.text(part, one.id)
    assert f"<span id='{one.id}'>" in reading.text(part)
    with pytest.raises(NotFound):
        reading.place(memory, "s0")


def test_a_long_document_is_read_in_parts_that_make_up_the_whole(memory: Memory) -> None:
    put(memory, {"long.txt": long(50)})
    whole = memory.document("long.txt")
    ids = reading.order(memory, whole)
    assert len(ids) > 2 * reading.PART
    parts = [reading.part(memory, whole, first) for first in range(0, len(ids), reading.PART)]
    assert [one.id for part in parts for one in part.passages] == list(ids)
    assert all(len(part.passages) <= reading.PART and part.total == len(ids) for part in parts)
    assert [one.position for part in parts for one in part.passages] == list(range(len(ids)))


# --- what it gave, and what goes with it --------------------------------------------------------


def test_what_a_document_alone_supports_is_what_forgetting_it_takes_out(memory: Memory) -> None:
    put(memory, {"a.txt": A, "b.txt": B}, ENGLISH)
    for uri in ("a.txt", "b.txt"):
        found = contribution.contribution(memory, memory.document(uri))
        gone = memory.forget(uri, dry_run=True).removed
        alone = {
            kind: sum(one.alone for one in rows)
            for kind, rows in (
                (schema.ENTITY, (*found.names, *found.dates)),
                (schema.FACT, found.facts),
                (schema.EVENT, found.events),
            )
        }
        assert alone == {kind: gone.get(kind, 0) for kind in alone}
        assert (found.passages, found.sentences) == (gone[schema.PASSAGE], gone[schema.SENTENCE])
    told = {
        value.name: one.alone
        for one, value in contribution.values(memory, found.names)
        if hasattr(value, "name")
    }
    names = {name: told[name] for name in ("Jon Vesper", "Mira Quist", "Oslo", "Lantern Press")}
    assert names == {"Jon Vesper": True, "Mira Quist": False, "Oslo": False, "Lantern Press": True}


def test_a_receipt_says_in_words_what_goes_and_what_stays(memory: Memory) -> None:
    put(memory, {"a.txt": A, "b.txt": B}, ENGLISH)
    before = {row.heading: row.lines for row in forgetting.told(memory.forget("b.txt", dry_run=True))}
    assert before["What goes"][0].startswith("1 document, 1 passage, 2 sentences, 4 names")
    assert "Jon Vesper" in before["Names"] and before["What stays, but has less behind it"] == ("2 names",)
    after = {row.heading: row.lines for row in forgetting.told(memory.forget("b.txt"))}
    assert after["Gone"] == before["What goes"] and "graphmem purge b.txt" in after["To know"][-1]
    assert "block" not in str(before) and "unit" not in str(before)
