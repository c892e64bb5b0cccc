"""From a file that another program wrote to documents of a memory."""

from __future__ import annotations

from typing import Final

from graphmem import schema
from graphmem.identity import document_id
from graphmem.ingest.exchange.imported import Imported
from graphmem.ingest.keying import key
from graphmem.ingest.language import AUTOMATIC
from graphmem.ingest.pipeline import Report, ingest_readings
from graphmem.ingest.reading import Reading
from graphmem.memory import Memory
from graphmem.types import View

AT_ONCE: Final = 500
"""Documents that are looked up in one read."""


def bring(memory: Memory, found: Imported, *, pipeline: str | None = AUTOMATIC) -> Report:
    """Read what a file of another program holds into a memory, each document with a commit of its own.

    Args:
        memory: where to.
        found: what the file holds (``imported``).
        pipeline: what reads its texts (``language.named``).

    Returns:
        How many documents by outcome; a record that is broken is told in ``errors``, the others go in.
    """
    new = _new(memory, found.readings)
    report = ingest_readings(memory, new, pipeline=pipeline)
    report.unchanged += len(found.readings) - len(new)
    report.errors += found.errors
    key(memory)
    return report


def _new(memory: Memory, readings: list[Reading]) -> list[Reading]:
    """Those that are not there with the same content: to read a text again takes a tenth of a second."""
    new: list[Reading] = []
    for start in range(0, len(readings), AT_ONCE):
        block = {document_id(memory.namespace, one.uri): one for one in readings[start : start + AT_ONCE]}
        there = memory.store.get(View.of(memory.namespace), list(block))
        same = {
            id
            for id, record in there.items()
            if record.kind == schema.DOCUMENT and record.body["content_hash"] == block[id].content_hash
        }
        new += [one for id, one in block.items() if id not in same]
    return new
