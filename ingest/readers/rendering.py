"""A text that is built piece by piece, for sources that are no text themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from graphmem.dates.written import day
from graphmem.ingest.moments import aware
from graphmem.ingest.readers.outline import Part, blocks
from graphmem.ingest.reading import Block, Reading
from graphmem.ingest.sources import Content
from graphmem.statements import Statement
from graphmem.types import Mention


class Rendering:
    """Collects headings, paragraphs, turns and records, and says where each one stands."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._parts: list[Part] = []
        self._length = 0

    def _write(self, text: str) -> int:
        """Append text; returns where it begins."""
        start = self._length
        self._pieces.append(text)
        self._length += len(text)
        return start

    def line(self, text: str) -> None:
        """A line that is there to be read and belongs to no block, such as a session's name."""
        if text.strip():
            self._write(("\n" if self._length else "") + " ".join(text.split()) + "\n")

    def heading(self, text: str, level: int = 1) -> None:
        """A heading in a line of its own, of a level from 1 (the highest)."""
        text = " ".join(text.split())
        if text:
            start = self._write(text)
            self._parts.append(Part(start, self._length, level, text))
            self._write("\n\n")

    def paragraph(self, text: str, heading: str = "") -> None:
        """A paragraph below the last heading, or below one that it brings itself, in a line before it."""
        text = text.strip()
        if not text:
            return
        if heading:
            self._write(heading + "\n")
        start = self._write(text)
        block = Block("paragraph", start, self._length, heading)
        self._parts.append(Part(start, self._length, block=block))
        self._write("\n\n")

    def said(
        self,
        kind: Literal["turn", "record"],
        text: str,
        *,
        heading: str = "",
        speaker: str = "",
        at: datetime | None = None,
        note: str = "",
        metadata: Mapping[str, Any] | None = None,
        states: tuple[Statement, ...] = (),
        names: tuple[Mention, ...] = (),
    ) -> None:
        """A turn or a record as "(8 May 2023) who — heading [note]: text"; its span is the text alone.

        A turn's heading, its session, is not repeated before each turn: call ``heading`` for it. What it
        ``states`` and ``names`` has its places in the text without blanks around it.
        """
        text = text.strip()
        if not text:
            return
        who = " — ".join(filter(None, (speaker, heading if kind == "record" else "")))
        when = f"({day(at)})" if at else ""
        prefix = " ".join(filter(None, (when, who, f"[{note}]" if note else "")))
        self._write(f"{prefix}: " if prefix else "")
        start = self._write(text)
        moment = None if at is None else aware(at)
        placed = (start, self._length, heading, speaker, moment)
        block = Block(kind, *placed, metadata=metadata or {}, states=states, names=names)
        self._parts.append(Part(start, self._length, block=block))
        self._write("\n")

    def text(self) -> str:
        """The text so far."""
        return "".join(self._pieces)

    def blocks(self) -> tuple[Block, ...]:
        """The blocks so far, each with its heading."""
        return tuple(blocks(self._parts))


def reading_of(
    content: Content,
    rendering: Rendering,
    *,
    kind: Literal["text", "chat", "records"],
    title: str = "",
    written_at: datetime | None = None,
) -> Reading:
    """The reading of a source that was rendered; without a title it is called after its file."""
    return Reading(
        uri=content.uri,
        title=" ".join(title.split()) or content.name,
        kind=kind,
        text=rendering.text(),
        blocks=rendering.blocks(),
        content_hash=content.hash,
        written_at=None if written_at is None else aware(written_at),
    )
