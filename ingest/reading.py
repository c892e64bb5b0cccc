"""What a reader makes of a source: its text, and the blocks that structure it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from graphmem.types import PassageKind


@dataclass(frozen=True, slots=True)
class Block:
    """A structural piece of a text, ``text[start:end]``: a paragraph, one turn, one record.

    ``heading`` is the nearest heading above (empty if there is none); ``speaker`` and ``at`` are
    those of a turn or a record. Blocks are in order and do not overlap.
    """

    kind: PassageKind
    start: int
    end: int
    heading: str = ""
    speaker: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A source as read. All offsets of the memory are offsets in ``text``."""

    uri: str
    title: str
    kind: Literal["text", "chat", "records"]
    text: str
    blocks: tuple[Block, ...]
    content_hash: str
    written_at: datetime | None = None
