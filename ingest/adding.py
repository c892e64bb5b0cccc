"""A sentence or two that a person or an agent wants to be remembered, read like any source."""

from __future__ import annotations

from datetime import datetime

from graphmem.errors import InputError
from graphmem.identity import content_hash, document_id
from graphmem.ingest.language import AUTOMATIC
from graphmem.ingest.pipeline import ingest_readings
from graphmem.ingest.reading import Block, Reading, storable
from graphmem.memory import Memory
from graphmem.saying import uri_of
from graphmem.statements import Fact
from graphmem.types import Document, Passage, Sentence


def add(
    memory: Memory,
    text: str,
    *,
    speaker: str = "",
    at: datetime | None = None,
    pipeline: str | None = AUTOMATIC,
) -> Document:
    """Remember what somebody says: a document of one turn, with its names, facts and events.

    Args:
        memory: where to.
        text: what is said; "I" is the speaker.
        speaker: who says it, where that is somebody with a name.
        at: when it is said, now if left out; relative times ("last week") count from it.
        pipeline: what reads it (``language.named``).

    Raises:
        InputError: the text is empty.
    """
    reading = reading_of(memory, text, speaker=speaker, at=at)
    ingest_readings(memory, [reading], pipeline=pipeline)
    return memory.document(document_id(memory.namespace, reading.uri))


def reading_of(memory: Memory, text: str, *, speaker: str = "", at: datetime | None = None) -> Reading:
    """What somebody says as a source; as ``add``, which reads it.

    Raises:
        InputError: the text is empty.
    """
    text = text.strip()
    if not text:
        raise InputError("there is nothing to add: give a sentence")
    moment = at or memory.clock()
    uri = uri_of(memory.author, f"{moment.isoformat()} {speaker}: {text}")
    block = Block("turn", 0, len(text), speaker=speaker, at=moment)
    hash = content_hash(text.encode("utf-8", "replace"))
    return storable(Reading(uri, "", "chat", text, (block,), hash, written_at=moment))


def added_facts(memory: Memory, document: Document) -> list[Fact]:
    """What a document that was added states, in its order."""
    passages = [part for part in memory.parts(document) if isinstance(part, Passage)]
    sentences = [one for part in passages for one in memory.parts(part) if isinstance(one, Sentence)]
    return [fact for one in sentences for fact in memory.facts(one, retired=True)]
