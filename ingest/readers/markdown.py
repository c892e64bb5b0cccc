"""Markdown: the file is the text as it stands, structured by its headings and blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from graphmem.errors import MissingExtra
from graphmem.ingest.moments import parse
from graphmem.ingest.readers.decoding import decode
from graphmem.ingest.readers.outline import Part, blocks
from graphmem.ingest.reading import Block, Reading
from graphmem.ingest.sources import Content

if TYPE_CHECKING:
    from markdown_it.token import Token

_FRONT: Final = re.compile(r"---[ \t]*\n(?P<fields>(?:.*\n)*?)(?:---|\.\.\.)[ \t]*(?:\n|$)")
_FIELD: Final = re.compile(r"(?m)^(?P<name>title|date)[ \t]*:[ \t]*(?P<value>.+?)[ \t]*$")
_SHOWN: Final = frozenset(("text", "code_inline", "image"))


def _front_matter(text: str) -> tuple[int, dict[str, str]]:
    """Where the text begins after the front matter, and the title and date in it."""
    match = _FRONT.match(text)
    if match is None:
        return 0, {}
    fields = _FIELD.finditer(match["fields"])
    return match.end(), {field["name"]: field["value"].strip("\"'") for field in fields}


def _tokens(text: str) -> list[Token]:
    try:
        from markdown_it import MarkdownIt
    except ImportError:
        raise MissingExtra("reading Markdown", "readers") from None
    return MarkdownIt("commonmark").enable("table").parse(text)


def _words(heading: Token) -> str:
    """A heading's text without its markup."""
    pieces = (child.content if child.type in _SHOWN else " " for child in heading.children or ())
    return " ".join("".join(pieces).split()) if heading.children else heading.content


def _parts(text: str, tokens: Sequence[Token], begin: int) -> Iterator[Part]:
    """Headings and outermost blocks; a list, a table or a fence is one block."""
    lines = [
        begin,
        *accumulate((len(line) for line in text[begin:].splitlines(keepends=True)), initial=begin),
    ]
    lines = lines[1:]
    for number, token in enumerate(tokens):
        if token.level or token.map is None or token.nesting < 0 or token.type == "hr":
            continue
        start, end = (lines[min(line, len(lines) - 1)] for line in token.map)
        piece = text[start:end]
        start, end = start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())
        if start >= end or token.type == "html_block" and piece.lstrip().startswith("<!--"):
            continue
        if token.type == "heading_open":
            yield Part(start, end, level=int(token.tag[1]), heading=_words(tokens[number + 1]))
        else:
            yield Part(start, end, block=Block("paragraph", start, end))


def _written_at(fields: dict[str, str]) -> datetime | None:
    return parse(fields["date"]) if "date" in fields else None


def read(content: Content) -> Reading:
    """A Markdown file; its title is that of the front matter, or its first heading of level 1.

    Raises:
        SourceError: not text (see ``decode``), or nested too deeply.
        MissingExtra: markdown-it-py is not installed.
    """
    text = decode(content).replace("\f", " ").replace("\v", " ")
    begin, fields = _front_matter(text)
    try:
        parts = list(_parts(text, _tokens(text[begin:]), begin))
    except RecursionError:
        raise content.error("Markdown nested too deeply to be read; flatten it") from None
    headings = (part.heading for part in parts if part.block is None and part.level == 1)
    title = fields.get("title") or next(headings, "") or content.name
    return Reading(
        uri=content.uri,
        title=title,
        kind="text",
        text=text,
        blocks=tuple(blocks(parts)),
        content_hash=content.hash,
        written_at=_written_at(fields),
    )
