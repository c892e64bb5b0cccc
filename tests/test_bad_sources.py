"""Sources that cannot be read: one kind of error, which says why and what to do."""

import io
import os
import random
import stat
import zipfile
from pathlib import Path

import office_files
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from graphmem.errors import SourceError
from graphmem.ingest import sources
from graphmem.ingest.chunking import chunk
from graphmem.ingest.readers import read
from graphmem.ingest.sources import FORMATS, Limits, Source, expand

VALID = {
    ".docx": office_files.word(),
    ".pptx": office_files.slides(),
    ".xlsx": office_files.sheets(),
    ".pdf": office_files.pages("Oaks grow slowly.", "Second page."),
    ".json": b'[{"title": "Oak", "text": "A tree."}, {"speaker": "A", "text": "Hi", "date": "2023-05-08"}]',
    ".jsonl": b'{"a": 1}\n{"a": 2}\n',
    ".html": b"<html><h1>Oak</h1><p>A <b>tree</b>.<!-- x --></html>",
    ".md": b"---\ntitle: x\n---\n# Oak\n\nA tree.\n\n| a |\n|---|\n| b |\n",
    ".csv": b'name,date\n"tea",2023-05-08\n',
    ".txt": b"[2023-05-08 13:56] Ann: Hi\n[2023-05-08 13:57] Bob: Ok\n[2023-05-08 13:57] Ann: Ok\n",
}
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)


def refused(suffix: str, data: bytes, reason: str, limits: Limits = sources.DEFAULT_LIMITS) -> None:
    with pytest.raises(SourceError, match=reason) as caught:
        read(Source(f"a{suffix}", suffix, data=data), limits)
    assert caught.value.uri == f"a{suffix}"


@pytest.mark.parametrize(
    ("suffix", "data", "reason"),
    [
        (".txt", b"", "empty"),
        (".txt", b" \n\t ", "white space"),
        (".md", b"<!-- nothing -->", "no text"),
        (".html", b"<script>x</script>", "no text"),
        (".json", b"[]", "no text"),
        (".csv", b",,,\n", "no text"),
        (".txt", b"a\0b", "NUL"),
        (".txt", bytes(range(1, 32)) * 9, "control characters"),
        (".txt", "Zo\u00eb left.".encode("cp1252"), "byte 2; convert it to UTF-8"),
        (".txt", b"\xff\xfea", "UTF-16"),
        (".html", b"<meta charset=klingon><p>x", "unknown encoding"),
        (".html", b"<meta charset=hex><p>x", "unknown encoding"),
        (".html", b"<a " * 5000, "never end"),
        (".html", b"<!--" * 5000, "never end"),
        (".json", b'{\n "a": }', "line 2, column 7"),
        (".jsonl", b'{"a": 1}\n\n{"a"\n', "line 3, column"),
        (".json", b"[" * 100_000, "too deeply"),
        (".jsonl", b"1\n" + b"[" * 100_000, "line 2: .*too deeply"),
        (".json", b"1" * 5000, "cannot be read"),
        (".csv", b'a,b\n"' + b"x" * 200_000, "unclosed quotation mark"),
        (".docx", VALID[".pdf"], r"a .pdf file behind the suffix .docx; rename it"),
        (".txt", VALID[".docx"], r"a .docx file behind the suffix .txt"),
        (".xlsx", VALID[".pptx"], r"a .pptx file"),
        (".docx", OLE, "encrypted or an old Office file"),
        (".xls", b"x", "known suffixes"),
        ("", b"PK\x03\x04", "known suffixes"),
        (".docx", b"PK\x03\x04 cut", "broken or cut archive"),
        (".docx", b"words", "broken or cut archive"),
        (".pdf", b"words", "not a PDF"),
        (".pdf", VALID[".pdf"][:200], "not a PDF|no text"),
        (".pdf", office_files.pages(""), "scanned.* OCR"),
        (".pdf", office_files.pages("Hi.", password="secret"), "encrypted; save it without a password"),
    ],
)
def test_it_says_why(suffix: str, data: bytes, reason: str) -> None:
    refused(suffix, data, reason)


@pytest.mark.parametrize("suffix", [".docx", ".pptx", ".xlsx"])
def test_cut_archives(suffix: str) -> None:
    refused(suffix, VALID[suffix][: len(VALID[suffix]) // 2], "broken or cut archive")


def test_zip_bombs_are_refused_before_they_are_unpacked() -> None:
    bomb = office_files.with_parts(VALID[".docx"], {"word/media/x.png": bytes(25_000_000)})
    refused(".docx", bomb, "200 times its size")
    refused(".docx", VALID[".docx"], "unpacks to", Limits(max_unpacked=1000))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    ("suffix", "part"),
    [(".docx", "word/document.xml"), (".pptx", "ppt/presentation.xml"), (".xlsx", "xl/workbook.xml")],
)
def test_entity_bombs_are_refused(suffix: str, part: str, encoding: str) -> None:
    laughs = "".join(f'<!ENTITY l{i + 1} "{f"&l{i};" * 10}">' for i in range(9))
    xml = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE z [<!ENTITY l0 "ha">{laughs}]><z>&l9;</z>'
    refused(suffix, office_files.with_parts(VALID[suffix], {part: xml.encode(encoding)}), "document type")


def test_a_word_table_that_claims_a_billion_columns() -> None:
    with zipfile.ZipFile(io.BytesIO(VALID[".docx"])) as archive:
        xml = archive.read("word/document.xml")
    wide = xml.replace(b"<w:tcPr>", b'<w:tcPr><w:gridSpan w:val="999999999"/>')
    assert wide != xml
    data = office_files.with_parts(VALID[".docx"], {"word/document.xml": wide})
    assert "Ann | oaks" in read(Source("a.docx", ".docx", data=data)).text


@pytest.mark.parametrize("suffix", ["A1:XFD1048576", "A1:A1"])
def test_a_sheet_that_lies_about_its_size(suffix: str) -> None:
    with zipfile.ZipFile(io.BytesIO(VALID[".xlsx"])) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml")
    lie = xml.replace(b"A1:C4", suffix.encode())
    assert lie != xml
    data = office_files.with_parts(VALID[".xlsx"], {"xl/worksheets/sheet1.xml": lie})
    assert len(read(Source("a.xlsx", ".xlsx", data=data)).blocks) == 2
    far = xml.replace(b'r="4"', b'r="2000000000"')
    assert far != xml
    data = office_files.with_parts(VALID[".xlsx"], {"xl/worksheets/sheet1.xml": far})
    refused(".xlsx", data, "rows")


def test_files_that_cannot_be_opened(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("x" * 100)
    (source,) = expand([str(path)])
    with pytest.raises(SourceError, match="larger than 5e-05 MB.*--max-mb"):
        read(source, Limits(max_bytes=50))
    path.unlink()
    with pytest.raises(SourceError, match="does not exist"):
        read(source)
    path.mkdir()
    with pytest.raises(SourceError, match="is a folder"):
        read(source)
    path.rmdir()
    os.mkfifo(path)
    with pytest.raises(SourceError, match="not a regular file"):
        read(source)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (PermissionError(13, "denied"), "permission denied"),
        (OSError(5, "Input/output error"), "Input/output"),
    ],
)
def test_errors_of_the_system_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, reason: str
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Hello.")

    def fail(*_: object) -> bytes:
        raise error

    monkeypatch.setattr(sources, "_bytes", fail)
    with pytest.raises(SourceError, match=reason):
        read(Source("a.txt", ".txt", path))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Hello.")
    path.chmod(0)
    with pytest.raises(SourceError, match="permission denied"):
        read(Source("a.txt", ".txt", path))


@pytest.mark.parametrize("change", ["append", "replace", "touch"])
def test_a_file_that_changes_while_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Hello.")
    fstat = os.fstat

    def fstat_then_change(descriptor: int) -> os.stat_result:
        status = fstat(descriptor)
        if stat.S_ISREG(status.st_mode) and status.st_size == len("Hello."):
            if change == "append":
                path.write_text("Hello. And more.")
            elif change == "replace":
                (tmp_path / "b").write_text("Other.")
                os.utime(tmp_path / "b", ns=(status.st_atime_ns, status.st_mtime_ns))
                (tmp_path / "b").replace(path)
            else:
                os.utime(path, ns=(0, 0))
        return status

    monkeypatch.setattr(os, "fstat", fstat_then_change)
    with pytest.raises(SourceError, match="changed while being read; run again"):
        read(Source("a.txt", ".txt", path))


def only_source_errors(suffix: str, data: bytes) -> None:
    try:
        chunk(read(Source(f"a{suffix}", suffix, data=data)), "me")
    except SourceError as error:
        assert str(error)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([*sorted(FORMATS), ""]), st.binary(max_size=400))
@example(".html", b"<![x[")
@example(".pdf", b"%PDF-1.4\ntrailer<</Root 1 0 R>>startxref\n9\n%%EOF")
def test_random_bytes_raise_nothing_else(suffix: str, data: bytes) -> None:
    only_source_errors(suffix, data)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(VALID)), st.integers(0, 1 << 32))
def test_damaged_files_raise_nothing_else(suffix: str, seed: int) -> None:
    only_source_errors(suffix, damaged(suffix, random.Random(seed)))


def damaged(suffix: str, rng: random.Random) -> bytes:
    """A valid file cut, with bytes changed, or with a part of its archive changed or cut."""
    data = VALID[suffix]
    if data.startswith(b"PK") and rng.random() < 0.7:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            part = rng.choice([name for name in archive.namelist() if name.endswith((".xml", ".rels"))])
            return office_files.with_parts(data, {part: _damaged(archive.read(part), rng)})
    return _damaged(data, rng)


def _damaged(data: bytes, rng: random.Random) -> bytes:
    if rng.random() < 0.3:
        return data[: rng.randrange(len(data))]
    changed = bytearray(data)
    for _ in range(rng.randint(1, 8)):
        at = rng.randrange(len(changed))
        changed[at : at + rng.choice((1, 1, 1, 20))] = bytes([rng.randrange(256)])
    return bytes(changed)
