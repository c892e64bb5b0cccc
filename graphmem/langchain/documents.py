"""Documents of LangChain: hits as documents, and what loaders read as sources of a memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import PurePath
from typing import Any, Final

from langchain_core.document_loaders import BaseLoader
from langchain_core.documents import Document

from graphmem.errors import InputError
from graphmem.identity import digest
from graphmem.ingest.language import AUTOMATIC
from graphmem.ingest.pipeline import Report, ingest_readings
from graphmem.ingest.readers import read
from graphmem.ingest.reading import Reading, json_values, storable
from graphmem.ingest.sources import Source
from graphmem.memory import Memory
from graphmem.ranking import Hit

_MARKDOWN: Final = frozenset({".md", ".markdown"})


def to_document(hit: Hit) -> Document:
    """A hit as a LangChain document.

    Its metadata holds JSON values only: those that the source was given with, and what the hit says.
    """
    passage = hit.passage
    metadata: dict[str, Any] = {
        **hit.document.metadata,
        "score": hit.score,
        "source": hit.document.uri,
        "namespace": hit.document.namespace,
        "title": hit.document.title,
        "heading": passage.heading,
        "speaker": passage.speaker,
        "at": passage.at.isoformat() if passage.at else None,
        "written_at": hit.document.written_at.isoformat() if hit.document.written_at else None,
        "start": passage.start,
        "end": passage.end,
        "evidence": hit.evidence.text,
        "stale": list(hit.stale),
        "also": [document.uri for document in hit.also],
        "parts": dict(hit.parts),
        "shares": dict(hit.shares),
        "path": [{"kind": step.kind, "text": step.text, "weight": step.weight} for step in hit.path],
    }
    return Document(id=passage.id, page_content=passage.text, metadata=metadata)


def ingest_documents(
    memory: Memory, documents: BaseLoader | Iterable[Document], *, pipeline: str | None = AUTOMATIC
) -> Report:
    """Read what a loader gives, or documents at hand, each as a document of the memory.

    A document is called by its ``metadata["source"]``; of one source with several, such as a PDF's pages,
    the second is ``source#2``. All metadata is kept, and comes back with ``GraphMemRetriever``. The same
    documents again change nothing; another text or other metadata replaces the version that is there.

    Args:
        memory: where to.
        documents: a loader, which is read lazily, or documents.
        pipeline: what reads names, facts and events, as in ``ingest``.

    Raises:
        InputError: a document has neither an id nor a source, or metadata that JSON has no form for.
    """
    given = documents.lazy_load() if isinstance(documents, BaseLoader) else documents
    seen: Counter[str] = Counter()
    readings = (_reading(document, seen) for document in given)
    return ingest_readings(memory, readings, pipeline=pipeline)


def _reading(document: Document, seen: Counter[str]) -> Reading:
    source = str(document.metadata.get("source") or document.id or "")
    if not source:
        raise InputError(
            "a document has neither an id nor a source: set metadata['source'], by which it can be found"
            f" and forgotten; it begins {document.page_content[:60]!r}"
        )
    seen[source] += 1
    uri = source if seen[source] == 1 else f"{source}#{seen[source]}"
    metadata = json_values(document.metadata, uri)
    # Whatever it was, a loader has made text of it; only the signs of Markdown still mean something.
    suffix = ".md" if PurePath(source).suffix.lower() in _MARKDOWN else ".txt"
    text = document.page_content.encode("utf-8", "replace")
    made = read(Source(uri, suffix, data=text))
    title = str(metadata.get("title") or made.title)
    known = digest(made.content_hash, repr(sorted(metadata.items())))
    return storable(replace(made, title=title, metadata=metadata, content_hash=known))
