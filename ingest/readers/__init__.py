"""Readers: one module per family of formats, each from bytes to a reading.

The libraries that some formats need are imported when a file of that format is read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from graphmem.ingest.readers import html, json, markdown, office, pdf, table, text
from graphmem.ingest.readers.chat import Turn, turns_reading
from graphmem.ingest.readers.items import items_reading
from graphmem.ingest.readers.sniffing import format_of
from graphmem.ingest.reading import Reading, storable
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


def read_content(content: Content) -> Reading:
    """The text of a source's bytes and its structure, by its format.

    Raises:
        SourceError: it cannot be read; the message says why and what to do.
        MissingExtra: its format needs a library that is not installed.
    """
    reading = storable(READERS[format_of(content)](content))
    if not reading.blocks:
        raise content.error("no text in it: there is nothing to read")
    return reading


def read(source: Source, limits: Limits = DEFAULT_LIMITS) -> Reading:
    """``read_content`` of what a source holds now."""
    return read_content(load(source, limits))
