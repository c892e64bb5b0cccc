"""LangGraph stores, and so LangMem's: items as ``Item.dict()`` writes them, a document each.

LangMem keeps ``{"content": text}``, or ``{"kind": schema, "content": fields}``; what has a subject, predicate
and object (its ``Triple``) is a fact. An item of other fields is a record of what its namespace and key name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, Field

from graphmem.errors import InputError
from graphmem.ingest.exchange.given import Moment
from graphmem.ingest.exchange.imported import Imported
from graphmem.ingest.exchange.told import about, add, is_literal, memory, reading, triple
from graphmem.ingest.exchange.values import checked_value, records, samples
from graphmem.ingest.readers import records as rows
from graphmem.ingest.readers.rendering import Rendering
from graphmem.ingest.reading import Reading, storable
from graphmem.ingest.sources import Content

NAME: Final = "langgraph"
_TRIPLE: Final = ("subject", "predicate", "object")


class Item(BaseModel):
    """An item of a store; a table of one has its namespace in a text, with dots."""

    namespace: Annotated[
        list[str], BeforeValidator(lambda one: one.split(".") if isinstance(one, str) else one)
    ]
    key: str = Field(min_length=1)
    value: dict[str, Any]
    created_at: Moment = None
    updated_at: Moment = None

    @property
    def path(self) -> str:
        """Its namespace and key."""
        return "/".join((*self.namespace, self.key))


def fits(value: Any) -> bool:
    """Whether a JSON value is items of a store."""
    found = samples(value, "items")
    return bool(found) and all({"namespace", "key", "value"} <= one.keys() for one in found)


def read(content: Content) -> Imported:
    """The items of a store.

    Raises:
        SourceError: broken JSON.
    """
    imported = Imported(content)
    items = imported.checked(Item, records(checked_value(imported), "items"))

    def one(placed: tuple[str, Item]) -> None:
        place, item = placed
        imported.add(place, _reading(f"{content.uri}#{item.path}", item))

    imported.each(((place, (place, item)) for place, item in items), one)
    return imported


def _reading(uri: str, item: Item) -> Reading:
    kind = item.value.get("kind")
    held = item.value.get("content")
    value = (
        dict(held) if isinstance(held, Mapping) and item.value.keys() <= {"kind", "content"} else item.value
    )
    at = item.created_at or item.updated_at
    if all(isinstance(value.get(part), str) and value[part].strip() for part in _TRIPLE):
        return _stated(uri, item, value)
    text = value.get("content")
    if isinstance(text, str) and text.strip():
        beside = {name: one for name, one in value.items() if name not in ("content", "kind")}
        beside |= {"kind": kind} if kind not in (None, "Memory") else {}
        beside |= {"namespace": "/".join(item.namespace)}
        return memory(uri, text, at=at, told=about(text, beside, by=NAME))
    rendering = Rendering()
    titled = any(isinstance(value.get(name), str) for name in ("title", "subject", "headline"))
    rows.add(rendering, value if titled else {"title": " ".join((*item.namespace, item.key)), **value})
    if not rendering.blocks():
        raise InputError(f"the item {item.path} holds nothing")
    return storable(reading(uri, "", rendering, written_at=at))


def _stated(uri: str, item: Item, value: Mapping[str, Any]) -> Reading:
    """An item that is a triple; its other fields are told of it."""
    context = value.get("context")
    told = triple(
        value["subject"],
        value["predicate"],
        value["object"],
        by=NAME,
        literal=is_literal(value["object"]),
        evidence=context if isinstance(context, str) else "",
        at=item.created_at or item.updated_at,
    )
    rendering = Rendering()
    add(rendering, [told])
    return reading(uri, "", rendering, written_at=item.created_at or item.updated_at)
