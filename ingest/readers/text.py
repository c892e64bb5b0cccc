"""Plain text: paragraphs between blank lines, or chat logs that were kept as text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from graphmem.ingest.readers import chatlog
from graphmem.ingest.readers.chat import turns_reading
from graphmem.ingest.readers.decoding import decode
from graphmem.ingest.readers.outline import Part, blocks
from graphmem.ingest.reading import Block, Reading
from graphmem.ingest.sources import Content

_PARAGRAPH: Final = re.compile(r"\S[^\n]*(?:\n[^\n]*\S[^\n]*)*")
_LINE: Final = re.compile(r"[^\n]*\S[^\n]*")
_HEADING: Final = re.compile(
    r"(?:chapter|part|book|act|scene|section|appendix)\s+(?:\d+|[IVXLC]+)\b[^\n.]{0,60}"
    r"|(?:prologue|epilogue|introduction|preface|abstract|conclusions?|contents|references)",
    re.IGNORECASE,
)
# Wrapped text keeps below this width; a longer line is a paragraph that nobody wrapped.
_WRAPPED_WIDTH: Final = 120


def _spans(text: str, line_by_line: bool) -> Iterator[tuple[int, int]]:
    for paragraph in _PARAGRAPH.finditer(text):
        start, end = paragraph.span()
        lines = list(_LINE.finditer(text, start, end))
        if line_by_line or any(len(line[0]) > _WRAPPED_WIDTH for line in lines):
            yield from (line.span() for line in lines)
        else:
            yield start, end


def _part(text: str, start: int, end: int) -> Part:
    piece = text[start:end]
    start, end = start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())
    piece = text[start:end]
    if "\n" not in piece and _HEADING.fullmatch(piece):
        return Part(start, end, level=1, heading=piece)
    return Part(start, end, block=Block("paragraph", start, end))


def read(content: Content) -> Reading:
    """A plain text. "Chapter 3" or "Introduction" in a line of its own is a heading.

    Raises:
        SourceError: not text (see ``decode``).
    """
    text = decode(content)
    if turns := chatlog.parse(text):
        return turns_reading(content.uri, content.name, turns, content.hash)
    parts = [_part(text, *span) for span in _spans(text, line_by_line=content.suffix == ".log")]
    return Reading(content.uri, content.name, "text", text, tuple(blocks(parts)), content.hash)
