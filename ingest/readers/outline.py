"""Which heading stands above which paragraph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from graphmem.ingest.reading import Block


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a structured text: a block, or a heading of a ``level`` from 1 (the highest)."""

    start: int
    end: int
    level: int = 0
    heading: str = ""
    block: Block | None = None


def blocks(parts: Sequence[Part]) -> Iterator[Block]:
    """The blocks with their nearest heading; a heading with nothing below it is a paragraph itself."""
    heading = ""
    for number, part in enumerate(parts):
        if part.block is not None:
            yield part.block if part.block.heading else replace(part.block, heading=heading)
            continue
        below = parts[number + 1] if number + 1 < len(parts) else None
        if below is None or (below.block is None and below.level <= part.level):
            yield Block("paragraph", part.start, part.end, heading)
        heading = part.heading
