"""Readers: one module per family of formats, each from bytes to a reading.

The libraries that some formats need are imported when a file of that format is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from graphmem.ingest.readers import html, json, markdown, office, pdf, table, text
from graphmem.ingest.readers.chat import Turn, turns_reading
from graphmem.ingest.readers.items import items_reading
from graphmem.ingest.readers.sniffing import format_of
from graphmem.ingest.reading import Reading
from graphmem.ingest.sources import DEFAULT_LIMITS, Content, Limits, Source, load

__all__ = ["READERS", "Turn", "items_reading", "read", "read_content", "turns_reading"]

READERS: Final[dict[str, Callable[[Content], Reading]]] = {
    "text": text.read,
    "markdown": markdown.read,
    "html": html.read,
    "pdf": pdf.read,
    "docx": office.read_docx,
    "pptx": office.read_pptx,
    "xlsx": office.read_xlsx,
    "table": table.read,
    "json": json.read,
    "jsonl": json.read_lines,
}

# Half of a surrogate pair cannot be written as UTF-8, and NUL ends a text in too many programs.
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


def _storable(text: str) -> str:
    """The same text, as long, with a replacement character for each one that no store can keep."""
    return _UNSTORABLE.sub("\ufffd", text)


def _clean(reading: Reading) -> Reading:
    blocks = tuple(
        replace(block, heading=_storable(block.heading), speaker=_storable(block.speaker))
        if _UNSTORABLE.search(block.heading + block.speaker)
        else block
        for block in reading.blocks
    )
    return replace(reading, title=_storable(reading.title), text=_storable(reading.text), blocks=blocks)


def read_content(content: Content) -> Reading:
    """The text of a source's bytes and its structure, by its format.

    Raises:
        SourceError: it cannot be read; the message says why and what to do.
        MissingExtra: its format needs a library that is not installed.
    """
    reading = _clean(READERS[format_of(content)](content))
    if not reading.blocks:
        raise content.error("no text in it: there is nothing to read")
    return reading


def read(source: Source, limits: Limits = DEFAULT_LIMITS) -> Reading:
    """``read_content`` of what a source holds now."""
    return read_content(load(source, limits))
