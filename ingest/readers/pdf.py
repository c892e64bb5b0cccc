"""PDF: the text that it holds, page by page."""

from __future__ import annotations

import io
import logging
import re
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Final

from graphmem.errors import MissingExtra
from graphmem.ingest.readers.rendering import Rendering, reading_of
from graphmem.ingest.reading import Reading
from graphmem.ingest.sources import Content

if TYPE_CHECKING:
    from pypdf import PdfReader

# What pypdf raises on broken files besides its own errors.
_BROKEN: Final = (
    *(ValueError, KeyError, TypeError, AttributeError, IndexError, AssertionError, LookupError),
    *(ArithmeticError, RecursionError, EOFError, NotImplementedError, zlib.error, struct.error, OSError),
)
_HYPHEN: Final = re.compile(r"(?<=[a-z])[-\u00ad\u2010]\n(?=[a-z])")
_NAMELESS: Final = frozenset(("", "untitled", "(anonymous)", "unspecified"))
_SENTENCE_END: Final = re.compile(r"[.!?:…][\"'”’)\]]*$")
_SHORT_LINE: Final = 0.8
_PRODUCER_NAME: Final = re.compile(
    r"\.(?:docx?|tex|dvi|pptx?|xlsx?|indd|odt)$|^Microsoft (?:Word|PowerPoint)", re.I
)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without pypdf's remarks on small faults, in the log and as warnings."""
    logger = logging.getLogger("pypdf")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            warnings.simplefilter("ignore", UserWarning)
            yield
    finally:
        logger.setLevel(level)


def _paragraphs(page: str) -> Iterator[str]:
    """A page's lines in paragraphs: one ends at a blank line, or at a sentence end in a short line."""
    lines = [line.rstrip() for line in page.split("\n")]
    width = max((len(line) for line in lines), default=0)
    run: list[str] = []
    for line in lines:
        if line.strip():
            run.append(line.strip())
        if run and (not line.strip() or len(line) < _SHORT_LINE * width and _SENTENCE_END.search(line)):
            yield _HYPHEN.sub("", "\n".join(run))
            run = []
    if run:
        yield _HYPHEN.sub("", "\n".join(run))


def _joined(pages: Iterator[str]) -> Iterator[str]:
    """The paragraphs of all pages; one that a page break cuts is one again."""
    last = ""
    for page in pages:
        for number, paragraph in enumerate(_paragraphs(page)):
            if number == 0 and last and not _SENTENCE_END.search(last) and paragraph[0].islower():
                last = _HYPHEN.sub("", f"{last}\n{paragraph}")
                continue
            yield last
            last = paragraph
    yield last


def _open(content: Content) -> PdfReader:
    from pypdf import PdfReader
    from pypdf.errors import DependencyError

    reader = PdfReader(io.BytesIO(content.data), strict=False)
    try:
        if reader.is_encrypted and not reader.decrypt(""):
            raise content.error("encrypted; save it without a password")
    except DependencyError:
        raise MissingExtra("reading encrypted PDF", "readers") from None
    return reader


def _about(reader: PdfReader) -> tuple[str, datetime | None]:
    """The title and the date of creation in the file's own description."""
    about = reader.metadata
    if about is None:
        return "", None
    title = " ".join((about.title or "").split())
    if title.lower() in _NAMELESS or _PRODUCER_NAME.search(title):
        title = ""
    try:
        return title, about.creation_date
    except ValueError:  # not a date that the format allows
        return title, None


def read(content: Content) -> Reading:
    """A PDF file. Lines are joined to paragraphs; words that a line end divides become whole again.

    Raises:
        SourceError: broken, encrypted with a password, or without text (scanned).
        MissingExtra: pypdf, or cryptography for an encrypted file, is not installed.
    """
    try:
        from pypdf.errors import PyPdfError
    except ImportError:
        raise MissingExtra("reading PDF", "readers") from None
    rendering = Rendering()
    try:
        with _quiet():
            reader = _open(content)
            for paragraph in _joined(page.extract_text() for page in reader.pages):
                rendering.paragraph(paragraph)
            title, created = _about(reader)
    except (PyPdfError, *_BROKEN) as error:
        detail = " ".join(str(error).split())[:200] or type(error).__name__
        raise content.error(f"not a PDF that can be read ({detail}); save it or download it again") from error
    if not rendering.blocks():
        raise content.error("no text in it: scanned? Run OCR first, e.g. ocrmypdf")
    return reading_of(content, rendering, kind="text", title=title, written_at=created)
