"""What each reader makes of its format."""

import os
import sys
from datetime import datetime, timezone
from pathlib import Path

import office_files
import pytest

from graphmem.errors import MissingExtra
from graphmem.ingest.readers import read
from graphmem.ingest.reading import Reading
from graphmem.ingest.sources import Source, expand

CREATED = office_files.CREATED.replace(tzinfo=timezone.utc)


def reading_of(name: str, data: str | bytes) -> Reading:
    raw = data.encode() if isinstance(data, str) else data
    reading = read(Source(name, Path(name).suffix, data=raw))
    position = 0
    for block in reading.blocks:
        assert position <= block.start < block.end <= len(reading.text)
        assert reading.text[block.start : block.end].strip()
        position = block.end
    return reading


def blocks(reading: Reading) -> list[tuple[str, str]]:
    return [(block.heading, reading.text[block.start : block.end]) for block in reading.blocks]


def test_text_has_paragraphs_and_headings() -> None:
    reading = reading_of("my_book.txt", "Chapter 1\n\nIt was\nlate.\n\nWe left.\r\n\r\nChapter 2\n\nEnd.")
    assert (reading.title, reading.kind) == ("my book", "text")
    assert blocks(reading) == [
        ("Chapter 1", "It was\nlate."),
        ("Chapter 1", "We left."),
        ("Chapter 2", "End."),
    ]


def test_lines_that_nobody_wrapped_are_paragraphs() -> None:
    long = "word " * 40
    assert len(blocks(reading_of("a.txt", f"{long}\n{long}\nshort"))) == 3
    assert len(blocks(reading_of("a.log", "one\ntwo\n"))) == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_marks_are_honoured(encoding: str) -> None:
    assert reading_of("a.txt", "Zoë left.".encode(encoding)).text == "Zoë left."


def test_markdown_is_its_own_text() -> None:
    source = (
        "---\ntitle: 'The plan'\ndate: 2023-05-08\n---\n# Goals *now*\n\nPlant trees.\n\n- oak\n- elm\n\n"
        "<!-- not shown -->\n\nSub\n---\n\n"
        "| a | b |\n| - | - |\n| c | d |\n\n```py\nx = 1\n\ny = 2\n```\n# Empty\n"
    )
    reading = reading_of("plan.md", source)
    assert reading.text == source
    assert reading.title == "The plan"
    assert reading.written_at == datetime(2023, 5, 8, tzinfo=timezone.utc)
    assert blocks(reading) == [
        ("Goals now", "Plant trees."),
        ("Goals now", "- oak\n- elm"),
        ("Sub", "| a | b |\n| - | - |\n| c | d |"),
        ("Sub", "```py\nx = 1\n\ny = 2\n```"),
        ("Sub", "# Empty"),
    ]
    assert reading_of("x_y.md", "# A\n\nb").title == "A"
    assert reading_of("x_y.md", "b").title == "x y"


def test_html_is_what_is_seen() -> None:
    page = """<html><head><title>Oaks &amp; elms</title><style>p {}</style></head><body><!-- no -->
    <script>var x = "<p>no</p>";</script><h1>Trees</h1><p>An <b>oak</b>
    is a tree.<p>So is<br>an elm.</p><h2>Table</h2><table><tr><td>a</td><td>b</td></tr></table>
    <pre>x  =  1</pre><div hidden>no</div></body></html>"""
    reading = reading_of("page.html", page)
    assert reading.title == "Oaks & elms"
    assert blocks(reading) == [
        ("Trees", "An oak is a tree."),
        ("Trees", "So is an elm."),
        ("Table", "a | b |"),
        ("Table", "x  =  1"),
    ]


def test_html_may_declare_its_encoding() -> None:
    page = '<meta charset="iso-8859-1"><p>Zoë</p>'.encode("iso-8859-1")
    assert blocks(reading_of("page.htm", page)) == [("", "Zoë")]


def test_html_may_be_nested_deeply() -> None:
    assert blocks(reading_of("page.html", "<div>" * 5000 + "deep")) == [("", "deep")]


def test_word_keeps_paragraphs_and_tables_in_order() -> None:
    reading = reading_of("a.docx", office_files.word())
    assert (reading.title, reading.written_at) == ("Annual plan", CREATED)
    assert blocks(reading) == [
        ("Goals", "We will plant 200 trees."),
        ("Goals", "who | what\nAnn | oaks"),
        ("Risks", "Rain."),
    ]


def test_slides_have_titles_tables_and_notes() -> None:
    reading = reading_of("a.pptx", office_files.slides())
    assert (reading.title, reading.written_at) == ("Why graphs", CREATED)
    assert blocks(reading) == [
        ("Why graphs", "They join facts."),
        ("Why graphs", "Notes: Say hello."),
        ("Slide 2", "oak | tree"),
    ]


def test_rows_of_sheets_are_dated_records() -> None:
    reading = reading_of("price_list.xlsx", office_files.sheets())
    assert (reading.title, reading.kind, reading.written_at) == ("price list", "records", CREATED)
    assert [text for _, text in blocks(reading)] == [
        "name: tea; date: 2023-05-08; price: 3",
        "name: milk; date: 2023-05-09 07:30:00; price: 1.5",
    ]
    assert reading.blocks[1].at == datetime(2023, 5, 9, 7, 30, tzinfo=timezone.utc)


def test_pdf_lines_become_paragraphs_and_divided_words_whole() -> None:
    page = "Oaks grow slowly and they out-\nlive most other trees. The\nroots."
    reading = reading_of(
        "a.pdf", office_files.pages(page, "Some trees that grow in the\nwild", "woods of Kent.")
    )
    assert reading.title == "Trees of Kent" and reading.written_at is not None
    assert [text for _, text in blocks(reading)] == [
        "Oaks grow slowly and they outlive most other trees. The\nroots.",
        "Some trees that grow in the\nwild\nwoods of Kent.",
    ]
    assert reading_of("my_file.pdf", office_files.pages("Hello.", title="untitled")).title == "my file"


def test_pdf_with_an_empty_password_is_read() -> None:
    reading = reading_of("a.pdf", office_files.pages("Hello there.", password="empty"))
    assert reading.text.strip() == "Hello there."


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_rows_of_tables_are_dated_records(delimiter: str) -> None:
    table = '\ufeffitem|when (date)|note\ntea|5/8/2023|"two\nlines"\n\nmilk|5/13/2023|\n'.replace(
        "|", delimiter
    )
    reading = reading_of("shop.csv", table)
    assert [text for _, text in blocks(reading)] == [
        "item: tea; when (date): 5/8/2023; note: two lines",
        "item: milk; when (date): 5/13/2023",
    ]
    assert [block.at and block.at.day for block in reading.blocks] == [8, 13]


def test_a_lone_quotation_mark_swallows_no_line_of_a_tsv() -> None:
    assert len(blocks(reading_of("a.tsv", 'said\tby\n"Hi\tAnn\nBye\tBob\n'))) == 2


def test_a_table_without_a_header_numbers_its_columns() -> None:
    assert blocks(reading_of("a.csv", "1,2\n3,4\n"))[0][1] == "column 1: 1; column 2: 2"


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("a.docx", "docx"),
        ("a.pptx", "pptx"),
        ("a.xlsx", "openpyxl"),
        ("a.pdf", "pypdf.errors"),
        ("a.html", "bs4"),
        ("a.md", "markdown_it"),
    ],
)
def test_a_missing_library_is_named_by_its_extra(
    name: str, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = {".docx": office_files.word, ".pptx": office_files.slides, ".xlsx": office_files.sheets}
    raw = data[Path(name).suffix]() if Path(name).suffix in data else b"%PDF-1.4" if name == "a.pdf" else b"x"
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtra, match=r"graphmem\[readers\]"):
        reading_of(name, raw)


def _data() -> Path:
    return Path(os.environ.get("GRAPHMEM_DATA", Path(__file__).parents[2] / "shared" / "data"))


@pytest.mark.skipif(
    not (_data() / "conversation" / "locomo_dev5.json").exists(), reason="no evaluation data here"
)
def test_real_files_are_read() -> None:
    def named(path: str) -> Reading:
        return read(next(expand([str(_data() / path)])))

    chats = named("conversation/locomo_dev5.json")
    assert (chats.kind, len(chats.blocks)) == ("chat", 2760) and all(block.at for block in chats.blocks)
    assert len(named("multihop/musique_train_corpus.json").blocks) == 1890
    assert len(named("multihop/hotpotqa_train_corpus.json").blocks) == 994
    calendar = named("episodic/lifebench_lumingqiang/phone_data/calendar.json")
    assert calendar.kind == "records" and all(block.at and block.heading for block in calendar.blocks)
    assert len({block.heading for block in named("episodic/epbench_thriller/book.txt").blocks}) == 120
