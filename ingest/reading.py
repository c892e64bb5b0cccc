"""What a reader makes of a source: its text, and the blocks that structure it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Literal

from graphmem.errors import InputError
from graphmem.statements import Statement
from graphmem.types import Mention, PassageKind

# Half of a surrogate pair cannot be written as UTF-8, and NUL ends a text in too many programs.
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Block:
    """A structural piece of a text, ``text[start:end]``: a paragraph, one turn, one record.

    ``heading`` is the nearest heading above (empty if there is none); ``speaker`` and ``at`` are
    those of a turn or a record; ``metadata`` is kept with the first passage of the block. Blocks are in
    order and do not overlap. A block of a source that says outright what it ``states`` and ``names``, with
    places that count from the block, is one sentence: nothing else is read out of it.
    """

    kind: PassageKind
    start: int
    end: int
    heading: str = ""
    speaker: str = ""
    at: datetime | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict, hash=False)
    states: tuple[Statement, ...] = ()
    names: tuple[Mention, ...] = ()

    @property
    def told(self) -> bool:
        """Whether it says outright what there is to be read."""
        return bool(self.states or self.names)


@dataclass(frozen=True, slots=True)
class Reading:
    """A source as read. All offsets of the memory are offsets in ``text``; ``metadata`` is the document's."""

    uri: str
    title: str
    kind: Literal["text", "chat", "records"]
    text: str
    blocks: tuple[Block, ...]
    content_hash: str
    written_at: datetime | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict, hash=False)


def storable_text(text: str) -> str:
    """The same text, as long, with a replacement character for each one that nothing can keep."""
    return _UNSTORABLE.sub("\ufffd", text)


def json_values(metadata: Mapping[str, Any], of: str) -> dict[str, Any]:
    """Metadata as a store can keep it: tuples are lists, keys are texts, half a character a question mark.

    Raises:
        InputError: it holds something that JSON has no form for; ``of`` says whose it is.
    """
    try:
        text = json.dumps(dict(metadata), ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError(
            f"the metadata of {of} cannot be kept: {error}; give texts, numbers, lists and dicts"
        ) from error
    kept: dict[str, Any] = json.loads(text.encode("utf-8", "replace"))
    return kept


def _block(block: Block, of: str) -> Block:
    if not block.metadata and not _UNSTORABLE.search(block.heading + block.speaker):
        return block
    return replace(
        block,
        heading=storable_text(block.heading),
        speaker=storable_text(block.speaker),
        metadata=json_values(block.metadata, of),
    )


def storable(reading: Reading) -> Reading:
    """The same reading, as long, with a replacement character for each one that nothing can keep.

    Raises:
        InputError: metadata that JSON has no form for.
    """
    return replace(
        reading,
        title=storable_text(reading.title),
        text=storable_text(reading.text),
        blocks=tuple(_block(block, reading.uri) for block in reading.blocks),
        metadata=json_values(reading.metadata, reading.uri),
    )
