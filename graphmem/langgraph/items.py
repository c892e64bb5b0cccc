"""Items of LangGraph as documents: the value is kept whole as metadata, its text is what is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from urllib.parse import quote

from langgraph.store.base import Item, get_text_at_path

from graphmem import schema
from graphmem.identity import digest
from graphmem.ingest.readers import records
from graphmem.ingest.readers.rendering import Rendering
from graphmem.ingest.reading import Reading, json_values, storable
from graphmem.stores.base import Store
from graphmem.types import Document, View

WHOLE: Final = ("$",)
"""The path of a whole value."""
_SCHEME: Final = "item:"


def uri_of(key: str) -> str:
    """What the document of an item is called in its namespace."""
    return _SCHEME + quote(key, safe="", errors="surrogatepass")


def reading_of(item: Item, paths: Sequence[str]) -> Reading:
    """An item as a source: what stands at the paths is its text, of the whole value field by field."""
    rendering = Rendering()
    for path in paths:
        if path in WHOLE:
            records.add(rendering, item.value)
        else:
            for text in get_text_at_path(item.value, path):
                rendering.said("record", text)
    kept = json_values(item.dict(), uri_of(item.key))
    return storable(
        Reading(
            uri=uri_of(item.key),
            title="",
            kind="records",
            text=rendering.text(),
            blocks=rendering.blocks(),
            content_hash=digest(repr(kept), *paths),
            written_at=item.updated_at,
            metadata=kept,
        )
    )


def item_of(document: Document) -> Item | None:
    """The item that a document is; None of any other document."""
    return Item(**document.metadata) if document.uri.startswith(_SCHEME) else None


def items(store: Store, view: View) -> Iterator[Item]:
    """The items of a view, in no particular order."""
    return found(map(schema.from_record, store.scan(view, schema.DOCUMENT)))


def found(documents: Iterable[object]) -> Iterator[Item]:
    """The items among documents."""
    for document in documents:
        if isinstance(document, Document) and (item := item_of(document)):
            yield item
