"""What can be read by address instead of by a tool: all of the client's own namespace."""

from __future__ import annotations

import json
from typing import Any, Final
from urllib.parse import unquote

from graphmem.errors import MissingExtra, NotFound
from graphmem.memory import Memory
from graphmem.sharing import PRIVATE
from graphmem.types import Document, Passage

try:
    import mcp_types as types
except ImportError as error:
    raise MissingExtra("the MCP server", "mcp") from error

MOST: Final = 1000  # documents that are listed
LONGEST: Final = 200_000  # characters of a document that are given
STATS: Final = "graphmem://stats"
DOCUMENTS: Final = "graphmem://documents"
_ONE: Final = "graphmem://document/"
_JSON: Final = "application/json"

FIXED: Final = (
    types.Resource(
        name="stats",
        uri=STATS,
        title="What the memory holds",
        description="How many documents, entities, facts and other records there are.",
        mime_type=_JSON,
    ),
    types.Resource(
        name="documents",
        uri=DOCUMENTS,
        title="The documents",
        description=f"Source, title, kind and id of each document, the first {MOST} by source.",
        mime_type=_JSON,
    ),
)
DOCUMENT: Final = types.ResourceTemplate(
    name="document",
    uri_template=_ONE + "{id}",
    title="A document",
    description="The text of a document, by the id that recall, show and remember tell.",
    mime_type="text/plain",
)


def read(memory: Memory, uri: str) -> tuple[str, str]:
    """What stands at an address: its type and its text.

    Raises:
        NotFound: nothing does.
    """
    if uri == STATS:
        return _JSON, _json(_counts(memory))
    if uri == DOCUMENTS:
        return _JSON, _json(_documents(memory))
    if uri.startswith(_ONE):
        return "text/plain", _whole(memory, unquote(uri.removeprefix(_ONE)))
    raise NotFound(f"nothing stands at {uri[:200]!r}: there are {STATS}, {DOCUMENTS} and {_ONE}ID")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _counts(memory: Memory) -> dict[str, Any]:
    """Of the namespaces that are read; the store's own numbers would tell of all others."""
    records = memory.store.info().records
    own = dict(records.get(memory.namespace, {}))
    others = {
        name: {kind: count for kind, count in records.get(name, {}).items() if kind not in PRIVATE}
        for name in sorted(memory.view.namespaces - {memory.namespace})
    }
    return {"namespace": memory.namespace, "records": own, **({"also": others} if others else {})}


def _documents(memory: Memory) -> dict[str, Any]:
    found = sorted(memory.documents(), key=lambda one: (one.uri, one.namespace))
    return {"count": len(found), "documents": [_row(memory, one) for one in found[:MOST]]}


def _row(memory: Memory, one: Document) -> dict[str, Any]:
    row = {"source": one.uri, "title": one.title, "kind": one.kind, "document": one.id}
    return row | ({"namespace": one.namespace} if memory.also else {})


def _whole(memory: Memory, id: str) -> str:
    """The passages of a document, one below the other, with who says them and when.

    Raises:
        NotFound: there is no such document.
    """
    try:
        document = memory.document(id)
    except NotFound as error:
        raise NotFound(f"there is no document {id[:200]!r}: {DOCUMENTS} lists what is there") from error
    lines: list[str] = []
    length = 0
    for part in memory.parts(document, document.characters + 1):
        if length > LONGEST:
            lines.append(f"[cut after {length:,} characters: ask recall for the rest]")
            break
        length += len(part.text)
        if isinstance(part, Passage):
            when = f"[{part.at:%Y-%m-%d %H:%M}] " if part.at else ""
            lines.append(when + (f"{part.speaker}: " if part.speaker else "") + part.text)
    return "\n\n".join(lines)
