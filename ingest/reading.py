"""What a reader makes of a source: its text, and the blocks that structure it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from graphmem.types import PassageKind

# Half of a surrogate pair cannot be written as UTF-8, and NUL ends a text in too many programs.
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


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


def _storable(text: str) -> str:
    return _UNSTORABLE.sub("\ufffd", text)


def storable(reading: Reading) -> Reading:
    """The same reading, as long, with a replacement character for each one that nothing can keep."""
    blocks = tuple(
        replace(block, heading=_storable(block.heading), speaker=_storable(block.speaker))
        if _UNSTORABLE.search(block.heading + block.speaker)
        else block
        for block in reading.blocks
    )
    return replace(reading, title=_storable(reading.title), text=_storable(reading.text), blocks=blocks)
