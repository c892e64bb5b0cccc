"""What the first bytes of a source say it is, and whether its suffix agrees."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Final

from graphmem.ingest.sources import FORMATS, Content

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_PDF: Final = b"%PDF-"
_OFFICE: Final = {"word/": "docx", "ppt/": "pptx", "xl/": "xlsx"}
_HEAD: Final = 1024
_ZIPPED: Final = frozenset(_OFFICE.values())


def _zipped(data: bytes) -> str:
    """Which office format a zip archive is; "zip" if none."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OSError):
        return "zip"
    return next((name for folder, name in _OFFICE.items() if any(n.startswith(folder) for n in names)), "zip")


def magic(data: bytes) -> str:
    """The format of binary content: pdf, docx, pptx, xlsx, ole, zip; empty if it may be text."""
    if data.startswith(_OLE):
        return "ole"
    if data.startswith(_ZIP):
        return _zipped(data)
    return "pdf" if _PDF in data[:_HEAD].lstrip()[:_HEAD] and data.lstrip().startswith(_PDF) else ""


def _text_format(data: bytes) -> str:
    """The format of text that came without a suffix."""
    head = data[:_HEAD].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head[:9].lower() == b"<!doctype" or head[:5].lower() == b"<html":
        return "html"
    if head[:1] not in (b"{", b"["):
        return "text"
    first, _, rest = data.strip().partition(b"\n")
    try:
        json.loads(first)
    except (ValueError, RecursionError):
        return "json"
    return "jsonl" if rest.strip() else "json"


def format_of(content: Content) -> str:
    """The format by which to read a source: by its suffix, or by its content if it has none.

    Raises:
        SourceError: the content is of another format than the suffix says.
    """
    promised, found = FORMATS.get(content.suffix, ""), magic(content.data)
    if found == "ole":
        raise content.error(
            "an encrypted or an old Office file; save it without a password as .docx, .pptx or .xlsx"
        )
    if not promised:
        if content.suffix or found == "zip":
            raise content.error(f"no known format; known suffixes: {' '.join(sorted(FORMATS))}")
        return found or _text_format(content.data)
    if found and found != promised and not (found == "zip" and promised in _ZIPPED):
        kind = "a zip archive" if found == "zip" else f"a .{found} file"
        raise content.error(f"{kind} behind the suffix {content.suffix}; rename it")
    return promised
